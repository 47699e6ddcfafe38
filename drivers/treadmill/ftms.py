"""A treadmill by Bluetooth's Fitness Machine Service: speed, incline and state are read; the operator sets the belt.

Nothing is ever written to the machine's control point: the service knows no watchdog and no heartbeat, so a belt that
this station had set would go on after the station, the computer or the link had died.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping

from bleak import BleakClient

from drivers import lines
from drivers.radio import ftms_codec
from drivers.radio.ble_errors import FITNESS_MACHINE, RADIO_ERRORS
from drivers.radio.ble_link import WrongDevice, first_characteristic
from drivers.radio.ftms_link import FitnessMachineLink
from drivers.serial_line import LinkLost
from drivers.treadmill.doubt import DOUBTED_FOR_S
from drivers.treadmill.ftms_reader import FtmsReader
from drivers.treadmill.gauge import KNOWN_FOR_S, Reading, Tops
from drivers.treadmill.guided import GuidedDriver, Log
from drivers.treadmill.loop import Emit, Inbox
from drivers.treadmill.port import WireCounts
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale

SILENT_S = 1.0  # a machine tells its speed about once a second; three times that in vain is no answer
LOST_AFTER_S, LOST_FLOOR_WALL_S = 5.0, 2.5  # a link that is renewed sooner was never lost
LEAVE_WITHIN_S = 3.0

Complain = Callable[..., None]


class FtmsLink(FitnessMachineLink):
    """The link to one machine, on a loop of its own. What comes in waits in ``came`` for the driver's thread."""

    def __init__(self, chosen: str, scale: TimeScale, log: Log, complain: Complain) -> None:
        super().__init__(chosen, scale)
        self.up = False
        self.came: queue.SimpleQueue[tuple[str, bytes, float] | None] = queue.SimpleQueue()  # None: the link is over
        self._wire_log = log
        self._tell = complain

    async def _begin(self, client: BleakClient) -> None:
        if first_characteristic(client, ftms_codec.TREADMILL_DATA) is None:
            raise WrongDevice(Cause("ftms_no_treadmill", {"name": self.name}))
        for uuid in (ftms_codec.FEATURE, ftms_codec.SPEED_RANGE, ftms_codec.INCLINE_RANGE):
            value = await self._read(client, uuid)
            if value is not None:
                self._take(uuid[4:8], value, time.monotonic())
        if first_characteristic(client, ftms_codec.STATUS) is not None:
            with contextlib.suppress(*RADIO_ERRORS):
                await self._subscribe(client, ftms_codec.STATUS, self._take)
        await self._subscribe(client, ftms_codec.TREADMILL_DATA, self._take)
        self.up = True

    async def _look(self, client: BleakClient, now_s: float) -> None:
        pass

    def _over(self) -> None:
        self.up = False
        self.came.put(None)

    def _take(self, channel: str, value: bytes, now_s: float) -> None:
        self.came.put((channel, value, now_s))

    def _complain(self, *causes: Problem) -> None:
        self._tell(*causes)

    def _bound_to(self, text: str) -> None:
        """A treadmill's driver is not replaced: nobody after this one has to know."""

    def _log(self, channel: str, value: bytes) -> None:
        self._wire_log("in", value, channel)


class FtmsGauge:
    """``gauge.Gauge`` over a link that is kept on a thread of its own."""

    incline_known_s = KNOWN_FOR_S
    rests_after_s = DOUBTED_FOR_S

    def __init__(self, link: FtmsLink, reader: FtmsReader, scale: TimeScale) -> None:
        self.counts = WireCounts()
        self.missed_in_a_row = 0
        self.garbled = False
        self.is_open = False
        self.tops: Tops | None = None
        self._link = link
        self._reader = reader
        self._lost_after_wall_s = scale.wall_s(LOST_AFTER_S, LOST_FLOOR_WALL_S)
        self._told_s = 0.0  # when a speed was last told, or the link was opened
        self._damaged_before = 0
        self._down_since_s: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._kept: asyncio.Task[None] | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Whether the link stands. Raises LinkLost where it does not yet, without a word: the link itself complains."""
        self._link.turn()
        if self._thread is None:
            self._thread = threading.Thread(target=lambda: asyncio.run(self._keep()), name="ftms", daemon=True)
            self._thread.start()
        if self._link.stuck:
            raise LinkLost(Cause("ble_hangs"))
        if not self._link.up:
            raise LinkLost
        self.is_open, self._down_since_s = True, None
        self._told_s, self.missed_in_a_row = time.monotonic(), 0

    def close(self) -> None:
        """End the link."""
        self.is_open = False
        if self._thread is not None and self._loop is not None and self._kept is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself
                self._loop.call_soon_threadsafe(self._kept.cancel)
            self._thread.join(LEAVE_WITHIN_S)

    def turn(self) -> list[Reading]:
        """What has come since the last turn. Raises LinkLost once the link has been away for too long."""
        self._link.turn()
        readings = self._take_all()
        now_s = time.monotonic()
        if any(reading.speed_kmh is not None or reading.doubtful for reading in readings):
            self._told_s, self._damaged_before = now_s, self._reader.damaged
            self.counts.sent(now_s)
            self.tops = self.tops or self._reader.tops
        self.garbled = self._reader.damaged > self._damaged_before
        if self._link.up:
            self._down_since_s = None
            self.missed_in_a_row = int((now_s - self._told_s) / SILENT_S)
            return readings
        self.missed_in_a_row = 0
        self._down_since_s = self._down_since_s or now_s
        if now_s - self._down_since_s > self._lost_after_wall_s:
            self.is_open = False
            raise LinkLost(Cause(FITNESS_MACHINE.lost, {"name": self._link.name}))
        return readings

    def _take_all(self) -> list[Reading]:
        readings: list[Reading] = []
        while not self._link.came.empty():
            came = self._link.came.get()
            if came is None:
                self._reader.forget()
                self.counts.retries += 1
                self._down_since_s = self._down_since_s or time.monotonic()
                continue
            reading = self._reader.take(*came)
            if reading is not None:
                readings.append(reading)
        return readings

    async def _keep(self) -> None:
        self._loop, self._kept = asyncio.get_running_loop(), asyncio.create_task(self._link.keep())
        with contextlib.suppress(asyncio.CancelledError):
            await self._kept


def run(
    port: str,
    options: Mapping[str, str],
    emit: Emit,
    inbox: Inbox,
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Read the machine ``port`` (address or name) until the station quits or is gone. A second driver reads alike."""

    def complain(*causes: Problem) -> None:
        emit(lines.Failed(causes=causes, fatal=False))

    def gauge(log: Log) -> FtmsGauge:
        reader = FtmsReader(reads_incline=options.get("incline", "read") == "read")
        return FtmsGauge(FtmsLink(port, scale, log, complain), reader, scale)

    GuidedDriver("ftms", port, gauge, options, emit, inbox, scale).run()
