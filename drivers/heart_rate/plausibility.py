"""Whether a pulse can be believed: remarks, never corrections. Pure: time is passed in, in test seconds.

What can be no pulse at all never comes here. Beat intervals of 250 to 2000 ms are what a living person shows; a leap
of 20 bpm in a second and a fifth of an interval are this project's own choice, as is what counts as a nearly empty
battery. A pulse that leaps onto the person's step rate and stays there (cadence lock) is an artefact known of optical
sensors above all.
"""

from dataclasses import dataclass, replace

from drivers.heart_rate.samples import Sample

JUMP_BPM_PER_S = 20.0
RR_LOW_MS, RR_HIGH_MS = 250.0, 2000.0
RR_JUMP_SHARE = 0.2
RR_DISAGREES_SHARE = 0.1
RR_DISAGREES_S = 10.0
LOCK_BPM = 3.0
LOCK_S = 30.0
BATTERY_LOW_PCT = 10


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What the last samples showed."""

    bpm: int | None = None
    bpm_s: float = 0.0
    rr: int | None = None
    rr_off_since_s: float | None = None  # since when intervals and pulse have disagreed
    leapt: bool = False  # the pulse has leapt and stands near the step rate since
    locked_since_s: float = 0.0

    def after_gap(self) -> "Plausibility":
        """What is still known after a moment without a pulse: the pulse before it, but no interval to compare with."""
        return replace(self, rr=None, rr_off_since_s=None)


def look(state: Plausibility, sample: Sample, now_s: float) -> tuple[Plausibility, tuple[str, ...]]:
    """One good sample: the new state, and what there is to remark."""
    flags = [*sample.remarks]
    if sample.battery_pct is not None and sample.battery_pct <= BATTERY_LOW_PCT:
        flags.append("battery_low")
    jumped = state.bpm is not None and _leap_per_s(state, sample.bpm, now_s) > JUMP_BPM_PER_S
    if jumped:
        flags.append("bpm_jump")
    rr, rr_flags = _intervals(state.rr, sample.rr_1024)
    off_since_s = _disagreeing_since_s(state, sample, now_s)
    if off_since_s is not None and now_s - off_since_s >= RR_DISAGREES_S:
        rr_flags.append("rr_disagrees")
    locked = _near_steps(sample) and (jumped or state.leapt)
    since_s = state.locked_since_s if state.leapt and not jumped else now_s
    if locked and now_s - since_s >= LOCK_S:
        flags.append("cadence_lock")
    after = replace(
        state,
        bpm=sample.bpm,
        bpm_s=now_s,
        rr=rr,
        rr_off_since_s=off_since_s,
        leapt=locked,
        locked_since_s=since_s,
    )
    return after, tuple(dict.fromkeys((*flags, *rr_flags)))


def is_interval(rr_1024: int) -> bool:
    """Whether a heart can have taken as long from beat to beat."""
    return RR_LOW_MS <= rr_1024 * 1000 / 1024 <= RR_HIGH_MS


def _leap_per_s(state: Plausibility, bpm: int, now_s: float) -> float:
    assert state.bpm is not None
    return abs(bpm - state.bpm) / max(1.0, now_s - state.bpm_s)


def _intervals(last: int | None, rr_1024: tuple[int, ...]) -> tuple[int | None, list[str]]:
    flags: list[str] = []
    for ticks in rr_1024:
        if not is_interval(ticks):
            flags.append("rr_range")
        elif last and abs(ticks - last) / last > RR_JUMP_SHARE:
            flags.append("rr_jump")
        last = ticks
    return last, flags


def _disagreeing_since_s(state: Plausibility, sample: Sample, now_s: float) -> float | None:
    """Since when the intervals have given another pulse than the one told; a sample without any tells nothing."""
    total = sum(sample.rr_1024)
    if not total or not sample.bpm:
        return state.rr_off_since_s
    from_rr_bpm = 60 * 1024 * len(sample.rr_1024) / total
    if abs(from_rr_bpm - sample.bpm) / sample.bpm <= RR_DISAGREES_SHARE:
        return None
    return now_s if state.rr_off_since_s is None else state.rr_off_since_s


def _near_steps(sample: Sample) -> bool:
    return sample.steps_per_min is not None and abs(sample.bpm - sample.steps_per_min) < LOCK_BPM
