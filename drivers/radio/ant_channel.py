"""One channel on an ANT stick, sans-io: bytes in, bytes out, what happened as plain values.

Each command waits for its answer before the next goes out. A channel whose search has ended never comes back by
itself, so everything begins anew from the reset. A device that was found once is the only one listened to from then on.
"""

from dataclasses import dataclass

from drivers.radio import ant_codec as ant
from drivers.radio.ant_codec import AntMessage, Deframer, Profile, Sender, frame
from teststation.cause import Cause

ANSWER_WITHIN_S = 1.0  # wall seconds
TRIES = 3
SEARCH_TIMEOUT_UNITS = 10  # of 2.5 s
LOW_PRIORITY_UNITS = 2
# A search that has timed out is followed by the channel's closing a tenth of a second later, a search that goes on
# ends within half a minute, and a device that is followed is heard, or missed, four times a second: all of it told on a
# line that may lose a byte.
CLOSES_WITHIN_S = 1.0
QUIET_MAX_S = 40.0
CHANNEL, NETWORK = 0, 0


@dataclass(frozen=True, slots=True)
class Page:
    """Eight bytes of the device that is listened to."""

    data: bytes
    number: int


@dataclass(frozen=True, slots=True)
class SearchEnded:
    """No device was found in time; a new search has begun."""


@dataclass(frozen=True, slots=True)
class StickFailed:
    """The stick does not answer or refuses; the port has to be opened anew."""

    cause: Cause


AntEvent = Page | SearchEnded | StickFailed


@dataclass(frozen=True, slots=True)
class _Step:
    """A command, the message that answers it, and whether a refusal is taken (older sticks know fewer commands)."""

    command: bytes
    answer: int
    may_be_refused: bool = False


class AntChannel:
    """The channel, from the reset to the pages. ``number`` 0 takes the first device, and then only that one."""

    def __init__(self, key: bytes, number: int = 0, profile: Profile = ant.HEART_RATE) -> None:
        self.number = number & 0xFFFF  # labels print up to 20 bits; the channel knows 16
        self.missed_slots = 0
        self._key = key
        self._profile = profile
        self._out = bytearray()
        self._deframer = Deframer()
        self._steps: list[_Step] = []
        self._due_s = 0.0
        self._tries = 0
        self._asked_who = False
        self._only_listens = False
        self._heard_s = 0.0
        self._closes_by_s: float | None = None

    @property
    def starting(self) -> bool:
        """Whether the channel is still being set up, one command after the other."""
        return bool(self._steps)

    def listen_only(self) -> None:
        """Send nothing: the stick's part of a conversation that is over is read again."""
        self._only_listens = True

    def start(self, now_s: float) -> None:
        """Begin at the reset; wall seconds."""
        if self._only_listens:
            return
        self._heard_s, self._closes_by_s = now_s, None
        number, profile = self.number, self._profile
        self._deframer = Deframer()
        self._asked_who = False
        self._tries = 0
        self._steps = [
            _Step(frame(ant.RESET, 0), ant.STARTUP),
            _step(ant.SET_KEY, NETWORK, *self._key),
            _step(ant.ASSIGN, CHANNEL, profile.slave, NETWORK),
            _step(ant.CHANNEL_ID, CHANNEL, number & 0xFF, number >> 8, profile.device_type, 0),
            _step(ant.EXTENDED, 0, 1, may_be_refused=True),
            _step(ant.SEARCH_TIMEOUT, CHANNEL, SEARCH_TIMEOUT_UNITS),
            _step(ant.LOW_PRIORITY_TIMEOUT, CHANNEL, LOW_PRIORITY_UNITS, may_be_refused=True),
            _step(ant.PERIOD, CHANNEL, profile.period & 0xFF, profile.period >> 8),
            _step(ant.FREQUENCY, CHANNEL, ant.ANT_PLUS_MHZ),
            _step(ant.OPEN, CHANNEL),
        ]
        self._send_step(now_s)

    def take_out(self) -> bytes:
        """Bytes to be written to the stick."""
        out, self._out = bytes(self._out), bytearray()
        return out

    def feed(self, data: bytes, now_s: float) -> list[AntEvent]:
        """Bytes from the stick."""
        events: list[AntEvent] = []
        for message in self._deframer.feed(data):
            self._heard_s = now_s
            events += self._take(message, now_s)
        return events

    def pass_time(self, now_s: float) -> list[AntEvent]:
        """Ask again, give up, or begin anew, where an answer or a word of the channel's is overdue."""
        if not self._steps:
            return self._quiet(now_s)
        if now_s < self._due_s:
            return []
        if self._tries >= TRIES:
            self._steps.clear()
            return [StickFailed(Cause("ant_stick_silent"))]
        self._send_step(now_s)
        return []

    # --- parts ---

    def _send_step(self, now_s: float) -> None:
        self._tries += 1
        self._due_s = now_s + ANSWER_WITHIN_S
        self._out += self._steps[0].command

    def _quiet(self, now_s: float) -> list[AntEvent]:
        if self._only_listens:
            return []
        if self._closes_by_s is not None and now_s > self._closes_by_s:
            self.start(now_s)
            return [SearchEnded()]
        if now_s - self._heard_s > QUIET_MAX_S:
            self.start(now_s)
        return []

    def _take(self, message: AntMessage, now_s: float) -> list[AntEvent]:
        payload = message.payload
        if self._steps:
            return self._answered(message, now_s)
        match message.id:
            case ant.BROADCAST:
                return self._broadcast(payload)
            case ant.CHANNEL_ID if len(payload) >= 5:
                self._bind(ant.sender_of(payload[1:5]))
            case ant.RESPONSE if len(payload) >= 3 and payload[1] == ant.EVENT:
                return self._event(payload[2], now_s)
            case ant.STARTUP:
                self.start(now_s)  # the stick was reset by somebody else
        return []

    def _answered(self, message: AntMessage, now_s: float) -> list[AntEvent]:
        step = self._steps[0]
        if step.answer == ant.STARTUP:
            if message.id != ant.STARTUP:
                return []  # left over from before the reset
        else:
            if message.id != ant.RESPONSE or len(message.payload) < 3 or message.payload[1] != step.answer:
                return []
            code = message.payload[2]
            if code and not step.may_be_refused:
                self._steps.clear()
                return [
                    StickFailed(Cause("ant_stick_refused", {"command": f"{step.answer:02x}", "code": f"{code:02x}"}))
                ]
        del self._steps[0]
        self._tries = 0
        if self._steps:
            self._send_step(now_s)
        return []

    def _broadcast(self, payload: bytes) -> list[AntEvent]:
        parts = ant.broadcast_of(payload)
        if parts is None or payload[0] != CHANNEL:
            return []
        page, sender = parts
        if sender is not None and not self._bind(sender):
            return []
        if sender is None and not self._asked_who:
            self._asked_who = True
            self._out += frame(ant.REQUEST, CHANNEL, ant.CHANNEL_ID)
        return [Page(page, self.number)]

    def _bind(self, sender: Sender) -> bool:
        """Whether this is the device to listen to; the first one is, where none was named."""
        if sender.device_type != self._profile.device_type:
            return False
        self.number = self.number or sender.number
        return sender.number == self.number

    def _event(self, code: int, now_s: float) -> list[AntEvent]:
        match code:
            case ant.SLOT_MISSED:
                self.missed_slots += 1
            case ant.WENT_TO_SEARCH if self.number:
                # Whatever was searched for before, now it is this device and no other.
                self.start(now_s)
            case ant.SEARCH_OVER:
                self._closes_by_s = now_s + CLOSES_WITHIN_S
            case ant.CLOSED:
                self.start(now_s)
                return [SearchEnded()]
        return []


def _step(message_id: int, *payload: int, may_be_refused: bool = False) -> _Step:
    return _Step(frame(message_id, *payload), message_id, may_be_refused)
