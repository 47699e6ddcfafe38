"""What a submaximal VO2max can be wrong by: one place, term by term, each from a published spread. Nothing is fitted.

Every term is a standard deviation. ``posterior`` carries them all together from the stages to the interval.

| term | size | source |
|---|---|---|
| ``hr_max`` | the error of HRmax's own source | see ``hrmax``: by age 11.1 bpm, measured 3 |
| ``standing`` | 15 bpm; 13 about resting pulse + 5 | where the line meets rest: HERITAGE (450 sedentary people) 9 ± 16 % of the reserve above the resting pulse; Åstrand 1964 2 ± 16 bpm |
| ``bend`` | of f(1 − f) of the reserve: in nine of ten people 0 ± 0.10, in one 0.35 ± 0.35; together 0.04 ± 0.18 | 0 is %HRR = %VO2R (Swain 1997, 2004); a line through %VO2R read at the maximum overshoots by 0.8 ± 8 bpm (20 cyclists), 4.5 % (Swain 1998), 6 % (HERITAGE), 12 ± 8 bpm (Åstrand 1964), and 0.16 of a bend is what a line overshoots by. One for a person, so it does not average out; two kinds, so stages that do bend are believed |
| ``walking_cost`` | 7.5 % between people, of walking as such | 7 to 10 % at one load, together with ``load_cost`` |
| ``running_cost`` | 4 mL/kg/min between people | 3 to 5 at one load |
| ``handrail`` | 16 % | Foster 1996, SEE 4.4 mL/kg/min with the rail held, at about 28 |
| ``uptake_measured`` | 3 % | the instrument's share where uptake was measured; an assumption of this project |
| ``load_cost`` | 4 % of each load's own uptake | what one incline costs this person beside walking as such; where uptake was measured, the scatter of a minute's mean |
| ``day`` | 3 bpm on every stage of a day | day-to-day heart rate at one load, 2 to 4 bpm |
| ``stage`` | 2 bpm that differ when the stage is walked again, and 2.5 that do not | with ``load_cost`` at 60 % of the maximum, the 4 bpm by which stages lie off a line |
| ``doubt`` | 4 bpm more on a stage for each doubt about it | below 110 bpm, not steady, cut short; an assumption of this project |
| ``effort`` | person 1.8 Borg steps, tilt 2.0 that vanishes at the maximum, each answer 1.2 | Scherr 2013: ± 1.8 at a threshold (n 2560); Losnegard 2021: %VO2 at one RPE varies 10-15 % at RPE 8 and 5 % at 17; HUNT 3: 18 ± 1 at the maximum; an answer: one step, its rounding 0.3, the curve of the scale 0.6 |

Gait is no term of its own: a stage whose gait nobody stated is not used where others will do.
"""  # noqa: E501

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

from teststation.physiology.metabolic import HANDRAIL_SEE_ML_KG_MIN
from teststation.physiology.result import StageResult
from teststation.subject import Gait

Z50, Z95 = NormalDist().inv_cdf(0.75), NormalDist().inv_cdf(0.975)

STANDING_BPM, STANDING_SD_BPM = 75.0, 15.0
STANDING_ABOVE_RESTING_BPM, STANDING_RESTED_SD_BPM = 5.0, 13.0
BENDS = ((0.9, 0.0, 0.10), (0.1, 0.35, 0.35))  # share of people, mean and SD of theirs
BEND = sum(share * mean for share, mean, _ in BENDS)
BEND_SD = (sum(share * (mean**2 + sd**2) for share, mean, sd in BENDS) - BEND**2) ** 0.5
DAY_SD_BPM = 3.0
STAGE_SD_BPM = 2.0
LOAD_SD_BPM = 2.5
DOUBT_SD_BPM = 4.0
WALKING_COST_SD = 0.075  # share of the cost
LOAD_COST_SD = 0.04
RUNNING_COST_SD_ML = 4.0
HANDRAIL_COST_SD = HANDRAIL_SEE_ML_KG_MIN / 28.0
MEASURED_UPTAKE_SD = 0.03
RPE_AT_REST, RPE_TO_MAXIMUM = 5.5, 13.0
RPE_PERSON_SD, RPE_TILT_SD, RPE_SD = 1.8, 2.0, 1.2

SOURCES = {
    "hr_max": "error of the source of HRmax (by age 11.1 bpm, measured 3 bpm)",
    "standing": "where the line meets rest, HERITAGE: 16 % of the reserve",
    "bend": "curvature between people, HERITAGE and Swain 1998",
    "walking_cost": "spread between people of the oxygen cost of walking, 7-10 %",
    "running_cost": "spread between people of the oxygen cost of running, 3-5 mL/kg/min",
    "handrail": "Foster 1996, SEE 4.4 mL/kg/min",
    "uptake_measured": "the instrument, 3 %",
    "day": "day-to-day heart rate at one load, 2-4 bpm",
    "stage": "scatter of the stages about the person's own curve, 4 bpm, by their number and spread",
    "effort": "spread of Borg answers between people and between answers, Scherr 2013, Losnegard 2021",
    "population": "spread of VO2max among people of this age, sex and build, or of the three questions' equation",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """What differs from stage to stage; one entry for each."""

    uptake_terms: tuple[str, ...]
    uptake_sd: tuple[float, ...]  # shares of the stage's uptake, common to the stages of one term
    doubt_sd_bpm: tuple[float, ...]


def budget(stages: Sequence[StageResult]) -> Budget:
    """The terms for these stages. Absolute spreads are shares of the mean uptake of the stages they concern."""
    terms = tuple(_uptake_term(stage) for stage in stages)
    means = {
        term: fmean(stage.vo2_ml_kg_min or 0.0 for stage, of in zip(stages, terms, strict=True) if of == term)
        for term in set(terms)
    }
    shares = {
        "walking_cost": lambda _: WALKING_COST_SD,
        "running_cost": lambda mean: RUNNING_COST_SD_ML / mean,
        "handrail": lambda _: HANDRAIL_COST_SD,
        "uptake_measured": lambda _: MEASURED_UPTAKE_SD,
    }
    return Budget(
        terms,
        tuple(shares[term](means[term]) for term in terms),
        tuple(DOUBT_SD_BPM * _widening(stage) ** 0.5 for stage in stages),
    )


WIDENING = ("pulse_below", "not_steady", "cut_short")  # doubts that widen; the others are only said


def _widening(stage: StageResult) -> int:
    return sum(doubt.code in WIDENING for doubt in stage.doubts)


def _uptake_term(stage: StageResult) -> str:
    seen = stage.observation
    if seen.vo2_ml_kg_min is not None:
        return "uptake_measured"
    if seen.handrail:
        return "handrail"
    return "running_cost" if seen.gait is Gait.RUN else "walking_cost"
