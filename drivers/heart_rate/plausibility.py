"""Whether a pulse can be believed: remarks, never corrections. Pure: time is passed in, in test seconds.

What can be no pulse at all never comes here. Beat intervals of 250 to 2000 ms are what a living person shows; a leap
of 20 bpm in a second and a fifth of an interval are this project's own choice, as is what counts as a nearly empty
battery. A pulse that leaps onto the person's step rate and stays there (cadence lock) is an artefact known of optical
sensors above all.
"""

from dataclasses import dataclass, replace

from drivers.heart_rate.samples import Sample
from teststation.window import Window

JUMP_BPM_PER_S = 20.0
RR_LOW_MS, RR_HIGH_MS = 250.0, 2000.0
RR_JUMP_SHARE = 0.2
RR_DISAGREES_SHARE = 0.1
RR_DISAGREES_S, RR_AMONG_S = 10.0, 15.0  # so long, among so many seconds: a sample that agrees begins nothing anew
LOCK_BPM = 3.0
LOCK_S, LOCK_AMONG_S = 30.0, 45.0
UNLOCKS_S, UNLOCKS_AMONG_S = 5.0, 10.0
STANDS_S = 6.0  # a sample says nothing of what comes later
RR_OFF, NEAR_STEPS = Window(RR_AMONG_S, STANDS_S), Window(LOCK_AMONG_S, STANDS_S)
BATTERY_LOW_PCT = 10


@dataclass(frozen=True, slots=True)
class Plausibility:
    """What the last samples showed."""

    bpm: int | None = None
    bpm_s: float = 0.0
    rr: int | None = None
    rr_off: Window = RR_OFF  # 1 where intervals and pulse disagreed
    leapt: bool = False  # the pulse has leapt, and stands near the step rate since
    near_steps: Window = NEAR_STEPS  # 1 near the step rate, since the leap

    def after_gap(self) -> "Plausibility":
        """What is still known after a moment without a pulse: the pulse before it, but no interval to compare with."""
        return replace(self, rr=None)


def look(state: Plausibility, sample: Sample, now_s: float) -> tuple[Plausibility, tuple[str, ...]]:
    """One good sample: the new state, and what there is to remark."""
    flags = [*sample.remarks]
    if sample.battery_pct is not None and sample.battery_pct <= BATTERY_LOW_PCT:
        flags.append("battery_low")
    jumped = state.bpm is not None and _leap_per_s(state, sample.bpm, now_s) > JUMP_BPM_PER_S
    if jumped:
        flags.append("bpm_jump")
    rr, rr_flags = _intervals(state.rr, sample.rr_1024)
    disagrees = _disagrees(sample)
    rr_off = state.rr_off if disagrees is None else state.rr_off.read(now_s, float(disagrees))
    if disagrees and rr_off.at_least(RR_DISAGREES_S, now_s, RR_AMONG_S, bool):
        rr_flags.append("rr_disagrees")
    leapt, near_steps = _locked(state, now_s, jumped, _near_steps(sample))
    if leapt and near_steps.last and near_steps.at_least(LOCK_S, now_s, LOCK_AMONG_S, bool):
        flags.append("cadence_lock")
    after = replace(
        state,
        bpm=sample.bpm,
        bpm_s=now_s,
        rr=rr,
        rr_off=rr_off,
        leapt=leapt,
        near_steps=near_steps,
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


def _disagrees(sample: Sample) -> bool | None:
    """Whether the intervals give another pulse than the one told; None: there are none, which tells nothing."""
    total = sum(sample.rr_1024)
    if not total or not sample.bpm:
        return None
    from_rr_bpm = 60 * 1024 * len(sample.rr_1024) / total
    return abs(from_rr_bpm - sample.bpm) / sample.bpm > RR_DISAGREES_SHARE


def _locked(state: Plausibility, now_s: float, jumped: bool, near: bool) -> tuple[bool, Window]:
    """Whether the pulse has leapt to the step rate, and how long it was near it; it leaves it when it stays away."""
    if not state.leapt:
        return jumped and near, NEAR_STEPS.read(now_s, float(near))
    looks = state.near_steps.read(now_s, float(near))
    away = not near and looks.at_least(UNLOCKS_S, now_s, UNLOCKS_AMONG_S, lambda value: not value)
    return not away, looks


def _near_steps(sample: Sample) -> bool:
    return sample.steps_per_min is not None and abs(sample.bpm - sample.steps_per_min) < LOCK_BPM
