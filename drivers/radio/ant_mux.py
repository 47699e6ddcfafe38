"""One ANT stick for several listeners, sans-io: each speaks as if the stick and its channel 0 were its own.

A listener's channel and network are moved to ones of its own. Its reset clears its own channel alone, unless nobody
else listens. Whatever is no part of listening is not passed on, so nobody can send through a stick that is shared.
"""

from collections import deque
from dataclasses import dataclass, field

from drivers.radio import ant_codec as ant
from drivers.radio.ant_codec import AntMessage, Deframer, frame

LISTENERS_MAX = 3  # the fewest networks that a stick in use has
# Commands whose first byte is a channel, and so the listener's own.
_OF_A_CHANNEL = frozenset(
    (ant.CHANNEL_ID, ant.SEARCH_TIMEOUT, ant.LOW_PRIORITY_TIMEOUT, ant.PERIOD, ant.FREQUENCY, ant.OPEN, ant.CLOSE)
)


@dataclass(slots=True)
class _Listener:
    """One listener, and what the stick has set for it."""

    deframer: Deframer = field(default_factory=Deframer)
    out: bytearray = field(default_factory=bytearray)
    assigned: bool = False
    open: bool = False
    clearing: bool = False  # its channel is being closed and given back; then it hears that the stick has started
    waits_for_start: bool = False


class StickMux:
    """Bytes of listeners and of the stick in, bytes for either out."""

    def __init__(self) -> None:
        self._listeners: dict[int, _Listener] = {}
        self._used: set[int] = set()
        self._stick = Deframer()
        self._out = bytearray()
        self._started = self._resetting = False
        self._asked_extended: deque[int] = deque()  # its answer names no channel

    def join(self) -> int | None:
        """A place for one more listener; None where there is none."""
        free = next((place for place in range(LISTENERS_MAX) if place not in self._listeners), None)
        if free is not None:
            # What the one before left behind may not have been given back: it is cleared before anything is set.
            used = free in self._used
            self._listeners[free] = _Listener(assigned=used, open=used)
            self._used.add(free)
        return free

    def leave(self, place: int) -> None:
        """A listener is gone; its channel is given back."""
        left = self._listeners.pop(place, None)
        if left is not None and left.open:
            self._out += frame(ant.CLOSE, place)
        if left is not None and left.assigned:
            self._out += frame(ant.UNASSIGN, place)

    def take_out(self) -> bytes:
        """Bytes for the stick."""
        out, self._out = bytes(self._out), bytearray()
        return out

    def take_for(self, place: int) -> bytes:
        """Bytes for one listener."""
        listener = self._listeners[place]
        out = bytes(listener.out)
        listener.out.clear()
        return out

    def from_listener(self, place: int, data: bytes) -> None:
        """Bytes that a listener means for the stick."""
        listener = self._listeners[place]
        for message in listener.deframer.feed(data):
            self._ask(place, listener, message)

    def from_stick(self, data: bytes) -> None:
        """Bytes that came from the stick."""
        for message in self._stick.feed(data):
            self._route(message)

    # --- parts ---

    def _ask(self, place: int, listener: _Listener, message: AntMessage) -> None:
        payload = bytearray(message.payload)
        match message.id:
            case ant.RESET:
                self._reset(place, listener)
                return
            case ant.SET_KEY if payload:
                payload[0] = place
            case ant.ASSIGN if len(payload) >= 3:
                payload[0] = payload[2] = place
            case ant.REQUEST if len(payload) == 2 and payload[1] == ant.CHANNEL_ID:
                payload[0] = place
            case ant.EXTENDED:
                self._asked_extended.append(place)
            case number if number in _OF_A_CHANNEL and payload:
                payload[0] = place
            case _:
                return
        self._out += frame(message.id, *payload)

    def _reset(self, place: int, listener: _Listener) -> None:
        alone = len(self._listeners) == 1
        asks_again, listener.waits_for_start = listener.waits_for_start, True
        if alone or not self._started:
            # One reset is for all who wait; a second one would undo what the first of them has set meanwhile.
            if self._started or not self._resetting or asks_again:
                self._out += frame(ant.RESET, 0)
            self._started, self._resetting = False, True
            return
        listener.clearing = True
        self._clear(place, listener)

    def _clear(self, place: int, listener: _Listener) -> None:
        """The next step of giving a channel back."""
        if listener.open:
            self._out += frame(ant.CLOSE, place)
        elif listener.assigned:
            self._out += frame(ant.UNASSIGN, place)
        else:
            listener.clearing = False
            self._starts(listener)

    def _starts(self, listener: _Listener) -> None:
        listener.waits_for_start = listener.clearing = listener.assigned = listener.open = False
        listener.out += frame(ant.STARTUP, 0x20)

    def _route(self, message: AntMessage) -> None:
        payload = message.payload
        if message.id == ant.STARTUP:
            # The stick begins anew, for everybody: its channels are gone.
            self._started, self._resetting = True, False
            self._asked_extended.clear()
            for listener in self._listeners.values():
                self._starts(listener)
            return
        place = self._place_of(message)
        listener = None if place is None else self._listeners.get(place)
        if place is None or listener is None:
            return
        if message.id == ant.RESPONSE and len(payload) >= 3:
            self._note(listener, payload[1], payload[2])
        if listener.clearing:
            self._clear_on(place, listener, message)
        elif not listener.waits_for_start:
            listener.out += frame(message.id, 0, *payload[1:])

    def _place_of(self, message: AntMessage) -> int | None:
        if message.id == ant.RESPONSE and len(message.payload) >= 3 and message.payload[1] == ant.EXTENDED:
            return self._asked_extended.popleft() if self._asked_extended else None
        return message.payload[0] if message.payload else None

    @staticmethod
    def _note(listener: _Listener, answered: int, code: int) -> None:
        if answered == ant.EVENT:
            if code == ant.CLOSED:
                listener.open = False
        elif code == 0:
            listener.assigned = (listener.assigned or answered == ant.ASSIGN) and answered != ant.UNASSIGN
            listener.open = listener.open or answered == ant.OPEN

    def _clear_on(self, place: int, listener: _Listener, message: AntMessage) -> None:
        payload = message.payload
        if message.id != ant.RESPONSE or len(payload) < 3:
            return
        closed = payload[1] == ant.EVENT and payload[2] == ant.CLOSED
        if payload[1] == ant.CLOSE and payload[2]:
            closed, listener.open = True, False  # it was closed already
        if payload[1] == ant.UNASSIGN and payload[2]:
            listener.assigned = False  # it was given back already
        if closed or payload[1] == ant.UNASSIGN:
            self._clear(place, listener)
