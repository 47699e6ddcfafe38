"""What a session came to, by hand-reckoned examples and walked ones."""

import math

import msgspec
import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import SUBJECT, Bench
from tests.unit.training.session.builders import BOUTS, result, true_bpm, walked
from teststation.cause import Cause
from teststation.run.record import Outcome
from teststation.training.session import analysis
from teststation.training.session.analysis import analyse, in_band_s, mean_bpm
from teststation.training.session.evidence import peak_of
from teststation.training.session.pulse import Reading, Span, peaks


def test_the_worked_example_of_one_bout() -> None:
    """HRmax 190, HR(t) = 130 + 42·(1 − e^(−t/60)): the facts' third example."""
    samples = [(float(t), 130 + 42 * (1 - math.exp(-t / 60))) for t in range(240)]
    low, high = 0.85 * 190, 0.95 * 190
    assert (low, high) == (161.5, 180.5)
    assert next(t for t, bpm in samples if bpm >= low) == 84
    assert in_band_s(samples, low, high) == 156
    assert mean_bpm(samples, 120, 180) == pytest.approx(168.38, abs=0.005)
    last = mean_bpm(samples, 120, 240)
    assert last == pytest.approx(169.52, abs=0.005)
    assert (last or 0) / 190 == pytest.approx(0.892, abs=0.0005)
    assert max(bpm for _, bpm in samples) == pytest.approx(171.22, abs=0.005)


def test_a_whole_session_says_what_each_bout_came_to() -> None:
    found = result()
    assert (found.bouts_planned, found.bouts_done, found.bouts_reached) == (4, 4, 4)
    assert found.steered_by == "pulse"
    assert found.peak is not None
    assert found.peak.bpm == pytest.approx(168, abs=1)
    assert not found.peak.all_out
    assert found.peak.intervals_agree
    assert found.peak_refused == ()
    for bout, span in zip(found.bouts, BOUTS, strict=True):
        assert bout.began_s == pytest.approx(span.began_s, abs=3)
        assert bout.last_two_bpm == pytest.approx(167, abs=1.5)
        assert bout.in_band_s == pytest.approx(195, abs=12)
        assert bout.fell_bpm == pytest.approx(true_bpm(span.ended_s) - true_bpm(span.ended_s + 62), abs=2)
        assert (bout.speed_kmh, bout.incline_pct) == (5.0, 8.0)
    assert [bout.rpe for bout in found.bouts] == [15, 16, 16, 17]
    assert found.minutes == pytest.approx(35, abs=0.2)
    assert found.climbed_m == pytest.approx(4 * 240 * 5 / 3.6 * 0.08, rel=0.03)
    assert found.next_load is not None
    assert found.next_load.cause.code == "next_same"


def test_a_session_that_was_broken_off_is_one_of_four_and_no_failure() -> None:
    run, readings = walked(until_s=650.0)
    assert run.outcome is None
    found = analyse(run, readings)
    assert (found.bouts_done, found.bouts_reached) == (1, 1)
    assert found.next_load is not None
    half = analyse(*walked(until_s=420.0))
    assert (half.bouts_done, half.bouts_reached) == (0, None)
    assert half.peak is None
    assert half.next_load is None
    before = analyse(*walked(until_s=100.0))
    assert before.bouts == ()


def test_bouts_below_their_band_offer_a_harder_start_next_time_and_set_none() -> None:
    found = result(lambda t_s: round(true_bpm(t_s) * 0.88), borg=(13, 13, 14, 14))
    assert found.bouts_reached == 0
    assert found.next_load is not None
    assert found.next_load.cause.code == "next_harder"
    assert (found.next_load.speed_kmh, found.next_load.incline_pct) == (5.0, 8.0)
    assert (found.next_load.harder_speed_kmh, found.next_load.harder_incline_pct) == (5.0, 9.0)
    hard = result(lambda t_s: round(true_bpm(t_s) * 0.88), borg=(15, 16, 17, 18))
    assert hard.next_load is not None
    assert hard.next_load.cause.code == "next_same", "a pulse below its band is no reason where it felt hard"


@pytest.mark.parametrize(
    ("share", "borg", "code"),
    [
        (0.93, (12, 13, 14, 14), "next_felt_easy"),
        (0.93, (12, 13, 14, 15), "next_same"),
        (1.0, (12, 13, 14, 14), "next_same"),
    ],
)
def test_a_band_reached_with_ease_in_every_bout_offers_a_harder_start(
    share: float, borg: tuple[int, ...], code: str
) -> None:
    """The band is 153 to 171, and the third minute lies at 156 or, in the band's upper half, at 167."""
    found = result(lambda t_s: round(true_bpm(t_s) * share), borg=borg)
    assert found.bouts_reached == 4
    assert found.next_load is not None
    assert found.next_load.cause.code == code
    assert (found.next_load.harder_incline_pct == 9.0) is (code == "next_felt_easy")


def test_a_session_that_was_too_hard_starts_easier_or_at_what_it_was_lowered_to() -> None:
    rated = result(borg=(16, 17, 18, 19))
    assert rated.next_load is not None
    assert (rated.next_load.cause.code, rated.next_load.incline_pct) == ("next_easier", 7.0)
    assert rated.peak is not None
    eased = result(lambda t_s: round(true_bpm(t_s) * 1.05))
    assert eased.next_load is not None
    assert eased.next_load.cause.code == "next_same"
    assert eased.next_load.incline_pct < 8.0


def given_up(until_s: float, reason: str, outcome: Outcome = Outcome.OPERATOR) -> tuple[str, float] | None:
    """What the next session may start with: why, and its incline."""
    run, readings = walked(until_s=until_s)
    ended = msgspec.structs.replace(run, outcome=outcome, reason=Cause(reason), ended_s=until_s)
    next_load = analyse(ended, readings).next_load
    return None if next_load is None else (next_load.cause.code, next_load.incline_pct)


def who_gives_up_starts_easier() -> None:
    for reason in ("stop_patient", "stop_exhaustion"):
        assert given_up(420.0, reason) == ("next_easier", 7.0), "in the middle of the first bout"
        assert given_up(1200.0, reason) == ("next_easier", 7.0), "later"


def test_who_gives_up_starts_easier_next_time() -> None:
    who_gives_up_starts_easier()


def after_a_symptom_nothing_is_proposed() -> None:
    for reason in ("stop_chest_pain", "stop_dizzy", "stop_leg_pain"):
        for until_s in (420.0, 1200.0):
            assert given_up(until_s, reason) is None


def test_after_a_session_with_a_symptom_nothing_is_proposed() -> None:
    after_a_symptom_nothing_is_proposed()


def test_a_symptom_fails_on_a_planted_fault() -> None:
    fails_with(analysis, "    if symptoms_of(run):\n", "    if False:\n", after_a_symptom_nothing_is_proposed)


def test_an_end_that_was_not_theirs_changes_no_load() -> None:
    assert given_up(420.0, "stop_operator") is None
    assert given_up(1200.0, "stop_operator") == ("next_same", 8.0)
    assert given_up(1200.0, "serial_gone", Outcome.FAULT) == ("next_same", 8.0)


def test_giving_up_fails_on_a_planted_fault() -> None:
    fails_with(analysis, "    if gave_up and begun:\n", "    if False:\n", who_gives_up_starts_easier)


def test_borg_nineteen_in_the_bout_of_the_peak_is_all_out() -> None:
    found = result(lambda t_s: round(true_bpm(t_s)) + (1 if t_s > 1500 else 0), borg=(15, 16, 17, 20))
    assert found.peak is not None
    assert (found.peak.bout, found.peak.all_out) == (4, True)


def test_a_peak_of_a_session_that_was_not_hard_is_a_lower_bound_and_no_more() -> None:
    easy = result(lambda t_s: round(true_bpm(t_s) * 0.8), borg=(11, 12, 12, 12))
    assert easy.peak is not None
    assert not easy.peak.hard_enough
    felt = result(lambda t_s: round(true_bpm(t_s) * 0.8), borg=(15, 16, 17, 17))
    assert felt.peak is not None
    assert felt.peak.hard_enough, "Borg stands before the pulse"
    at_ease = result(borg=(12, 12, 13, 13))
    assert at_ease.bouts_reached == 4
    assert at_ease.peak is not None
    assert not at_ease.peak.hard_enough, "a band that is reached with ease is of an HRmax that is too low"
    steady = result(lambda t_s: 140 + int(t_s) % 3, borg=(12,), kind="steady-20")
    assert steady.bouts_reached == 1
    assert steady.peak is None or not steady.peak.hard_enough, "a steady walk in its band tells nothing of HRmax"


def test_where_the_pulse_steers_nothing_nothing_is_judged_by_it() -> None:
    found = result(hr_max_bpm=None)
    assert found.steered_by == "borg"
    assert (found.bouts_done, found.bouts_reached, found.in_band_s) == (4, None, None)
    assert {bout.reached for bout in found.bouts} == {None}
    assert [bout.rpe for bout in found.bouts] == [15, 16, 16, 17]


def test_out_of_rhythm_no_peak_is_one() -> None:
    run, readings = walked()
    out = msgspec.structs.replace(run, subject=msgspec.structs.replace(SUBJECT, irregular_rhythm=True))
    found = analyse(out, readings)
    assert found.peak is None
    assert [cause.code for cause in found.peak_refused] == ["peak_irregular_rhythm"]


def test_short_bouts_are_kept_but_not_judged() -> None:
    found = result(kind="10x1")
    assert found.bouts_planned == 10
    assert found.bouts_done == 10
    assert found.bouts_reached is None
    assert all(bout.third_minute_bpm is None for bout in found.bouts)


def test_a_test_is_no_session() -> None:
    bench = Bench().started()
    with pytest.raises(ValueError, match="no session"):
        analyse(bench.recording.record(bench.state), ())


def test_an_outcome_and_the_whole_way_are_in_the_run() -> None:
    run, _ = walked()
    assert run.outcome is Outcome.COMPLETED
    assert run.belt_at_rest


def test_no_pulse_at_all_is_no_peak() -> None:
    assert peaks((), (Span(0, 240),))[0].held is None
    assert peaks((Reading(1.0, None),), (Span(0, 240),))[0].held is None


def test_a_bouts_load_counts_for_the_next_test_where_it_stood_and_no_hand_was_on_the_rail() -> None:
    run, readings = walked()
    found = analyse(run, readings)
    assert [bout.held_vo2_ml_kg_min for bout in found.bouts] == [pytest.approx(3.5 + 250 / 3 * (0.1 + 1.8 * 0.08))] * 4
    peak = peak_of(found, "2026-01-05")
    assert peak is not None
    assert peak.load is not None
    assert (peak.load.bouts, peak.load.on) == (4, "2026-01-05")
    held = tuple(msgspec.structs.replace(stage, handrail=True) for stage in run.stages)
    quick = tuple(msgspec.structs.replace(one, target_speed_kmh=7.5, measured_speed_kmh=7.5) for one in run.belt)
    changed = tuple(
        msgspec.structs.replace(one, target_incline_pct=one.target_incline_pct - (one.t_s % 420 > 400))
        if one.target_incline_pct is not None
        else one
        for one in run.belt
    )
    for other in (
        msgspec.structs.replace(run, stages=held),
        msgspec.structs.replace(run, belt=quick),
        msgspec.structs.replace(run, belt=changed),
    ):
        peak = peak_of(analyse(other, readings), "2026-01-05")
        assert peak is not None
        assert peak.load is None
