"""The driver in its own process against the emulator: what goes over the wire, and what never does."""

import time
from collections.abc import Callable, Iterator

import pytest

from drivers.client import TreadmillClient
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.serial_line import LinkLost, SerialLine
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TripReason

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


def test_connecting_asks_and_never_moves(link: Link) -> None:
    link.until(lambda: len(link.seen) + bool(link.last) > 8)
    asked = {byte for _, way, data in link.treadmill.transcript if way == "in" for byte in data}
    assert asked == {0xC0, 0xC1, 0xC2}
    assert link.treadmill.true_speed_kmh == 0.0


def test_a_lease_without_an_arming_moves_nothing(link: Link) -> None:
    link.until(lambda: link.last.state is BeltState.IDLE)
    for _ in range(10):
        link.client.grant(WALK, 1.0)
        time.sleep(0.05)
    assert "a0" not in link.said()


def test_a_start_is_from_the_lowest_speed_with_the_watchdog_and_verified(link: Link) -> None:
    link.walk()
    said = link.said()
    lowest = said.index("a330303032")
    assert lowest < said.index("a0", lowest + 10) < said.index("c0", lowest + 12)
    assert "a1" not in [said[i : i + 2] for i in range(0, len(said), 2)]


def test_requested_sent_confirmed_and_measured_are_kept_apart(link: Link) -> None:
    link.walk()
    last = link.last
    assert last.requested == WALK
    assert last.sent_speed_kmh == pytest.approx(4.8)
    assert last.confirmed_speed_kmh == pytest.approx(4.8)
    assert last.measured_speed_kmh == pytest.approx(4.8, abs=0.25)


def test_a_treadmill_in_miles_reports_what_it_can_really_do() -> None:
    link = Link("mph")
    try:
        link.walk()
        assert link.last.sent_speed_kmh == pytest.approx(4.83, abs=0.005)
        info = link.client.info()
        assert info is not None
        assert info.speed_step_kmh == pytest.approx(0.161, abs=0.001)
    finally:
        link.close()


def test_stop_is_the_auto_stop_repeated_until_standstill_is_read_back(link: Link) -> None:
    link.walk()
    mark = len(link.said())
    link.client.stop()
    link.until(lambda: link.last.trip is TripReason.OPERATOR_STOP and link.last.at_rest)
    after = link.said()[mark:]
    assert after.count("aa") >= 1
    assert "a0" not in [after[i : i + 2] for i in range(0, len(after), 2)]
    assert link.treadmill.true_speed_kmh == 0.0


def test_an_ordinary_end_ramps_down_and_is_no_trip(link: Link) -> None:
    link.walk()
    link.until(lambda: link.last.state is BeltState.IDLE and link.last.at_rest, None, renew=True)
    assert link.last.trip is None
    assert "aa" not in link.said()


def test_a_tripped_belt_does_not_walk_on_leases_but_on_a_new_arming(link: Link) -> None:
    link.walk()
    link.client.stop()
    link.until(lambda: link.last.at_rest, WALK, renew=True)
    for _ in range(5):
        link.client.grant(WALK, 1.0)
        time.sleep(0.05)
    assert link.treadmill.true_speed_kmh == 0.0
    link.client.arm(6.0, 12.0)
    link.until(lambda: link.treadmill.true_speed_kmh > 1.0, WALK, renew=True)


def test_after_unplug_and_replug_nothing_starts_again(link: Link) -> None:
    link.walk()
    link.treadmill.give("unplug")
    link.until(lambda: link.last.state is BeltState.OFFLINE and link.last.trip is not None)
    assert not link.last.at_rest
    link.treadmill.take("unplug")
    link.until(lambda: link.last.state is BeltState.TRIPPED and link.last.at_rest, WALK, renew=True)
    starts = [t for t, way, data in link.treadmill.transcript if way == "in" and b"\xa0" in data]
    assert len(starts) == 1


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
