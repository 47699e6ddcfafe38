"""What the patient may read: in every moment of a test and of a session, and nothing else."""

import types
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench, heart
from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.protocol.load import SessionLoads, find, load_session
from teststation.run import events as ev
from teststation.run.alarms import Alarm, Priority
from teststation.run.state import Phase
from teststation.snapshot import Snapshot, snapshot
from teststation.texts import LANGUAGES
from ui.desktop.i18n import catalogue
from ui.desktop.patient import words as words_module
from ui.desktop.patient.words import DOUBTED, KEYS, PatientMoment, patient_moment


def seen(bench: Bench) -> Snapshot:
    return snapshot(bench.state, bench.now_s, bench.recording.record(bench.state), None)


def shown(bench: Bench) -> PatientMoment:
    return patient_moment(seen(bench))


def codes(bench: Bench) -> tuple[str, str]:
    moment = shown(bench)
    return moment.headline.code, "" if moment.coming is None else moment.coming.code


def coming(bench: Bench) -> tuple[str, object]:
    cause = shown(bench).coming
    assert cause is not None
    return cause.code, cause.values.get("what")


def test_a_test_from_ready_to_rest() -> None:
    bench = Bench().ready()
    assert codes(bench) == ("patient.ready", "patient.ready_next")
    bench.started()
    moment = shown(bench)
    assert (moment.headline, moment.bpm) == (Cause("patient.stage", {"n": 1, "of": 3}), 120)
    assert moment.left_s == pytest.approx(seen(bench).stage_remaining_s)
    assert coming(bench) == ("patient.next", "patient.what_steeper")
    bench.run_for(seen(bench).stage_remaining_s - 6.5)
    assert coming(bench) == ("patient.next_in", "patient.what_steeper")
    assert shown(bench).coming.values["seconds"] == 7  # type: ignore[union-attr]
    bench.run_for(60.0)
    assert coming(bench)[1] == "patient.what_harder"
    bench.run_for(120.0)
    assert coming(bench)[1] == "patient.what_cool_down"
    bench.feed(ev.HoldPressed(t_s=bench.now_s))
    assert codes(bench) == ("patient.held", "patient.held_next")
    bench.feed(ev.CoolDownPressed(t_s=bench.now_s, reason="patient"))
    assert codes(bench) == ("patient.cool_down", "patient.cool_down_next")
    bench.run_for(80.0)
    assert codes(bench) == ("patient.over", "patient.over_next")


def test_what_comes_is_told_against_the_load_that_is_walked() -> None:
    bench = Bench().started()
    by_hand = replace(seen(bench), target=Setpoint(speed_kmh=4.0, incline_pct=6.0))
    assert patient_moment(by_hand).coming == Cause("patient.next", {"what": "patient.what_other"}), "faster, less steep"
    as_it_comes = replace(seen(bench), target=Setpoint(speed_kmh=4.8, incline_pct=4.0))
    assert patient_moment(as_it_comes).coming == Cause("patient.next", {"what": "patient.what_same"})


def test_a_stop_says_calm_words_and_no_reason() -> None:
    for reason in ("operator", "chest_pain", "window_error"):
        bench = Bench().started()
        bench.feed(ev.StopPressed(t_s=bench.now_s, reason=reason))
        assert shown(bench) == PatientMoment(Cause("patient.stopping"), Cause("patient.stopping_next"))


def test_a_belt_that_runs_on_is_never_said_to_stop() -> None:
    bench = Bench().started()
    bench.feed(ev.StopPressed(t_s=bench.now_s, reason="operator"))
    stopping = replace(seen(bench), press_red_button=True)
    assert patient_moment(stopping).headline.code == "patient.rail"
    ended = replace(stopping, phase=Phase.ENDED, press_red_button=False, at_rest=False)
    red = Alarm(Cause("press_red_button"), Priority.HIGH, True)
    assert patient_moment(replace(ended, alarms=(red,))).headline.code == "patient.rail"
    assert patient_moment(replace(ended, alarms=())).headline.code == "patient.stopping"


def test_a_pulse_that_is_away_or_doubtful_is_no_number() -> None:
    bench = Bench().started()
    whole = seen(bench)
    assert (patient_moment(whole).bpm, patient_moment(whole).pulse_sought) == (120, False)
    for code in DOUBTED:
        doubted = replace(whole, alarms=(Alarm(Cause(code), Priority.MEDIUM, True),))
        assert (patient_moment(doubted).bpm, patient_moment(doubted).pulse_sought) == (None, True)
    bench.feed(heart(bench.now_s, None))
    assert (shown(bench).bpm, shown(bench).pulse_sought) == (None, True)


def test_a_limit_says_what_a_hold_says() -> None:
    bench = Bench().started()
    bench.feed(ev.RpeGiven(t_s=bench.now_s, rpe=20))
    assert seen(bench).limit_notice is not None
    moment = shown(bench)
    bench_held = Bench().started()
    bench_held.feed(ev.HoldPressed(t_s=bench_held.now_s))
    assert (moment.headline, moment.coming) == (shown(bench_held).headline, shown(bench_held).coming)


def session_moments() -> Iterator[tuple[str, PatientMoment]]:
    plan = load_session(*find("4x4"), SessionLoads(bout=Setpoint(speed_kmh=5.6, incline_pct=8.0)))
    bench = Bench(plan=plan).started()
    while bench.state.phase is not Phase.ENDED:
        now = seen(bench).session
        yield "" if now is None else now.part, shown(bench)
        bench.feed(ev.NextPressed(t_s=bench.now_s))
        bench.run_for(20.0, dt_s=1.0)


def test_a_session_tells_its_bouts_and_breaks() -> None:
    heads = [moment.headline for _, moment in session_moments()]
    bouts = [Cause("patient.bout", {"n": n, "of": 4}) for n in (1, 2, 3, 4)]
    assert heads[0] == Cause("patient.warm_up")
    assert [head for head in heads if head.code == "patient.bout"] == bouts
    assert Cause("patient.pause") in heads
    told = [(part, moment.coming.values.get("what")) for part, moment in session_moments() if moment.coming]
    assert ("warm_up", "patient.what_bout") in told
    assert ("bout", "patient.what_pause") in told
    numbers = [
        m.coming.values["n"] for p, m in session_moments() if p == "pause" and m.coming and "n" in m.coming.values
    ]
    assert numbers == [2, 3, 4]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_alarm_nobody_and_name_nothing_medical(language: str) -> None:
    say = catalogue(language)
    told = " ".join(say.plain(f"patient.{key}") for key in KEYS).lower()
    for word in ("alarm", "stopp!", "grense", "limit", "hjerte", "heart", "fare", "danger", "feil", "fault", "error",
                 "%", "km/", "borg", "makspuls", "diagnos", "nødstopp", "emergency", "naudstopp"):  # fmt: skip
        assert word not in told


HELD = '    if moment.clock_stands:\n        return _say("held")'
FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (words_module, "return None if any(alarm.code in DOUBTED for alarm in moment.alarms) else moment.hr_bpm",
     "return moment.hr_bpm", test_a_pulse_that_is_away_or_doubtful_is_no_number),
    (words_module, 'return PatientMoment(_say("stopping"), _say("stopping_next"))',
     'return PatientMoment(moment.reason or _say("stopping"), _say("stopping_next"))',
     test_a_stop_says_calm_words_and_no_reason),
    (words_module, "if moment.press_red_button or any(", "if any(", test_a_belt_that_runs_on_is_never_said_to_stop),
    (words_module, "if moment.phase is Phase.ENDED and moment.at_rest:", "if moment.phase is Phase.ENDED:",
     test_a_belt_that_runs_on_is_never_said_to_stop),
    (words_module, HELD, HELD.replace("_say", "moment.limit_notice or _say"), test_a_limit_says_what_a_hold_says),
]  # fmt: skip


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_each_rule_fails_on_a_planted_fault(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)
