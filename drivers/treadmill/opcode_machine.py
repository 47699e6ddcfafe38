"""One request in flight on an opcode line: write, wait about 100 ms, retry once, count what was missed."""

import time
from collections.abc import Callable

from drivers.serial_line import LinkLost, SerialLine
from drivers.treadmill.opcode_codec import BAUDRATE, SETTINGS, Dialect, ReplyParser
from drivers.treadmill.port import Answer, Order, Request, WireCounts
from teststation.cause import Cause

REPLY_WITHIN_S = 0.12  # wall time, never scaled: about a quarter of a Trackmaster's own watchdog
GARBLED_AFTER = 2
_STOPS = (Request.STOP, Request.AUTO_STOP)


class OpcodeMachine:
    """``port.Machine`` in one dialect; opens and re-opens its line. ``log`` gets every byte that passes."""

    def __init__(self, dialect: Dialect, port: str, log: Callable[[str, bytes], None]) -> None:
        self.traits = dialect.traits
        self.counts = WireCounts()
        self._dialect = dialect
        self._port = port
        self._garbled_in_a_row = 0
        self._log = log
        self._line: SerialLine | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is open; an open port may still be mute."""
        return self._line is not None

    @property
    def garbled(self) -> bool:
        """Whether the latest missing answers were there and unreadable, rather than absent."""
        return self._garbled_in_a_row >= GARBLED_AFTER

    def open(self) -> None:
        """Open the port. Raises LinkLost."""
        self._line = SerialLine(self._port, BAUDRATE)
        self._garbled_in_a_row = 0

    def close(self) -> None:
        """Close the port."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def nearest(self, request: Request, value: float) -> float:
        """What the machine can really be set to, in km/h or percent. Raises OutOfRange."""
        return self._dialect.value(request, self._dialect.tenths(request, value))

    def ask(self, request: Request, order: Order | None = None, *, retry: bool = True) -> Answer | None:
        """One exchange. None when no whole answer came. Raises LinkLost when the port is gone; it is then closed."""
        line = self._line
        if line is None:
            raise LinkLost(Cause("port_lost", {"port": self._port}))
        tenths = self._dialect.tenths(request, order.value) if order is not None and request in SETTINGS else None
        data = self._dialect.encode(request, tenths)
        try:
            answer = self._exchange(line, request, data)
            if answer is None and retry:
                self.counts.retries += 1
                answer = self._exchange(line, request, data)
        except LinkLost:
            self.close()
            raise
        if answer is not None:
            self._garbled_in_a_row = 0
        return answer

    def _exchange(self, line: SerialLine, request: Request, data: bytes) -> Answer | None:
        stale = line.drain()
        if stale:
            self._log("in", stale)
            timed_out = self._dialect.timed_out is not None and self._dialect.timed_out in stale
            # Told in place of an answer, but for a stop: that is written whatever lies in the input.
            if timed_out and request not in _STOPS:
                return Answer(request, timed_out=True)
        sent_s = time.monotonic()
        self.counts.sent(sent_s)
        self.counts.commands += 1
        line.write(data)
        self._log("out", data)
        parser = ReplyParser(self._dialect, request)
        deadline_s = sent_s + REPLY_WITHIN_S
        while True:
            came = line.read(parser.missing, deadline_s)
            if came:
                self._log("in", came)
                answer = parser.feed(came)
                if answer is not None:
                    return answer
            elif time.monotonic() >= deadline_s:
                break
        self._garbled_in_a_row = self._garbled_in_a_row + 1 if parser.junk else 0
        return None
