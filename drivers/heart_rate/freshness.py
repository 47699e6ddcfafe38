"""Heart rate is fresh or absent. Pure: time is passed in, in wall seconds.

Freshness is arrival with evidence of a new beat or line (a sequence number or time that moved), never "the value
changed": a stable heart is not a dead strap, and a strap that repeats its last line is not a heart.
"""

from dataclasses import dataclass, field, replace

from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

STALE_AFTER_S = 5.0
STALE_FLOOR_WALL_S = 2.0
BPM_LOW, BPM_HIGH = 30, 240
JUMP_BPM_PER_S = 20.0
RR_LOW_MS, RR_HIGH_MS = 250.0, 2000.0
RR_JUMP_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Sample:
    """One line or frame from a strap, decoded, before anything is believed."""

    bpm: int
    rr_1024: tuple[int, ...] = ()
    contact: bool | None = None
    battery_pct: int | None = None
    sensor: str = ""
    location: str = ""  # where the sensor sits, in English
    remarks: tuple[str, ...] = ()  # what the link itself has to remark
    evidence: tuple[int, ...] | None = None  # what moves with every new line; None where the wire has no such thing


@dataclass(frozen=True, slots=True)
class Freshness:
    """What is known of one strap."""

    scale: TimeScale = field(default_factory=TimeScale)
    status: HeartRateStatus = HeartRateStatus.SEARCHING
    fresh_s: float | None = None  # when evidence last came
    evidence: tuple[int, ...] | None = None
    last_bpm: int | None = None
    last_bpm_s: float = 0.0
    last_rr: int | None = None

    @property
    def stale_after_wall_s(self) -> float:
        """How long without evidence is too long."""
        return self.scale.wall_s(STALE_AFTER_S, STALE_FLOOR_WALL_S)


def take(state: Freshness, sample: Sample, now_s: float) -> tuple[Freshness, HeartRateReading | None]:
    """One sample in; a reading out, unless it is only a repetition."""
    if sample.evidence is not None and sample.evidence == state.evidence:
        return state, None
    status = HeartRateStatus.OK
    if sample.contact is False:
        status = HeartRateStatus.NO_CONTACT
    elif sample.bpm <= 0:
        status = HeartRateStatus.NO_READING
    ok = status is HeartRateStatus.OK
    reading = HeartRateReading(
        t_mono_s=now_s,
        status=status,
        bpm=sample.bpm if ok else None,
        rr_1024=sample.rr_1024 if ok else (),
        contact=sample.contact,
        battery_pct=sample.battery_pct,
        sensor=sample.sensor,
        location=sample.location,
        flags=_flags(state, sample, now_s) if ok else (),
    )
    after = replace(
        state,
        status=status,
        fresh_s=now_s,
        evidence=sample.evidence,
        last_bpm=sample.bpm if ok else None,
        last_bpm_s=now_s,
        last_rr=sample.rr_1024[-1] if ok and sample.rr_1024 else state.last_rr if ok else None,
    )
    return after, reading


def pass_time(state: Freshness, now_s: float) -> tuple[Freshness, HeartRateReading | None]:
    """Time without a sample: the news, once, that the pulse has gone stale."""
    if state.fresh_s is None or state.status is HeartRateStatus.STALE:
        return state, None
    if now_s - state.fresh_s <= state.stale_after_wall_s:
        return state, None
    return lose(state, HeartRateStatus.STALE, now_s)


def lose(state: Freshness, status: HeartRateStatus, now_s: float) -> tuple[Freshness, HeartRateReading | None]:
    """The link itself says that there is no pulse; told once."""
    if state.status is status:
        return state, None
    after = replace(state, status=status, last_bpm=None, last_rr=None)
    return after, HeartRateReading(t_mono_s=now_s, status=status)


def _flags(state: Freshness, sample: Sample, now_s: float) -> tuple[str, ...]:
    """Plausibility remarks. The value itself is never altered."""
    flags: list[str] = []
    if not BPM_LOW <= sample.bpm <= BPM_HIGH:
        flags.append("bpm_range")
    if state.last_bpm is not None:
        dt_s = max(1.0, (now_s - state.last_bpm_s) * state.scale.factor)
        if abs(sample.bpm - state.last_bpm) / dt_s > JUMP_BPM_PER_S:
            flags.append("bpm_jump")
    previous = state.last_rr
    for ticks in sample.rr_1024:
        if not RR_LOW_MS <= ticks * 1000 / 1024 <= RR_HIGH_MS:
            flags.append("rr_range")
        elif previous and abs(ticks - previous) / previous > RR_JUMP_SHARE:
            flags.append("rr_jump")
        previous = ticks
    return tuple(dict.fromkeys(flags))
