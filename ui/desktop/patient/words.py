"""What the person on the belt may read of a run: calm words, the pulse, the time. Pure.

No name, no limit, no share of a limit, no alarm and no reason: what has to be said of those is said by the person who
stands beside the belt.
"""

from dataclasses import dataclass

from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.protocol.plan import BOUT, PAUSE, StagePlan
from teststation.run.state import Phase
from teststation.snapshot import Snapshot

# Alarms with which the number may not be the heart's: it would worry, and tell nothing.
DOUBTED = frozenset({"hr_frozen", "hr_rr_disagrees", "hr_cadence_lock", "hr_implausible", "hr_comes_and_goes"})
CHANGES = ("same", "faster", "slower", "steeper", "flatter", "harder", "easier", "other")
# Speeds and inclines nearer to each other than this feel the same.
SAME_KMH, SAME_PCT = 0.05, 0.25


@dataclass(frozen=True, slots=True)
class PatientMoment:
    """One moment as the patient sees it; causes are keys of the window's catalogue, in the patient's language."""

    headline: Cause
    coming: Cause | None = None
    bpm: int | None = None
    left_s: float | None = None
    pulse_sought: bool = False  # a pulse belongs here, and there is none to show


def patient_moment(moment: Snapshot) -> PatientMoment:
    """What to show of one snapshot."""
    match moment.phase:
        case Phase.READY:
            return PatientMoment(_say("ready"), _say("ready_next"), _pulse(moment))
        case Phase.STARTING:
            return PatientMoment(_say("starting"), _say("starting_next"), _pulse(moment))
        case Phase.STAGES:
            return _walked(moment, _stage(moment), _say("held_next") if moment.clock_stands else _coming(moment))
        case Phase.COOL_DOWN:
            return _walked(moment, _say("cool_down"), _say("cool_down_next"))
    # A belt that has to be stopped by hand: only the voice beside it counts.
    if moment.press_red_button or any(alarm.code == "press_red_button" for alarm in moment.alarms):
        return PatientMoment(_say("rail"), _say("rail_next"))
    if moment.phase is Phase.ENDED and moment.at_rest:
        return PatientMoment(_say("over"), _say("over_next"))
    return PatientMoment(_say("stopping"), _say("stopping_next"))


def _say(key: str, **values: int | float | str) -> Cause:
    return Cause(f"patient.{key}", values)


def _walked(moment: Snapshot, headline: Cause, coming: Cause | None) -> PatientMoment:
    bpm = _pulse(moment)
    return PatientMoment(headline, coming, bpm, moment.stage_remaining_s, pulse_sought=bpm is None)


def _pulse(moment: Snapshot) -> int | None:
    return None if any(alarm.code in DOUBTED for alarm in moment.alarms) else moment.hr_bpm


def _stage(moment: Snapshot) -> Cause:
    if moment.clock_stands:
        return _say("held")
    now = moment.session
    if now is not None:
        return _say("bout", n=now.bout, of=now.bouts) if now.part == BOUT else _say(now.part)
    if moment.stage.habituation:
        return _say("habituation")
    return _say("stage", n=moment.stage_index + 1, of=moment.n_stages)


def _coming(moment: Snapshot) -> Cause | None:
    """What comes next, in words; counted down in the last seconds."""
    if moment.next_stage is None:
        return None
    what = _what(moment, moment.next_stage)
    values = {"what": what.code, **what.values}
    if moment.countdown_s is None:
        return Cause("patient.next", values)
    return Cause("patient.next_in", {**values, "seconds": int(-(-moment.countdown_s // 1))})


def _what(moment: Snapshot, coming: StagePlan) -> Cause:
    if coming is moment.record.plan.cool_down:
        return _say("what_cool_down")
    if moment.session is not None:
        if coming.part == BOUT:
            return _say("what_bout", n=moment.session.bout + (moment.session.part == BOUT))
        return _say("what_pause" if coming.part == PAUSE else "what_cool_down")
    now = moment.target or Setpoint(speed_kmh=moment.stage.speed_kmh, incline_pct=moment.stage.incline_pct)
    faster = _sign(coming.speed_kmh - now.speed_kmh, SAME_KMH)
    steeper = _sign(coming.incline_pct - now.incline_pct, SAME_PCT)
    named = {
        (0, 0): "same", (1, 0): "faster", (-1, 0): "slower", (0, 1): "steeper", (0, -1): "flatter",
        (1, 1): "harder", (-1, -1): "easier",
    }  # fmt: skip
    return _say(f"what_{named.get((faster, steeper), 'other')}")


def _sign(difference: float, same: float) -> int:
    return 0 if abs(difference) < same else 1 if difference > 0 else -1


KEYS = (
    "pulse", "time_left", "sought", "demo", "ready", "ready_next", "starting", "starting_next", "stage", "habituation",
    "held", "held_next", "warm_up", "bout", "pause", "cool_down", "cool_down_next", "stopping", "stopping_next", "rail",
    "rail_next", "over", "over_next", "next", "next_in", "what_bout", "what_pause", "what_cool_down",
    *(f"what_{change}" for change in CHANGES),
)  # fmt: skip
