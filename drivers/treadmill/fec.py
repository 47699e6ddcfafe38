"""A treadmill by ANT+ FE-C through an ANT stick: speed and incline are read; the operator sets the belt.

The profile cannot command a treadmill, and the channel only receives. A strap's driver may listen through the same
stick. Without its number no machine is read: which are in range is told, and the operator chooses.
"""

import os
import time
from collections.abc import Mapping

from drivers import lines
from drivers.radio import ant_codec
from drivers.radio.ant_channel import AntEvent, Page, SearchEnded
from drivers.radio.ant_key import key_in
from drivers.radio.ant_link import AntLink
from drivers.radio.ant_stick import BAUDRATE
from drivers.serial_line import LinkLost
from drivers.treadmill.doubt import DOUBTED_FOR_S
from drivers.treadmill.fec_reader import FecReader
from drivers.treadmill.gauge import Reading, Tops
from drivers.treadmill.guided import GuidedDriver, Log
from drivers.treadmill.loop import Emit, Inbox
from drivers.treadmill.port import WireCounts
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.errors import BadInput

READ_FOR_S = 0.03
STARTS_FOR_S = 0.1  # of one turn: a channel takes ten commands to be set up, each behind the answer to the last
SILENT_S = 1.0  # four pages a second, half of them with a speed
LOST_AFTER_S, LOST_FLOOR_WALL_S = 5.0, 2.5  # a stick that is open again sooner was never lost
REOPEN_EVERY_S = 0.5
INCLINE_KNOWN_S = 10.0  # how often the page with the incline comes is each maker's own


class FecGauge:
    """``gauge.Gauge`` over one channel of a stick."""

    incline_known_s = INCLINE_KNOWN_S
    rests_after_s = DOUBTED_FOR_S
    tops = Tops()

    def __init__(
        self,
        port: str,
        baudrate: int,
        number: int,
        key: bytes,
        reader: FecReader,
        log: Log,
        emit: Emit,
        scale: TimeScale,
    ) -> None:
        self.counts = WireCounts()
        self.missed_in_a_row = 0
        self.garbled = False
        self.is_open = False
        self._port, self._baudrate, self._number = port, baudrate, number
        self._link = AntLink(key, number, log, ant_codec.FITNESS_EQUIPMENT)
        self._reader = reader
        self._emit = emit
        self._lost_after_wall_s = scale.wall_s(LOST_AFTER_S, LOST_FLOOR_WALL_S)
        self._told_s = 0.0  # when a speed was last told, or the stick was opened
        self._heard_s = 0.0
        self._down_since_s: float | None = None
        self._reopen_s = 0.0
        self._complained: Problem | None = None

    def open(self) -> None:
        """Open the stick. Raises LinkLost."""
        self._link.open(self._port, self._baudrate)
        self.is_open, self._down_since_s = True, None
        self._told_s = self._heard_s = time.monotonic()
        self.missed_in_a_row = 0

    def close(self) -> None:
        """Close the stick."""
        self.is_open = False
        self._link.close()

    def turn(self) -> list[Reading]:
        """What has come. Raises LinkLost once the stick has been away for too long; it is then closed."""
        readings: list[Reading] = []
        try:
            if not self._link.is_open:
                self._reopen()
            until_s = time.monotonic() + STARTS_FOR_S
            while True:
                for event in self._link.turn(READ_FOR_S):
                    readings += self._take(event)
                if not self._link.channel.starting or time.monotonic() > until_s:
                    break
        except LinkLost as error:
            self._link.close()
            self._reader.forget()
            self._down_since_s = self._down_since_s or time.monotonic()
            self._say(*error.causes)
        now_s = time.monotonic()
        if self._down_since_s is None:
            self.missed_in_a_row = int((now_s - self._told_s) / SILENT_S)
            self.garbled = now_s - self._heard_s < SILENT_S  # it is heard, and tells no speed
        elif self._heard_s > self._down_since_s:
            self._down_since_s = None  # a stick that opens is not back before the machine is heard through it
        elif now_s - self._down_since_s > self._lost_after_wall_s:
            self.close()
            raise LinkLost(Cause("port_lost", {"port": self._port}))
        else:
            self.missed_in_a_row = 0
        return readings

    def _reopen(self) -> None:
        now_s = time.monotonic()
        if now_s < self._reopen_s:
            time.sleep(READ_FOR_S)
            raise LinkLost
        self._reopen_s = now_s + REOPEN_EVERY_S
        self._link.open(self._port, self._baudrate)
        self.counts.retries += 1

    def _take(self, event: AntEvent) -> list[Reading]:
        number = self._link.channel.number
        match event:
            case Page(data=data) if self._number:
                now_s = self._heard_s = time.monotonic()
                reading = self._reader.take(data, now_s)
                if self._reader.kind is not None and not self._reader.is_treadmill:
                    self._say(Cause("fec_no_treadmill", {"number": number}))
                if reading is None:
                    return []
                if reading.speed_kmh is not None or reading.doubtful:
                    self._told_s = now_s
                    self.counts.sent(now_s)
                return [reading]
            case Page():
                # Nobody chose this one: its speed may be another person's.
                self._say(Cause("fec_choose", {"port": self._port, "number": number}))
            case SearchEnded():
                self._complained = None
                self._say(Cause("fec_away", {"number": number}) if self._number else Cause("fec_none_here"))
        return []

    def _say(self, *causes: Problem) -> None:
        """Complain once of each thing, not at every page."""
        if causes and causes[0] != self._complained:
            self._complained = causes[0]
            self._emit(lines.Failed(causes=causes, fatal=False))


def run(
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Read the machine ``number`` through the stick ``port`` until the station quits or is gone.

    Raises:
        BadInput: there is no network key, or it is none, or the number is none.
    """
    key = key_in(os.environ)
    if key is None:
        raise BadInput(Cause("ant_key_missing"))
    number = int(float(options.get("number", 0)))
    if number and not number & 0xFFFF:
        raise BadInput(Cause("ant_number_none", {"number": number}))
    reader = FecReader(scale.factor, reads_incline=options.get("incline", "read") == "read")
    baudrate = int(float(options.get("baud", BAUDRATE)))

    def gauge(log: Log) -> FecGauge:
        return FecGauge(port, baudrate, number, key, reader, log, emit, scale)

    GuidedDriver("fec", port, gauge, options, emit, inbox, scale).run()
