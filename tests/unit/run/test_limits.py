"""Limits under straps that flicker, and what going on over one of them answers."""

import types
from collections.abc import Callable, Iterator
from itertools import chain, cycle, repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import teststation.run.state as state_module
from tests.mutants import fails_with
from tests.unit.run.builders import PLAN, Bench, belt, heart
from teststation.cause import Cause
from teststation.ports import HeartRateStatus
from teststation.protocol.plan import StagePlan
from teststation.run import absence as absence_module
from teststation.run import events as ev
from teststation.run.alarms import alarms
from teststation.run.engine import heart as heart_module
from teststation.run.engine import limits, operator, prepared, stages, step, ticking
from teststation.run.record import Outcome
from teststation.run.recording import fold
from teststation.run.state import HoldCause, LimitNotice, Phase, TakenBack

LIMIT_BPM = 153.0
HIGH, LOW, NONE = 195, 90, None


def walk(bench: Bench, pattern: Iterator[int | None], seconds: float, every_s: float = 1.0) -> float:
    """Walk while the strap says one of ``pattern`` every ``every_s``; the seconds until the stages were left."""
    began_s = bench.now_s
    bench.bpm = None
    next_s = bench.now_s
    while bench.now_s - began_s < seconds and bench.state.phase is Phase.STAGES:
        if bench.now_s >= next_s:
            bench.feed(heart(bench.now_s, next(pattern)))
            next_s += every_s
        bench.run_for(0.25, dt_s=0.25)
    return bench.now_s - began_s


def flicker(*readings: tuple[int | None, int]) -> Iterator[int | None]:
    """Each reading so many times, over and over."""
    return cycle([bpm for bpm, times in readings for _ in range(times)])


# --- a strap that flickers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "every_s", "within_s"),
    [
        (((HIGH, 1), (NONE, 1)), 1.0, 46.0),
        (((HIGH, 1), (LOW, 1)), 1.0, 46.0),
        (((HIGH, 2), (LOW, 1)), 1.0, 39.0),
        (((HIGH, 14), (LOW, 1)), 1.0, 32.0),
        (((HIGH, 14), (NONE, 1)), 1.0, 32.0),
        (((HIGH, 1),), 4.0, 31.0),
        (((HIGH, 2), (LOW, 1)), 4.0, 45.0),
        (((HIGH, 5), (NONE, 5)), 1.0, 46.0),
        (((HIGH, 1), (LOW, 1), (NONE, 1)), 1.0, 61.0),
        (((HIGH, 3), (255, 1)), 1.0, 36.0),
        (((HIGH, 3), (0, 1)), 1.0, 36.0),
        (((HIGH, 1), (LOW, 1)), 0.25, 46.0),
        (((157, 3), (150, 2)), 1.0, 42.0),
    ],
    ids=str,
)
def test_a_pulse_over_the_limit_for_most_of_the_time_ends_the_stages(
    pattern: tuple[tuple[int | None, int], ...], every_s: float, within_s: float
) -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    assert walk(bench, flicker(*pattern), 180.0, every_s) <= within_s
    assert bench.state.outcome is Outcome.LIMIT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "limit_hr"
    assert float(bench.state.reason.values["bpm"]) > LIMIT_BPM


@pytest.mark.parametrize(
    "pattern",
    [
        ((HIGH, 1), (LOW, 9)),
        ((HIGH, 9), (LOW, 21)),
        ((150, 1), (153, 5)),
        ((LOW, 10), (HIGH, 4)),
        ((160, 12), (150, 18)),
    ],
    ids=str,
)
def test_short_peaks_over_the_limit_are_no_limit(pattern: tuple[tuple[int | None, int], ...]) -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, flicker(*pattern), 100.0)
    assert bench.state.phase is Phase.STAGES
    assert bench.state.notice is None
    assert not [m for m in bench.recording.record(bench.state).marks if m.kind == "limit_reached"]


def test_a_pulse_that_is_lost_at_the_limit_and_comes_back_there_goes_on_being_counted() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, iter([HIGH] * 12 + [NONE] * 20 + [HIGH] * 60), 36.0)
    assert bench.state.notice is not None


def test_a_notice_is_not_taken_back_by_a_single_low_reading_or_by_none() -> None:
    for low in (LOW, NONE, 0, 255):
        bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
        walk(bench, flicker((HIGH, 1)), 16.0)
        assert bench.state.notice is not None
        acts_at_s = bench.state.notice.acts_at_s
        walk(bench, iter([low, HIGH, low, low, HIGH, HIGH, low]), 7.0)
        assert bench.state.notice is not None
        assert bench.state.notice.acts_at_s == acts_at_s


def test_a_pulse_that_is_truly_below_takes_the_notice_back_and_the_stage_goes_on() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    ends_s = bench.state.stage_ends_s
    walk(bench, flicker((HIGH, 1)), 16.0)
    assert bench.state.holds == {HoldCause.LIMIT}
    walk(bench, flicker((140, 1)), 10.2)
    assert bench.state.notice is None
    assert not bench.state.holds
    assert bench.state.stage_ends_s == pytest.approx(ends_s + 11.0, abs=0.3)
    walk(bench, flicker((140, 1)), 30.0)
    assert bench.state.phase is Phase.STAGES
    assert [m.kind for m in bench.recording.record(bench.state).marks].count("limit_reached") == 1


def test_a_pulse_that_falls_and_rises_again_at_once_is_asked_about_at_once() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    assert walk(bench, iter([HIGH] * 16 + [140] * 11 + [HIGH] * 60), 80.0) < 45.0
    assert bench.state.outcome is Outcome.LIMIT


def test_a_burst_of_late_readings_counts_by_its_stamps() -> None:
    """A station that stood still for ten seconds reads what came meanwhile, each with the time at which it came."""
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    t_s = bench.now_s
    bench.feed(*(heart(t_s + n, HIGH) for n in range(11)))
    bench.feed(belt(t_s + 10.0, 4.8), ev.Ticked(t_s=t_s + 10.0))
    assert bench.state.notice is None
    bench.now_s = t_s + 10.0
    walk(bench, flicker((HIGH, 1)), 6.0)
    assert bench.state.notice is not None


def test_stamps_that_run_backwards_neither_add_nor_take_time() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.bpm = None
    for _ in range(14):
        bench.run_for(1.0, dt_s=0.5)
        bench.feed(heart(bench.now_s, HIGH), heart(bench.now_s - 5.0, HIGH))
    bench.bpm = HIGH
    assert bench.state.notice is None
    bench.run_for(3.0)
    assert bench.state.notice is not None


def test_no_load_is_raised_while_the_operator_is_asked() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, flicker((100, 1)), 90.0)
    walk(bench, flicker((HIGH, 1)), 16.0)
    assert bench.state.notice is not None
    before = bench.state.setpoint
    t_s = bench.now_s
    bench.feed(
        ev.LoadChanged(t_s=t_s, speed_kmh=4.8, incline_pct=4.0),
        ev.HoldReleased(t_s=t_s),
        ev.NextPressed(t_s=t_s),
        ev.Ticked(t_s=t_s),
    )
    assert bench.state.setpoint == before
    bench.feed(ev.LimitOverridden(t_s=t_s, reason="well"), ev.Ticked(t_s=t_s))
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 4.0, "answered, the stage's load comes"


def test_a_stage_that_ends_while_the_operator_is_asked_waits_for_the_answer() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.feed(heart(bench.now_s, 100))
    bench.bpm = 100
    bench.run_for(bench.state.stage_ends_s - bench.now_s - 20.0)
    walk(bench, flicker((HIGH, 1)), 25.0)
    assert bench.state.stage_index == 0
    bench.feed(ev.LimitOverridden(t_s=bench.now_s, reason="well"))
    walk(bench, flicker((HIGH, 1)), 6.0)
    assert bench.state.stage_index == 1
    assert bench.state.notice is not None, "the next stage asks for itself"
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 0.0, "and its load waits for the answer"


# --- a strap that is hardly there --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "within_s"),
    [
        (((120, 1), (NONE, 49)), 62.0),
        (((120, 5), (NONE, 45)), 66.0),
        (((120, 12), (NONE, 48)), 90.0),
        (((120, 15), (NONE, 45)), 100.0),
        (((120, 1), (NONE, 1)), 75.0),
        (((NONE, 1),), 61.0),
    ],
    ids=str,
)
def test_a_strap_that_gives_a_beat_now_and_then_does_not_put_off_cool_down(
    pattern: tuple[tuple[int | None, int], ...], within_s: float
) -> None:
    bench = Bench().started()
    assert walk(bench, flicker(*pattern), 300.0) <= within_s
    assert bench.state.outcome is Outcome.FAULT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "hr_lost"


def test_short_gaps_in_a_good_pulse_hold_for_as_long_as_they_last() -> None:
    bench = Bench().started()
    ends_s = bench.state.stage_ends_s
    walk(bench, flicker((120, 9), (NONE, 1)), 100.0)
    assert bench.state.phase is Phase.STAGES
    assert bench.state.stage_ends_s == pytest.approx(ends_s + 10.0, abs=1.1)


def test_a_single_beat_neither_frees_the_stage_nor_raises_its_load() -> None:
    bench = Bench().started()
    walk(bench, iter([NONE] * 9), 8.0)
    bench.feed(ev.NextPressed(t_s=bench.now_s))
    walk(bench, iter([120] + [NONE] * 9), 9.0)
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 0.0
    assert HoldCause.HR_LOST in bench.state.holds
    walk(bench, flicker((120, 1)), 11.5)
    assert bench.state.setpoint.incline_pct == 4.0
    assert not bench.state.holds


def test_a_pulse_that_comes_and_goes_is_said_to() -> None:
    bench = Bench().started()
    walk(bench, iter([NONE, NONE, NONE, NONE, NONE, NONE, 120]), 6.5)
    assert bench.state.hr_status is HeartRateStatus.OK
    assert [a.code for a in alarms(bench.state, bench.now_s)] == ["hr_comes_and_goes"]


def test_incline_raised_by_hand_is_refused_without_a_pulse() -> None:
    bench = Bench().started()
    bench.feed(heart(bench.now_s, None))
    before = bench.state.setpoint
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.8, incline_pct=2.0))
    assert bench.state.setpoint == before
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.0, incline_pct=0.0))
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.speed_kmh == 4.0


def test_a_pulse_lost_for_a_minute_leads_to_cool_down_while_the_stage_is_held_by_hand() -> None:
    bench = Bench().started()
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    assert 59.0 < walk(bench, flicker((NONE, 1)), 120.0) < 62.0
    assert bench.state.outcome is Outcome.FAULT


# --- one answer, one limit ---------------------------------------------------------------------------------------


def over(bench: Bench, bpm: int = 160) -> None:
    """The pulse goes over the limit until the operator is asked."""
    walk(bench, flicker((bpm, 1)), 16.0)
    assert bench.state.notice is not None
    assert bench.state.notice.cause.code == "limit_hr"


def go_on(bench: Bench, limit: str = "") -> None:
    bench.feed(ev.LimitOverridden(t_s=bench.now_s, reason="well", limit=limit))


def test_going_on_over_borg_says_nothing_of_the_pulse() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    go_on(bench)
    assert bench.state.notice is None
    assert walk(bench, flicker((160, 1)), 60.0) < 32.0
    assert bench.state.reason is not None
    assert bench.state.reason.code == "limit_hr"


def test_going_on_over_the_pulse_says_nothing_of_borg() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    go_on(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    assert walk(bench, flicker((160, 1)), 60.0) < 16.0
    assert bench.state.reason is not None
    assert bench.state.reason.code == "limit_rpe"


def test_borg_given_while_the_pulse_is_asked_about_is_asked_next_with_its_whole_time() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=18))
    walk(bench, flicker((160, 1)), 10.0)
    go_on(bench)
    assert bench.state.notice is not None
    assert bench.state.notice.cause.code == "limit_rpe"
    assert 14.0 < walk(bench, flicker((160, 1)), 60.0) < 16.0
    assert bench.state.outcome is Outcome.LIMIT


def test_an_answer_that_names_its_limit_answers_no_other() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    go_on(bench, "limit_hr")
    assert bench.state.notice is not None
    assert bench.state.notice.cause.code == "limit_rpe"
    go_on(bench, "limit_rpe")
    assert bench.state.notice is None


def test_a_higher_borg_asks_again_and_the_same_does_not_until_the_next_stage() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    go_on(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17), ev.RpeGiven(t_s=bench.now_s, rpe=16))
    assert bench.state.notice is None
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=18))
    assert bench.state.notice is not None
    go_on(bench)
    bench.feed(ev.NextPressed(t_s=bench.now_s), ev.RpeGiven(t_s=bench.now_s, rpe=17))
    assert bench.state.notice is not None


def test_the_highest_borg_that_was_asked_about_is_what_is_answered() -> None:
    bench = Bench().started()
    for rpe in (17, 19, 18):
        bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=rpe))
    assert bench.state.notice is not None
    assert bench.state.notice.cause.values == {"rpe": 19}
    go_on(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=19))
    assert bench.state.notice is None


def test_two_limits_that_were_answered_stay_answered_both() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    go_on(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    go_on(bench)
    walk(bench, flicker((160, 1)), 20.0)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    assert bench.state.notices == ()
    assert bench.state.phase is Phase.STAGES


def test_while_one_of_two_limits_is_not_answered_the_stage_waits_and_each_keeps_its_own_words() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17), ev.RpeGiven(t_s=bench.now_s, rpe=18))
    asked = [(notice.cause.code, notice.cause.values) for notice in bench.state.notices]
    assert asked == [("limit_hr", {"bpm": 160, "limit": 153}), ("limit_rpe", {"rpe": 18})]
    go_on(bench)
    assert bench.state.holds == {HoldCause.LIMIT}
    go_on(bench)
    assert bench.state.holds == frozenset()


def test_a_pulse_at_its_limit_is_not_over_it() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, flicker((153, 1)), 40.0)
    assert bench.state.notice is None
    over(bench)
    walk(bench, flicker((153, 1)), 11.0)
    assert bench.state.notice is None


def test_holding_the_stage_makes_no_limit_higher_for_longer() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.bpm = 120
    bench.run_for(60.0)
    over(bench)
    rest_s = bench.state.stage_remaining_s(bench.now_s)
    go_on(bench)
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    walk(bench, flicker((160, 1)), rest_s - 1.0)
    assert bench.state.notice is None
    assert walk(bench, flicker((160, 1)), 60.0) == pytest.approx(16.0, abs=0.5)
    assert bench.state.outcome is Outcome.LIMIT


def test_making_the_stage_longer_makes_no_limit_higher_for_longer() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    rest_s = bench.state.stage_remaining_s(bench.now_s)
    go_on(bench)
    bench.feed(ev.StageExtended(t_s=bench.now_s))
    walk(bench, flicker((160, 1)), rest_s + 1.0)
    assert bench.state.stage_index == 0
    assert bench.state.notice is not None


def test_borg_is_asked_for_again_where_a_held_stage_outlives_its_answer() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    rest_s = bench.state.stage_remaining_s(bench.now_s)
    go_on(bench)
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    bench.bpm = 120
    bench.run_for(rest_s - 1.0)
    assert bench.state.notice is None
    bench.run_for(5.0)
    assert [notice.cause.values for notice in bench.state.notices] == [{"rpe": 17}], "once"
    assert bench.state.notices[0].acts_at_s - bench.now_s == pytest.approx(11.0, abs=1.1)


def test_the_pulse_that_is_told_is_the_middle_of_what_was_over() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, chain([160] * 10, repeat(200)), 16.0)
    assert bench.state.notice is not None
    assert bench.state.notice.cause.values == {"bpm": 160, "limit": 153}


def test_the_next_stage_asks_again_about_a_borg_that_was_gone_on_over_and_its_load_waits() -> None:
    """What somebody bears in this stage says nothing of the next: it was the reason to end the test, and stands."""
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=19))
    go_on(bench)
    bench.bpm = 120
    bench.run_for(bench.state.stage_ends_s - bench.now_s + 5.0)
    assert bench.state.stage_index == 1
    assert [notice.cause.values for notice in bench.state.notices] == [{"rpe": 19}]
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 0.0, "its load waits for the answer"
    go_on(bench)
    bench.run_for(1.0)
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 4.0
    assert bench.state.notice is None


def test_a_borg_that_has_come_down_since_is_not_asked_about_again() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=18))
    go_on(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17), ev.RpeGiven(t_s=bench.now_s, rpe=16))
    bench.bpm = 120
    bench.run_for(bench.state.stage_ends_s - bench.now_s + 5.0)
    assert bench.state.stage_index == 1
    assert bench.state.notice is None
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    assert [notice.cause.values for notice in bench.state.notices] == [{"rpe": 17}]


@pytest.mark.parametrize("last", [(LOW,), (LOW, LOW, LOW), (NONE, LOW), (LOW, NONE), (LOW, HIGH, LOW)], ids=str)
def test_a_few_low_readings_at_the_end_of_a_stage_let_no_load_rise(last: tuple[int | None, ...]) -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    go_on(bench)
    walk(bench, flicker((160, 1)), bench.state.stage_ends_s - bench.now_s - len(last))
    assert bench.state.stage_index == 0
    walk(bench, iter([*last, LOW, 160, 160]), len(last) + 0.75)
    if bench.state.stage_index == 0:
        bench.feed(ev.NextPressed(t_s=bench.now_s))
    assert bench.state.stage_index == 1
    assert bench.state.notice is not None
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct == 0.0


# --- a pulse that comes and goes -----------------------------------------------------------------------------------

LONG_PLAN = replace(PLAN, stages=(StagePlan("1", 3600.0, 4.8, 0.0),))


def seconds_until_the_end(pulse: Iterator[int | None], within_s: int, every_s: float = 1.0) -> float | None:
    """How long a stage without an end goes on under this pulse; None: for longer than that."""
    bench = Bench(LONG_PLAN, hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, iter([LOW] * 60), 60.0)
    lasted_s = walk(bench, pulse, within_s, every_s)
    return None if bench.state.phase is Phase.STAGES else lasted_s


@pytest.mark.parametrize(
    ("over_s", "under_s"),
    [
        (9.5, 10.5), (14.0, 11.0), (12.0, 12.0), (19.5, 12.0), (19.5, 25.0), (19.5, 30.0), (7.5, 7.5), (15.0, 15.0),
        (11.0, 10.5),
    ],
)  # fmt: skip
def test_a_pulse_that_leaves_its_limit_by_turns_ends_the_stages(over_s: float, under_s: float) -> None:
    """Its notice comes and goes, and its time runs on."""
    pulse = flicker((HIGH, round(2 * over_s)), (LOW, round(2 * under_s)))
    lasted_s = seconds_until_the_end(pulse, 300, 0.5)
    assert lasted_s is not None
    assert lasted_s <= 3 * (over_s + under_s)


def test_a_pulse_that_is_seldom_over_its_limit_ends_nothing() -> None:
    assert seconds_until_the_end(flicker((HIGH, 16), (LOW, 80)), 400) is None
    assert seconds_until_the_end(flicker((HIGH, 6), (LOW, 24)), 400) is None


def test_a_notice_that_comes_back_soon_has_the_time_it_had_and_one_long_after_its_own() -> None:
    for pause_s, left_s in ((11, 5.0), (50, 5.0), (80, 15.0)):
        bench = Bench(LONG_PLAN, hr_limit_bpm=LIMIT_BPM).started()
        walk(bench, iter([LOW] * 60 + [HIGH] * 16), 76.0)
        assert bench.state.notice is not None
        walk(bench, flicker((LOW, 1)), pause_s)
        assert bench.state.notice is None
        while bench.state.notice is None:
            walk(bench, flicker((HIGH, 1)), 0.25)
        assert bench.state.notice.acts_at_s - bench.now_s == pytest.approx(left_s, abs=0.3), pause_s


def test_after_an_answer_a_notice_has_its_whole_time_however_soon_it_comes() -> None:
    bench = Bench(LONG_PLAN, hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, iter([LOW] * 60 + [HIGH] * 16 + [LOW] * 12 + [HIGH] * 3), 91.0)
    assert bench.state.notice is not None
    go_on(bench)
    walk(bench, iter([LOW] * 12), 12.0)
    while bench.state.notice is None:
        walk(bench, flicker((HIGH + 15, 1)), 0.25)
    assert bench.state.notice.acts_at_s - bench.now_s == pytest.approx(15.0, abs=0.3)


def test_an_answer_about_borg_gives_the_pulse_no_new_time() -> None:
    bench = Bench(LONG_PLAN, hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, iter([LOW] * 60 + [HIGH] * 16 + [LOW] * 11), 87.0)
    assert bench.state.notice is None
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    go_on(bench)
    while bench.state.notice is None:
        walk(bench, flicker((HIGH, 1)), 0.25)
    assert bench.state.notice.acts_at_s - bench.now_s == pytest.approx(5.0, abs=0.3)


def test_a_notice_is_the_same_one_for_a_minute_and_another_one_then() -> None:
    state = replace(Bench(hr_limit_bpm=LIMIT_BPM).started().state, taken_back=TakenBack(acts_at_s=106.0, at_s=100.0))
    assert limits._acts_at_s(state, 100.0, "limit_hr") == 106.0, "what was left of it"
    assert limits._acts_at_s(state, 104.0, "limit_hr") == 109.0
    assert limits._acts_at_s(state, 160.0, "limit_hr") == 165.0
    assert limits._acts_at_s(state, 160.1, "limit_hr") == pytest.approx(175.1)
    assert limits._acts_at_s(state, 104.0, "limit_rpe") == 119.0


def test_a_notice_acts_at_its_very_moment() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    notice = LimitNotice(Cause("limit_rpe", {"rpe": 17}), bench.now_s + 2.0)
    asked = replace(bench.state, notices=(notice,), belt_read_s=bench.now_s + 1.5)
    assert step(asked, ev.Ticked(t_s=bench.now_s + 1.9))[0].phase is Phase.STAGES
    assert step(asked, ev.Ticked(t_s=bench.now_s + 2.0))[0].phase is Phase.COOL_DOWN


def test_what_is_over_at_the_planned_end_is_asked_about_no_more() -> None:
    """The load falls now whatever anybody answers, and a notice would hold what has no clock."""
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    t_s, pulse = bench.now_s + 1.0, bench.state.pulse
    for n in range(40):
        pulse = pulse.read(t_s - 40.0 + n, HIGH)
    last = replace(bench.state, stage_index=2, stage_ends_s=t_s, pulse=pulse, hr_read_s=t_s, hr_bpm=HIGH)
    ended, _ = step(last, ev.Ticked(t_s=t_s))
    assert (ended.phase, ended.outcome) == (Phase.COOL_DOWN, Outcome.COMPLETED)
    assert (ended.notices, ended.holds) == ((), frozenset())


def test_a_notice_of_a_pulse_that_was_over_for_half_a_minute_goes_away_by_an_answer_alone() -> None:
    """Fourteen seconds over, sixteen below, fourteen over: half of a minute, and no notice before the last of it."""
    bench = Bench(LONG_PLAN, hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, chain([LOW] * 60, [HIGH] * 14, [LOW] * 16, [HIGH] * 14, [LOW] * 2, [HIGH] * 3, repeat(LOW)), 109.25)
    assert bench.state.notice is not None
    walk(bench, flicker((LOW, 1)), 12.0)
    assert bench.state.notice is not None
    assert walk(bench, flicker((LOW, 1)), 20.0) < 5.0
    assert bench.state.outcome is Outcome.LIMIT


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([HIGH, HIGH, 154, LOW, 153, NONE]), st.integers(1, 25)), min_size=2, max_size=12)
)
def test_a_pulse_over_its_limit_for_half_of_a_minute_ends_the_stages_whatever_else_it_does(
    spells: list[tuple[int | None, int]],
) -> None:
    pulse = [bpm for bpm, seconds in spells for _ in range(seconds)]
    above = [bpm is not None and bpm > LIMIT_BPM for bpm in pulse]
    minutes = [end for end in range(1, len(above) + 1) if sum(above[max(0, end - 60) : end]) >= 30]
    if minutes:
        lasted_s = seconds_until_the_end(chain(pulse, repeat(LOW)), minutes[0] + 20)
        assert lasted_s is not None


def test_the_next_stage_asks_once_where_nobody_answers() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17))
    go_on(bench)
    bench.bpm = 120
    bench.run_for(bench.state.stage_ends_s - bench.now_s + 16.0)
    assert bench.state.outcome is Outcome.LIMIT
    assert bench.state.reason is not None
    assert bench.state.reason.code == "limit_rpe"


def test_an_answer_at_the_very_end_of_a_held_stage_lasts_as_long_as_a_limit_takes() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.bpm = 120
    bench.run_for(bench.state.stage_ends_s - bench.now_s - 0.5)
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    over(bench)
    go_on(bench)
    walk(bench, flicker((160, 1)), 14.0)
    assert bench.state.notice is None
    walk(bench, flicker((160, 1)), 2.0)
    assert bench.state.notice is not None


def test_a_pulse_that_rises_far_above_what_was_answered_is_asked_about_again() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench, 160)
    go_on(bench)
    walk(bench, flicker((170, 1)), 30.0)
    assert bench.state.notice is None
    walk(bench, flicker((171, 1)), 16.0)
    assert bench.state.notice is not None
    assert bench.state.notice.cause.values == {"bpm": 171, "limit": 153}


def test_the_journal_alone_tells_the_state_of_a_flickering_run() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    walk(bench, flicker((HIGH, 2), (NONE, 1), (LOW, 1)), 20.0, 0.7)
    go_on(bench)
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=17), ev.HoldPressed(t_s=bench.now_s))
    walk(bench, flicker((HIGH, 3), (NONE, 1)), 9.0)
    # As the controller writes it: ticks only where they changed something.
    state, kept = prepared(bench.first), [bench.events[0]]
    for event in bench.events[1:]:
        after, _ = step(state, event)
        if after != state or not isinstance(event, ev.Ticked):
            kept.append(event)
        state = after
    assert state == bench.state
    assert len(kept) < len(bench.events)
    assert fold(kept)[0] == bench.state


def test_a_notice_is_heard_whatever_was_silenced_of_an_earlier_one() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    over(bench)
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="limit_hr", silenced=True))
    assert [alarm.code for alarm in alarms(bench.state, bench.now_s)] == ["limit_hr"], "it acts by itself, so it stands"
    bench.feed(ev.LimitOverridden(t_s=bench.now_s, reason="talks", limit="limit_hr"))
    over(bench, 190)
    (alarm,) = alarms(bench.state, bench.now_s)
    assert (alarm.code, alarm.sounding) == ("limit_hr", True)


def test_a_notice_keeps_the_highest_pulse_of_what_reached_it_and_since() -> None:
    bench = Bench(hr_limit_bpm=LIMIT_BPM).started()
    bench.bpm = 158
    bench.run_for(5.0)
    bench.bpm = 155
    bench.run_for(11.0)
    assert bench.state.notice is not None
    assert bench.state.notice.highest_bpm == 158, "it was higher before the limit was announced"
    bench.bpm = 161
    bench.run_for(1.0)
    bench.bpm = 148
    bench.run_for(4.0)
    assert bench.state.notice is not None
    assert bench.state.notice.highest_bpm == 161


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "the highest is the latest": (
        limits,
        "for bpm in (standing.highest_bpm, read)",
        "for bpm in (state.pulse.last,)",
        test_a_notice_keeps_the_highest_pulse_of_what_reached_it_and_since,
    ),
    "the first low reading begins anew": (
        limits,
        "    lately = state.pulse.at_least(for_s, t_s, AMONG * for_s, lambda bpm: bpm > limit)\n"
        "    return lately or _over_for_long(state, t_s)\n",
        "    return state.pulse.at_least(for_s, t_s, for_s, lambda bpm: bpm > limit)\n",
        lambda: test_a_pulse_over_the_limit_for_most_of_the_time_ends_the_stages(((HIGH, 14), (LOW, 1)), 1.0, 32.0),
    ),
    "a missing reading begins anew": (
        heart_module,
        "hr_bpm=None, pulse=state.pulse.silent(t_s))",
        "hr_bpm=None, pulse=replace(state.pulse, spells=()))",
        lambda: test_a_pulse_over_the_limit_for_most_of_the_time_ends_the_stages(((HIGH, 14), (NONE, 1)), 1.0, 32.0),
    ),
    "a peak is a limit": (
        limits,
        "state.pulse.at_least(for_s, t_s, AMONG",
        "state.pulse.at_least(for_s / 2, t_s, AMONG",
        lambda: test_short_peaks_over_the_limit_are_no_limit(((HIGH, 9), (LOW, 21))),
    ),
    "what was over a while ago is asked about though it is below": (
        limits,
        "if limit is None or _below(state, t_s):",
        "if limit is None:",
        test_a_pulse_that_is_truly_below_takes_the_notice_back_and_the_stage_goes_on,
    ),
    "one low reading takes the notice back": (
        limits,
        "state.pulse.at_least(for_s, t_s, for_s, lambda bpm: bpm <= limit)",
        "(state.pulse.last or 0) <= limit",
        test_a_notice_is_not_taken_back_by_a_single_low_reading_or_by_none,
    ),
    "a notice is never taken back": (
        limits,
        "elif standing is not None and not standing.stays and _below(state, t_s):",
        "elif False:",
        test_a_pulse_that_is_truly_below_takes_the_notice_back_and_the_stage_goes_on,
    ),
    "the load may be raised by hand while it is asked": (
        state_module,
        "return self.hr_lost_since_s is None and not self.notices",
        "return self.hr_lost_since_s is None",
        test_no_load_is_raised_while_the_operator_is_asked,
    ),
    "the next stage's load comes while it is asked": (
        stages,
        "state.holds & BARRED_BY",
        "state.holds & {'hr_lost'}",
        test_no_load_is_raised_while_the_operator_is_asked,
    ),
    "the next stage is asked for after its load": (
        stages,
        "limits.watched(replace(state, stage_index=index), t_s)",
        "replace(state, stage_index=index)",
        test_a_stage_that_ends_while_the_operator_is_asked_waits_for_the_answer,
    ),
    "one beat is a pulse that is back": (
        heart_module,
        "    if not back:\n        return state\n",
        "",
        test_a_single_beat_neither_frees_the_stage_nor_raises_its_load,
    ),
    "what comes back for a moment has never been away": (
        absence_module,
        "allowed_s - max(lost_s, away_s)",
        "allowed_s - lost_s",
        lambda: test_a_strap_that_gives_a_beat_now_and_then_does_not_put_off_cool_down(((120, 12), (NONE, 48)), 90.0),
    ),
    "a pulse that never comes back is waited for": (
        absence_module,
        "allowed_s - max(lost_s, away_s)",
        "allowed_s - away_s",
        lambda: test_a_strap_that_gives_a_beat_now_and_then_does_not_put_off_cool_down(((120, 1), (NONE, 1)), 75.0),
    ),
    "a lost pulse waits for the held stage": (
        ticking,
        "    if absent_too_long(state, t_s):",
        "    if absent_too_long(state, t_s) and 'operator' not in state.holds:",
        test_a_pulse_lost_for_a_minute_leads_to_cool_down_while_the_stage_is_held_by_hand,
    ),
    "incline is raised by hand without a pulse": (
        operator,
        "load.speed_kmh > state.setpoint.speed_kmh or load.incline_pct > state.setpoint.incline_pct",
        "load.speed_kmh > state.setpoint.speed_kmh",
        test_incline_raised_by_hand_is_refused_without_a_pulse,
    ),
    "one answer for all": (
        limits,
        "    answered = _override(state, PULSE)\n    if answered is None",
        "    if state.overrides:\n        return 999.0\n    answered = None\n    if answered is None",
        test_going_on_over_borg_says_nothing_of_the_pulse,
    ),
    "borg at the limit is ignored after an answer": (
        limits,
        "answered.holds(state.stage_index, t_s) and rpe <= answered.level:",
        "answered.holds(state.stage_index, t_s):",
        test_a_higher_borg_asks_again_and_the_same_does_not_until_the_next_stage,
    ),
    "an answer to the pulse answers borg": (
        limits,
        "    answered = _override(state, BORG)\n",
        "    answered = _override(state, BORG) or _override(state, PULSE)\n",
        test_going_on_over_the_pulse_says_nothing_of_borg,
    ),
    "only one limit is asked about at a time, the other is lost": (
        limits,
        "    if _notice(state, cause.code) is not None:",
        "    if state.notices:",
        test_borg_given_while_the_pulse_is_asked_about_is_asked_next_with_its_whole_time,
    ),
    "a notice that comes back begins anew": (
        limits,
        "    if code != PULSE or before is None or",
        "    if True or before is None or",
        lambda: test_a_pulse_that_leaves_its_limit_by_turns_ends_the_stages(9.5, 10.5),
    ),
    "it comes back with no time at all": (
        limits,
        "return max(before.acts_at_s, t_s + ANSWER_AGAIN_SHARE * whole_s)",
        "return before.acts_at_s",
        test_a_notice_that_comes_back_soon_has_the_time_it_had_and_one_long_after_its_own,
    ),
    "an answer leaves the old notice's time running": (
        limits,
        "taken_back = None if code == PULSE else state.taken_back",
        "taken_back = state.taken_back",
        test_after_an_answer_a_notice_has_its_whole_time_however_soon_it_comes,
    ),
    "half of a minute is forgotten in ten seconds": (
        limits,
        "replace(standing, stays=True)",
        "standing",
        test_a_notice_of_a_pulse_that_was_over_for_half_a_minute_goes_away_by_an_answer_alone,
    ),
    "one low reading lets the next load come": (
        limits,
        "if limit is None or _below(state, t_s):",
        "if limit is None or state.pulse.last is None or state.pulse.last <= limit:",
        lambda: test_a_few_low_readings_at_the_end_of_a_stage_let_no_load_rise((LOW,)),
    ),
    "what was borne in one stage is borne in the next": (
        limits,
        "or last is None or borg.holds(state.stage_index, t_s):",
        "or last is None or borg.stage_index != state.stage_index or t_s < borg.until_s:",
        test_the_next_stage_asks_again_about_a_borg_that_was_gone_on_over_and_its_load_waits,
    ),
    "a borg that came down is asked about for ever": (
        limits,
        "if last >= state.plan.limits.rpe_max:",
        "if True:",
        test_a_borg_that_has_come_down_since_is_not_asked_about_again,
    ),
    "hold stretches an answer": (
        state_module,
        "return self.stage_index == stage_index and t_s < self.until_s",
        "return self.stage_index == stage_index",
        test_holding_the_stage_makes_no_limit_higher_for_longer,
    ),
    "what was silenced once stays silent": (
        limits,
        "silenced=state.silenced - {cause.code}",
        "silenced=state.silenced",
        test_a_notice_is_heard_whatever_was_silenced_of_an_earlier_one,
    ),
    "borg is never asked for again": (
        limits,
        "    if borg is None or last is None",
        "    if True or borg is None or last is None",
        test_borg_is_asked_for_again_where_a_held_stage_outlives_its_answer,
    ),
    "an answer lifts the limit altogether": (
        limits,
        "answered.level + AGAIN_BPM",
        "999",
        test_a_pulse_that_rises_far_above_what_was_answered_is_asked_about_again,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(*FAULTS[fault])
