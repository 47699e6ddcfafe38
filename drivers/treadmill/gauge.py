"""What a treadmill that is only read tells. On a wire: one question in flight at a slow poll, never a command."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from drivers.serial_line import LinkLost, SerialLine
from drivers.treadmill.port import WireCounts
from teststation.cause import Cause

ASK_EVERY_S = 0.25
ANSWER_WITHIN_S = 1.0  # what CSAFE's specification gives a machine
READ_FOR_S = 0.05
RESTS_AFTER_S = 2.0  # a speed that reads zero this long is a belt at rest
KNOWN_FOR_S = 2.0  # what was read is no longer known after this long


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer. What it does not tell is None; ``fault``: the machine says of itself that something is wrong.

    ``doubtful``: it tells a speed that cannot be; what was known of the speed is known no longer.
    """

    speed_kmh: float | None = None
    incline_pct: float | None = None
    fault: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Tops:
    """The most that a machine says it can do; None: it does not say."""

    speed_kmh: float | None = None
    incline_pct: float | None = None


class Gauge(Protocol):
    """What a guided treadmill is read through.

    ``incline_known_s``: how long an incline that was told is known. ``rests_after_s``: how long a speed must read zero.
    """

    counts: WireCounts
    missed_in_a_row: int
    garbled: bool
    incline_known_s: float
    rests_after_s: float

    @property
    def is_open(self) -> bool:
        """Whether the link stands; a link that stands may still be mute."""
        ...

    @property
    def tops(self) -> Tops | None:
        """What the machine can do; None while that may still be learned."""
        ...

    def open(self) -> None:
        """Open the link. Raises LinkLost; never waits for a radio."""
        ...

    def close(self) -> None:
        """Close it."""
        ...

    def turn(self) -> list[Reading]:
        """What has come. Raises LinkLost when the link is gone; it is then closed."""
        ...


class ReadCodec(Protocol):
    """A dialect of questions and answers, sans-io."""

    baudrate: int
    questions: tuple[bytes, ...]

    def feed(self, data: bytes) -> list[Reading]:
        """Bytes in, answers out."""
        ...

    @property
    def damaged(self) -> int:
        """How many answers, or bytes, could not be read since the start."""
        ...


class PolledGauge:
    """One line on which questions go round. ``log`` gets every byte that passes."""

    incline_known_s = KNOWN_FOR_S
    rests_after_s = RESTS_AFTER_S
    tops = Tops()

    def __init__(self, codec: Callable[[], ReadCodec], port: str, log: Callable[[str, bytes], None]) -> None:
        self.counts = WireCounts()
        self.missed_in_a_row = 0
        self.garbled = False
        self._new_codec = codec
        self._codec = codec()
        self._port = port
        self._log = log
        self._line: SerialLine | None = None
        self._next = 0
        self._asked_s: float | None = None
        self._due_s = 0.0
        self._damaged_before = 0

    @property
    def is_open(self) -> bool:
        """Whether the port is open; an open port may still be mute."""
        return self._line is not None

    def open(self) -> None:
        """Open the port. Raises LinkLost."""
        self._codec = self._new_codec()
        self._line = SerialLine(self._port, self._codec.baudrate)
        self._asked_s, self._due_s, self.missed_in_a_row, self._damaged_before = None, 0.0, 0, 0

    def close(self) -> None:
        """Close the port."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def turn(self) -> list[Reading]:
        """Ask if it is time, and take what has come. Raises LinkLost when the port is gone; it is then closed."""
        line = self._line
        if line is None:
            raise LinkLost(Cause("port_lost", {"port": self._port}))
        try:
            return self._turn(line, time.monotonic())
        except LinkLost:
            self.close()
            raise

    def _turn(self, line: SerialLine, now_s: float) -> list[Reading]:
        if self._asked_s is not None and now_s - self._asked_s > ANSWER_WITHIN_S:
            self.missed_in_a_row += 1
            self.counts.retries += 1
            self.garbled = self._codec.damaged > self._damaged_before
            self._asked_s = None
        if self._asked_s is None and now_s >= self._due_s:
            question = self._codec.questions[self._next]
            self._next = (self._next + 1) % len(self._codec.questions)
            self._damaged_before = self._codec.damaged
            line.write(question)
            self._log("out", question)
            self.counts.sent(now_s)
            self.counts.commands += 1
            self._asked_s, self._due_s = now_s, now_s + ASK_EVERY_S
        data = line.read(256, now_s + READ_FOR_S)
        if not data:
            return []
        self._log("in", data)
        readings = self._codec.feed(data)
        if readings:
            self._asked_s = None
        if any(reading.speed_kmh is not None or reading.doubtful for reading in readings):
            # An incline that goes on being answered is no sign of a belt whose speed is not.
            self.missed_in_a_row, self.garbled = 0, False
        return readings
