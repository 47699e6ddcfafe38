"""HUNT 3's submaximal model (Loe, Nes, Wisløff 2016): one stage, its speed, incline and pulse."""

from teststation.physiology.published import stands, with_see
from teststation.physiology.result import Estimate, StageObservation, withheld
from teststation.subject import Sex, Subject

SEE_MEN = 6.24
SPEED_HIGHEST_KMH = 6.5  # above it the equation gives no sensible values
AGE_FROM, AGE_BELOW = 20, 91  # the study's people


def hunt_submaximal_men_vo2max(
    speed_kmh: float, incline_pct: float, hr_bpm: float, weight_kg: float, age_years: float
) -> float:
    """35.25 + 1.276·incline% + 6.402·km/h − 0.196·kg − 27.65·HR/(215.336 − 0.73·age); SEE 6.24, R² 0.55.

    Source: Loe H, Nes BM, Wisløff U. PLoS One 2016, doi 10.1371/journal.pone.0144873. The coefficients are those of
    public code, not copied from the paper.
    """
    return (
        35.25
        + 1.276 * incline_pct
        + 6.402 * speed_kmh
        - 0.196 * weight_kg
        - 27.65 * hr_bpm / (215.336 - 0.73 * age_years)
    )


def hunt_submaximal(subject: Subject, stages: tuple[StageObservation, ...]) -> Estimate:
    """From the last whole stage up to 6.5 km/h. Women's equation has not been found in a source: withheld."""
    if subject.sex is not Sex.MALE:
        return withheld("equation_not_sourced_for_women")
    if not AGE_FROM <= subject.age_years < AGE_BELOW:
        return withheld("age_outside", low=AGE_FROM, high=AGE_BELOW - 1)
    fitting = [s for s in stages if stands(s) and (s.actual.speed_kmh or 0.0) <= SPEED_HIGHEST_KMH]
    if not fitting:
        return withheld("speed_above", high=SPEED_HIGHEST_KMH)
    load, hr_bpm = fitting[-1].actual, fitting[-1].hr_bpm or 0.0
    speed_kmh, incline_pct = load.speed_kmh or 0.0, load.incline_pct or 0.0
    found = hunt_submaximal_men_vo2max(speed_kmh, incline_pct, hr_bpm, subject.weight_kg, subject.age_years)
    return with_see(found, SEE_MEN, 1)
