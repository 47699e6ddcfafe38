"""The thin shell around ``step``: drains the devices, feeds events, writes the journal, carries out commands.

Order is the safety of it: an event is in the journal before its commands go out, a lease goes out only while
telemetry is fresh and the journal has taken everything, and Stop waits for nothing at all.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from teststation.clock import ScaledClock
from teststation.errors import RecordError, StationError
from teststation.ports import BeltTelemetry, HeartRateMonitor, Journal, Treadmill
from teststation.run import events as ev
from teststation.run.commands import ArmBelt, Command, GrantBelt, StopBelt
from teststation.run.engine import prepared, step
from teststation.run.recording import Recording
from teststation.run.rest import LOOKS, rests
from teststation.run.state import Phase, RunState, Timing

LEASE_WALL_S = 1.0  # never scaled: it guards real processes
TELEMETRY_FRESH_WALL_S = 0.5  # no lease on older telemetry


@dataclass(slots=True)
class Devices:
    """The two ends a run drives. The treadmill may be replaced after its driver died, to bring the belt to rest."""

    treadmill: Treadmill
    heart_rate: HeartRateMonitor


_FREQUENT = ev.BeltRead | ev.HeartRateRead | ev.HeartFramePassed  # synced once a second, not one by one


class Controller:
    """One run, from prepared to ended. Call ``tick`` ten times a second; everything else is immediate."""

    def __init__(
        self,
        first: ev.RunPrepared,
        devices: Devices,
        journal: Journal,
        clock: ScaledClock,
        timing: Timing | None = None,
        recover_treadmill: Callable[[Treadmill], Treadmill] | None = None,
        slept_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.devices = devices
        self.clock = clock
        self.state: RunState = prepared(first, timing)
        self.recording = Recording(first)
        self.last_belt: BeltTelemetry | None = None
        self._runs_kmh = 0.0
        self._rest = self._runs = LOOKS  # also after the end, when the state has no more to say of the belt
        self._journal = journal
        self._journal_works = True
        self._concluded = False
        self._recover_treadmill = recover_treadmill
        self._slept_s = slept_s  # how long the computer slept since this was last asked, wall seconds
        self._failed: set[str] = set()
        refused = self._write(first, durable=True)
        if refused is not None:
            raise refused

    # --- what the operator does ---

    def press(self, event: ev.AnyEvent) -> None:
        """Feed one of the operator's events, stamped with ``now_s()``."""
        if isinstance(event, ev.AtRestConfirmed):
            self._runs = LOOKS  # somebody sees it stand: what was read before is over
        self._feed(event)

    def stop(self, reason: str = "operator") -> None:
        """Stop the belt. The stop is on its way before anything is written or computed."""
        self.devices.treadmill.stop()
        self._feed(ev.StopPressed(t_s=self.now_s(), reason=reason))

    def conclude(self) -> None:
        """An ended run is being kept: the belt is looked at, and can be stopped, and nothing more is told of it."""
        self._concluded = True

    def now_s(self) -> float:
        """Test time."""
        return self.clock.now_s()

    @property
    def belt_rests(self) -> bool:
        """Whether the treadmill says, and has for a while, that its belt stands still."""
        return rests(self._rest, self.now_s())

    @property
    def runs_again(self) -> bool:
        """Whether the belt was read to move after the run's end, and since somebody said that it stands.

        One that the operator sets may be set again.
        """
        ended = self.state.phase is Phase.ENDED and self.state.begun and not self.state.guided
        return ended and rests(self._runs, self.now_s())

    @property
    def runs_again_kmh(self) -> float | None:
        """How fast it does, as it was last read; None where it does not."""
        return self._runs_kmh if self.runs_again else None

    # --- time ---

    def tick(self) -> None:
        """Take in what the devices said, then let time pass."""
        slept_s = self._slept_s()
        if slept_s > 0.0 and self.state.phase is not Phase.READY:
            # First: what devices say of it is told less plainly.
            self._feed(ev.StationSlept(t_s=self.now_s(), seconds=slept_s))
        self._read_heart_rate()
        self._read_belt()
        self._feed(ev.Ticked(t_s=self.now_s()))

    def _read_heart_rate(self) -> None:
        monitor = self.devices.heart_rate
        for reading in monitor.readings():
            t_s = min(self.clock.at(reading.t_mono_s), self.now_s())
            self._feed(ev.HeartRateRead.of(reading, t_s))
        for frame in monitor.frames():
            t_s = min(self.clock.at(frame.t_mono_s), self.now_s())
            self._feed(ev.HeartFramePassed(t_s, frame.direction, frame.data_hex, frame.channel))
        sentence = monitor.failure()
        if sentence is not None and "heart_rate" not in self._failed:
            self._failed.add("heart_rate")
            self._feed(ev.DeviceFailed(t_s=self.now_s(), device="heart_rate", sentence=sentence))

    def _read_belt(self) -> None:
        treadmill = self.devices.treadmill
        read = treadmill.telemetry()
        info = treadmill.info()
        if info is not None and self.state.treadmill is None and self.state.phase is Phase.READY:
            self._feed(ev.TreadmillKnown(t_s=self.now_s(), info=info))
        for telemetry in _worth_telling(self.last_belt, read):
            self.last_belt = telemetry
            t_s = min(self.clock.at(telemetry.t_mono_s), self.now_s())
            self._rest = self._rest.read(t_s, float(telemetry.at_rest))
            self._runs = self._runs.read(t_s, float(bool(telemetry.measured_speed_kmh)))
            self._runs_kmh = telemetry.measured_speed_kmh or self._runs_kmh
            self._feed(
                ev.BeltRead(
                    t_s=t_s,
                    state=telemetry.state,
                    measured_speed_kmh=telemetry.measured_speed_kmh,
                    measured_incline_pct=telemetry.measured_incline_pct,
                    at_rest=telemetry.at_rest,
                    trip=telemetry.trip,
                    trip_detail=telemetry.trip_detail,
                    stop_ignored=telemetry.stop_ignored,
                    worst_gap_ms=telemetry.worst_gap_ms,
                    commands=telemetry.commands,
                    retries=telemetry.retries,
                    sent_speed_kmh=telemetry.sent_speed_kmh,
                    sent_incline_pct=telemetry.sent_incline_pct,
                    confirmed_speed_kmh=telemetry.confirmed_speed_kmh,
                    confirmed_incline_pct=telemetry.confirmed_incline_pct,
                )
            )
        sentence = treadmill.failure()
        if sentence is not None and "treadmill" not in self._failed:
            self._failed.add("treadmill")
            moving = self.state.moving_phase
            self._feed(ev.DeviceFailed(t_s=self.now_s(), device="treadmill", sentence=sentence))
            if moving and self._recover_treadmill is not None:
                # A second driver may only stop a belt and say whether it stands still. It is given the first one to
                # end, which may take a while.
                self.devices.treadmill = self._recover_treadmill(treadmill)

    # --- parts ---

    def _feed(self, event: ev.AnyEvent) -> None:
        if self._concluded:
            return
        before = self.state
        after, commands = step(before, event)
        refused = None
        if after != before or not isinstance(event, ev.Ticked):
            durable = not isinstance(event, _FREQUENT) or after.phase is not before.phase
            refused = self._write(event, durable=durable)
        self.state = after
        self.recording.observe(before, event, after)
        for command in commands:
            self._carry_out(command)
        if refused is not None and after.phase is not Phase.READY:
            self._feed(ev.DeviceFailed(t_s=self.now_s(), device="journal", sentence=str(refused)))

    def _carry_out(self, command: Command) -> None:
        match command:
            case ArmBelt(max_speed_kmh=speed_kmh, max_incline_pct=incline_pct) if self._journal_works:
                self.devices.treadmill.arm(speed_kmh, incline_pct)
            case GrantBelt(setpoint=setpoint) if self._journal_works and self._telemetry_fresh():
                self.devices.treadmill.grant(setpoint, LEASE_WALL_S)
            case StopBelt():
                self.devices.treadmill.stop()

    def _telemetry_fresh(self) -> bool:
        if self.last_belt is None:
            return False
        age_s = self.now_s() - self.clock.at(self.last_belt.t_mono_s)
        return age_s <= self.clock.scale.test_s(TELEMETRY_FRESH_WALL_S, TELEMETRY_FRESH_WALL_S)

    def _write(self, event: ev.AnyEvent, *, durable: bool) -> StationError | None:
        """Write one event; the journal's refusal if it refused just now."""
        if not self._journal_works:
            with contextlib.suppress(OSError, StationError):
                self._journal.append(event, durable=False)  # refused again, but remembered by who can
            return None
        try:
            self._journal.append(event, durable=durable)
        except (OSError, StationError) as error:
            # Without a journal there is no lease: the belt comes to rest, and what was kept stays kept.
            self._journal_works = False
            self.devices.treadmill.stop()
            return error if isinstance(error, StationError) else RecordError(str(error))
        return None


def _worth_telling(last: BeltTelemetry | None, read: Sequence[BeltTelemetry]) -> list[BeltTelemetry]:
    """Every change of state or trip, and the newest: a slow tick need not walk through every look in between."""
    if not read:
        return []
    earlier = (last, *read[:-1])
    changed = [
        now for before, now in zip(earlier, read, strict=True) if before is None or _facts(before) != _facts(now)
    ]
    return changed if changed and changed[-1] is read[-1] else [*changed, read[-1]]


def _facts(telemetry: BeltTelemetry) -> tuple[object, ...]:
    return telemetry.state, telemetry.trip, telemetry.at_rest, telemetry.stop_ignored
