"""Whatever stands on a session's screen and in its sheets, from the first moment to the last, is of a session."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from tests.ui.intervals.test_interval_screen import moment_of
from tests.unit.run.builders import Bench, at_rest
from tests.unit.run.test_bouts import BOUT_S, Walker, in_bout, plan, session
from tests.unit.texts.test_of_session import of_a_test
from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.run import events as ev
from teststation.run.alarms import Alarm, Priority
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import BeltPrompt, Snapshot
from teststation.texts import LANGUAGES
from ui.desktop.closing import Closing
from ui.desktop.i18n import tr, use_language
from ui.desktop.intervals import screen
from ui.desktop.intervals.screen import IntervalScreen
from ui.desktop.test import controls
from ui.desktop.test import flow as flow_module
from ui.desktop.test.controls import place_words
from ui.desktop.test.flow import RunFlow
from ui.desktop.test.screen import RunScreen
from ui.desktop.widgets.sheet import Sheet

ALARMED = ("hr_battery_low", "hr_lost", "belt_off_target", "incline_off_target")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    use_language(request.param)
    yield request.param
    use_language(LANGUAGES[0])


@cache
def moments() -> list[Snapshot]:
    """From before the start to the rest, with all that can stand in the way."""
    found = [moment_of(Walker(plan(), hr_limit_bpm=180.0).ready())]
    bench = session()
    bench.bpm = 145
    found.append(replace(moment_of(bench), phase=Phase.STARTING))
    found.append(moment_of(bench))
    walked = in_bout(bench)
    found.append(moment_of(walked))
    found += [replace(found[-1], holds=frozenset(HoldCause), clock_stands=stands) for stands in (True, False)]
    load = Setpoint(speed_kmh=5.0, incline_pct=6.0)
    for asked in (load, None):
        for read in (None, 4.0):
            for word in (True, False):
                prompt = BeltPrompt(asked, 1.0, word)
                found.append(replace(found[3], prompt=prompt, measured_speed_kmh=read, measured_incline_pct=0.0))
    found.append(replace(found[-1], phase=Phase.STOPPING))
    causes = [Cause(code, {"percent": 9, "read": 1.0, "set": 5.0}) for code in ALARMED]
    found.append(replace(found[3], alarms=tuple(Alarm(cause, Priority.MEDIUM, True) for cause in causes)))
    found.append(replace(found[3], limit_notice=Cause("limit_rpe", {"rpe": 20}), limit_acts_in_s=9.0))
    walked.run_for(BOUT_S - 10.0)
    found.append(moment_of(walked))  # an offer is made, and the pause is counted down to
    walked.run_for(20.0)
    found.append(moment_of(walked))  # Borg is asked for
    walked.run_for(400.0)
    found.append(moment_of(walked))  # and missing
    walked.feed(ev.StopPressed(t_s=walked.now_s, reason="operator"))
    found.append(moment_of(walked))
    walked.feed(*at_rest(walked.now_s + 9.0))
    found.append(moment_of(walked))
    ended = Cause("journal_failed", {"sentence": "x"}), Cause("planned_end"), Cause("interrupted")
    return [
        *found,
        *(replace(found[-1], phase=phase, reason=one) for one in ended for phase in (Phase.COOL_DOWN, Phase.ENDED)),
    ]


def words_on(widget: QWidget) -> Iterator[str]:
    """All that is written there or told of it, shown or not yet."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield from (one.toolTip(), one.accessibleName(), one.accessibleDescription())
        if isinstance(one, QLabel | QAbstractButton):
            yield one.text()


def flow_of(bench: Bench, made: IntervalScreen, sheets: list[Sheet], window: QWidget) -> RunFlow:
    running = Mock()
    running.controller.state = bench.state
    running.snapshot = lambda: moment_of(bench)
    return RunFlow(running, made, lambda make, *_: sheets.append(make(window)), window)


def asked(flow: RunFlow, sheets: list[Sheet], window: QWidget) -> list[str]:
    """Every question of a run, and the one of a window that is closed."""
    flow.ask_more()
    flow.ask_cool_down()
    flow.ask_override()
    flow.ask_event()
    flow.ask_pressure()
    flow.ask_load()
    flow._ask_why_stopped()
    flow.abandon()
    held = SimpleNamespace(
        flow=flow, bridge=None, close_when_at_rest=print, show_sheet=lambda make, _: sheets.append(make(window))
    )
    Closing(held)._ask()  # type: ignore[arg-type]
    said = [word for sheet in sheets for word in words_on(sheet)]
    flow.disconnect_screen()
    return said


def test_no_word_of_a_test_stands_on_a_sessions_screen(qtbot: QtBot, language: str) -> None:
    made = IntervalScreen()
    qtbot.addWidget(made)
    said = set(words_on(made.controls.rpe))  # what stands there from the beginning
    for moment in moments():
        made.show_moment(moment)
        said |= set(words_on(made))
    said.discard("")
    assert len(said) > 90
    assert {one for one in said if of_a_test(language, one)} == set()


def test_nor_in_what_is_asked_while_it_is_walked(qtbot: QtBot, language: str) -> None:
    window, made, sheets = QWidget(), IntervalScreen(), []
    for one in (window, made):
        qtbot.addWidget(one)
    said = asked(flow_of(in_bout(session()), made, sheets, window), sheets, window)
    assert len(sheets) == 8
    assert {one for one in said if of_a_test(language, one)} == set()


def test_the_parts_are_held_and_rated_by_their_own_names(qtbot: QtBot) -> None:
    made, bench = IntervalScreen(), session()
    qtbot.addWidget(made)
    bench.bpm = 160

    def told() -> tuple[str, str]:
        made.show_moment(moment_of(bench))
        return made.controls.main_button.text().partition("\n")[0], made.stage.stage.text()

    assert told() == ("Hold oppvarmingen", "Oppvarming")
    in_bout(bench, 2)
    assert told() == ("Hold drag 2", "Drag 2 av 4")
    assert made.controls.rpe.so_far.text().startswith("Gjelder drag 2")
    assert made.controls.rpe.lacking.text() == "Borg mangler: drag 1"
    bench.run_for(BOUT_S + 1.0)
    assert told() == ("Hold pausen", "Aktiv pause")
    assert made.controls.rpe.lacking.text() == "Borg mangler: drag 1, 2"
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=16))
    assert told()[0] == "Hold pausen"
    assert made.controls.rpe.so_far.text() == "Gjelder drag 2  ·  1: –  ·  2: 16"


def test_a_tests_own_stages_are_still_called_so(qtbot: QtBot) -> None:
    bench = Bench().started()
    moment = moment_of(bench)
    assert place_words(moment) == ""
    made = RunScreen()
    qtbot.addWidget(made)
    made.show_moment(moment)
    assert made.controls.main_button.text() == tr("do.main_hold", index=1)
    assert made.stage.stage.text() == "Trinn 1 av 3"


FAULTS = [
    (screen, "with of_session():\n            super().show_moment", "if moment:\n            super().show_moment"),
    (controls, "place=place_words(moment))\n            set_text", 'place="trinn")\n            set_text'),
]


@pytest.mark.parametrize(("module", "old", "new"), FAULTS)
def test_the_words_fail_on_a_planted_fault(qtbot: QtBot, module, old: str, new: str) -> None:
    fails_with(module, old, new, lambda: test_no_word_of_a_test_stands_on_a_sessions_screen(qtbot, "nb"))


def test_the_sheets_words_fail_on_a_planted_fault(qtbot: QtBot) -> None:
    fails_with(
        flow_module, "with of_session(self.is_session):", "with of_session(False):",
        lambda: test_nor_in_what_is_asked_while_it_is_walked(qtbot, "nb"),
    )  # fmt: skip
