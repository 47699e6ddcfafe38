"""Several tests of one person seen together, to tell how far they lie apart.

One HRmax, one standing heart rate, one bend and one oxygen cost stand behind all tests of a person. What is wrong in
them is wrong at every visit and nearly cancels in the difference; so does what one load does to this person at every
visit. What does not cancel is the day and the scatter of each stage. The model is that of ``posterior``, for several
VO2max at once.

Day and scatter are those of the error budget within a fortnight: 3 bpm for the day and 2 for a stage's mean. Runners
on five days running, at one hour, differ by less (1.1 to 1.4 %: Lamberts 2004); cyclists four weeks apart (52 pairs)
by 6.1 bpm over all loads and 2.4 a load, of which 2.8 may be training: so 4 and 2.4 where more than a fortnight lies
between. Two ordinary 13-minute tests of a person of 40 mL/kg/min then have a typical error of 1.45 mL/kg/min within a
fortnight and 1.75 over months; a retest study of seven people gave 1.9.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from teststation.physiology.error_budget import BEND, BEND_SD, DAY_SD_BPM, STAGE_SD_BPM
from teststation.physiology.posterior import HIGHEST, LOWEST, RESTING_VO2, Heart
from teststation.physiology.prior import Prior

FORTNIGHT_DAYS = 14.0
DAY_SD_LATER_BPM, STAGE_SD_LATER_BPM = 4.0, 2.4
SAME_LOAD_SD_BPM = 3.6  # LOAD_SD_BPM and LOAD_COST_SD of the budget at some 65 % of the maximum
NOISE_OVER_S = (
    60.0  # a mean over more seconds scatters less, but a pulse swings slowly: twice as long, two thirds of it
)
PRIOR_SD = 12.0  # of the mean of all visits: wide, since only differences are asked for here
ROUNDS_MAX = 30
SETTLED = 1e-4

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Visit:
    """The stages of one test that can be compared, shape (n,)."""

    vo2: Array  # by the equations, mL/kg/min
    cost_sd: Array  # its spread between people, as a share
    hr: Array
    hr_over_s: Array  # how many seconds each heart rate is the mean of
    loads: tuple[object, ...]  # equal keys are the same load


@dataclass(frozen=True, slots=True)
class Together:
    """VO2max of each visit under one HRmax, and the covariance of the logarithms of VO2max − 3.5.

    A pulse at a given load goes with 1/(VO2max − 3.5), so a change shows as a ratio. The covariance is nearly all
    common to the visits and cancels in it.
    """

    vo2max: Array
    log_covariance: Array

    def difference(self, later: int) -> "Difference":
        """How much more one visit had than all before it together."""
        n = len(self.vo2max)
        net = np.log(self.vo2max - RESTING_VO2)
        weight = np.zeros(n)
        weight[:later] = -1.0 / later
        weight[later] = 1.0
        middle = np.abs(weight) / 2
        log_ratio = float(weight @ net)
        return Difference(
            log_ratio=log_ratio,
            log_error=float(max(weight @ self.log_covariance @ weight, 1e-12) ** 0.5),
            middle=float(np.exp(middle @ net)),
            middle_log_error=float(max(middle @ self.log_covariance @ middle, 0.0) ** 0.5),
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """A change as a ratio of VO2max − 3.5, with its standard error, about the geometric middle of both, mL/kg/min.

    The middle is as uncertain as VO2max itself. That stretches or shrinks a change and never makes one.
    """

    log_ratio: float
    log_error: float
    middle: float
    middle_log_error: float

    @property
    def ml_kg_min(self) -> float:
        """The change."""
        return self._at(self.log_ratio)

    def interval(self, errors: float) -> tuple[float, float]:
        """The change so many standard errors down and up, mL/kg/min; zero is in it just where they are too few."""
        ends = (self._at(self.log_ratio - errors * self.log_error), self._at(self.log_ratio + errors * self.log_error))
        low, high = (self._stretched(end, errors) for end in ends)
        return low, high

    def smallest(self, errors: float) -> float:
        """The least change that is so many standard errors away from none, mL/kg/min."""
        return self._at(errors * self.log_error)

    @property
    def probability_of_rise(self) -> float:
        """That VO2max is higher at the later visit."""
        return NormalDist().cdf(self.log_ratio / self.log_error)

    @property
    def size_in_errors(self) -> float:
        """How many standard errors the change is away from none."""
        return abs(self.log_ratio) / self.log_error

    def _at(self, log_ratio: float) -> float:
        return 2 * self.middle * float(np.sinh(log_ratio / 2))

    def _stretched(self, end: float, errors: float) -> float:
        """An end of the interval with the doubt about the middle, on its own side of zero."""
        size = self.ml_kg_min
        if end * size <= 0:
            return end
        away = float(np.log(end / size))
        return size * float(np.exp(np.copysign(np.hypot(away, errors * self.middle_log_error), away)))


def see_together(visits: Sequence[Visit], heart: Heart, prior: Prior, *, days_apart: float = 0.0) -> Together | None:
    """Most likely values by Gauss-Newton, covariance by the curvature there. None where they cannot be found.

    The population's prior is laid on the mean of the visits and on nothing else: it says nothing of a change.

    Args:
        days_apart: Between the first visit and the last.
    """
    n = len(visits)
    centre = float(np.mean(prior.centres))
    (hr_max_bpm, hr_max_sd_bpm), (hr0, hr0_sd) = heart.hr_max, heart.standing
    later = days_apart > FORTNIGHT_DAYS
    day_sd, stage_sd = (DAY_SD_LATER_BPM, STAGE_SD_LATER_BPM) if later else (DAY_SD_BPM, STAGE_SD_BPM)
    vo2 = np.concatenate([visit.vo2 for visit in visits])
    cost_sd = np.concatenate([visit.cost_sd for visit in visits])
    hr = np.concatenate([visit.hr for visit in visits])
    visit_of = np.repeat(np.arange(n), [len(visit.vo2) for visit in visits])
    loads = [load for visit in visits for load in visit.loads]
    over = np.concatenate([visit.hr_over_s for visit in visits]) / NOISE_OVER_S
    noise = stage_sd * np.sqrt(2.0 / (1.0 + over))
    whiten = np.linalg.inv(np.linalg.cholesky(_covariance(loads, visit_of, noise, day_sd)))

    # Unknown: log(VO2max − 3.5) of each visit, then HRmax, HR0, cost and bend, each a standard normal about its prior.
    def model(at: Array) -> Array:
        top, rest = hr_max_bpm + hr_max_sd_bpm * at[n], hr0 + hr0_sd * at[n + 1]
        share = (vo2 * np.exp(cost_sd * at[n + 2]) - RESTING_VO2) / np.exp(at[:n])[visit_of]
        mean_off = (float(np.exp(at[:n]).mean()) - (centre - RESTING_VO2)) / PRIOR_SD
        held = np.clip(share, 0.0, 1.0)
        curve = share + (BEND + BEND_SD * at[n + 3]) * held * (1.0 - held)
        return np.concatenate([whiten @ (hr - rest - (top - rest) * curve), at[n:], [mean_off]])

    low, high = np.log(LOWEST - RESTING_VO2), np.log(HIGHEST - RESTING_VO2)
    at: Array = np.concatenate([np.full(n, np.log(max(centre, float(vo2.max()) * 1.2) - RESTING_VO2)), np.zeros(4)])
    curvature = np.eye(len(at))
    for _ in range(ROUNDS_MAX):
        off = model(at)
        slope = _slopes(model, at, off)
        curvature = slope.T @ slope
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(at)), slope.T @ off)
        moved: Array = at - np.clip(step, -1.0, 1.0)
        moved[:n] = np.clip(moved[:n], low, high)
        settled = float(np.abs(moved - at).max()) < SETTLED
        at = moved
        if settled:
            break
    else:
        return None
    if at[:n].min() <= low or at[:n].max() >= high:
        return None
    return Together(np.exp(at[:n]) + RESTING_VO2, np.linalg.inv(curvature).astype(np.float64)[:n, :n])


def _slopes(model: Callable[[Array], Array], at: Array, off: Array) -> Array:
    columns = []
    for index in range(len(at)):
        nudged = at.copy()
        nudged[index] += 1e-5
        columns.append((model(nudged) - off) / 1e-5)
    return np.stack(columns, axis=1)


def _covariance(loads: Sequence[object], visit_of: NDArray[np.intp], noise_sd: Array, day_sd: float) -> Array:
    """Of the stages: scatter of each, the day of each visit, and what equal loads share."""
    same_load = np.array([[a == b for b in loads] for a in loads], dtype=float)
    same_day = (visit_of[:, None] == visit_of[None, :]).astype(float)
    return np.diag(noise_sd**2) + same_day * day_sd**2 + same_load * SAME_LOAD_SD_BPM**2
