"""Heart rate from an ANT+ strap through an ANT stick, on a serial port or on USB. The stick is re-opened for ever."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from drivers import lines
from drivers.attempts import Attempts, Turns
from drivers.heart_rate import freshness
from drivers.heart_rate.ant_pages import HrmDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.link import Inbox, Station
from drivers.radio.ant_channel import AntChannel, AntEvent, Page, SearchEnded, StickFailed
from drivers.radio.ant_key import KeyRedactor, key_in
from drivers.serial_line import LinkLost, SerialLine
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.errors import BadInput
from teststation.ports import HeartRateReading, HeartRateStatus

BAUDRATE = 115200
READ_FOR_S = 0.03
USB_PORT = "usb"
NOT_BOUND = "not_bound"
SENSOR = "ANT+ "

Emit = Callable[[lines.FromDriver], None]


class ByteStream(Protocol):
    """What a stick is on, serial or USB."""

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LinkLost."""
        ...

    def read(self, size: int, deadline_s: float) -> bytes:
        """Up to ``size`` bytes by ``deadline_s`` of ``time.monotonic``. Raises LinkLost."""
        ...

    def close(self) -> None:
        """Close it; never raises."""
        ...


def run(port: str, options: Mapping[str, str], emit: Emit, inbox: Inbox, scale: TimeScale, bound: str = "") -> None:
    """Read until the station quits or is gone. Without a network key, say so once and wait for that.

    ``bound``: the strap that a driver before this one listened to; no other is searched for.

    Raises:
        BadInput: the network key is none, or the strap's number.
    """
    emit(lines.Hello(version=lines.VERSION))
    station = Station(emit, inbox)
    key = key_in(os.environ)
    if key is None:
        emit(lines.Heart(reading=HeartRateReading(t_mono_s=time.monotonic(), status=HeartRateStatus.NOT_SET_UP)))
        emit(lines.Failed(causes=(Cause("ant_key_missing"),), fatal=False))
        while not station.left(1.0):
            pass
        return
    number = int(float(options.get("number", 0)))
    if number and not number & 0xFFFF:
        # Sixteen bits go over the air, and there zero means any strap.
        raise BadInput(Cause("ant_number_none", {"number": number}))
    listener = _Listener(key, number, bound, emit, scale)
    attempts = Attempts(scale)
    while not station.left(attempts.wait_s):
        stream: ByteStream | None = None
        listener.worked = False
        try:
            stream = _open(port, int(float(options.get("baud", BAUDRATE))))
            if listener.listen(stream, station):
                return
        except LinkLost as error:
            emit(lines.Failed(causes=error.causes, fatal=False))
            listener.tell(freshness.lose(listener.state, HeartRateStatus.OFFLINE, time.monotonic()))
        finally:
            if stream is not None:
                stream.close()
        attempts.end(worked=listener.worked)


def _open(port: str, baudrate: int) -> ByteStream:
    if port == USB_PORT:
        # Only who uses a stick without a serial port needs libusb.
        from drivers.radio.ant_usb import UsbStick

        return UsbStick()
    return SerialLine(port, baudrate)


def _number_of(sensor: str) -> int:
    number = sensor.removeprefix(SENSOR)
    return int(number) if number.isdigit() else 0


class _Listener:
    """What is known of the strap, from one opening of the stick to the next."""

    def __init__(self, key: bytes, number: int, bound: str, emit: Emit, scale: TimeScale) -> None:
        self.state = Freshness(scale, sensor=bound)
        self.worked = False
        self._channel = AntChannel(key, number or _number_of(bound))
        self._chosen = number != 0
        self._emit = emit
        self._scale = scale
        self._pages = HrmDecoder()
        self._redactors = {"in": KeyRedactor(key), "out": KeyRedactor(key)}

    def listen(self, stream: ByteStream, station: Station) -> bool:
        """From the reset to the loss of the stick. Returns True when the station has left. Raises LinkLost."""
        channel = self._channel
        opened_s = time.monotonic()
        turns = Turns(opened_s)
        channel.start(opened_s)
        while not station.left():
            out = channel.take_out()
            if out:
                self._log("out", out)
                stream.write(out)
            data = stream.read(4096, time.monotonic() + READ_FOR_S)
            now_s = time.monotonic()
            turns.take(now_s)
            if data:
                self._log("in", data)
            for event in (*channel.feed(data, now_s), *channel.pass_time(now_s)):
                self._take(event, now_s)
            self.tell(freshness.pass_time(self.state, now_s))
        return True

    def tell(self, step: tuple[Freshness, HeartRateReading | None]) -> None:
        """Keep the new state and pass the reading on."""
        self.state, reading = step
        if reading is not None:
            self._emit(lines.Heart(reading=reading))

    def _take(self, event: AntEvent, now_s: float) -> None:
        match event:
            case Page(data=data, number=number):
                sensor = f"{SENSOR}{number}" if number else ""
                sample = self._pages.sample(data, now_s * self._scale.factor, sensor)
                if sample is not None:
                    self.worked = True
                    remarks = sample.remarks if self._chosen else (*sample.remarks, NOT_BOUND)
                    self.tell(freshness.take(self.state, replace(sample, remarks=remarks), now_s))
            case SearchEnded():
                number = self._channel.number
                cause = Cause("ant_number_away", {"number": number}) if number else Cause("ant_none_here")
                self._emit(lines.Failed(causes=(cause,), fatal=False))
            case StickFailed(cause=cause):
                raise LinkLost(cause)

    def _log(self, direction: str, data: bytes) -> None:
        clean = self._redactors[direction].feed(data)
        if clean:
            self._emit(lines.Wire(t_mono_s=time.monotonic(), direction=direction, data_hex=clean.hex()))
