"""The ANT+ driver on an emulated stick on a real wire, and an ANT host nobody here made on the same emulator."""

import array
import itertools
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import serial

from drivers import lines
from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.wire import PtyServer, TcpServer
from drivers.heart_rate import ant
from drivers.radio.ant_usb import UsbStick
from drivers.serial_line import LinkLost
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

pytestmark = pytest.mark.process
SCALE = 10.0


def stick(scale: float = SCALE, number: int = 12345) -> AntStick:
    return AntStick(Patient(draw_body(1), 1), lambda: (4.8, 0.0), TimeScale(scale), number=number)


class Listener:
    """The driver on a thread of its own, as its process would run it."""

    def __init__(self, port: str, **options: str) -> None:
        self.said: list[lines.FromDriver] = []
        self._inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        arguments = (port, options, self.said.append, self._inbox, TimeScale(SCALE))
        self._thread = threading.Thread(target=ant.run, args=arguments, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._inbox.put(lines.Quit())
        self._thread.join(5.0)
        assert not self._thread.is_alive()

    @property
    def readings(self) -> list[HeartRateReading]:
        return [line.reading for line in list(self.said) if isinstance(line, lines.Heart)]

    @property
    def status(self) -> HeartRateStatus | None:
        readings = self.readings
        return readings[-1].status if readings else None

    @property
    def complaints(self) -> list[str]:
        return [line.sentence for line in list(self.said) if isinstance(line, lines.Failed)]

    def wait(self, fact: Callable[[], bool], what: str, within_s: float = 8.0) -> None:
        until_s = time.monotonic() + within_s
        while not fact():
            assert time.monotonic() < until_s, f"waited in vain for {what}; it said {self.said[-5:]}"
            time.sleep(0.01)


@pytest.fixture(autouse=True)
def dummy_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())


def test_a_strap_is_read_with_its_number_intervals_and_battery() -> None:
    with TcpServer(stick()) as server, Listener(server.url, number="12345") as listener:
        listener.wait(lambda: len(listener.readings) > 120, "two minutes of pulse", 20.0)
        good = [r for r in listener.readings if r.status is HeartRateStatus.OK]
        assert len(good) == len(listener.readings)
        assert {r.sensor for r in good} == {"ANT+ 12345"}
        assert all(60_000 / r.bpm == pytest.approx(t * 1000 / 1024, rel=0.2) for r in good for t in r.rr_1024 if r.bpm)
        assert good[-1].battery_pct == 87
        assert all(r.flags == () for r in good)


def test_the_key_is_in_no_line_the_driver_says() -> None:
    with TcpServer(stick()) as server, Listener(server.url, number="12345") as listener:
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "a pulse")
        wires = [line for line in listener.said if isinstance(line, lines.Wire)]
        out = "".join(w.data_hex for w in wires if w.direction == "out")
        assert "a40946" + "00" * 9 in out
        assert all(DUMMY_KEY.hex() not in lines.encode(line).decode("ascii") for line in listener.said)
        assert DUMMY_KEY.hex() not in out


def test_a_stick_that_is_unplugged_is_told_and_read_again_when_it_is_back() -> None:
    device = stick()
    with TcpServer(device) as server, Listener(server.url, number="12345") as listener:
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "a pulse")
        device.give("unplug")
        listener.wait(lambda: listener.status is HeartRateStatus.OFFLINE, "the news of the loss")
        device.take("unplug")
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "the pulse again")


def test_a_strap_out_of_range_is_absent_and_comes_back_after_searches_that_ended() -> None:
    device = stick()
    with TcpServer(device) as server, Listener(server.url, number="12345") as listener:
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "a pulse")
        device.give("drop")
        device.give("second_strap")
        listener.wait(lambda: listener.status is HeartRateStatus.STALE, "the news of the loss")
        listener.wait(lambda: bool(listener.complaints), "the end of a search", 10.0)
        assert "no ANT+ strap 12345 is in range" in listener.complaints[0]
        device.take("drop")
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "the pulse again")
        assert {r.sensor for r in listener.readings if r.bpm} == {"ANT+ 12345"}


@pytest.mark.parametrize("fault", ["freeze", "no_contact"])
def test_a_strap_that_counts_no_beats_is_absent_however_much_it_sends(fault: str) -> None:
    device = stick()
    with TcpServer(device) as server, Listener(server.url, number="12345") as listener:
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "a pulse")
        device.give(fault)
        listener.wait(lambda: listener.status is HeartRateStatus.STALE, "the news of the loss")
        assert listener.readings[-1].bpm is None


def test_lost_messages_cost_no_pulse() -> None:
    device = stick()
    device.give("lost")
    with TcpServer(device) as server, Listener(server.url, number="12345") as listener:
        listener.wait(lambda: len(listener.readings) > 40, "most of a minute", 15.0)
        assert {r.status for r in listener.readings} == {HeartRateStatus.OK}
        assert not any("rr_range" in r.flags for r in listener.readings)


def test_a_strap_that_was_not_named_is_read_and_remarked() -> None:
    with TcpServer(stick()) as server, Listener(server.url) as listener:
        listener.wait(lambda: listener.status is HeartRateStatus.OK, "a pulse")
        assert "not_bound" in listener.readings[-1].flags


def test_without_a_key_it_is_not_set_up_and_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESTSTATION_ANT_KEY")
    device = stick()
    with TcpServer(device) as server, Listener(server.url) as listener:
        listener.wait(lambda: bool(listener.complaints), "the sentence")
        time.sleep(0.3)
        assert listener.status is HeartRateStatus.NOT_SET_UP
        (sentence,) = listener.complaints
        assert sentence.startswith("ANT+ is not set up")
        assert device.heard == []


def test_usb_without_a_stick_is_one_sentence() -> None:
    with pytest.raises(LinkLost, match=r"no ANT stick on USB|needs libusb|needs pyusb"):
        UsbStick()


# --- a host nobody here made ---


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_unmodified_openant_reads_our_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    from openant.base import ant as openant_ant
    from openant.base import driver as openant_driver
    from openant.devices.heart_rate import HeartRate
    from openant.easy.node import Node

    device = stick(scale=5.0)
    with PtyServer(device) as server:

        class PtyDriver(openant_driver.Driver):
            """Where openant would look for a USB stick, it finds our pseudo-terminal; nothing else is replaced."""

            def open(self) -> None:
                self.port = serial.Serial(server.url, 115200, timeout=0.02)

            def close(self) -> None:
                self.port.close()

            def read(self) -> Any:
                return array.array("B", self.port.read(64))

            def write(self, data: Any) -> None:
                self.port.write(bytes(data))

        monkeypatch.setattr(openant_driver, "find_driver", PtyDriver)
        monkeypatch.setattr(openant_ant, "find_driver", PtyDriver)
        node = Node()
        node.set_network_key(0, list(DUMMY_KEY))
        found: list[str] = []
        got: list[tuple[int, int, float]] = []
        strap = HeartRate(node, device_id=0)
        strap.on_found = lambda: found.append(str(strap))

        def take(page: int, page_name: str, data: Any) -> None:
            got.append((data.heart_rate, data.beat_count, data.beat_time))
            if len(got) == 120:
                stopping.start()

        strap.on_device_data = take
        stopping = threading.Thread(target=node.stop)
        guard = threading.Timer(20.0, node.stop)
        guard.start()
        node.start()
        guard.cancel()
        guard.join()
        stopping.join()  # only then has its own thread let go of the port
    assert "12345" in found[0]
    assert len(got) >= 120
    assert {bpm for bpm, _, _ in got} <= set(range(85, 130))
    counts = [count for _, count, _ in got]
    steps = [(after - before) % 256 for before, after in itertools.pairwise(counts)]
    assert set(steps) <= {0, 1}
    beats = [now for before, now in itertools.pairwise(got) if now[1] != before[1]]
    for before, now in itertools.pairwise(beats):
        assert 60 / ((now[2] - before[2]) % 64) == pytest.approx(now[0], rel=0.2)
