"""Several persons at once: who may train together, and a clock that needs no belt."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mutants import fails_with
from tests.unit.run.test_bouts import plan
from tests.unit.training.session.builders import END_S, true_pulse
from teststation.physiology.advice import symptoms_of
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run.noted import symptoms_noted
from teststation.run.record import ALARM_OVER, ALARM_RAISED, PULSE_FROZEN, Outcome, RunRecord
from teststation.run.state import Phase
from teststation.subject import Sex, Subject
from teststation.training import together
from teststation.training.session.analysis import analyse
from teststation.training.session.pulse import readings_of
from teststation.training.together import NO_BELT, Training, Wearer, problems, training_of, without_belt

ZERO_S = 1000.0


def first() -> ev.RunPrepared:
    return ev.RunPrepared(
        t_s=ZERO_S - 30, run_id="g", started_at="2026-01-05T10:00:00+01:00", plan=without_belt(plan()),
        subject=Subject(Sex.MALE, 44.0, 88.0), hr_limit_bpm=None, treadmill=NO_BELT, heart_rate="ble:x", person_id="p",
    )  # fmt: skip


def events_of(until_s: float = END_S + 5, lost: tuple[float, float] = (0.0, 0.0)) -> list[ev.AnyEvent]:
    heard = ev.HeartRateRead(ZERO_S - 1.0, HeartRateStatus.OK, 90, contact=True)
    told: list[ev.AnyEvent] = [first(), heard, ev.TestBegan(t_s=ZERO_S)]
    for one in true_pulse():
        if one.t_s > until_s:
            break
        gone = lost[0] <= one.t_s < lost[1]
        status = HeartRateStatus.STALE if gone else HeartRateStatus.OK
        told.append(ev.HeartRateRead(ZERO_S + one.t_s, status, None if gone else one.bpm, one.rr_1024, contact=True))
        if one.t_s in (545.0, 965.0, 1385.0, 1805.0):
            told.append(ev.RpeGiven(t_s=ZERO_S + one.t_s, rpe=17))
    return [*told, ev.Ticked(t_s=ZERO_S + until_s)]


def test_a_symptom_noted_in_a_group_stands_until_its_person_is_done_and_is_kept() -> None:
    training = Training(first())
    for event in events_of(400.0)[1:]:
        training.feed(event)
    assert symptoms_noted(training.state) == ""
    training.feed(ev.Marked(ZERO_S + 401.0, "symptom", "Svimmel eller ustø"))
    training.feed(ev.Marked(ZERO_S + 401.5, "note", "Drakk vann"))
    training.feed(ev.Ticked(t_s=ZERO_S + 402.0))
    assert symptoms_noted(training.state) == "svimmel eller ustø"
    assert training.state.phase is Phase.STAGES, "the operator decides"
    raised = [one.text for one in training.run.marks if one.kind == ALARM_RAISED]
    assert raised == ["symptom_noted;what=svimmel eller ustø"]
    assert [one.words for one in symptoms_of(training.run)] == ["Svimmel eller ustø"]
    training.feed(ev.StopPressed(ZERO_S + 410.0, "dizzy"))
    assert symptoms_noted(training.state) == ""


def test_a_whole_session_is_walked_by_the_clock_alone_and_kept_without_a_load() -> None:
    events = events_of()
    run = training_of(events)
    assert (run.outcome, run.ended_s, run.belt, run.belt_at_rest) == (Outcome.COMPLETED, END_S, (), True)
    assert [round(stage.began_s) for stage in run.stages] == [0, 300, 540, 720, 960, 1140, 1380, 1560]
    found = analyse(run, readings_of(events))
    assert (found.bouts_done, found.bouts_reached) == (4, 4)
    assert [bout.rpe for bout in found.bouts] == [17] * 4
    assert found.next_load is None
    assert all(bout.speed_kmh is None for bout in found.bouts), "nobody set a load"
    assert found.peak is not None
    assert found.peak.bpm == pytest.approx(168, abs=2)
    assert found.peak.hard_enough


def test_a_strap_that_is_lost_stops_no_clock_and_is_marked() -> None:
    run = training_of(events_of(lost=(330.0, 700.0)))
    assert run.outcome is Outcome.COMPLETED
    assert [mark.kind for mark in run.marks if mark.kind.startswith("hr_")] == ["hr_lost", "hr_back"]


def read(readings: Iterable[tuple[float, int | None]], *, flags: tuple[str, ...] = ()) -> Training:
    """A session with this pulse, by seconds from its start; None: there is none."""
    training = Training(first())
    training.feed(ev.HeartRateRead(ZERO_S - 1.0, HeartRateStatus.OK, 90))
    training.feed(ev.TestBegan(t_s=ZERO_S))
    for t_s, bpm in readings:
        status = HeartRateStatus.STALE if bpm is None else HeartRateStatus.OK
        training.feed(ev.HeartRateRead(ZERO_S + t_s, status, bpm, flags=flags))
        training.feed(ev.Ticked(t_s=ZERO_S + t_s))
    return training


def said(training: Training, t_s: float) -> list[str]:
    return [cause.code for cause in training.said_of_pulse(ZERO_S + t_s)]


def marks(training: Training) -> list[str]:
    return [mark.kind for mark in training.run.marks]


def test_a_pulse_that_stands_still_while_the_session_asks_for_more_is_told_and_no_peak() -> None:
    stands = [(float(second), 120 if second > 200 else 90 + second % 3) for second in range(561)]
    training = read(stands)
    assert said(training, 560.0) == ["hr_frozen"]
    assert PULSE_FROZEN in marks(training)
    assert training.part(ZERO_S + 560.0).name == "pause", "and no clock waits for it"
    moves = [(float(second), 120 + second % 3) for second in range(561)]
    assert said(read(moves), 560.0) == []


def test_a_number_that_is_no_pulse_is_none() -> None:
    training = read([(1.0, 90), (2.0, 255)])
    assert training.state.hr_bpm is None
    assert said(training, 2.0) == ["group_strap_lost"]


def test_a_pulse_that_flickers_is_not_taken_for_one_that_is_back() -> None:
    training = read([(float(s), 120 + s % 5 if s < 330 or s % 6 == 0 else None) for s in range(601)])
    assert training.state.hr_bpm == 120
    assert said(training, 600.0) == ["group_pulse_comes_and_goes"]
    # The first short gap in a good pulse is over with the beat after it; then it has to stay.
    assert [kind for kind in marks(training) if kind.startswith("hr_")] == ["hr_lost", "hr_back", "hr_lost"]
    assert training.part(ZERO_S + 600.0).name == "pause"


def test_a_driver_that_is_frozen_shows_no_pulse_for_long() -> None:
    training = read([(1.0, 120)])
    training.feed(ev.Ticked(t_s=ZERO_S + 6.0))
    assert training.state.hr_bpm == 120
    training.feed(ev.Ticked(t_s=ZERO_S + 8.0))
    assert training.state.hr_bpm is None


def test_a_driver_that_failed_shows_none_at_once() -> None:
    training = read([(1.0, 120)])
    training.feed(ev.DeviceFailed(t_s=ZERO_S + 1.5, device="heart_rate", sentence="it has ended"))
    assert said(training, 1.5) == ["group_strap_lost"]


def test_what_a_driver_doubts_is_said_for_a_while_and_marked() -> None:
    training = read([(float(second), 120 + second % 3) for second in range(20)], flags=("cadence_lock",))
    assert said(training, 19.0) == ["hr_cadence_lock"]
    training.feed(ev.HeartRateRead(ZERO_S + 31.0, HeartRateStatus.OK, 121))
    training.feed(ev.Ticked(t_s=ZERO_S + 31.0))
    assert said(training, 31.0) == []
    assert [kind for kind in marks(training) if kind.startswith("alarm")] == [ALARM_RAISED, ALARM_OVER]


def test_no_load_and_no_clock_is_held_for_a_pulse() -> None:
    training = read([(float(second), None) for second in range(30)])
    assert training.state.holds == frozenset()
    assert (training.state.held_since_s, training.state.setpoint) == (None, None)


def test_one_who_ends_early_is_kept_as_far_as_they_came() -> None:
    events = [*events_of(600.0), ev.StopPressed(t_s=ZERO_S + 600.0, reason="patient")]
    run = training_of(events)
    assert (run.outcome, run.ended_s) == (Outcome.OPERATOR, 600.0)
    assert run.reason is not None
    assert run.reason.code == "stop_patient"
    assert analyse(run, readings_of(events)).bouts_done == 1


def test_a_station_that_died_leaves_what_was_trained() -> None:
    run = training_of(events_of(600.0))
    assert (run.outcome, run.ended_s, len(run.stages)) == (Outcome.INTERRUPTED, 600.0, 3)


@given(st.lists(st.floats(0, END_S + 100), max_size=30).map(sorted))
def test_however_late_the_clock_is_looked_at_the_parts_began_when_they_did(looks: list[float]) -> None:
    def runs(times: list[float]) -> RunRecord:
        training = Training(first())
        training.feed(ev.TestBegan(t_s=ZERO_S))
        for t_s in (*times, END_S + 200):
            training.feed(ev.Ticked(t_s=ZERO_S + t_s))
        return msgspec.structs.replace(training.run, heart=())

    assert runs(looks) == runs([])


def test_where_it_is_is_told() -> None:
    training = Training(first())
    assert training.part(ZERO_S).bouts == 4
    training.feed(ev.TestBegan(t_s=ZERO_S))
    for t_s, name, bout, left_s in ((10, "warm_up", 1, 290), (310, "bout", 1, 230), (600, "pause", 2, 120),
                                    (1600, "bout", 4, 200), (1900, "", 4, 200)):  # fmt: skip
        training.feed(ev.Ticked(t_s=ZERO_S + t_s))
        part = training.part(ZERO_S + t_s)
        assert (part.name, part.bout, round(part.left_s)) == (name, bout, left_s)


def worn(name: str, strap: str, stick: str = "") -> Wearer:
    return Wearer(name, name, strap, strap, stick)


def codes(*wearers: Wearer) -> list[str]:
    return [cause.code for cause in problems(wearers, 3)]


def test_what_stands_in_the_way_is_one_sentence_each() -> None:
    a, b = worn("A", "ble:1"), worn("B", "ble:2")
    assert codes(a, b) == []
    assert codes() == ["group_nobody"]
    assert codes(a, a) == ["group_person_twice", "group_strap_twice"]
    assert codes(a, worn("B", "ble:1")) == ["group_strap_twice"]
    assert codes(a, b, worn("C", ""), worn("D", "")) == ["group_no_strap"] * 2, "more persons than straps"
    four = [worn(name, f"ant:{name}", "usb") for name in "ABCD"]
    assert codes(*four[:3]) == []
    assert codes(*four) == ["group_stick_full"]
    assert codes(*four[:3], msgspec.structs.replace(four[3], stick="COM7")) == [], "a second stick hears three more"


def test_no_load_is_left_in_the_plan() -> None:
    made = without_belt(plan())
    assert {(stage.speed_kmh, stage.incline_pct) for stage in (*made.stages, made.cool_down)} == {(0.0, 0.0)}
    assert (made.max_speed_kmh, made.max_incline_pct) == (0.0, 0.0)
    assert [stage.duration_s for stage in made.stages] == [stage.duration_s for stage in plan().stages]


FAULTS = [
    (
        "return _clock_goes_on(read_heart(state, event))", "return replace(state, hr_bpm=event.bpm)",
        test_a_number_that_is_no_pulse_is_none,
    ),
    (
        "return _clock_goes_on(read_heart(state, event))", "return replace(read_heart(state, event), hr_frozen=None)",
        test_a_pulse_that_stands_still_while_the_session_asks_for_more_is_told_and_no_peak,
    ),
    (
        "if state.stage_index in state.plan.bouts:\n", "if False:\n",
        test_a_pulse_that_stands_still_while_the_session_asks_for_more_is_told_and_no_peak,
    ),
    (
        "return stood(_clock_goes_on(still_told(state, event.t_s)), event.t_s)", "return stood(state, event.t_s)",
        test_a_driver_that_is_frozen_shows_no_pulse_for_long,
    ),
    (
        "return stood(_clock_goes_on(still_told(state, event.t_s)), event.t_s)",
        "return _clock_goes_on(still_told(state, event.t_s))",
        test_what_a_driver_doubts_is_said_for_a_while_and_marked,
    ),
    (
        'case ev.DeviceFailed(device="heart_rate"):', 'case ev.DeviceFailed(device="treadmill"):',
        test_a_driver_that_failed_shows_none_at_once,
    ),
    ("return replace(state, holds=frozenset())", "return state", test_no_load_and_no_clock_is_held_for_a_pulse),
    ("elif one.strap in seen:", "elif False:", test_what_stands_in_the_way_is_one_sentence_each),
    ("if wanted > stick_hears:", "if False:", test_what_stands_in_the_way_is_one_sentence_each),
    ("speed_kmh=0.0, incline_pct=0.0)", "incline_pct=0.0)", test_no_load_is_left_in_the_plan),
    (
        "stage_began_s=end_s)", "stage_began_s=now_s)",
        test_however_late_the_clock_is_looked_at_the_parts_began_when_they_did,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_a_group_fails_on_a_planted_fault(old, new, fact) -> None:
    fails_with(together, old, new, fact)
