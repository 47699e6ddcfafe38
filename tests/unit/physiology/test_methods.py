"""Single equations beside the headline: each inside the range it was made for, and withheld with its reason outside."""

import msgspec
import pytest

from teststation.physiology.assess import assess
from teststation.physiology.jog import george_vo2max, vehrs_vo2max
from teststation.physiology.result import Estimate, Load, StageObservation
from teststation.subject import Gait, Sex, Subject

MAN = Subject(sex=Sex.MALE, age_years=25, weight_kg=75, height_cm=180)
WOMAN = Subject(sex=Sex.FEMALE, age_years=25, weight_kg=62, height_cm=168)


def stage(
    speed_kmh: float, incline_pct: float, hr_bpm: float, gait: Gait, duration_s: float | None = 180.0, **more: object
) -> StageObservation:
    return StageObservation(
        index=0, name="1", planned=None, actual=Load(duration_s, speed_kmh, incline_pct), hr_bpm=hr_bpm, gait=gait,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def of(method: str, who: Subject, *stages: StageObservation) -> Estimate:
    return assess(who, stages).estimates[method]


def why(estimate: Estimate) -> str:
    return "ok" if estimate.why is None else estimate.why.code


JOG = stage(9.656, 0.0, 150, Gait.RUN)  # 6.0 mph


@pytest.mark.parametrize(
    ("method", "expected", "see"),
    [("george", george_vo2max(6.0, 150, 75, True), 3.2), ("vehrs", vehrs_vo2max(6.0, 150, 75, 25, True), 2.52)],
)
def test_a_level_jog_gives_the_jog_estimates_with_their_published_errors(
    method: str, expected: float, see: float
) -> None:
    found = of(method, MAN, JOG)
    assert found.vo2max_ml_kg_min == pytest.approx(expected, abs=0.01)
    assert (found.high or 0) - (found.low or 0) == pytest.approx(2 * 1.96 * see, abs=0.01)


@pytest.mark.parametrize(
    ("method", "who", "walked", "code"),
    [
        ("george", msgspec.structs.replace(MAN, age_years=30.0), JOG, "age_outside"),
        ("vehrs", msgspec.structs.replace(MAN, age_years=41.0), JOG, "age_outside"),
        ("george", MAN, stage(9.6, 4.0, 150, Gait.RUN), "no_level_jog"),
        ("george", MAN, stage(6.0, 0.0, 120, Gait.WALK), "no_level_jog"),
        ("george", MAN, stage(9.6, 0.0, 150, Gait.RUN, 90.0), "no_level_jog"),
        ("george", MAN, stage(9.6, 0.0, 150, Gait.RUN, handrail=True), "no_level_jog"),
        ("george", MAN, stage(6.5, 0.0, 130, Gait.RUN), "speed_outside"),
        ("george", WOMAN, stage(11.0, 0.0, 160, Gait.RUN), "speed_outside"),
        ("vehrs", MAN, stage(11.0, 0.0, 185, Gait.RUN), "pulse_above"),
        ("hunt_submaximal", WOMAN, stage(4.8, 4.0, 120, Gait.WALK), "equation_not_sourced_for_women"),
        ("hunt_submaximal", MAN, stage(7.0, 4.0, 140, Gait.WALK), "speed_above"),
        ("hunt_submaximal", msgspec.structs.replace(MAN, age_years=15.0), JOG, "age_outside"),
    ],
)
def test_outside_its_range_a_method_is_withheld(method: str, who: Subject, walked: StageObservation, code: str) -> None:
    found = of(method, who, walked)
    assert why(found) == code
    assert (found.vo2max_ml_kg_min, found.low, found.high) == (None, None, None)


def test_the_jog_on_the_very_edge_of_its_speeds_counts() -> None:
    for speed_kmh in (6.92, 12.07):  # 4.3 and 7.5 mph
        assert why(of("george", MAN, stage(speed_kmh, 0.0, 150, Gait.RUN))) == "ok"


def test_hunts_equation_reads_the_last_whole_stage() -> None:
    first, last = stage(4.8, 4.0, 115, Gait.WALK), stage(4.8, 8.0, 130, Gait.WALK)
    cut = stage(4.8, 12.0, 145, Gait.WALK, 60.0)
    assert of("hunt_submaximal", MAN, first, last, cut) == of("hunt_submaximal", MAN, first, last)


def test_borg_answers_that_do_not_rise_say_nothing_by_themselves() -> None:
    stages = [stage(4.8, 4.0 * n, 120 + 9 * n, Gait.WALK, rpe=15 - 2 * n) for n in range(4)]
    assert why(of("rpe", MAN, *stages)) == "rpe_does_not_rise"


def test_borg_answers_near_the_top_put_the_maximum_near_what_was_walked() -> None:
    """18 is what people say at the maximum: read at 20 this would be far above."""
    answers = ((0.0, 10), (4.0, 13), (8.0, 16), (12.0, 18))
    found = of(
        "rpe", MAN, *(stage(4.8, incline, 120 + 9 * n, Gait.WALK, rpe=rpe) for n, (incline, rpe) in enumerate(answers))
    )
    assert found.vo2max_ml_kg_min == pytest.approx(30.0, abs=3.0)
    assert (found.low or 0) > 20


def test_unstated_gait_between_walk_and_run_does_not_bend_the_line() -> None:
    """At 7 km/h the two equations differ by ten mL/kg/min: such a row waits until somebody says which it was."""
    sure = [stage(speed, 1.0, hr, Gait.RUN) for speed, hr in ((8.5, 132), (9.5, 141), (10.5, 151))]
    doubtful = stage(7.0, 1.0, 120, Gait.WALK, gait_stated=False)
    found = assess(MAN, [doubtful, *sure])
    assert found.stages[0].excluded_because is not None
    assert found.stages[0].excluded_because.code == "gait_not_stated"
    assert found.estimates["extrapolation"] == assess(MAN, sure).estimates["extrapolation"]
    stated = assess(MAN, [msgspec.structs.replace(doubtful, gait=Gait.RUN, gait_stated=True), *sure])
    assert stated.stages[0].used


def test_unstated_gait_is_used_where_no_line_could_be_drawn_without_it() -> None:
    few = [stage(6.5, 1.0, 120, Gait.WALK, gait_stated=False), stage(7.5, 4.0, 141, Gait.RUN, gait_stated=False)]
    assert all(one.used for one in assess(MAN, few).stages)
