"""What is prescribed can be done by the belt, its guard and who walked the test, and costs what it is meant to."""

import tomllib
from collections.abc import Callable, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import teststation.physiology.prescription as prescription_module
import teststation.physiology.training as training_module
from tests.mutants import fails_with
from tests.sample_tests import sample
from tests.unit.physiology.test_assess import MAN, stage
from teststation.physiology.assess import Choices, assess, assess_run
from teststation.physiology.metabolic import vo2_ml_kg_min
from teststation.physiology.prescription import prescribe, zones
from teststation.physiology.result import Line, StageObservation, ThresholdTraining
from teststation.physiology.training import INCLINE_MAX_PCT, easy_load, within_reach
from teststation.ports import TreadmillInfo
from teststation.protocol.load import find
from teststation.subject import Gait

BELT = TreadmillInfo("trackmaster", "COM3", 0.1, 0.5, 12.0, 0.5, 15.0)
SMALL = msgspec.structs.replace(BELT, max_speed_kmh=4.96, max_incline_pct=7.3)  # between two steps
LEVEL = msgspec.structs.replace(BELT, max_speed_kmh=6.0, max_incline_pct=0.0)
FITTEST = [(0, 70), (4, 74), (8, 79), (12, 83)]
FIT = [(0, 80), (4, 88), (8, 96), (12, 104)]
ORDINARY = [(0, 112), (4, 124), (8, 137), (12, 149)]
UNFIT = [(0, 128), (2, 138), (4, 147)]


def stages(pulses: Sequence[tuple[int, int]], speed_kmh: float = 4.8, **more: object) -> list[StageObservation]:
    return [stage(n, incline, hr, speed_kmh, **more) for n, (incline, hr) in enumerate(pulses)]


def told(
    seen: Sequence[StageObservation], belt: TreadmillInfo | None = BELT, *, may_run: bool = False
) -> tuple[ThresholdTraining, Line, float]:
    found = assess(MAN, seen, hr_fraction_of_max=1.0, belt=belt, choices=Choices(may_run=may_run))
    assert found.training is not None
    assert found.line is not None
    return found.training, found.line, found.hr_max.bpm


def pulse_of(aim: ThresholdTraining, line: Line, incline_pct: float) -> float:
    return line.intercept_bpm + line.slope_bpm_per_ml * vo2_ml_kg_min(aim.speed_kmh, incline_pct, aim.gait)


def the_load_is_within_the_belt() -> None:
    for belt in (BELT, SMALL, LEVEL):
        for pulses in (FIT, ORDINARY, UNFIT):
            for gait in Gait:
                for may_run in (False, True):
                    aim, _, _ = told(stages(pulses, 4.9, gait=gait), belt, may_run=may_run)
                    inclines = (aim.incline_low_pct, aim.incline_pct, aim.incline_high_pct)
                    assert min(i for i in inclines if i is not None) >= 0
                    assert max(i for i in inclines if i is not None) <= belt.max_incline_pct
                    assert belt.min_speed_kmh <= aim.speed_kmh <= belt.max_speed_kmh
                    assert (aim.easy_speed_kmh or 0) <= aim.speed_kmh
                    assert (aim.easy_incline_pct or 0) <= aim.incline_pct


def who_walked_walks() -> None:
    for pulses in (FITTEST, FIT, ORDINARY, UNFIT):
        aim, _, _ = told(stages(pulses))
        assert aim.gait is Gait.WALK
        assert aim.speed_kmh <= 6.0


def the_clinic_may_let_the_fit_run() -> None:
    assert told(stages(FIT), may_run=True)[0].gait is Gait.RUN
    assert told(stages(UNFIT), may_run=True)[0].gait is Gait.WALK, "a run this slow is none"
    assert told(stages(ORDINARY), may_run=True)[0].gait is Gait.WALK, "a walk uphill does it"


def who_ran_runs() -> None:
    ran = [stage(0, 0, 100, 8.0, gait=Gait.RUN), stage(1, 0, 118, 10.0, gait=Gait.RUN)]
    aim, line, hr_max = told(ran)
    assert aim.gait is Gait.RUN
    assert pulse_of(aim, line, aim.incline_pct) == pytest.approx(0.88 * hr_max, abs=3)


def the_load_gives_the_pulse_unless_it_says_so() -> None:
    for pulses in (ORDINARY, UNFIT):
        aim, line, hr_max = told(stages(pulses))
        assert not aim.short
        assert pulse_of(aim, line, aim.incline_pct) == pytest.approx(0.88 * hr_max, abs=3)
        assert aim.incline_low_pct is not None
        assert aim.incline_high_pct is not None
        assert pulse_of(aim, line, aim.incline_low_pct) == pytest.approx(0.85 * hr_max, abs=3)
        if aim.incline_high_pct < INCLINE_MAX_PCT:
            assert pulse_of(aim, line, aim.incline_high_pct) == pytest.approx(0.90 * hr_max, abs=3)
    for belt in (SMALL, LEVEL):
        aim, line, hr_max = told(stages(ORDINARY), belt)
        assert aim.short
        assert pulse_of(aim, line, aim.incline_pct) < 0.88 * hr_max


def a_hand_on_the_rail_is_told() -> None:
    assert told(stages(ORDINARY, handrail=True))[0].handrail
    assert not told(stages(ORDINARY))[0].handrail


def the_pauses_are_an_easy_walk() -> None:
    line, hr_max = told(stages(ORDINARY))[1:]
    speed, incline = easy_load(line, 0.70 * hr_max, 9.0, 12.0)
    assert speed <= 5.0
    reached = line.intercept_bpm + line.slope_bpm_per_ml * vo2_ml_kg_min(speed, incline, Gait.WALK)
    assert reached == pytest.approx(0.70 * hr_max, abs=3)
    slower, level = easy_load(line, 0.60 * hr_max, 9.0, 12.0)
    assert (slower < speed, level) == (True, 0.0)


def an_older_prescription_is_brought_down() -> None:
    old = ThresholdTraining(150, 170, 155, speed_kmh=9.0, incline_pct=12.0, gait=Gait.RUN)
    now = within_reach(old, SMALL)
    assert (now.speed_kmh, now.incline_pct, now.short) == (4.9, 7.0, True)
    assert within_reach(old, None) == old


FACTS = (
    the_load_is_within_the_belt,
    who_walked_walks,
    the_clinic_may_let_the_fit_run,
    who_ran_runs,
    the_load_gives_the_pulse_unless_it_says_so,
    a_hand_on_the_rail_is_told,
    the_pauses_are_an_easy_walk,
    an_older_prescription_is_brought_down,
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_the_load(fact: Callable[[], None]) -> None:
    fact()


FAULTS = [
    ("    if set_to > high + 1e-9:", "    if False:", the_load_is_within_the_belt),
    ("fastest = min(SURELY_WALKS_TO_KMH, belt.max_speed_kmh)", "fastest = 25.0", who_walked_walks),
    ("if last.gait is Gait.RUN:", "if True:", who_walked_walks),
    ("found[2] and may_run", "found[2]", who_walked_walks),
    ("found[2] and may_run", "may_run", the_clinic_may_let_the_fit_run),
    ("if last.gait is Gait.RUN:", "if False:", who_ran_runs),
    ("belt.speed(min(wanted, fastest)), wanted > fastest", "belt.speed(min(wanted, fastest)), False",
     the_load_gives_the_pulse_unless_it_says_so),
    ("any(stage.observation.handrail for stage in used)", "False", a_hand_on_the_rail_is_told),
    ("min(speed_kmh, EASY_WALK_UP_TO_KMH)", "speed_kmh", the_pauses_are_an_easy_walk),
    ("    if incline < 0:\n", "    if False:\n", the_pauses_are_an_easy_walk),
    ("reach.speed(told.speed_kmh), reach.incline(told.incline_pct)", "told.speed_kmh, told.incline_pct",
     an_older_prescription_is_brought_down),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_the_load_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(training_module, old, new, fact)


rising = st.lists(st.floats(3, 20), min_size=3, max_size=3).map(lambda steps: [95 + sum(steps[:n]) for n in range(4)])
belts = st.builds(
    lambda kmh, pct: msgspec.structs.replace(BELT, max_speed_kmh=kmh, max_incline_pct=pct),
    st.floats(3.0, 16.0),
    st.floats(0.0, 25.0),
)


@settings(max_examples=60, deadline=None)
@given(rising, st.floats(3.0, 6.0), belts, st.booleans())
def test_no_belt_is_asked_for_more_than_it_can_do(
    pulses: list[float], speed_kmh: float, belt: TreadmillInfo, may_run: bool
) -> None:
    seen = [stage(n, 4 * n, hr, speed_kmh) for n, hr in enumerate(pulses)]
    aim = assess(MAN, seen, hr_fraction_of_max=1.0, belt=belt, choices=Choices(may_run=may_run)).training
    if aim is None:
        return
    assert 0 < aim.speed_kmh <= belt.max_speed_kmh + 1e-6
    inclines = [aim.incline_low_pct or 0, aim.incline_pct, aim.incline_high_pct or 0]
    assert inclines == sorted(inclines)
    assert inclines[0] >= 0
    assert inclines[-1] <= min(belt.max_incline_pct, INCLINE_MAX_PCT) + 1e-6
    assert (aim.easy_speed_kmh or 0) <= belt.max_speed_kmh + 1e-6
    assert (aim.easy_incline_pct or 0) <= aim.incline_pct


# --- what is said of it ---


def the_page_prescribes_the_session_that_is_walked() -> None:
    """5 + 25 + 5 = 35 minutes, on the page as in the protocol that the station walks."""
    session = prescribe(*sample())
    assert session is not None
    walked = tomllib.loads(find("4x4")[0])
    minutes = {part: walked[part]["duration_s"] / 60 for part in ("warm_up", "bout", "pause", "cool_down")}
    assert minutes == {
        "warm_up": session.warm_up_min, "bout": session.bout_min, "pause": session.pause_min,
        "cool_down": session.cool_down_min,
    }  # fmt: skip
    assert session.bouts == walked["bouts"]
    assert session.minutes == 5 + 4 * 4 + 3 * 3 + 5 == 35
    assert "5 + 25 + 5 = 35 min" in walked["citation"]


def pulses_are_told_in_fives() -> None:
    run, found = sample()
    session = prescribe(run, found)
    assert session is not None
    told_of = [(zone.hr_low_bpm, zone.hr_high_bpm) for zone in zones(found, prescription_module.advise(run, found))]
    told_of.append((session.hr_low_bpm, session.hr_high_bpm))
    assert all(low is not None and high is not None and low % 5 == high % 5 == 0 for low, high in told_of)
    assert session.hr_low_bpm == pytest.approx(0.85 * found.hr_max.bpm, abs=2.5)
    assert session.hr_high_bpm == pytest.approx(0.95 * found.hr_max.bpm, abs=2.5)


def the_belt_of_the_run_counts() -> None:
    run, _ = sample()
    small = msgspec.structs.replace(run, belt_info=SMALL)
    session = prescribe(small, assess_run(small))
    assert session is not None
    assert session.load is not None
    assert session.load.speed_kmh <= SMALL.max_speed_kmh
    assert session.load.incline_high_pct <= SMALL.max_incline_pct


def an_old_result_is_read_with_its_belt() -> None:
    run, found = sample()
    old = ThresholdTraining(150, 170, 155, speed_kmh=9.0, incline_pct=12.0, gait=Gait.RUN)
    session = prescribe(msgspec.structs.replace(run, belt_info=SMALL), msgspec.structs.replace(found, training=old))
    assert session is not None
    assert session.load is not None
    assert (session.load.speed_kmh, session.load.incline_high_pct) == (4.9, 7.0)


SAID = (
    the_page_prescribes_the_session_that_is_walked,
    pulses_are_told_in_fives,
    the_belt_of_the_run_counts,
    an_old_result_is_read_with_its_belt,
)


@pytest.mark.parametrize("fact", SAID, ids=lambda fact: fact.__name__)
def test_what_is_said(fact: Callable[[], None]) -> None:
    fact()


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        (
            "(self.bouts - 1) * self.pause_min",
            "self.bouts * self.pause_min",
            the_page_prescribes_the_session_that_is_walked,
        ),
        ("return PULSE_STEP_BPM * round(bpm / PULSE_STEP_BPM)", "return round(bpm)", pulses_are_told_in_fives),
        (
            "within_reach(told, None if run is None else run.belt_info)",
            "told",
            an_old_result_is_read_with_its_belt,
        ),
    ],
)
def test_what_is_said_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(prescription_module, old, new, fact)
