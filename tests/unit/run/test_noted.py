"""What an operator notes that speaks for ending a run is said at once, until the load comes down, and holds it."""

import pytest
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, belt
from teststation.ports import BeltState
from teststation.run import alarms as alarms_of_run
from teststation.run import events as ev
from teststation.run import noted
from teststation.run.alarms import Alarm, Priority, alarms
from teststation.run.engine import devices
from teststation.run.holds import stage_setpoint
from teststation.run.record import ALARM_OVER, ALARM_RAISED
from teststation.run.state import HoldCause, Phase


def said(bench: Bench) -> list[Alarm]:
    return [one for one in alarms(bench.state, bench.now_s) if noted.is_of_the_person(one.code)]


def codes(bench: Bench) -> list[str]:
    return [one.code for one in said(bench)]


def note(bench: Bench, text: str = "Ubehag i brystet", kind: str = "symptom") -> None:
    assert bench.feed(ev.Marked(t_s=bench.now_s, kind=kind, text=text)) == ()


def pressure(bench: Bench, systolic: int, diastolic: int = 80, stage: int | None = None) -> None:
    given = ev.BloodPressureGiven(bench.now_s, systolic, diastolic, stage)
    assert bench.feed(given) == (), "it moves nothing"


def test_a_noted_symptom_is_said_at_once_and_the_load_stays_as_it_is() -> None:
    bench = Bench().started()
    before = bench.state
    note(bench)
    assert len(said(bench)) == 1
    alarm = said(bench)[0]
    assert (alarm.code, alarm.priority, alarm.sounding) == ("symptom_noted", Priority.MEDIUM, True)
    assert alarm.cause.values == {"what": "ubehag i brystet"}
    held = {"holds": frozenset({HoldCause.NOTED}), "held_since_s": bench.now_s}
    assert replace(bench.state, symptoms=()) == replace(before, **held), "nothing else: not phase, load or limit"


def no_load_rises_until_the_operator_goes_on() -> None:
    bench = Bench().started()
    note(bench)
    load, left_s = bench.state.setpoint, bench.state.stage_remaining_s(bench.now_s)
    bench.feed(ev.AlarmAcknowledged(bench.now_s, "symptom_noted", silenced=True))
    bench.run_for(left_s + 30.0)
    assert (bench.state.stage_index, bench.state.setpoint) == (0, load), "seen is no word to go on"
    assert not bench.state.may_rise
    bench.feed(ev.NextPressed(bench.now_s))
    bench.run_for(1.0)
    assert (bench.state.stage_index, bench.state.setpoint) == (1, load), "and neither is the next stage"
    note(bench, "Svimmel eller ustø")
    bench.feed(ev.HoldReleased(bench.now_s))
    bench.run_for(1.0)
    assert bench.state.holds == frozenset()
    assert bench.state.setpoint == stage_setpoint(bench.state, bench.state.stage)
    note(bench, "Hjertebank")
    assert bench.state.holds == {HoldCause.NOTED}, "another one asks again"


def test_no_load_rises_until_the_operator_goes_on() -> None:
    no_load_rises_until_the_operator_goes_on()


def no_second_word_after_one_that_was_answered() -> None:
    bench = Bench().started()
    pressure(bench, 260)
    assert bench.state.holds == {HoldCause.NOTED}
    bench.feed(ev.HoldReleased(bench.now_s))
    note(bench, "Snublet", "note")
    pressure(bench, 260)
    assert bench.state.holds == frozenset(), "the same pressure once more is nothing new"


def test_no_second_word_after_one_that_was_answered() -> None:
    no_second_word_after_one_that_was_answered()


def a_mistyped_pressure_holds_nothing_any_more() -> None:
    bench = Bench().started()
    pressure(bench, 260)
    bench.run_for(5.0)
    pressure(bench, 160)
    assert (bench.state.holds, bench.state.held_since_s) == (frozenset(), None)


def test_a_mistyped_pressure_holds_nothing_any_more() -> None:
    a_mistyped_pressure_holds_nothing_any_more()


def noted_while_the_belt_comes_up_it_holds_stage_one() -> None:
    bench = Bench().ready()
    bench.feed(ev.TestBegan(t_s=bench.now_s), belt(bench.now_s, 0.0, BeltState.ARMED))
    note(bench)
    assert (bench.state.phase, bench.state.holds) == (Phase.STARTING, frozenset())
    bench.run_for(10.0)
    assert (bench.state.phase, bench.state.holds) == (Phase.STAGES, {HoldCause.NOTED})


def test_noted_while_the_belt_comes_up_it_holds_stage_one() -> None:
    noted_while_the_belt_comes_up_it_holds_stage_one()


@pytest.mark.parametrize("kind", ["note", "other"])
def test_a_note_is_no_symptom(kind: str) -> None:
    bench = Bench().started()
    note(bench, "Snublet", kind)
    assert said(bench) == []


def test_a_symptom_stands_until_the_load_comes_down() -> None:
    bench = Bench().started()
    note(bench)
    bench.feed(ev.AlarmAcknowledged(bench.now_s, "symptom_noted"))
    bench.run_for(60.0)
    assert [one.sounding for one in said(bench)] == [False]
    bench.run_for(61.0)
    assert [one.sounding for one in said(bench)] == [True], "it is heard again after two minutes"
    bench.feed(ev.CoolDownPressed(bench.now_s, "chest_pain"))
    bench.run_for(1.0)
    assert bench.state.phase is Phase.COOL_DOWN
    assert said(bench) == [], "a cool-down is what it asked for"


def test_one_more_symptom_is_heard_though_the_first_was_silenced() -> None:
    bench = Bench().started()
    note(bench)
    bench.feed(ev.AlarmAcknowledged(bench.now_s, "symptom_noted", silenced=True))
    assert said(bench) == []
    note(bench, "Svimmel eller ustø")
    assert len(said(bench)) == 1
    alarm = said(bench)[0]
    assert alarm.sounding
    assert alarm.cause.values == {"what": "ubehag i brystet, svimmel eller ustø"}


def test_one_that_is_noted_in_the_cool_down_has_its_own_words() -> None:
    bench = Bench().started()
    bench.feed(ev.CoolDownPressed(bench.now_s, "patient"))
    bench.run_for(1.0)
    note(bench, "Hjertebank")
    assert codes(bench) == ["symptom_in_cool_down"]
    bench.feed(ev.StopPressed(bench.now_s, "operator"))
    assert said(bench) == []


def test_it_is_in_the_record_as_an_alarm_beside_its_own_mark() -> None:
    bench = Bench().started()
    note(bench)
    bench.run_for(1.0)
    bench.feed(ev.CoolDownPressed(bench.now_s, "chest_pain"))
    bench.run_for(1.0)
    kept = bench.recording.record(bench.state).marks
    told = [(one.kind, one.text.partition(";")[0]) for one in kept if one.kind in ("symptom", ALARM_RAISED, ALARM_OVER)]
    assert told == [
        ("symptom", "Ubehag i brystet"),
        (ALARM_RAISED, "symptom_noted"),
        (ALARM_OVER, "symptom_noted"),
    ]


@pytest.mark.parametrize(
    ("systolic", "diastolic", "told"),
    [(250, 115, []), (252, 90, ["pressure_too_high"]), (180, 116, ["pressure_too_high"])],
)
def test_a_pressure_past_the_limits_is_said(systolic: int, diastolic: int, told: list[str]) -> None:
    bench = Bench().started()
    pressure(bench, systolic, diastolic)
    assert codes(bench) == told
    pressure(bench, 150, 80)
    assert said(bench) == [], "the same stage measured again: what was mistyped is gone"


@pytest.mark.parametrize(("after", "told"), [(150, []), (149, ["pressure_fell"]), (170, [])])
def test_a_pressure_that_falls_while_the_load_rises_is_said(after: int, told: list[str]) -> None:
    bench = Bench().started()
    pressure(bench, 160, stage=0)
    pressure(bench, after, stage=1)
    assert codes(bench) == told


def test_a_pressure_that_falls_where_the_load_fell_is_none_of_it() -> None:
    bench = Bench().started()
    easier = replace(bench.state.plan.stages[1], speed_kmh=3.0, incline_pct=0.0)
    stages = (bench.state.plan.stages[0], easier, *bench.state.plan.stages[2:])
    bench.state = replace(bench.state, plan=replace(bench.state.plan, stages=stages))
    pressure(bench, 160, stage=0)
    pressure(bench, 130, stage=1)
    assert said(bench) == []


def test_what_nobody_has_seen_stands_before_what_was_seen() -> None:
    bench = Bench().started()
    note(bench)
    bench.feed(ev.AlarmAcknowledged(bench.now_s, "symptom_noted"))
    pressure(bench, 260)
    assert codes(bench) == ["pressure_too_high", "symptom_noted"]


FAULTS = [
    (noted, "if event.kind != SYMPTOM:", "if True:", test_a_noted_symptom_is_said_at_once_and_the_load_stays_as_it_is),
    (noted, "if pair[0] not in anew", "if True", test_one_more_symptom_is_heard_though_the_first_was_silenced),
    (noted, "silenced=after.silenced - anew,", "", test_one_more_symptom_is_heard_though_the_first_was_silenced),
    (noted, "state.phase_began_s if cooling else 0.0", "0.0", test_a_symptom_stands_until_the_load_comes_down),
    (noted, "if anew and after.phase", "if False and after.phase", no_load_rises_until_the_operator_goes_on),
    (noted, "if anew and after.phase", "if now and after.phase", no_second_word_after_one_that_was_answered),
    (noted, "if not now:", "if False:", a_mistyped_pressure_holds_nothing_any_more),
    (devices, "if of_the_person(began)", "if False", noted_while_the_belt_comes_up_it_holds_stage_one),
    (noted, "and _harder(state, index, earlier)", "", test_a_pressure_that_falls_where_the_load_fell_is_none_of_it),
    (alarms_of_run, "[*person, *machines,", "[*machines,", test_it_is_in_the_record_as_an_alarm_beside_its_own_mark),
    (alarms_of_run, "not alarm.sounding, -", "-", test_what_nobody_has_seen_stands_before_what_was_seen),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_notes_fail_on_a_planted_fault(module: object, old: str, new: str, fact: object) -> None:
    fails_with(module, old, new, fact)  # type: ignore[arg-type]
