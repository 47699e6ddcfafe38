"""A treadmill that speaks the Fitness Machine Service, sans-io: its belt, its console, and the frames it would notify.

Written from the same public sources as the driver's codec and sharing no code with it. Each layout is one that a real
machine was seen to send; the faults are those of the field. The belt keeps running when the link is lost, as real ones
do, and the control point obeys whoever asked for control: a station that writes there is found out.
"""

from dataclasses import dataclass

from drivers.emulators.belt import BeltRates
from drivers.emulators.faults import PlannedFault
from drivers.emulators.operated_belt import OperatedBelt
from teststation.clock import TimeScale
from teststation.units import KMH_PER_MPH

DATA, STATUS, CONTROL = "2acd", "2ada", "2ad9"
NONE = 0x7FFF
CONTROL_PERMITTED, SUCCESS, NOT_SUPPORTED, INVALID, FAILED, NOT_PERMITTED = 0x00, 1, 2, 3, 4, 5
FLICKER_EVERY = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How one make sends its data: the flags of each notification of a record, and its habits."""

    parts: tuple[int, ...]
    every_s: float = 1.0
    cut_at: int = 64
    unknown_descent: int = NONE
    clears_totals: bool = False  # distance and time jump to 0 in the frame in which the speed does
    padding: bytes = b""  # behind each status


LAYOUTS = {
    "generic": Layout((0x050E,)),
    "lifefitness": Layout((0x059E,)),
    "matrix-split": Layout((0x009F, 0x1F00), unknown_descent=0xFFFF),
    "matrix-truncated": Layout((0x1F9E,), cut_at=20, unknown_descent=0xFFFF),
    "cswp8": Layout((0x2484,), every_s=0.48, clears_totals=True, padding=b"\0\0"),
    "startrac": Layout((0x17FE,)),
}


class FitnessMachine(OperatedBelt):
    """One machine. ``due`` gives what it notifies by now; ``obey`` is its control point."""

    def __init__(
        self,
        layout: str = "generic",
        scale: TimeScale | None = None,
        rates: BeltRates | None = None,
        faults: tuple[PlannedFault, ...] = (),
        reaction_s: float = 0.0,
        *,
        units: str = "kmh",
        incline_level: float = 1.0,  # how many of what it calls percent are one percent
        somebody: bool = True,  # on the belt: without, some machines count no distance and no time
        heart_rate: int = 0,
        extra: bytes = b"",
    ) -> None:
        super().__init__(scale, rates, faults, reaction_s)
        self.layout = LAYOUTS[layout]
        self.speed_range: tuple[int, int, int] = (50, 2000, 10)
        self.incline_range: tuple[int, int, int] = (-30, 150, 5)
        self._per_kmh = 100.0 / (KMH_PER_MPH if units == "mph" else 1.0)
        self._incline_level = incline_level
        self._somebody = somebody
        self._heart_rate = heart_rate
        self._extra = extra
        self._due_s = 0.0
        self._distance_m = self._elapsed_s = 0.0
        self._sent = 0
        self._statuses: list[bytes] = []
        self._on_the_way: list[tuple[float, str, bytes]] = []
        self._controlled = False

    # --- what it tells ---

    def due(self, now_s: float) -> list[tuple[str, bytes]]:
        """Characteristic and bytes of every notification that is due at ``now_s``."""
        self.advance(now_s)
        if "mute" in self.active_faults:
            self._due_s = self._test_s + self.layout.every_s
            self._statuses.clear()
            return []
        told = [(STATUS, status + self.layout.padding) for status in self._statuses]
        self._statuses.clear()
        if self._test_s >= self._due_s:
            self._due_s = self._test_s + self.layout.every_s
            self._sent += 1
            told += [(DATA, frame) for frame in self._frames()]
        late_s = self.slow_by_s if "slow" in self.active_faults else 0.0
        self._on_the_way += [(now_s + late_s, channel, value) for channel, value in told]
        here = [(channel, value) for at_s, channel, value in self._on_the_way if at_s <= now_s]
        self._on_the_way = [late for late in self._on_the_way if late[0] > now_s]
        self.transcript += [(now_s, "out", bytes.fromhex(channel) + value) for channel, value in here]
        return here

    def _frames(self) -> list[bytes]:
        if "garbage" in self.active_faults:
            return [b"\x9e", bytes([0x00, 0x00, 0x07])]
        frames = [self._frame(flags)[: self.layout.cut_at] + self._extra for flags in self.layout.parts]
        if "partial" in self.active_faults:
            return [frame[:3] for frame in frames]
        if "no_speed" in self.active_faults:
            return [bytes([frame[0] | 1, frame[1]]) + frame[4:] for frame in frames]
        return frames

    def _frame(self, flags: int) -> bytes:
        speed = self.belt.speed_kmh
        if "flicker" in self.active_faults and self._sent % FLICKER_EVERY == 0:
            speed = 0.0
        if "zero" in self.active_faults:
            speed = 0.0
        frozen = not self._somebody or "frozen" in self.active_faults
        metres, seconds = (0, 0) if frozen else (int(self._distance_m), int(self._elapsed_s))
        out = flags.to_bytes(2, "little")
        if not flags & 1:
            out += _u16(int(speed * self._per_kmh))
        if flags & 1 << 1:
            out += _u16(int(self._distance_m / max(self._elapsed_s, 1.0) * 360))
        if flags & 1 << 2:
            out += metres.to_bytes(3, "little")
        if flags & 1 << 3:
            tenths = round(self.belt.incline_pct * 10 * self._incline_level)
            out += (tenths & 0xFFFF).to_bytes(2, "little") + _u16(NONE)
        if flags & 1 << 4:
            out += _u16(0) + _u16(self.layout.unknown_descent)
        out += b"".join(b"\x05" for bit in (5, 6) if flags & 1 << bit)
        if flags & 1 << 7:
            out += _u16(seconds // 12) + b"\xff\xff\xff"
        if flags & 1 << 8:
            out += bytes([self._heart_rate])
        if flags & 1 << 9:
            out += bytes([42])
        if flags & 1 << 10:
            out += _u16(seconds)
        if flags & 1 << 11:
            out += _u16(0)
        if flags & 1 << 12:
            out += _u16(NONE) + _u16(26)
        if flags & 1 << 13:
            out += (metres * 2).to_bytes(3, "little")
        return out

    # --- the console ---

    def give(self, fault: str) -> None:
        """Begin a fault now; what a machine says of it comes with it."""
        super().give(fault)
        if fault == "e_stop":
            self._console = (0.0, 0.0)
            self._statuses.append(b"\x03")
        elif fault == "stopped_elsewhere":
            self._statuses.append(b"\x02\x01")
        elif fault == "paused_elsewhere":
            self._console = (0.0, self._console[1])
            self._statuses.append(b"\x02\x02")

    def _live(self, dt_s: float, now_s: float) -> None:
        moved = self.belt.speed_kmh > 0.0
        super()._live(dt_s, now_s)
        if not moved and self.belt.speed_kmh > 0.0:
            self._statuses.append(b"\x04")
        if self.belt.speed_kmh > 0.0:
            self._distance_m += self.belt.speed_kmh / 3.6 * dt_s
            self._elapsed_s += dt_s
        elif moved and self.layout.clears_totals:
            self._distance_m = self._elapsed_s = 0.0

    # --- the control point ---

    def obey(self, command: bytes, now_s: float) -> bytes:
        """One write to the control point; what is indicated for it."""
        self.advance(now_s)
        self.transcript.append((now_s, "in", bytes.fromhex(CONTROL) + command))
        operation = command[0] if command else 0xFF
        return bytes([0x80, operation, self._result(operation, command[1:])])

    def _result(self, operation: int, parameter: bytes) -> int:
        if operation == CONTROL_PERMITTED:
            self._controlled = True
            return SUCCESS
        if not self._controlled:
            return NOT_PERMITTED
        speed_kmh, incline_pct = self._console
        match operation:
            case 0x01:
                self._console, self._controlled = (0.0, 0.0), False
            case 0x02 if len(parameter) == 2:
                wanted = int.from_bytes(parameter, "little")
                if not self.speed_range[0] <= wanted <= self.speed_range[1]:
                    return INVALID
                self._console = (wanted / 100, incline_pct)
            case 0x03 if len(parameter) == 2:
                wanted = int.from_bytes(parameter, "little", signed=True)
                if not self.incline_range[0] <= wanted <= self.incline_range[1]:
                    return INVALID
                self._console = (speed_kmh, wanted / 10)
            case 0x07:
                if self._in_motion:
                    return FAILED
                self._console = (self.speed_range[0] / 100, incline_pct)
            case 0x08 if parameter in (b"\x01", b"\x02"):
                if not self._in_motion:
                    return FAILED
                self._console = (0.0, incline_pct)
            case 0x02 | 0x03 | 0x08:
                return INVALID
            case _:
                return NOT_SUPPORTED
        return SUCCESS

    def let_go(self) -> None:
        """The link is lost, and with it the permission to control. The belt goes on."""
        self._controlled = False


def _u16(value: int) -> bytes:
    return (value & 0xFFFF).to_bytes(2, "little")
