"""The poll loop of a Trackmaster: asks, obeys the guard, and brings the belt to rest whatever happens.

One thread owns the port. Between two requests it takes in the station's lines, so that Stop waits for one exchange at
most. Nothing here starts a belt but a fresh lease on an arming.
"""

import queue
import time
from collections.abc import Callable, Mapping

from drivers import guard as guards
from drivers import lines
from drivers.guard import Guard, Limits, Patience
from drivers.serial_line import LinkLost
from drivers.treadmill.stop_ladder import Rung, StopLadder
from drivers.treadmill.trackmaster_codec import (
    RUNNING_GUARDED,
    RUNNING_UNGUARDED,
    STOPPED,
    Opcode,
    Reply,
    SpeedUnit,
    incline_tenths,
)
from drivers.treadmill.trackmaster_seen import FAULT_RESTS_AFTER_S, Seen
from drivers.treadmill.trackmaster_wire import TrackmasterWire
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, TreadmillInfo, TripReason

CYCLE_S = 0.15  # polled about seven times a second; the watchdog allows two
MIN_TENTHS = 2  # lowest speed, in the treadmill's unit: what its only public client assumes
REOPEN_EVERY_S = 1.0
SETTLE_AFTER_REOPEN_S = 3.0  # no start sooner after a link was lost: the vendor's power-up rule
STOP_UNEXPECTED_AFTER_S = 1.0
SETTING_DIFFERS_TIMES = 3
QUIT_WITHIN_S = 60.0


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: "queue.Queue[lines.ToDriver | Exception | None]",
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Run one treadmill until the station quits or is gone and the belt is at rest."""
    TrackmasterDriver(port, options, emit, inbox, scale, recover=recover).run()


class TrackmasterDriver:
    """State of one link. ``inbox`` brings the station's lines; None means that the station is gone."""

    def __init__(
        self,
        port: str,
        options: Mapping[str, str],
        emit: Callable[[lines.FromDriver], None],
        inbox: "queue.Queue[lines.ToDriver | Exception | None]",
        scale: TimeScale,
        *,
        recover: bool,
    ) -> None:
        self._unit = SpeedUnit(options["units"])
        limits = Limits(
            max_speed_kmh=float(options.get("max_kmh", Limits().max_speed_kmh)),
            max_incline_pct=float(options.get("max_incline", Limits().max_incline_pct)),
            accel_kmh_s=float(options.get("accel", Limits().accel_kmh_s)),
            decel_kmh_s=float(options.get("decel", Limits().decel_kmh_s)),
        )
        self._guard = Guard(limits.scaled(scale), Patience.scaled(scale), t_s=time.monotonic())
        self._emit = emit
        self._inbox = inbox
        self._scale = scale
        self._wire = TrackmasterWire(port, self._log_bytes)
        self._ladder = StopLadder(scale)
        self._seen = Seen(self._unit)
        self._recover = recover
        self._running = False  # the belt is on by our start
        self._sent_tenths: int | None = None
        self._sent_incline_tenths: int | None = None
        self._differs = 0
        self._stopped_since_s: float | None = None
        self._opened_s = float("-inf")
        self._lost_once = False
        self._next_open_s = 0.0
        self._quit_by_s: float | None = None
        self._info = TreadmillInfo(
            family="trackmaster",
            port=port,
            speed_step_kmh=self._unit.step_kmh,
            min_speed_kmh=self._unit.speed_kmh(MIN_TENTHS),
            max_speed_kmh=limits.max_speed_kmh,
            incline_step_pct=0.5,
            max_incline_pct=limits.max_incline_pct,
        )

    # --- the loop ---

    def run(self) -> None:
        """Cycle until told to quit (or left alone) and nothing moves by our doing."""
        self._emit(lines.Hello(version=lines.VERSION, treadmill=self._info))
        while not self._may_end():
            began_s = time.monotonic()
            self._guard = guards.advance(self._guard, began_s)
            try:
                self._cycle(began_s)
            except LinkLost as error:
                self._link_lost(str(error))
            self._tell()
            self._listen(began_s + CYCLE_S)
        self._wire.close()

    def _may_end(self) -> bool:
        if self._quit_by_s is None:
            return False
        resting = self._guard.tripped is None or self._at_rest()
        return (not self._running and resting) or time.monotonic() > self._quit_by_s

    def _cycle(self, now_s: float) -> None:
        if not self._wire.is_open:
            if now_s < self._next_open_s:
                return
            self._next_open_s = now_s + REOPEN_EVERY_S
            self._wire.open()
            self._opened_s = now_s
        if self._guard.tripped is not None:
            self._bring_to_rest()
            return
        if not self._look():
            return
        if self._recover and not self._at_rest():
            self._trip(TripReason.DRIVER_LOST, "found moving by a second driver")
            self._bring_to_rest()
            return
        self._check()
        if self._guard.tripped is None:
            self._obey()

    # --- looking ---

    def _look(self) -> bool:
        """Read speed, status and incline. False when the treadmill did not answer."""
        for opcode in (Opcode.ACTUAL_SPEED, Opcode.STATUS, Opcode.ACTUAL_INCLINE):
            if self._guard.tripped is not None:
                return False
            reply = self._ask(opcode)
            if reply is None:
                return False
            self._note(reply)
        return True

    def _ask(self, opcode: Opcode, tenths: int | None = None, *, retry: bool = True) -> Reply | None:
        self._take_lines()
        if self._guard.tripped is not None and not _allowed_when_tripped(opcode, tenths):
            return None
        reply = self._wire.ask(opcode, tenths, retry=retry)
        now_s = time.monotonic()
        if reply is not None:
            self._seen.answered_s = now_s
            return reply
        self._seen.forget_measured()
        if (self._guard.moving or self._running) and retry:
            garbled = self._wire.garbled_in_a_row >= 2
            self._trip(TripReason.GARBLED if garbled else TripReason.NO_ANSWER, f"to {opcode.name}")
        return None

    def _note(self, reply: Reply) -> None:
        if not self._seen.note(reply, time.monotonic()):
            self._trip_if_moving(TripReason.GARBLED, f"{reply.opcode.name} was refused")

    def _at_rest(self) -> bool:
        patience_s = self._scale.wall_s(FAULT_RESTS_AFTER_S, 3.0)
        return self._seen.at_rest(time.monotonic(), running=self._running, fault_rests_after_s=patience_s)

    def _check(self) -> None:
        """Trip on what the treadmill says where the belt is on by our doing."""
        seen, now_s = self._seen, time.monotonic()
        if not self._running:
            return
        if seen.faulted:
            self._trip(TripReason.FAULT_REPORTED, "speed 999.9")
        elif seen.status == RUNNING_UNGUARDED:
            self._trip(TripReason.STATE_UNEXPECTED, "runs without its watchdog: started from elsewhere")
        elif seen.status not in (RUNNING_GUARDED, STOPPED):
            self._trip(TripReason.GARBLED, f"status {seen.status}")
        elif seen.speed_kmh is not None:
            self._guard = guards.watch(self._guard, now_s, seen.speed_kmh)
        stopped = seen.status == STOPPED and self._guard.moving
        self._stopped_since_s = (self._stopped_since_s or now_s) if stopped else None
        if self._stopped_since_s is not None and now_s - self._stopped_since_s >= STOP_UNEXPECTED_AFTER_S:
            self._trip(TripReason.STATE_UNEXPECTED, "stopped from elsewhere")

    # --- obeying the guard ---

    def _obey(self) -> None:
        guard = self._guard
        if not self._running:
            if guard.armed and guard.want is not None:
                self._start()
            return
        if not guard.moving and guard.want is None:
            if self._ask(Opcode.STOP) is not None and self._at_rest():
                self._running = False
                self._sent_tenths = None
                self._guard = guards.disarm(self._guard)
            return
        tenths = max(MIN_TENTHS, self._unit.tenths(guard.out_kmh))
        if tenths != self._sent_tenths:
            self._set(Opcode.SET_SPEED, tenths, Opcode.SPEED_SETTING)
        incline = incline_tenths(guard.out_incline_pct)
        if incline != self._sent_incline_tenths and self._guard.tripped is None:
            self._set(Opcode.SET_INCLINE, incline, Opcode.INCLINE_SETTING)

    def _start(self) -> None:
        """From rest, at the lowest speed, with the watchdog on, and verified."""
        now_s = time.monotonic()
        settled = not self._lost_once or now_s - self._opened_s > SETTLE_AFTER_REOPEN_S
        # Whatever the ramp has come to while the belt was not on yet, it begins at zero.
        self._guard = guards.hold_at_zero(self._guard)
        if not self._at_rest() or not settled:
            return
        if not self._set(Opcode.SET_SPEED, MIN_TENTHS, Opcode.SPEED_SETTING):
            return
        self._running = True
        started = self._ask(Opcode.START, retry=False)
        status = self._ask(Opcode.STATUS)
        if status is not None:
            # At once, or the stopped of a moment ago would call a starting belt at rest.
            self._note(status)
        if started is None or started.refused or status is None or status.value != RUNNING_GUARDED:
            self._trip(TripReason.START_REFUSED, "no running state after the start")

    def _set(self, opcode: Opcode, tenths: int, read_back: Opcode) -> bool:
        reply = self._ask(opcode, tenths)
        if reply is None:
            return False
        if reply.refused:
            self._trip(TripReason.REFUSED, f"{opcode.name} {tenths / 10:.1f}")
            return False
        confirmed = self._ask(read_back)
        if confirmed is None:
            return False
        self._note(confirmed)
        if confirmed.value != tenths:
            self._differs += 1
            if self._differs >= SETTING_DIFFERS_TIMES:
                self._trip(TripReason.REFUSED, f"{opcode.name} {tenths / 10:.1f} is not taken over")
            return False
        self._differs = 0
        if opcode is Opcode.SET_SPEED:
            self._sent_tenths = tenths
        else:
            self._sent_incline_tenths = tenths
        return True

    # --- to rest ---

    def _bring_to_rest(self) -> None:
        """One round of the stop ladder, then a look. Only standstill that is read back ends it."""
        now_s = time.monotonic()
        answered = now_s - self._seen.answered_s < 1.0
        rung = self._ladder.rung(now_s, self._seen.speed_kmh, answers=answered, at_rest=self._at_rest())
        if rung is Rung.SILENCE:
            self._seen.forget_measured()
            return
        if rung is Rung.STEP_DOWN:
            self._ask(Opcode.SET_SPEED, MIN_TENTHS, retry=False)
            self._ask(Opcode.STOP, retry=False)
        elif rung is Rung.AUTO_STOP:
            self._ask(Opcode.AUTO_STOP, retry=False)
        for opcode in (Opcode.ACTUAL_SPEED, Opcode.STATUS, Opcode.ACTUAL_INCLINE):
            reply = self._ask(opcode, retry=False)
            if reply is None:
                break
            self._note(reply)
        if self._at_rest():
            self._running = False
            self._sent_tenths = None

    def _trip(self, reason: TripReason, detail: str = "") -> None:
        if self._guard.tripped is None:
            self._guard = guards.trip(self._guard, reason, detail)
            self._ladder.begin(time.monotonic(), self._seen.speed_kmh)

    def _trip_if_moving(self, reason: TripReason, detail: str) -> None:
        if self._guard.moving or self._running:
            self._trip(reason, detail)

    def _link_lost(self, sentence: str) -> None:
        self._seen = Seen(self._unit)
        self._sent_incline_tenths = None
        if self._opened_s > float("-inf"):
            self._lost_once = True
        self._next_open_s = time.monotonic() + REOPEN_EVERY_S
        if self._guard.moving or self._running:
            self._trip(TripReason.PORT_LOST, sentence)
        elif not self._lost_once:
            self._emit(lines.Failed(sentence=sentence, fatal=False))

    # --- the station ---

    def _listen(self, until_s: float) -> None:
        """Wait for the next cycle, or for a line that wants to be obeyed sooner."""
        if self._guard.tripped is not None and not self._ladder.begun:
            return
        while (left_s := until_s - time.monotonic()) > 0:
            try:
                line = self._inbox.get(timeout=left_s)
            except queue.Empty:
                return
            urgent = isinstance(line, lines.Stop | lines.Quit) or line is None
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
                # A trip by the guard itself begins the ladder like any other.
                before = self._guard
                self._guard = guards.grant(guards.advance(self._guard, now_s), now_s, setpoint, lease_s)
                if before.tripped is None and self._guard.tripped is not None:
                    self._ladder.begin(now_s, self._seen.speed_kmh)
            case lines.Arm(max_speed_kmh=speed_kmh, max_incline_pct=incline_pct):
                self._arm(now_s, speed_kmh, incline_pct)
            case lines.Stop():
                self._trip(TripReason.OPERATOR_STOP)
            case lines.Quit():
                self._leave(None)
            case None:
                self._leave(TripReason.STATION_GONE)
            case Exception():
                self._trip_if_moving(TripReason.STATION_GARBLED, "a line that cannot be read")

    def _arm(self, now_s: float, speed_kmh: float, incline_pct: float) -> None:
        rested = self._at_rest() and not self._running and now_s - self._seen.answered_s < 1.0
        self._guard = guards.arm(self._guard, now_s, speed_kmh, incline_pct, at_rest=rested)
        if not self._guard.armed:
            self._emit(lines.Refused(sentence="the belt is not known to be at rest; stop it and try again"))
            return
        self._ladder = StopLadder(self._scale)
        self._wire.counts.worst_gap_s = 0.0
        self._wire.counts.commands = self._wire.counts.retries = 0

    def _leave(self, reason: TripReason | None) -> None:
        self._quit_by_s = self._quit_by_s or time.monotonic() + QUIT_WITHIN_S
        self._trip_if_moving(reason or TripReason.OPERATOR_STOP, "the station ended")

    def _tell(self) -> None:
        now_s = time.monotonic()
        guard, seen, counts = self._guard, self._seen, self._wire.counts
        gap_s = counts.worst_gap_s
        self._emit(
            lines.Belt(
                telemetry=BeltTelemetry(
                    t_mono_s=now_s,
                    state=self._state(now_s),
                    requested=guard.want,
                    sent_speed_kmh=None if self._sent_tenths is None else self._unit.speed_kmh(self._sent_tenths),
                    sent_incline_pct=None if self._sent_incline_tenths is None else self._sent_incline_tenths / 10,
                    confirmed_speed_kmh=seen.set_speed_kmh,
                    confirmed_incline_pct=seen.set_incline_pct,
                    measured_speed_kmh=seen.speed_kmh,
                    measured_incline_pct=seen.incline_pct,
                    at_rest=self._at_rest(),
                    trip=guard.tripped,
                    trip_detail=guard.detail,
                    stop_ignored=self._ladder.ignored,
                    worst_gap_ms=gap_s * 1000,
                    commands=counts.commands,
                    retries=counts.retries,
                )
            )
        )

    def _state(self, now_s: float) -> BeltState:
        if not self._wire.is_open or now_s - self._seen.answered_s > 0.5:
            return BeltState.OFFLINE
        if self._guard.tripped is not None:
            return BeltState.TRIPPED
        if self._running:
            return BeltState.MOVING
        return BeltState.ARMED if self._guard.armed else BeltState.IDLE

    def _log_bytes(self, direction: str, data: bytes) -> None:
        self._emit(lines.Wire(t_mono_s=time.monotonic(), direction=direction, data_hex=data.hex()))


_WHEN_TRIPPED = frozenset({Opcode.AUTO_STOP, Opcode.STOP, Opcode.ACTUAL_SPEED, Opcode.STATUS, Opcode.ACTUAL_INCLINE})


def _allowed_when_tripped(opcode: Opcode, tenths: int | None) -> bool:
    """Looks, stops, and the stop ladder's lowest speed; never a ramp's step that a Stop has overtaken."""
    return opcode in _WHEN_TRIPPED or (opcode is Opcode.SET_SPEED and tenths == MIN_TENTHS)
