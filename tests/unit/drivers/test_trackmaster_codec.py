"""The bytes of the Trackmaster protocol: the manual's own examples, and any bytes at all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.treadmill.trackmaster_codec import Opcode, ReplyParser, SpeedUnit, encode, incline_tenths
from teststation.errors import OutOfRange

KMH, MPH = SpeedUnit("kmh"), SpeedUnit("mph")


@pytest.mark.parametrize(
    ("opcode", "tenths", "sent"),
    [
        (Opcode.START, None, "a0"),
        (Opcode.SET_SPEED, 40, "a330303430"),  # 4.0, the manual's note 3
        (Opcode.SET_SPEED, 34, "a330303334"),
        (Opcode.SET_SPEED, 55, "a330303535"),
        (Opcode.SET_INCLINE, 50, "a430303530"),  # 5 %, the manual's note 4
        (Opcode.SET_INCLINE, 100, "a430313030"),
        (Opcode.SET_INCLINE, 125, "a430313235"),
        (Opcode.STATUS, None, "c0"),
        (Opcode.ACTUAL_SPEED, None, "c1"),
        (Opcode.AUTO_STOP, None, "aa"),
        (Opcode.STOP, None, "a2"),
    ],
)
def test_requests_are_the_manuals_bytes(opcode: Opcode, tenths: int | None, sent: str) -> None:
    assert encode(opcode, tenths).hex() == sent


def test_a_start_without_the_watchdog_cannot_be_expressed() -> None:
    assert 0xA1 not in [int(opcode) for opcode in Opcode]
    assert 0xA9 not in [int(opcode) for opcode in Opcode]


@pytest.mark.parametrize(
    ("opcode", "tenths"),
    [
        (Opcode.SET_SPEED, None),
        (Opcode.START, 5),
        (Opcode.SET_SPEED, -1),
        (Opcode.SET_SPEED, 9999),
        (Opcode.SET_INCLINE, 43),
    ],
)
def test_what_cannot_be_sent_is_refused_and_never_clipped(opcode: Opcode, tenths: int | None) -> None:
    with pytest.raises(OutOfRange):
        encode(opcode, tenths)


@pytest.mark.parametrize(
    ("opcode", "received", "value"),
    [
        (Opcode.STATUS, "d032", 0x32),
        (Opcode.ACTUAL_SPEED, "d130303535", 55),
        (Opcode.ACTUAL_SPEED, "d139393939", 9999),
        (Opcode.SET_SPEED, "b3", None),
    ],
)
def test_whole_replies_are_read(opcode: Opcode, received: str, value: int | None) -> None:
    parser = ReplyParser(opcode)
    reply = parser.feed(bytes.fromhex(received))
    assert reply is not None
    assert (reply.value, reply.refused, parser.junk) == (value, False, 0)


@pytest.mark.parametrize("refusal", ["be", "bf", "df"])
def test_a_refusal_is_a_reply(refusal: str) -> None:
    reply = ReplyParser(Opcode.SET_INCLINE).feed(bytes.fromhex(refusal))
    assert reply is not None
    assert reply.refused


def test_a_stray_t_of_the_power_up_is_dropped() -> None:
    parser = ReplyParser(Opcode.STATUS)
    reply = parser.feed(b"T\xd02")
    assert reply is not None
    assert (reply.value, parser.junk) == (0x32, 1)


def test_a_reply_cut_short_asks_for_what_is_missing() -> None:
    parser = ReplyParser(Opcode.ACTUAL_SPEED)
    assert parser.feed(b"\xd100") is None
    assert parser.missing == 2


def test_another_answer_in_between_is_dropped() -> None:
    parser = ReplyParser(Opcode.ACTUAL_SPEED)
    reply = parser.feed(b"\xd10\xd02\xd10048")
    assert reply is not None
    assert reply.value == 48
    assert parser.junk > 0


@given(st.sampled_from(list(Opcode)), st.lists(st.binary(max_size=12), max_size=8))
def test_no_bytes_whatever_break_the_parser(opcode: Opcode, pieces: list[bytes]) -> None:
    parser = ReplyParser(opcode)
    for piece in pieces:
        reply = parser.feed(piece)
        if reply is not None and reply.value is not None:
            assert 0 <= reply.value <= 9999


@given(st.integers(2, 150))
def test_every_setting_comes_back_as_itself(tenths: int) -> None:
    assert KMH.tenths(KMH.speed_kmh(tenths)) == tenths
    assert MPH.tenths(MPH.speed_kmh(tenths)) == tenths


def test_a_treadmill_in_miles_can_only_nearly_do_a_speed_in_kilometres() -> None:
    assert MPH.tenths(5.5) == 34
    assert MPH.speed_kmh(34) == pytest.approx(5.47, abs=0.005)


@pytest.mark.parametrize("speed_kmh", [math.nan, math.inf, -0.1])
def test_what_is_no_speed_is_refused(speed_kmh: float) -> None:
    with pytest.raises(OutOfRange):
        KMH.tenths(speed_kmh)


def test_incline_goes_in_half_percents() -> None:
    assert incline_tenths(12.3) == 125
    assert incline_tenths(4.2) == 40
    with pytest.raises(OutOfRange):
        incline_tenths(25.5)
