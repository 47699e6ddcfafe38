"""What an estimate's doubt is made of, term by term, and the one thing that would narrow it most.

About its median the estimate is linear: every pulse, every answer and what was known beforehand each say log VO2max
with an error, and the best weighing of them has a variance to which every term of the budget gives its share. It is a
linear picture of ``posterior``, and cheap enough to ask what it would be with one more thing known.
"""

from dataclasses import dataclass

import numpy as np

from teststation.physiology import error_budget as sizes
from teststation.physiology.posterior import RESTING_VO2, Array, Efforts, Heart, Pulses
from teststation.physiology.prior import QUESTIONS_SPREAD
from teststation.physiology.result import ErrorTerm, Limits

WORTH_SAYING = 0.95  # a remedy that leaves more of the width than this is none
KNOWN_HR_MAX_SD = 5.0
REMEDIES = ("hr_max_from_intervals", "three_questions", "borg_answers")
SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class Sources:
    """What an estimate rests on. ``prior_log_sd`` None: nothing known beforehand."""

    pulses: Pulses | None
    efforts: Efforts
    heart: Heart
    prior_log_sd: float | None
    cost_term: str


def error_terms(shares: dict[str, float], vo2max: float) -> tuple[ErrorTerm, ...]:
    """Each term's standard deviation in the estimate, mL/kg/min; their squares add up to its variance."""
    return tuple(
        ErrorTerm(name=name, sd_ml_kg_min=vo2max * part**0.5, source=sizes.SOURCES[name])
        for name, part in shares.items()
        if part > SMALL**2
    )


def limits(
    sources: Sources,
    shares: dict[str, float],
    vo2max: float,
    half_width: float,
    *,
    hr_max_by_age: bool,
    questions_open: bool,
) -> Limits | None:
    """The largest term and the best remedy.

    Args:
        shares: Its variances by term.
        half_width: Half of the estimate's 95 % interval, mL/kg/min.
        hr_max_by_age: Whether HRmax is known by age alone.
        questions_open: Whether waist, resting pulse and activity can still be asked.
    """
    total = sum(shares.values())
    if not shares or total <= 0:
        return None
    largest = max(shares, key=lambda name: shares[name])
    best: tuple[float, str | None] = (WORTH_SAYING, None)
    for name, changed in _remedies(sources, vo2max, hr_max_by_age, questions_open).items():
        left = (sum(variances(changed, vo2max).values()) / total) ** 0.5
        best = min(best, (left, name), key=lambda one: one[0])
    left, remedy = best
    then = None if remedy is None else half_width * left
    return Limits(largest, shares[largest] / total, remedy, half_width, then)


def _remedies(sources: Sources, vo2max: float, hr_max_by_age: bool, questions_open: bool) -> dict[str, Sources]:
    pulses, heart = sources.pulses, sources.heart
    found: dict[str, Sources] = {}
    if hr_max_by_age and pulses is not None:
        known = Heart((heart.hr_max[0], KNOWN_HR_MAX_SD), heart.standing)
        found["hr_max_from_intervals"] = _with(sources, heart=known)
    if questions_open and sources.prior_log_sd is not None:
        found["three_questions"] = _with(sources, prior_log_sd=QUESTIONS_SPREAD)
    if not len(sources.efforts.rpe) and pulses is not None and len(pulses.vo2):
        f = (pulses.vo2 - RESTING_VO2) / (vo2max - RESTING_VO2)
        asked = Efforts(pulses.vo2, sizes.RPE_AT_REST + sizes.RPE_TO_MAXIMUM * f, pulses.cost_sd)
        found["borg_answers"] = _with(sources, efforts=asked)
    return found


def _with(sources: Sources, **changed: object) -> Sources:
    names = ("pulses", "efforts", "heart", "prior_log_sd", "cost_term")
    return Sources(**{**{name: getattr(sources, name) for name in names}, **changed})  # type: ignore[arg-type]


def variances(sources: Sources, vo2max: float) -> dict[str, float]:
    """Of log VO2max, by term."""
    per_log, parts = _linear(sources, vo2max)
    if not len(per_log):
        return {}
    total = sum(parts.values())
    gain = np.linalg.solve(total, per_log)
    gain = gain / float(per_log @ gain)
    return {name: max(0.0, float(gain @ part @ gain)) for name, part in parts.items()}


def _linear(sources: Sources, vo2max: float) -> tuple[Array, dict[str, Array]]:
    """How each thing seen moves with log VO2max, and the covariance that each term gives to what was seen."""
    pulses, efforts, heart = sources.pulses, sources.efforts, sources.heart
    p_vo2 = np.zeros(0) if pulses is None else pulses.vo2
    n, m = len(p_vo2), len(efforts.vo2)
    with_prior = sources.prior_log_sd is not None
    size = n + m + with_prior
    f = np.clip((np.concatenate([p_vo2, efforts.vo2]) - RESTING_VO2) / (vo2max - RESTING_VO2), 0.0, 1.2)
    reserve = heart.reserve_bpm
    steep = np.concatenate([reserve * (1 + sizes.BEND * (1 - 2 * f[:n])), np.full(m, sizes.RPE_TO_MAXIMUM)])
    to_log_vo2max = -steep * f * vo2max / (vo2max - RESTING_VO2)
    to_log_cost = steep * np.concatenate([p_vo2, efforts.vo2]) / (vo2max - RESTING_VO2)
    cost_sd = np.concatenate([np.zeros(0) if pulses is None else pulses.cost_sd, efforts.cost_sd])
    fp, fe = f[:n], f[n:]

    def row(pulse: Array | float = 0.0, answer: Array | float = 0.0) -> Array:
        whole = np.zeros(size)
        whole[:n], whole[n : n + m] = pulse, answer
        return whole

    def one(column: Array) -> Array:
        return np.outer(column, column)

    doubt = np.zeros(n) if pulses is None else pulses.doubt_sd_bpm
    own = sizes.STAGE_SD_BPM**2 + sizes.LOAD_SD_BPM**2 + doubt**2 + (reserve * fp * sizes.LOAD_COST_SD) ** 2
    parts = {
        "hr_max": one(row(heart.hr_max[1] * fp)),
        "standing": one(row(heart.standing[1] * (1 - fp))),
        "bend": one(row(sizes.BEND_SD * fp * (1 - fp) * reserve)),
        "day": one(row(sizes.DAY_SD_BPM)),
        sources.cost_term: one(row(*np.split(to_log_cost * cost_sd, [n]))),
        "stage": np.diag(row(own)),
        "effort": one(row(0.0, sizes.RPE_PERSON_SD))
        + one(row(0.0, sizes.RPE_TILT_SD * (1 - fe)))
        + np.diag(row(0.0, sizes.RPE_SD**2)),
    }
    per_log = np.zeros(size)
    per_log[: n + m] = to_log_vo2max
    if sources.prior_log_sd is not None:
        per_log[-1] = 1.0
        prior = np.zeros((size, size))
        prior[-1, -1] = sources.prior_log_sd**2
        parts["population"] = prior
    return per_log, parts
