"""A machine is put into use, or its belt checked: the shell around the trial, for the command line and the window."""

import time
from collections.abc import Callable
from datetime import date, datetime

from drivers.treadmill_client import TreadmillClient
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.errors import BadInput
from teststation.ports import BeltCheck, Treadmill, TreadmillInfo
from teststation.run import belt_trial
from teststation.run.belt_trial import Trial, TrialPhase
from teststation.run.commands import ArmBelt, Command, GrantBelt, StopBelt
from teststation.run.controller import LEASE_WALL_S
from teststation.units import KMH_PER_MPH
from ui.station.awake import Awake
from ui.station.settings import ant_key, load_settings

# The console shows the speed that was sent, or the same number in the other unit.
SAME_SHARE = 0.08


class BeltTrial:
    """One treadmill driver and a trial on it. Call ``tick`` ten times a second. Nothing moves before ``begin``."""

    def __init__(self, device: str, scale: TimeScale | None = None, treadmill: Treadmill | None = None) -> None:
        self.treadmill = treadmill or TreadmillClient(device, scale or TimeScale(), ant_key=_key_for(device))
        self._awake = Awake()
        self.trial: Trial | None = None
        self._monotonic: Callable[[], float] = time.monotonic

    @property
    def info(self) -> TreadmillInfo | None:
        """What the machine can do, once its driver has said."""
        return None if self.trial is None else self.trial.info

    @property
    def lowest_kmh(self) -> float | None:
        """The machine's own slowest speed, where a start has found it above what its family has; else None."""
        first, now = self.info, self.treadmill.info()
        if first is None or now is None or now.min_speed_kmh <= first.min_speed_kmh:
            return None
        return now.min_speed_kmh

    @property
    def phase(self) -> TrialPhase:
        """Where the trial is; ready also while the driver has not said a word."""
        return TrialPhase.READY if self.trial is None else self.trial.phase

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why this cannot go on."""
        ask = getattr(self.treadmill, "problems", None)
        said: tuple[Problem, ...] = () if ask is None else ask()
        return said or (() if self.trial is None or self.trial.trouble is None else (self.trial.trouble,))

    def tick(self) -> None:
        """Take in what the driver said and let time pass."""
        now_s = self._monotonic()
        read = self.treadmill.telemetry()
        info = self.treadmill.info()
        if self.trial is None and info is not None:
            self.trial = Trial(info)
        if self.trial is None:
            return
        for belt in read:
            self.trial = belt_trial.hear(self.trial, now_s, belt)
        self.trial, commands = belt_trial.tick(self.trial, now_s)
        self._carry_out(commands)

    def begin(self) -> None:
        """Set the belt in motion: only when the operator has confirmed that nobody is on it."""
        if self.trial is not None:
            self.trial, commands = belt_trial.begin(self.trial, self._monotonic())
            self._carry_out(commands)

    def again(self) -> None:
        """Make ready for one more trial, where the last one has ended at rest."""
        if self.trial is not None:
            self.trial = belt_trial.again(self.trial)

    @property
    def sent_kmh(self) -> float | None:
        """What the guard last wrote."""
        return None if self.trial is None or self.trial.belt is None else self.trial.belt.sent_speed_kmh

    @property
    def said_kmh(self) -> float | None:
        """What the treadmill says of its belt now."""
        return None if self.trial is None or self.trial.belt is None else self.trial.belt.measured_speed_kmh

    def told_kmh(self, of_last_s: float = belt_trial.TOLD_FOR_S) -> float | None:
        """What it said as its belt last moved, over so many seconds; None where it said nothing."""
        return None if self.trial is None else belt_trial.told_kmh(self.trial, self._monotonic(), of_last_s)

    @property
    def stop_ignored(self) -> bool:
        """Whether the belt was not seen to obey the last stop."""
        return self.trial is not None and self.trial.belt is not None and self.trial.belt.stop_ignored

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt moves by this trial's doing, or has moved and is not known to be at rest."""
        return self.phase in (TrialPhase.STARTING, TrialPhase.RUNNING, TrialPhase.STOPPING)

    @property
    def rests(self) -> bool:
        """Whether the belt is known to stand still."""
        return self.trial is not None and belt_trial.at_rest(self.trial, self._monotonic())

    def stop(self) -> None:
        """Stop the belt at once."""
        self.treadmill.stop()
        if self.trial is not None:
            self.trial, commands = belt_trial.stop(self.trial)
            self._carry_out(commands)

    def close(self) -> None:
        """End the driver; it brings a moving belt to rest first."""
        self.treadmill.close()
        self._awake.end()

    def _carry_out(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            match command:
                case ArmBelt(max_speed_kmh=speed_kmh, max_incline_pct=incline_pct):
                    self.treadmill.arm(speed_kmh, incline_pct)
                case GrantBelt(setpoint=setpoint):
                    self.treadmill.grant(setpoint, LEASE_WALL_S)
                case StopBelt():
                    self.treadmill.stop()


def _key_for(device: str) -> str:
    """The clinic's network key, where the treadmill is on ANT+."""
    return ant_key(load_settings()) if device.partition(":")[0] == "fec" else ""


def units_of(info: TreadmillInfo) -> str:
    """``kmh`` or ``mph``: what the machine's own console counts in."""
    if not info.controls_belt:
        return info.console_units
    return "mph" if abs(info.speed_step_kmh * 10 - KMH_PER_MPH) < 0.01 else "kmh"


def console_agrees(shown: float, sent_kmh: float, step_kmh: float) -> bool:
    """Whether the number on the machine's console is the speed that was sent, in the unit that was chosen.

    Args:
        shown: What the console shows, in its own unit.
        sent_kmh: What the guard wrote, km/h.
        step_kmh: The machine's step, a tenth of its unit.
    """
    expected = sent_kmh / (step_kmh * 10)
    return abs(shown - expected) <= max(0.11, SAME_SHARE * expected)


def belt_check(true_kmh: float, shown_kmh: float, method: str, by: str, today: date) -> BeltCheck:
    """The belt check as it is kept.

    Raises:
        BadInput: the belt is off by just what the wrong unit makes; that is no error to be kept.
    """
    error = round(belt_trial.error_pct(true_kmh, shown_kmh), 2)
    if belt_trial.unit_suspected(error):
        raise BadInput(Cause("trial_wrong_unit", {"percent": f"{error:+.0f}"}))
    return BeltCheck(day=today.isoformat(), error_pct=error, method=method, by=by)


def check_by_hand(
    true_kmh: float, shown_kmh: float, told_kmh: float | None, method: str, by: str, *, reads: bool
) -> BeltCheck:
    """The check of a belt that the operator sets.

    Args:
        true_kmh: What a tachometer says of the belt, or counted turns.
        shown_kmh: What the machine's console shows.
        told_kmh: What the machine tells this station. Where it ``reads``, that is what a test goes by.

    Raises:
        BadInput: it tells nothing while its belt moves, or it is off by just what the wrong unit makes.
    """
    today = datetime.now().astimezone().date()
    if not reads:
        return belt_check(true_kmh, shown_kmh, method, by, today)
    if not told_kmh:
        raise BadInput(Cause("trial_tells_nothing"))
    belt_check(shown_kmh, told_kmh, method, by, today)
    return belt_check(true_kmh, told_kmh, method, by, today)
