"""The emulated treadmills whose belt is set at their own console, byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.emulators.csafe import CsafeEmulator
from drivers.emulators.woodway_standard import WoodwayStandardEmulator
from tests.contract.manual_time import Bench


def csafe(**options: object) -> Bench[CsafeEmulator]:
    return Bench(CsafeEmulator(**options))  # type: ignore[arg-type]


def standard() -> Bench[WoodwayStandardEmulator]:
    return Bench(WoodwayStandardEmulator())


def test_csafe_answers_flip_their_toggle_and_tell_state_and_value() -> None:
    bench = csafe()
    assert bench.say("f18080f2") == "f18282f2"
    assert bench.say("f1a5a5f2") == "f102a5030000" + "3195f2"
    bench.device.operator_sets(5.5, 10.0)
    bench.wait(30.0)
    assert bench.say("f1a5a5f2") == "f185a503370031" + "25f2"
    assert bench.say("f1a8a8f2") == "f105a80364004c" + "86f2"
    assert bench.say("f1a5a80df2") == "f185a503370031a80364004ca6f2"


def test_a_csafe_machine_takes_no_speed_from_outside_and_no_broken_frame() -> None:
    bench = csafe()
    assert bench.say("f1250337003120f2") == "f19292f2"
    bench.wait(10.0)
    assert bench.device.true_speed_kmh == 0.0
    assert bench.say("f180f30172f2") == "f1a2a2f2"


def test_a_csafe_machine_in_miles_says_so_in_its_unit_byte() -> None:
    bench = csafe(units="mph")
    bench.device.operator_sets(4.828, 0.0)
    bench.wait(20.0)
    assert bench.say("f1a5a5f2") == "f185a5031e0011" + "2cf2"


def test_a_stuffed_answer_is_stuffed() -> None:
    bench = csafe()
    bench.device.operator_sets(24.1, 0.0)  # 241 tenths: F1
    bench.wait(40.0)
    assert bench.say("f1a5a5f2") == "f185a503f3010031e3f2"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ("a900", "a90d"),
        ("a800", "a80d"),
        ("c700", "c7303030300d"),
        ("c800", "c82b3030300d"),
        ("c701", "0d"),
        ("ff", "0d"),
        ("a3313532380d", "0d"),  # no release, no speed
    ],
)
def test_woodway_standard_answers_are_the_sources(sent: str, answered: str) -> None:
    assert standard().say(sent) == answered


def test_the_public_clients_sequence_moves_the_belt_in_mm_a_second() -> None:
    bench = standard()
    bench.say("a900")
    assert bench.say("c700c800a3313532380da42b3130300d") == "c7303030300dc82b3030300da30da40d"
    bench.wait(30.0)
    assert bench.device.true_speed_kmh == pytest.approx(5.5, abs=0.01)
    assert bench.say("c700") == "c7313532380d"
    assert bench.say("c800") == "c82b3130300d"
    assert bench.say("a800") == "a80d"
    bench.wait(20.0)
    assert bench.device.true_speed_kmh == 0.0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=12), max_size=20))
def test_no_bytes_break_them_and_a_csafe_belt_is_moved_by_none(pieces: list[bytes]) -> None:
    for bench in (csafe(), standard()):
        for piece in pieces:
            bench.say(piece.hex(), 0.3)
    bench = csafe()
    for piece in pieces:
        bench.say(piece.hex(), 0.3)
    assert bench.device.true_speed_kmh == 0.0
