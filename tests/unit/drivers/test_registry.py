"""DEVICE strings: what they say, and every way in which one can be wrong."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.emulators.treadmills import MAKERS
from drivers.registry import EMULATED, HEART_RATE, TREADMILL, parse_device, with_absolute_file
from teststation.errors import BadInput


def test_a_device_is_split_at_the_first_colon() -> None:
    device = parse_device("trackmaster:socket://127.0.0.1:4001,units=mph,max_kmh=8", TREADMILL)
    assert (device.family, device.port) == ("trackmaster", "socket://127.0.0.1:4001")
    assert device.options == {"units": "mph", "max_kmh": "8"}


@pytest.mark.parametrize("port", ["COM3", "/dev/ttyUSB0", "/dev/pts/4"])
def test_ports_of_both_systems_are_taken_as_they_are(port: str) -> None:
    assert parse_device(f"bridge:{port}", HEART_RATE).port == port


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("trackmaster:COM3", TREADMILL, ["units= is missing"]),
        ("trackmaster:COM3,units=knots", TREADMILL, ["is not one of kmh, mph"]),
        ("trackmaster:,units=kmh", TREADMILL, ["port is missing"]),
        ("trackmater:COM3", TREADMILL, ["did you mean trackmaster?"]),
        ("trackmaster:COM3,speed=3,max_kmh=99", TREADMILL, ["'speed=3' is no option", "outside 1 to 25", "units="]),
        ("emulated:lode", TREADMILL, ["no emulator speaks 'lode'"]),
        ("ftms:", TREADMILL, ["port is missing", "ftms:C0:FF:EE:12:34:56"]),
        (
            "fec:COM3,number=x,incline=maybe",
            TREADMILL,
            ["number=x is not a number", "incline=maybe is not one"],
        ),
        ("", HEART_RATE, ["choose from"]),
    ],
)
def test_every_problem_of_a_device_is_told_at_once(text: str, kind: str, words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        parse_device(text, kind)
    told = "\n".join(caught.value.problems)
    assert all(word in told for word in words), told


def test_a_file_or_a_strap_may_have_commas_and_colons_in_its_name() -> None:
    assert parse_device("replay:C:\\a,b\\pulse.csv", HEART_RATE).port == "C:\\a,b\\pulse.csv"
    assert parse_device("ble:C0:FF:EE:12:34:56", HEART_RATE).port == "C0:FF:EE:12:34:56"
    assert parse_device("ble:Kari, rom 2", HEART_RATE).port == "Kari, rom 2"


def test_a_machine_on_bluetooth_is_an_address_or_a_name() -> None:
    device = parse_device("ftms:c0:ff:ee:12:34:56,incline=word,max_kmh=9", TREADMILL)
    assert (device.port, dict(device.options)) == ("C0:FF:EE:12:34:56", {"incline": "word", "max_kmh": "9"})
    assert parse_device("ftms:TRUE TREADMILL 0815", TREADMILL).port == "TRUE TREADMILL 0815"


def test_a_recording_is_found_from_every_folder() -> None:
    assert with_absolute_file("replay:a.csv") == f"replay:{Path('a.csv').absolute()}"
    assert with_absolute_file("bridge:COM4") == "bridge:COM4"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ant:COM6,number=x", "is not a number"),
        ("ant:COM6,number=12.5", "is not a whole number"),
        ("ant:COM6,number=0", "is outside 1 to 1048575"),
        ("ble:", "for example ble:C0:FF:EE:12:34:56"),
    ],
)
def test_straps_are_checked_like_treadmills(text: str, words: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_device(text, HEART_RATE)
    assert words in str(caught.value)


@given(st.text(max_size=60), st.sampled_from([TREADMILL, HEART_RATE]))
def test_no_text_whatever_raises_anything_but_bad_input(text: str, kind: str) -> None:
    with contextlib.suppress(BadInput):
        assert parse_device(text, kind).family


def test_every_family_that_can_be_emulated_has_its_emulator() -> None:
    assert set(EMULATED[TREADMILL]) == set(MAKERS)
    for family in MAKERS:
        assert parse_device(f"emulated:{family}", TREADMILL).options == {"family": family}
