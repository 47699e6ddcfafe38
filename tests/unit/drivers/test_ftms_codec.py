"""Treadmill data as real machines sent it and other people's test suites know it, and what no bytes may do."""

import random

import pytest
from bluetooth_sig.gatt.characteristics.fitness_machine_status import FitnessMachineStatusCharacteristic
from bluetooth_sig.gatt.characteristics.supported_inclination_range import SupportedInclinationRangeCharacteristic
from bluetooth_sig.gatt.characteristics.supported_speed_range import SupportedSpeedRangeCharacteristic
from bluetooth_sig.gatt.characteristics.treadmill_data import TreadmillDataCharacteristic
from hypothesis import given
from hypothesis import strategies as st

from drivers.radio import ftms_codec
from drivers.radio.ftms_codec import (
    Features,
    Joiner,
    Range,
    Record,
    StatusChange,
    decode_data,
    decode_features,
    decode_incline_range,
    decode_speed_range,
    decode_status,
    is_treadmill,
)
from tests.mutants import fails_with

ZEROS_TRUNCATED = "9E 1B" + " 00" * 9 + " FF 7F 00 00 FF FF 00 00 00"
VECTORS = {
    # Life Fitness, real frames of TrackMyIndoorWorkout's tests
    "life fitness walking": (
        "9E 04 73 02 33 02 25 00 00 3C 00 FF 7F 00 00 FF 7F 02 00 FF FF FF 1F 00",
        Record(6.27, 5.63, 37, 6.0, climb_m=0.0, energy_kcal=2, elapsed_s=31),
    ),
    "life fitness steep": (
        "9E 04 92 01 4D 02 7A 00 00 82 00 FF 7F AB 00 FF 7F 10 00 FF FF FF 4D 00",
        Record(4.02, 5.89, 122, 13.0, climb_m=17.1, energy_kcal=16, elapsed_s=77),
    ),
    "life fitness running": (
        "9E 05 17 05 92 02 FB 00 00 00 00 FF 7F 7C 00 FF 7F 1B 00 FF FF FF 69 8A 00",
        Record(13.03, 6.58, 251, 0.0, climb_m=12.4, energy_kcal=27, hr_bpm=105, elapsed_s=138),
    ),
    "life fitness slow": (
        "9E 0C 50 00 BD 02 53 01 00 00 00 FF 7F 7C 00 FF 7F 23 00 FF FF FF AD 00 3B 00",
        Record(0.80, 7.01, 339, 0.0, climb_m=12.4, energy_kcal=35, elapsed_s=173, remaining_s=59),
    ),
    # Matrix, real frames of the same tests; the machine cuts its frames at twenty bytes
    "matrix first part": (
        "9F 00 61 00 36 00 00 00 00 FF 7F 00 00 FF FF 05 00 6E 00 02",
        Record(None, 0.97, 54, 0.0, climb_m=0.0, energy_kcal=5, more=True),
    ),
    "matrix last part": (
        "00 1F 71 00 00 02 CC 00 3C 06 FF 7F 1A 00",
        Record(1.13, met=0.2, elapsed_s=204, remaining_s=1596, power_w=26),
    ),
    "matrix truncated": (
        "9E 1F C6 03 94 02 3E 01 00 5A 00 FF 7F 32 00 FF FF 25 00 F4",
        Record(9.66, 6.60, 318, 9.0, climb_m=5.0, energy_kcal=37, truncated=True),
    ),
    "matrix before the workout": (
        ZEROS_TRUNCATED,
        Record(0.0, 0.0, 0, 0.0, climb_m=0.0, energy_kcal=0, truncated=True),
    ),
    # CS-WP8, nRF Connect logs of FitnessMachine: steps on a reserved bit
    "cs-wp8 with steps": (
        "84 24 58 02 4E 20 00 11 01 FF FF FF 52 17 17 27 00",
        Record(6.0, None, 8270, energy_kcal=273, elapsed_s=5970, steps=10007),
    ),
    "cs-wp8 slow": (
        "84 24 64 00 64 00 00 01 00 00 00 00 28 00 38 00 00",
        Record(1.0, None, 100, energy_kcal=1, elapsed_s=40, steps=56),
    ),
    "cs-wp8 from the log": (
        "84 24 2C 01 20 00 00 01 00 00 00 00 29 00 3A 00 00",
        Record(3.0, None, 32, energy_kcal=1, elapsed_s=41, steps=58),
    ),
    "horizon without incline": ("84 04" + " 00" * 12, Record(0.0, None, 0, energy_kcal=0, elapsed_s=0)),
    "zeros with everything": (
        "9C 25" + " 00" * 24,
        Record(0.0, None, 0, 0.0, 0.0, 0.0, 0.0, energy_kcal=0, elapsed_s=0, steps=0),
    ),
    "a speed alone": ("00 00 00 00", Record(0.0)),
    "nothing": ("01 00", Record(more=True)),
    # bluetooth-sig's tests
    "with a pulse": ("02 01 E2 04 B0 04 9B", Record(12.5, 12.0, hr_bpm=155)),
    "downhill ramp": ("09 00 19 00 F1 FF", Record(incline_pct=2.5, ramp_deg=-1.5, more=True)),
    "force and power": ("01 10 38 FF 5E 01", Record(force_n=-200, power_w=350, more=True)),
    # computed by the document's rules
    "downhill": (
        "0E 05 26 02 1C 02 D2 04 00 E2 FF EF FF 00 58 02",
        Record(5.5, 5.4, 1234, -3.0, -1.7, elapsed_s=600),
    ),
    "paces of one byte": (
        "FE 17 32 01 36 01 32 00 00 32 00 FF 7F 0A 00 00 00 05 05 10 00 64 00 02 78 37 3C 00 FF 7F 1A 00",
        Record(3.06, 3.10, 50, 5.0, climb_m=1.0, descent_m=0.0, energy_kcal=16, hr_bpm=120, met=5.5, elapsed_s=60,
               power_w=26),
    ),
    "paces of two bytes": (
        "FE 17 32 01 36 01 32 00 00 32 00 FF 7F 0A 00 00 00 05 00 05 00 10 00 64 00 02 78 37 3C 00 FF 7F 1A 00",
        Record(3.06, 3.10, 50, 5.0, climb_m=1.0, descent_m=0.0, energy_kcal=16, hr_bpm=120, met=5.5, elapsed_s=60,
               power_w=26),
    ),
    "paces of no width that fits": (
        "FE 17 32 01 36 01 32 00 00 32 00 FF 7F 0A 00 00 00 05",
        Record(3.06, 3.10, 50, 5.0, climb_m=1.0, descent_m=0.0, truncated=True),
    ),
    "a grade of -0.1 % is one": ("08 00 64 00 FF FF FF FF", Record(1.0, incline_pct=-0.1, ramp_deg=-0.1)),
}  # fmt: skip


@pytest.mark.parametrize("name", VECTORS)
def test_a_frame_means_what_its_machine_meant(name: str) -> None:
    frame, expected = VECTORS[name]
    assert decode_data(bytes.fromhex(frame)) == expected


AGREED = (
    "life fitness walking", "matrix first part", "matrix last part", "cs-wp8 with steps", "with a pulse", "downhill",
    "downhill ramp", "force and power", "a speed alone", "paces of two bytes",
)  # fmt: skip


@pytest.mark.parametrize("name", AGREED)
def test_a_public_reader_of_the_same_bytes_agrees(name: str) -> None:
    frame, ours = VECTORS[name]
    theirs = TreadmillDataCharacteristic().parse_value(bytearray.fromhex(frame))
    pairs = [
        (theirs.instantaneous_speed, ours.speed_kmh), (theirs.average_speed, ours.average_speed_kmh),
        (theirs.total_distance, ours.distance_m), (theirs.inclination, ours.incline_pct),
        (theirs.total_energy, ours.energy_kcal), (theirs.elapsed_time, ours.elapsed_s),
        (theirs.power_output, ours.power_w),
    ]  # fmt: skip
    assert [one for one, _ in pairs] == pytest.approx([other for _, other in pairs])


def test_a_record_in_two_parts_is_one_and_carries_the_speed_of_its_last_part() -> None:
    joiner = Joiner()
    first, last = (bytes.fromhex(VECTORS[name][0]) for name in ("matrix first part", "matrix last part"))
    assert joiner.take(first, 10.0) is None
    whole = joiner.take(last, 10.1)
    assert whole == Record(
        1.13, 0.97, 54, 0.0, climb_m=0.0, energy_kcal=5, met=0.2, elapsed_s=204, remaining_s=1596, power_w=26
    )
    assert joiner.take(bytes.fromhex("00 00 64 00"), 11.0) == Record(1.0)


def late_and_lonely_parts() -> None:
    joiner = Joiner()
    incline = bytes.fromhex("09 00 19 00 F1 FF")
    assert joiner.take(incline, 10.0) is None
    assert joiner.take(bytes.fromhex("00 00 64 00"), 12.0) == Record(1.0)  # its first part is of another record
    assert joiner.take(incline, 13.0) is None
    joiner.forget()
    assert joiner.take(bytes.fromhex("00 00 64 00"), 13.1) == Record(1.0)
    # A part alone, again and again, is no speed: not zero either.
    assert [joiner.take(incline, 20.0 + n / 4) for n in range(40)] == [None] * 40


def test_the_rest_of_a_record_that_never_comes_is_nobodys() -> None:
    late_and_lonely_parts()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if self._begun is not None and now_s - self._begun_s > UNFINISHED_MAX_S:", "if False:"),
        ("if part.more:", "if False:"),
    ],
)
def test_a_fault_planted_in_the_joining_is_found(old: str, new: str) -> None:
    fails_with(ftms_codec, old, new, late_and_lonely_parts)


def test_tails_that_no_flag_announces_are_left_aside() -> None:
    frame = bytes.fromhex(VECTORS["life fitness walking"][0])
    assert decode_data(frame + bytes(22)) == VECTORS["life fitness walking"][1]


@pytest.mark.parametrize("frame", ["", "00", "00 00", "00 00 64"])
def test_what_is_no_frame_is_none(frame: str) -> None:
    joiner = Joiner()
    assert joiner.take(bytes.fromhex(frame), 1.0) is None
    assert joiner.damaged == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("03", StatusChange(safety_key=True)),
        ("02 01", StatusChange(stopped_by_user=True)),
        ("02 01 00", StatusChange(stopped_by_user=True)),  # CS-WP8, padded
        ("02 02", StatusChange(paused_by_user=True)),
        ("04", StatusChange(started_by_user=True)),
        ("04 00 00", StatusChange(started_by_user=True)),
        ("05 96 00", StatusChange()),
        ("05 58 02", StatusChange()),
        ("05 69 00", StatusChange()),
        ("06 D8 FF", StatusChange()),
        ("FF", StatusChange()),
        ("", None),
    ],
)
def test_a_status_is_a_change_of_the_belts_motion_or_nothing(value: str, expected: StatusChange | None) -> None:
    assert decode_status(bytes.fromhex(value)) == expected


def test_the_public_reader_calls_the_safety_key_so_too() -> None:
    read = FitnessMachineStatusCharacteristic().parse_value(bytearray.fromhex("03"))
    assert "SAFETY_KEY" in str(read)


def test_ranges_and_features() -> None:
    speed, incline = bytes.fromhex("64 00 58 02 32 00"), bytes.fromhex("6A FF 96 00 05 00")
    assert decode_speed_range(speed) == Range(1.0, 6.0, 0.5)
    assert decode_incline_range(incline) == Range(-15.0, 15.0, 0.5)
    theirs = SupportedInclinationRangeCharacteristic().parse_value(bytearray(incline))
    assert (theirs.minimum, theirs.maximum) == pytest.approx((-15.0, 15.0))
    assert SupportedSpeedRangeCharacteristic().parse_value(bytearray(speed)).maximum == pytest.approx(6.0)
    assert decode_speed_range(b"\x01") is decode_incline_range(b"") is None
    assert decode_speed_range(bytes.fromhex("58 02 64 00 32 00")) is None
    assert decode_features(bytes.fromhex("0E 05 00 00 03 00 00 00")) == Features(True, True, True, True)
    assert decode_features(bytes(8)) == Features(False, False, False, False)
    assert decode_features(bytes(7)) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x01\x01\x00", True),
        (b"\x00\x00\x01", True),  # its type's bytes swapped, and said not to be available: YOSUDA
        (b"\x01\x20\x00", False),
        (b"\x01\x00\x00", None),
        (b"\x01", None),
        (None, None),
    ],
)
def test_an_advertisement_says_treadmill_or_another_machine_or_nothing(
    data: bytes | None, expected: bool | None
) -> None:
    assert is_treadmill(data) is expected


@given(st.binary(max_size=40))
def test_whatever_comes_is_read_or_dropped(frame: bytes) -> None:
    record = decode_data(frame)
    assert record is None or record.speed_kmh is None or 0 <= record.speed_kmh <= 655.35
    assert record is None or (record.speed_kmh is None) == record.more
    decode_status(frame)
    decode_features(frame)


def a_million(count: int) -> None:
    rng, joiner, now_s = random.Random(1), Joiner(), 0.0
    seeds = [bytes.fromhex(frame) for frame, _ in VECTORS.values()]
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(4)):
            at = rng.randrange(len(data) + 1)
            match rng.randrange(4):
                case 0 if at < len(data):
                    data[at] ^= 1 << rng.randrange(8)
                case 1:
                    data[at:at] = rng.randbytes(rng.randrange(1, 5))
                case 2:
                    del data[at : at + rng.randrange(1, 4)]
                case _:
                    del data[at:]
        now_s += rng.random()
        record = joiner.take(bytes(data), now_s)
        assert record is None or (record.speed_kmh is not None and not record.more)
        decode_status(bytes(data))


def test_twenty_thousand_mutated_frames_break_nothing() -> None:
    a_million(20_000)


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_a_million_mutated_frames_break_nothing() -> None:
    a_million(1_000_000)
