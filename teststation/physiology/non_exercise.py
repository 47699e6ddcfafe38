"""What is known of VO2max without any exercise: plausibility beside the result, never the result."""

from teststation.physiology.published import with_see
from teststation.physiology.result import Estimate, withheld
from teststation.subject import Sex, Subject
from teststation.units import CM_PER_IN, KG_PER_LB

FRIEND_SEE = 6.6
FRIEND_AGE_FROM, FRIEND_AGE_TO = 20, 79
NES_SEE = {Sex.MALE: 5.70, Sex.FEMALE: 5.14}


def nes2011_vo2max(sex: Sex, age_years: float, waist_cm: float, resting_hr_bpm: float, activity_index: float) -> float:
    """Non-exercise model of HUNT 3: men 100.27 − 0.296·age − 0.369·waist − 0.155·restHR + 0.226·PA, women likewise.

    SEE 5.70 (men), 5.14 (women). Source: Nes BM et al. Med Sci Sports Exerc 2011, doi 10.1249/MSS.0b013e31821d3f6f.
    """
    if sex is Sex.MALE:
        return 100.27 - 0.296 * age_years - 0.369 * waist_cm - 0.155 * resting_hr_bpm + 0.226 * activity_index
    return 74.74 - 0.247 * age_years - 0.259 * waist_cm - 0.114 * resting_hr_bpm + 0.198 * activity_index


def friend2018_vo2max(sex: Sex, age_years: float, weight_kg: float, height_cm: float) -> float:
    """45.2 − 0.35·age − 10.9·sex (1 man, 2 woman) − 0.15·lb + 0.68·in − 0.46 (treadmill); SEE 6.6.

    Source: de Souza e Silva CG et al. Eur J Prev Cardiol 2018;25:742-750 (FRIEND registry, 10 881 healthy people).
    """
    sex_code = 1 if sex is Sex.MALE else 2
    pounds, inches = weight_kg / KG_PER_LB, height_cm / CM_PER_IN
    return 45.2 - 0.35 * age_years - 10.9 * sex_code - 0.15 * pounds + 0.68 * inches - 0.46


def by_questions(subject: Subject) -> float | None:
    """Nes 2011, mL/kg/min; None unless waist, resting pulse and activity are known and no drug slows the pulse."""
    waist, resting, activity = subject.waist_cm, subject.resting_hr_bpm, subject.activity_index
    if waist is None or resting is None or activity is None or subject.beta_blocker:
        return None
    return nes2011_vo2max(subject.sex, subject.age_years, waist, resting, activity)


def non_exercise(subject: Subject) -> Estimate:
    """Nes 2011 where its questions were asked, else FRIEND 2018."""
    asked = by_questions(subject)
    if asked is not None:
        return with_see(asked, NES_SEE[subject.sex])
    if subject.height_cm is None:
        return withheld("height_missing")
    if not FRIEND_AGE_FROM <= subject.age_years <= FRIEND_AGE_TO:
        return withheld("age_outside", low=FRIEND_AGE_FROM, high=FRIEND_AGE_TO)
    return with_see(friend2018_vo2max(subject.sex, subject.age_years, subject.weight_kg, subject.height_cm), FRIEND_SEE)
