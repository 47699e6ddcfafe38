"""An emulated ANT stick, byte by byte: what a host says to it, and what it hears of those who broadcast in its range.

It gives data only to who sets the right network key, frequency, period and channel id. A slot in which nobody was heard
is an event; eight in a row send the channel back to searching; a search that ends closes it.
It shares no code with the driver: what both get wrong would otherwise look right.
"""

from collections.abc import Sequence
from typing import Protocol

DUMMY_KEY = bytes(range(1, 9))  # no network's key: it opens emulators alone
FREQUENCY = 57
TICKS_PER_S = 32768
SLOTS_TO_SEARCH = 8
SEARCH_UNIT_S = 2.5
RESET_TAKES_S = 0.05
CLOSES_AFTER_S = 0.1
LOST_EVERY = 7
SOON_S = 1e-9

_OK, _WRONG_STATE, _INVALID = 0x00, 0x15, 0x28


class Broadcaster(Protocol):
    """A strap or a machine that sends eight bytes in every slot."""

    number: int
    transmission_type: int
    device_type: int
    period: int  # ticks of 32768 Hz

    def broadcast(self) -> bytes:
        """The eight bytes of this slot."""
        ...


class _Channel:
    """What the host has set of one channel."""

    def __init__(self, network: int) -> None:
        self.network = network
        self.id: tuple[int, int, int] = (0, 0, 0)
        self.period = self.frequency = 0
        self.timeout, self.low_priority = 10, 2
        self.open = False
        self.tracked: Broadcaster | None = None
        self.missed = 0
        self.slot_s = 0.0  # when the next one is
        self.search_ends_s = 0.0
        self.closes_s: float | None = None


class Stick:
    """The stick itself. Time is test time; a reset takes wall time, of which ``factor`` test seconds are one."""

    def __init__(self, key: bytes = DUMMY_KEY, factor: float = 1.0) -> None:
        self.heard: list[tuple[int, bytes]] = []  # what the host sent, the key blanked
        self._key = key
        self._factor = factor
        self._keys: dict[int, bytes] = {}
        self._channels: dict[int, _Channel] = {}
        self._extended = False
        self._in, self._out = bytearray(), bytearray()
        self._later: list[tuple[float, bytes]] = []
        self._slots = 0
        self._test_s = 0.0

    # --- the wire ---

    def receive(self, data: bytes) -> None:
        """Bytes from the host."""
        self._in += data
        while len(self._in) >= 4:
            length = self._in[1] + 4
            if self._in[0] != 0xA4 or length > 44:
                del self._in[0]
                continue
            if len(self._in) < length:
                break
            whole = bytes(self._in[:length])
            if _xor(whole):
                del self._in[0]
                continue
            del self._in[:length]
            self._obey(whole[2], whole[3:-1])

    def take_out(self) -> bytes:
        """Bytes for the host."""
        out, self._out = bytes(self._out), bytearray()
        return out

    def _say(self, message: int, *payload: int) -> None:
        self._out += _frame(message, bytes(payload))

    def _answer(self, channel: int, message: int, code: int = _OK) -> None:
        self._say(0x40, channel, message, code)

    def _obey(self, message: int, payload: bytes) -> None:
        self.heard.append((message, bytes(len(payload)) if message == 0x46 else payload))
        number = payload[0] if payload else 0
        channel = self._channels.get(number)
        match message:
            case 0x4A:
                self._channels.clear()
                self._keys.clear()
                self._extended = False
                self._later.append((self._test_s + RESET_TAKES_S * self._factor, _frame(0x6F, b"\x20")))
            case 0x46 if len(payload) == 9:
                self._keys[number] = payload[1:9]
                self._answer(number, message)
            case 0x42 if channel is not None:
                self._answer(number, message, _WRONG_STATE)
            case 0x42 if len(payload) >= 3:
                self._channels[number] = _Channel(network=payload[2])
                self._answer(number, message)
            case 0x66 | 0x6E if len(payload) == 2:
                self._extended = bool(payload[1] & 0x81)
                self._answer(number, message)
            case 0x4D if len(payload) == 2:
                self._requested(number, payload[1], channel)
            case 0x51 | 0x43 | 0x45 | 0x44 | 0x63 | 0x4B | 0x4C | 0x41:
                if channel is None:
                    self._answer(number, message, _WRONG_STATE)
                else:
                    self._obey_channel(number, channel, message, payload[1:])
            case _:
                self._answer(number, message, _INVALID)

    def _obey_channel(self, number: int, channel: _Channel, message: int, values: bytes) -> None:
        match message:
            case 0x51 if len(values) == 4:
                channel.id = (values[0] | values[1] << 8, values[2], values[3])
            case 0x43 if len(values) == 2:
                channel.period = values[0] | values[1] << 8
            case 0x45 if len(values) == 1:
                channel.frequency = values[0]
            case 0x44 if len(values) == 1:
                channel.timeout = values[0]
            case 0x63 if len(values) == 1:
                channel.low_priority = values[0]
            case 0x4B if not channel.open:
                channel.open, channel.slot_s = True, self._test_s
                self._search(channel)
            case 0x4C if channel.open:
                channel.closes_s = self._test_s + CLOSES_AFTER_S
            case 0x41 if not channel.open:
                del self._channels[number]
            case _:
                return self._answer(number, message, _WRONG_STATE)
        return self._answer(number, message)

    def _requested(self, number: int, wanted: int, channel: _Channel | None) -> None:
        match wanted:
            case 0x3E:
                self._say(0x3E, *b"EMU1.00\0")
            case 0x54:
                self._say(0x54, 8, 3, 0, 0xBA, 0x36, 0)
            case 0x61:
                self._say(0x61, 0x39, 0x30, 0, 0)
            case 0x51 if channel is not None:
                sender = channel.tracked
                found = channel.id
                if sender is not None:
                    found = (sender.number & 0xFFFF, sender.device_type, sender.transmission_type)
                self._say(0x51, number, found[0] & 0xFF, found[0] >> 8, found[1], found[2])
            case 0x52:
                state = 0 if channel is None else 1 if not channel.open else 2 if channel.tracked is None else 3
                self._say(0x52, number, state)
            case _:
                self._answer(number, 0x4D, _INVALID)

    # --- time ---

    def step(self, test_s: float, in_range: Sequence[Broadcaster], faults: set[str]) -> None:
        """Let time pass up to ``test_s`` with these in range."""
        self._test_s = test_s
        for due in [late for late in self._later if late[0] <= test_s]:
            self._later.remove(due)
            self._out += due[1]
        for number, channel in self._channels.items():
            if channel.closes_s is not None and test_s >= channel.closes_s:
                channel.closes_s, channel.open = None, False
                self._say(0x40, number, 1, 7)
            while channel.open and channel.period and channel.slot_s <= test_s + SOON_S:
                channel.slot_s += channel.period / TICKS_PER_S
                self._slot(number, channel, in_range, faults)
        if len(self._out) > 4096:
            self._out.clear()  # nobody reads

    def _search(self, channel: _Channel) -> None:
        channel.tracked, channel.missed, channel.closes_s = None, 0, None
        units = channel.timeout + channel.low_priority
        never = channel.timeout == 0xFF
        channel.search_ends_s = float("inf") if never else self._test_s + units * SEARCH_UNIT_S

    def _slot(self, number: int, channel: _Channel, in_range: Sequence[Broadcaster], faults: set[str]) -> None:
        if channel.tracked is None:
            channel.tracked = next((sender for sender in in_range if self._may_hear(channel, sender)), None)
        if channel.tracked is None:
            if channel.closes_s is None and self._test_s >= channel.search_ends_s:
                self._say(0x40, number, 1, 1)
                channel.closes_s = self._test_s + CLOSES_AFTER_S
            return
        self._slots += 1
        sender = channel.tracked
        lost = "lost" in faults and self._slots % LOST_EVERY == 0
        page = sender.broadcast()
        if sender not in in_range or lost:
            self._say(0x40, number, 1, 2)
            channel.missed += 1
            if channel.missed >= SLOTS_TO_SEARCH:
                self._say(0x40, number, 1, 8)
                self._search(channel)
            return
        channel.missed = 0
        if "garbage" in faults:
            self._out += b"\x00\xa4\x09\x4e" + bytes(9)
            return
        extended = bytes(
            (0x80, sender.number & 0xFF, sender.number >> 8 & 0xFF, sender.device_type, sender.transmission_type)
        )
        self._out += _frame(0x4E, bytes((number,)) + page + (extended if self._extended else b""))

    def _may_hear(self, channel: _Channel, sender: Broadcaster) -> bool:
        number, device_type, transmission_type = channel.id
        return (
            self._keys.get(channel.network) == self._key
            and (channel.frequency, channel.period) == (FREQUENCY, sender.period)
            and number in (0, sender.number & 0xFFFF)
            and device_type & 0x7F in (0, sender.device_type)
            and transmission_type in (0, sender.transmission_type)
        )


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def _frame(message: int, payload: bytes) -> bytes:
    body = bytes((0xA4, len(payload), message)) + payload
    return body + bytes((_xor(body),))
