"""The driver in its own process, as the station starts it; what every driver promises is in test_treadmill_contract."""

import time
from collections.abc import Callable, Iterator

import pytest

from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.serial_line import LinkLost, SerialLine
from drivers.treadmill_client import TreadmillClient
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint

pytestmark = pytest.mark.process
SCALE = TimeScale(10)
WALK = Setpoint(speed_kmh=4.8, incline_pct=0.0)


class Link:
    """A driver, its treadmill, and a hand that renews leases."""

    def __init__(self, units: str = "kmh") -> None:
        self.treadmill = TrackmasterEmulator(units, SCALE)
        self.server = TcpServer(self.treadmill)
        self.client = TreadmillClient(f"trackmaster:{self.server.url},units={units}", SCALE)
        self.seen: list[BeltTelemetry] = []

    @property
    def last(self) -> BeltTelemetry:
        self.seen += self.client.telemetry()
        return self.seen[-1] if self.seen else BeltTelemetry(t_mono_s=0, state=BeltState.OFFLINE)

    def until(
        self, fact: Callable[[], bool], lease: Setpoint | None = None, renew: bool = False, within_s: float = 10
    ) -> None:
        end_s = time.monotonic() + within_s
        while not fact():
            assert time.monotonic() < end_s, f"in vain; last seen {self.last}"
            if renew:
                self.client.grant(lease, 1.0)
            time.sleep(0.05)

    def walk(self) -> None:
        self.until(lambda: self.last.state is BeltState.IDLE and self.last.at_rest)
        self.client.arm(6.0, 12.0)
        self.until(lambda: (self.last.measured_speed_kmh or 0) > 4.6, WALK, renew=True)

    def said(self) -> str:
        return b"".join(data for _, way, data in self.treadmill.transcript if way == "in").hex()

    def close(self) -> None:
        self.client.close()
        self.server.close()


@pytest.fixture
def link() -> Iterator[Link]:
    made = Link()
    yield made
    made.close()


def test_the_treadmill_is_polled_so_often_that_its_watchdog_sleeps_through_a_walk(link: Link) -> None:
    link.walk()
    until_s = time.monotonic() + 3
    link.until(lambda: time.monotonic() > until_s, WALK, renew=True)
    assert link.treadmill.watchdog_fired == 0
    assert link.last.worst_gap_ms > 0


def test_a_port_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(LinkLost, match="plug the adapter in"):
        SerialLine("/dev/ttyNOSUCH9", 4800)
    with pytest.raises(LinkLost, match="nobody answers there"):
        SerialLine("socket://127.0.0.1:9", 4800)
