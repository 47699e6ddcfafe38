"""An adapter is known by what it is, whatever name the system gives it today; a probe never becomes a command."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.adapters import Adapter, adapter_of, is_ant_stick, ports_here, read_adapter, resolve
from drivers.detect import PROBES
from drivers.registry import TREADMILL, parse_device
from drivers.serial_line import LinkLost, SerialLine
from teststation.errors import BadInput, DeviceError


@dataclass
class Port:
    device: str
    vid: int | None = 0x0403
    pid: int | None = 0x6001
    serial_number: str | None = "A1"


HERE = [Port("COM3"), Port("COM4", serial_number="B2"), Port("COM1", vid=None, pid=None, serial_number=None)]


def test_an_adapter_is_found_under_todays_name() -> None:
    assert resolve("usb=0403:6001:B2", HERE) == "COM4"
    assert resolve("usb=0403:6001:A1", [Port("/dev/ttyUSB7")]) == "/dev/ttyUSB7"


def test_an_ant_stick_is_known_by_its_maker_alone() -> None:
    here = [*HERE, Port("COM7", vid=0x0FCF, pid=0x1004, serial_number="S1")]
    known = {name: is_ant_stick(name, here) for name in ("COM3", "COM1", "COM7", "COM9", "usb=0fcf:1004:S1")}
    assert known == {"COM3": False, "COM1": False, "COM7": True, "COM9": False, "usb=0fcf:1004:S1": True}
    assert not is_ant_stick("usb=0403:6001:A1", here)


def test_a_port_by_name_stays_what_it_is() -> None:
    assert resolve("COM9", HERE) == "COM9"


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ("usb=0403:6001:C3", "not plugged in .*usb=0403:6001:A1, usb=0403:6001:B2"),
        ("usb=0403:6001", "2 adapters fit .*COM3, COM4.*; add the serial number"),
    ],
)
def test_none_or_several_are_one_sentence(port: str, words: str) -> None:
    with pytest.raises(DeviceError, match=words):
        resolve(port, HERE)


@pytest.mark.parametrize("text", ["usb=", "usb=403:6001", "usb=0403", "usb=0403:6001:", "usb=zzzz:6001:A"])
def test_a_form_that_is_none_is_told_before_anything_is_opened(text: str) -> None:
    with pytest.raises(BadInput, match="usb=VID:PID:SERIAL"):
        parse_device(f"woodway:{text}", TREADMILL)


def test_a_device_may_name_an_adapter_and_is_hardware() -> None:
    device = parse_device("trackmaster:usb=0403:6001:A9,units=kmh", TREADMILL)
    assert device.port == "usb=0403:6001:A9"
    assert device.is_hardware
    with pytest.raises(LinkLost, match="not plugged in"):
        SerialLine("usb=ffff:ffff:NOBODY", 4800)


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.from_regex(r"[A-Za-z0-9_-]{0,12}", fullmatch=True))
def test_every_adapter_comes_back_as_itself(vid: int, pid: int, serial: str) -> None:
    port = Port("COM3", vid, pid, serial or None)
    adapter = adapter_of(port)
    assert adapter == Adapter(vid, pid, serial)
    assert read_adapter(str(adapter)) == adapter


def heard(data: bytes, sent_baud: int, heard_baud: int) -> list[int]:
    """What a receiver at another speed of the line makes of bytes sent without a pause, framing errors included."""
    bits = [1] * 20
    for byte in data:
        bits += [0, *(byte >> bit & 1 for bit in range(8)), 1]
    bits += [1] * 200

    def level(at_s: float) -> int:
        return bits[min(int(at_s * sent_baud), len(bits) - 1)]

    found, at_s, end_s = [], 0.0, len(bits) / sent_baud - 12 / heard_baud
    while at_s < end_s:
        if level(at_s):
            at_s += 0.1 / heard_baud
            continue
        found.append(sum(level(at_s + (1.5 + bit) / heard_baud) << bit for bit in range(8)))
        at_s += 9.6 / heard_baud
    return found


def test_the_ear_hears_right_at_the_right_speed() -> None:
    assert heard(b"\xc1\x00\xf2", 4800, 4800) == [0xC1, 0x00, 0xF2]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.question.hex())
@pytest.mark.parametrize("baud", [4800, 9600])
def test_no_probe_is_heard_as_a_command_at_the_speed_of_any_family_we_know(probe, baud: int) -> None:  # type: ignore[no-untyped-def]
    for byte in heard(probe.question, probe.baudrate, baud):
        assert not 0x80 <= byte <= 0xAF, f"{probe.question.hex()} is heard as {byte:02x} at {baud}"


@pytest.mark.parametrize(
    ("answer", "families"),
    [
        (b"\xd10048", ("trackmaster", "woodway")),
        (b"\xc71528\x0d", ("woodway-standard",)),
        (b"\xf1\x82\x82\xf2", ("csafe",)),
        (b"\xc1", ()),
        (b"", ()),
        (b"\xf1\x00\xf2", ()),
    ],
)
def test_who_answers_is_known_by_the_answer(answer: bytes, families: tuple[str, ...]) -> None:
    found = [name for probe in PROBES for name in probe.families(answer)]
    assert found == list(families)


def test_a_port_is_remembered_by_its_adapter_where_that_can_be_told_from_others() -> None:
    twins = [Port("COM8", serial_number=None), Port("COM9", serial_number=None)]
    found = {here.name: here.port for here in ports_here([*HERE, *twins])}
    assert found == {
        "COM1": "COM1",
        "COM3": "usb=0403:6001:A1",
        "COM4": "usb=0403:6001:B2",
        "COM8": "COM8",
        "COM9": "COM9",
    }
