"""Emulated and real do not mix: who walks on a real belt has a pulse of their own, and a demonstration is told."""

import sys
import types
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.mutants import fails_with
from teststation import demonstration
from teststation.demonstration import is_demonstration
from teststation.errors import BadInput
from ui.station import station
from ui.station.station import Station

REFUSED_STRAP, REFUSED_RECORDING = "emulated_strap_real_belt", "replay_real_belt"
EMULATED_BELTS = ("emulated", "emulated:woodway", "emulated:csafe", "emulated:woodway-standard", "emulated:fec")
REAL_BELTS = (
    "trackmaster:COM3,units=kmh",
    "trackmaster:socket://10.0.0.7:4001,units=mph",
    "trackmaster:usb=0403:6001:A1,units=kmh",
    "woodway:COM4",
    "csafe:COM4",
    "woodway-standard:/dev/ttyUSB0",
    "ftms:C0:FF:EE:12:34:56",
    "fec:COM7,number=21",
    "manual",
    "manual,units=mph",
)
HERE_BELTS = (
    "trackmaster:socket://127.0.0.1:9,units=kmh",
    "csafe:socket://localhost:9",
    *([] if sys.platform == "win32" else ["woodway:/dev/pts/3"]),  # no path is a terminal there
)
EMULATED_STRAPS = ("emulated", "emulated:bridge", "emulated:ant")
STRAPS = ("ble:Polar", "ftms:C0:FF:EE:12:34:57", "ant:COM5,number=12345", "bridge:COM6", "bridge:socket://127.0.0.1:9")


def told(treadmill: str, heart_rate: str, time_scale: float = 1.0) -> list[str]:
    """What is refused of these two together."""
    try:
        Station.check_devices(treadmill, heart_rate, time_scale)
    except BadInput as error:
        return [getattr(cause, "code", str(cause)) for cause in error.causes]
    return []


@pytest.fixture
def recording(tmp_path: Path) -> str:
    path = tmp_path / "pulse.csv"
    path.write_text("t_s,hr_bpm\n0,90\n1,91\n", "utf-8")
    return f"replay:{path}"


@pytest.mark.parametrize("strap", EMULATED_STRAPS)
@pytest.mark.parametrize("belt", [*REAL_BELTS, *HERE_BELTS])
def test_an_emulated_strap_goes_with_no_belt_but_an_emulated_one(belt: str, strap: str) -> None:
    assert told(belt, strap) == [REFUSED_STRAP]


@pytest.mark.parametrize("belt", REAL_BELTS)
def test_a_recording_is_no_pulse_of_who_walks_on_a_real_belt(belt: str, recording: str) -> None:
    assert told(belt, recording) == [REFUSED_RECORDING]


@pytest.mark.parametrize("belt", [*HERE_BELTS, *EMULATED_BELTS])
def test_a_recording_is_played_where_nobody_walks(belt: str, recording: str) -> None:
    assert told(belt, recording) == []
    assert told("manual", recording, 20.0) == []
    assert is_demonstration(belt, recording)


@pytest.mark.parametrize("strap", [*EMULATED_STRAPS, *STRAPS])
@pytest.mark.parametrize("belt", EMULATED_BELTS)
def test_whatever_is_worn_on_an_emulated_belt_is_a_demonstration(belt: str, strap: str) -> None:
    assert told(belt, strap) == []
    assert is_demonstration(belt, strap)


@pytest.mark.parametrize("strap", STRAPS)
@pytest.mark.parametrize("belt", [*REAL_BELTS, *HERE_BELTS])
def test_a_belt_and_a_strap_on_wires_are_a_test(belt: str, strap: str) -> None:
    assert told(belt, strap) == []
    assert not is_demonstration(belt, strap)


def _recording_on_a_belt() -> None:
    # The file is looked at too, and is not there: both are told at once.
    assert REFUSED_RECORDING in told("trackmaster:COM3,units=kmh", "replay:none.csv")


FAULTS: dict[str, tuple[types.ModuleType, str, str, Callable[[], None]]] = {
    "an emulated strap on a real belt": (
        station,
        '    if heart_rate.family == "emulated":\n        return (Cause',
        "    if False:\n        return (Cause",
        partial(test_an_emulated_strap_goes_with_no_belt_but_an_emulated_one, "manual", "emulated"),
    ),
    "a recording on a real belt": (
        station,
        "real = treadmill.is_hardware or",
        "real = False and",
        _recording_on_a_belt,
    ),
    "an emulated belt is taken for real": (
        demonstration,
        "return belt in EMULATED_BELTS or",
        "return",
        partial(test_whatever_is_worn_on_an_emulated_belt_is_a_demonstration, "emulated", "ble:Polar"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_rule_is_needed(fault: str) -> None:
    fails_with(*FAULTS[fault])
