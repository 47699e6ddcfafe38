"""The Bluetooth driver and unmodified bleak on virtual straps: a private D-Bus, a stand-in for BlueZ, no radio."""

import asyncio
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from drivers import lines
from drivers.heart_rate import ble as ble_module
from drivers.heart_rate import pulse_link, straps_seen
from drivers.radio import ble_link
from tests.mutants import planted_fault
from tests.patience import PATIENCE
from tests.virtual_bluetooth.radio import PrivateBus, VirtualRadio
from tests.virtual_bluetooth.strap import VirtualStrap
from teststation.clock import TimeScale
from teststation.ports import HeartRateReading, HeartRateStatus

ble = ble_module
pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="bleak speaks D-Bus on Linux alone"),
]


class Listener:
    """The driver on a thread of its own, as its process would run it."""

    def __init__(self, port: str, bound: str = "") -> None:
        self.said: list[lines.FromDriver] = []
        self._inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        arguments = (port, {}, self.said.append, self._inbox, TimeScale())
        self._thread = threading.Thread(target=ble.run, args=arguments, kwargs={"bound": bound}, daemon=True)
        self._thread.start()

    def __enter__(self) -> "Listener":
        return self

    def __exit__(self, *_: object) -> None:
        self._inbox.put(lines.Quit())
        self._thread.join(8.0)
        assert not self._thread.is_alive()

    @property
    def readings(self) -> list[HeartRateReading]:
        return [line.reading for line in list(self.said) if isinstance(line, lines.Heart)]

    @property
    def complaints(self) -> list[str]:
        return [line.sentence for line in list(self.said) if isinstance(line, lines.Failed)]

    def wait(self, fact: Callable[[], bool], what: str, within_s: float = 10.0) -> None:
        until_s = time.monotonic() + within_s
        while not fact():
            assert time.monotonic() < until_s, f"waited in vain for {what}; it said {self.said[-5:]}"
            time.sleep(0.01)

    def wait_for_pulse(self, bpm: int, strap: VirtualStrap, radio: VirtualRadio, frame: bytes | None = None) -> None:
        """Send a frame until the driver has read it."""
        data = frame or bytes([0x06, bpm])

        def read() -> bool:
            radio.do(strap.send(data))
            return any(reading.bpm == bpm for reading in self.readings)

        self.wait(read, f"{bpm} bpm")


def identity(sensor: str) -> str:
    """What a driver says of a strap without a serial number."""
    return ble_link.identity(sensor, sensor.rpartition(" ")[2], None)


@pytest.fixture
def radio(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualRadio]:
    with VirtualRadio() as room:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", room.bus_address)
        yield room


def test_a_strap_is_found_by_its_address_and_read_with_battery_place_contact_and_intervals(radio: VirtualRadio) -> None:
    strap = radio.strap(battery_pct=87, location=1)
    with Listener("f0:f0:f0:f0:f0:f0") as listener:
        listener.wait_for_pulse(103, strap, radio, bytes.fromhex("16 67 72 03 8A 03 95 04"))
        reading = next(r for r in listener.readings if r.bpm == 103)
        assert reading.rr_1024 == (882, 906, 1173)
        assert (reading.contact, reading.battery_pct, reading.location) == (True, 87, "chest")
        assert reading.sensor == "HRM 123456 F0:F0:F0:F0:F0:F0"
        wires = [line for line in listener.said if isinstance(line, lines.Wire)]
        assert {("2a37", "166772038a039504"), ("2a19", "57"), ("2a38", "01")} <= {
            (w.channel, w.data_hex) for w in wires
        }


def test_contact_that_is_lost_takes_the_number_away_at_once(radio: VirtualRadio) -> None:
    strap = radio.strap()
    with Listener("HRM 123456") as listener:
        listener.wait_for_pulse(72, strap, radio)
        radio.do(strap.send(bytes([0x04, 72])))
        listener.wait(lambda: listener.readings[-1].status is HeartRateStatus.NO_CONTACT, "no contact")
        assert listener.readings[-1].bpm is None
        listener.wait_for_pulse(75, strap, radio)


def test_a_link_that_is_lost_is_told_at_once_and_comes_back_with_notifications(radio: VirtualRadio) -> None:
    strap = radio.strap()
    with Listener(strap.address) as listener:
        listener.wait_for_pulse(80, strap, radio)
        radio.do(strap.drop())
        listener.wait(
            lambda: listener.readings[-1].status is HeartRateStatus.OFFLINE or len(listener.complaints) > 0,
            "the news of the loss",
        )
        time.sleep(0.1)
        assert listener.readings[-1].status is HeartRateStatus.OFFLINE
        assert any("was lost" in sentence for sentence in listener.complaints)
        listener.wait_for_pulse(81, strap, radio)


def test_a_strap_that_leaves_and_comes_into_range_again_is_read_again(radio: VirtualRadio) -> None:
    strap = radio.strap()
    with Listener(strap.address) as listener:
        listener.wait_for_pulse(80, strap, radio)
        radio.do(strap.hide())
        listener.wait(lambda: listener.readings[-1].status is HeartRateStatus.OFFLINE, "the news of the loss")
        radio.do(strap.show())
        listener.wait_for_pulse(82, strap, radio)


def test_an_adapter_that_is_pulled_out_is_one_sentence_and_the_strap_is_read_again_when_it_is_back(
    radio: VirtualRadio,
) -> None:
    strap = radio.strap()
    with Listener(strap.address) as listener:
        listener.wait_for_pulse(80, strap, radio)
        radio.pull_adapter()
        listener.wait(lambda: listener.readings[-1].status is HeartRateStatus.OFFLINE, "the news of the loss")
        listener.wait(lambda: any("no Bluetooth adapter" in said for said in listener.complaints), "the sentence")
        radio.plug_adapter()
        listener.wait_for_pulse(81, strap, radio)


def test_a_strap_that_a_dead_program_has_left_connected_is_taken_over(radio: VirtualRadio) -> None:
    strap = radio.strap()
    hold_and_die(strap)
    with Listener("HRM 123456") as listener:
        listener.wait_for_pulse(80, strap, radio)


def hold_and_die(strap: VirtualStrap) -> None:
    """A program that connects to a strap and dies. BlueZ leaves it connected; such a strap does not advertise."""
    code = f"""
import asyncio, os
from bleak import BleakClient, BleakScanner
async def hold():
    device = await BleakScanner.find_device_by_address({strap.address!r})
    client = BleakClient(device)
    await client.connect()
    await client.start_notify("2a37", lambda *_: None)
    os._exit(0)
asyncio.run(hold())
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30 * PATIENCE)
    assert strap.connected


def test_a_driver_bound_to_a_strap_takes_no_other_of_its_name(radio: VirtualRadio) -> None:
    other = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:02", serial="2")
    with Listener("HRM", bound=identity("HRM F0:F0:F0:F0:F0:01")) as listener:
        listener.wait(lambda: bool(listener.complaints) or other.connected, "a complaint", 20.0)
        assert not other.connected
        mine = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:01", serial="1")
        listener.wait_for_pulse(80, mine, radio)
        assert not other.connected


def test_a_bound_strap_is_taken_back_under_a_new_address_by_a_driver_that_never_saw_it(radio: VirtualRadio) -> None:
    strap = radio.strap(name="HRM", serial="1")
    with Listener("HRM") as listener:
        listener.wait_for_pulse(80, strap, radio)
        (bound,) = [line.strap for line in listener.said if isinstance(line, lines.Identity)]
    radio.do(strap.hide())
    again = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:02", serial="1")
    with Listener("HRM", bound=bound) as listener:
        listener.wait_for_pulse(81, again, radio)
        assert {r.sensor for r in listener.readings if r.bpm} == {"HRM F0:F0:F0:F0:F0:F0"}


def test_a_namesake_that_another_program_holds_is_no_reason_not_to_look_for_mine(radio: VirtualRadio) -> None:
    other = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:02", serial="2")
    hold_and_die(other)
    mine = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:01", serial="1")

    def refused_or_heard() -> bool:
        radio.do(other.send(bytes((0x06, 190))))
        return bool(listener.complaints) or any(reading.bpm == 190 for reading in listener.readings)

    with Listener("HRM") as listener:
        listener.wait(refused_or_heard, "a complaint", 20.0)
        assert "choose one by its address" in listener.complaints[0]
        assert not mine.connected


def test_a_strap_with_two_batteries_is_read(radio: VirtualRadio) -> None:
    strap = radio.strap(batteries=2)
    with Listener(strap.address) as listener:
        listener.wait_for_pulse(80, strap, radio)
        assert next(r.battery_pct for r in listener.readings if r.bpm == 80) == 87


def test_a_link_that_stands_and_says_nothing_is_made_anew(radio: VirtualRadio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ble_link, "SILENT_LINK_S", 1.0)
    strap = radio.strap()
    with Listener(strap.address) as listener:
        listener.wait_for_pulse(80, strap, radio)
        links = [strap.links]
        listener.wait(lambda: strap.links > links[0], "a new link")
        listener.wait_for_pulse(81, strap, radio)


def test_a_bluetooth_stack_that_hangs_is_told_by_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(ble_link, "STUCK_AFTER_S", 2.0)
    monkeypatch.setattr(ble.StrapLink, "_find", never)
    with Listener("HRM") as listener:
        alive = lambda: sum(isinstance(line, lines.Alive) for line in listener.said)  # noqa: E731
        listener.wait(lambda: alive() >= 1, "a sign of life")
        time.sleep(3.0)
        count = alive()
        assert count <= 2
        time.sleep(1.5)
        assert alive() == count


def test_of_two_straps_in_range_only_the_chosen_one_is_ever_heard(radio: VirtualRadio) -> None:
    other = radio.strap(name="HRM 999", address="F0:F0:F0:F0:F0:01", serial="999")
    mine = radio.strap()
    with Listener(mine.address) as listener:
        listener.wait_for_pulse(70, mine, radio)
        radio.do(mine.hide())
        listener.wait(lambda: listener.readings[-1].status is HeartRateStatus.OFFLINE, "the news of the loss")
        radio.do(other.send(bytes([0x06, 190])))
        time.sleep(1.0)  # a hurried driver would take the strap that is left
        assert not other.connected
        radio.do(mine.show())
        listener.wait_for_pulse(71, mine, radio)
        assert {r.bpm for r in listener.readings} <= {70, 71, None}


def test_two_straps_of_one_name_are_never_guessed_between(radio: VirtualRadio) -> None:
    straps = [radio.strap(name="HRM", address=f"F0:F0:F0:F0:F0:0{n}", serial=str(n)) for n in (1, 2)]
    with Listener("HRM") as listener:
        taken = lambda: any(strap.connected for strap in straps)  # noqa: E731
        listener.wait(lambda: bool(listener.complaints) or taken(), "a complaint")
        assert not taken()
        assert "choose one by its address: F0:F0:F0:F0:F0:01, F0:F0:F0:F0:F0:02" in listener.complaints[0]


def test_another_strap_of_the_same_name_is_refused_after_the_first_was_bound(radio: VirtualRadio) -> None:
    mine = radio.strap(name="HRM", serial="1")
    with Listener("HRM") as listener:
        listener.wait_for_pulse(70, mine, radio)
        radio.do(mine.hide())
        other = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:02", serial="2")

        def refused_or_heard() -> bool:
            radio.do(other.send(bytes((0x06, 190))))
            refused = any("another strap" in said for said in listener.complaints)
            return refused or any(reading.bpm == 190 for reading in listener.readings)

        listener.wait(refused_or_heard, "the refusal", 20.0)
        assert not any(reading.bpm == 190 for reading in listener.readings)
        assert listener.readings[-1].bpm is None


def test_the_same_strap_under_a_new_random_address_is_taken_back_by_its_serial_number(radio: VirtualRadio) -> None:
    before = radio.strap(name="HRM", serial="1")
    with Listener("HRM") as listener:
        listener.wait_for_pulse(70, before, radio)
        radio.do(before.hide())
        after = radio.strap(name="HRM", address="F0:F0:F0:F0:F0:02", serial="1")
        listener.wait(lambda: after.connected, "the strap's new address", 20.0)
        listener.wait_for_pulse(71, after, radio)


def test_a_frame_that_is_none_is_dropped_and_the_next_is_read(radio: VirtualRadio) -> None:
    strap = radio.strap()
    with Listener(strap.address) as listener:
        listener.wait_for_pulse(70, strap, radio)
        for junk in (b"\x01", b"\x01\x8c", b"\x08\x43\xd0"):
            radio.do(strap.send(junk))
        listener.wait_for_pulse(74, strap, radio)


def test_devices_list_sees_both_straps_with_signal_battery_and_live_pulse(radio: VirtualRadio) -> None:
    other = radio.strap(name="HRM 2", address="F0:F0:F0:F0:F0:02", serial="2", battery_pct=5, batteries=2)
    straps = [radio.strap(), other]

    async def beat() -> None:
        while True:
            for bpm, strap in zip((61, 62), straps, strict=True):
                await strap.send(bytes([0x06, bpm]))
            await asyncio.sleep(0.1)

    radio.begin(beat())
    seen = sorted(straps_seen.straps_in_range(0.5), key=lambda strap: strap.name)
    assert [(s.name, s.address, s.bpm, s.contact, s.battery_pct) for s in seen] == [
        ("HRM 123456", "F0:F0:F0:F0:F0:F0", 61, True, 87),
        ("HRM 2", "F0:F0:F0:F0:F0:02", 62, True, 5),
    ]
    assert all(strap.rssi_dbm is not None for strap in seen)


FAULTS: dict[str, tuple[str, str, Callable[[VirtualRadio], None]]] = {
    "a strap that is held is looked for in the air": (
        "for device in await self._held_by_the_system()",
        "for device in []",
        test_a_strap_that_a_dead_program_has_left_connected_is_taken_over,
    ),
    "a driver forgets whose it is": (
        "self.sensor, self._address, self._serial = _of_identity(bound)",
        "self.sensor, self._address, self._serial = '', None, None",
        test_a_driver_bound_to_a_strap_takes_no_other_of_its_name,
    ),
    "one of two is as good as the other": (
        "if len(found) > 1:",
        "if False:",
        test_two_straps_of_one_name_are_never_guessed_between,
    ),
    "a name is enough": (
        "and device.address.upper() != self._address and serial != self._serial",
        "and False",
        test_another_strap_of_the_same_name_is_refused_after_the_first_was_bound,
    ),
    "a lost link keeps its pulse": (
        "self._tell(freshness.lose(self._state, HeartRateStatus.OFFLINE, time.monotonic()))",
        "pass",
        test_a_link_that_is_lost_is_told_at_once_and_comes_back_with_notifications,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(
    fault: str, radio: VirtualRadio, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, fact = FAULTS[fault]
    stack_of = {  # each module, and a line of it that may be put in its own place
        ble_link: "class BleLink(ABC):",
        pulse_link: "class PulseLink(BleLink):",
        ble_module: "class StrapLink(PulseLink):",
    }
    broken_module = pulse_link if fault == "a lost link keeps its pulse" else ble_link
    with ExitStack() as stack:
        broken = stack.enter_context(planted_fault(broken_module, old, new))
        below = list(stack_of)[list(stack_of).index(broken_module) + 1 :]
        for whole, module in zip((broken_module, *below), below, strict=False):
            monkeypatch.setitem(sys.modules, whole.__name__, broken)
            broken = stack.enter_context(planted_fault(module, stack_of[module], stack_of[module]))
        monkeypatch.setitem(globals(), "ble", broken)
        with pytest.raises(AssertionError):
            fact(radio)


# --- without Bluetooth ---


def test_a_machine_without_d_bus_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/socket")
    with Listener("HRM") as listener:
        listener.wait(lambda: bool(listener.complaints), "a complaint")
        assert "no Bluetooth on this machine" in listener.complaints[0]
    (seen,) = straps_seen.straps_in_range()
    assert "no Bluetooth on this machine" in seen.trouble


def test_a_bluetooth_service_that_does_not_run_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with PrivateBus() as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        with Listener("HRM") as listener:
            listener.wait(lambda: bool(listener.complaints), "a complaint")
            assert "Bluetooth service does not run" in listener.complaints[0]


def test_bluetooth_that_is_off_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with VirtualRadio(powered=False) as room:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", room.bus_address)
        with Listener("HRM") as listener:
            listener.wait(lambda: bool(listener.complaints), "a complaint")
            assert listener.complaints[0] == "Bluetooth is off; turn it on in the system's settings"
