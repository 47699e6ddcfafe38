"""A run folded into plain values: what the estimate, the record and the report are made from."""

from collections.abc import Mapping
from enum import StrEnum

from teststation.cause import Cause
from teststation.demonstration import is_demonstration
from teststation.ports import BeltCheck, TreadmillInfo, Value
from teststation.protocol.plan import Plan
from teststation.run.orders import Order
from teststation.subject import Gait, Subject


class Outcome(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    LIMIT = "limit"
    OPERATOR = "operator"
    FAULT = "fault"
    INTERRUPTED = "interrupted"  # the station died; found again at start


class HeartSample(Value, frozen=True):
    """Heart rate at one moment, about once a second. None is missing, and stays missing."""

    t_s: float
    bpm: int | None


class BeltSample(Value, frozen=True):
    """The belt at one moment, about once a second."""

    t_s: float
    target_speed_kmh: float | None
    measured_speed_kmh: float | None
    target_incline_pct: float | None
    measured_incline_pct: float | None


class StageSpan(Value, frozen=True):
    """One stage as it was walked. Times are test time from the start of the run."""

    index: int
    plan: "StagePlanRef"
    began_s: float
    ended_s: float | None  # None: still going on
    gait: Gait = Gait.WALK
    handrail: bool = False
    rpe: int | None = None
    systolic_mmhg: int | None = None
    diastolic_mmhg: int | None = None
    extended_s: float = 0.0


class StagePlanRef(Value, frozen=True):
    """The planned load of a stage."""

    name: str
    duration_s: float
    speed_kmh: float
    incline_pct: float
    habituation: bool = False


class Mark(Value, frozen=True):
    """Something noted during the run: an operator's mark, an alarm, a hold."""

    t_s: float
    kind: str
    text: str = ""


# Kinds of marks that others read: from the one to the other the pulse stood still while the load rose.
PULSE_FROZEN, PULSE_MOVES = "pulse_frozen", "pulse_moves"
LOAD_EASED = "load_eased"  # in a session the load was lowered by itself
STATION_SLEPT = "station_slept"  # the computer slept until then, for as many seconds as its text says
ALARM_RAISED, ALARM_OVER = "alarm_raised", "alarm_over"


def alarm_text(cause: Cause) -> str:
    """An alarm in a mark's text: its code and the values it was told with, ``belt_off;set=4.0;read=0.1``."""
    values = (f"{name}={str(value).replace(';', ',')}" for name, value in cause.values.items())
    return ";".join((cause.code, *values))


def alarm_of(text: str) -> Cause:
    """The alarm that such a text tells of."""
    code, *values = text.split(";")
    pairs = [one.split("=", 1) for one in values if "=" in one]
    return Cause(code, {name: _value(value) for name, value in pairs})


def _value(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


class LinkStats(Value, frozen=True):
    """How the wire to the treadmill did."""

    worst_gap_ms: float = 0.0
    commands: int = 0
    retries: int = 0


TALK_POSTPONES = {"hard_training": "waits"}  # among what was answered before a run: the talk's word
TALK, PREGNANT = "talk", "pregnant"  # why hard training waits


def why_hard_training_waits(conditions: Mapping[str, str]) -> str:
    """``pregnant``, ``talk`` or nothing, by what was answered before a run.

    Who is both is told of the first: it holds more back, and it asks a doctor or midwife, who answers for either.
    """
    if conditions.get("screening_pregnant", "no") != "no":
        return PREGNANT
    return TALK if TALK_POSTPONES.items() <= conditions.items() else ""


class RunRecord(Value, frozen=True):
    """One run, whole."""

    id: str
    started_at: str  # ISO 8601 with zone
    plan: Plan
    subject: Subject
    treadmill: str
    heart_rate: str
    stages: tuple[StageSpan, ...]
    heart: tuple[HeartSample, ...]
    belt: tuple[BeltSample, ...]
    marks: tuple[Mark, ...] = ()
    stages_ended_s: float | None = None  # when cool-down or stop began
    ended_s: float | None = None
    outcome: Outcome | None = None  # None while it runs
    reason: Cause | None = None
    belt_at_rest: bool = False
    link: LinkStats = LinkStats()
    belt_check: BeltCheck | None = None
    belt_info: TreadmillInfo | None = None  # what the treadmill could do; None: it never said, or an older run
    orders: tuple[Order, ...] = ()  # none in records that are older than this
    symptoms_told: tuple[str, ...] = ()  # codes, told of after the run: they come with its signature
    hard_training_waits: str = ""  # why, as it was known before the run (``why_hard_training_waits``)

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration, and no test of a person."""
        return is_demonstration(self.treadmill, self.heart_rate)
