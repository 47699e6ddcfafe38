"""The Heart Rate Measurement as other people's test suites know it, and what no bytes may do to its reader."""

import pytest
from bumble.profiles.heart_rate_service import HeartRateService
from hypothesis import given
from hypothesis import strategies as st

from drivers.heart_rate.ble_codec import (
    BleDecoder,
    Measurement,
    decode_battery,
    decode_location,
    decode_measurement,
)

# Frame, HR, contact, energy in kJ, RR in 1/1024 s. Expected values are those of the suites named.
VECTORS = [
    # Polar, BleHrClientTest (Kotlin and Swift)
    ("00 FF", 255, None, None, ()),
    ("00 7F", 127, None, None, ()),
    ("01 80 80", 32896, None, None, ()),
    ("01 7F 7F", 32639, None, None, ()),
    ("06 00", 0, True, None, ()),
    ("04 00", 0, False, None, ()),
    ("02 00", 0, None, None, ()),  # contact without the feature says nothing
    ("00 00", 0, None, None, ()),
    ("09 00 00 FF FF", 0, None, 65535, ()),
    ("08 00 7F 80", 0, None, 32895, ()),
    ("10 00 FF FF", 0, None, None, (65535,)),
    ("11 00 00 FF FF 7F 80", 0, None, None, (65535, 32895)),
    ("11 00 00 00 00", 0, None, None, (0,)),
    # Auuki, heart-rate-measurement.test.js
    ("00 51", 81, None, None, ()),
    ("01 2C 01", 300, None, None, ()),
    ("10 43 72 03", 67, None, None, (882,)),
    ("10 44 72 03 8A 03", 68, None, None, (882, 906)),
    ("10 67 72 03 8A 03 95 04", 103, None, None, (882, 906, 1173)),
    ("18 43 D0 07 72 03", 67, None, 2000, (882,)),
    ("08 43 D0 07", 67, None, 2000, ()),
    ("09 2C 01 D0 07", 300, None, 2000, ()),
    ("04 43", 67, False, None, ()),
    ("06 43", 67, True, None, ()),
    # pycycling, blevalueparser, a pytest of parse_heart_rate, a vitest of hrMeasurement
    ("00 2A", 42, None, None, ()),
    ("04 AA", 170, False, None, ()),
    ("10 3C 00 04 00 02", 60, None, None, (1024, 512)),
    # more of the same suites
    ("06 FF", 255, True, None, ()),
    ("04 FF", 255, False, None, ()),
    ("10 00 00 00", 0, None, None, (0,)),
    ("01 8C 00", 140, None, None, ()),
    ("01 E8 03", 1000, None, None, ()),
]
POLAR_RR_MS = {65535: 63999, 32895: 32124}  # Polar cuts the fraction off


@pytest.mark.parametrize(("frame", "bpm", "contact", "energy_kj", "rr"), VECTORS)
def test_a_frame_means_what_its_makers_say(
    frame: str, bpm: int, contact: bool | None, energy_kj: int | None, rr: tuple[int, ...]
) -> None:
    data = bytes.fromhex(frame)
    assert decode_measurement(data) == Measurement(bpm, contact, energy_kj, rr)
    theirs = HeartRateService.HeartRateMeasurement.from_bytes(data)
    assert theirs.heart_rate == bpm
    assert theirs.sensor_contact_detected is contact
    assert theirs.energy_expended == energy_kj
    assert tuple(round(s * 1024) for s in theirs.rr_intervals or ()) == rr


def test_intervals_stay_in_ticks_and_polars_milliseconds_follow_from_them() -> None:
    measured = decode_measurement(bytes.fromhex("11 00 00 FF FF 7F 80"))
    assert measured is not None
    assert [ticks * 1000 // 1024 for ticks in measured.rr_1024] == list(POLAR_RR_MS.values())


@pytest.mark.parametrize("bpm", [1, 255, 256, 1000])
@pytest.mark.parametrize("contact", [True, False, None])
@pytest.mark.parametrize("energy_kj", [None, 2])
@pytest.mark.parametrize("rr_s", [None, (3.0, 4.0, 5.0)])
def test_what_bumble_encodes_is_what_we_read(
    bpm: int, contact: bool | None, energy_kj: int | None, rr_s: tuple[float, ...] | None
) -> None:
    frame = bytes(HeartRateService.HeartRateMeasurement(bpm, contact, energy_kj, rr_s))
    rr = tuple(round(s * 1024) for s in rr_s or ())
    assert decode_measurement(frame) == Measurement(bpm, contact, energy_kj, rr)


def test_bumbles_own_example_is_read() -> None:
    frame = bytes(HeartRateService.HeartRateMeasurement(192, True, 10000, (0.75, 0.75390625)))
    assert frame == bytes.fromhex("1E C0 10 27 00 03 04 03")
    assert decode_measurement(frame) == Measurement(192, True, 10000, (768, 772))


@pytest.mark.parametrize("frame", ["", "00", "01 8C", "08 43", "08 43 D0", "09 43 00 D0", "18 43 D0"])
def test_a_frame_that_is_too_short_is_no_reading(frame: str) -> None:
    assert decode_measurement(bytes.fromhex(frame)) is None


def test_half_an_interval_at_the_end_is_dropped_and_counted() -> None:
    decoder = BleDecoder()
    sample = decoder.take("2a37", bytes.fromhex("10 43 72 03 8A"))
    assert sample is not None
    assert (sample.bpm, sample.rr_1024, decoder.junk) == (67, (882,), 1)


def test_an_interval_of_zero_goes_no_further() -> None:
    sample = BleDecoder().take("2a37", bytes.fromhex("10 43 00 00 72 03"))
    assert sample is not None
    assert sample.rr_1024 == (882,)


@pytest.mark.parametrize(("value", "percent"), [("00", 0), ("2A", 42), ("64", 100), ("65", None), ("", None)])
def test_battery_is_percent_or_unknown(value: str, percent: int | None) -> None:
    assert decode_battery(bytes.fromhex(value)) == percent


@pytest.mark.parametrize(("value", "where"), [("01", "chest"), ("06", "foot"), ("07", ""), ("", "")])
def test_the_place_of_the_sensor_is_told_in_words(value: str, where: str) -> None:
    assert decode_location(bytes.fromhex(value)) == where


def test_battery_and_place_go_with_every_later_pulse() -> None:
    decoder = BleDecoder(sensor="HRM")
    decoder.take("2a19", b"\x57")
    decoder.take("2a38", b"\x01")
    sample = decoder.take("2a37", b"\x00\x51")
    assert sample is not None
    assert (sample.battery_pct, sample.location, sample.sensor) == (87, "chest", "HRM")


@given(st.binary(max_size=40))
def test_no_bytes_whatever_break_the_reader(frame: bytes) -> None:
    measured = decode_measurement(frame)
    assert measured is None or 0 <= measured.bpm <= 65535
