"""One channel on a stick that is open: bytes carried, logged without the network key, and what the channel heard."""

import time
from typing import Protocol

from drivers.attempts import Turns
from drivers.radio.ant_channel import AntChannel, AntEvent, StickFailed
from drivers.radio.ant_codec import HEART_RATE, Profile
from drivers.radio.ant_key import KeyRedactor
from drivers.radio.ant_stick import BAUDRATE, ByteStream, open_stick
from drivers.serial_line import LinkLost


class Log(Protocol):
    """Takes what passes: its way (in or out) and the bytes."""

    def __call__(self, direction: str, data: bytes) -> None:
        """Note the bytes."""
        ...


class AntLink:
    """From one opening of the stick to the next the channel stays the same, and so does whom it listens to."""

    def __init__(self, key: bytes, number: int, log: Log, profile: Profile = HEART_RATE) -> None:
        self.channel = AntChannel(key, number, profile)
        self._log = log
        self._redactors = {"in": KeyRedactor(key), "out": KeyRedactor(key)}
        self._stream: ByteStream | None = None
        self._turns = Turns(0.0)

    @property
    def is_open(self) -> bool:
        """Whether the stick is open."""
        return self._stream is not None

    def open(self, port: str, baudrate: int = BAUDRATE) -> None:
        """Open the stick and begin at its reset. Raises LinkLost."""
        self._stream = open_stick(port, baudrate)
        now_s = time.monotonic()
        self._turns = Turns(now_s)
        self.channel.start(now_s)

    def close(self) -> None:
        """Close the stick."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def turn(self, read_for_s: float) -> list[AntEvent]:
        """Send what is due and take what comes. Raises LinkLost where the stick is gone, refuses or is silent."""
        assert self._stream is not None
        out = self.channel.take_out()
        if out:
            self._note("out", out)
            self._stream.write(out)
        data = self._stream.read(4096, time.monotonic() + read_for_s)
        now_s = time.monotonic()
        self._turns.take(now_s)
        if data:
            self._note("in", data)
        events = [*self.channel.feed(data, now_s), *self.channel.pass_time(now_s)]
        for event in events:
            if isinstance(event, StickFailed):
                raise LinkLost(event.cause)
        return events

    def _note(self, direction: str, data: bytes) -> None:
        clean = self._redactors[direction].feed(data)
        if clean:
            self._log(direction, clean)
