"""What a command line hands over as bytes that are no text is told in one sentence, and nothing is kept or moves."""

from pathlib import Path

import pytest

from tests.mutants import fails_with
from tests.unit.commands.conftest import Cli
from teststation.errors import RecordError
from teststation.records.storage import key
from teststation.records.storage.cipher import CipherFile
from ui import cli as cli_module
from ui.cli import main

HALF = "Bj\udcf8rn"  # ø of Latin-1, as Python hands it over
RUN = ["run", "--protocol", "submax-13", "--treadmill", "emulated", "--heart-rate", "emulated", "--sex", "male"]
RUN += ["--age", "44", "--weight", "88", "--record", "a.record", "--time-scale", "60", "--yes"]
COMMANDS = [
    [*RUN, "--name", HALF],
    [*RUN, "--number", HALF],
    [*RUN, "--pdf", f"{HALF}.pdf"],
    ["analyse", f"{HALF}.csv", "--json", "-"],
    ["records", "--record", f"{HALF}.record", "list"],
    ["diary", "list", "--person", HALF],
    ["protocols", "check", HALF],
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_bytes_that_are_no_text_are_told(cli: Cli, tmp_path: Path, words: list[str]) -> None:
    done = cli(*words)
    assert done.status == 2
    assert done.said.count("\n") == 1
    assert "this is no text in UTF-8" in done.said
    assert list(tmp_path.iterdir()) == []


def test_without_the_look_it_is_a_mistake_of_the_program(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    def fact() -> None:
        capsys.readouterr()
        assert main(["protocols", "check", HALF]) == 2
        assert "this is no text in UTF-8" in capsys.readouterr().err

    fails_with(cli_module, "        if not is_text(word):", "        if False:", fact)


def a_passphrase_that_is_no_text_is_refused() -> None:
    with pytest.raises(RecordError, match="passphrase is no text in UTF-8"):
        CipherFile(Path("a.record"), HALF, 1.0)


def test_a_passphrase_that_is_no_text_is_told() -> None:
    fails_with(key, "    if not is_text(passphrase):", "    if False:", a_passphrase_that_is_no_text_is_refused)
