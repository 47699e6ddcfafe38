"""Virtual patients: people whose VO2max is known, because we made them.

They share no code with the estimate and, where nature has no formula, no formula either: fitness comes from lean mass
and its uptake, weight from what is carried on top; the pulse bends smoothly off its line, drifts, and has good and
bad days. Spreads are the published ones where there are any (HRmax 10.8 bpm about one of four formulas, walking economy
7-10 %, day-to-day pulse 3-4 bpm) and plausible choices elsewhere.
"""

import random
from dataclasses import dataclass, replace

from drivers.emulators.patient import Body, Patient

# Mean VO2max of healthy Norwegians in the middle of each decade (HUNT 3, Loe 2013), to place people by.
_HEALTHY = {"male": (54.4, 49.1, 47.2, 42.6, 39.2, 35.3), "female": (43.0, 40.0, 38.4, 34.4, 31.1, 28.3)}
_HEIGHT_CM = {"male": (179.5, 6.4), "female": (166.1, 5.8)}  # Loe 2013, table 1
_LEAN_KG_AT_HEIGHT = {"male": 65.0, "female": 47.0}
_FAT_SHARE = {"male": (0.24, 0.06), "female": (0.32, 0.07)}

# From day to day a pulse at one load varies by 2 to 4 bpm, most where weeks lie between; and it swings within one.
DAY_SD_BPM = 3.5
WANDER_SD_BPM = 1.2

# The cost of one load varies by 7-10 % between people. Here it is the work above rest that varies, so a little more:
# most of it at every load alike, some at one incline alone.
# With what an incline does to the pulse besides (nerves, grip, arms) and the bend of its curve, that puts a stage some
# 3.5 bpm off the straight line of its person, at every visit the same.
ECONOMY_SD, UPHILL_SD = 0.09, 0.045
UPHILL_SD_BPM, BEND_SD = 2.8, 0.06
# HRmax by age is what four large studies say, and nobody knows whose people a patient is most like.
HR_MAX_FORMULAS = ((211.0, 0.64), (208.0, 0.7), (206.9, 0.67), (209.3, 0.72))  # Nes, Tanaka, Gellish, Arena
HR_MAX_SD_BPM = 10.8

EFFORT_SD, ANSWER_SD = 1.8, 1.0  # Borg steps: between people (Scherr 2013), and between one person's answers

# What is known besides. The three questions err by their published standard error (Nes 2011), men and women; an
# interval session's peak lies 2 ± 5 bpm below HRmax, and never above.
QUESTIONS_SEE = {"male": 5.70, "female": 5.14}
_NES = {"male": (100.27, -0.296, -0.369, -0.155, 0.226), "female": (74.74, -0.247, -0.259, -0.114, 0.198)}
SESSION_BELOW_BPM, SESSION_SD_BPM = 2.0, 5.0

EXHAUSTED_AFTER_S = 90.0  # above the own maximum; then anybody asks to stop: chosen, and found nowhere

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
    waist_cm: float  # with the other two answers: whatever makes Nes 2011 err as it is published to
    resting_hr_bpm: float
    activity_index: float
    session_peak_bpm: float  # of an interval session, all out
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
        told = tuple(name for name in traits if traits[name])
        pulse = () if body.beta_blocker else ("no beta-blocker",)
        return ("all", *pulse, body.sex, age, self.kind, f"speed {self.speed}", *told)


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
    level, per_year = rng.choice(HR_MAX_FORMULAS)
    hr_max = rng.gauss(164 - 0.7 * age, 18) if blocked else rng.gauss(level - per_year * age, HR_MAX_SD_BPM)
    hr_standing = rng.gauss(84, 13) - 18.0 * max(0.0, fitness - 0.9) - (14.0 if blocked else 0.0)
    restless = RESTLESS_TIMES if rng.random() < RESTLESS_SHARE else 1.0
    body = Body(
        sex=sex,
        age_years=age,
        weight_kg=round(lean_kg / (1.0 - fat), 1),
        height_cm=round(height_cm),
        vo2max=vo2max,
        hr_max=max(hr_max, hr_standing + 50.0),
        hr_standing=hr_standing,
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
        effort_steps=rng.gauss(0.0, EFFORT_SD),
    )
    guess = vo2max * rng.gauss(1.0, 0.15)  # what a therapist sees in a person
    speed = "slow" if guess < 25 else "fast" if guess > 40 else "normal"
    stops_after_s = rng.uniform(300, 740) if rng.random() < 0.08 else None
    resting = hr_standing - rng.gauss(8.0, 5.0)
    activity = rng.choice((0.0, 0.4, 2.0, 5.0, 10.0))
    level, by_age, by_waist, by_resting, by_activity = _NES[sex]
    says = vo2max + rng.gauss(0.0, QUESTIONS_SEE[sex])
    below = -1.0
    while below < 0.0:
        below = rng.gauss(SESSION_BELOW_BPM, SESSION_SD_BPM)
    return VirtualPatient(
        seed=seed,
        body=body,
        kind=kind,
        speed=speed,
        waist_cm=(says - level - by_age * age - by_resting * resting - by_activity * activity) / by_waist,
        resting_hr_bpm=resting,
        activity_index=activity,
        session_peak_bpm=body.hr_max - below,
        stops_after_s=stops_after_s,
    )


def wants_to_stop(patient: VirtualPatient, person: Patient) -> bool:
    """Whether this person asks to stop now: out of breath, or has had enough."""
    if person.above_maximum_s > EXHAUSTED_AFTER_S:
        return True
    return patient.stops_after_s is not None and person.worked_s > patient.stops_after_s


def answers(patient: VirtualPatient, visit: int) -> random.Random:
    """What this person's answers on Borg's scale at one visit scatter by: draw for each ``gauss(0, ANSWER_SD)``."""
    return random.Random(patient.seed * 6_151 + visit * 37 + 3)


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
