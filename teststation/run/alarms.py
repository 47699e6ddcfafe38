"""Alarms are states of the run, not messages that pass: pure functions of the state and the time."""

from dataclasses import dataclass
from enum import IntEnum

from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus
from teststation.run.engine.heart import away_left_s
from teststation.run.remarks import DOUBTFUL
from teststation.run.remarks import standing as standing_remarks
from teststation.run.state import Phase, RunState

REPEAT_S = 120.0  # an acknowledged alarm that still stands sounds again after this long
OFF_TARGET_FOR_S, OFF_TARGET_AMONG_S = 10.0, 15.0

_SAID_OF_STRAP = {HeartRateStatus.NO_CONTACT: "hr_no_contact", HeartRateStatus.NOT_SET_UP: "hr_not_set_up"}


_OF_A_LOST_PULSE = frozenset({*_SAID_OF_STRAP.values(), "hr_lost", "hr_comes_and_goes", "hr_was_lost"})


class Priority(IntEnum):
    """How loud. HIGH may be red; nothing else but STOP is."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Alarm:
    """One standing alarm. ``cause`` is said under ``cause.<code>`` in the texts."""

    cause: Cause
    priority: Priority
    sounding: bool

    @property
    def code(self) -> str:
        """Key of the alarm, for acknowledging it."""
        return self.cause.code


def alarms(state: RunState, now_s: float) -> tuple[Alarm, ...]:
    """Every alarm that stands now, the most urgent first."""
    standing = [*_belt(state, now_s), *_heart(state, now_s), *_remarks(state, now_s), *_limits(state, now_s)]
    seen_at = dict(state.acknowledged)
    result = [
        Alarm(cause, priority, _sounds(cause.code, priority, state, seen_at.get(cause.code), now_s))
        for cause, priority in standing
        # A belt that must be stopped by hand is never silenced, and neither is a question that acts by itself.
        if priority is Priority.HIGH or cause.code not in state.silenced or cause.code in _asked(state)
    ]
    return tuple(sorted(result, key=lambda alarm: -alarm.priority))


def _sounds(code: str, priority: Priority, state: RunState, seen_s: float | None, now_s: float) -> bool:
    # What was silenced when it was less loud, before the start say, is heard again where it may hurt somebody.
    if priority is Priority.HIGH:
        return True
    return code not in state.silenced and (seen_s is None or now_s - seen_s >= REPEAT_S)


def _asked(state: RunState) -> frozenset[str]:
    return frozenset(notice.cause.code for notice in state.notices)


def _belt(state: RunState, now_s: float) -> list[tuple[Cause, Priority]]:
    found: list[tuple[Cause, Priority]] = []
    unknown_rest = state.phase is Phase.ENDED and not state.at_rest and state.reason is not None
    if (state.phase is Phase.STOPPING and state.press_red_button) or (unknown_rest and state.setpoint is None):
        found.append((Cause("press_red_button"), Priority.HIGH))
    if state.moving_phase and state.belt_state is BeltState.OFFLINE:
        found.append((Cause("belt_offline"), Priority.HIGH))
    elif state.phase is Phase.READY and state.belt_state is BeltState.OFFLINE:
        found.append((Cause("belt_offline"), Priority.MEDIUM))
    # A prompt has just asked the operator for the load.
    if state.phase in (Phase.STAGES, Phase.COOL_DOWN) and state.setpoint is not None and state.prompt is None:
        if state.off_target.at_least(OFF_TARGET_FOR_S, now_s, OFF_TARGET_AMONG_S, bool):
            found.append((Cause("belt_off_target"), Priority.MEDIUM))
        read_pct, away = state.measured_incline_pct, state.deck_away
        if read_pct is not None and away is not None and away.stays(now_s):
            values = {"set": round(away.set_pct, 1), "read": round(read_pct, 1)}
            found.append((Cause("incline_off_target", values), Priority.MEDIUM))
    return found


def _heart(state: RunState, now_s: float) -> list[tuple[Cause, Priority]]:
    if state.phase in (Phase.STOPPING, Phase.ENDED):
        return []
    if state.hr_lost_since_s is None:
        return _was_lost(state)
    lost_s = now_s - state.hr_lost_since_s
    code = _SAID_OF_STRAP.get(state.hr_status, "hr_lost" if state.hr_bpm is None else "hr_comes_and_goes")
    late = lost_s >= state.plan.limits.hr_lost_warn_s and state.phase is Phase.STAGES
    left_s = away_left_s(state, now_s)
    return [(Cause(code, {"seconds": round(left_s)}), Priority.MEDIUM if late else Priority.LOW)]


def _was_lost(state: RunState) -> list[tuple[Cause, Priority]]:
    """A pulse that was lost is told until somebody has seen it: the minute without one is in the test."""
    if state.hr_gap is None:
        return []
    from_s, to_s = state.hr_gap
    seen_s = [at_s for code, at_s in state.acknowledged if code in _OF_A_LOST_PULSE]
    if any(at_s >= from_s for at_s in seen_s):
        return []
    return [(Cause("hr_was_lost", {"seconds": round(to_s - from_s)}), Priority.MEDIUM)]


def _remarks(state: RunState, now_s: float) -> list[tuple[Cause, Priority]]:
    if state.phase in (Phase.STOPPING, Phase.ENDED):
        return []
    said = standing_remarks(state.hr_remarks, state.hr_sensor, state.hr_battery_pct, now_s)
    found = [(cause, Priority.MEDIUM if cause.code in DOUBTFUL else Priority.LOW) for cause in said]
    if state.hr_frozen is not None:
        found.append((Cause("hr_frozen", {"bpm": round(state.hr_frozen.bpm)}), Priority.MEDIUM))
    return found


def _limits(state: RunState, now_s: float) -> list[tuple[Cause, Priority]]:
    return [
        (
            Cause(notice.cause.code, {**notice.cause.values, "seconds": round(max(0.0, notice.acts_at_s - now_s))}),
            Priority.MEDIUM,
        )
        for notice in state.notices
    ]
