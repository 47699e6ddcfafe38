"""The run screen: what the hands do, what the eyes see."""

from dataclasses import replace
from itertools import pairwise

import pytest
from msgspec import structs
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench, Wall, prepared
from teststation.cause import Cause
from teststation.physiology.assess import assess
from teststation.ports import BeltState, Setpoint
from teststation.run.state import HoldCause, Phase
from teststation.snapshot import Exertion
from teststation.subject import Gait, Sex, Subject
from ui.desktop.i18n import tr
from ui.desktop.test.controls import SETTLES_S
from ui.desktop.test.panels import NO_READING
from ui.desktop.widgets.hold_button import HOLD_S, HoldButton
from ui.desktop.widgets.load_plot import LoadPlot
from ui.desktop.widgets.stepper import Stepper
from ui.desktop.widgets.time_plot import SWAYS_S, stage_bands


def phase(bench: Bench) -> Phase:
    return bench.running.controller.state.phase


def held_by(bench: Bench, seconds: float) -> None:
    """Hold the start button for wall seconds that nobody waits for."""
    wall = Wall(0.0)
    bench.window.run.hold._monotonic = wall
    QTest.keyPress(bench.window, Qt.Key.Key_F2)
    wall.now_s = seconds
    bench.window.run.hold.look()
    QTest.keyRelease(bench.window, Qt.Key.Key_F2)


def test_start_let_go_early_moves_nothing(bench: Bench) -> None:
    bench.to_run()
    held_by(bench, HOLD_S - 0.1)
    bench.pass_s(5.0)
    assert phase(bench) is Phase.READY
    assert "arm" not in bench.treadmill.log
    assert "grant" not in bench.treadmill.log


def test_start_held_to_the_end_starts(bench: Bench) -> None:
    bench.to_run()
    held_by(bench, HOLD_S)
    bench.pass_s(2.0)
    assert phase(bench) is Phase.STAGES


def test_a_tap_on_start_does_nothing(bench: Bench) -> None:
    bench.to_run()
    QTest.mouseClick(bench.window.run.hold, Qt.MouseButton.LeftButton)
    QTest.keyClick(bench.window, Qt.Key.Key_Return)
    bench.pass_s(2.0)
    assert phase(bench) is Phase.READY


def test_a_finger_that_slides_off_start_lets_go(qtbot: QtBot) -> None:
    wall = Wall(0.0)
    button = HoldButton("start", "hold", wall)
    qtbot.addWidget(button)
    button.resize(200, 60)
    button.show()
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    assert button.share == 0.0
    wall.now_s = 1.5
    assert button.share == 0.5
    QTest.mouseMove(button, button.rect().bottomRight() * 3)
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton, pos=button.rect().bottomRight() * 3)
    assert button.share == 0.0
    assert button.text() == tr("hold_button.early"), "a hand that felt a press would wait for the belt"


def test_a_zero_that_has_not_lasted_is_awaited_and_nobody_is_told_to_stop_a_belt(bench: Bench) -> None:
    bench.to_pretest()
    bench.window.pretest.prepare_button.click()
    prepared(bench.window)
    assert bench.window.flow is not None
    bench.window.flow.bridge.halt()
    bench.pass_s(0.5)
    run = bench.window.run
    assert run.start_words.text() == f"{tr('start.looks')}."
    assert not run.hold.isEnabled()
    bench.pass_s(1.5)
    assert run.start_words.text() == tr("start.ready")
    bench.treadmill.speed_kmh = 2.0
    bench.pass_s(0.5)
    assert "stopp det på tredemøllens eget panel" in run.start_words.text()


def test_start_is_refused_while_the_belt_moves_by_itself(bench: Bench) -> None:
    bench.to_run()
    bench.treadmill.speed_kmh = 2.0
    bench.pass_s(0.5)
    assert not bench.window.run.hold.isEnabled()
    assert "står ikke stille" in bench.window.run.start_words.text()
    held_by(bench, HOLD_S)
    assert phase(bench) is Phase.READY


def test_connecting_never_moves_the_belt(bench: Bench) -> None:
    bench.to_run().pass_s(60.0)
    assert bench.treadmill.log == []


def test_a_missing_pulse_shows_two_dashes_and_never_the_last_value(bench: Bench) -> None:
    bench.to_stages()
    assert bench.window.run.heart.pulse.text() == "120"
    bench.strap.bpm = None
    bench.pass_s(0.5)
    assert bench.window.run.heart.pulse.text() == NO_READING
    assert bench.window.run.messages.words.whole().startswith("Ingen puls")


def test_f4_holds_and_releases(bench: Bench) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_F4)
    bench.pass_s(0.5)
    assert bench.running.controller.state.holds == {HoldCause.OPERATOR}
    assert not bench.window.run.stage.held.isHidden()
    QTest.keyClick(bench.window, Qt.Key.Key_F4)
    bench.pass_s(0.5)
    assert bench.running.controller.state.holds == frozenset()


def test_f5_goes_on_to_the_next_stage_with_its_own_target(bench: Bench) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_F5)
    bench.pass_s(0.5)
    assert bench.running.controller.state.stage_index == 1
    assert bench.window.run.stage.targets[1].text() == "4,0"


def test_f8_asks_why_and_cools_down_for_the_chosen_reason(bench: Bench) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_F8)
    sheet = bench.window.sheet
    assert sheet is not None
    assert phase(bench) is Phase.STAGES
    sheet._first_control().click()  # type: ignore[union-attr]
    bench.pass_s(0.5)
    assert phase(bench) is Phase.COOL_DOWN
    reason = bench.running.controller.state.reason
    assert reason is not None
    assert reason.code == "stop_patient"


def test_two_digits_and_enter_give_the_exertion(bench: Bench) -> None:
    bench.to_stages()
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_Return):
        QTest.keyClick(bench.window, key)
    bench.pass_s(1.0)
    assert bench.running.controller.recording.record(bench.running.controller.state).stages[-1].rpe == 13
    assert bench.window.run.controls.rpe.buttons[13].isChecked()


def test_digits_outside_the_scale_are_not_taken(bench: Bench) -> None:
    bench.to_stages()
    for key in (Qt.Key.Key_2, Qt.Key.Key_5, Qt.Key.Key_Return):
        QTest.keyClick(bench.window, key)
    bench.pass_s(1.0)
    assert bench.running.controller.recording.record(bench.running.controller.state).stages[-1].rpe is None


def test_one_tap_gives_the_exertion_and_it_is_asked_for_in_the_last_half_minute(bench: Bench) -> None:
    bench.to_stages()
    strip = bench.window.run.controls.rpe
    assert (strip.property("state") or "") == ""
    bench.pass_s(215.0)
    assert strip.property("state") == "due"
    strip.buttons[12].click()
    assert bench.running.controller.recording.record(bench.running.controller.state).stages[-1].rpe == 12


def test_a_stage_that_has_just_begun_asks_about_the_one_before_it_and_no_earlier_one(bench: Bench) -> None:
    bench.to_stages()
    flow = bench.window.flow
    assert flow is not None
    for over in (0, 1):
        bench.running._assessed_at_s = float("inf")  # the estimate is not due
        bench.running.next()
        bench.wall.now_s += 0.1
        flow.bridge.tick()
        assert bench.running.controller.state.stage_index == over + 1
        asked = bench.running.snapshot().rpe
        assert (asked.stage, asked.missing) == (over, tuple(range(over + 1)))


def test_an_exertion_that_is_missing_is_asked_for_once_more_and_then_stands_out(bench: Bench) -> None:
    bench.to_stages()
    run, strip = bench.window.run, bench.window.run.controls.rpe
    quiet = replace(bench.running.snapshot(), alarms=(), stage_index=1, countdown_s=None)
    run.show_moment(replace(quiet, rpe=Exertion(0, None, True, (0,))))
    assert run.messages.words.whole().startswith("Borg for trinn 1 mangler")
    assert strip.lacking.isVisible()
    assert strip.lacking.text() == "Borg mangler: trinn 1"
    run.show_moment(replace(quiet, rpe=Exertion(1, None, False, (0,))))
    assert strip.lacking.isVisible(), "it can be given no more, and that is seen"
    assert not run.messages.words.whole().startswith("Borg for trinn 1")
    run.show_moment(replace(quiet, rpe=Exertion(1, None, False, ())))
    assert not strip.lacking.isVisible()


def drawer_buttons(bench: Bench, text: str) -> QPushButton:
    """The button of the drawer on top that says this."""
    sheet = bench.window.sheet
    assert sheet is not None
    return next(one for one in sheet.findChildren(QPushButton) if one.accessibleName() == text.replace("\n", " "))


def test_handrail_and_gait_are_lit_as_they_are_and_nothing_flips_by_itself(bench: Bench) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_M)
    walks, runs = (drawer_buttons(bench, tr(f"do.gait_{gait.value}")) for gait in (Gait.WALK, Gait.RUN))
    assert (walks.isChecked(), runs.isChecked()) == (True, False)
    walks.click()
    bench.pass_s(0.5)
    assert bench.running.controller.state.gait is Gait.WALK, "what is lit changes nothing when it is pressed"
    runs.click()
    drawer_buttons(bench, tr("do.rail_on")).click()
    bench.pass_s(0.5)
    state = bench.running.controller.state
    assert (state.handrail, state.gait) == (True, Gait.RUN)
    assert (walks.isChecked(), runs.isChecked()) == (False, True)


def test_a_drawer_leaves_pulse_clock_exertion_and_stop_free_and_closes_with_its_stage(bench: Bench) -> None:
    bench.to_stages()
    run = bench.window.run
    for ask in ("ask_more", "ask_event", "ask_pressure", "ask_load", "ask_cool_down"):
        getattr(bench.window.flow, ask)()
        QApplication.processEvents()
        for seen in (run.heart.pulse, run.stage.left, run.controls.rpe.buttons[13], bench.window.stop_button):
            middle = seen.mapTo(bench.window, seen.rect().center())
            assert bench.window.childAt(middle) is seen, f"{ask} lies over it"
    run.controls.rpe.buttons[13].click()
    assert bench.running.controller.recording.record(bench.running.controller.state).stages[-1].rpe == 13
    assert bench.window.sheet is not None, "one drawer takes the place of the other"
    assert len(bench.window.sheets._pile) == 1
    bench.window.sheet.finish()
    bench.window.flow.ask_more()  # type: ignore[union-attr]
    bench.running.next()
    bench.pass_s(0.5)
    assert bench.window.sheet is None, "what it offered was true of the stage before"


def test_a_digit_presses_the_answer_it_stands_before(bench: Bench) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_E)
    sheet = bench.window.sheet
    assert sheet is not None
    assert sheet.pressed_by["3"].text().startswith("3 ")
    QTest.keyClick(sheet, Qt.Key.Key_3)
    marks = bench.running.controller.recording.record(bench.running.controller.state).marks
    assert [(mark.kind, mark.text) for mark in marks] == [("symptom", tr("symptom.dizzy"))]


def test_what_no_button_says_is_written(bench: Bench) -> None:
    bench.to_stages()
    QTest.keyClick(bench.window, Qt.Key.Key_E)
    sheet = bench.window.sheet
    assert sheet is not None
    (field,) = sheet.findChildren(QLineEdit)
    QTest.keyClicks(field, "glemte-briller1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    marks = bench.running.controller.recording.record(bench.running.controller.state).marks
    assert [(mark.kind, mark.text) for mark in marks] == [("note", "glemte-briller1")]
    bench.pass_s(0.5)
    assert bench.window.run.time_plot.drawn_marks() == 1
    assert "stop" not in bench.treadmill.log


def test_the_main_button_says_what_it_does_and_a_finger_on_its_way_does_nothing_else(bench: Bench) -> None:
    bench.to_stages()
    controls, wall = bench.window.run.controls, Wall(1e6)
    controls._monotonic = wall
    said: list[str] = []

    def see() -> None:
        bench.pass_s(0.5)
        said.append(controls.main_button.text().partition("\n")[0])

    see()
    controls.main_button.click()
    see()
    controls.main_button.click()  # a second tap of the same finger
    see()
    assert bench.running.controller.state.holds == {HoldCause.OPERATOR}
    wall.now_s += SETTLES_S + 0.1
    controls.main_button.click()
    see()
    assert not bench.running.controller.state.holds
    bench.running.cool_down("patient")
    see()
    controls.main_button.click()  # it was to be a hold
    see()
    assert phase(bench) is Phase.COOL_DOWN
    wall.now_s += SETTLES_S + 0.1
    controls.main_button.click()
    bench.pass_s(0.5)
    assert phase(bench) is not Phase.COOL_DOWN
    assert said == [
        "Hold trinn 1",
        "Fortsett trinn 1",
        "Fortsett trinn 1",
        "Hold trinn 1",
        *["Ferdig: stopp båndet"] * 2,
    ]
    assert "stop" not in bench.treadmill.log, "an ordinary ramp to off"


def test_more_time_is_offered_by_itself_and_taken_in_one_tap(bench: Bench) -> None:
    bench.to_stages()
    longer = bench.window.run.controls.longer_button
    for _ in range(215):
        bench.strap.bpm = 100 + round(bench.wall.now_s / 8)
        bench.pass_s(1.0, 1.0)
    assert longer.isVisible()
    left_s = bench.running.snapshot().stage_remaining_s
    longer.click()
    bench.pass_s(0.5)
    assert bench.running.snapshot().stage_remaining_s > left_s + 50
    assert not longer.isVisible()


def test_nothing_moves_when_something_comes_to_stand_out(bench: Bench) -> None:
    bench.to_stages()
    run = bench.window.run
    seen = (run.heart.pulse, run.stage.left, run.load_plot, run.controls.rpe.buttons[12], bench.window.stop_button)

    def places() -> list[QRect]:
        for _ in range(3):
            QApplication.processEvents()
        return [QRect(one.mapTo(bench.window, QPoint(0, 0)), one.size()) for one in seen]

    def moved() -> int:
        """By how many pixels: digits and chips round their own heights."""
        apart = []
        for old, new in zip(before, places(), strict=True):
            apart += [old.x() - new.x(), old.y() - new.y(), old.width() - new.width(), old.height() - new.height()]
        return max(map(abs, apart))

    before, shown = places(), {run.notice.currentWidget()}
    for bpm, seconds in ((120, 230.0), (None, 12.0), (190, 17.0)):
        bench.strap.bpm = bpm
        bench.pass_s(seconds)
        shown.add(run.notice.currentWidget())
        assert moved() <= 2
    bench.treadmill.stops = False
    bench.window.stop()
    bench.pass_s(35.0)
    shown.add(run.notice.currentWidget())
    assert shown == {run.messages, run.countdown, run.limit, run.banner}


def test_the_last_ten_seconds_say_what_comes_and_when(bench: Bench) -> None:
    bench.to_stages()
    bench.pass_s(233.0)
    run = bench.window.run
    assert run.notice.currentWidget() is run.countdown
    words = run.countdown.words.text()
    assert words.startswith("4 % om ")
    assert words.endswith(" s")
    assert run.countdown.width() > 0.95 * bench.window.width()


def test_one_plot_is_large_and_a_key_swaps_them(bench: Bench) -> None:
    bench.to_stages()
    run = bench.window.run

    def heights() -> tuple[int, int]:
        for _ in range(3):
            QApplication.processEvents()
        return run.load_plot.plot.height(), run.time_plot.plot.height()

    limit_bpm = bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    assert all(name.pos().y() < limit_bpm - 50 for name in run.time_plot._names), "the limit strikes no name through"
    first = heights()
    QTest.keyClick(bench.window, Qt.Key.Key_F6)
    second = heights()
    assert first[0] > first[1]
    assert second[1] > second[0]


def test_over_the_limit_the_pulse_looks_like_the_alarm_it_is(bench: Bench) -> None:
    bench.to_stages()
    heart, limit_bpm = bench.window.run.heart, bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    for bpm, state in ((round(limit_bpm) - 2, ""), (round(limit_bpm) + 2, "high"), (None, "")):
        bench.strap.bpm = bpm
        bench.pass_s(0.5)
        assert (heart.property("state") or "") == state


def test_over_the_limit_a_notice_counts_down_and_going_on_needs_a_reason(bench: Bench) -> None:
    bench.to_stages()
    limit_bpm = bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    bench.strap.bpm = round(limit_bpm) + 4
    bench.pass_s(17.0)
    notice = bench.window.run.limit
    assert not notice.isHidden()
    assert notice.left.text().endswith("s")
    notice.yes.click()
    sheet = bench.window.sheet
    assert sheet is not None
    assert bench.running.controller.state.notice is not None
    sheet._first_control().click()  # type: ignore[union-attr]
    bench.pass_s(30.0)
    assert phase(bench) is Phase.STAGES
    marks = bench.running.controller.recording.record(bench.running.controller.state).marks
    assert [mark.text for mark in marks if mark.kind == "limit_overridden"] == [
        "Personen prater uanstrengt og har det bra"
    ]


def test_over_the_limit_no_two_buttons_bear_the_same_words(bench: Bench) -> None:
    bench.to_stages().pass_s(220.0)
    limit_bpm = bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    bench.strap.bpm = round(limit_bpm) + 4
    bench.pass_s(17.0)
    run = bench.window.run
    assert not run.limit.isHidden()
    words = [one.text().partition("\n")[0] for one in run.findChildren(QPushButton) if one.isVisible()]
    assert sorted(words) == sorted(set(words))
    cool_down = tr("do.cool_down").partition("\n")[0]
    assert [one.text() for one in run.findChildren(QPushButton) if one.isVisible() and cool_down in one.text()] == [
        run.controls.main_button.text()
    ]


def test_a_limit_that_was_passed_keeps_its_highest_pulse_and_says_what_it_is_now(bench: Bench) -> None:
    bench.to_stages().pass_s(220.0)
    limit_bpm = bench.running.controller.state.hr_limit_bpm
    assert limit_bpm is not None
    top, low = round(limit_bpm) + 6, round(limit_bpm) - 5
    bench.strap.bpm = top
    bench.pass_s(16.0)
    run = bench.window.run
    limit = run.heart.limit.text().split()[1]
    assert run.limit.words.text().startswith(f"Pulsen er {top} slag/min nå, grensen er {limit}.")
    for bpm, now in (
        (low, f"den er {low} slag/min nå"),
        (top - 1, f"den er {top - 1} slag/min nå"),
        (None, "den leses ikke nå"),
    ):
        bench.strap.bpm = bpm
        bench.pass_s(1.0)
        words = run.limit.words.text()
        assert words.startswith(f"Pulsen har vært {top} slag/min, grensen er {limit}; {now}.")
        assert run.heart.pulse.text() == (NO_READING if bpm is None else str(bpm))


@pytest.mark.parametrize(("highest", "now", "told"), [(153, 148, "152,6"), (156, 153, "152,6"), (156, 148, "153")])
def test_a_limit_is_told_on_the_side_of_both_pulses_and_the_same_in_both_places(
    bench: Bench, highest: int, now: int, told: str
) -> None:
    moment = replace(
        bench.to_stages().running.snapshot(), hr_bpm=now, hr_limit_bpm=152.6, limit_highest_bpm=highest,
        limit_notice=Cause("limit_hr", {"bpm": 155, "limit": 153}), limit_acts_in_s=9.0,
    )  # fmt: skip
    run = bench.window.run
    run.show_moment(moment)
    assert f"grensen er {told};" in run.limit.words.text()
    assert run.heart.limit.text() == f"Grense {told} slag/min"


def test_over_the_limit_without_an_answer_cools_down(bench: Bench) -> None:
    bench.to_stages()
    bench.strap.bpm = 190
    bench.pass_s(35.0)
    assert phase(bench) is Phase.COOL_DOWN


def test_an_alarm_is_acknowledged_and_stays(bench: Bench) -> None:
    bench.to_stages()
    bench.strap.bpm = None
    bench.pass_s(12.0)
    bar = bench.window.run.messages
    assert not bar.seen.isHidden()
    bar.seen.click()
    bench.pass_s(0.5)
    assert bar.seen.isHidden()
    assert "puls" in bar.words.whole()


def test_a_run_given_up_before_the_start_is_not_kept_and_leads_back(bench: Bench, qtbot: QtBot) -> None:
    bench.to_run()
    bench.window.run.give_up.click()
    bench.pass_s(0.5)
    assert bench.window.stack.currentWidget() is bench.window.pretest
    assert bench.window.station.record.tests.list() == []


def test_unchanged_data_is_not_drawn_again(qtbot: QtBot) -> None:
    plot = LoadPlot()
    qtbot.addWidget(plot)
    found = assess(Subject(Sex.MALE, 50, 80), ())
    drawn: list[object] = []
    plot._draw_line = drawn.append  # type: ignore[method-assign]
    for _ in range(5):
        plot.show_assessment(found)
    assert len(drawn) == 1


def test_the_answer_stands_at_the_hr_max_it_was_reckoned_with_which_is_named_beside_the_other(qtbot: QtBot) -> None:
    from tests.sample_tests import sample

    plot = LoadPlot()
    qtbot.addWidget(plot)
    found = structs.replace(sample()[1], headline="combined")
    own = structs.replace(found.hr_max, reckoned_bpm=found.hr_max.bpm - 4.0)
    for hr_max, label in ((own, f"Makspuls {round(own.bpm)} (★ {round(own.bpm - 4.0)})"),
                          (structs.replace(own, reckoned_bpm=own.bpm), f"Makspuls {round(own.bpm)}")):  # fmt: skip
        plot.show_assessment(structs.replace(found, hr_max=hr_max))
        assert list(plot._result.getData()[1]) == [hr_max.reckoned_bpm]
        assert plot._max.value() == hr_max.bpm
        assert plot._max.label.format == label
    by_line = structs.replace(found, headline="extrapolation", hr_max=own)
    assert by_line.answer_hr_max_bpm == own.bpm


def test_stage_bands_join_without_a_gap_from_the_first_to_the_cool_down(bench: Bench) -> None:
    bench.to_stages().pass_s(100.0)
    moment = bench.running.snapshot()
    bands = stage_bands(moment.record, moment.stage_remaining_s, walking=True)
    assert len(bands) == len(moment.record.plan.stages) + 1
    assert bands[-1].cool_down
    for earlier, later in pairwise(bands):
        assert later.began_s == earlier.ends_s


def test_the_bands_are_drawn_when_they_move_and_not_while_they_sway(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.to_stages().pass_s(10.0)
    drawn: list[int] = []
    plot = bench.window.run.time_plot
    draw = plot._draw_bands
    monkeypatch.setattr(plot, "_draw_bands", lambda bands: (drawn.append(len(bands)), draw(bands)))
    bench.pass_s(60.0, dt_s=0.3)
    assert drawn == [], "it would be drawn twice a second"
    bench.running.hold()
    bench.pass_s(10.0)
    assert 1 <= len(drawn) <= 6, "while the clock stands the end moves away"
    drawn.clear()
    bench.running.release()
    bench.running.next()
    bench.pass_s(5.0)
    assert drawn
    assert plot._bands[1].began_s == pytest.approx(bench.running.snapshot().record.stages[1].began_s, abs=SWAYS_S)


def test_a_stage_of_ten_minutes_fits_its_digits(bench: Bench, qtbot: QtBot) -> None:
    bench.to_run()
    digits = bench.window.run.stage.left
    digits.show_digits("10:00")
    qtbot.wait(10)
    assert digits.sizeHint().width() <= digits.width()


def test_a_load_by_hand_stays_within_the_plan_and_holds_the_stage(bench: Bench) -> None:
    bench.to_stages()
    assert bench.window.flow is not None
    bench.window.flow.ask_load()
    sheet = bench.window.sheet
    assert sheet is not None
    speed, incline = sheet.findChildren(Stepper)
    before = bench.running.controller.state.setpoint
    speed.box.setText("99")
    incline.more.click()
    sheet.findChildren(QPushButton)[-1].click()
    assert bench.window.sheet is sheet, "what cannot be is said, and never clipped"
    assert bench.running.controller.state.setpoint == before
    speed.box.setText("4,2")
    sheet.findChildren(QPushButton)[-1].click()
    bench.pass_s(0.5)
    state = bench.running.controller.state
    assert state.setpoint is not None
    assert (state.setpoint.speed_kmh, state.setpoint.incline_pct) == (4.2, 0.5)
    assert HoldCause.LOAD_CHANGED in state.holds


@pytest.mark.parametrize("set_kmh", [4.8, 4.988966])
def test_without_a_pulse_a_load_is_offered_and_taken_for_lowering_alone(bench: Bench, set_kmh: float) -> None:
    """A hand that does nothing, and is told nothing, has raised the load for all it knows."""
    bench.to_stages()
    flow, controller = bench.window.flow, bench.running.controller
    assert flow is not None
    controller.state = structs.replace(controller.state, setpoint=Setpoint(speed_kmh=set_kmh, incline_pct=0.0))
    flow.ask_load()
    sheet = bench.window.sheet
    assert sheet is not None
    assert tr("load.only_lower") not in [said.text() for said in sheet.findChildren(QLabel)]
    bench.strap.bpm = None
    bench.pass_s(1.0)
    sheet = bench.window.sheet
    assert sheet is not None
    assert tr("load.only_lower") in [said.text() for said in sheet.findChildren(QLabel)], "lost while somebody chooses"
    _, incline = sheet.findChildren(Stepper)
    incline.box.setText("1,0")
    sheet.findChildren(QPushButton)[-1].click()
    assert bench.window.sheet is sheet
    incline.box.setText("0")
    sheet.findChildren(QPushButton)[-1].click()
    assert bench.window.sheet is not sheet, "what it shows may stay as it is"
    setpoint = controller.state.setpoint
    assert setpoint is not None
    assert (setpoint.speed_kmh, setpoint.incline_pct) == (pytest.approx(set_kmh, abs=0.05), 0.0)


def test_blood_pressure_goes_to_the_stage(bench: Bench) -> None:
    bench.to_stages()
    bench.window.run.controls.more_asked.emit()
    drawer_buttons(bench, tr("do.pressure")).click()
    sheet = bench.window.sheet
    assert sheet is not None
    systolic, diastolic = sheet.findChildren(Stepper)
    keep = sheet.findChildren(QPushButton)[-1]
    keep.click()
    assert bench.window.sheet is sheet, "nothing stands there beforehand that could be kept unread"
    for above, below in (("148", ""), ("84", "148"), ("148", "840")):
        systolic.box.setText(above)
        diastolic.box.setText(below)
        keep.click()
        assert bench.window.sheet is sheet
    for box, typed in ((systolic.box, "148"), (diastolic.box, "84")):
        box.setFocus()
        box.selectAll()
        QTest.keyClicks(box, typed)
        QTest.keyClick(box, Qt.Key.Key_Return)
    stage = bench.running.controller.recording.record(bench.running.controller.state).stages[-1]
    assert (stage.systolic_mmhg, stage.diastolic_mmhg) == (148, 84)


def test_the_straps_battery_stands_beside_its_state_and_its_name_behind_it(bench: Bench) -> None:
    bench.strap.battery_pct = 87
    bench.to_stages()
    assert bench.window.run.top.strap.text() == "Pulsbelte: puls mottas · batteri 87 %"
    assert bench.window.run.top.strap.toolTip() == "HRM 1"


def test_a_pulse_that_follows_the_steps_is_said_and_goes_on_being_shown(bench: Bench) -> None:
    bench.strap.flags = ("cadence_lock",)
    bench.to_stages()
    moment = bench.running.snapshot()
    assert "hr_cadence_lock" in [alarm.code for alarm in moment.alarms]
    assert moment.hr_bpm == 120


def test_attempts_to_reach_the_strap_are_counted_on_the_screen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.to_stages()
    bench.strap.bpm = None
    bench.pass_s(12.0)
    near = bench.window.run.heart.near
    without = near.text()
    monkeypatch.setattr(bench.strap, "attempts", 4, raising=False)
    bench.pass_s(1.0)
    assert "4 forsøk" in near.text() != without
    bench.strap.bpm = 118
    bench.pass_s(1.0)
    assert "forsøk" not in near.text()


def test_what_the_straps_driver_complains_of_stands_under_the_missing_pulse_until_there_is_one(bench: Bench) -> None:
    bench.to_run()
    heart = bench.window.run.heart
    bench.strap.bpm, bench.strap.trouble = None, (Cause("ble_off"),)
    bench.pass_s(7.0)
    assert heart.why.text() == "Bluetooth er slått av; slå det på i systemets innstillinger"
    QApplication.processEvents()
    assert heart.why.heightForWidth(heart.why.width()) <= heart.why.height()
    bench.strap.bpm = 90
    bench.pass_s(0.5)
    assert heart.why.text() == ""


def test_what_the_treadmills_driver_complains_of_is_why_there_is_no_start(bench: Bench) -> None:
    bench.to_run()
    bench.treadmill.state = BeltState.OFFLINE
    bench.treadmill.trouble = (Cause("port_taken", {"port": "COM3"}),)
    bench.pass_s(0.5)
    words = bench.window.run.start_words.text()
    assert "COM3" in words
    assert "svarer ikke: sjekk kabel, strøm og port" not in words


def test_a_notice_over_the_limit_leaves_the_plots_their_room(bench: Bench) -> None:
    bench.to_stages()
    run = bench.window.run
    before = run.load_plot.height() + run.time_plot.height()
    bench.strap.bpm = 190
    bench.pass_s(17.0)
    assert not run.limit.isHidden()
    assert run.messages.isHidden()
    QApplication.processEvents()
    assert run.load_plot.height() + run.time_plot.height() > 0.85 * before
