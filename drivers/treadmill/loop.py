"""What every treadmill's poll loop shares: the station's lines, the guard, opening and re-opening, telling.

One thread owns the port. Between two exchanges it takes in the station's lines, so that Stop waits for one exchange
at most.
"""

import queue
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace

from drivers import guard as guards
from drivers import lines
from drivers.following import Following
from drivers.guard import Guard, Limits, Patience
from drivers.serial_line import LinkLost
from drivers.steepness import Steepness
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, TreadmillInfo, TripReason
from teststation.sleep import Sleep

CYCLE_S = 0.15  # polled about seven times a second; the tightest watchdog allows two
REOPEN_EVERY_S = 1.0
QUIT_WITHIN_S = 60.0
STAYS_S = 10.0  # after the system's wish to end: whoever runs the test ends too, and is told of the rest meanwhile

Emit = Callable[[lines.FromDriver], None]
Inbox = queue.Queue[lines.ToDriver | Exception | None]


class SystemEnds(Exception):
    """The system wants this process to end."""


class Loop(ABC):
    """State of one link. ``inbox`` brings the station's lines; None means that the station is gone."""

    def __init__(self, options: Mapping[str, str], emit: Emit, inbox: Inbox, scale: TimeScale) -> None:
        self._limits = Limits(
            max_speed_kmh=float(options.get("max_kmh", Limits().max_speed_kmh)),
            max_incline_pct=float(options.get("max_incline", Limits().max_incline_pct)),
            accel_kmh_s=float(options.get("accel", Limits().accel_kmh_s)),
            decel_kmh_s=float(options.get("decel", Limits().decel_kmh_s)),
        )
        self._guard = Guard(
            self._limits.scaled(scale),
            Patience.scaled(scale),
            t_s=time.monotonic(),
            follows=Following.scaled(scale),
            deck=Steepness.scaled(scale),
        )
        self._emit = emit
        self._inbox = inbox
        self._scale = scale
        self._opened_s = float("-inf")
        self._lost_once = False
        self._next_open_s = 0.0
        self._quit_by_s: float | None = None
        self._stays_until_s = float("-inf")
        self._sleep = Sleep()

    def _narrow(self, highest_kmh: float, highest_incline_pct: float, step_kmh: float | None = None) -> None:
        """Let the machine's own top bind the guard too, which may be told its step."""
        limits = self._limits
        self._limits = replace(
            limits,
            max_speed_kmh=min(limits.max_speed_kmh, highest_kmh),
            max_incline_pct=min(limits.max_incline_pct, highest_incline_pct),
        )
        follows = self._guard.follows
        follows = follows if step_kmh is None else replace(follows, step_kmh=step_kmh)
        self._guard = replace(self._guard, limits=self._limits.scaled(self._scale), follows=follows)

    # --- what a kind of treadmill does its own way ---

    @property
    @abstractmethod
    def info(self) -> TreadmillInfo:
        """What this treadmill can do."""

    @property
    @abstractmethod
    def _is_open(self) -> bool:
        """Whether the port is open."""

    @abstractmethod
    def _open(self) -> None:
        """Open the port. Raises LinkLost."""

    @abstractmethod
    def _close(self) -> None:
        """Close the port."""

    @abstractmethod
    def _round(self, now_s: float) -> None:
        """One round on an open port: look, check, obey. Raises LinkLost."""

    @abstractmethod
    def _forget(self) -> None:
        """The link is lost: nothing that was seen is known any longer."""

    @property
    @abstractmethod
    def _concerned(self) -> bool:
        """Whether the belt may move by this station's doing, so that trouble is a reason to trip."""

    @abstractmethod
    def _at_rest(self) -> bool:
        """Whether the belt is known to stand still."""

    @abstractmethod
    def _why_not_armed(self, now_s: float) -> Cause | None:
        """Why no arming can be accepted now; None where it can."""

    @abstractmethod
    def _armed_anew(self) -> None:
        """An arming was accepted: begin to count anew."""

    @abstractmethod
    def _tripped_anew(self, now_s: float) -> None:
        """The guard has just tripped."""

    @property
    def _hurries(self) -> bool:
        """Whether the next round must not wait. Nothing is in a hurry behind a port that is gone."""
        return False

    @abstractmethod
    def _telemetry(self, now_s: float) -> BeltTelemetry:
        """The belt as it is known now."""

    # --- the loop ---

    def run(self) -> None:
        """Cycle until told to quit (or left alone) and nothing moves by our doing."""
        self._greet()
        while not self._may_end():
            began_s = time.monotonic()
            self._woken()
            self._let(guards.advance(self._guard, began_s))
            try:
                self._cycle(began_s)
            except LinkLost as error:
                self._link_lost(error)
            self._emit(lines.Belt(telemetry=self._telemetry(time.monotonic())))
            self._listen(began_s + CYCLE_S)
        self._close()

    def _greet(self) -> None:
        """The first word to the station."""
        self._emit(lines.Hello(version=lines.VERSION, treadmill=self.info))

    def _may_end(self) -> bool:
        if self._quit_by_s is None:
            return False
        now_s, resting = time.monotonic(), self._guard.tripped is None or self._at_rest()
        return (not self._concerned and resting and now_s > self._stays_until_s) or now_s > self._quit_by_s

    def _cycle(self, now_s: float) -> None:
        if not self._is_open:
            if now_s < self._next_open_s:
                return
            self._next_open_s = now_s + REOPEN_EVERY_S
            self._open()
            self._opened_s = now_s
        self._round(now_s)

    def _link_lost(self, error: LinkLost) -> None:
        self._forget()
        if self._opened_s > float("-inf"):
            self._lost_once = True
        self._next_open_s = time.monotonic() + REOPEN_EVERY_S
        if self._concerned or self._guard.armed:
            # Armed and not on yet, too: behind a new port only the operator's own word may start a belt.
            self._trip(TripReason.PORT_LOST, str(error))
        elif error.causes and not self._lost_once:
            self._emit(lines.Failed(causes=error.causes, fatal=False))

    def _trip(self, reason: TripReason, detail: str = "") -> None:
        self._let(guards.trip(self._guard, reason, detail))

    def _let(self, guard: Guard) -> None:
        """Go on with this guard. One that has tripped by itself begins the way to rest like any other."""
        before, self._guard = self._guard, guard
        if before.tripped is None and guard.tripped is not None:
            self._tripped_anew(time.monotonic())

    def _woken(self) -> None:
        """Believe no lease from before the computer's sleep: the clock that measures it may have stood still."""
        if self._sleep.since_last_s() and (self._concerned or self._guard.armed):
            self._trip(TripReason.LEASE_LAPSED, "the computer slept")

    def _trip_if_concerned(self, reason: TripReason, detail: str) -> None:
        if self._concerned:
            self._trip(reason, detail)

    def _log_bytes(self, direction: str, data: bytes, channel: str = "") -> None:
        line = lines.Wire(t_mono_s=time.monotonic(), direction=direction, data_hex=data.hex(), channel=channel)
        self._emit(line)

    # --- the station ---

    def _listen(self, until_s: float) -> None:
        """Wait for the next cycle, or for a line that wants to be obeyed sooner."""
        if self._hurries and self._is_open:
            return
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                line = self._inbox.get(timeout=left_s)
            except queue.Empty:
                return
            urgent = isinstance(line, lines.Stop | lines.Quit | SystemEnds) or line is None
            self._take(line)
            if urgent:
                return

    def _take_lines(self) -> None:
        while True:
            try:
                self._take(self._inbox.get_nowait())
            except queue.Empty:
                return

    def _take(self, line: lines.ToDriver | Exception | None) -> None:
        now_s = time.monotonic()
        match line:
            case lines.Lease(setpoint=setpoint, lease_s=lease_s):
                self._let(guards.grant(guards.advance(self._guard, now_s), now_s, setpoint, lease_s))
            case lines.Arm(max_speed_kmh=speed_kmh, max_incline_pct=incline_pct):
                self._arm(now_s, speed_kmh, incline_pct)
            case lines.Stop():
                self._trip(TripReason.OPERATOR_STOP)
            case lines.Quit():
                self._leave(None)
            case None:
                self._leave(TripReason.STATION_GONE)
            case SystemEnds():
                self._leave(TripReason.STATION_GONE)
                self._stays_until_s = now_s + STAYS_S
            case Exception():
                self._trip_if_concerned(TripReason.STATION_GARBLED, "a line that cannot be read")

    def _arm(self, now_s: float, speed_kmh: float, incline_pct: float) -> None:
        why_not, before = self._why_not_armed(now_s), self._guard
        self._guard = guards.arm(before, now_s, speed_kmh, incline_pct, at_rest=why_not is None)
        if self._guard is not before:
            self._armed_anew()
        else:
            self._emit(lines.Refused(causes=(why_not or Cause("arm_not_at_rest"),)))

    def _leave(self, reason: TripReason | None) -> None:
        self._quit_by_s = self._quit_by_s or time.monotonic() + QUIT_WITHIN_S
        self._stays_until_s = float("-inf")
        self._trip_if_concerned(reason or TripReason.OPERATOR_STOP, "the station ended")
