"""The channel on an ANT stick, sans-io: the order of things, one strap alone, searches that end, the secret key."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import drivers.radio.ant_channel as ant_channel
from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.radio.ant_channel import Page, SearchEnded, StickFailed
from drivers.radio.ant_codec import Deframer, frame
from drivers.radio.ant_key import KeyRedactor, key_in, parse_key
from tests.mutants import fails_with
from teststation.errors import BadInput

KEY = bytes.fromhex("1122334455667788")
STARTED = ["4a", "46", "42", "51", "66", "44", "63", "43", "45", "4b"]


class Wire:
    """A channel and a scripted stick, with time told."""

    def __init__(self, number: int = 0, key: bytes = KEY) -> None:
        self.channel = ant_channel.AntChannel(key, number)
        self.now_s = 0.0
        self.events: list[object] = []
        self.sent: list[bytes] = []
        self.channel.start(self.now_s)

    def sends(self) -> list[str]:
        """Ids of what goes out now."""
        out = self.channel.take_out()
        self.sent.append(out)
        return [f"{message.id:02x}" for message in Deframer().feed(out)]

    def hear(self, *messages: bytes) -> None:
        self.events += self.channel.feed(b"".join(messages), self.now_s)

    def ok(self, message: str) -> None:
        self.hear(frame(0x40, 0, int(message, 16), 0))

    def open(self) -> None:
        """Through the start sequence."""
        while ids := self.sends():
            if ids == ["4a"]:
                self.hear(frame(0x6F, 0x20))
            else:
                self.ok(ids[0])

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds
        self.events += self.channel.pass_time(self.now_s)

    def page(self, number: int, device_type: int = 120) -> None:
        extended = (0x80, number & 0xFF, number >> 8, device_type, 1)
        self.hear(frame(0x4E, 0, 4, 0, 0, 0, 0, 4, 1, 60, *extended))


def test_each_command_waits_for_the_answer_to_the_one_before() -> None:
    wire = Wire()
    order = []
    while ids := wire.sends():
        assert len(ids) == 1
        assert wire.sends() == []  # nothing more goes out without an answer
        wire.ok("99")  # an answer to something else is none
        assert wire.sends() == []
        order += ids
        wire.hear(frame(0x6F, 0x20)) if ids == ["4a"] else wire.ok(ids[0])
    assert order == STARTED


def test_the_bytes_of_the_start_are_those_of_the_profile() -> None:
    wire = Wire(number=12345)
    wire.open()
    sent = b"".join(wire.sent)
    for message in ("A4 03 42 00 00 00 E5", "A4 05 51 00 39 30 78 00 81", "A4 03 43 00 86 1F 7D", "A4 02 45 00 39 DA"):
        assert bytes.fromhex(message) in sent, message


def test_what_was_said_before_the_reset_is_old() -> None:
    wire = Wire()
    assert wire.sends() == ["4a"]
    wire.hear(b"\x00\x00", frame(0x40, 0, 0x46, 0), frame(0x4E, *range(9)))
    assert wire.sends() == []
    wire.hear(frame(0x6F, 0x00))
    assert wire.sends() == ["46"]


def test_a_stick_that_does_not_answer_is_asked_three_times_and_then_given_up() -> None:
    wire = Wire()
    asked = 0
    for tenth in range(60):
        asked += len(wire.sends())
        wire.now_s = tenth / 10
        wire.events += wire.channel.pass_time(wire.now_s)
    assert asked == 3
    (event,) = wire.events
    assert isinstance(event, StickFailed)


def test_an_old_stick_may_refuse_what_it_does_not_know() -> None:
    wire = Wire()
    while ids := wire.sends():
        if ids == ["4a"]:
            wire.hear(frame(0x6F, 0x20))
        else:
            wire.hear(frame(0x40, 0, int(ids[0], 16), 0x28 if ids[0] in ("66", "63") else 0))
    wire.page(12345)
    assert wire.events == [Page(bytes((4, 0, 0, 0, 0, 4, 1, 60)), 12345)]


def test_a_stick_that_refuses_the_channel_has_failed() -> None:
    wire = Wire()
    wire.sends()
    wire.hear(frame(0x6F, 0x20))
    wire.sends()
    wire.hear(frame(0x40, 0, 0x46, 0x15))
    assert isinstance(wire.events[0], StickFailed)


def test_the_strap_that_was_named_is_the_only_one_heard() -> None:
    wire = Wire(number=12345)
    wire.open()
    wire.page(54321)
    assert wire.events == []
    wire.page(12345)
    assert len(wire.events) == 1


def test_a_strap_that_was_not_named_is_the_only_one_heard_from_its_first_page_on() -> None:
    wire = Wire()
    wire.open()
    wire.page(12345)
    wire.page(54321)
    assert [event.number for event in wire.events if isinstance(event, Page)] == [12345]


def test_another_kind_of_device_is_no_strap() -> None:
    wire = Wire()
    wire.open()
    wire.page(12345, device_type=11)
    assert wire.events == []


def test_a_long_number_on_a_label_is_taken_by_its_lower_sixteen_bits() -> None:
    assert Wire(number=730926).channel.number == 730926 & 0xFFFF


def test_a_strap_that_is_searched_for_again_is_searched_for_by_its_number() -> None:
    wire = Wire()
    wire.open()
    wire.page(12345)
    wire.hear(frame(0x40, 0, 1, 8))
    wire.open()
    assert bytes.fromhex("A4 05 51 00 39 30 78 00") in b"".join(wire.sent)


def test_a_search_that_ended_begins_anew_from_the_reset() -> None:
    wire = Wire(number=12345)
    wire.open()
    wire.hear(frame(0x40, 0, 1, 1))
    assert wire.sends() == []
    wire.hear(frame(0x40, 0, 1, 7))
    assert wire.events == [SearchEnded()]
    assert wire.sends() == ["4a"]


def test_a_search_whose_closing_was_lost_on_the_line_begins_anew_all_the_same() -> None:
    wire = Wire(number=12345)
    wire.open()
    wire.hear(frame(0x40, 0, 1, 1))
    wire.pass_s(0.9)
    assert (wire.events, wire.sends()) == ([], [])
    wire.pass_s(0.2)
    assert wire.events == [SearchEnded()]
    assert wire.sends() == ["4a"]


def test_a_channel_that_says_nothing_for_longer_than_a_search_lasts_begins_anew() -> None:
    wire = Wire(number=12345)
    wire.open()
    wire.page(12345)
    wire.pass_s(39.0)
    assert wire.sends() == []
    wire.pass_s(2.0)
    assert wire.sends() == ["4a"]


def test_a_stick_that_does_not_tell_senders_is_asked_who_that_is() -> None:
    wire = Wire()
    wire.open()
    wire.hear(frame(0x4E, 0, 4, 0, 0, 0, 0, 4, 1, 60))
    assert bytes.fromhex("A4 02 4D 00 51 BA") == wire.channel.take_out()
    wire.hear(frame(0x51, 0, 0x39, 0x30, 120, 1))
    assert wire.channel.number == 12345


def test_a_missed_slot_is_counted() -> None:
    wire = Wire()
    wire.open()
    wire.hear(frame(0x40, 0, 1, 2), frame(0x40, 0, 1, 2))
    assert wire.channel.missed_slots == 2


@given(st.lists(st.binary(max_size=60), max_size=12))
def test_no_bytes_whatever_break_the_channel(pieces: list[bytes]) -> None:
    wire = Wire()
    for piece in pieces:
        wire.now_s += 0.7
        wire.hear(piece)
        wire.events += wire.channel.pass_time(wire.now_s)
        wire.channel.take_out()


# --- against the emulator, in simulated time ---


class Bench:
    """Channel and emulated stick on the same simulated second."""

    def __init__(self, number: int = 12345, key: bytes = DUMMY_KEY) -> None:
        self.stick = AntStick(Patient(draw_body(1), 1), lambda: (0.0, 0.0))
        self.channel = ant_channel.AntChannel(key, number)
        self.now_s = 0.0
        self.events: list[object] = []
        self.channel.start(0.0)

    def run(self, seconds: float) -> list[object]:
        self.events = []
        for _ in range(round(seconds * 50)):
            self.now_s += 0.02
            self.stick.receive(self.channel.take_out(), self.now_s)
            self.events += self.channel.feed(self.stick.transmit(self.now_s), self.now_s)
            self.events += self.channel.pass_time(self.now_s)
        return self.events

    def pages(self) -> list[Page]:
        return [event for event in self.events if isinstance(event, Page)]


def test_four_pages_a_second_come_from_the_right_strap() -> None:
    bench = Bench()
    bench.run(10)
    assert 37 <= len(bench.pages()) <= 41
    assert {page.number for page in bench.pages()} == {12345}


def test_without_the_right_key_no_strap_is_found_and_the_search_goes_on_for_ever() -> None:
    bench = Bench(key=bytes(8))
    bench.run(65)
    assert bench.pages() == []
    assert bench.events == [SearchEnded(), SearchEnded()]


def test_a_strap_that_leaves_is_found_again_and_no_other_in_its_place() -> None:
    bench = Bench(number=0)
    bench.run(5)
    bench.stick.give("drop")
    bench.stick.give("second_strap")
    bench.run(50)
    assert {page.number for page in bench.pages()} <= {12345}
    bench.stick.take("drop")
    bench.run(5)
    assert {page.number for page in bench.pages()} == {12345}
    assert len(bench.pages()) > 10


# --- the key ---


def test_a_key_is_sixteen_digits_in_any_usual_form() -> None:
    assert parse_key(" 11-22-33-44 55:66:77:88 ") == KEY
    assert key_in({"TESTSTATION_ANT_KEY": "1122334455667788"}) == KEY
    assert key_in({}) is None
    assert key_in({"TESTSTATION_ANT_KEY": " "}) is None


@pytest.mark.parametrize("text", ["112233445566778", "11223344556677889", "x122334455667788", "11223344"])
def test_a_key_that_is_none_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_key(text)
    assert text not in str(caught.value)


@given(st.binary(max_size=30), st.binary(max_size=30), st.integers(1, 9))
def test_the_key_never_leaves_the_redactor_however_the_stream_is_cut(before: bytes, after: bytes, size: int) -> None:
    stream = before + KEY + after + KEY + bytes(8)
    redactor = KeyRedactor(KEY)
    out = b"".join(redactor.feed(stream[at : at + size]) for at in range(0, len(stream), size))
    assert KEY not in out
    assert len(out) == len(stream)
    assert out.startswith(before)


@pytest.mark.parametrize("size", [1, 5, 12, 13, 14, 40])
def test_no_byte_that_depends_on_the_key_is_left_of_the_message_that_carries_it(size: int) -> None:
    keys = (KEY, bytes(reversed(KEY)), bytes([KEY[0] ^ 0xFF, *KEY[1:]]))
    told: set[bytes] = set()
    for key in keys:
        stream = frame(0x4A, 0) + frame(0x46, 0, *key) + frame(0x42, 0, 0, 0)
        redactor = KeyRedactor(key)
        told.add(b"".join(redactor.feed(stream[at : at + size]) for at in range(0, len(stream), size)))
    assert told == {frame(0x4A, 0) + bytes.fromhex("A4094600") + bytes(9) + frame(0x42, 0, 0, 0)}


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "any strap will do": (
        "return sender.number == self.number",
        "return True",
        test_the_strap_that_was_named_is_the_only_one_heard,
    ),
    "the next strap will do": (
        "self.number = self.number or sender.number",
        "self.number = sender.number",
        test_a_strap_that_was_not_named_is_the_only_one_heard_from_its_first_page_on,
    ),
    "a lost strap is searched for as any strap": (
        "case ant.WENT_TO_SEARCH if self.number:",
        "case 0xEE:",
        test_a_strap_that_is_searched_for_again_is_searched_for_by_its_number,
    ),
    "a closing that was lost is waited for for ever": (
        "if self._closes_by_s is not None and now_s > self._closes_by_s:",
        "if False:",
        test_a_search_whose_closing_was_lost_on_the_line_begins_anew_all_the_same,
    ),
    "a quiet channel is left so": (
        "if now_s - self._heard_s > QUIET_MAX_S:",
        "if False:",
        test_a_channel_that_says_nothing_for_longer_than_a_search_lasts_begins_anew,
    ),
    "a search that ended is left so": (
        "            case ant.CLOSED:\n                self.start(now_s)",
        "            case ant.CLOSED:",
        test_a_search_that_ended_begins_anew_from_the_reset,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(ant_channel, *FAULTS[fault])
