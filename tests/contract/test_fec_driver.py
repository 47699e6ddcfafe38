"""The ANT+ treadmill driver on an emulated stick on a real wire, alone and beside a strap's driver on that stick."""

import contextlib
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drivers import lines
from drivers.emulators.ant_radio import DUMMY_KEY
from drivers.emulators.belt import BeltPhysics
from drivers.emulators.fec import FecEmulator, FecTransmitter
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.wire import PtyServer, TcpServer
from drivers.heart_rate import ant
from drivers.radio import ant_stick
from drivers.treadmill import fec
from tests.contract.guided_thread import SCALE, WALK, GuidedThread
from teststation.ports import BeltState, HeartRateStatus, TripReason

pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def dummy_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())


def driver_of(port: str, **options: str) -> GuidedThread:
    return GuidedThread(fec.run, port, {"number": "4711", **options})


class Strap:
    """A strap's driver on a thread."""

    def __init__(self, port: str) -> None:
        self.said: list[lines.FromDriver] = []
        self._inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        arguments = (port, {"number": "12345"}, self.said.append, self._inbox, SCALE)
        self._thread = threading.Thread(target=ant.run, args=arguments, daemon=True)
        self._thread.start()

    @property
    def status(self) -> HeartRateStatus | None:
        hearts = [line.reading for line in list(self.said) if isinstance(line, lines.Heart)]
        return hearts[-1].status if hearts else None

    def until_read(self, within_s: float = 10.0) -> None:
        mark, end_s = len(self.said), time.monotonic() + within_s
        while not any(isinstance(line, lines.Heart) and line.reading.bpm for line in self.said[mark:]):
            assert time.monotonic() < end_s, f"no pulse; it said {self.said[-3:]}"
            time.sleep(0.02)

    def close(self) -> None:
        self._inbox.put(lines.Quit())
        self._thread.join(5.0)
        assert not self._thread.is_alive()


@contextmanager
def strap_of(port: str) -> Generator[Strap]:
    strap = Strap(port)
    try:
        yield strap
    finally:
        strap.close()


def test_speed_incline_and_rest_are_read_and_the_channel_only_receives() -> None:
    machine = FecEmulator(SCALE)
    with TcpServer(machine) as server, driver_of(server.url) as driver:
        driver.walks(machine)
        driver.until(lambda: driver.last.measured_speed_kmh == pytest.approx(4.8, abs=0.01), "the set speed")
        driver.until(lambda: driver.last.measured_incline_pct == 2.0, "the incline")
        machine.operator_sets(0.0, 0.0)
        driver.until(lambda: driver.last.at_rest, "rest")
        assert machine.true_speed_kmh == 0.0
        info = driver.infos[0]
        assert info is not None
        assert (info.family, info.controls_belt, info.reads_belt) == ("fec", False, True)
    sent = [message for message, _ in machine.stick.heard]
    assert not set(sent) & {0x4E, 0x4F, 0x50}
    assert (0x42, bytes((0, 0x40, 0))) in machine.stick.heard
    assert not any(DUMMY_KEY.hex() in wire.data_hex for wire in driver.wires)


def test_without_a_page_of_the_incline_it_is_unknown() -> None:
    machine = FecEmulator(SCALE)
    machine.give("no_incline")
    with TcpServer(machine) as server, driver_of(server.url) as driver:
        driver.walks(machine)
        assert not any(seen.measured_incline_pct is not None for seen in driver.seen)


def test_an_incline_that_is_a_level_is_left_to_the_operators_word() -> None:
    machine = FecEmulator(SCALE)
    with TcpServer(machine) as server, driver_of(server.url, incline="word") as driver:
        driver.walks(machine)
        assert not any(seen.measured_incline_pct is not None for seen in driver.seen)


def test_a_bicycle_is_one_sentence_and_no_speed() -> None:
    machine = FecEmulator(SCALE)
    machine.give("bicycle")
    machine.operator_sets(20.0, 0.0)
    with TcpServer(machine) as server, driver_of(server.url) as driver:
        driver.until(lambda: bool(driver.said), "a complaint")
        assert driver.said[0] == "ANT+ fitness machine 4711 is no treadmill; write the number of the treadmill"


def test_of_two_machines_in_range_only_the_chosen_one_is_read() -> None:
    machine = FecEmulator(SCALE)
    fast = BeltPhysics()
    fast.speed_kmh = 11.0
    machine.others.append(FecTransmitter(fast, set(), number=4712))
    with TcpServer(machine) as server, driver_of(server.url) as driver:
        driver.walks(machine)
        machine.give("drop")
        driver.until(lambda: driver.last.state is BeltState.OFFLINE, "silence", lease=True)
        end_s = time.monotonic() + 1.5  # a hurried driver would take the one that is left
        while time.monotonic() < end_s:
            time.sleep(0.05)
        assert max(seen.measured_speed_kmh or 0 for seen in driver.seen) <= 4.81


def test_without_a_number_none_is_read_and_which_there_are_is_told() -> None:
    machine = FecEmulator(SCALE)
    machine.operator_sets(4.0, 0.0)
    with TcpServer(machine) as server, GuidedThread(fec.run, server.url) as driver:
        driver.until(lambda: bool(driver.said), "the machine's number")
        assert f"write fec:{server.url},number=4711" in driver.said[0]
        time.sleep(1.0)
        assert not any(seen.measured_speed_kmh is not None for seen in driver.seen)
        assert driver.last.state is BeltState.OFFLINE


@pytest.mark.parametrize(
    ("fault", "trip"),
    [("drop", TripReason.NO_ANSWER), ("no_speed", TripReason.GARBLED), ("unplug", TripReason.PORT_LOST)],
)
def test_silence_a_missing_speed_and_a_stick_that_is_pulled_are_no_rest(fault: str, trip: TripReason) -> None:
    machine = FecEmulator(SCALE)
    with TcpServer(machine) as server, driver_of(server.url) as driver:
        driver.walks(machine)
        mark = len(driver.seen)
        machine.give(fault)
        driver.until(lambda: driver.last.trip is not None, "the trip", lease=True)
        assert driver.last.trip is trip
        assert not any(seen.at_rest or seen.measured_speed_kmh == 0.0 for seen in driver.seen[mark:])
        machine.operator_sets(0.0, 0.0)
        machine.take(fault)
        driver.until(lambda: driver.last.at_rest, "rest, read again", 30.0)


def test_zeros_on_a_belt_whose_way_grows_are_no_rest_and_frozen_totals_no_fault() -> None:
    machine = FecEmulator(SCALE)
    with TcpServer(machine) as server, driver_of(server.url) as driver:
        driver.walks(machine)
        for fault in ("flicker", "zero"):
            machine.give(fault)
            end_s = time.monotonic() + 3.0
            while time.monotonic() < end_s:
                driver.inbox.put(lines.Lease(setpoint=WALK, lease_s=1.0))
                assert not driver.last.at_rest, fault
                time.sleep(0.02)
            machine.take(fault)
            driver.until(lambda: (driver.last.measured_speed_kmh or 0) > 4.7, "the speed again", lease=True)
        machine.give("frozen")
        end_s = time.monotonic() + 3.0
        while time.monotonic() < end_s:
            driver.inbox.put(lines.Lease(setpoint=WALK, lease_s=1.0))
            time.sleep(0.02)
        assert driver.last.trip is None
        assert driver.last.measured_speed_kmh == pytest.approx(4.8, abs=0.01)


# --- one stick ---


def both_on_one_stick(server: TcpServer | PtyServer, machine: FecEmulator) -> None:
    with driver_of(server.url) as driver, strap_of(server.url) as strap:
        driver.walks(machine)
        strap.until_read()
        driver.until(lambda: driver.last.measured_incline_pct == 2.0, "the incline", lease=True)
        assert driver.last.trip is None


def worn() -> FecEmulator:
    return FecEmulator(SCALE, patient=Patient(draw_body(1), 1))


def test_a_strap_and_the_treadmill_are_read_through_one_stick() -> None:
    machine = worn()
    with TcpServer(machine) as server:
        both_on_one_stick(server, machine)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_and_on_a_port_that_opens_but_once() -> None:
    machine = worn()
    with PtyServer(machine) as server:
        both_on_one_stick(server, machine)


@pytest.mark.parametrize("strap_first", [True, False])
def test_who_has_the_stick_may_end_and_the_other_takes_it_over(strap_first: bool) -> None:
    machine = worn()
    with TcpServer(machine) as server:
        first = Strap(server.url) if strap_first else None
        if first is not None:
            first.until_read()
        with driver_of(server.url) as driver:
            driver.rests()
            strap = first or Strap(server.url)
            strap.until_read()
            driver.walks(machine)
            if strap_first:
                strap.close()  # it had the stick
                mark = len(driver.seen)
                driver.until(lambda: len(driver.seen) > mark + 30, "some time", lease=True)
                driver.until(lambda: (driver.last.measured_speed_kmh or 0) > 4.7, "the speed", lease=True)
                assert driver.last.trip is None
        if not strap_first:
            strap.until_read(15.0)
            strap.close()


def test_a_process_that_dies_with_the_stick_leaves_it_to_the_other(tmp_path: Path) -> None:
    machine = worn()
    with TcpServer(machine) as server:
        code = f"""
import time
from drivers.radio.ant_stick import open_stick
stick = open_stick({server.url!r})
print("open", flush=True)
time.sleep(60)
"""
        holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "open"
        with driver_of(server.url) as driver:
            driver.walks(machine)
            holder.kill()
            holder.communicate()
            mark = len(driver.seen)
            driver.until(lambda: len(driver.seen) > mark + 30, "some time", lease=True)
            driver.until(lambda: (driver.last.measured_speed_kmh or 0) > 4.7, "the speed", lease=True)
            assert driver.last.trip is None


def test_who_does_not_know_the_word_is_not_let_in() -> None:
    import json
    import socket

    machine = worn()
    with TcpServer(machine) as server:
        stick = ant_stick.open_stick(server.url)
        note = ant_stick._note_of(server.url)
        end_s = time.monotonic() + 3.0
        while not note.exists():
            assert time.monotonic() < end_s
            time.sleep(0.02)
        told = json.loads(note.read_text("utf-8"))
        for word in (b"0" * 32 + b"\n", b"\n", b"x" * 100):
            with socket.create_connection(("127.0.0.1", told["port"]), 1.0) as stranger:
                stranger.settimeout(2.0)
                stranger.sendall(word)
                with contextlib.suppress(ConnectionResetError):
                    assert stranger.recv(1) == b""
        stick.close()
        assert not note.exists()


def test_what_is_written_down_and_out_of_date_keeps_nobody_from_the_stick() -> None:
    machine = worn()
    with TcpServer(machine) as server:
        note = ant_stick._note_of(server.url)
        note.parent.mkdir(parents=True, exist_ok=True)
        for text in ("", "nonsense", '{"port": 1, "token": "x"}', '{"port": "x"}', "[]"):
            note.write_text(text, "utf-8")
            stick = ant_stick.open_stick(server.url)
            stick.close()


def no_key(run: Callable[..., None]) -> None:
    said: list[lines.FromDriver] = []
    run("COM1", {"number": "1"}, said.append, queue.Queue(), SCALE)


def test_without_a_network_key_it_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from teststation.errors import BadInput

    monkeypatch.delenv("TESTSTATION_ANT_KEY")
    with pytest.raises(BadInput, match="ANT\\+ is not set up"):
        no_key(fec.run)


def test_a_straps_driver_beside_the_treadmill_lets_it_have_the_stick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ant_stick.WAITS, "1")
    machine = worn()
    with TcpServer(machine) as server, strap_of(server.url) as strap:
        time.sleep(0.5)
        assert not ant_stick._note_of(server.url).exists(), "the strap's driver has opened the stick"
        with driver_of(server.url) as driver:
            driver.rests()
            strap.until_read()
