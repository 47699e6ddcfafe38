"""An ANT stick's serial messages, sans-io.

``A4 | LEN | ID | payload[LEN] | XOR of all before``. Sticks on USB pad their packets with zeros, and a cable may garble
anything: what is no frame is skipped byte by byte until one fits.
Source: ANT Message Protocol and Usage; vectors of openant, python-ant, Auuki and j-antplus in the tests.
"""

from dataclasses import dataclass
from functools import reduce

SYNC = 0xA4
PAYLOAD_MAX = 40  # nothing a stick says about a broadcast channel is longer

RESET, STARTUP = 0x4A, 0x6F
SET_KEY, ASSIGN, UNASSIGN, CHANNEL_ID, EXTENDED = 0x46, 0x42, 0x41, 0x51, 0x66
PERIOD, FREQUENCY, SEARCH_TIMEOUT, LOW_PRIORITY_TIMEOUT = 0x43, 0x45, 0x44, 0x63
OPEN, CLOSE, REQUEST, RESPONSE, BROADCAST = 0x4B, 0x4C, 0x4D, 0x40, 0x4E

EVENT = 0x01  # second byte of a response that is an event of the channel
SEARCH_OVER, SLOT_MISSED, CLOSED, WENT_TO_SEARCH = 0x01, 0x02, 0x07, 0x08

ANT_PLUS_MHZ = 57  # above 2400
_HAS_CHANNEL_ID = 0x80


@dataclass(frozen=True, slots=True)
class Profile:
    """What a kind of device broadcasts as, and how a channel listens to it. ``period`` in ticks of 32768 Hz."""

    device_type: int
    period: int
    slave: int = 0x00  # a slave that might answer


HEART_RATE = Profile(120, 8070)
FITNESS_EQUIPMENT = Profile(17, 8192, slave=0x40)  # a slave that only receives: a treadmill is never told anything


@dataclass(frozen=True, slots=True)
class AntMessage:
    """One message, its checksum seen to."""

    id: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """Who broadcasts: the number printed on the device modulo 65536, and its kind."""

    number: int
    device_type: int


def checksum(data: bytes | bytearray) -> int:
    """XOR of all bytes."""
    return reduce(lambda left, right: left ^ right, data, 0)


def frame(message_id: int, *payload: int) -> bytes:
    """The bytes of one message."""
    body = bytes((SYNC, len(payload), message_id, *payload))
    return body + bytes((checksum(body),))


class Deframer:
    """Bytes in, messages out. ``skipped`` counts bytes that belonged to none."""

    def __init__(self) -> None:
        self.skipped = 0
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[AntMessage]:
        """Every message that is whole after these bytes."""
        messages: list[AntMessage] = []
        buffer = self._buffer
        buffer += data
        at = 0
        while at < len(buffer):
            if buffer[at] != SYNC or (at + 1 < len(buffer) and buffer[at + 1] > PAYLOAD_MAX):
                at += 1
                self.skipped += 1
                continue
            if len(buffer) - at < 2 or len(buffer) - at < buffer[at + 1] + 4:
                break
            end = at + buffer[at + 1] + 4
            if checksum(buffer[at:end]):
                at += 1  # one byte, not the frame: a true one may begin inside it
                self.skipped += 1
                continue
            messages.append(AntMessage(buffer[at + 2], bytes(buffer[at + 3 : end - 1])))
            at = end
        del buffer[:at]
        return messages


def broadcast_of(payload: bytes) -> tuple[bytes, Sender | None] | None:
    """The eight bytes of a broadcast and, where the stick tells it, who sent them; None for what is no broadcast."""
    if len(payload) < 9:
        return None
    page, extended = payload[1:9], payload[9:]
    if len(extended) >= 5 and extended[0] & _HAS_CHANNEL_ID:
        return page, sender_of(extended[1:5])
    return page, None


def sender_of(channel_id: bytes) -> Sender:
    """Number, type and transmission type as they stand in a channel id."""
    return Sender(number=int.from_bytes(channel_id[:2], "little"), device_type=channel_id[2] & 0x7F)
