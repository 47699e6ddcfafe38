"""What the peaks of interval sessions say of HRmax together, and what may follow from them."""

import types
from collections.abc import Callable
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import fails_with
from tests.unit.physiology.test_assess import FOUR
from tests.unit.run.builders import SUBJECT
from teststation.cause import Cause
from teststation.physiology import hrmax as hrmax_module
from teststation.physiology.advice import FOUR_BY_FOUR, PULSE_ZONES, Advice, Noted
from teststation.physiology.assess import assess
from teststation.physiology.hrmax import SessionPeak, best_peak, by_age_bpm, hr_max, shown_bpm, with_session
from teststation.ports import Setpoint
from teststation.protocol.load import find, load_session, session_band
from teststation.subject import Gait
from teststation.training.session import start as start_module
from teststation.training.session.evidence import with_evidence
from teststation.training.session.result import NextLoad
from teststation.training.session.start import LastLoad, band_of_bpm, propose

DAY, BORG_HIGH = "2026-02-01", 17
AGES = st.integers(18, 80)
PEAKS = st.integers(100, 215)


def on(day: int, bpm: float, edge_bpm: float | None = 170.0, rpe: int | None = 16, *, hard: bool = True) -> SessionPeak:
    return SessionPeak(f"2026-01-{day:02d}", bpm, edge_bpm, rpe, hard)


@given(AGES, PEAKS, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=60)
def test_no_hrmax_lies_below_a_peak_and_none_is_surer_than_a_measured_one(
    age: int, peak: int, sessions: int, returns: int
) -> None:
    bpm, sd = with_session((by_age_bpm(age), 11.1), float(peak), all_out=False, sessions=sessions, returns=returns)
    assert bpm > peak
    assert sd >= hrmax_module.MEASURED_SEE_BPM
    assert peak < by_age_bpm(age) - 15 or sd < 11.1


@given(AGES, PEAKS, st.integers(0, 20))
@settings(max_examples=60)
def test_who_comes_back_to_a_peak_without_going_beyond_is_not_told_a_higher_hrmax_for_it(
    age: int, peak: int, sessions: int
) -> None:
    by_age = (by_age_bpm(age), 11.1)
    told = [with_session(by_age, float(peak), all_out=False, sessions=sessions, returns=n)[0] for n in (0, 1, 3, 8)]
    assert told == sorted(told, reverse=True)


@pytest.mark.parametrize("above_age", [-5.0, 0.0, 10.0])
def test_near_the_hrmax_of_age_more_sessions_with_the_same_peak_never_widen_it(above_age: float) -> None:
    by_age = (by_age_bpm(40), 11.1)
    for one, more in ((1, 2), (2, 5), (5, 20)):
        sds = [with_session(by_age, by_age[0] + above_age, all_out=False, sessions=n)[1] for n in (one, more)]
        assert sds[1] <= sds[0]
    sds = [with_session(by_age, by_age[0] + above_age, all_out=False, sessions=10, returns=n)[1] for n in range(9)]
    assert all(after <= before + 0.01 for before, after in pairwise(sds))


def test_a_peak_that_is_a_bound_alone_leaves_what_age_says_above_it() -> None:
    """Nobody found it hard and the band ended it: age's normal, cut off below."""
    by_age = (180.0, 11.1)
    assert with_session(by_age, 130.0, all_out=False, sessions=0) == pytest.approx(by_age, abs=0.15)
    bpm, sd = with_session(by_age, 180.0, all_out=False, sessions=0)
    assert bpm == pytest.approx(180 + 11.1 * 0.798, abs=0.2), "the upper half of a normal"
    assert sd == pytest.approx(11.1 * 0.603, abs=0.2)


def test_days_of_three_beats_go_beyond_the_best_of_them_oftener_than_in_a_third_only_while_they_are_few() -> None:
    """The share that lies beyond, of those that come within two beats of the best of n days or beyond it."""
    day = hrmax_module.NormalDist(0.0, hrmax_module.DAY_SD_BPM)
    for days, share in ((2, 0.53), (5, 0.39), (20, 0.27)):
        best = hrmax_module.best_of_days_bpm(days)
        near = 1 - day.cdf(best - hrmax_module.NEAR_BPM)
        assert (1 - day.cdf(best)) / near == pytest.approx(share, abs=0.02)


def test_what_was_no_effort_tells_nothing_and_what_the_band_ended_tells_a_bound() -> None:
    strolled, eased = on(5, 150.0, hard=False, rpe=12), on(6, 169.0, hard=False, rpe=14)
    assert best_peak((strolled,), DAY) is None
    found = best_peak((strolled, eased), DAY)
    assert found is not None
    assert (found.peak, found.sessions, found.returns) == (eased, 0, 0)
    steady = on(7, 150.0, edge_bpm=None, hard=False)
    assert best_peak((steady,), DAY) is None, "a steady walk has no band of intervals"


def test_a_session_comes_back_where_its_band_would_have_let_it_go_beyond() -> None:
    highest = on(5, 170.0)
    for other, counts in (
        (on(6, 170.0), 1),
        (on(6, 168.0), 1),
        (on(6, 167.0), 0),
        (on(6, 169.0, edge_bpm=169.0), 1),
        (on(6, 169.0, edge_bpm=168.0), 0),
        (on(6, 169.0, edge_bpm=None), 0),
        (on(6, 169.0, hard=False), 1),
    ):
        found = best_peak((highest, other), DAY)
        assert found is not None
        assert (found.peak, found.returns) == (highest, counts), other


def test_what_is_known_is_in_the_subject_and_is_forgotten_with_it() -> None:
    known = with_evidence(SUBJECT, (on(5, 170.0), on(6, 169.0), on(7, 150.0)), DAY)
    assert (known.hr_max_intervals_sessions, known.hr_max_intervals_returns) == (3, 1)
    unmoved = msgspec.structs.replace(known, hr_max_intervals_returns=0)
    assert (hr_max(known).reckoned_bpm or 0) < (hr_max(unmoved).reckoned_bpm or 0)


# --- the band follows ----------------------------------------------------------------------------------------------


def test_what_was_held_and_not_found_too_hard_is_shown() -> None:
    assert shown_bpm((on(5, 165.0), on(6, 160.0)), DAY, BORG_HIGH) == 165.0
    assert shown_bpm((on(5, 165.0, hard=False, rpe=12),), DAY, BORG_HIGH) == 165.0, "with ease all the more"
    assert shown_bpm((on(5, 165.0),), "2026-05-01", BORG_HIGH) is None, "three months ago"


def fact_too_hard_shows_nothing() -> None:
    assert shown_bpm((on(5, 165.0, rpe=18), on(6, 160.0, rpe=17)), DAY, BORG_HIGH) == 160.0
    assert shown_bpm((on(5, 165.0, rpe=None),), DAY, BORG_HIGH) is None, "nobody has said how it felt"


def fact_who_stays_near_their_maximum_is_let_down_again() -> None:
    often = [on(5 + n, 170.0) for n in range(5)]
    assert shown_bpm(often[:4], DAY, BORG_HIGH) == 170.0
    assert shown_bpm(often, DAY, BORG_HIGH) is None


def fact_the_band_never_ends_above_hrmax_as_it_is_known() -> None:
    known = hr_max(SUBJECT).bpm
    for shown in (150.0, 175.0, 178.0, 185.0, 200.0):
        of = band_of_bpm(SUBJECT, shown)
        assert of is None or known < of <= known / 0.95 + 1e-9, shown
    assert band_of_bpm(SUBJECT, 0.95 * known - 1.0) is None, "HRmax' own band goes beyond it"
    assert band_of_bpm(SUBJECT, 0.95 * known + 2.0) == pytest.approx(known + 2.0 / 0.95)


def fact_where_pulse_is_not_aimed_at_or_hrmax_is_known_nothing_follows() -> None:
    for known in (
        msgspec.structs.replace(SUBJECT, beta_blocker=True, hr_max_intervals_bpm=150.0),
        msgspec.structs.replace(SUBJECT, irregular_rhythm=True),
        msgspec.structs.replace(SUBJECT, hr_max_measured_bpm=175.0),
        msgspec.structs.replace(SUBJECT, hr_max_intervals_bpm=170.0, hr_max_intervals_all_out=True),
    ):
        assert band_of_bpm(known, 174.0) is None


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (hrmax_module, "one.rpe is not None and one.rpe <= borg_high", "True", fact_too_hard_shows_nothing),
        (hrmax_module, "one.rpe <= borg_high]", "one.rpe <= borg_high + 1]", fact_too_hard_shows_nothing),
        (hrmax_module, ">= KNOWN_AFTER:", ">= 99:", fact_who_stays_near_their_maximum_is_let_down_again),
        (
            start_module,
            "min(shown_bpm, known.bpm) / HR_SHARE_HIGH",
            "shown_bpm / HR_SHARE_HIGH",
            fact_the_band_never_ends_above_hrmax_as_it_is_known,
        ),
        (
            start_module,
            "subject.beta_blocker or subject.irregular_rhythm or subject.hr_max_intervals_all_out",
            "subject.irregular_rhythm or subject.hr_max_intervals_all_out",
            fact_where_pulse_is_not_aimed_at_or_hrmax_is_known_nothing_follows,
        ),
        (
            start_module,
            "subject.beta_blocker or subject.irregular_rhythm or subject.hr_max_intervals_all_out",
            "subject.beta_blocker or subject.hr_max_intervals_all_out",
            fact_where_pulse_is_not_aimed_at_or_hrmax_is_known_nothing_follows,
        ),
        (
            start_module,
            'if known.source not in ("nes2013", "intervals"):\n        return None',
            "",
            fact_where_pulse_is_not_aimed_at_or_hrmax_is_known_nothing_follows,
        ),
    ],
)
def test_each_rule_of_the_band_counts(module: types.ModuleType, old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(module, old, new, fact)


def test_the_band_follows_and_the_limit_the_loads_and_the_ceiling_stay() -> None:
    """What was shown widens the band to it. No load rises for it: they rise by the operator's hand alone."""
    typed = Setpoint(speed_kmh=4.8, incline_pct=6.0)
    plain, followed = (
        load_session(*find("4x4"), start_module.typed(SUBJECT, typed, of_bpm=of))
        for of in (None, band_of_bpm(SUBJECT, 176.0))
    )
    assert followed.session is not None
    assert plain.session is not None
    assert followed.session.hr_high_bpm == pytest.approx(176.0)
    assert followed.session.hr_low_bpm == pytest.approx(176.0 * 0.85 / 0.95)
    for name in ("hr_max_bpm", "top_speed_kmh", "top_incline_pct", "warm_up_hr_bpm", "pause_hr_bpm"):
        assert getattr(followed.session, name) == getattr(plain.session, name), name
    assert followed.stages == plain.stages
    assert followed.limits == plain.limits


def test_a_steady_walk_has_the_band_of_hrmax() -> None:
    for protocol, follows in (("4x4", True), ("10x1", True), ("steady-20", False)):
        start = propose(SUBJECT, session_band(*find(protocol)), None, None, 176.0)
        assert (start.band_of_bpm is not None) is follows, protocol
        assert (start.band_cause is not None) is follows


def fact_after_a_test_that_forbids_it_no_band_follows() -> None:
    found = assess(SUBJECT, FOUR)
    allowed = Advice((FOUR_BY_FOUR, PULSE_ZONES))
    for advice, follows in (
        (allowed, True),
        (msgspec.structs.replace(allowed, symptoms=(Noted(1, 2, stopped=True),)), False),
        (msgspec.structs.replace(allowed, allowed=(PULSE_ZONES,)), False),
        (msgspec.structs.replace(allowed, allowed=(FOUR_BY_FOUR,)), False),
    ):
        last = LastLoad(NextLoad(4.8, 6.0, Gait.WALK, Cause("next_same")), 7)
        start = propose(SUBJECT, session_band(*find("4x4")), (found, advice), last, 176.0)
        assert (start.band_of_bpm is not None) is follows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("advice.may(FOUR_BY_FOUR) and advice.may(PULSE_ZONES)", "advice.may(FOUR_BY_FOUR)"),
        ("advice.may(FOUR_BY_FOUR) and advice.may(PULSE_ZONES)", "advice.may(PULSE_ZONES)"),
    ],
)
def test_the_tests_advice_bars_the_band_that_follows(old: str, new: str) -> None:
    fails_with(start_module, old, new, fact_after_a_test_that_forbids_it_no_band_follows)
