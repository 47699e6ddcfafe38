"""The person as the arithmetic sees them: no name, no number."""

import re
from enum import StrEnum

from teststation.cause import Cause
from teststation.ports import Value

# What a cuff on a grown person can read, mmHg.
SYSTOLIC_MMHG, DIASTOLIC_MMHG = (60, 300), (30, 200)
# At rest above either of these nobody is tested without a reason that somebody wrote: a relative contraindication to an
# exercise test in ACSM's Guidelines and in AHA's exercise standards (Fletcher 2013, doi 10.1161/CIR.0b013e31829b5b44).
RESTING_PRESSURE_MAX_MMHG = 200, 110
_PRESSURE = re.compile(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*")


class Sex(StrEnum):
    """Sex as the reference tables divide it."""

    MALE = "male"
    FEMALE = "female"


class Gait(StrEnum):
    """Between 4.8 and 8.0 km/h gait decides the oxygen cost, not speed."""

    WALK = "walk"
    RUN = "run"


class SessionLoad(Value, frozen=True):
    """The pulse of this person's late intervals at their load: the means of so many bouts."""

    vo2_ml_kg_min: float  # by the equations
    hr_bpm: float  # of their last two minutes
    gait: Gait
    bouts: int
    on: str  # ISO date of the last of them


class Subject(Value, frozen=True):
    """What a test needs to know of a person, on the day of the test."""

    sex: Sex
    age_years: float
    weight_kg: float
    height_cm: float | None = None
    hr_max_measured_bpm: float | None = None
    hr_max_measured_on: str | None = None  # ISO date
    hr_max_from_rpe: bool = False  # the clinic wants HRmax from Borg's scale, where the answers allow it
    hr_max_intervals_bpm: float | None = None  # highest pulse held for 5 s in an own interval session, 3 months back
    hr_max_intervals_all_out: bool = False  # whether the person went all out in it
    hr_max_intervals_sessions: int = 1  # the highest of how many hard sessions it is; 0: none felt hard
    hr_max_intervals_returns: int = 0  # how many other sessions came back to it without going beyond
    hr_max_intervals_on: str | None = None  # ISO date, where the session is one of this record's
    session_load: SessionLoad | None = None  # of the last three weeks'
    beta_blocker: bool = False
    irregular_rhythm: bool = False  # atrial fibrillation or pacemaker: age formulas for HRmax are void
    resting_hr_bpm: float | None = None
    resting_systolic_mmhg: int | None = None  # sitting, before the test; both or neither
    resting_diastolic_mmhg: int | None = None
    waist_cm: float | None = None
    activity_index: float | None = None  # Nes 2011: frequency x intensity x duration


def read_pressure(text: str) -> tuple[int, int] | None:
    """Systolic and diastolic blood pressure, mmHg, from what is written as 132/84; None where that is none."""
    found = _PRESSURE.fullmatch(text)
    if found is None:
        return None
    systolic, diastolic = int(found[1]), int(found[2])
    within = SYSTOLIC_MMHG[0] <= systolic <= SYSTOLIC_MMHG[1] and DIASTOLIC_MMHG[0] <= diastolic <= DIASTOLIC_MMHG[1]
    return (systolic, diastolic) if within and systolic > diastolic else None


def pressure_is_high(pressure: tuple[int, int]) -> bool:
    """Whether a blood pressure at rest lies above what the questions before a test ask for."""
    return any(measured > most for measured, most in zip(pressure, RESTING_PRESSURE_MAX_MMHG, strict=True))


def contradictions(subject: Subject, today: str) -> tuple[Cause, ...]:
    """What cannot be true together of one person. ``today``: ISO date."""
    found: list[Cause] = []
    highest, resting = subject.hr_max_measured_bpm or subject.hr_max_intervals_bpm, subject.resting_hr_bpm
    if highest is not None and resting is not None and highest <= resting:
        found.append(Cause("hr_max_below_resting", {"hr_max": round(highest), "resting": round(resting)}))
    if subject.hr_max_measured_on is not None and subject.hr_max_measured_on > today:
        found.append(Cause("hr_max_in_future", {"day": subject.hr_max_measured_on}))
    return tuple(found)
