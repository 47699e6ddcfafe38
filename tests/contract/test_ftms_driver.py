"""The fitness-machine driver and unmodified bleak on virtual treadmills: a private D-Bus, a stand-in for BlueZ."""

import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from drivers import lines
from drivers.heart_rate import ftms as machine_pulse
from drivers.treadmill import ftms, ftms_reader
from drivers.treadmill.machines_seen import machines_in_range
from tests.contract.guided_thread import SCALE, WALK, GuidedThread
from tests.mutants import planted_fault
from tests.virtual_bluetooth.fitness_machine import LAYOUTS, FitnessMachine
from tests.virtual_bluetooth.radio import VirtualRadio
from teststation.ports import BeltState, TripReason

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="bleak speaks D-Bus on Linux alone"),
]


def driver_of(port: str, options: dict[str, str] | None = None) -> GuidedThread:
    return GuidedThread(ftms.run, port, options)


@pytest.fixture
def radio(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualRadio]:
    with VirtualRadio() as room:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", room.bus_address)
        yield room


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_make_is_read_to_the_speed_of_its_belt_and_nothing_is_written_to_it(
    layout: str, radio: VirtualRadio
) -> None:
    machine = FitnessMachine(layout, SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        driver.until(lambda: (driver.last.measured_speed_kmh or 0) == 4.8, "the set speed")
        tells = bool(LAYOUTS[layout].parts[0] & 8)
        if tells:
            driver.until(lambda: driver.last.measured_incline_pct == 2.0, "the incline")
        else:
            assert driver.last.measured_incline_pct is None
        machine.operator_sets(0.0, 0.0)
        driver.until(lambda: driver.last.at_rest, "rest")
        assert machine.true_speed_kmh == 0.0
    assert driver.infos[0] is None
    info = driver.infos[-1]
    assert info is not None
    assert (info.family, info.controls_belt, info.reads_belt, info.console_units) == ("ftms", False, True, "kmh")
    assert (info.max_speed_kmh, info.max_incline_pct) == (12.0, 15.0)
    assert not [entry for entry in machine.transcript if entry[1] == "in"]
    channels = {wire.channel for wire in driver.wires}
    assert {"2acd", "2ad4", "2ad5", "2acc", "2ada"} <= channels
    assert {wire.direction for wire in driver.wires} == {"in"}


def test_no_driver_knows_the_control_point() -> None:
    from pathlib import Path

    import drivers

    sources = [path.read_text("utf-8").lower() for path in Path(drivers.__path__[0]).rglob("*.py")]
    assert not [text for text in sources if "2ad9" in text or "write_gatt" in text]


def test_the_machines_own_top_binds_too(radio: VirtualRadio) -> None:
    machine = FitnessMachine("cswp8", SCALE)
    machine.speed_range, machine.incline_range = (100, 600, 50), (0, 0, 1)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.rests()
        info = driver.infos[-1]
        assert info is not None
        assert (info.max_speed_kmh, info.max_incline_pct, info.speed_step_kmh) == (6.0, 0.0, 0.1)


def test_a_machine_without_ranges_and_without_a_serial_number_is_read(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine, ranges=False, serial=None, service_data=None)
    with driver_of("D0:D0:D0:D0:D0:01") as driver:
        driver.walks(machine)


@pytest.mark.parametrize(
    "particulars",
    [{"service_data": None}, {"service_data": b"\x00\x00\x01"}, {"listed": False}],
    ids=["no service data", "swapped type", "no list of services"],
)
def test_a_machine_that_advertises_itself_wrongly_is_found_by_its_name(particulars: dict, radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine, **particulars)
    with driver_of("CTM 1") as driver:
        driver.rests()


def test_a_machine_that_is_no_treadmill_is_one_sentence(radio: VirtualRadio) -> None:
    radio.treadmill(FitnessMachine("generic", SCALE), is_treadmill=False)
    with driver_of("CTM 1") as driver:
        driver.until(lambda: bool(driver.said), "a complaint", 15.0)
        assert driver.said[0] == (
            "CTM 1 D0:D0:D0:D0:D0:01: this machine tells no treadmill's data; choose another, or use it as manual"
        )
        assert driver.last.state is BeltState.OFFLINE


def test_of_two_machines_only_the_chosen_one_is_read_and_of_one_name_none(radio: VirtualRadio) -> None:
    mine, other = FitnessMachine("generic", SCALE), FitnessMachine("lifefitness", SCALE)
    radio.treadmill(mine)
    theirs = radio.treadmill(other, name="CTM 2", address="D0:D0:D0:D0:D0:02", serial="4712")
    other.operator_sets(9.0, 0.0)
    with driver_of("CTM 1") as driver:
        driver.walks(mine)
        assert max(seen.measured_speed_kmh or 0 for seen in driver.seen) <= 4.8
        assert not theirs.connected


def test_two_machines_of_one_name_are_never_guessed_between(radio: VirtualRadio) -> None:
    both = [
        radio.treadmill(FitnessMachine("generic", SCALE), address=f"D0:D0:D0:D0:D0:0{n}", serial=str(n)) for n in (1, 2)
    ]
    with driver_of("CTM 1") as driver:
        driver.until(lambda: bool(driver.said), "a complaint", 15.0)
        assert "choose one by its address: D0:D0:D0:D0:D0:01, D0:D0:D0:D0:D0:02" in driver.said[0]
        assert not any(one.connected for one in both)


def test_the_safety_key_is_a_fault_of_the_machine(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        machine.give("e_stop")
        driver.until(lambda: driver.last.trip is not None, "the trip", lease=True)
        assert (driver.last.trip, driver.last.trip_detail) == (TripReason.FAULT_REPORTED, "the safety key is out")
        driver.until(lambda: driver.last.at_rest, "rest")


@pytest.mark.parametrize("what", ["stopped_elsewhere", "paused_elsewhere"])
def test_a_stop_or_a_pause_at_the_console_is_no_fault_and_is_read_as_rest(what: str, radio: VirtualRadio) -> None:
    machine = FitnessMachine("cswp8", SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        machine.give(what)
        driver.until(lambda: driver.last.at_rest, "rest", lease=True)
        assert driver.last.trip is None


def silence_is_no_rest(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        machine.give("mute")
        mark = len(driver.seen)
        driver.until(lambda: driver.last.trip is not None, "the trip", lease=True)
        assert driver.last.trip is TripReason.NO_ANSWER
        driver.until(lambda: driver.last.state is BeltState.OFFLINE, "silence")
        assert driver.last.measured_speed_kmh is None
        assert not any(seen.at_rest or seen.measured_speed_kmh == 0.0 for seen in driver.seen[mark:])


def test_silence_is_no_rest(radio: VirtualRadio) -> None:
    silence_is_no_rest(radio)


def a_missing_speed_is_no_rest(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        machine.give("no_speed")
        mark = len(driver.seen)
        driver.until(lambda: driver.last.trip is not None, "the trip", lease=True)
        assert not any(seen.at_rest or seen.measured_speed_kmh == 0.0 for seen in driver.seen[mark:])


def test_a_missing_speed_is_no_rest(radio: VirtualRadio) -> None:
    a_missing_speed_is_no_rest(radio)


def zeros_on_a_belt_that_moves_are_no_rest(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
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


def test_zeros_on_a_belt_whose_distance_grows_are_no_rest(radio: VirtualRadio) -> None:
    zeros_on_a_belt_that_moves_are_no_rest(radio)


def test_frozen_totals_are_no_rest_and_no_fault(radio: VirtualRadio) -> None:
    machine = FitnessMachine("cswp8", SCALE, somebody=False)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        end_s = time.monotonic() + 4.0
        while time.monotonic() < end_s:
            driver.inbox.put(lines.Lease(setpoint=WALK, lease_s=1.0))
            time.sleep(0.02)
        assert driver.last.measured_speed_kmh == 4.8
        assert driver.last.trip is None


def test_a_link_that_is_renewed_at_once_ends_nothing(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    treadmill = radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        radio.do(treadmill.drop())
        driver.until(lambda: treadmill.links == 2, "a new link", lease=True)
        mark = len(driver.seen)
        driver.until(lambda: len(driver.seen) > mark + 5 and driver.last.measured_speed_kmh == 4.8, "a speed", 5, True)
        assert driver.last.trip is None
        assert any("the link to the treadmill was lost" in said for said in driver.said)


def out_of_range_is_a_lost_port_and_the_machine_is_found_again(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        machine.give("unplug")
        driver.until(lambda: driver.last.trip is not None, "the trip", 15.0, lease=True)
        assert driver.last.trip is TripReason.PORT_LOST
        driver.until(lambda: driver.last.state is BeltState.OFFLINE, "offline")
        assert not driver.last.at_rest
        assert machine.true_speed_kmh > 4.0, "a belt that nobody stopped goes on"
        machine.operator_sets(0.0, 0.0)
        machine.take("unplug")
        driver.until(lambda: driver.last.at_rest, "rest, read again", 25.0)


def test_out_of_range_is_a_lost_port_and_the_machine_is_found_again(radio: VirtualRadio) -> None:
    out_of_range_is_a_lost_port_and_the_machine_is_found_again(radio)


def test_an_incline_beyond_the_machines_own_range_is_a_level_and_unknown(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE, incline_level=10.0)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        driver.until(lambda: machine.incline_pct == 2.0 and driver.last.measured_incline_pct is None, "unknown")


def test_an_incline_that_is_a_level_is_left_to_the_operators_word(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE, incline_level=0.5)
    radio.treadmill(machine)
    with driver_of("CTM 1", {"incline": "word"}) as driver:
        driver.walks(machine)
        assert not any(seen.measured_incline_pct is not None for seen in driver.seen)


def test_frames_that_are_none_and_frames_that_are_cut_are_no_answer(radio: VirtualRadio) -> None:
    for number, fault in enumerate(("garbage", "partial"), start=1):
        machine = FitnessMachine("generic", SCALE)
        radio.treadmill(machine, name=f"M {number}", address=f"D0:D0:D0:D0:D0:1{number}", serial=str(number))
        with driver_of(f"M {number}") as driver:
            driver.walks(machine)
            machine.give(fault)
            driver.until(lambda: driver.last.trip is not None, "the trip", lease=True)
            assert driver.last.trip is TripReason.GARBLED


def test_the_pulse_of_the_machine_is_nobodys(radio: VirtualRadio) -> None:
    machine = FitnessMachine("lifefitness", SCALE, heart_rate=105)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        assert driver.hearts == []


def test_tails_and_padding_are_left_aside(radio: VirtualRadio) -> None:
    machine = FitnessMachine("generic", SCALE, extra=bytes(9))
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)


FAULTS: dict[str, tuple[object, str, str, Callable[[VirtualRadio], None]]] = {
    "silence holds the last word": (
        ftms, "self.missed_in_a_row = int((now_s - self._told_s) / SILENT_S)", "self.missed_in_a_row = 0",
        silence_is_no_rest,
    ),
    "an absent speed is zero": (
        ftms_reader, "if self._doubt.of(", "if False and self._doubt.of(",
        zeros_on_a_belt_that_moves_are_no_rest,
    ),
    "a lost link is never lost": (
        ftms, "if now_s - self._down_since_s > self._lost_after_wall_s:", "if False:",
        out_of_range_is_a_lost_port_and_the_machine_is_found_again,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(
    fault: str, radio: VirtualRadio, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, old, new, fact = FAULTS[fault]
    same = "class FtmsGauge:"
    with planted_fault(module, old, new) as broken, ExitStack() as stack:  # type: ignore[arg-type]
        if module is not ftms:
            monkeypatch.setitem(sys.modules, module.__name__, broken)  # type: ignore[attr-defined]
            broken = stack.enter_context(planted_fault(ftms, same, same))
        monkeypatch.setitem(globals(), "ftms", broken)
        with pytest.raises(AssertionError):
            fact(radio)


def test_devices_list_sees_the_machines_in_range_and_connects_to_none(
    radio: VirtualRadio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")  # as a pipe is on Windows
    first = radio.treadmill(FitnessMachine("generic", SCALE))
    second = radio.treadmill(
        FitnessMachine("generic", SCALE),
        name="Mølle 跑",
        address="D0:D0:D0:D0:D0:02",
        serial="2",
        service_data=b"\x01\x20\x00",
    )
    radio.strap()
    seen = sorted(machines_in_range(1.0), key=lambda machine: machine.address)
    assert [(s.name, s.address, s.treadmill, s.trouble) for s in seen] == [
        ("CTM 1", "D0:D0:D0:D0:D0:01", True, ""),
        ("Mølle 跑", "D0:D0:D0:D0:D0:02", False, ""),
    ]
    assert first.links == second.links == 0


def test_a_search_without_bluetooth_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/socket")
    (seen,) = machines_in_range(0.5)
    assert "no Bluetooth on this machine" in seen.trouble


def test_the_pulse_of_the_machine_is_read_where_it_was_chosen_with_its_mark_beside_the_belts_own_link(
    radio: VirtualRadio,
) -> None:
    machine = FitnessMachine("lifefitness", SCALE, heart_rate=105)
    radio.treadmill(machine)
    with driver_of("CTM 1") as driver:
        driver.walks(machine)
        said: list[lines.FromDriver] = []
        inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        pulse = threading.Thread(target=machine_pulse.run, args=("CTM 1", {}, said.append, inbox, SCALE), daemon=True)
        pulse.start()

        def read() -> bool:
            return any(isinstance(line, lines.Heart) and line.reading.bpm == 105 for line in list(said))

        driver.until(read, "the machine's pulse", 20.0, lease=True)
        hearts = [line.reading for line in said if isinstance(line, lines.Heart) and line.reading.bpm]
        assert all("machine_pulse" in reading.flags for reading in hearts)
        assert driver.last.trip is None
        inbox.put(lines.Quit())
        pulse.join(8.0)
        assert not pulse.is_alive()
    assert driver.hearts == []
