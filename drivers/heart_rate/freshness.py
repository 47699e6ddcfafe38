"""Heart rate is fresh or absent. Pure: time is passed in, in wall seconds.

Freshness is arrival with evidence of a new beat or line (a sequence number, time or beat count that moved), never "the
value changed": a stable heart is not a dead strap, and a strap that repeats its last line is not a heart. One strap is
listened to; what another one says is dropped, and remarked.
"""

from dataclasses import dataclass, field, replace
from itertools import zip_longest

from drivers.heart_rate.plausibility import Plausibility, look
from drivers.heart_rate.samples import Sample
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus
from teststation.pulse import possible

STALE_AFTER_S = 5.0
STALE_FLOOR_WALL_S = 2.0
OTHER_STRAP_REMARKED_S = 10.0  # test seconds


@dataclass(frozen=True, slots=True)
class Freshness:
    """What is known of one strap."""

    scale: TimeScale = field(default_factory=TimeScale)
    sensor: str = ""  # the strap that is listened to; empty until one has told its name
    status: HeartRateStatus = HeartRateStatus.SEARCHING
    fresh_s: float | None = None  # when evidence last came
    evidence: tuple[int | None, ...] | None = None  # of the last pulse
    seen: Plausibility = field(default_factory=Plausibility)
    other_s: float | None = None  # when another strap was last heard

    @property
    def stale_after_wall_s(self) -> float:
        """How long without evidence is too long."""
        return self.scale.wall_s(STALE_AFTER_S, STALE_FLOOR_WALL_S)


def take(state: Freshness, sample: Sample, now_s: float) -> tuple[Freshness, HeartRateReading | None]:
    """One sample in; a reading out, unless it is only a repetition or another strap's."""
    if state.sensor and sample.sensor and sample.sensor != state.sensor:
        return replace(state, other_s=now_s), None
    status = HeartRateStatus.OK
    if sample.contact is False:
        status = HeartRateStatus.NO_CONTACT
    elif not possible(sample.bpm):
        status = HeartRateStatus.NO_READING
    ok = status is HeartRateStatus.OK
    # That there is no pulse is news however often it is said; that there is one must be shown to be new.
    if ok and not _moved(state.evidence, sample.evidence):
        return state, None
    seen, flags = look(state.seen, sample, now_s * state.scale.factor) if ok else (state.seen.after_gap(), ())
    if state.other_s is not None and (now_s - state.other_s) * state.scale.factor <= OTHER_STRAP_REMARKED_S:
        flags = (*flags, "second_strap")
    reading = HeartRateReading(
        t_mono_s=now_s,
        status=status,
        bpm=sample.bpm if ok else None,
        rr_1024=sample.rr_1024 if ok else (),
        contact=sample.contact,
        battery_pct=sample.battery_pct,
        sensor=sample.sensor,
        location=sample.location,
        flags=flags,
    )
    after = replace(
        state,
        sensor=state.sensor or sample.sensor,
        status=status,
        fresh_s=now_s,
        evidence=sample.evidence if ok else state.evidence,
        seen=seen,
    )
    return after, reading


def pass_time(state: Freshness, now_s: float) -> tuple[Freshness, HeartRateReading | None]:
    """Time without a sample: the news, once, that the pulse has gone stale."""
    if state.fresh_s is None or state.status in (HeartRateStatus.STALE, HeartRateStatus.OFFLINE):
        return state, None
    if now_s - state.fresh_s <= state.stale_after_wall_s:
        return state, None
    return lose(state, HeartRateStatus.STALE, now_s)


def lose(state: Freshness, status: HeartRateStatus, now_s: float) -> tuple[Freshness, HeartRateReading | None]:
    """The link itself says that there is no pulse; told once."""
    if state.status is status:
        return state, None
    after = replace(state, status=status, seen=Plausibility())
    return after, HeartRateReading(t_mono_s=now_s, status=status)


def _moved(before: tuple[int | None, ...] | None, now: tuple[int | None, ...] | None) -> bool:
    """Whether every piece of evidence that was told before is told again and has moved.

    A counter that runs while the strap's own clock stands is no news, nor is a line that has lost its counter.
    """
    if before is None:
        return True
    if now is None:
        return False
    return all(old is None or (new is not None and new != old) for old, new in zip_longest(before, now))
