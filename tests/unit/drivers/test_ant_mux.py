"""One stick for several listeners: each is alone with it, and nobody is disturbed when another begins or leaves."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from drivers.emulators.ant_radio import DUMMY_KEY, Stick
from drivers.emulators.belt import BeltPhysics
from drivers.emulators.fec import FecTransmitter
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_ant import WornAntStraps
from drivers.radio import ant_codec as ant
from drivers.radio import ant_mux
from drivers.radio.ant_channel import AntChannel, Page, StickFailed
from drivers.radio.ant_codec import FITNESS_EQUIPMENT, HEART_RATE, Deframer, Profile, frame
from drivers.radio.ant_mux import StickMux
from tests.mutants import fails_with

STEP_S = 0.05


class Listener:
    """A channel as a driver has it, at its place of the mux."""

    def __init__(self, mux: StickMux, profile: Profile, number: int, now_s: float, key: bytes) -> None:
        place = mux.join()
        assert place is not None
        self.place = place
        self.channel = AntChannel(key, number, profile)
        self.pages: list[tuple[float, bytes]] = []
        self.failed = 0
        self.channel.start(now_s)

    def turn(self, mux: StickMux, now_s: float) -> None:
        mux.from_listener(self.place, self.channel.take_out())
        for event in (*self.channel.feed(mux.take_for(self.place), now_s), *self.channel.pass_time(now_s)):
            if isinstance(event, Page):
                self.pages.append((now_s, event.data))
            self.failed += isinstance(event, StickFailed)

    def silent_s(self, since_s: float, until_s: float) -> float:
        """The longest time without a page."""
        times = [since_s, *(t_s for t_s, _ in self.pages if since_s < t_s <= until_s), until_s]
        return max(after - before for before, after in pairwise(times))


class Room:
    """A stick with a strap and a treadmill in its range, and whoever listens."""

    def __init__(self) -> None:
        self.mux = ant_mux.StickMux()
        self.stick = Stick()
        self.patient = Patient(draw_body(1), 1)
        self.straps = WornAntStraps(self.patient, 12345)
        self.belt = BeltPhysics()
        self.belt.speed_kmh = 5.0
        self.machine = FecTransmitter(self.belt, set())
        self.now_s = 0.0
        self.listeners: list[Listener] = []

    def join(self, profile: Profile, number: int, key: bytes = DUMMY_KEY) -> Listener:
        listener = Listener(self.mux, profile, number, self.now_s, key)
        self.listeners.append(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self.listeners.remove(listener)
        self.mux.leave(listener.place)

    def pass_s(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += STEP_S
            self.patient.advance(STEP_S, 5.0, 0.0)
            self.straps.advance(self.now_s, False, set(), 87)
            self.stick.step(self.now_s, [self.straps.own, self.machine], set())
            self.mux.from_stick(self.stick.take_out())
            for listener in self.listeners:
                listener.turn(self.mux, self.now_s)
            self.stick.receive(self.mux.take_out())


def strap_and_treadmill_share_a_stick() -> None:
    room = Room()
    strap, treadmill = room.join(HEART_RATE, 12345), room.join(FITNESS_EQUIPMENT, 4711)
    room.pass_s(20.0)
    assert len(strap.pages) == pytest.approx(19.0 * 4.06, abs=5)
    assert len(treadmill.pages) == pytest.approx(19.0 * 4.0, abs=5)
    assert {page[0] for _, page in treadmill.pages} == {16, 17, 19, 80, 81}
    assert not {page[0] for _, page in strap.pages} & {16, 19, 80, 81}
    assert strap.failed == treadmill.failed == 0


def test_strap_and_treadmill_share_a_stick() -> None:
    strap_and_treadmill_share_a_stick()


def each_has_its_own_network() -> None:
    room = Room()
    strange, treadmill = room.join(HEART_RATE, 12345, bytes(8)), room.join(FITNESS_EQUIPMENT, 4711)
    room.pass_s(8.0)
    assert treadmill.pages, "another's key keeps the treadmill away"
    assert not strange.pages


def test_each_has_its_own_network() -> None:
    each_has_its_own_network()


def who_begins_and_leaves_disturbs_nobody() -> None:
    room = Room()
    treadmill = room.join(FITNESS_EQUIPMENT, 4711)
    room.pass_s(5.0)
    strap = room.join(HEART_RATE, 12345)
    room.pass_s(5.0)
    assert strap.pages, "the one who came later hears nothing"
    strap.channel.start(room.now_s)  # its reset
    room.pass_s(5.0)
    assert strap.silent_s(room.now_s - 3.0, room.now_s) < 1.0, "after a reset of its own it hears nothing"
    for _ in range(4):  # a driver that is replaced, again and again
        room.leave(strap)
        room.pass_s(0.05)
        strap = room.join(HEART_RATE, 12345)
        room.pass_s(5.0)
        assert strap.pages, "a place that was used before is of no use"
        assert strap.failed == 0
    assert treadmill.silent_s(1.0, room.now_s) < 1.0, "the treadmill was disturbed"
    assert treadmill.failed == 0


def test_who_begins_and_leaves_disturbs_nobody() -> None:
    who_begins_and_leaves_disturbs_nobody()


def two_at_once_are_started_by_one_reset() -> None:
    room = Room()
    both = [room.join(HEART_RATE, 12345), room.join(FITNESS_EQUIPMENT, 4711)]
    room.pass_s(4.0)
    assert [message for message, _ in room.stick.heard].count(ant.RESET) == 1
    assert all(listener.pages and not listener.failed for listener in both)


def test_two_at_once_are_started_by_one_reset() -> None:
    two_at_once_are_started_by_one_reset()


def test_who_is_alone_resets_the_stick_itself() -> None:
    room = Room()
    treadmill = room.join(FITNESS_EQUIPMENT, 4711)
    room.pass_s(3.0)
    treadmill.channel.start(room.now_s)
    room.pass_s(3.0)
    assert [message for message, _ in room.stick.heard].count(ant.RESET) == 2
    assert treadmill.silent_s(room.now_s - 2.0, room.now_s) < 1.0


def test_a_stick_that_begins_anew_does_so_for_all() -> None:
    room = Room()
    both = [room.join(HEART_RATE, 12345), room.join(FITNESS_EQUIPMENT, 4711)]
    room.pass_s(5.0)
    room.stick.receive(frame(ant.RESET, 0))  # somebody pulled its power for a moment
    room.pass_s(5.0)
    assert all(listener.silent_s(room.now_s - 3.0, room.now_s) < 1.0 for listener in both)


def nothing_can_be_sent_through_it() -> None:
    mux = ant_mux.StickMux()
    place = mux.join()
    assert place == 0
    mux.join()
    for message in range(256):
        mux.from_listener(0, frame(message, 0, 1, 2, 3, 4, 5, 6, 7, 8))
    passed = {message.id for message in Deframer().feed(mux.take_out())}
    known = {ant.RESET, ant.SET_KEY, ant.ASSIGN, ant.CHANNEL_ID, ant.EXTENDED, ant.PERIOD, ant.FREQUENCY}
    assert passed <= known | {ant.SEARCH_TIMEOUT, ant.LOW_PRIORITY_TIMEOUT, ant.OPEN, ant.CLOSE}


def test_nothing_can_be_sent_through_it() -> None:
    nothing_can_be_sent_through_it()


def test_there_are_as_many_places_as_a_stick_has_networks() -> None:
    mux = StickMux()
    assert [mux.join() for _ in range(4)] == [0, 1, 2, None]
    mux.leave(1)
    assert mux.join() == 1


def test_a_treadmills_channel_can_only_receive() -> None:
    room = Room()
    room.join(FITNESS_EQUIPMENT, 4711)
    room.pass_s(3.0)
    assert (ant.ASSIGN, bytes((0, 0x40, 0))) in room.stick.heard
    assert not {message for message, _ in room.stick.heard} & {0x4E, 0x4F, 0x50}


@pytest.mark.parametrize(
    ("old", "new", "fact"),
    [
        ("payload[0] = payload[2] = place", "payload[0] = place", each_has_its_own_network),
        ("used = free in self._used", "used = False", who_begins_and_leaves_disturbs_nobody),
        ("alone = len(self._listeners) == 1", "alone = True", who_begins_and_leaves_disturbs_nobody),
        ("not self._resetting or asks_again", "True", two_at_once_are_started_by_one_reset),
        ("            case _:\n                return\n", "", nothing_can_be_sent_through_it),
    ],
)
def test_a_fault_planted_in_the_sharing_is_found(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(ant_mux, old, new, fact)


def test_twenty_thousand_pieces_of_nonsense_break_nothing() -> None:
    rng, mux = random.Random(1), StickMux()
    places = [mux.join(), mux.join()]
    seeds = [frame(n, 0, 1, 0) for n in (0x40, 0x41, 0x42, 0x43, 0x46, 0x4A, 0x4B, 0x4C, 0x4D, 0x51, 0x66, 0x6F)]
    for _ in range(20_000):
        data = bytearray(rng.choice(seeds))
        if rng.random() < 0.3:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        for place in places:
            assert place is not None
            mux.from_listener(place, bytes(data))
            mux.take_for(place)
        mux.from_stick(bytes(data))
        mux.take_out()
    assert len(mux._asked_extended) < 3 * 20_000
