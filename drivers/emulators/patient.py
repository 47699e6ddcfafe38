"""A patient who walks on an emulated belt: oxygen uptake with its kinetics, and a heart that follows it.

It shares no code with the estimate on purpose: what the patient truly is, the station can only infer. Cost of walking
and running after the ACSM equations, scaled by a personal economy; heart rate after the proportionality of heart-rate
reserve and oxygen reserve (Swain), with drift and noise. Spreads are plausible choices, not measurements.
"""

import random
from dataclasses import dataclass
from itertools import pairwise

RESTING_VO2 = 3.5
RUNS_ABOVE_KMH = 7.0
WANDER_S = 60.0  # memory of the slow swings
BEAT_SPREAD = 0.01  # no two beats are alike: spread of an interval as a share of it


@dataclass(frozen=True, slots=True)
class Body:
    """What is true of one patient on one day. VO2 in mL/kg/min, heart rates in bpm, time constants in s."""

    sex: str
    age_years: float
    weight_kg: float
    height_cm: float
    vo2max: float
    hr_max: float
    hr_standing: float
    economy: float = 1.0  # oxygen cost relative to the equations
    vo2_tau_s: float = 40.0
    hr_tau_s: float = 12.0
    drift_bpm_min: float = 0.25
    beat_noise_bpm: float = 2.0
    rail_share: float = 1.0  # what is left of the work above rest when the hands carry some of it; 1 for free hands
    beta_blocker: bool = False
    day_bpm: float = 0.0  # how much higher the pulse is today than on most days
    bend: float = 0.0  # how far heart rate departs from a straight line: above it where positive
    uphill_economy: tuple[tuple[float, float], ...] = ()  # incline in %, and how dear it is to this person's legs
    uphill_bpm: tuple[
        tuple[float, float], ...
    ] = ()  # incline in %, and what it does to this person's pulse beside that
    wander_bpm: float = 0.0  # slow swings of the pulse, over about two minutes
    effort_steps: float = 0.0  # how many Borg steps this person says above most people


# Mean VO2max of healthy Norwegians by decade (HUNT 3, Loe 2013), to place a patient below.
_HEALTHY = {"male": (54.4, 49.1, 47.2, 42.6, 39.2), "female": (43.0, 40.0, 38.4, 34.4, 31.1)}

DEMO = Body(
    sex="male",
    age_years=44,
    weight_kg=88,
    height_cm=180,
    vo2max=46.0,
    hr_max=181,
    hr_standing=95,
    vo2_tau_s=28.0,
    hr_tau_s=10.0,
    beat_noise_bpm=1.2,
)


def draw_body(seed: int) -> Body:
    """Patient number ``seed``; number 1 is the demonstration's."""
    if seed == 1:
        return DEMO
    rng = random.Random(seed)
    sex = rng.choice(("male", "male", "female"))  # two of three patients in such treatment are men
    age = rng.randint(22, 58)
    healthy = _HEALTHY[sex][min(4, age // 10 - 2)]
    vo2max = healthy * rng.uniform(0.72, 1.05)
    hr_max = min(205.0, max(140.0, rng.gauss(211 - 0.64 * age, 10.8)))
    return Body(
        sex=sex,
        age_years=age,
        weight_kg=round(rng.gauss(86 if sex == "male" else 72, 12), 1),
        height_cm=round(rng.gauss(180 if sex == "male" else 167, 6)),
        vo2max=vo2max,
        hr_max=hr_max,
        hr_standing=rng.gauss(88, 7),
        economy=rng.gauss(1.0, 0.07),
        vo2_tau_s=rng.uniform(30, 50),
        hr_tau_s=rng.uniform(8, 16),
        drift_bpm_min=rng.uniform(0.0, 0.4),
    )


class Patient:
    """One patient on the belt. ``advance`` with the belt's true speed and incline; read heart and effort."""

    def __init__(self, body: Body, seed: int = 0) -> None:
        self.body = body
        self._rng = random.Random(seed * 7919 + 17)
        self._beat_rng = random.Random(seed * 7919 + 18)
        self.vo2 = RESTING_VO2 + 1.0
        self._hr = body.hr_standing
        self._noise = 0.0
        self._wander = 0.0
        self.worked_s = 0.0
        self.above_maximum_s = 0.0  # how long the load has asked for more than this patient's maximum
        self._to_next_beat_s = 0.0
        self.beats = 0
        self._rr_1024: list[int] = []

    def advance(self, dt_s: float, speed_kmh: float, incline_pct: float) -> None:
        """Let ``dt_s`` test seconds pass on a belt at this load."""
        body = self.body
        asked = self._cost(speed_kmh, incline_pct)
        demand = min(asked, body.vo2max)
        self.above_maximum_s = self.above_maximum_s + dt_s if asked > body.vo2max else 0.0
        self.vo2 += (demand - self.vo2) * min(1.0, dt_s / body.vo2_tau_s)
        if speed_kmh > 0.5:
            self.worked_s += dt_s
        share = (self.vo2 - RESTING_VO2) / (body.vo2max - RESTING_VO2)
        curved = max(0.0, share) + body.bend * max(0.0, share * (1.0 - share))
        steady = body.hr_standing + (body.hr_max - body.hr_standing) * curved + body.day_bpm
        if speed_kmh > 0.5:
            steady += _at(body.uphill_bpm, incline_pct, 0.0)
        steady = min(body.hr_max, steady + body.drift_bpm_min * self.worked_s / 60)
        self._hr += (steady - self._hr) * min(1.0, dt_s / body.hr_tau_s)
        # Noise that remembers for about ten seconds, as breathing and movement make it.
        keep = max(0.0, 1.0 - dt_s / 10.0)
        self._noise = self._noise * keep + self._rng.gauss(0.0, body.beat_noise_bpm) * (1.0 - keep * keep) ** 0.5
        keep = max(0.0, 1.0 - dt_s / WANDER_S)
        if body.wander_bpm:
            self._wander = self._wander * keep + self._rng.gauss(0.0, body.wander_bpm) * (1.0 - keep * keep) ** 0.5
        self._beat(dt_s)

    @property
    def hr_bpm(self) -> float:
        """Heart rate now."""
        return min(self.body.hr_max, max(40.0, self._hr + self._noise + self._wander))

    @property
    def effort(self) -> float:
        """How hard it is on Borg's scale: 6 at rest and about 18 at the maximum, as HUNT 3's people said (18 ± 1)."""
        share = (self.vo2 - RESTING_VO2) / (self.body.vo2max - RESTING_VO2)
        return 6 + 12 * max(0.0, share) ** 0.9 + self.body.effort_steps

    @property
    def rpe(self) -> int:
        """What this patient says when asked: a whole number from 6 to 20."""
        return max(6, min(20, round(self.effort)))

    def take_rr(self) -> list[int]:
        """Beat intervals since the last call, in 1/1024 s."""
        taken, self._rr_1024 = self._rr_1024, []
        return taken

    def _beat(self, dt_s: float) -> None:
        self._to_next_beat_s -= dt_s
        while self._to_next_beat_s <= 0:
            interval_s = 60.0 / self.hr_bpm * self._beat_rng.gauss(1.0, BEAT_SPREAD)
            self._to_next_beat_s += interval_s
            self.beats += 1
            self._rr_1024.append(round(interval_s * 1024))

    def _cost(self, speed_kmh: float, incline_pct: float) -> float:
        if speed_kmh < 0.5:
            return RESTING_VO2 + 1.0  # standing
        metres, slope = speed_kmh * 1000 / 60, incline_pct / 100
        if speed_kmh > RUNS_ABOVE_KMH:
            cost = 0.2 * metres + 0.9 * metres * slope
        else:
            cost = 0.1 * metres + 1.8 * metres * slope
        return RESTING_VO2 + cost * self.body.rail_share * self.body.economy * _at(
            self.body.uphill_economy, incline_pct, 1.0
        )


def _at(known: tuple[tuple[float, float], ...], incline_pct: float, otherwise: float) -> float:
    """A person's own value at an incline, straight between those given."""
    for (low, at_low), (high, at_high) in pairwise(known):
        if low <= incline_pct <= high:
            return at_low + (at_high - at_low) * (incline_pct - low) / (high - low)
    return otherwise
