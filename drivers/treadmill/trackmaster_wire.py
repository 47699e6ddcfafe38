"""One request in flight on a Trackmaster's line: write, wait about 100 ms, retry once, count what was missed."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.serial_line import LinkLost, SerialLine
from drivers.treadmill.trackmaster_codec import BAUDRATE, Opcode, Reply, ReplyParser, encode

REPLY_WITHIN_S = 0.12  # wall time, never scaled: about a quarter of the treadmill's own watchdog


@dataclass(slots=True)
class WireCounts:
    """What went over the line since the arming."""

    commands: int = 0
    retries: int = 0
    worst_gap_s: float = 0.0
    last_sent_s: float | None = None

    def sent(self, now_s: float) -> None:
        """Note one request."""
        if self.last_sent_s is not None:
            self.worst_gap_s = max(self.worst_gap_s, now_s - self.last_sent_s)
        self.last_sent_s = now_s


class TrackmasterWire:
    """The line to one treadmill; opens and re-opens it. ``log`` gets every byte that passes."""

    def __init__(self, port: str, log: Callable[[str, bytes], None]) -> None:
        self.port = port
        self.counts = WireCounts()
        self.garbled_in_a_row = 0
        self.missed_in_a_row = 0
        self._log = log
        self._line: SerialLine | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is open; an open port may still be mute."""
        return self._line is not None

    def open(self) -> None:
        """Open the port. Raises LinkLost."""
        self._line = SerialLine(self.port, BAUDRATE)
        self.missed_in_a_row = self.garbled_in_a_row = 0

    def close(self) -> None:
        """Close the port."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def ask(self, opcode: Opcode, tenths: int | None = None, *, retry: bool = True) -> Reply | None:
        """One exchange. None when no whole reply came. Raises LinkLost when the port is gone; it is then closed."""
        line = self._line
        if line is None:
            raise LinkLost(f"{self.port}: not open")
        try:
            reply = self._exchange(line, opcode, tenths)
            if reply is None and retry:
                self.counts.retries += 1
                reply = self._exchange(line, opcode, tenths)
        except LinkLost:
            self.close()
            raise
        if reply is not None:
            self.missed_in_a_row = self.garbled_in_a_row = 0
        return reply

    def _exchange(self, line: SerialLine, opcode: Opcode, tenths: int | None) -> Reply | None:
        stale = line.drain()
        if stale:
            self._log("in", stale)
        request = encode(opcode, tenths)
        sent_s = time.monotonic()
        self.counts.sent(sent_s)
        self.counts.commands += 1
        line.write(request)
        self._log("out", request)
        parser = ReplyParser(opcode)
        deadline_s = sent_s + REPLY_WITHIN_S
        while True:
            data = line.read(parser.missing, deadline_s)
            if data:
                self._log("in", data)
                reply = parser.feed(data)
                if reply is not None:
                    return reply
            elif time.monotonic() >= deadline_s:
                break
        self.missed_in_a_row += 1
        self.garbled_in_a_row = self.garbled_in_a_row + 1 if parser.junk else 0
        return None
