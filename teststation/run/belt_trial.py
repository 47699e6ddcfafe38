"""A belt moved with nobody on it, to see what it really does: the command test and the belt check. Pure.

It asks for one slow speed, under the same lease and guard as a test, and for rest. No event but the operator's own
``TrialBegan`` sets the belt in motion, and a stop is latched.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from teststation.cause import Cause
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TreadmillInfo
from teststation.run.commands import ArmBelt, Command, GrantBelt, StopBelt
from teststation.run.rest import LOOKS, rests
from teststation.units import KMH_PER_MPH
from teststation.window import Window

TRIAL_KMH = 3.0  # slow enough to read a tachometer and count turns
TRIAL_MAX_S = 300.0  # nobody is on the belt: it does not run for longer
ARM_WITHIN_S = 5.0
STEADY_WITHIN_KMH = 0.3
NO_WORD_S = 2.0
UNIT_LIKE_SHARE = 0.1
TOLD_FOR_S = 30.0  # of a belt that moves
TOLD = Window(300.0, stands_s=2.0)  # as many seconds as the longest trial has


class TrialPhase(StrEnum):
    """Where the trial is."""

    READY = "ready"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial. ``trouble`` is why it ended early."""

    info: TreadmillInfo
    phase: TrialPhase = TrialPhase.READY
    setpoint: Setpoint | None = None
    began_s: float = 0.0
    armed: bool = False
    stopped: bool = False
    belt: BeltTelemetry | None = None
    heard_s: float = float("-inf")
    rest: Window = LOOKS
    told: Window = TOLD  # the speeds that were told while the belt moved
    trouble: Cause | None = None

    @property
    def steady(self) -> bool:
        """Whether the treadmill says that the belt has reached the trial's speed."""
        speed_kmh = None if self.belt is None else self.belt.measured_speed_kmh
        if self.setpoint is None or speed_kmh is None:
            return False
        return abs(speed_kmh - self.setpoint.speed_kmh) <= STEADY_WITHIN_KMH


def at_rest(trial: Trial, now_s: float) -> bool:
    """Whether the belt is known to stand still: heard of late, and at rest for a while."""
    return now_s - trial.heard_s <= NO_WORD_S and rests(trial.rest, now_s)


def told_kmh(trial: Trial, now_s: float, of_last_s: float = TOLD_FOR_S) -> float | None:
    """What the treadmill said of its belt for the longest, as it last moved; None where it said nothing.

    One look is none to measure a belt against: it may be wrong, or that of a belt that is on its way up or to rest.
    """
    told = trial.told

    def near(kmh: float) -> Callable[[float], bool]:
        return lambda one: abs(one - kmh) <= STEADY_WITHIN_KMH

    seen = {spell.value for spell in told.spells}
    steady_kmh = max(seen, key=lambda kmh: told.seconds(now_s, of_last_s, near(kmh)), default=None)
    return None if steady_kmh is None else told.median(now_s, of_last_s, near(steady_kmh))


def begin(trial: Trial, now_s: float, speed_kmh: float = TRIAL_KMH) -> tuple[Trial, tuple[Command, ...]]:
    """The operator has confirmed that nobody is on the belt. Nothing happens unless the belt is known to be at rest."""
    if trial.phase is not TrialPhase.READY or not at_rest(trial, now_s) or not trial.info.controls_belt:
        return trial, ()
    setpoint = trial.info.achievable(Setpoint(speed_kmh=min(speed_kmh, trial.info.max_speed_kmh), incline_pct=0.0))
    begun = replace(trial, phase=TrialPhase.STARTING, setpoint=setpoint, began_s=now_s)
    return begun, (ArmBelt(setpoint.speed_kmh, 0.0),)


def stop(trial: Trial) -> tuple[Trial, tuple[Command, ...]]:
    """Stop now. Latched."""
    if trial.phase in (TrialPhase.READY, TrialPhase.ENDED):
        return replace(trial, phase=TrialPhase.ENDED, setpoint=None, stopped=True), (StopBelt(),)
    # What was heard before the stop may be from before the belt's start, which is on its way to be told.
    rest = LOOKS if trial.phase is TrialPhase.STARTING else trial.rest
    return replace(trial, phase=TrialPhase.STOPPING, setpoint=None, stopped=True, rest=rest), (StopBelt(),)


def hear(trial: Trial, now_s: float, belt: BeltTelemetry) -> Trial:
    """One look at the belt."""
    kmh, moves = belt.measured_speed_kmh, trial.phase is TrialPhase.RUNNING or not trial.info.controls_belt
    told = trial.told.read(now_s, kmh) if kmh and moves else trial.told.silent(now_s)
    trial = replace(trial, belt=belt, heard_s=now_s, rest=trial.rest.read(now_s, float(belt.at_rest)), told=told)
    if trial.phase is TrialPhase.STARTING and not trial.armed:
        return replace(trial, armed=belt.state in (BeltState.ARMED, BeltState.MOVING))
    if belt.trip is not None and trial.phase in (TrialPhase.STARTING, TrialPhase.RUNNING):
        trouble = None if trial.stopped else Cause(f"trip_{belt.trip.value}")
        return replace(trial, phase=TrialPhase.STOPPING, setpoint=None, stopped=True, trouble=trouble)
    if trial.phase is TrialPhase.STARTING and trial.steady:
        return replace(trial, phase=TrialPhase.RUNNING)
    if trial.phase is TrialPhase.STOPPING and rests(trial.rest, now_s):
        return replace(trial, phase=TrialPhase.ENDED)
    return trial


def tick(trial: Trial, now_s: float) -> tuple[Trial, tuple[Command, ...]]:
    """Let time pass: renew the lease while the belt is heard, or bring it to rest."""
    if trial.phase in (TrialPhase.READY, TrialPhase.ENDED):
        return trial, ()
    if trial.phase is TrialPhase.STOPPING:
        return trial, (StopBelt(),) if trial.stopped else (GrantBelt(None),)
    waited_s = now_s - trial.began_s
    if now_s - trial.heard_s > NO_WORD_S:
        trouble = Cause("trial_no_word")
    elif not trial.armed and waited_s > ARM_WITHIN_S:
        trouble = Cause("trial_not_armed")
    elif waited_s > TRIAL_MAX_S:
        trouble = Cause("trial_too_long")
    else:
        return trial, (GrantBelt(trial.setpoint),) if trial.armed else ()
    stopped, commands = stop(trial)
    return replace(stopped, trouble=trouble), commands


def turns_speed_kmh(turns: int, belt_length_m: float, seconds: float) -> float:
    """The belt's true speed from whole turns of a mark on it."""
    return turns * belt_length_m / seconds * 3.6


def unit_suspected(off_pct: float) -> bool:
    """Whether a belt is as far off as a machine set up in the other unit would be: 61 % too fast, or 38 % too slow."""
    ratio = 1 + off_pct / 100
    return any(abs(ratio / factor - 1) <= UNIT_LIKE_SHARE for factor in (KMH_PER_MPH, 1 / KMH_PER_MPH))


def again(trial: Trial) -> Trial:
    """A new trial on the same machine, once the last one has ended at rest; else the same as it is."""
    if trial.phase is not TrialPhase.ENDED:
        return trial
    return Trial(info=trial.info, belt=trial.belt, heard_s=trial.heard_s, rest=trial.rest)


def error_pct(true_kmh: float, shown_kmh: float) -> float:
    """How much faster (+) or slower (-) the belt is than the treadmill says, in percent of what it says."""
    return (true_kmh - shown_kmh) / shown_kmh * 100
