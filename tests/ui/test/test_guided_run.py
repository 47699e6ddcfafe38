"""A belt that the operator sets, in the window: one large prompt, one large button, and Stop as ever."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, kept
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TreadmillInfo
from teststation.run.state import Phase

INFO = TreadmillInfo(
    family="manual",
    port="",
    speed_step_kmh=0.1,
    min_speed_kmh=0.0,
    max_speed_kmh=12.0,
    incline_step_pct=0.5,
    max_incline_pct=15.0,
    controls_belt=False,
    reads_belt=False,
)


@pytest.fixture
def manual(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """The bench's treadmill without a wire."""
    treadmill = bench.treadmill

    def telemetry() -> tuple[BeltTelemetry, ...]:
        return (BeltTelemetry(t_mono_s=bench.wall(), state=treadmill.state),)

    def arm(speed_kmh: float, incline_pct: float) -> None:
        treadmill.state = BeltState.ARMED

    def grant(setpoint: Setpoint | None, lease_s: float) -> None: ...

    for name, value in (("info", lambda: INFO), ("telemetry", telemetry), ("arm", arm), ("grant", grant)):
        monkeypatch.setattr(treadmill, name, value)
    return bench.to_run()


def prompt_of(bench: Bench) -> Any:
    return bench.window.run.prompt


def test_the_prompt_is_large_and_the_button_begins_the_stage(manual: Bench, qtbot: QtBot) -> None:
    manual.running.begin()
    manual.pass_s(2.0)
    prompt = prompt_of(manual)
    assert prompt.isVisible()
    assert "4,8" in prompt.words.text()
    assert prompt.words.property("role") == "large"
    assert manual.running.controller.state.phase is Phase.STARTING
    assert prompt.button.height() >= 60
    qtbot.mouseClick(prompt.button, Qt.MouseButton.LeftButton)
    manual.pass_s(1.0)
    assert manual.running.controller.state.phase is Phase.STAGES
    assert not prompt.isVisible()


def test_enter_confirms_and_a_stop_waits_for_the_operators_word(manual: Bench, qtbot: QtBot) -> None:
    manual.running.begin()
    manual.pass_s(2.0)
    qtbot.keyClick(manual.window, Qt.Key.Key_Return)
    manual.pass_s(2.0)
    assert manual.running.controller.state.phase is Phase.STAGES
    qtbot.keyClick(manual.window, Qt.Key.Key_Space)
    manual.pass_s(2.0)
    prompt = prompt_of(manual)
    assert manual.running.controller.state.phase is Phase.STOPPING
    assert "STOPP" in prompt.words.text()
    qtbot.mouseClick(prompt.button, Qt.MouseButton.LeftButton)
    manual.pass_s(1.0)
    why = manual.window.sheet
    assert why is not None
    why.finish()
    kept(manual.window)
    assert manual.window.flow is None, "the test is kept and shown"


def test_a_tone_calls_for_the_operator_and_repeats(manual: Bench) -> None:
    manual.running.begin()
    manual.pass_s(1.0)
    from ui.desktop.widgets.tones import Tones

    tones, moment = Tones(), manual.running.snapshot()
    assert tones.due(moment, 100.0)
    assert not tones.due(moment, 104.0)
    assert tones.due(moment, 109.0)
