"""Published single equations beside the headline: Ebbeling, RPE, and what is known without any exercise.

Each is withheld outside the range it was made for. Intervals are ±1.96 of the published standard error.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from teststation.cause import Cause
from teststation.physiology.error_budget import FIXED_DIMENSIONS, MAX_STAGES, RPE_SD, WALKING_COST_SD, draws
from teststation.physiology.hrmax import RPE_AT_MAXIMUM, RPE_STAGES_MIN
from teststation.physiology.result import Estimate, StageObservation
from teststation.subject import Sex, Subject
from teststation.units import mph_from_kmh

Z95 = 1.96
EBBELING_SEE = 4.85
FRIEND_SEE = 6.6
NES_SEE = {Sex.MALE: 5.70, Sex.FEMALE: 5.14}
KG_PER_LB, CM_PER_IN = 0.45359237, 2.54

Array = NDArray[np.float64]


def withheld(code: str, **values: int | float | str) -> Estimate:
    """An estimate without a number, and why."""
    return Estimate(status="withheld", why=Cause(code, dict(values)))


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
    """Ebbeling's estimate where the stages are his: 4 min at 0 %, then 4 min at 5 %, at one speed."""
    if subject.beta_blocker or subject.irregular_rhythm:
        return withheld("pulse_not_to_be_trusted")
    if not 20 <= subject.age_years < 60:
        return withheld("age_outside", low=20, high=59)
    flat, steep = _ebbeling_stages(stages)
    if flat is None or steep is None or flat.hr_bpm is None or steep.hr_bpm is None:
        return withheld("stages_not_ebbeling")
    assert steep.actual.speed_kmh is not None
    speed_mph = mph_from_kmh(steep.actual.speed_kmh)
    if not 1.95 <= speed_mph <= 4.55:
        return withheld("speed_outside", low=3.2, high=7.2)
    if not 0.5 <= flat.hr_bpm / hr_max_bpm <= 0.7:
        return withheld("first_stage_pulse_outside", percent=round(100 * flat.hr_bpm / hr_max_bpm))
    found = ebbeling_vo2max(speed_mph, steep.hr_bpm, subject.age_years, subject.sex is Sex.MALE)
    return _with_see(found, EBBELING_SEE, n_stages=1)


def _ebbeling_stages(
    stages: tuple[StageObservation, ...],
) -> tuple[StageObservation | None, StageObservation | None]:
    def fits(stage: StageObservation, incline_pct: float) -> bool:
        load = stage.actual
        long_enough = load.duration_s is None or load.duration_s >= 220
        return (
            load.incline_pct is not None
            and load.speed_kmh is not None
            and abs(load.incline_pct - incline_pct) < 0.3
            and long_enough
            and not stage.habituation
            and not stage.handrail
        )

    for flat, steep in pairwise(stages):
        if (
            fits(flat, 0.0)
            and fits(steep, 5.0)
            and abs((flat.actual.speed_kmh or 0) - (steep.actual.speed_kmh or 0)) < 0.2
        ):
            return flat, steep
    return None, None


def by_rpe(vo2: Array, rpe: Array) -> Estimate:
    """Least squares of oxygen uptake on RPE, read at 20: what is left where the pulse is not to be trusted.

    The interval draws the line again with one Borg step of noise in each answer and the spread of oxygen cost.
    """
    if len(rpe) < RPE_STAGES_MIN:
        return withheld("too_few_rpe", n=len(rpe))
    centred = rpe - rpe.mean()
    if float((centred**2).sum()) < 4.0 or float((centred * (vo2 - vo2.mean())).sum()) <= 0:
        return withheld("rpe_does_not_rise")
    found = _read_at_20(rpe[None, :], vo2)[0]
    numbers = draws()
    n = min(len(rpe), MAX_STAGES)
    noisy = rpe[:n] + numbers[:, FIXED_DIMENSIONS : FIXED_DIMENSIONS + n] * RPE_SD
    readings = _read_at_20(noisy, vo2[:n]) * np.exp(numbers[:, 1] * WALKING_COST_SD)
    low, high = np.percentile(np.clip(readings, float(vo2.max()), None), [2.5, 97.5])
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=float(found),
        low=min(float(low), float(found)),
        high=max(float(high), float(found)),
        n_stages=len(rpe),
    )


def _read_at_20(rpe: Array, vo2: Array) -> Array:
    mean = rpe.mean(axis=1, keepdims=True)
    centred = rpe - mean
    slope = (centred * (vo2 - vo2.mean())).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-9)
    return vo2.mean() + slope * (RPE_AT_MAXIMUM - mean[:, 0])


def nes2011_vo2max(sex: Sex, age_years: float, waist_cm: float, resting_hr_bpm: float, activity_index: float) -> float:
    """Non-exercise model of HUNT 3: men 100.27 − 0.296·age − 0.369·waist − 0.155·restHR + 0.226·PA, women likewise.

    SEE 5.70 (men), 5.14 (women). Source: Nes BM et al. Med Sci Sports Exerc 2011, doi 10.1249/MSS.0b013e31821d3f6f.
    """
    if sex is Sex.MALE:
        return 100.27 - 0.296 * age_years - 0.369 * waist_cm - 0.155 * resting_hr_bpm + 0.226 * activity_index
    return 74.74 - 0.247 * age_years - 0.259 * waist_cm - 0.114 * resting_hr_bpm + 0.198 * activity_index


def friend2018_vo2max(sex: Sex, age_years: float, weight_kg: float, height_cm: float) -> float:
    """45.2 − 0.35·age − 10.9·sex (1 man, 2 woman) − 0.15·lb + 0.68·in − 0.46 (treadmill); SEE 6.6.

    Source: FRIEND registry, 2018.
    """
    sex_code = 1 if sex is Sex.MALE else 2
    pounds, inches = weight_kg / KG_PER_LB, height_cm / CM_PER_IN
    return 45.2 - 0.35 * age_years - 10.9 * sex_code - 0.15 * pounds + 0.68 * inches - 0.46


def non_exercise(subject: Subject) -> Estimate:
    """Plausibility beside the result, never the result: Nes 2011 where its questions were asked, else FRIEND 2018."""
    asked = (subject.waist_cm, subject.resting_hr_bpm, subject.activity_index)
    if all(value is not None for value in asked) and not subject.beta_blocker:
        waist, resting, activity = (float(value or 0.0) for value in asked)
        return _with_see(nes2011_vo2max(subject.sex, subject.age_years, waist, resting, activity), NES_SEE[subject.sex])
    if subject.height_cm is None:
        return withheld("height_missing")
    if not 20 <= subject.age_years <= 79:
        return withheld("age_outside", low=20, high=79)
    return _with_see(
        friend2018_vo2max(subject.sex, subject.age_years, subject.weight_kg, subject.height_cm), FRIEND_SEE
    )


def _with_see(vo2max: float, see: float, n_stages: int | None = None) -> Estimate:
    if vo2max <= 3.5:
        return withheld("outside_the_equation")
    return Estimate(
        status="ok",
        vo2max_ml_kg_min=vo2max,
        low=max(3.5, vo2max - Z95 * see),
        high=vo2max + Z95 * see,
        n_stages=n_stages,
    )
