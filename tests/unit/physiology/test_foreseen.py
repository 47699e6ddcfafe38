"""What a protocol will ask of a person: the belt's own equations, and a pulse that the estimates would agree with."""

import pytest

from teststation.physiology.assess import heart_of
from teststation.physiology.foreseen import Foreseen, foresee
from teststation.physiology.hrmax import hr_max
from teststation.physiology.metabolic import running_vo2_ml_kg_min, walking_vo2_ml_kg_min
from teststation.physiology.result import Line
from teststation.protocol.load import find, load_plan
from teststation.protocol.plan import StagePlan
from teststation.subject import Sex, Subject

KARI = Subject(sex=Sex.FEMALE, age_years=46, weight_kg=72)
PLAN = load_plan(*find("submax-13"))


def of(subject: Subject, line: Line | None = None) -> Foreseen:
    return foresee(PLAN.stages, subject, 0.85, line)


def test_the_uptake_is_that_of_the_belts_equations() -> None:
    assert [stage.vo2_ml_kg_min for stage in of(KARI).stages] == [
        walking_vo2_ml_kg_min(4.8, incline) for incline in (0, 4, 8, 12)
    ]
    stages = (StagePlan("", 60.0, 10.0, 1.0), StagePlan("", 60.0, 2.0, 0.0), None)
    assert [stage.vo2_ml_kg_min for stage in foresee(stages, KARI, 0.85).stages] == [
        running_vo2_ml_kg_min(10.0, 1.0), None, None,
    ]  # fmt: skip


def test_the_pulse_rises_with_the_load_from_rest_to_the_maximum() -> None:
    loads = [StagePlan("", 60.0, 4.8, incline / 2) for incline in range(50)]
    found = foresee(loads, KARI, 0.85).stages
    pulses = [stage.hr_bpm or 0.0 for stage in found]
    assert pulses == sorted(pulses)
    heart = heart_of(KARI, hr_max(KARI))
    assert heart.standing[0] < pulses[0] < pulses[-1] <= heart.hr_max[0]
    for stage in found:
        assert stage.hr_low_bpm is not None
        assert stage.hr_high_bpm is not None
        assert stage.hr_low_bpm < (stage.hr_bpm or 0.0) < stage.hr_high_bpm


def test_a_person_of_lower_fitness_has_a_higher_pulse_at_the_same_load() -> None:
    heavier, older = (Subject(Sex.FEMALE, 46, 110), Subject(Sex.FEMALE, 70, 72))
    first = [of(one).stages[0].hr_bpm or 0.0 for one in (KARI, heavier)]
    assert first[0] < first[1]
    shares = [(of(one).stages[1].hr_bpm or 0.0) / hr_max(one).bpm for one in (KARI, older)]
    assert shares[0] < shares[1]


def test_a_resting_pulse_that_is_known_counts() -> None:
    rested = Subject(Sex.FEMALE, 46, 72, resting_hr_bpm=48)
    assert (of(rested).stages[0].hr_bpm or 0.0) < (of(KARI).stages[0].hr_bpm or 0.0)


def test_who_was_tested_has_their_own_line_and_a_narrower_range() -> None:
    line = Line(4.0, 60.0, (), (), ())
    found, before = of(KARI, line), of(KARI)
    vo2 = walking_vo2_ml_kg_min(4.8, 4)
    assert found.stages[1].hr_bpm == pytest.approx(60 + 4 * vo2)
    assert found.from_test
    assert not before.from_test

    def width(told: Foreseen) -> float:
        return (told.stages[1].hr_high_bpm or 0.0) - (told.stages[1].hr_low_bpm or 0.0)

    assert width(found) < width(before) / 2


@pytest.mark.parametrize(
    "subject",
    [Subject(Sex.MALE, 60, 90, beta_blocker=True), Subject(Sex.MALE, 60, 90, irregular_rhythm=True)],
)
def test_a_pulse_that_tells_nothing_is_not_foretold(subject: Subject) -> None:
    found = of(subject)
    assert found.hr_limit_bpm is None
    assert all(stage.hr_bpm is None and stage.vo2_ml_kg_min is not None for stage in found.stages)


def test_the_limit_is_the_protocols_share_of_hr_max() -> None:
    assert of(KARI).hr_limit_bpm == pytest.approx(0.85 * hr_max(KARI).bpm)
