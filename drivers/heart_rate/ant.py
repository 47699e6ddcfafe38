"""Heart rate from an ANT+ strap through an ANT stick, on a serial port or on USB. The stick is re-opened for ever."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from drivers import lines
from drivers.attempts import Attempts
from drivers.heart_rate import freshness
from drivers.heart_rate.ant_pages import HrmDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.link import Inbox, Station
from drivers.radio.ant_channel import AntEvent, Page, SearchEnded
from drivers.radio.ant_key import key_in
from drivers.radio.ant_link import AntLink
from drivers.radio.ant_stick import BAUDRATE, WAITS, wait_for_owner
from drivers.serial_line import LinkLost
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.errors import BadInput
from teststation.ports import HeartRateReading, HeartRateStatus

READ_FOR_S = 0.03
NOT_BOUND = "not_bound"
SENSOR = "ANT+ "

Emit = Callable[[lines.FromDriver], None]


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
    if os.environ.get(WAITS):
        wait_for_owner(port)
    listener = _Listener(key, number, bound, emit, scale)
    attempts = Attempts(scale)
    while not station.left(attempts.wait_s):
        listener.worked = False
        try:
            listener.link.open(port, int(float(options.get("baud", BAUDRATE))))
            if listener.listen(station):
                return
        except LinkLost as error:
            emit(lines.Failed(causes=error.causes, fatal=False))
            listener.tell(freshness.lose(listener.state, HeartRateStatus.OFFLINE, time.monotonic()))
        finally:
            listener.link.close()
        attempts.end(worked=listener.worked)


def _number_of(sensor: str) -> int:
    number = sensor.removeprefix(SENSOR)
    return int(number) if number.isdigit() else 0


class _Listener:
    """What is known of the strap, from one opening of the stick to the next."""

    def __init__(self, key: bytes, number: int, bound: str, emit: Emit, scale: TimeScale) -> None:
        self.state = Freshness(scale, sensor=bound)
        self.worked = False
        self.link = AntLink(key, number or _number_of(bound), self._log)
        self._chosen = number != 0
        self._emit = emit
        self._scale = scale
        self._pages = HrmDecoder()

    def listen(self, station: Station) -> bool:
        """From the reset to the loss of the stick. Returns True when the station has left. Raises LinkLost."""
        while not station.left():
            events = self.link.turn(READ_FOR_S)
            now_s = time.monotonic()
            for event in events:
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
                number = self.link.channel.number
                cause = Cause("ant_number_away", {"number": number}) if number else Cause("ant_none_here")
                self._emit(lines.Failed(causes=(cause,), fatal=False))

    def _log(self, direction: str, data: bytes) -> None:
        self._emit(lines.Wire(t_mono_s=time.monotonic(), direction=direction, data_hex=data.hex()))
