"""The clinic's own file of machines: what it may say, and that the driver keeps its limits whatever is asked."""

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial.tools import list_ports

from drivers import machines
from drivers.machines import Machine, bound, load_machines, machine_of, save_machine
from drivers.machines_file import ENVIRONMENT
from drivers.registry import TREADMILL, parse_device
from tests.mutants import planted_fault
from teststation.errors import BadInput
from teststation.ports import BeltCheck

KMH = "trackmaster:COM3,units=kmh"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "clinic" / "machines.toml"
    monkeypatch.setenv(ENVIRONMENT, str(made))
    return made


def test_without_a_file_nothing_is_bound(path: Path) -> None:
    device = parse_device(KMH, TREADMILL)
    assert bound(device) == device


def test_what_is_kept_comes_back(path: Path) -> None:
    check = BeltCheck(day="2026-03-04", error_pct=-0.8, method="tachometer", by="Anne «Æ»")
    machine = Machine(device=KMH, name='Mølle "1"', max_kmh=9.0, belt_length_m=3.2, checks=(check,))
    other = Machine(device="manual", max_kmh=7.0)
    save_machine(machine)
    save_machine(other)
    assert load_machines() == (machine, other)
    save_machine(Machine(device=KMH, max_kmh=8.0))
    assert [kept.max_kmh for kept in load_machines()] == [7.0, 8.0]


@given(st.text(max_size=30))
def test_any_name_survives_the_file(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    path = tmp_path_factory.mktemp("machines") / "machines.toml"
    save_machine(Machine(device=KMH, name=name), path)
    assert load_machines(path)[0].name == name


def test_the_tighter_limit_binds(path: Path) -> None:
    save_machine(Machine(device=KMH, max_kmh=9.0, max_incline=10.0, accel=0.3))
    asked = parse_device(f"{KMH},max_kmh=11,max_incline=6", TREADMILL)
    assert bound(asked).options == {"units": "kmh", "max_kmh": "9.0", "max_incline": "6.0", "accel": "0.3"}


def test_another_unit_than_the_machine_was_commissioned_with_is_refused(path: Path) -> None:
    save_machine(Machine(device=KMH))
    with pytest.raises(BadInput, match="commissioned with units=kmh"):
        bound(parse_device("trackmaster:COM3,units=mph", TREADMILL))


@pytest.mark.parametrize("port", ["com3", r"\\.\COM3", "Com3"])
def test_another_spelling_of_the_port_is_the_same_machine(path: Path, port: str) -> None:
    save_machine(Machine(device=KMH, max_kmh=6.0))
    assert bound(parse_device(f"trackmaster:{port},units=kmh", TREADMILL)).options["max_kmh"] == "6.0"
    with pytest.raises(BadInput, match="commissioned with units=kmh"):
        bound(parse_device(f"trackmaster:{port},units=mph", TREADMILL))


def test_a_link_to_the_port_is_the_same_machine(path: Path, tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("serial ports are no files on Windows")
    link = tmp_path / "belt"
    link.symlink_to("/dev/null")
    save_machine(Machine(device="trackmaster:/dev/null,units=kmh", max_kmh=6.0))
    assert bound(parse_device(f"trackmaster:{link},units=kmh", TREADMILL)).options["max_kmh"] == "6.0"


@dataclass
class Port:
    """A serial port with an FTDI adapter."""

    device: str
    serial_number: str | None
    vid: int | None = 0x0403
    pid: int | None = 0x6001


ADAPTER_A = "trackmaster:usb=0403:6001:A,units=kmh"


def limit_of(module: types.ModuleType, known: tuple[tuple[str, float], ...], asked: str) -> str | None:
    """What binds a device where the clinic has these machines."""
    load = module.load_machines
    module.__dict__["load_machines"] = lambda: tuple(Machine(device=device, max_kmh=kmh) for device, kmh in known)
    try:
        return module.bound(parse_device(asked, TREADMILL)).options.get("max_kmh")
    finally:
        module.__dict__["load_machines"] = load


def what_is_away_binds_what_it_may_turn_out_to_be(module: types.ModuleType) -> None:
    assert limit_of(module, ((ADAPTER_A, 6.0),), "trackmaster:COM9,units=kmh") == "6.0"
    assert limit_of(module, (("trackmaster:COM9,units=kmh", 6.0),), ADAPTER_A) == "6.0"


def of_two_of_a_make_either_may_be_meant(module: types.ModuleType) -> None:
    assert limit_of(module, ((ADAPTER_A, 6.0),), "trackmaster:usb=0403:6001,units=kmh") == "6.0"
    assert limit_of(module, (("trackmaster:usb=0403:6001,units=kmh", 6.0),), "trackmaster:COM4,units=kmh") == "6.0"


def what_cannot_be_it_does_not_bind(module: types.ModuleType) -> None:
    for known, asked in (
        (ADAPTER_A, "trackmaster:usb=0403:6001:Z,units=kmh"),  # another adapter
        (ADAPTER_A, "trackmaster:COM4,units=kmh"),  # a port that is here, and is another adapter
        (ADAPTER_A, "woodway:COM9"),
        ("trackmaster:COM8,units=kmh", "trackmaster:COM9,units=kmh"),
    ):
        assert limit_of(module, ((known, 6.0),), asked) is None, (known, asked)


def of_several_the_tightest_binds(module: types.ModuleType) -> None:
    known = (("trackmaster:COM4,units=kmh", 9.0), ("trackmaster:usb=0403:6001:B,units=kmh", 6.0))
    for asked in ("trackmaster:COM4,units=kmh", "trackmaster:usb=0403:6001:B,units=kmh"):
        assert limit_of(module, known, asked) == limit_of(module, known[::-1], asked) == "6.0"


def each_spelling_is_bound(module: types.ModuleType) -> None:
    for known in ("trackmaster:COM9,units=kmh", "trackmaster:usb=0abc:6001:A,units=kmh"):
        for asked in {known, known.replace("COM9", r"\\.\com9"), known.replace("0abc", "0ABC")}:
            assert limit_of(module, ((known, 6.0),), asked) == "6.0"
    assert limit_of(module, (("trackmaster:COM4,units=kmh", 6.0),), "trackmaster:usb=0403:6001:B,units=kmh") == "6.0"


PORTS_HERE = [Port("COM4", "B"), Port("COM5", "C")]
FAULTS = [
    (what_is_away_binds_what_it_may_turn_out_to_be, "not certain and not _may_be(known, device, ports)", "not certain"),
    (what_is_away_binds_what_it_may_turn_out_to_be, "return not (is_com(one) and is_com(other))", "return False"),
    (of_two_of_a_make_either_may_be_meant, ' and "" in (ours.serial, theirs.serial)', " and ours == theirs"),
    (of_two_of_a_make_either_may_be_meant, "return is_adapter(away) and any(", "return False and any("),
    (what_cannot_be_it_does_not_bind, ' and "" in (ours.serial, theirs.serial)', ""),
    (what_cannot_be_it_does_not_bind, "read_adapter(away).fits(port)", "True"),
    (what_cannot_be_it_does_not_bind, "known.family != device.family or None not in here", "None not in here"),
    (what_cannot_be_it_does_not_bind, "return not (is_com(one) and is_com(other))", "return True"),
    (
        of_several_the_tightest_binds,
        "str(min(limit, float(options[name])) if name in options else limit)",
        "str(limit)",
    ),
    (each_spelling_is_bound, "(_here(one, ports) or one) == (_here(other, ports) or other)", "False"),
]
RULES = sorted({rule for rule, _, _ in FAULTS}, key=lambda rule: rule.__name__)


@pytest.fixture
def ports_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_ports, "comports", lambda: PORTS_HERE)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.usefixtures("ports_here")
def test_limits_bind(rule: Callable[[types.ModuleType], None]) -> None:
    rule(machines)


@pytest.mark.parametrize(("rule", "old", "new"), FAULTS)
@pytest.mark.usefixtures("ports_here")
def test_the_rule_fails_on_a_planted_fault(rule: Callable[[types.ModuleType], None], old: str, new: str) -> None:
    with planted_fault(machines, old, new) as broken, pytest.raises(AssertionError):
        rule(broken)


@pytest.mark.usefixtures("ports_here")
def test_a_machine_that_may_be_one_of_another_unit_is_refused_until_it_is_plugged_in(path: Path) -> None:
    save_machine(Machine(device=ADAPTER_A))
    with pytest.raises(BadInput, match=r"may be usb=0403:6001:A.*units=kmh and is not plugged in; plug it in"):
        bound(parse_device("trackmaster:COM9,units=mph", TREADMILL))
    assert bound(parse_device("trackmaster:COM4,units=mph", TREADMILL)).options == {"units": "mph"}


def test_another_machine_is_not_bound(path: Path) -> None:
    save_machine(Machine(device=KMH, max_kmh=9.0))
    assert machine_of("trackmaster:COM4,units=kmh") is None
    assert machine_of("woodway:COM3") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[machine]]\n", "device"),
        ('[[machine]]\ndevice = "trackmaster:COM3"\n', "units= is missing"),
        ('[[machine]]\ndevice = "woodway:COM3"\nmax_kmh = 40\n', "max_kmh"),
        ('[[machine]]\ndevice = "woodway:COM3"\nmax_khm = 8\n', "max_khm"),
        (
            '[[machine]]\ndevice = "woodway:COM3"\n'
            '[[machine.checks]]\nday = "4.3.2026"\nerror_pct = 1\nmethod = "turns"\n',
            "YYYY-MM-DD",
        ),
        ("no toml", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_sentence_and_binds_nothing_loosely(
    text: str, words: str, path: Path
) -> None:
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=words):
        bound(parse_device("woodway:COM3", TREADMILL))
    with pytest.raises(BadInput, match=words):
        save_machine(Machine(device=KMH))
    assert path.read_text("utf-8") == text, "a file that is not understood is left as it is"


@pytest.mark.parametrize(
    ("days", "due"), [(None, True), ("2026-03-01", False), ("2025-12-01", False), ("2025-08-01", True)]
)
def test_a_belt_that_was_not_checked_for_half_a_year_is_due(days: str | None, due: bool) -> None:
    checks = () if days is None else (BeltCheck(day=days, error_pct=0.0, method="turns"),)
    assert Machine(device=KMH, checks=checks).check_due(date(2026, 3, 4)) is due


AIR = "ftms:C0:FF:EE:12:34:56"


@pytest.mark.parametrize("asked", ["ftms:c0:ff:ee:12:34:56", "ftms:C0-FF-EE-12-34-56", "ftms:CTM 1,units=mph"])
def test_a_machine_on_bluetooth_is_bound_by_whatever_name_it_is_called(path: Path, asked: str) -> None:
    save_machine(Machine(device=AIR, max_kmh=7.0))
    assert bound(parse_device(asked, TREADMILL)).options["max_kmh"] == "7.0"


def test_another_address_is_another_machine(path: Path) -> None:
    save_machine(Machine(device=AIR, max_kmh=7.0))
    other = parse_device("ftms:C0:FF:EE:12:34:57", TREADMILL)
    assert bound(other) == other
    assert machine_of("ftms:c0:ff:ee:12:34:56") is not None
    assert machine_of("ftms:CTM 1") is None


def test_a_machine_on_ant_is_its_number_whatever_stick_hears_it(path: Path) -> None:
    save_machine(Machine(device="fec:COM3,number=4711", max_kmh=7.0))
    save_machine(Machine(device="fec:COM3,number=4712", max_kmh=9.0))
    save_machine(Machine(device="fec:COM5,number=4711", max_kmh=6.0))
    assert [kept.max_kmh for kept in load_machines()] == [9.0, 6.0]
    assert bound(parse_device("fec:usb,number=4711", TREADMILL)).options["max_kmh"] == "6.0"
    assert bound(parse_device("fec:COM3,number=4712", TREADMILL)).options["max_kmh"] == "9.0"
    unknown = parse_device("fec:COM3,number=1", TREADMILL)
    assert bound(unknown) == unknown
