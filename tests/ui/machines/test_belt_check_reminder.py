"""The window reminds of a belt that was not checked for too long, and of nothing else."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QLabel

from drivers.machines import Machine, save_machine
from drivers.machines_file import ENVIRONMENT
from tests.ui.conftest import SETTINGS
from teststation.ports import BeltCheck
from ui.desktop.machines.reminder import remind
from ui.desktop.window import MainWindow

DEVICE = "trackmaster:COM3,units=kmh"


@pytest.mark.parametrize(("last", "reminded"), [("2020-01-02", True), ("2999-01-02", False), (None, True)])
def test_an_old_belt_check_is_told_at_the_start(
    last: str | None,
    reminded: bool,
    make_window: Callable[..., MainWindow],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
    checks = () if last is None else (BeltCheck(day=last, error_pct=0.4, method="tachometer"),)
    save_machine(Machine(device=DEVICE, name="Rom 2", checks=checks))
    window = make_window(settings=msgspec.structs.replace(SETTINGS, treadmill=DEVICE))
    remind(window.station.settings, window.tell)
    told = [] if window.sheet is None else [label.text() for label in window.sheet.findChildren(QLabel)]
    assert any("Rom 2" in text for text in told) is reminded
