"""The highest pulse of a session that can be believed. Pure.

HRmax is learned from it, so an artefact here spoils every later estimate. A pulse counts as held where it stood for
five seconds or more, with skin contact, with no remark of the driver on it, with beat intervals that say the same where
there are any, and reached without a leap: a number that jumps onto the step rate is no heart. It counts for its bout
only where the pulse then falls as a heart does, over a minute and not at once.

A lock within a few beats of the pulse cannot be told from it, and costs no more than those few beats.

Sizes are choices of this project unless a source is named; the list of what is to be rejected is the clinic's practice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from teststation.cause import Cause
from teststation.ports import HeartRateStatus
from teststation.pulse import possible
from teststation.run import events as ev

HELD_S = 5.0
GAP_S = 2.5  # readings further apart are no holding
DRY_S = 60.0  # a strap that is dry reads anything in its first minute
LEAP_BPM = 12.0  # from one reading to the next; a heart's fastest rise is a few beats a second
BELIEVED_AFTER_S = 60.0  # what leapt is believed again after so long, where it cannot feign a peak
RR_AGREES_SHARE = 0.07
STANDS_STILL_S, STANDS_STILL_BPM = 60.0, 1.0  # so even is a step rate, and no heart at work
FALLS_WITHIN_S, FALLS_BPM = 60.0, 5.0
AT_ONCE_S, AT_ONCE_BPM = 5.0, 15.0
TOUCHED_S = 10.0
# What the driver remarks comes late: it has watched for a while before it says so.
_DOUBTED_BEFORE_S = {"cadence_lock": 45.0, "rr_disagrees": 20.0, "second_strap": 10.0, "bpm_jump": 0.0}
_DOUBTED_AFTER_S = 10.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One word of the strap, at a time from the session's start."""

    t_s: float
    bpm: int | None
    rr_1024: tuple[int, ...] = ()
    contact: bool | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A bout, from its beginning to its end."""

    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class Held:
    """The highest level held for ``HELD_S`` in a bout."""

    bpm: float
    at_s: float
    intervals_agree: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A bout's peak, and why something higher in it is none."""

    held: Held | None
    refused: tuple[Cause, ...] = ()


def readings_of(events: Iterable[ev.AnyEvent]) -> tuple[Reading, ...]:
    """What the strap said in a run; times from its start."""
    kept = list(events)
    zero_s = next((event.t_s for event in kept if isinstance(event, ev.TestBegan)), kept[0].t_s if kept else 0.0)
    return tuple(
        Reading(
            event.t_s - zero_s,
            event.bpm if event.status is HeartRateStatus.OK and possible(event.bpm) else None,
            event.rr_1024,
            event.contact,
            event.flags,
        )
        for event in kept
        if isinstance(event, ev.HeartRateRead)
    )


def peaks(readings: Sequence[Reading], bouts: Sequence[Span], frozen: Sequence[Span] = ()) -> tuple[Found, ...]:
    """The peak of each bout. ``frozen``: while the pulse did not move though the load rose."""
    clean = _clean(readings, bouts, frozen)
    return tuple(_found(readings, clean, bout) for bout in bouts)


def _found(readings: Sequence[Reading], clean: Sequence[str], bout: Span) -> Found:
    within = [
        (one, why)
        for one, why in zip(readings, clean, strict=True)
        if bout.began_s <= one.t_s <= bout.ended_s and one.bpm is not None
    ]
    good = [one for one, why in within if not why]
    held = _held(good)
    raw = max((one.bpm for one, _ in within if one.bpm is not None), default=None)
    whys = {why: None for one, why in within if why and one.bpm is not None and (held is None or one.bpm > held.bpm)}
    refused = tuple(Cause(f"peak_{why}", {"bpm": raw or 0}) for why in whys)
    if held is None:
        return Found(None, refused)
    for why, so in (
        ("intervals_disagree", _disagree(good, held)),
        ("stands_still", _stands_still(good, held)),
        ("does_not_fall", _does_not_fall(readings, bout)),
        ("falls_at_once", _falls_at_once(readings, bout)),
    ):
        if so:
            return Found(None, (*refused, Cause(f"peak_{why}", {"bpm": round(held.bpm)})))
    return Found(held, refused)


def _clean(readings: Sequence[Reading], bouts: Sequence[Span], frozen: Sequence[Span]) -> list[str]:
    """For each reading why it is no evidence of a peak; empty where it is."""
    doubted = [
        Span(one.t_s - _DOUBTED_BEFORE_S[flag], one.t_s + _DOUBTED_AFTER_S)
        for one in readings
        for flag in one.flags
        if flag in _DOUBTED_BEFORE_S
    ]
    touched = [Span(one.t_s - TOUCHED_S, one.t_s) for one in readings if one.contact is False]
    whys: list[str] = []
    trust = _Trust()
    for one in readings:
        if one.bpm is None:
            whys.append("")
            continue
        leapt = not trust.believes(one, in_bout=_in(one.t_s, bouts))
        if one.t_s < DRY_S:
            whys.append("dry")
        elif one.contact is False or _in(one.t_s, touched):
            whys.append("no_contact")
        elif _in(one.t_s, doubted):
            whys.append("doubted")
        elif _in(one.t_s, frozen):
            whys.append("frozen")
        else:
            whys.append("leapt" if leapt else "")
    return whys


class _Trust:
    """Follows the pulse from reading to reading: what leaps away is not believed until it comes back."""

    def __init__(self) -> None:
        self._anchor: float | None = None
        self._last: tuple[float, float] | None = None
        self._since_s: float | None = None  # since when it has stood, without another leap, where it leapt to

    def believes(self, one: Reading, *, in_bout: bool) -> bool:
        assert one.bpm is not None
        bpm, before = float(one.bpm), self._last
        self._last = (one.t_s, bpm)
        if self._anchor is None or abs(bpm - self._anchor) <= LEAP_BPM:
            self._anchor, self._since_s = bpm, None
            return True
        steady = before is not None and abs(bpm - before[1]) <= LEAP_BPM and one.t_s - before[0] <= GAP_S
        if not steady or self._since_s is None:
            self._since_s = one.t_s
        # A lower one feigns no peak; a higher one is believed where nobody works hard, once it has stood.
        may = bpm < self._anchor or not in_bout
        if may and one.t_s - self._since_s >= BELIEVED_AFTER_S:
            self._anchor, self._since_s = bpm, None
            return True
        return False


def _held(good: Sequence[Reading]) -> Held | None:
    best: Held | None = None
    first = 0
    for last in range(len(good)):
        if last and good[last].t_s - good[last - 1].t_s > GAP_S:
            first = last
        while good[last].t_s - good[first + 1].t_s >= HELD_S if first < last else False:
            first += 1
        if good[last].t_s - good[first].t_s < HELD_S:
            continue
        bpm = min(one.bpm for one in good[first : last + 1] if one.bpm is not None)
        if best is None or bpm > best.bpm:
            best = Held(float(bpm), good[last].t_s, _intervals_bpm(good[first : last + 1]) is not None)
    return best


def _intervals_bpm(some: Sequence[Reading]) -> float | None:
    """The pulse by the beat intervals of these readings; None where there are hardly any."""
    beats = [rr for one in some for rr in one.rr_1024]
    return 60 * 1024 * len(beats) / sum(beats) if len(beats) >= 3 and sum(beats) else None


def _disagree(good: Sequence[Reading], held: Held) -> bool:
    window = [one for one in good if held.at_s - 2 * HELD_S <= one.t_s <= held.at_s]
    by_beats = _intervals_bpm(window)
    return by_beats is not None and abs(by_beats - held.bpm) > RR_AGREES_SHARE * held.bpm


def _stands_still(good: Sequence[Reading], held: Held) -> bool:
    """A number without beat intervals that does not move for a minute around its peak is a step rate."""
    if held.intervals_agree:
        return False
    near = [(one.t_s, one.bpm) for one in good if one.bpm is not None and abs(one.bpm - held.bpm) <= STANDS_STILL_BPM]
    around = [t_s for t_s, _ in near if abs(t_s - held.at_s) <= STANDS_STILL_S]
    others = [one for one in good if around and around[0] <= one.t_s <= around[-1]]
    return bool(around) and around[-1] - around[0] >= STANDS_STILL_S and len(others) == len(around)


def _after(readings: Sequence[Reading], bout: Span, within_s: float) -> list[tuple[float, float]]:
    return [
        (one.t_s, float(one.bpm))
        for one in readings
        if one.bpm is not None and bout.ended_s - HELD_S <= one.t_s <= bout.ended_s + within_s
    ]


def _does_not_fall(readings: Sequence[Reading], bout: Span) -> bool:
    """Whether the pulse is not seen to fall in the minute after a bout; nobody has seen it where there is none."""
    seen = _after(readings, bout, FALLS_WITHIN_S)
    end = [bpm for t_s, bpm in seen if t_s <= bout.ended_s]
    later = [bpm for t_s, bpm in seen if t_s >= bout.ended_s + FALLS_WITHIN_S / 2]
    return not end or not later or max(end) - min(later) < FALLS_BPM


def _falls_at_once(readings: Sequence[Reading], bout: Span) -> bool:
    """Whether it drops as no heart does: a belt that slows down takes the step rate with it."""
    seen = _after(readings, bout, FALLS_WITHIN_S)
    return any(
        bpm - later > AT_ONCE_BPM
        for index, (t_s, bpm) in enumerate(seen)
        for later_s, later in seen[index + 1 :]
        if later_s - t_s <= AT_ONCE_S and later < bpm and _stays(seen, later_s, bpm)
    )


def _stays(seen: Sequence[tuple[float, float]], from_s: float, high: float) -> bool:
    """Whether it stays down for a while: a reading that is lost is no fall."""
    next_ones = [bpm for t_s, bpm in seen if from_s <= t_s <= from_s + HELD_S]
    return bool(next_ones) and max(next_ones) < high - AT_ONCE_BPM / 2


def _in(t_s: float, spans: Sequence[Span]) -> bool:
    return any(span.began_s <= t_s <= span.ended_s for span in spans)
