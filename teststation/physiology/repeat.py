"""Several tests of one person seen together, to tell how far they lie apart.

One HRmax, one standing heart rate and one oxygen cost stand behind all tests of a person. What is wrong in them is
wrong at every visit and nearly cancels in the difference; so does a bend in the person's line at a load that is
walked every time. What does not cancel is the day and the scatter of each stage. The model is that of ``likelihood``,
for several VO2max at once: HR = HR0 + (HRmax − HR0)·(c·VO2 − 3.5)/(VO2max − 3.5) + bend at the load + day + noise.

Day and noise here are those of repeated tests under like conditions: the standard error of a submaximal heart rate on
another day is 1.1 to 1.4 % (Lamberts 2004). Taken here is the upper end at 160 bpm, 2.2 bpm, half of its variance for
the day and half for the stage, a minute's mean. Its range over four or five days, 3 to 5 bpm at 85 to 90 % of HRmax
(Lamberts 2004, 2009), says the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from teststation.physiology.error_budget import LINEARITY_SD_BPM
from teststation.physiology.likelihood import RESTING_VO2, standing_hr
from teststation.physiology.prior import Prior

REPEAT_SD_BPM = 0.014 * 160.0
DAY_SD_BPM = STAGE_NOISE_SD_BPM = REPEAT_SD_BPM / 2**0.5
NOISE_OVER_S = (
    60.0  # a mean over more seconds scatters less, but a pulse swings slowly: twice as long, two thirds of it
)
PRIOR_SD = 12.0  # of the mean of all visits: wide, since only differences are asked for here
ROUNDS_MAX = 30
SETTLED = 1e-4
VO2MAX_LOW, VO2MAX_HIGH = 8.0, 98.0

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

    def difference(self, earlier: int, later: int) -> "Difference":
        """How much more the later visit had than the earlier."""
        net = self.vo2max - RESTING_VO2
        cov = self.log_covariance
        variance = cov[later, later] + cov[earlier, earlier] - 2 * cov[later, earlier]
        return Difference(
            log_ratio=float(np.log(net[later] / net[earlier])),
            log_error=float(max(variance, 1e-12) ** 0.5),
            middle=float((net[later] * net[earlier]) ** 0.5),
            middle_log_error=float((cov[later, later] + cov[earlier, earlier] + 2 * cov[later, earlier]) ** 0.5) / 2,
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


def see_together(
    visits: Sequence[Visit],
    hr_max_bpm: float,
    hr_max_sd_bpm: float,
    prior: Prior,
    resting_hr_bpm: float | None = None,
) -> Together | None:
    """Most likely values by Gauss-Newton, covariance by the curvature there. None where they cannot be found.

    The population's prior is laid on the mean of the visits and on nothing else: it says nothing of a change.
    """
    n = len(visits)
    centre = float(np.mean(prior.centres))
    hr0, hr0_sd = standing_hr(resting_hr_bpm)
    vo2 = np.concatenate([visit.vo2 for visit in visits])
    cost_sd = np.concatenate([visit.cost_sd for visit in visits])
    hr = np.concatenate([visit.hr for visit in visits])
    visit_of = np.repeat(np.arange(n), [len(visit.vo2) for visit in visits])
    loads = [load for visit in visits for load in visit.loads]
    over = np.concatenate([visit.hr_over_s for visit in visits]) / NOISE_OVER_S
    noise = STAGE_NOISE_SD_BPM * np.sqrt(2.0 / (1.0 + over))
    whiten = np.linalg.inv(np.linalg.cholesky(_covariance(loads, visit_of, noise)))

    # Unknown: log(VO2max − 3.5) of each visit, then HRmax, HR0 and the cost, each as a standard normal about its prior.
    def model(at: Array) -> Array:
        top, rest = hr_max_bpm + hr_max_sd_bpm * at[n], hr0 + hr0_sd * at[n + 1]
        share = (vo2 * np.exp(cost_sd * at[n + 2]) - RESTING_VO2) / np.exp(at[:n])[visit_of]
        mean_off = (float(np.exp(at[:n]).mean()) - (centre - RESTING_VO2)) / PRIOR_SD
        return np.concatenate([whiten @ (hr - rest - (top - rest) * share), at[n:], [mean_off]])

    low, high = np.log(VO2MAX_LOW - RESTING_VO2), np.log(VO2MAX_HIGH - RESTING_VO2)
    at = np.concatenate([np.full(n, np.log(max(centre, float(vo2.max()) * 1.2) - RESTING_VO2)), np.zeros(3)])
    curvature = np.eye(len(at))
    for _ in range(ROUNDS_MAX):
        off = model(at)
        slope = _slopes(model, at, off)
        curvature = slope.T @ slope
        step = np.linalg.solve(curvature + 1e-9 * np.eye(len(at)), slope.T @ off)
        moved = at - np.clip(step, -1.0, 1.0)
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


def _covariance(loads: Sequence[object], visit_of: NDArray[np.intp], noise_sd: Array) -> Array:
    """Of the stages: noise of each, the day of each visit, and the bend that equal loads share."""
    same_load = np.array([[a == b for b in loads] for a in loads], dtype=float)
    same_day = (visit_of[:, None] == visit_of[None, :]).astype(float)
    return np.diag(noise_sd**2) + same_day * DAY_SD_BPM**2 + same_load * LINEARITY_SD_BPM**2
