"""An ANT stick's bytes as other hosts and captures know them, and what no bytes may do to their reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.radio.ant_codec import (
    BROADCAST,
    AntMessage,
    Deframer,
    Sender,
    broadcast_of,
    checksum,
    frame,
)

# Message as it is on the wire, its id and payload. Sources: Auuki, python-ant, openant, gist 2279781, j-antplus.
VECTORS = [
    ("A4 01 4A 00 EF", 0x4A, "00"),
    ("A4 01 6F 20 EA", 0x6F, "20"),
    ("A4 09 46 00 00 00 00 00 00 00 00 00 EB", 0x46, "00 00 00 00 00 00 00 00 00"),
    ("A4 03 42 00 00 00 E5", 0x42, "00 00 00"),
    ("A4 03 42 00 40 00 A5", 0x42, "00 40 00"),
    ("A4 04 42 00 00 00 10 F2", 0x42, "00 00 00 10"),
    ("A4 05 51 00 00 00 78 00 88", 0x51, "00 00 00 78 00"),
    ("A4 05 51 00 7B 00 00 00 8B", 0x51, "00 7B 00 00 00"),
    ("A4 03 43 00 86 1F 7D", 0x43, "00 86 1F"),
    ("A4 02 45 00 39 DA", 0x45, "00 39"),
    ("A4 02 44 00 0A E8", 0x44, "00 0A"),
    ("A4 02 44 00 0C EE", 0x44, "00 0C"),
    ("A4 02 44 00 FF 1D", 0x44, "00 FF"),
    ("A4 02 63 00 02 C7", 0x63, "00 02"),
    ("A4 02 66 00 01 C1", 0x66, "00 01"),
    ("A4 01 4B 00 EE", 0x4B, "00"),
    ("A4 01 4C 00 E9", 0x4C, "00"),
    ("A4 02 4D 00 51 BA", 0x4D, "00 51"),
    ("A4 02 4D 00 52 B9", 0x4D, "00 52"),
    ("A4 03 40 00 46 00 A1", 0x40, "00 46 00"),
    ("A4 03 40 00 42 00 A5", 0x40, "00 42 00"),
    ("A4 03 40 00 43 00 A4", 0x40, "00 43 00"),
    ("A4 03 40 00 44 00 A3", 0x40, "00 44 00"),
    ("A4 03 40 00 45 00 A2", 0x40, "00 45 00"),
    ("A4 03 40 00 47 00 A0", 0x40, "00 47 00"),
    ("A4 03 40 00 01 02 E4", 0x40, "00 01 02"),
    ("A4 09 4E 00 B3 21 02 84 CA C7 EF 5D 48", 0x4E, "00 B3 21 02 84 CA C7 EF 5D"),
]


@pytest.mark.parametrize(("wire", "message_id", "payload"), VECTORS)
def test_a_message_is_read_and_written_as_others_do(wire: str, message_id: int, payload: str) -> None:
    data, inside = bytes.fromhex(wire), bytes.fromhex(payload)
    assert Deframer().feed(data) == [AntMessage(message_id, inside)]
    assert frame(message_id, *inside) == data


@pytest.mark.parametrize(
    "wire",
    [
        "A4 03 42 01 02 F3 E5",  # checksum of another message (python-ant)
        "A5 03 42 00 00 00 E4",  # the other sync byte; taken by nobody we know
        "A4 14 42 00 00 00 F2",  # a length that is not there
        "A4 FF 42 00",
        "A4",
        "",
    ],
)
def test_what_is_no_message_is_none(wire: str) -> None:
    assert Deframer().feed(bytes.fromhex(wire)) == []


def test_a_bad_checksum_costs_one_byte_and_not_the_message_inside() -> None:
    good = bytes.fromhex("A4 02 45 00 39 DA")
    deframer = Deframer()
    # A message whose head was lost swallows the next one, until the checksum tells.
    assert deframer.feed(bytes.fromhex("A4 03 42") + good + bytes(8)) == [AntMessage(0x45, b"\x00\x39")]
    assert deframer.skipped > 0


def test_the_padding_of_usb_packets_is_skipped() -> None:
    good = frame(BROADCAST, *range(9))
    deframer = Deframer()
    assert len(deframer.feed((good + bytes(64 - len(good))) * 3)) == 3
    assert deframer.skipped == 3 * (64 - len(good))


@given(st.lists(st.integers(0, len(VECTORS) - 1), max_size=8), st.integers(1, 7))
def test_messages_cut_anywhere_are_the_same_messages(which: list[int], size: int) -> None:
    data = b"".join(bytes.fromhex(VECTORS[n][0]) for n in which)
    deframer = Deframer()
    read = [m for at in range(0, len(data), size) for m in deframer.feed(data[at : at + size])]
    assert [(m.id, m.payload) for m in read] == [(VECTORS[n][1], bytes.fromhex(VECTORS[n][2])) for n in which]


@given(st.lists(st.binary(max_size=80), max_size=10))
def test_no_bytes_whatever_break_the_reader(pieces: list[bytes]) -> None:
    deframer = Deframer()
    for piece in pieces:
        for message in deframer.feed(piece):
            assert checksum(frame(message.id, *message.payload)) == 0
    assert len(deframer._buffer) <= 44


def test_a_broadcast_tells_page_and_sender_where_the_stick_was_asked_to() -> None:
    page = bytes.fromhex("B3 21 02 84 CA C7 EF 5D")
    assert broadcast_of(b"\x00" + page) == (page, None)
    assert broadcast_of(b"\x00" + page + bytes.fromhex("80 39 30 78 01")) == (page, Sender(12345, 120))
    # The pairing bit of the type is no part of it.
    assert broadcast_of(b"\x00" + page + bytes.fromhex("80 39 30 F8 01")) == (page, Sender(12345, 120))
    assert broadcast_of(b"\x00" + page[:7]) is None
