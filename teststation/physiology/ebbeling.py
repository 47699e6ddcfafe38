"""Ebbeling's single-stage walk: 4 min at 0 %, then 4 min at 5 %, at one speed."""

from itertools import pairwise

from teststation.physiology.published import stands, with_see
from teststation.physiology.result import Estimate, StageObservation, withheld
from teststation.subject import Sex, Subject
from teststation.units import mph_from_kmh

SEE = 4.85
AGE_FROM, AGE_BELOW = 20, 60
MPH_LOW, MPH_HIGH = 2.0, 4.5
FIRST_STAGE_LOW, FIRST_STAGE_HIGH = 0.50, 0.70  # of HRmax
STAGE_S = 220.0  # four minutes, less what a belt takes to change
SPEED_SLACK_MPH = 0.05  # half a step of a belt in miles


def ebbeling_vo2max(speed_mph: float, hr_bpm: float, age_years: float, male: bool) -> float:
    """15.1 + 21.8·mph − 0.327·HR − 0.263·mph·age + 0.00504·HR·age + 5.98·male; r² 0.86, SEE 4.85.

    67 men and 72 women of 20 to 59 years; HR at the end of 4 min at 5 %, after 4 min at 0 % (50-70 % of HRmax), same
    speed of 2.0 to 4.5 mph. Source: Ebbeling CB et al. Med Sci Sports Exerc 1991;23:966-973.
    """
    return (
        15.1
        + 21.8 * speed_mph
        - 0.327 * hr_bpm
        - 0.263 * speed_mph * age_years
        + 0.00504 * hr_bpm * age_years
        + 5.98 * male
    )


def ebbeling(subject: Subject, stages: tuple[StageObservation, ...], hr_max_bpm: float) -> Estimate:
    """Ebbeling's estimate where the stages are his, else withheld with the reason."""
    if not AGE_FROM <= subject.age_years < AGE_BELOW:
        return withheld("age_outside", low=AGE_FROM, high=AGE_BELOW - 1)
    pair = next((pair for pair in pairwise(stages) if _his(*pair)), None)
    if pair is None:
        return withheld("stages_not_ebbeling")
    flat, steep = pair
    assert flat.hr_bpm is not None
    assert steep.hr_bpm is not None
    assert steep.actual.speed_kmh is not None
    speed_mph = mph_from_kmh(steep.actual.speed_kmh)
    if not MPH_LOW - SPEED_SLACK_MPH <= speed_mph <= MPH_HIGH + SPEED_SLACK_MPH:
        return withheld("speed_outside", low=3.2, high=7.2)
    if not FIRST_STAGE_LOW <= flat.hr_bpm / hr_max_bpm <= FIRST_STAGE_HIGH:
        return withheld("first_stage_pulse_outside", percent=round(100 * flat.hr_bpm / hr_max_bpm))
    return with_see(ebbeling_vo2max(speed_mph, steep.hr_bpm, subject.age_years, subject.sex is Sex.MALE), SEE, 1)


def _his(flat: StageObservation, steep: StageObservation) -> bool:
    if not (stands(flat, STAGE_S) and stands(steep, STAGE_S)):
        return False
    same_speed = abs((flat.actual.speed_kmh or 0) - (steep.actual.speed_kmh or 0)) < 0.2
    return same_speed and _at(flat, 0.0) and _at(steep, 5.0)


def _at(stage: StageObservation, incline_pct: float) -> bool:
    return stage.actual.incline_pct is not None and abs(stage.actual.incline_pct - incline_pct) < 0.3
