"""Heart rate from a serial bridge. The port is re-opened for as long as the test lasts."""

import queue
import time
from collections.abc import Callable, Mapping

from drivers import lines
from drivers.heart_rate import freshness
from drivers.heart_rate.bridge_codec import BridgeDecoder
from drivers.heart_rate.freshness import Freshness
from drivers.serial_line import LinkLost, SerialLine
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

BAUDRATE = 115200
BACK_OFF_S = (0.0, 1.0, 2.0, 5.0)
READ_FOR_S = 0.05


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: "queue.Queue[lines.ToDriver | Exception | None]",
    scale: TimeScale,
) -> None:
    """Read until the station quits or is gone."""
    emit(lines.Hello(version=lines.VERSION))
    state = Freshness(scale)
    tries = 0

    def tell(step: tuple[Freshness, HeartRateReading | None]) -> Freshness:
        after, reading = step
        if reading is not None:
            emit(lines.Heart(reading=reading))
        return after

    while not station_left(inbox, BACK_OFF_S[min(tries, len(BACK_OFF_S) - 1)]):
        try:
            line = SerialLine(port, int(float(options.get("baud", BAUDRATE))))
        except LinkLost as error:
            tries += 1
            state = tell(freshness.lose(state, HeartRateStatus.OFFLINE, time.monotonic()))
            emit(lines.Failed(sentence=str(error), fatal=False))
            continue
        decoder = BridgeDecoder()
        try:
            while not station_left(inbox, 0.0):
                data = line.read(4096, time.monotonic() + READ_FOR_S)
                now_s = time.monotonic()
                if data:
                    tries = 0
                    emit(lines.Wire(t_mono_s=now_s, direction="in", data_hex=data.hex()))
                for sample in decoder.feed(data):
                    state = tell(freshness.take(state, sample, now_s))
                state = tell(freshness.pass_time(state, now_s))
            return
        except LinkLost:
            tries += 1
            state = tell(freshness.lose(state, HeartRateStatus.OFFLINE, time.monotonic()))
        finally:
            line.close()


def station_left(inbox: "queue.Queue[lines.ToDriver | Exception | None]", wait_s: float) -> bool:
    """Whether the station has quit or is gone, waiting up to ``wait_s`` for that news."""
    until_s = time.monotonic() + wait_s
    while True:
        try:
            line = inbox.get(timeout=max(0.0, until_s - time.monotonic())) if wait_s else inbox.get_nowait()
        except queue.Empty:
            return False
        if line is None or isinstance(line, lines.Quit):
            return True
