"""A file's name on the command line: never nothing, and ~ is this user's folder though no shell has seen it."""

from pathlib import Path

import pytest

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
