"""A file's name on the command line: never nothing, and ~ is this user's folder though no shell has seen it."""

import sys
from pathlib import Path

import pytest

import teststation.files.reading as reading
from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from teststation.records.database import open_record
from ui.commands import options


@pytest.mark.parametrize("name", ["", " ", "\t"])
@pytest.mark.parametrize("words", [("records", "list"), ("session", "list"), ("diary", "list", "--person", "1")])
def test_no_name_is_no_record(cli: Cli, name: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    def fact() -> None:
        for said in ((*words, "--record", name), (*words, f"--record={name}"), ("--record", name, *words)):
            status: object = None
            try:
                status = cli(*said).status
            except SystemExit as ended:
                status = ended.code
            told = capsys.readouterr().err
            assert status == 2
            assert "it is empty; name a file" in told

    fails_with(options, "    if not text.strip():\n", "    if False:\n", fact)


def test_the_sign_of_home_is_home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(home))
    open_record(home / "a.record", "en god setning", create=True).close()

    def fact() -> None:
        assert cli("records", "--record", "~/a.record", "list", "--json", "~/out.json").status == 0
        assert (home / "out.json").is_file()
        assert not (tmp_path / "~").exists()

    fails_with(options, "return os.path.expanduser(text)", "return text", fact)


NO_NAME = "x" * 300  # longer than any file's
WALKED = ("--treadmill", "manual", "--heart-rate", "bridge:COM9", "--sex", "male", "--age", "40", "--weight", "80")


def refused_in_a_sentence(cli: Cli) -> None:
    for words in (
        ("protocols", "show", NO_NAME),
        ("run", "--protocol", NO_NAME, *WALKED),
        ("session", "run", "--plan", NO_NAME, *WALKED),
        ("devices", "check", "--heart-rate", f"replay:{NO_NAME}.csv"),
        ("records", "list", "--record", NO_NAME),
        ("records", "--record", "a.record", "verify", NO_NAME),
        ("records", "--record", "a.record", "restore", NO_NAME),
    ):
        done = cli(*words)
        assert "the program made an error" not in done.said, words
        assert done.status == (4 if words[0] == "devices" else 2), (words, done.said)


def test_a_name_that_no_file_can_have_is_refused_in_a_sentence(cli: Cli, tmp_path: Path) -> None:
    open_record(tmp_path / "a.record", "en god setning", create=True).close()
    refused_in_a_sentence(cli)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says only that there is no such file")
def test_the_name_fails_on_a_planted_fault(cli: Cli, tmp_path: Path) -> None:
    open_record(tmp_path / "a.record", "en god setning", create=True).close()
    fails_with(reading, "    except OSError as error:\n        raise BadInput(Cause(\"file_unreachable\"",
               "    except KeyError as error:\n        raise BadInput(Cause(\"file_unreachable\"",
               lambda: refused_in_a_sentence(cli))  # fmt: skip
