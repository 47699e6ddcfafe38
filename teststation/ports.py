"""What the core asks of the outside: a treadmill, a heart-rate monitor, a journal. Plain values and protocols.

Stamps named ``t_mono_s`` are wall seconds of ``time.monotonic``, which all processes of one machine share; the
station turns them into test time. Requested, sent, confirmed and measured are four different values and stay so.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the plain values that cross a process border or are kept."""


class BeltState(StrEnum):
    """What the driver process knows of its belt."""

    OFFLINE = "offline"  # no answer on the wire, or no wire
    IDLE = "idle"  # answers, at rest, not armed: no lease can move it
    ARMED = "armed"  # at rest, armed by the operator: the next lease moves it
    MOVING = "moving"
    TRIPPED = "tripped"  # the guard is latched: slowing down or at rest; only a new arming at standstill clears it


class TripReason(StrEnum):
    """Why the guard took the belt down. Latched: the first reason stays."""

    OPERATOR_STOP = "operator_stop"
    LEASE_LAPSED = "lease_lapsed"  # the station is frozen
    STATION_GONE = "station_gone"  # the pipe to the station closed
    STATION_GARBLED = "station_garbled"  # a line from the station that cannot be read
    NO_ANSWER = "no_answer"  # two replies in a row missing
    GARBLED = "garbled"  # replies that are not in the dialect
    PORT_LOST = "port_lost"  # the serial port vanished
    OVER_SPEED = "over_speed"  # measured above limit or well above target
    TOO_STEEP = "too_steep"  # the deck is measured well above what it was told, and rises or does not come down
    NOT_FOLLOWING = "not_following"  # measured does not approach target
    REFUSED = "refused"  # the treadmill refused a set command (BE, BF)
    FAULT_REPORTED = "fault_reported"  # the treadmill reports its own fault or emergency stop (999.9)
    STATE_UNEXPECTED = "state_unexpected"  # stopped or re-started from elsewhere (31h or 33h while running)
    START_REFUSED = "start_refused"  # power-up lock-out
    DRIVER_LOST = "driver_lost"  # stated by the station: the driver process died; the treadmill's watchdog has it


class Setpoint(Value, frozen=True):
    """A belt that is on. ``None`` in its place means off, which is not the same as zero speed."""

    speed_kmh: float
    incline_pct: float


class BeltTelemetry(Value, frozen=True):
    """One look at the belt, sent at least five times a second."""

    t_mono_s: float
    state: BeltState
    requested: Setpoint | None = None  # the latest lease
    sent_speed_kmh: float | None = None  # what the guard last wrote to the wire
    sent_incline_pct: float | None = None
    confirmed_speed_kmh: float | None = None  # the treadmill's own set value, read back
    confirmed_incline_pct: float | None = None
    measured_speed_kmh: float | None = None  # None: unknown, never a held value
    measured_incline_pct: float | None = None
    at_rest: bool = False  # measured speed zero, or the treadmill says stopped; False when unknown
    trip: TripReason | None = None
    trip_detail: str = ""
    stop_ignored: bool = False  # stop was sent again and again, and the belt is not seen to come to rest
    worst_gap_ms: float = 0.0  # worst time between two polls of this treadmill since the arming
    commands: int = 0
    retries: int = 0


class TreadmillInfo(Value, frozen=True):
    """What one treadmill can do, from the driver's own configuration."""

    family: str
    port: str
    speed_step_kmh: float
    min_speed_kmh: float
    max_speed_kmh: float
    incline_step_pct: float
    max_incline_pct: float
    controls_belt: bool = True  # False: the operator sets the belt on a prompt
    reads_belt: bool = True  # False: no wire at all; what the belt does is the operator's word
    start_confirmed_at_machine: bool = False
    console_units: str = "kmh"  # what the operator sees at the machine, where a prompt names a speed: kmh or mph

    def achievable(self, setpoint: Setpoint) -> Setpoint:
        """The nearest setting this treadmill really has."""
        return Setpoint(
            speed_kmh=max(_nearest(setpoint.speed_kmh, self.speed_step_kmh, self.max_speed_kmh), self.min_speed_kmh),
            incline_pct=_nearest(setpoint.incline_pct, self.incline_step_pct, self.max_incline_pct),
        )


class BeltCheck(Value, frozen=True):
    """The belt's true speed was compared with what the treadmill says.

    ``error_pct``: how much faster (+) or slower (-) the belt is, in percent of what the treadmill says.
    """

    day: str  # YYYY-MM-DD
    error_pct: float
    method: str  # turns or tachometer
    by: str = ""


def _nearest(value: float, step: float, most: float) -> float:
    if step <= 0:
        return value
    found = round(round(value / step) * step, 6)
    # What lies within the machine's limit is not rounded beyond it.
    return found if found <= most or value > most else round(found - step, 6)


class HeartRateStatus(StrEnum):
    """Whether there is a heart rate, and if not, why."""

    OK = "ok"
    SEARCHING = "searching"  # never seen yet
    STALE = "stale"  # nothing fresh for five seconds
    NO_CONTACT = "no_contact"  # the strap says it has no skin contact
    NO_READING = "no_reading"  # 0 bpm
    OFFLINE = "offline"  # port or radio gone
    NOT_SET_UP = "not_set_up"  # a setting is missing without which there can be none (the ANT+ network key)


class HeartRateReading(Value, frozen=True):
    """One fresh piece of evidence, or a change of status. ``bpm`` is None whenever status is not OK."""

    t_mono_s: float
    status: HeartRateStatus
    bpm: int | None = None
    rr_1024: tuple[int, ...] = ()  # beat intervals in 1/1024 s, oldest first
    contact: bool | None = None
    battery_pct: int | None = None
    sensor: str = ""
    location: str = ""  # where the sensor sits, in English
    flags: tuple[str, ...] = ()  # plausibility remarks; the raw value is never altered


class RawFrame(Value, frozen=True):
    """Bytes as they passed a strap's wire or radio: kept with the test, and played again by ``replay:``."""

    t_mono_s: float
    direction: str  # "in" or "out"
    data_hex: str
    channel: str = ""  # the Bluetooth characteristic (2a37); empty on a wire with one channel


class Treadmill(Protocol):
    """The station's end of one treadmill driver process."""

    def info(self) -> TreadmillInfo | None:
        """What the treadmill can do; None until the driver has said."""
        ...

    def telemetry(self) -> Sequence[BeltTelemetry]:
        """Everything that arrived since the last call, oldest first. Never blocks."""
        ...

    def failure(self) -> str | None:
        """A sentence when the driver process died or cannot work; None while it lives."""
        ...

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        """Ask the guard to accept leases up to these limits. Refused unless the belt is at rest."""
        ...

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        """Grant the guard a setpoint for ``lease_s`` wall seconds; ``None`` asks for an ordinary ramp to off."""
        ...

    def stop(self) -> None:
        """Trip the guard now. Never blocks, may be called at any time, from any thread."""
        ...

    def close(self) -> None:
        """End the driver process; it brings a moving belt to rest first."""
        ...


class HeartRateMonitor(Protocol):
    """The station's end of one heart-rate driver process."""

    def frames(self) -> Sequence[RawFrame]:
        """Raw bytes that passed since the last call, oldest first. Never blocks."""
        ...

    def readings(self) -> Sequence[HeartRateReading]:
        """Everything that arrived since the last call, oldest first. Never blocks."""
        ...

    def failure(self) -> str | None:
        """A sentence when the driver process died or cannot work; None while it lives."""
        ...

    def close(self) -> None:
        """End the driver process."""
        ...


class Journal(Protocol):
    """Append-only and durable: an event is in it before its commands go out."""

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        """Write one event; with ``durable`` it is on the disk when this returns."""
        ...

    def close(self) -> None:
        """Flush and close."""
        ...
