"""Alarms are states of the run, not messages that pass: pure functions of the state and the time.

One that may have changed what the test is worth is told until somebody has seen it, though its cause is over.
"""

from dataclasses import dataclass
from enum import IntEnum

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus
from teststation.run.absence import away_left_s
from teststation.run.noted import of_the_person
from teststation.run.remarks import DOUBTFUL
from teststation.run.remarks import standing as standing_remarks
from teststation.run.state import Phase, RunState, Stood

REPEAT_S = 120.0  # an acknowledged alarm that still stands sounds again after this long
OFF_TARGET_FOR_S, OFF_TARGET_AMONG_S = 10.0, 15.0

_SAID_OF_STRAP = {HeartRateStatus.NO_CONTACT: "hr_no_contact", HeartRateStatus.NOT_SET_UP: "hr_not_set_up"}


# Told after they are over: the load was not the planned one, or the number was perhaps not the heart's.
LATCHED = {
    "belt_offline": "belt_offline_was",
    "belt_off_target": "belt_off_target_was",
    "incline_off_target": "incline_off_target_was",
    "hr_frozen": "hr_frozen_was",
    "hr_rr_disagrees": "hr_rr_disagrees_was",
    "hr_cadence_lock": "hr_cadence_lock_was",
}
_WALKED = (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN)
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
    """Every alarm that stands now, the most urgent first.

    What asks for help at once comes first whatever was seen; of the others what nobody has seen yet, so that it is in
    sight and can be answered, however little it asks.
    """
    standing = _standing(state, now_s)
    standing += _were(state, {cause.code for cause, _ in standing})
    seen_at = dict(state.acknowledged)
    result = [
        Alarm(cause, priority, _sounds(cause.code, priority, state, seen_at.get(cause.code), now_s))
        for cause, priority in standing
        # A belt that must be stopped by hand is never silenced, and neither is a question that acts by itself.
        if priority is Priority.HIGH or cause.code not in state.silenced or cause.code in _asked(state)
    ]
    return tuple(sorted(result, key=_urgency))


def _urgency(alarm: Alarm) -> tuple[bool, bool, int]:
    return alarm.priority is not Priority.HIGH, not alarm.sounding, -alarm.priority


def stood(state: RunState, now_s: float) -> RunState:
    """The state with what stands at ``now_s`` written down, and with the end of what does no more.

    Kept from the start to the belt's rest, each alarm's last time; the recording writes all of them down.
    """
    if state.phase in (Phase.READY, Phase.ENDED):
        return state
    now = {cause.code: cause for cause, _ in _standing(state, now_s)}
    open_still = {one.cause.code for one in state.stood if one.until_s is None}
    if now.keys() == open_still:
        return state
    begun = [Stood(cause, now_s) for code, cause in now.items() if code not in open_still]
    again = {one.cause.code for one in begun}
    kept = (
        one if one.until_s is not None or one.cause.code in now else replace(one, until_s=now_s)
        for one in state.stood
        if one.cause.code not in again
    )
    return replace(state, stood=(*kept, *begun))


def of_the_pulse(state: RunState, now_s: float) -> tuple[Cause, ...]:
    """What is to be said of the pulse now where there is no belt: that it is away, then what is doubted of it."""
    found = (*_heart(state, now_s), *_remarks(state, now_s))
    return tuple(cause for cause, _ in found if cause.code != "hr_was_lost")  # nobody acknowledges anything there


def _standing(state: RunState, now_s: float) -> list[tuple[Cause, Priority]]:
    # What was noted of the person comes before what is told of the machines, among those that are as loud.
    person = [(cause, Priority.MEDIUM) for cause in of_the_person(state)]
    machines = [*_belt(state, now_s), *_heart(state, now_s), *_remarks(state, now_s)]
    return [*person, *machines, *_limits(state, now_s)]


def _were(state: RunState, standing: set[str]) -> list[tuple[Cause, Priority]]:
    """What stood, is over, and was not seen since it began."""
    if state.phase not in _WALKED:
        return []
    found: list[tuple[Cause, Priority]] = []
    for one in state.stood:
        code, until_s, after = one.cause.code, one.until_s, LATCHED.get(one.cause.code)
        if until_s is None or after is None or code in standing or code in state.silenced:
            continue
        if any(at_s >= one.from_s for name, at_s in state.acknowledged if name in (code, after)):
            continue
        found.append((Cause(after, {"seconds": max(1, round(until_s - one.from_s))}), Priority.MEDIUM))
    return found


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
