"""CSAFE frames: other projects' vectors, a log of real hardware, stuffing, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.treadmill.csafe import CsafeReader
from drivers.treadmill.csafe_codec import FrameDecoder, Question, Response, State, ask, checksum, frame, response


def decoded(hex_bytes: str) -> list[str]:
    return [contents.hex() for contents in FrameDecoder().feed(bytes.fromhex(hex_bytes))]


@pytest.mark.parametrize(
    ("sent", "contents"),
    [
        ("f18080f2", "80"),  # node-csafe
        ("f1bf02099024f2", "bf020990"),
        ("f180f30171f2", "80f1"),  # stuffed
        ("f100f2", ""),  # an empty frame asks for the status
        ("f1deadbeef22f2", "deadbeef"),  # csafe-fitness
        ("f101910716020354013b01eff2", "0191071602035401" + "3b01"),
    ],
)
def test_other_projects_frames_are_read(sent: str, contents: str) -> None:
    assert decoded(sent) == [contents]


@pytest.mark.parametrize("damaged", ["f180f30172f2", "f1deadbeef00f2", "f1f2", "f180f3f2", "f180f37171f2"])
def test_a_wrong_frame_is_dropped_and_counted(damaged: str) -> None:
    decoder = FrameDecoder()
    assert decoder.feed(bytes.fromhex(damaged)) == []
    assert decoder.damaged == 1


# Question and answer of real CSAFE equipment, all of them; it tells revolutions a minute, so it is no treadmill.
HARDWARE = """
9191 09910509020609 0b92      a3a3 89a3021e00 36
9292 8992053030303030 2e      a4a4 09a40203 08a4
9393 099301 009b              a5a5 89a5034f0052 32
9494 899409000000000000000000 14    aaaa 09 09
9898 099800 91                abab 89ab0552002700 0052
9999 899903d21100 d0          b0b0 09b00100 b8
9b9b 099b0500316c7f23 96      b2b2 89b203000000 38
a0a0 89a00300022d 05          b3b3 09b3025a00 e2
a1a1 09a103340023 bc          b4b4 89b4038a0058 ec
b5b5 09b5016c d1              b6b6 89b60174 4a
c0c0 09c00100 c8              c1c1 89c10100 49
"""


def exchanges() -> list[tuple[bytes, bytes]]:
    words = HARDWARE.split()
    return [(bytes.fromhex(words[i]), bytes.fromhex(words[i + 1] + words[i + 2])) for i in range(0, len(words), 3)]


def test_all_of_a_real_machines_frames_are_right_and_its_toggle_alternates() -> None:
    assert len(exchanges()) == 22
    statuses = []
    for question, answer in exchanges():
        assert checksum(question) == 0
        assert checksum(answer) == 0
        (contents,) = FrameDecoder().feed(b"\xf1" + answer + b"\xf2")
        read = response(contents)
        assert read is not None
        assert (read.state, read.rejected) == (State.OFFLINE, False)
        statuses.append(contents[0])
    assert set(statuses) == {0x09, 0x89}


def test_revolutions_a_minute_are_no_speed() -> None:
    assert response(bytes.fromhex("89a5034f0052")) == Response(State.OFFLINE, False, {0xA5: b"\x4f\x00\x52"})
    assert Response(State.OFFLINE, False, {0xA5: b"\x4f\x00\x52"}).speed_kmh is None


@pytest.mark.parametrize(
    ("question", "sent"), [(Question.STATUS, "f18080f2"), (Question.SPEED, "f1a5a5f2"), (Question.GRADE, "f1a8a8f2")]
)
def test_questions_are_these_bytes(question: Question, sent: str) -> None:
    assert ask(question).hex() == sent


def test_nothing_but_reads_can_be_asked() -> None:
    assert {int(question) for question in Question} == {0x80, 0xA5, 0xA8}
    assert CsafeReader.questions == (b"\xf1\xa5\xa5\xf2", b"\xf1\xa8\xa8\xf2")


@pytest.mark.parametrize(
    ("contents", "sent"),
    [
        # Computed from the rules; the last has a data byte and its checksum stuffed.
        ("250337" + "0031", "f12503370031" + "20f2"),
        ("280364004c", "f1280364004c03f2"),
        ("2803f1004b", "f12803f301004b91f2"),
    ],
)
def test_frames_are_stuffed(contents: str, sent: str) -> None:
    assert frame(bytes.fromhex(contents)).hex() == sent
    assert decoded(sent) == [contents]


@pytest.mark.parametrize(
    ("data", "kmh"),
    [
        ("370031", 5.5),
        ("260232", 5.5),
        ("220011", 3.4 * 1.609344),
        ("030010", 3 * 1.609344),
        ("540112", 3.4 * 1.609344),
        ("050030", 5.0),
        ("5c0033", 92 * 0.06),
        ("640013", 100 * 0.018288),
        ("4f0052", None),
        ("3700", None),
    ],
)
def test_a_speed_is_read_by_its_unit_byte(data: str, kmh: float | None) -> None:
    read = Response(State.IN_USE, False, {0xA5: bytes.fromhex(data)})
    assert read.speed_kmh == (None if kmh is None else pytest.approx(kmh))


@pytest.mark.parametrize(("data", "percent"), [("64004c", 10.0), ("f1004b", 2.41), ("05004a", 5.0), ("050055", None)])
def test_a_grade_is_read_by_its_unit_byte(data: str, percent: float | None) -> None:
    read = Response(State.IN_USE, False, {0xA8: bytes.fromhex(data)})
    assert read.incline_pct == (None if percent is None else pytest.approx(percent))


def test_an_answer_cut_short_is_none() -> None:
    assert response(bytes.fromhex("89a5034f00")) is None
    assert response(b"") is None


def test_our_own_words_that_come_back_are_nobodys_answer() -> None:
    reader = CsafeReader()
    assert reader.feed(b"".join(CsafeReader.questions)) == []
    assert reader.damaged == 2


@given(st.binary(max_size=90))
def test_any_contents_survive_their_frame(contents: bytes) -> None:
    assert FrameDecoder().feed(frame(contents)) == [contents]


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_no_bytes_whatever_break_the_reader(pieces: list[bytes]) -> None:
    reader = CsafeReader()
    for piece in pieces:
        for reading in reader.feed(piece):
            assert reading.speed_kmh is None or reading.speed_kmh >= 0
    assert reader.feed(b"\xf2" + frame(bytes.fromhex("85a503370031")))[-1].speed_kmh == pytest.approx(5.5)
