"""The command line in this process: exit status, what it prints, what it says; settings and data of nobody."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fast_keys import use_fast_keys
from ui.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    said: str


Cli = Callable[..., Done]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs ``teststation WORDS`` in a folder of its own."""
    use_fast_keys()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESTSTATION_PASSPHRASE", "en god setning")
    monkeypatch.setattr("ui.station.settings.settings_path", lambda: tmp_path / "settings.toml")

    def run(*words: str) -> Done:
        capsys.readouterr()
        status = main(list(words))
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Done(status, captured.out, captured.err)

    return run
