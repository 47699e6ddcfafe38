"""Virtual patients: people whose VO2max is known, because we made them.

They share no code with the estimate and, where nature has no formula, no formula either: fitness comes from lean mass
and its uptake, weight from what is carried on top; the pulse bends smoothly off its line, drifts, and has good and
bad days. Spreads are the published ones where there are any (HRmax 10.8 bpm, walking economy 7-10 %, day-to-day pulse
about 2 bpm: Lamberts 2004) and plausible choices elsewhere.
"""

import random
from dataclasses import dataclass, replace

from drivers.emulators.patient import Body

# Mean VO2max of healthy Norwegians in the middle of each decade (HUNT 3, Loe 2013), to place people by.
_HEALTHY = {"male": (54.4, 49.1, 47.2, 42.6, 39.2, 35.3), "female": (43.0, 40.0, 38.4, 34.4, 31.1, 28.3)}
_HEIGHT_CM = {"male": (179.5, 6.4), "female": (166.1, 5.8)}  # Loe 2013, table 1
_LEAN_KG_AT_HEIGHT = {"male": 65.0, "female": 47.0}
_FAT_SHARE = {"male": (0.24, 0.06), "female": (0.32, 0.07)}

# From day to day a pulse at one load varies by 2 to 4 bpm. Part of that is habit (medicine, coffee, the hour) and is
# the same at visits under like conditions; what then still differs is 1.1-1.4 % (Lamberts 2004): the day, and swings
# within it.
HABIT_SD_BPM = 2.6
DAY_SD_BPM = 1.5
WANDER_SD_BPM = 1.2

# The cost of one load varies by 7-10 % between people. Here it is the work above rest that varies, so a little more:
# most of it at every load alike, some at one incline alone.
# With what an incline does to the pulse besides (nerves, grip, arms) and the bend of its curve, that puts a stage some
# 3.5 bpm off the straight line of its person, at every visit the same.
ECONOMY_SD, UPHILL_SD = 0.09, 0.045
UPHILL_SD_BPM, BEND_SD = 2.8, 0.06
RESTLESS_SHARE, RESTLESS_TIMES = 0.15, 2.0  # some people are far more off their line than most
INCLINES_PCT = (0.0, 4.0, 8.0, 12.0, 25.0)

# Who comes: patients in treatment, ordinary people, the trained, and patients at about half the norm.
KINDS = {"patient": 0.58, "ordinary": 0.19, "trained": 0.07, "very unfit": 0.16}
_FITNESS = {"patient": (0.80, 0.10), "ordinary": (1.0, 0.15), "trained": (1.30, 0.10), "very unfit": (0.58, 0.06)}


@dataclass(frozen=True, slots=True)
class VirtualPatient:
    """One person and how they behave on a belt. ``body`` is of no particular day."""

    seed: int
    body: Body
    kind: str
    speed: str  # the starting speed a therapist would choose for this person
    stops_after_s: float | None = None  # wants to stop then

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups the laboratory tells apart."""
        body = self.body
        traits = {
            "holds rail": body.rail_share != 1.0,
            "stops early": self.stops_after_s is not None,
            "beta-blocker": body.beta_blocker,
            "heavy": body.weight_kg > 105,
        }
        from_age = 20 + 15 * int((body.age_years - 20) // 15)
        age = f"age {from_age}-{from_age + 14}"
        return ("all", body.sex, age, self.kind, f"speed {self.speed}", *(name for name in traits if traits[name]))


def draw_patient(seed: int) -> VirtualPatient:
    """Patient number ``seed``."""
    rng = random.Random(seed * 104_729 + 11)
    sex = rng.choice(("male", "male", "female"))  # two of three patients in such treatment are men
    age = rng.randint(20, 69)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    fitness = max(0.4, rng.gauss(*_FITNESS[kind]))
    height_cm = rng.gauss(*_HEIGHT_CM[sex])
    lean_kg = _LEAN_KG_AT_HEIGHT[sex] * (height_cm / _HEIGHT_CM[sex][0]) ** 2 * rng.gauss(1.0, 0.06)
    usual_fat, fat_sd = _FAT_SHARE[sex]
    fat = min(0.55, max(0.08, rng.gauss(usual_fat + 0.12 * (1.0 - fitness), fat_sd)))
    vo2max = _healthy(sex, age) * fitness * (1.0 - fat) / (1.0 - usual_fat)
    blocked = rng.random() < 0.06
    hr_max = rng.gauss(164 - 0.7 * age, 18) if blocked else rng.gauss(211 - 0.64 * age, 10.8)
    hr_standing = rng.gauss(84, 13) - 18.0 * max(0.0, fitness - 0.9) - (14.0 if blocked else 0.0)
    restless = RESTLESS_TIMES if rng.random() < RESTLESS_SHARE else 1.0
    body = Body(
        sex=sex,
        age_years=age,
        weight_kg=round(lean_kg / (1.0 - fat), 1),
        height_cm=round(height_cm),
        vo2max=vo2max,
        hr_max=max(hr_max, hr_standing + 50.0),
        hr_standing=hr_standing + rng.gauss(0.0, HABIT_SD_BPM),
        economy=rng.gauss(1.0, ECONOMY_SD),
        vo2_tau_s=rng.uniform(25, 50),
        hr_tau_s=rng.uniform(8, 16),
        drift_bpm_min=rng.uniform(0.0, 0.4),
        beat_noise_bpm=rng.uniform(1.5, 3.0),
        rail_share=rng.gauss(0.75, 0.12) if rng.random() < 0.10 else 1.0,
        beta_blocker=blocked,
        bend=rng.gauss(0.0, BEND_SD),
        uphill_economy=tuple((incline, rng.gauss(1.0, UPHILL_SD)) for incline in INCLINES_PCT),
        uphill_bpm=tuple((incline, rng.gauss(0.0, restless * UPHILL_SD_BPM)) for incline in INCLINES_PCT),
        wander_bpm=WANDER_SD_BPM,
        effort_steps=rng.gauss(0.0, 1.0),
    )
    guess = vo2max * rng.gauss(1.0, 0.15)  # what a therapist sees in a person
    speed = "slow" if guess < 25 else "fast" if guess > 40 else "normal"
    stops_after_s = rng.uniform(300, 740) if rng.random() < 0.08 else None
    return VirtualPatient(seed, body, kind, speed, stops_after_s)


def on_a_day(patient: VirtualPatient, visit: int, gained_ml_kg_min: float = 0.0) -> Body:
    """The body at one visit: its day, and what has been gained since the first."""
    rng = random.Random(patient.seed * 7_919 + visit * 31 + 5)
    body = patient.body
    return replace(body, day_bpm=rng.gauss(0.0, DAY_SD_BPM), vo2max=body.vo2max + gained_ml_kg_min)


def _healthy(sex: str, age: float) -> float:
    means = _HEALTHY[sex]
    place = min(max((age - 25) / 10, -0.5), len(means) - 1.0)
    low = min(int(max(place, 0.0)), len(means) - 2)
    return means[low] + (place - low) * (means[low + 1] - means[low])
