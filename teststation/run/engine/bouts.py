"""The bouts of an interval session: what their load may become, and who decides it. Pure.

A load is never raised but by the operator, who accepts what is offered or sets it by hand, within the session's own
ceiling; what was accepted begins with the next bout. A load is lowered at once where the pulse stays above its band or
the person says Borg 19. The same load stands in all bouts otherwise, and its pulse is read in the third minute.

Source of the rule: the clinic's practice (Rusfeltets hovedorganisasjon, NTNU's advice on 4x4), see docs/sessions.md.
"""

from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import Setpoint
from teststation.protocol.plan import BOUT, SessionTerms
from teststation.run.holds import stage_setpoint
from teststation.run.remarks import doubted
from teststation.run.state import Offer, RunState

MINUTE_S = 60.0
READ_AFTER_S = 180.0  # the third minute ends: the pulse has come up, and what it is now tells of the load
READ_SHORT_AFTER_S = 120.0  # of a bout that has no third minute; a shorter one is not judged by its pulse
READ_ENOUGH_S = 30.0  # of that minute with a pulse
TOO_HARD_BORG = 19
AMONG = 2.0  # above the band for as long as the protocol says, among twice as many seconds: as for a limit
EASED_AGAIN_AFTER_S = 60.0  # a pulse takes a minute to show what a lower load does


def watched(state: RunState, t_s: float) -> RunState:
    """The state of a session at ``t_s``: the minute that is read, and a load that is lowered."""
    terms = state.plan.session
    if terms is None or state.stage.part != BOUT:
        return state
    state = _read(state, terms, t_s)
    if state.bouts.offer is not None and (_felt_hard(state, terms) or _doubtful(state, t_s)):
        state = declined(state)
    return _eased_now(state, terms, t_s) if _above(state, terms, t_s) else state


def rated(state: RunState, t_s: float, rpe: int) -> RunState:
    """The state after Borg's number for the bout that is walked, or the one that ended last."""
    terms, index = state.plan.session, bout_of(state)
    if terms is None or index is None:
        return state
    first = state.bouts.rated_index != index
    state = replace(state, bouts=replace(state.bouts, rated_index=index))
    if rpe >= TOO_HARD_BORG:
        if state.stage.part == BOUT:
            return _eased_now(state, terms, t_s)
        return _eased_next(state, terms) if first else state
    if rpe > terms.borg_high:
        return replace(state, bouts=replace(state.bouts, offer=None, next_load=None))
    read_bpm = state.bouts.read_bpm if state.bouts.read_index == index else None
    if felt_easy(terms, rpe, read_bpm) and not (terms.hr_low_bpm is not None and _settled(state, t_s)):
        return _offered(state, terms, Cause("offer_borg_below", {"rpe": rpe, "low": terms.borg_low}))
    return state


def felt_easy(terms: SessionTerms, rpe: int, read_bpm: float | None) -> bool:
    """Whether a bout was easier than bouts are to feel, and its pulse does not forbid a harder one.

    A band is of an HRmax that may be wrong: one that lies too low is reached with ease, and by the pulse alone nobody
    would ever get beyond it. So Borg's number counts beside the pulse (Taylor 2019: zones are calibrated per person by
    both), as long as the third minute was read and lay in the band's lower half: in its upper half the pulse is likely
    to leave the band by the last bout.
    """
    if rpe >= terms.borg_low:
        return False
    if terms.hr_low_bpm is None or terms.hr_high_bpm is None:
        return True
    return read_bpm is not None and read_bpm < (terms.hr_low_bpm + terms.hr_high_bpm) / 2


def accepted(state: RunState) -> RunState:
    """The state after the operator took the offer: the next bout begins with it, this one stays as it is."""
    offer, terms = state.bouts.offer, state.plan.session
    barred = state.hr_lost_since_s is not None or bool(state.notices)
    if offer is None or terms is None or barred or not within(state, terms, offer.load):
        return state
    return replace(state, bouts=replace(state.bouts, offer=None, next_load=offer.load))


def declined(state: RunState) -> RunState:
    """The state after the operator left the load as it is."""
    return replace(state, bouts=replace(state.bouts, offer=None))


def set_by_hand(state: RunState, load: Setpoint) -> RunState:
    """The state after the operator set the load of this part of the session; later parts of the kind have it, too."""
    bouts = state.bouts.with_load(state.stage.part, load)
    if state.stage.part == BOUT:
        bouts = replace(bouts, offer=None, next_load=None)
    return replace(state, bouts=bouts, setpoint=load)


def begun(state: RunState) -> RunState:
    """The state as a part of the session begins: what was accepted or lowered holds from this bout on."""
    if state.plan.session is None or state.stage.part != BOUT:
        return state
    bouts = replace(state.bouts, offer=None, next_load=None, eased_s=None)
    if state.bouts.next_load is not None:
        bouts = bouts.with_load(BOUT, state.bouts.next_load)
    return replace(state, bouts=bouts)


def bout_of(state: RunState) -> int | None:
    """The stage of the bout that is walked, or of the last one before; None before the first."""
    return max((index for index in state.plan.bouts if index <= state.stage_index), default=None)


def bout_load(state: RunState) -> Setpoint:
    """The load that the bouts have now."""
    return stage_setpoint(state, state.plan.stages[state.plan.bouts[0]])


def within(state: RunState, terms: SessionTerms, load: Setpoint) -> bool:
    """Whether a load lies within the session's ceiling and what the treadmill can do."""
    info = state.treadmill
    able = info is None or (load.speed_kmh <= info.max_speed_kmh and load.incline_pct <= info.max_incline_pct)
    return able and terms.allows(load)


def _read(state: RunState, terms: SessionTerms, t_s: float) -> RunState:
    """The mean pulse of the third minute, once for each bout, and what follows from it for the next."""
    after_s = _read_after_s(state)
    walked_s = state.stage.duration_s - state.stage_remaining_s(t_s)
    if after_s is None or walked_s < after_s or state.bouts.read_index == state.stage_index:
        return state
    bpm = state.pulse.mean(t_s - MINUTE_S, t_s, READ_ENOUGH_S)
    state = replace(state, bouts=replace(state.bouts, read_index=state.stage_index, read_bpm=bpm))
    if bpm is None or terms.hr_low_bpm is None or terms.hr_high_bpm is None:
        return state
    if bpm < terms.hr_low_bpm:
        below = Cause("offer_pulse_below", {"bpm": round(terms.hr_low_bpm - bpm), "read": round(bpm)})
        return _offered(state, terms, below)
    if bpm > terms.hr_high_bpm and state.bouts.eased_s is None:
        return _eased_next(state, terms)
    return state


def _read_after_s(state: RunState) -> float | None:
    duration_s = state.stage.duration_s
    if duration_s < READ_SHORT_AFTER_S:
        return None
    return READ_AFTER_S if duration_s > READ_AFTER_S else duration_s - 1.0


def _felt_hard(state: RunState, terms: SessionTerms) -> bool:
    """Whether the person has said of this bout, before its pulse was read, that it is harder than it should be."""
    said = state.rpe if state.bouts.rated_index == state.stage_index else None
    return said is not None and said > terms.borg_high


def _doubtful(state: RunState, t_s: float) -> bool:
    """Whether a number of the last minute may not have been the heart's: then nothing harder is offered."""
    return state.hr_frozen is not None or doubted(state.hr_remarks, t_s - MINUTE_S)


def _settled(state: RunState, t_s: float) -> bool:
    """Whether this bout has decided about the next one already, or its pulse may not have been the heart's."""
    bouts = state.bouts
    return bouts.next_load is not None or bouts.eased_s is not None or _doubtful(state, t_s)


def _offered(state: RunState, terms: SessionTerms, cause: Cause) -> RunState:
    if bout_of(state) == state.plan.bouts[-1]:
        return state  # there is no bout left that could be harder; the next session's load is offered after this one
    load = state.achievable(terms.harder(bout_load(state)))
    if not within(state, terms, load):
        return state
    return replace(state, bouts=replace(state.bouts, offer=Offer(load, cause)))


def _above(state: RunState, terms: SessionTerms, t_s: float) -> bool:
    high, last, for_s = terms.hr_high_bpm, state.pulse.last, state.plan.limits.hr_over_for_s
    if high is None or last is None or last <= high:
        return False
    if state.bouts.eased_s is not None and t_s - state.bouts.eased_s < EASED_AGAIN_AFTER_S:
        return False
    return state.pulse.at_least(for_s, t_s, AMONG * for_s, lambda bpm: bpm > high)


def _eased_now(state: RunState, terms: SessionTerms, t_s: float) -> RunState:
    now = state.setpoint
    if now is None:
        return state
    load = _easier(state, terms)
    bouts = replace(state.bouts.with_load(BOUT, load), offer=None, next_load=None, eased_s=t_s)
    # Never up: a hand may have set this bout lower than the others.
    lower = Setpoint(speed_kmh=min(now.speed_kmh, load.speed_kmh), incline_pct=min(now.incline_pct, load.incline_pct))
    return replace(state, bouts=replace(bouts, eased=bouts.eased + 1), setpoint=lower)


def _eased_next(state: RunState, terms: SessionTerms) -> RunState:
    bouts = replace(state.bouts, offer=None, next_load=_easier(state, terms), eased=state.bouts.eased + 1)
    return replace(state, bouts=bouts)


def _easier(state: RunState, terms: SessionTerms) -> Setpoint:
    now = bout_load(state)
    load = state.achievable(terms.easier(now))
    # A treadmill's own steps may round a small one up again.
    return Setpoint(speed_kmh=min(now.speed_kmh, load.speed_kmh), incline_pct=min(now.incline_pct, load.incline_pct))
