"""ANT+ fitness-equipment pages as other people's test suites know them, and what no bytes may do to their reader."""

import array
import random
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openant.devices.common import AntPlusDevice
from openant.devices.fitness_equipment import FitnessEquipment

from drivers.emulators.belt import BeltPhysics
from drivers.emulators.fec import FecTransmitter
from drivers.treadmill import doubt, fec_reader
from drivers.treadmill.fec_codec import (
    Belt,
    General,
    Manufacturer,
    Page,
    Product,
    Settings,
    Way,
    decode_page,
    state_of,
)
from drivers.treadmill.fec_reader import FecReader
from drivers.treadmill.gauge import Reading
from tests.mutants import fails_with

VECTORS: list[tuple[str, Page | None]] = [
    # AntPlus (C#), openant-go and Auuki, as their tests have it
    ("10 00 00 00 00 00 00 34", General(0, 0, 0, 0.0, None)),
    ("10 00 80 40 00 80 46 34", General(0, 128, 64, 32.768 * 3.6, 70)),
    ("10 19 00 00 8D 20 FF 20", General(25, 0, None, 30.0, None)),
    ("11 FF FF 80 88 13 33 00", Settings(50.0)),
    ("12 FF 89 13 30 75 80 00", None),
    ("13 FF FF FF 5A 0C 22 12", Belt(90, None, 12)),
    ("13 FF FF FF FF 00 00 00", Belt(None, None, None)),
    ("50 FF FF 01 0F 00 85 83", Manufacturer(1, 15, 0x8385)),
    ("51 FF FF 0C 05 06 07 08", Product(1.2, 0x08070605)),
    ("51 FF 22 0C 08 07 06 05", Product(1.234, 0x05060708)),
    # computed by the same rules
    ("10 13 A0 6F DA 0A FF 34", General(19, 160, 111, 10.0008, None)),
    ("10 13 FA FE DA 0A 8E B5", General(19, 250, 254, 10.0008, 142)),
    ("10 13 00 00 FF FF FF 34", General(19, 0, 0, None, None)),
    ("10 13 00 00 DA 0A FF 3C", General(19, 0, 0, None, None)),  # a virtual speed is no belt's
    ("11 FF FF FF F4 01 FF 30", Settings(5.0)),
    ("11 FF FF FF 06 FF FF 30", Settings(-2.5)),
    ("11 FF FF FF FF 7F FF 30", Settings(None)),
    ("51 FF FF 0C FF FF FF FF", Product(1.2, None)),
]


@pytest.mark.parametrize(("page", "expected"), VECTORS)
def test_a_page_means_what_its_profile_says(page: str, expected: Page | None) -> None:
    read = decode_page(bytes.fromhex(page))
    if isinstance(expected, General) and isinstance(read, General) and expected.speed_kmh is not None:
        assert read.speed_kmh == pytest.approx(expected.speed_kmh, abs=2e-3)
        assert (read.kind, read.elapsed_quarters, read.distance_m, read.hr_bpm) == (
            expected.kind, expected.elapsed_quarters, expected.distance_m, expected.hr_bpm,
        )  # fmt: skip
    else:
        assert read == expected


@pytest.mark.parametrize(
    ("last", "state"), [(0x00, 0), (0x10, 1), (0x20, 2), (0x30, 3), (0x40, 4), (0xB5, 3), (0x34, 3)]
)
def test_the_state_is_in_three_bits_beside_the_lap(last: int, state: int) -> None:
    assert state_of(bytes((16, 19, 0, 0, 0, 0, 0xFF, last))) == state
    assert state_of(bytes((80, 0xFF, 0xFF, 1, 15, 0, 0x85, last))) is None


def openants(page: bytes) -> FitnessEquipment:
    with mock.patch.object(AntPlusDevice, "open_channel"):
        device = FitnessEquipment(node=None, device_id=1)  # type: ignore[arg-type]
    device.on_device_data = lambda *_: None  # type: ignore[method-assign]
    device.on_data(array.array("B", page))
    return device


def told_by_openant(page: bytes) -> Any:
    """Speed or incline, in a class of its own for each kind of page."""
    return openants(page).data["fe"]


@pytest.mark.parametrize("page", ["10 13 A0 6F DA 0A FF 34", "10 00 80 40 00 80 46 34", "11 FF FF FF F4 01 FF 30"])
def test_openant_agrees_where_it_is_right(page: str) -> None:
    data, ours = bytes.fromhex(page), decode_page(bytes.fromhex(page))
    theirs = told_by_openant(data)
    if isinstance(ours, General):
        assert ours.speed_kmh == pytest.approx(theirs.speed * 3.6)
    else:
        assert isinstance(ours, Settings)
        assert ours.incline_pct == pytest.approx(theirs.incline)


def test_openant_reads_our_emulators_pages_to_the_same_numbers() -> None:
    belt = BeltPhysics()
    belt.speed_kmh, belt.incline_pct = 6.4, 3.5
    machine = FecTransmitter(belt, set())
    seen: set[int] = set()
    for _ in range(64):
        page = machine.broadcast()
        seen.add(page[0])
        if page[0] == 16:
            assert told_by_openant(page).speed * 3.6 == pytest.approx(6.4, abs=0.01)
        elif page[0] == 17:
            assert told_by_openant(page).incline == pytest.approx(3.5)
    assert seen == {16, 17, 19, 80, 81}


# --- what is believed ---

GENERAL_6_KMH = bytes((16, 19, 0, 0, 0x83, 0x06, 0xFF, 0x34))


def a_bicycle_is_no_treadmill() -> None:
    reader = FecReader()
    bicycle = bytes((16, 25, 0, 0, 0x8D, 0x20, 0xFF, 0x34))
    assert reader.take(bicycle, 1.0) is None
    assert reader.take(bytes.fromhex("11 FF FF FF F4 01 FF 30"), 1.2) is None
    assert not reader.is_treadmill


def test_what_is_no_treadmill_is_not_read() -> None:
    a_bicycle_is_no_treadmill()


def test_an_incline_counts_once_the_machine_has_said_what_it_is() -> None:
    reader, incline = FecReader(), bytes.fromhex("11 FF FF FF F4 01 FF 30")
    assert reader.take(incline, 1.0) is None
    assert reader.take(bytes((19, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0x30)), 1.1) is None
    assert reader.take(incline, 1.2) == Reading(incline_pct=5.0)
    told = reader.take(GENERAL_6_KMH, 1.3)
    assert told is not None
    assert told.speed_kmh == pytest.approx(6.0, abs=0.01)
    assert FecReader(reads_incline=False).take(incline, 1.0) is None
    assert reader.take(bytes.fromhex("11 FF FF FF 88 13 FF 30"), 1.4) is None, "50 % is no incline"


def an_absent_speed_and_a_machine_that_sleeps_tell_nothing() -> None:
    reader = FecReader()
    assert reader.take(bytes((16, 19, 0, 0, 0xFF, 0xFF, 0xFF, 0x34)), 1.0) is None
    assert reader.take(bytes((16, 19, 0, 0, 0, 0, 0xFF, 0x14)), 1.2) is None


def test_an_absent_speed_and_a_machine_that_sleeps_tell_nothing() -> None:
    an_absent_speed_and_a_machine_that_sleeps_tell_nothing()


def pages(speed_mm_s: int, metres: list[int], valid: int = 0x34) -> list[Reading | None]:
    reader = FecReader()
    reader.take(bytes((16, 19, 0, metres[0], 0x83, 0x06, 0xFF, valid)), 0.0)
    return [
        reader.take(bytes((16, 19, 0, m % 256, speed_mm_s & 0xFF, speed_mm_s >> 8, 0xFF, valid)), 0.75 * (n + 1))
        for n, m in enumerate(metres)
    ]


def a_zero_while_the_way_grows_is_doubted() -> None:
    readings = pages(0, [250 + n for n in range(20)])  # through the wrap
    assert [r for r in readings[3:] if r is None or not r.doubtful or r.speed_kmh is not None] == []


def a_zero_while_the_way_stands_is_believed() -> None:
    for metres in ([250] * 20, [250, 251] + [251] * 18):
        readings = pages(0, metres)
        assert all(r is not None and r.speed_kmh == 0.0 and not r.doubtful for r in readings)
    assert all(r is not None and r.speed_kmh == 0.0 for r in pages(0, list(range(20)), valid=0x30))


def test_a_zero_is_believed_while_the_way_stands_and_doubted_while_it_grows() -> None:
    a_zero_while_the_way_grows_is_doubted()
    a_zero_while_the_way_stands_is_believed()


def test_a_way_that_may_have_wrapped_unseen_begins_anew() -> None:
    way = Way()
    assert way.take(250, 0.0) is None
    assert way.take(254, 1.0) == 4
    assert way.take(2, 2.0) == 8
    assert way.take(3, 40.0) is None
    assert way.take(4, 41.0) == 1
    assert way.take(None, 42.0) is None
    assert way.take(4, 43.0) is None


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (fec_reader, "if not self.is_treadmill or", "if", a_bicycle_is_no_treadmill),
        (
            fec_reader, "or fec_codec.state_of(page) == fec_codec.OFF", "",
            an_absent_speed_and_a_machine_that_sleeps_tell_nothing,
        ),
        (doubt, "return now_s < self._until_s", "return False", a_zero_while_the_way_grows_is_doubted),
        (doubt, "self._from_m > CREEPS_M", "self._from_m >= 0", a_zero_while_the_way_stands_is_believed),
    ],
)  # fmt: skip
def test_a_fault_planted_in_a_rule_is_found(module: object, old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(module, old, new, fact)  # type: ignore[arg-type]


@given(st.binary(max_size=12))
def test_whatever_comes_is_read_or_dropped(page: bytes) -> None:
    decode_page(page)
    state_of(page)
    assert FecReader().take(page, 1.0) is None or len(page) == 8


def mutated(count: int) -> None:
    rng, reader, now_s = random.Random(1), FecReader(), 0.0
    seeds = [bytes.fromhex(page) for page, _ in VECTORS] + [GENERAL_6_KMH]
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        if rng.random() < 0.05:
            del data[rng.randrange(8) :]
        now_s += rng.random()
        reading = reader.take(bytes(data), now_s)
        assert reading is None or reading.speed_kmh is None or 0 <= reading.speed_kmh < 236
        assert reading is None or reading.incline_pct is None or -40 <= reading.incline_pct <= 40


def test_twenty_thousand_mutated_pages_break_nothing() -> None:
    mutated(20_000)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_a_million_mutated_pages_break_nothing() -> None:
    mutated(1_000_000)
