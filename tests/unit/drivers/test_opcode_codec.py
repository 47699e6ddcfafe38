"""The bytes of the opcode protocols: the sources' own examples, what cannot be said, and any bytes at all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.treadmill import trackmaster, woodway
from drivers.treadmill.opcode_codec import Dialect, ReplyParser
from drivers.treadmill.port import Answer, Request, Running
from teststation.errors import OutOfRange

KMH, MPH = trackmaster.dialect("kmh"), trackmaster.dialect("mph")
WOODWAY = woodway.DIALECT
DIALECTS = [pytest.param(KMH, id="trackmaster"), pytest.param(WOODWAY, id="woodway")]

SENT: list[tuple[Dialect, Request, int | None, str]] = [
    (KMH, Request.START, None, "a0"),
    (KMH, Request.SET_SPEED, 40, "a330303430"),  # 4.0, the manual's note 3
    (KMH, Request.SET_SPEED, 34, "a330303334"),
    (KMH, Request.SET_SPEED, 55, "a330303535"),
    (KMH, Request.SET_INCLINE, 50, "a430303530"),  # 5 %, the manual's note 4
    (KMH, Request.SET_INCLINE, 100, "a430313030"),
    (KMH, Request.SET_INCLINE, 125, "a430313235"),
    (KMH, Request.STATUS, None, "c0"),
    (KMH, Request.SPEED, None, "c1"),
    (KMH, Request.AUTO_STOP, None, "aa"),
    (KMH, Request.STOP, None, "a2"),
    # What pyWoodway 0.2.4 says on a wire.
    (WOODWAY, Request.START, None, "a0"),
    (WOODWAY, Request.SET_SPEED, 34, "a330303334"),
    (WOODWAY, Request.SET_SPEED, 125, "a330313235"),
    (WOODWAY, Request.SET_INCLINE, 50, "a430303530"),
    (WOODWAY, Request.SET_INCLINE, 125, "a430313235"),
    (WOODWAY, Request.AUTO_STOP, None, "aa"),
    (WOODWAY, Request.STOP, None, "a2"),
    (WOODWAY, Request.SPEED, None, "c1"),
]


@pytest.mark.parametrize(("dialect", "request_", "tenths", "sent"), SENT)
def test_requests_are_the_sources_bytes(dialect: Dialect, request_: Request, tenths: int | None, sent: str) -> None:
    assert dialect.encode(request_, tenths).hex() == sent


def everything(dialect: Dialect) -> list[bytes]:
    """Every message that can be encoded at all."""
    said: list[bytes] = []
    for request in Request:
        for tenths in (None, *range(10_000)):
            try:
                said.append(dialect.encode(request, tenths))
            except OutOfRange:
                if tenths is None and request in (Request.SET_SPEED, Request.SET_INCLINE):
                    continue
                if tenths is not None and request not in (Request.SET_SPEED, Request.SET_INCLINE):
                    break
    return said


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_start_without_the_watchdog_cannot_be_expressed(dialect: Dialect) -> None:
    opcodes = {message[0] for message in everything(dialect)}
    assert {0xA1, 0xA9}.isdisjoint(opcodes)
    assert 0xA0 in opcodes


def test_a_belt_that_runs_backwards_cannot_be_expressed() -> None:
    speeds = [message for message in everything(WOODWAY) if message[0] == 0xA3]
    assert len(speeds) == 300
    assert {message[1] for message in speeds} == {ord("0")}


@pytest.mark.parametrize(
    ("request_", "tenths"),
    [
        (Request.SET_SPEED, None),
        (Request.START, 5),
        (Request.SET_SPEED, -1),
        (Request.SET_SPEED, 9999),
        (Request.SET_INCLINE, 9999),
        (Request.KEEP_ALIVE, None),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_cannot_be_sent_is_refused_and_never_clipped(
    dialect: Dialect, request_: Request, tenths: int | None
) -> None:
    with pytest.raises(OutOfRange):
        dialect.encode(request_, tenths)


def test_a_trackmaster_takes_half_percents_alone() -> None:
    with pytest.raises(OutOfRange):
        KMH.encode(Request.SET_INCLINE, 43)
    assert WOODWAY.encode(Request.SET_INCLINE, 43) == b"\xa40043"


READ: list[tuple[Dialect, Request, str, Answer]] = [
    (KMH, Request.STATUS, "d032", Answer(Request.STATUS, running=Running.GUARDED)),
    (KMH, Request.STATUS, "d033", Answer(Request.STATUS, running=Running.UNGUARDED)),
    (KMH, Request.STATUS, "d034", Answer(Request.STATUS, running=Running.UNKNOWN)),
    (KMH, Request.SPEED, "d130303535", Answer(Request.SPEED, 5.5)),
    (KMH, Request.SPEED, "d139393939", Answer(Request.SPEED, faulted=True)),
    (KMH, Request.SET_SPEED, "b3", Answer(Request.SET_SPEED)),
    (KMH, Request.INCLINE, "d230313235", Answer(Request.INCLINE, 12.5)),
    (WOODWAY, Request.SPEED, "d130303330", Answer(Request.SPEED, 3.0 * 1.609344)),
    (WOODWAY, Request.SPEED, "d133303230", Answer(Request.SPEED, faulted=True)),  # 2.0 mph backwards
    (WOODWAY, Request.SET_SPEED, "bd", Answer(Request.SET_SPEED, timed_out=True)),
]


@pytest.mark.parametrize(("dialect", "request_", "received", "answer"), READ)
def test_whole_replies_are_read(dialect: Dialect, request_: Request, received: str, answer: Answer) -> None:
    parser = ReplyParser(dialect, request_)
    assert parser.feed(bytes.fromhex(received)) == answer
    assert parser.junk == 0


@pytest.mark.parametrize(("dialect", "refusal"), [(KMH, "be"), (KMH, "bf"), (KMH, "df"), (WOODWAY, "be")])
def test_a_refusal_is_a_reply(dialect: Dialect, refusal: str) -> None:
    answer = ReplyParser(dialect, Request.SET_INCLINE).feed(bytes.fromhex(refusal))
    assert answer is not None
    assert answer.refused


def test_a_stray_t_of_the_power_up_is_dropped() -> None:
    parser = ReplyParser(KMH, Request.STATUS)
    answer = parser.feed(b"T\xd02")
    assert answer is not None
    assert (answer.running, parser.junk) == (Running.GUARDED, 1)


def test_a_reply_cut_short_asks_for_what_is_missing() -> None:
    parser = ReplyParser(KMH, Request.SPEED)
    assert parser.feed(b"\xd100") is None
    assert parser.missing == 2


def test_another_answer_in_between_is_dropped() -> None:
    parser = ReplyParser(KMH, Request.SPEED)
    answer = parser.feed(b"\xd10\xd02\xd10048")
    assert answer is not None
    assert answer.value == pytest.approx(4.8)
    assert parser.junk > 0


def test_a_speed_echoed_back_is_no_speed() -> None:
    assert ReplyParser(KMH, Request.SPEED).feed(b"\xa30048\xc1") is None


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_no_bytes_whatever_break_the_parser(dialect: Dialect, data: st.DataObject) -> None:
    request = data.draw(st.sampled_from(sorted(dialect.opcodes, key=lambda r: r.name)))
    parser = ReplyParser(dialect, request)
    for piece in data.draw(st.lists(st.binary(max_size=12), max_size=8)):
        answer = parser.feed(piece)
        if answer is not None and answer.value is not None:
            assert 0 <= answer.value <= 9999 * 0.1 * 1.61


@pytest.mark.parametrize("dialect", [KMH, MPH, WOODWAY])
@given(tenths=st.integers(2, 150))
def test_every_setting_comes_back_as_itself(dialect: Dialect, tenths: int) -> None:
    assert dialect.tenths(Request.SET_SPEED, dialect.value(Request.SET_SPEED, tenths)) == tenths


@pytest.mark.parametrize("dialect", [MPH, WOODWAY])
def test_a_treadmill_in_miles_can_only_nearly_do_a_speed_in_kilometres(dialect: Dialect) -> None:
    assert dialect.tenths(Request.SET_SPEED, 5.5) == 34
    assert dialect.value(Request.SET_SPEED, 34) == pytest.approx(5.47, abs=0.005)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1])
@pytest.mark.parametrize("request_", [Request.SET_SPEED, Request.SET_INCLINE])
def test_what_is_no_speed_or_incline_is_refused(dialect: Dialect, request_: Request, value: float) -> None:
    with pytest.raises(OutOfRange):
        dialect.tenths(request_, value)


def test_incline_goes_in_the_machines_steps() -> None:
    assert KMH.tenths(Request.SET_INCLINE, 12.3) == 125
    assert KMH.tenths(Request.SET_INCLINE, 4.2) == 40
    assert WOODWAY.tenths(Request.SET_INCLINE, 12.3) == 123
    with pytest.raises(OutOfRange):
        KMH.tenths(Request.SET_INCLINE, 25.5)
    with pytest.raises(OutOfRange):
        WOODWAY.tenths(Request.SET_INCLINE, 30.0)


def test_a_status_that_nobody_documents_is_not_asked_for() -> None:
    assert Request.STATUS not in WOODWAY.traits.requests
    assert WOODWAY.traits.looks == (Request.SPEED, Request.INCLINE)
