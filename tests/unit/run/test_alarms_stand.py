"""Alarms as states that last: told until somebody has seen them, and every one of them written down."""

import types
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, heart
from teststation.cause import Cause
from teststation.run import alarms as alarms_module
from teststation.run import events as ev
from teststation.run import recording as recording_module
from teststation.run.alarms import LATCHED, Priority, alarms
from teststation.run.record import ALARM_OVER, ALARM_RAISED, alarm_of, alarm_text
from teststation.run.recording import fold
from teststation.run.state import Stood
from teststation.texts import LANGUAGES, texts


def doubted(bench: Bench, seconds: float) -> Bench:
    """A pulse that follows the steps for so long, as its driver remarks, and some seconds in which it does not."""
    for _ in range(round(seconds)):
        bench.run_for(1.0)
        bench.feed(
            ev.HeartRateRead(t_s=bench.now_s, status=heart(0.0, 120).status, bpm=120, flags=("cadence_lock",)),
            ev.Ticked(t_s=bench.now_s),
        )
    return bench.run_for(15.0)


def codes(bench: Bench) -> list[str]:
    return [alarm.code for alarm in alarms(bench.state, bench.now_s)]


def marked(bench: Bench) -> list[tuple[str, str]]:
    marks = bench.recording.record(bench.state).marks
    return [(mark.kind, alarm_of(mark.text).code) for mark in marks if mark.kind in (ALARM_RAISED, ALARM_OVER)]


def test_what_may_have_changed_the_test_is_told_until_it_is_seen() -> None:
    bench = doubted(Bench().started(), 5.0)
    found = alarms(bench.state, bench.now_s)
    assert [(one.code, one.priority, one.sounding) for one in found] == [("hr_cadence_lock_was", Priority.MEDIUM, True)]
    alarm = found[0]
    assert 14 <= int(alarm.cause.values["seconds"]) <= 16, "the last remark stands for ten seconds"
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="hr_cadence_lock_was"))
    assert codes(bench) == []
    doubted(bench, 2.0)
    assert codes(bench) == ["hr_cadence_lock_was"], "the next one is told anew"
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"), ev.StopPressed(t_s=bench.now_s, reason="x"))
    assert codes(bench) == [], "a belt that is to stop is all there is to look at"


@pytest.mark.parametrize("silenced", [False, True])
def test_what_was_seen_while_it_stood_is_over_with_it(silenced: bool) -> None:
    bench = Bench().started()
    bench.run_for(1.0)
    flagged = ev.HeartRateRead(t_s=bench.now_s, status=heart(0.0, 1).status, bpm=120, flags=("cadence_lock",))
    bench.feed(flagged, ev.Ticked(t_s=bench.now_s))
    bench.feed(ev.AlarmAcknowledged(t_s=bench.now_s, code="hr_cadence_lock", silenced=silenced))
    bench.run_for(20.0)
    assert codes(bench) == []
    doubted(bench, 1.0)
    assert codes(bench) == ([] if silenced else ["hr_cadence_lock_was"])


def after(*stood: Stood, **changed: object) -> list[tuple[str, object]]:
    """What is told at 100 s of a run in which these alarms stood and nothing is wrong any more."""
    state = replace(Bench().started().state, stood=stood, **changed)  # type: ignore[arg-type]
    return [(alarm.code, alarm.cause.values.get("seconds")) for alarm in alarms(state, 100.0)]


OFF, FROZEN = Stood(Cause("belt_off_target"), 0.5, 0.9), Stood(Cause("hr_frozen", {"bpm": 120}), 10.0, 21.6)


def test_each_alarm_that_is_over_is_told_for_itself_with_the_seconds_it_stood_and_no_fewer_than_one() -> None:
    told = [("belt_off_target_was", 1), ("hr_frozen_was", 12)]
    assert after(OFF, FROZEN) == told
    assert after(Stood(Cause("belt_off_target"), 50.0), FROZEN) == told[1:], "one that stands is not over"
    assert after(Stood(Cause("hr_second_strap"), 5.0, 6.0), FROZEN) == told[1:], "and not each is told afterwards"
    assert after(OFF, FROZEN, silenced=frozenset({"belt_off_target"})) == told[1:]
    assert after(OFF, FROZEN, acknowledged=(("belt_off_target", 0.5),)) == told[1:]
    assert after(OFF, FROZEN, acknowledged=(("belt_off_target_was", 30.0),)) == told[1:]
    assert after(OFF, FROZEN, acknowledged=(("belt_off_target", 0.4), ("hr_frozen", 9.9))) == told


def test_every_alarm_is_written_down_with_its_values_and_its_end() -> None:
    bench = doubted(Bench().started(), 3.0)
    bench.bpm = None
    bench.feed(heart(bench.now_s, None))
    bench.run_for(5.0)
    assert marked(bench) == [
        (ALARM_RAISED, "hr_cadence_lock"), (ALARM_OVER, "hr_cadence_lock"),
    ]  # fmt: skip
    kinds = [mark.kind for mark in bench.recording.record(bench.state).marks]
    assert "hr_lost" in kinds, "what has a mark of its own is told by that"
    cause = Cause("hr_second_strap", {"sensor": "HRM; 7", "n": 2, "read": 0.1})
    assert alarm_of(alarm_text(cause)) == Cause("hr_second_strap", {"sensor": "HRM, 7", "n": 2, "read": 0.1})


def test_the_journal_leads_to_the_same_alarms() -> None:
    bench = doubted(Bench().started(), 3.0)
    before = bench.state
    written = [event for event in bench.events if not isinstance(event, ev.Ticked)]
    # A tick is written down where it changed something, and an alarm that begins is a change.
    state, kept = bench.first, list[ev.AnyEvent]()
    state, recording = fold([bench.first])
    for event in bench.events[1:]:
        after, _ = recording_module.step(state, event)
        if after != state or not isinstance(event, ev.Ticked):
            kept.append(event)
        state = after
    assert len(written) < len(kept) < len(bench.events)
    folded, recording = fold([bench.first, *kept])
    assert folded == before
    assert recording.record(folded).marks == bench.recording.record(before).marks


def test_before_the_start_nothing_is_written_down() -> None:
    bench = doubted(Bench().ready(), 3.0)
    assert marked(bench) == []
    assert bench.state.stood == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_that_is_told_after_it_is_over_has_its_own_words(language: str) -> None:
    for code, after in LATCHED.items():
        assert texts(language).say(Cause(after, {"seconds": 7})) != texts(language).plain(f"cause.{code}")


def test_an_alarm_is_kept_once_however_often_it_stands() -> None:
    bench = Bench().started()
    for _ in range(4):
        doubted(bench, 1.0)
    kept = [one for one in bench.state.stood if one.cause.code == "hr_cadence_lock"]
    assert len(kept) == 1
    assert isinstance(kept[0], Stood)
    assert [kind for kind, _ in marked(bench)] == [ALARM_RAISED, ALARM_OVER] * 4


FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (alarms_module, "standing += _were(state, {cause.code for cause, _ in standing})", "",
     test_what_may_have_changed_the_test_is_told_until_it_is_seen),
    (alarms_module, "at_s >= one.from_s for name, at_s", "True for name, at_s",
     test_what_may_have_changed_the_test_is_told_until_it_is_seen),
    (alarms_module, "if name in (code, after)", "if name == after",
     lambda: test_what_was_seen_while_it_stood_is_over_with_it(False)),
    (alarms_module, "code in standing or code in state.silenced", "code in standing",
     lambda: test_what_was_seen_while_it_stood_is_over_with_it(True)),
    (alarms_module, "if state.phase in (Phase.READY, Phase.ENDED):", "if False:",
     test_before_the_start_nothing_is_written_down),
    (recording_module, "if one not in before and one.cause.code not in _MARKED", "if False",
     test_every_alarm_is_written_down_with_its_values_and_its_end),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_each_rule_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)
