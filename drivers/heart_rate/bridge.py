"""Heart rate from a serial bridge. The port is re-opened for as long as the test lasts."""

import time
from collections.abc import Callable, Mapping

from drivers import lines
from drivers.attempts import Attempts, Turns
from drivers.heart_rate import freshness
from drivers.heart_rate.bridge_codec import BridgeDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.heart_rate.link import Inbox, Station
from drivers.serial_line import LinkLost, SerialLine
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

BAUDRATE = 115200
READ_FOR_S = 0.05


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: Inbox,
    scale: TimeScale,
    bound: str = "",
) -> None:
    """Read until the station quits or is gone. ``bound``: the strap that a driver before this one listened to."""
    emit(lines.Hello(version=lines.VERSION))
    station = Station(emit, inbox)
    state = Freshness(scale, sensor=bound)
    attempts = Attempts(scale)

    def tell(step: tuple[Freshness, HeartRateReading | None]) -> Freshness:
        after, reading = step
        if reading is not None:
            emit(lines.Heart(reading=reading))
        return after

    while not station.left(attempts.wait_s):
        try:
            line = SerialLine(port, int(float(options.get("baud", BAUDRATE))))
        except LinkLost as error:
            attempts.end(worked=False)
            state = tell(freshness.lose(state, HeartRateStatus.OFFLINE, time.monotonic()))
            emit(lines.Failed(causes=error.causes, fatal=False))
            continue
        decoder = BridgeDecoder()
        # Kept with the test: what was half a line before this opening is no line in a replay either.
        emit(lines.Wire(t_mono_s=time.monotonic(), direction="in", data_hex=""))
        worked = False
        turns = Turns(time.monotonic())
        try:
            while not station.left():
                data = line.read(4096, time.monotonic() + READ_FOR_S)
                now_s = time.monotonic()
                turns.take(now_s)
                if data:
                    worked = True
                    emit(lines.Wire(t_mono_s=now_s, direction="in", data_hex=data.hex()))
                for sample in decoder.feed(data):
                    state = tell(freshness.take(state, sample, now_s))
                state = tell(freshness.pass_time(state, now_s))
            return
        except LinkLost as error:
            emit(lines.Failed(causes=error.causes, fatal=False))
            state = tell(freshness.lose(state, HeartRateStatus.OFFLINE, time.monotonic()))
        finally:
            attempts.end(worked=worked)
            line.close()
