"""An emulated ANT stick on a serial wire, byte by byte, with straps in its range.

It gives heart-rate data only to who sets the right network key, frequency, period and channel id. A slot in which the
strap was not heard is an event; eight in a row send the channel back to searching; a search that ends closes it.
It shares no code with the driver: what both get wrong would otherwise look right.
"""

from collections.abc import Callable

from drivers.emulators.faults import PlannedFault
from drivers.emulators.patient import Patient
from drivers.emulators.strap_ant import AntStrap, WornAntStraps
from drivers.emulators.worn import WornStrap
from teststation.clock import TimeScale

DUMMY_KEY = bytes(range(1, 9))  # no network's key: it opens emulators alone
PERIOD_S = 8070 / 32768
FREQUENCY, PERIOD, DEVICE_TYPE = 57, 8070, 120
SLOTS_TO_SEARCH = 8
SEARCH_UNIT_S = 2.5
RESET_TAKES_S = 0.05
CLOSES_AFTER_S = 0.1
LOST_EVERY = 7

_OK, _WRONG_STATE, _INVALID = 0x00, 0x15, 0x28


class _Channel:
    """What the host has set of one channel."""

    def __init__(self, network: int) -> None:
        self.network = network
        self.id: tuple[int, int, int] = (0, 0, 0)
        self.period = self.frequency = 0
        self.timeout, self.low_priority = 10, 2
        self.open = False
        self.tracked: AntStrap | None = None
        self.missed = 0
        self.search_ends_s = 0.0
        self.closes_s: float | None = None


class AntStick(WornStrap):
    """The stick with the patient's strap. Key, strap number and faults are given; time is the strap's test time."""

    step_s = PERIOD_S / 4

    def __init__(
        self,
        patient: Patient,
        load: Callable[[], tuple[float, float]],
        scale: TimeScale | None = None,
        faults: tuple[PlannedFault, ...] = (),
        number: int = 12345,
        key: bytes = DUMMY_KEY,
    ) -> None:
        super().__init__(patient, load, scale, faults)
        self.straps = WornAntStraps(patient, number)
        self.heard: list[tuple[int, bytes]] = []  # what the host sent, the key blanked
        self._key = key
        self._keys: dict[int, bytes] = {}
        self._channels: dict[int, _Channel] = {}
        self._extended = False
        self._in, self._out = bytearray(), bytearray()
        self._later: list[tuple[float, bytes]] = []
        self._steps = self._slots = 0

    # --- the wire ---

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes from the host."""
        self.advance(now_s)
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

    def transmit(self, now_s: float) -> bytes:
        """Bytes that have left by now."""
        self.advance(now_s)
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
                self._later.append((self.test_s + RESET_TAKES_S * self.scale.factor, _frame(0x6F, b"\x20")))
            case 0x46 if len(payload) == 9:
                self._keys[number] = payload[1:9]
                self._answer(number, message)
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
                channel.open = True
                self._search(channel)
            case 0x4C if channel.open:
                channel.open = False
                self._answer(number, message)
                return self._say(0x40, number, 1, 7)
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
                strap = channel.tracked
                found = channel.id if strap is None else (strap.number & 0xFFFF, DEVICE_TYPE, strap.transmission_type)
                self._say(0x51, number, found[0] & 0xFF, found[0] >> 8, found[1], found[2])
            case 0x52:
                state = 0 if channel is None else 1 if not channel.open else 2 if channel.tracked is None else 3
                self._say(0x52, number, state)
            case _:
                self._answer(number, 0x4D, _INVALID)

    # --- time ---

    def step(self) -> None:
        """A quarter of a slot."""
        for due in [late for late in self._later if late[0] <= self.test_s]:
            self._later.remove(due)
            self._out += due[1]
        self._steps += 1
        for number, channel in self._channels.items():
            if channel.closes_s is not None and self.test_s >= channel.closes_s:
                channel.closes_s, channel.open = None, False
                self._say(0x40, number, 1, 7)
        if self._steps % 4 == 0:
            self.straps.advance(self.test_s, self.frozen or "no_contact" in self.active_faults)
            for number, channel in self._channels.items():
                if channel.open:
                    self._slot(number, channel)
        if len(self._out) > 4096:
            self._out.clear()  # nobody reads

    def _search(self, channel: _Channel) -> None:
        channel.tracked, channel.missed, channel.closes_s = None, 0, None
        units = channel.timeout + channel.low_priority
        never = channel.timeout == 0xFF
        channel.search_ends_s = float("inf") if never else self.test_s + units * SEARCH_UNIT_S

    def _slot(self, number: int, channel: _Channel) -> None:
        in_range = [] if self.silent else [self.straps.own]
        in_range += [self.straps.other] if "second_strap" in self.active_faults else []
        if channel.tracked is None:
            channel.tracked = next((strap for strap in in_range if self._may_hear(channel, strap)), None)
        if channel.tracked is None:
            if channel.closes_s is None and self.test_s >= channel.search_ends_s:
                self._say(0x40, number, 1, 1)
                channel.closes_s = self.test_s + CLOSES_AFTER_S
            return
        self._slots += 1
        strap = channel.tracked
        lost = "lost" in self.active_faults and self._slots % LOST_EVERY == 0
        frozen = self.frozen or "no_contact" in self.active_faults
        page = self.straps.page_of(strap, self.test_s, self.active_faults, frozen, self.battery_pct)
        if strap not in in_range or lost:
            self._say(0x40, number, 1, 2)
            channel.missed += 1
            if channel.missed >= SLOTS_TO_SEARCH:
                self._say(0x40, number, 1, 8)
                self._search(channel)
            return
        channel.missed = 0
        if "garbage" in self.active_faults:
            self._out += b"\x00\xa4\x09\x4e" + bytes(9)
            return
        extended = bytes((0x80, strap.number & 0xFF, strap.number >> 8 & 0xFF, DEVICE_TYPE, strap.transmission_type))
        self._out += _frame(0x4E, bytes((number,)) + page + (extended if self._extended else b""))

    def _may_hear(self, channel: _Channel, strap: AntStrap) -> bool:
        number, device_type, transmission_type = channel.id
        return (
            self._keys.get(channel.network) == self._key
            and (channel.frequency, channel.period) == (FREQUENCY, PERIOD)
            and number in (0, strap.number & 0xFFFF)
            and device_type & 0x7F in (0, DEVICE_TYPE)
            and transmission_type in (0, strap.transmission_type)
        )


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def _frame(message: int, payload: bytes) -> bytes:
    body = bytes((0xA4, len(payload), message)) + payload
    return body + bytes((_xor(body),))
