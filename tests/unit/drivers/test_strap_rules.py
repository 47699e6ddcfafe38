"""What makes a pulse worth recording, rule by rule; what is safety is broken on purpose.

Freshness, zero and contact by themselves are in ``test_heart_rate``; here are the straps that mislead.
"""

import types
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.heart_rate.freshness as freshness
import drivers.heart_rate.plausibility as plausibility
from drivers.attempts import Attempts
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.samples import Sample
from tests.mutants import fails_with
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

OK = HeartRateStatus.OK


def play(samples: Iterable[tuple[float, Sample]], until_s: float = 0.0) -> list[HeartRateReading]:
    """Samples at their seconds, time passing every tenth in between."""
    state, readings = Freshness(), []
    due = list(samples)
    for tenth in range(int(max(until_s, due[-1][0]) * 10) + 1):
        now_s = tenth / 10
        while due and due[0][0] <= now_s:
            state, reading = freshness.take(state, due.pop(0)[1], now_s)
            readings += [reading] if reading is not None else []
        state, reading = freshness.pass_time(state, now_s)
        readings += [reading] if reading is not None else []
    return readings


def flags(samples: Iterable[tuple[float, Sample]]) -> list[tuple[str, ...]]:
    """The remarks on each sample, as the pulse alone gives them."""
    state, found = plausibility.Plausibility(), []
    for now_s, sample in samples:
        state, said = plausibility.look(state, sample, now_s)
        found.append(said)
    return found


# --- 1: a battery that dies and an app that repeats ---


def test_a_bridge_whose_own_counter_runs_while_the_straps_clock_stands_is_not_fresh() -> None:
    readings = play((float(n), Sample(120, evidence=(n, 5000))) for n in range(20))
    assert [(r.status, r.bpm) for r in readings] == [(OK, 120), (HeartRateStatus.STALE, None)]


def test_a_strap_that_comes_back_with_its_old_line_is_not_fresh() -> None:
    state, _ = freshness.take(Freshness(), Sample(120, evidence=(7,)), 0.0)
    state, lost = freshness.lose(state, HeartRateStatus.OFFLINE, 1.0)
    state, again = freshness.take(state, Sample(120, evidence=(7,)), 2.0)
    assert lost is not None
    assert again is None
    assert state.status is HeartRateStatus.OFFLINE


def test_a_line_that_has_lost_its_counter_is_not_fresh() -> None:
    lines = [
        Sample(120, evidence=(1, 900)),
        Sample(120, evidence=(None, 901)),
        Sample(120, evidence=(2, None)),
        Sample(120),
    ]
    readings = play([(float(n), lines[min(n, 3)]) for n in range(12)])
    assert [(r.status, r.bpm) for r in readings] == [(OK, 120), (HeartRateStatus.STALE, None)]


def test_zeros_in_between_make_no_frozen_pulse_fresh() -> None:
    frozen = [(n / 2, Sample(0 if n % 2 else 140, evidence=(7,))) for n in range(40)]
    assert [r.bpm for r in play(frozen) if r.bpm is not None] == [140]


def test_that_there_is_no_contact_is_news_though_the_straps_counters_stand() -> None:
    readings = play([(0.0, Sample(120, evidence=(6, 1000))), (1.0, Sample(120, contact=False, evidence=(6, 1000)))])
    assert [r.status for r in readings] == [OK, HeartRateStatus.NO_CONTACT]
    readings = play([(0.0, Sample(120, evidence=(6, 1000))), (1.0, Sample(0, evidence=(6, 1000)))])
    assert [r.status for r in readings] == [OK, HeartRateStatus.NO_READING]


def test_a_leap_over_a_moment_without_a_pulse_is_remarked() -> None:
    readings = play(
        [(0.0, Sample(120, evidence=(1,))), (1.0, Sample(0, evidence=(2,))), (2.0, Sample(201, evidence=(3,)))]
    )
    assert "bpm_jump" in readings[-1].flags


def test_a_battery_nearly_empty_is_remarked_before_it_dies() -> None:
    assert flags([(0.0, Sample(80, battery_pct=11)), (1.0, Sample(80, battery_pct=10))]) == [(), ("battery_low",)]


# --- 2: two sources, one of them with zeros ---


def test_another_strap_on_the_same_wire_is_never_mixed_in_and_is_remarked() -> None:
    mine = [(float(n), Sample(80, sensor="mine", evidence=(n,))) for n in range(10)]
    other = [(n + 0.5, Sample(171, sensor="other", evidence=(n,))) for n in range(3, 9)]
    readings = play(sorted([*mine, *other], key=lambda pair: pair[0]))
    assert {(r.status, r.bpm, r.sensor) for r in readings} == {(OK, 80, "mine")}
    assert [("second_strap" in r.flags) for r in readings] == [False] * 4 + [True] * 6


def test_another_strap_alone_does_not_keep_the_pulse_alive() -> None:
    other = [(float(n), Sample(171, sensor="other", evidence=(n,))) for n in range(1, 20)]
    readings = play([(0.0, Sample(80, sensor="mine", evidence=(1,))), *other])
    assert [(r.status, r.bpm) for r in readings] == [(OK, 80), (HeartRateStatus.STALE, None)]


def test_zeros_between_real_values_are_absent_one_by_one() -> None:
    readings = play([(float(n), Sample(0 if n % 2 else 90, evidence=(n,))) for n in range(6)])
    assert [r.bpm for r in readings] == [90, None, 90, None, 90, None]


# --- 3: contact ---


def test_contact_that_comes_back_brings_the_pulse_back_at_once() -> None:
    readings = play(
        [(0.0, Sample(90, contact=True)), (1.0, Sample(90, contact=False)), (2.0, Sample(91, contact=True))]
    )
    assert [(r.status, r.bpm) for r in readings] == [(OK, 90), (HeartRateStatus.NO_CONTACT, None), (OK, 91)]


# --- 4: reconnection ---


def test_attempts_wait_0_1_2_5_5_seconds_and_begin_anew_after_a_link_that_worked() -> None:
    attempts = Attempts(TimeScale())
    waits = []
    for _ in range(6):
        waits.append(attempts.wait_s)
        attempts.end(worked=False)
    assert waits == [0.0, 1.0, 2.0, 5.0, 5.0, 5.0]
    attempts.end(worked=True)
    assert attempts.wait_s == 0.0


# --- 6: plausibility: remarked, never altered ---


@pytest.mark.parametrize("bpm", [-1, 0, 1, 29, 241, 255, 511, 65535])
def test_a_pulse_outside_30_to_240_is_no_reading(bpm: int) -> None:
    (reading,) = play([(0.0, Sample(bpm, rr_1024=(900,)))])
    assert (reading.status, reading.bpm, reading.rr_1024) == (HeartRateStatus.NO_READING, None, ())


@pytest.mark.parametrize("bpm", [30, 240])
def test_a_pulse_of_30_or_240_is_one(bpm: int) -> None:
    (reading,) = play([(0.0, Sample(bpm))])
    assert (reading.status, reading.bpm, reading.flags) == (OK, bpm, ())


def test_a_spike_is_remarked_going_up_and_coming_down_and_kept_as_it_was() -> None:
    readings = play([(float(n), Sample(bpm, evidence=(n,))) for n, bpm in enumerate((120, 121, 201, 122, 121))])
    assert [r.bpm for r in readings] == [120, 121, 201, 122, 121]
    assert [("bpm_jump" in r.flags) for r in readings] == [False, False, True, True, False]


def test_twenty_beats_in_a_second_are_no_leap_and_twenty_one_are() -> None:
    assert flags([(0.0, Sample(100)), (1.0, Sample(120)), (2.0, Sample(141))])[1:] == [(), ("bpm_jump",)]


@pytest.mark.parametrize(("ticks", "said"), [(255, ("rr_range",)), (256, ()), (2048, ()), (2049, ("rr_range",))])
def test_an_interval_outside_250_to_2000_ms_is_remarked(ticks: int, said: tuple[str, ...]) -> None:
    assert flags([(0.0, Sample(60, rr_1024=(ticks,)))]) == [said]


def test_an_interval_a_fifth_off_the_last_is_an_artefact() -> None:
    (said,) = flags([(0.0, Sample(60, rr_1024=(1000, 1200, 1441)))])
    assert said == ("rr_jump",)


def test_intervals_that_disagree_with_the_pulse_for_ten_seconds_are_remarked() -> None:
    said = flags((float(n), Sample(100, rr_1024=(1024,))) for n in range(13))  # the intervals say 60
    assert ["rr_disagrees" in one for one in said] == [False] * 10 + [True] * 3


def disagreeing(agrees_every: int) -> list[bool]:
    rr = [614 if n % agrees_every == agrees_every - 1 else 1024 for n in range(40)]
    said = flags((float(n), Sample(100, rr_1024=(ticks,))) for n, ticks in enumerate(rr))
    return ["rr_disagrees" in one for one in said]


def test_intervals_that_agree_in_between_excuse_no_others() -> None:
    """One that agrees is as little an end of the trouble as one that disagrees is its beginning."""
    for agrees_every in (4, 9, 15):
        assert any(disagreeing(agrees_every)[:20])
    assert not any(disagreeing(2))
    assert not any(disagreeing(3)[:12])


def test_a_pulse_that_leaves_the_step_rate_for_a_sample_is_locked_to_it_still() -> None:
    bpm = [110, *(120 if n % 9 == 8 else 160 for n in range(1, 60))]
    said = flags((float(n), Sample(b, steps_per_min=161.0)) for n, b in enumerate(bpm))
    assert any("cadence_lock" in one for one in said[:45])
    assert not any("cadence_lock" in one for one, b in zip(said, bpm, strict=True) if b == 120)


def test_a_pulse_that_has_left_the_step_rate_is_locked_to_it_no_longer() -> None:
    bpm = [110, *[160] * 20, *(150 - n for n in range(10)), *(140 + n for n in range(20)), *[160] * 60]
    said = flags((float(n), Sample(b, steps_per_min=161.0)) for n, b in enumerate(bpm))
    assert not any("cadence_lock" in one for one in said)


# --- 7: the artefacts of a treadmill ---


def locked(spm: float | None, leap: bool) -> list[tuple[str, ...]]:
    start = [(0.0, Sample(110 if leap else 158, steps_per_min=spm))]
    return flags([*start, *((float(n), Sample(160, steps_per_min=spm)) for n in range(1, 40))])


def test_a_pulse_that_leaps_onto_the_step_rate_and_stays_is_remarked_after_thirty_seconds() -> None:
    said = ["cadence_lock" in one for one in locked(161.0, leap=True)]
    assert said == [False] * 31 + [True] * 9


@pytest.mark.parametrize(("spm", "leap"), [(161.0, False), (None, True), (150.0, True)])
def test_a_pulse_near_the_step_rate_by_chance_is_not(spm: float | None, leap: bool) -> None:
    assert not any("cadence_lock" in one for one in locked(spm, leap))


# --- whatever comes ---


@given(
    st.lists(
        st.tuples(
            st.floats(0, 3),
            st.builds(
                Sample,
                bpm=st.integers(0, 70_000),
                rr_1024=st.lists(st.integers(0, 70_000), max_size=9).map(tuple),
                contact=st.sampled_from([None, True, False]),
                sensor=st.sampled_from(["", "a", "b"]),
                evidence=st.one_of(st.none(), st.tuples(st.integers(0, 3), st.integers(0, 3))),
            ),
        ),
        max_size=40,
    )
)
def test_no_strap_whatever_gets_a_number_where_there_is_no_pulse(steps: list[tuple[float, Sample]]) -> None:
    state, now_s = Freshness(), 0.0
    for wait_s, sample in steps:
        now_s += wait_s
        state, stale = freshness.pass_time(state, now_s)
        state, reading = freshness.take(state, sample, now_s)
        assert stale is None or stale.bpm is None
        if reading is not None:
            assert (reading.bpm is None) == (reading.status is not OK)
            assert reading.bpm is None or (reading.bpm == sample.bpm > 0 and sample.contact is not False)


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "only zero is no reading": (
        freshness,
        "elif not possible(sample.bpm):",
        "elif sample.bpm <= 0:",
        lambda: test_a_pulse_outside_30_to_240_is_no_reading(255),
    ),
    "a bridge's own counter is evidence": (
        freshness,
        "return all(old is None",
        "return any(old is None",
        test_a_bridge_whose_own_counter_runs_while_the_straps_clock_stands_is_not_fresh,
    ),
    "what is told once need not be told again": (
        freshness,
        "    if now is None:\n        return False\n",
        "    if now is None:\n        return True\n",
        test_a_line_that_has_lost_its_counter_is_not_fresh,
    ),
    "a zero forgets what was heard": (
        freshness,
        "evidence=sample.evidence if ok else state.evidence",
        "evidence=sample.evidence if ok else None",
        test_zeros_in_between_make_no_frozen_pulse_fresh,
    ),
    "no contact waits for a new counter": (
        freshness,
        "if ok and not _moved(",
        "if not _moved(",
        test_that_there_is_no_contact_is_news_though_the_straps_counters_stand,
    ),
    "a lost link forgets what it has heard": (
        freshness,
        "after = replace(state, status=status, seen=Plausibility())",
        "after = replace(state, status=status, seen=Plausibility(), evidence=None)",
        test_a_strap_that_comes_back_with_its_old_line_is_not_fresh,
    ),
    "any strap on the wire will do": (
        freshness,
        "if state.sensor and sample.sensor and sample.sensor != state.sensor:",
        "if False:",
        test_another_strap_on_the_same_wire_is_never_mixed_in_and_is_remarked,
    ),
    "another strap keeps the pulse alive": (
        freshness,
        "return replace(state, other_s=now_s), None",
        "return replace(state, other_s=now_s, fresh_s=now_s), None",
        test_another_strap_alone_does_not_keep_the_pulse_alive,
    ),
    "a spike is no leap": (
        plausibility,
        "> JUMP_BPM_PER_S",
        "> 100 * JUMP_BPM_PER_S",
        test_twenty_beats_in_a_second_are_no_leap_and_twenty_one_are,
    ),
    "intervals are not compared with the pulse": (
        plausibility,
        "if disagrees and rr_off.at_least(",
        "if False and rr_off.at_least(",
        test_intervals_that_disagree_with_the_pulse_for_ten_seconds_are_remarked,
    ),
    "steps are not compared with the pulse": (
        plausibility,
        "if leapt and near_steps.last",
        "if False and near_steps.last",
        test_a_pulse_that_leaps_onto_the_step_rate_and_stays_is_remarked_after_thirty_seconds,
    ),
    "one interval that agrees begins anew": (
        plausibility,
        "state.rr_off.read(now_s, float(disagrees))",
        "state.rr_off.read(now_s, 1.0) if disagrees else RR_OFF",
        test_intervals_that_agree_in_between_excuse_no_others,
    ),
    "one sample beside the step rate frees the pulse": (
        plausibility,
        "away = not near and looks.at_least(UNLOCKS_S, now_s, UNLOCKS_AMONG_S, lambda value: not value)",
        "away = not near",
        test_a_pulse_that_leaves_the_step_rate_for_a_sample_is_locked_to_it_still,
    ),
    "a pulse that leapt once is locked for ever": (
        plausibility,
        "return not away, looks",
        "return True, looks",
        test_a_pulse_that_has_left_the_step_rate_is_locked_to_it_no_longer,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    module, old, new, fact = FAULTS[fault]
    fails_with(module, old, new, fact)
