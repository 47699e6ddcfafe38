"""Single-stage jogs: George 1993 and Vehrs 2007, a steady jog of about three minutes on the level."""

from teststation.physiology.published import stands, with_see
from teststation.physiology.result import Estimate, StageObservation, withheld
from teststation.pulse import told_beside
from teststation.subject import Gait, Sex, Subject
from teststation.units import kmh_from_mph, mph_from_kmh

GEORGE_SEE, VEHRS_SEE = 3.2, 2.52
GEORGE_AGES, VEHRS_AGES = (18, 29), (18, 40)
MPH_LOW = 4.3
MPH_HIGH = {Sex.MALE: 7.5, Sex.FEMALE: 6.5}
HR_HIGHEST = 180.0
SPEED_SLACK_MPH = 0.05  # half a step of a belt in miles
LEVEL_PCT = 0.3


def george_vo2max(speed_mph: float, hr_bpm: float, weight_kg: float, male: bool) -> float:
    """54.07 + 7.062·male − 0.1938·kg + 4.47·mph − 0.1453·HR; r 0.84, SEE 3.2.

    129 fit people of 18 to 29 years; steady jog on the level, 4.3 to 7.5 mph (women 6.5), HR up to 180.
    Source: George JD et al. Med Sci Sports Exerc 1993;25:643-647.
    """
    return 54.07 + 7.062 * male - 0.1938 * weight_kg + 4.47 * speed_mph - 0.1453 * hr_bpm


def vehrs_vo2max(speed_mph: float, hr_bpm: float, weight_kg: float, age_years: float, male: bool) -> float:
    """58.687 + 7.520·male + 4.334·mph − 0.211·kg − 0.148·HR − 0.107·age; SEE 2.52.

    18 to 40 years. Source: Vehrs PR et al. 2007.
    """
    return 58.687 + 7.520 * male + 4.334 * speed_mph - 0.211 * weight_kg - 0.148 * hr_bpm - 0.107 * age_years


def george(subject: Subject, stages: tuple[StageObservation, ...]) -> Estimate:
    """George's estimate from the last jog on the level, withheld outside its range."""
    jog = _jog(subject, stages, GEORGE_AGES)
    if isinstance(jog, Estimate):
        return jog
    speed_mph, hr_bpm = jog
    return with_see(george_vo2max(speed_mph, hr_bpm, subject.weight_kg, subject.sex is Sex.MALE), GEORGE_SEE, 1)


def vehrs(subject: Subject, stages: tuple[StageObservation, ...]) -> Estimate:
    """Vehrs's estimate from the last jog on the level, withheld outside its range."""
    jog = _jog(subject, stages, VEHRS_AGES)
    if isinstance(jog, Estimate):
        return jog
    speed_mph, hr_bpm = jog
    male = subject.sex is Sex.MALE
    return with_see(vehrs_vo2max(speed_mph, hr_bpm, subject.weight_kg, subject.age_years, male), VEHRS_SEE, 1)


def _jog(
    subject: Subject, stages: tuple[StageObservation, ...], ages: tuple[int, int]
) -> Estimate | tuple[float, float]:
    """Speed in mph and heart rate of the jog, or why there is none."""
    if not ages[0] <= subject.age_years < ages[1] + 1:
        return withheld("age_outside", low=ages[0], high=ages[1])
    jogs = [s for s in stages if s.gait is Gait.RUN and stands(s) and (s.actual.incline_pct or 0.0) <= LEVEL_PCT]
    if not jogs:
        return withheld("no_level_jog")
    speed_mph, hr_bpm = mph_from_kmh(jogs[-1].actual.speed_kmh or 0.0), jogs[-1].hr_bpm or 0.0
    highest = MPH_HIGH[subject.sex]
    if not MPH_LOW - SPEED_SLACK_MPH <= speed_mph <= highest + SPEED_SLACK_MPH:
        return withheld("speed_outside", low=round(kmh_from_mph(MPH_LOW), 1), high=round(kmh_from_mph(highest), 1))
    if hr_bpm > HR_HIGHEST:
        return withheld("pulse_above", bpm=told_beside(hr_bpm, HR_HIGHEST), limit=round(HR_HIGHEST))
    return speed_mph, hr_bpm
