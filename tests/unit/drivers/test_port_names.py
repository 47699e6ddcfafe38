"""A port has one spelling and a known kind, and no scaled clock where a machine can be behind it."""

import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers import port_names
from drivers.port_names import is_hardware, one_spelling, why_no_port
from drivers.registry import HEART_RATE, TREADMILL, parse_device, refuse_time_scale
from drivers.serial_line import LinkLost, SerialLine
from tests.mutants import planted_fault
from teststation.errors import BadInput

SPELLINGS = [
    ("com3", "COM3"),
    (r"\\.\COM12", "COM12"),
    (r"\\?\com12", "COM12"),
    ("//./COM3", "COM3"),
    ("COM3:", "COM3"),
    (" COM3 ", "COM3"),
    ("usb=0403:6001:A9", "usb=0403:6001:A9"),
    ("usb=0ABC:DEF0:A9z", "usb=0abc:def0:A9z"),
    ("/dev/ttyUSB0", "/dev/ttyUSB0"),
    ("socket://127.0.0.1:4001", "socket://127.0.0.1:4001"),
]
MACHINES = [
    "COM3",
    "com12",
    r"\\.\COM20",
    "//./COM3",
    "COM3:",
    "/dev/ttyUSB0",
    "/dev/ttyACM1",
    "/dev/ttyS0",
    "/dev/serial/by-id/usb-FTDI",
    "usb=0403:6001",
    "socket://192.168.0.7:4001",
    "socket://moxa.clinic.example:4001",
]
EMULATORS = [
    "socket://127.0.0.1:4001",
    "socket://localhost:4001",
    "socket://[::1]:4001",
    *([] if sys.platform == "win32" else ["/dev/pts/3"]),
]
NO_PORTS = [
    "spy:///dev/ttyUSB0",
    "alt:///dev/ttyUSB0?class=PosixPollSerial",
    "hwgrep://0403:6001",
    "rfc2217://127.0.0.1:4001",
    "loop://",
    "cp2110://0:0:0",
    "socket://127.0.0.1",
    "socket://:4001",
    "socket://127.0.0.1:zero",
    "socket://[::1:4001",
]


def hardware_is_known(module: types.ModuleType) -> None:
    for port in MACHINES:
        assert module.is_hardware(port), port
    for port in EMULATORS:
        assert not module.is_hardware(port), port


def each_port_has_one_spelling(module: types.ModuleType) -> None:
    for written, spelled in SPELLINGS:
        assert module.one_spelling(written) == spelled


def other_kinds_are_refused(module: types.ModuleType) -> None:
    for port in NO_PORTS:
        assert [cause.code for cause in module.why_no_port(port)] == ["port_scheme"], port
    for port in (*MACHINES, *EMULATORS):
        assert module.why_no_port(port) == (), port


RULES = [hardware_is_known, each_port_has_one_spelling, other_kinds_are_refused]
FAULTS = [
    (hardware_is_known, " and _is_this_computer(port)", ""),
    (each_port_has_one_spelling, "com[1].upper()", "com[1]"),
    (each_port_has_one_spelling, r"(?:\\\\[.?]\\|//[.?]/)?", ""),
    (each_port_has_one_spelling, "str(read_adapter(port))", "port"),
    (other_kinds_are_refused, "parts.scheme == _SCHEME and ", ""),
    (other_kinds_are_refused, " and parts.port is not None", ""),
]
if sys.platform != "win32":  # where no terminal is a file, nothing asks
    FAULTS.append((hardware_is_known, 'not str(Path(port).resolve()).startswith("/dev/pts/")', '"ttyUSB" in port'))


@pytest.mark.parametrize("rule", RULES)
def test_a_port(rule: Callable[[types.ModuleType], None]) -> None:
    rule(port_names)


@pytest.mark.parametrize(("rule", "old", "new"), FAULTS)
def test_the_rule_fails_on_a_planted_fault(rule: Callable[[types.ModuleType], None], old: str, new: str) -> None:
    with planted_fault(port_names, old, new) as broken, pytest.raises(AssertionError):
        rule(broken)


def test_a_link_to_a_pseudo_terminal_is_none_to_a_machine(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("serial ports are no files on Windows")
    link = tmp_path / "belt"
    link.symlink_to("/dev/pts/0")
    assert not is_hardware(str(link))


@pytest.mark.parametrize("port", MACHINES)
def test_a_scaled_clock_never_meets_a_real_machine(port: str) -> None:
    for device in (parse_device(f"woodway:{port}", TREADMILL), parse_device(f"ant:{port}", HEART_RATE)):
        with pytest.raises(BadInput, match="a time scale is for emulators"):
            refuse_time_scale(device, 20.0)
        refuse_time_scale(device, 1.0)


def test_a_stick_without_a_port_is_a_real_one_and_a_file_is_none() -> None:
    assert parse_device("ant:usb", HEART_RATE).is_hardware
    assert not parse_device("replay:COM3", HEART_RATE).is_hardware
    assert not parse_device("manual", TREADMILL).is_hardware


@pytest.mark.parametrize("port", NO_PORTS)
def test_a_kind_that_is_none_is_refused_in_one_sentence(port: str) -> None:
    with pytest.raises(BadInput, match="there is no such kind of port"):
        parse_device(f"woodway:{port}", TREADMILL)
    with pytest.raises(LinkLost, match="there is no such kind of port"):
        SerialLine(port, 4800)


@given(st.text(max_size=40))
def test_a_spelling_is_spelled_as_itself(text: str) -> None:
    spelled = one_spelling(text)
    assert one_spelling(spelled) == spelled
    assert isinstance(why_no_port(spelled), tuple)
    assert isinstance(is_hardware(spelled.replace("\0", "")), bool)
