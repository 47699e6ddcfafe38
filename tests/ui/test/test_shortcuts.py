"""A key that stands on a button is one button's, does one thing, and does it."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.ui.conftest import Bench
from teststation.run.state import Phase
from ui.desktop.i18n import tr
from ui.desktop.test.controls import SETTLES_S

KEY = re.compile(r"\n(F\d+|[A-Z])$")


def over_the_limit(bench: Bench) -> None:
    bench.pass_s(5.0)
    bench.strap.bpm = 190
    bench.pass_s(17.0)
    assert bench.running.controller.state.notice is not None


MOMENTS: dict[str, Callable[[Bench], object]] = {
    "a stage": lambda bench: None,
    "held": lambda bench: bench.running.hold(),
    "over a limit": over_the_limit,
    "cooling down": lambda bench: bench.running.cool_down("patient"),
    "everything else": lambda bench: bench.window.flow.ask_more(),  # type: ignore[union-attr]
}


def keys_shown(bench: Bench) -> Counter[str]:
    """Which keys stand on buttons that can be pressed now, and on how many; in a drawer words are on one line."""
    flat = {tr(f"do.{name}").replace("\n", " "): tr(f"do.{name}") for name in ("next", "to_cool_down", "event")}
    shown: Counter[str] = Counter()
    for one in bench.window.findChildren(QPushButton):
        words = flat.get(re.sub(r"^\d   ", "", one.text()), one.text())
        found = KEY.search(words)
        if found and one.isVisible() and one.isEnabled():
            shown[found[1]] += 1
    return shown


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_two_buttons_that_can_be_pressed_bear_the_same_key(bench: Bench, moment: str) -> None:
    bench.to_stages().pass_s(1.0)
    MOMENTS[moment](bench)
    bench.pass_s(0.5)
    shown = keys_shown(bench)
    assert shown
    assert {key: n for key, n in shown.items() if n > 1} == {}


def test_the_key_of_each_button_does_what_the_button_does(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.to_stages().pass_s(1.0)
    flow = bench.window.flow
    assert flow is not None
    QTest.keyClick(bench.window, Qt.Key.Key_F8)
    assert bench.window.sheet is not None
    bench.window.sheet.finish()
    bench.running.cool_down("patient")
    bench.pass_s(0.5)
    assert bench.running.controller.state.phase is Phase.COOL_DOWN
    assert bench.window.run.controls.main_button.text() == tr("do.main_done")
    QTest.keyClick(bench.window, Qt.Key.Key_F5)
    bench.pass_s(0.5)
    assert bench.running.controller.state.phase is Phase.COOL_DOWN, "a key that was on its way has not asked for that"
    monkeypatch.setattr(bench.window.run.controls, "_main_since_s", -SETTLES_S)
    session = bench.running
    QTest.keyClick(bench.window, Qt.Key.Key_F5)
    assert session.controller.state.phase is Phase.STOPPING
