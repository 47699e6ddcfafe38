"""Late intervals as one more stage of a test: when they count, how much, and whose never."""

import types
from collections.abc import Callable

import msgspec
import pytest

from tests.mutants import fails_with
from tests.unit.physiology.test_assess import FOUR, MAN
from tests.unit.physiology.test_uncertainty import BORG, terms, width
from teststation.physiology import assess as assess_module
from teststation.physiology.assess import assess
from teststation.physiology.hrmax import SessionPeak
from teststation.physiology.result import Assessment
from teststation.subject import Gait, SessionLoad, Subject
from teststation.training.session import evidence as evidence_module
from teststation.training.session.evidence import with_evidence, without_evidence

LATE = SessionLoad(vo2_ml_kg_min=29.0, hr_bpm=160.0, gait=Gait.WALK, bouts=12, on="2026-01-30")
DAY = "2026-02-01"


def trained(load: SessionLoad = LATE, who: Subject = MAN) -> Subject:
    return msgspec.structs.replace(who, session_load=load)


def value(found: Assessment) -> float:
    return found.estimates["combined"].vo2max_ml_kg_min or 0.0


def on(day: str, load: SessionLoad | None) -> SessionPeak:
    return SessionPeak(day, 165.0, 171.0, 16, load=load)


def test_late_intervals_narrow_the_combined_estimate_and_leave_the_stages_alone() -> None:
    plain, late = assess(MAN, BORG), assess(trained(), BORG)
    assert 0.8 * width(plain) < width(late) < 0.97 * width(plain)
    assert late.estimates["extrapolation"] == plain.estimates["extrapolation"]
    assert late.estimates["combined"].ingredients[0].name == "stages_and_sessions"
    assert late.hr_max == plain.hr_max
    assert late.hr_limit_bpm == plain.hr_limit_bpm
    assert late.training == plain.training, "what is prescribed follows from this test's own line"


def test_a_lower_pulse_at_the_same_load_is_a_fitter_person() -> None:
    values = [value(assess(trained(msgspec.structs.replace(LATE, hr_bpm=bpm)), FOUR)) for bpm in (150.0, 160.0, 170.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] < 8.0, "a stage of other days, and a doubted one"


def test_the_linear_picture_stays_about_the_densitys_own() -> None:
    found = assess(trained(), BORG)
    assert 2 * 1.96 * sum(sd**2 for sd in terms(found).values()) ** 0.5 == pytest.approx(width(found), rel=0.2)


def test_what_a_run_costs_is_told_less_surely_than_a_walk() -> None:
    run = msgspec.structs.replace(LATE, gait=Gait.RUN)
    assert width(assess(trained(run), BORG)) > width(assess(trained(), BORG))


def test_beside_an_earlier_test_that_counts_they_do_not() -> None:
    earlier = assess(MAN, FOUR).stages
    assert assess(trained(), FOUR, earlier=earlier).estimates == assess(MAN, FOUR, earlier=earlier).estimates


def test_they_give_no_number_to_a_test_that_gave_none() -> None:
    flat = tuple(msgspec.structs.replace(one, hr_bpm=120.0) for one in FOUR)
    for stages in (flat, ()):
        plain, late = (assess(who, stages).estimates["combined"] for who in (MAN, trained()))
        assert (late.status, late.why) == (plain.status, plain.why)


def test_only_three_weeks_count_and_none_that_come_after_the_test() -> None:
    for day, counts in (("2026-01-11", True), ("2026-01-10", False), (DAY, True), ("2026-02-02", False)):
        known = with_evidence(MAN, (on(day, msgspec.structs.replace(LATE, on=day)),), DAY)
        assert (known.session_load is not None) is counts, day


def test_they_are_a_mean_over_bouts_and_are_forgotten_with_the_rest() -> None:
    other = SessionLoad(vo2_ml_kg_min=33.0, hr_bpm=168.0, gait=Gait.WALK, bouts=4, on="2026-01-28")
    known = with_evidence(MAN, (on("2026-01-28", other), on("2026-01-30", LATE)), DAY)
    assert known.session_load == SessionLoad(30.0, 162.0, Gait.WALK, 16, "2026-01-30")
    ran = msgspec.structs.replace(LATE, gait=Gait.RUN, on="2026-01-31")
    known = with_evidence(MAN, (on("2026-01-28", other), on("2026-01-31", ran)), DAY)
    assert known.session_load == ran, "who has begun to run is known by running"
    assert without_evidence(known) == MAN
    assert with_evidence(MAN, (on("2026-01-28", None),), DAY).session_load is None


def fact_blocked_or_out_of_rhythm_no_load_is_kept() -> None:
    for who in (
        msgspec.structs.replace(MAN, beta_blocker=True),
        msgspec.structs.replace(MAN, irregular_rhythm=True),
    ):
        assert with_evidence(who, (on("2026-01-30", LATE),), DAY).session_load is None


def fact_blocked_or_out_of_rhythm_none_is_read() -> None:
    for who in (
        msgspec.structs.replace(MAN, beta_blocker=True),
        msgspec.structs.replace(MAN, irregular_rhythm=True),
    ):
        assert assess(trained(who=who), BORG).estimates == assess(who, BORG).estimates


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (
            evidence_module,
            "if late and not (subject.beta_blocker or subject.irregular_rhythm):",
            "if late and not subject.irregular_rhythm:",
            fact_blocked_or_out_of_rhythm_no_load_is_kept,
        ),
        (
            evidence_module,
            "if late and not (subject.beta_blocker or subject.irregular_rhythm):",
            "if late and not subject.beta_blocker:",
            fact_blocked_or_out_of_rhythm_no_load_is_kept,
        ),
        (
            assess_module,
            "None if subject.session_load is None or subject.beta_blocker else",
            "None if subject.session_load is None else",
            fact_blocked_or_out_of_rhythm_none_is_read,
        ),
    ],
)
def test_whose_pulse_tells_nothing_has_none(
    module: types.ModuleType, old: str, new: str, fact: Callable[[], None]
) -> None:
    fails_with(module, old, new, fact)
