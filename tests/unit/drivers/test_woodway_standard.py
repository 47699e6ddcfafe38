"""The "WOODWAY Standard" reader: the bytes of its one source, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.treadmill.gauge import Reading
from drivers.treadmill.woodway_standard import WoodwayStandardReader


@pytest.mark.parametrize(
    ("received", "reading"),
    [
        ("c7303835300d", Reading(speed_kmh=0.85 * 3.6)),
        ("c7313532380d", Reading(speed_kmh=1.528 * 3.6)),
        ("c82d3031350d", Reading(incline_pct=-1.5)),
        ("c82b3130300d", Reading(incline_pct=10.0)),
    ],
)
def test_answers_are_read(received: str, reading: Reading) -> None:
    (read,) = WoodwayStandardReader().feed(bytes.fromhex(received))
    assert (read.speed_kmh, read.incline_pct) == (
        pytest.approx(reading.speed_kmh) if reading.speed_kmh is not None else None,
        reading.incline_pct,
    )


@pytest.mark.parametrize("damaged", ["0d", "c730380d", "c73038353031", "c8203031350d", "c7c7"])
def test_anything_else_is_damage(damaged: str) -> None:
    reader = WoodwayStandardReader()
    assert reader.feed(bytes.fromhex(damaged)) == []
    assert reader.damaged == 1


def test_nothing_but_the_two_reads_can_be_asked() -> None:
    assert WoodwayStandardReader.questions == (b"\xc7\x00", b"\xc8\x00")


@given(st.lists(st.binary(max_size=20), max_size=12))
def test_no_bytes_whatever_break_the_reader(pieces: list[bytes]) -> None:
    reader = WoodwayStandardReader()
    for piece in pieces:
        for reading in reader.feed(piece):
            assert reading.speed_kmh is None or 0 <= reading.speed_kmh <= 36.0
    assert reader.feed(b"\x0d\x0d\xc71528\x0d")[-1].speed_kmh == pytest.approx(5.5, abs=0.01)
