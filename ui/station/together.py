"""A group session on the station: everybody's strap has its own driver, and everybody's run its own journal. No Qt.

No treadmill is opened, and nothing here can move one.
"""

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import msgspec

from drivers.heart_rate_client import HeartRateClient
from drivers.radio.ant_mux import LISTENERS_MAX
from drivers.registry import HEART_RATE, is_recording, parse_device
from teststation.cause import Cause, Problem
from teststation.clock import ScaledClock
from teststation.demonstration import is_demonstration
from teststation.errors import BadInput, RecordError, StationError
from teststation.moments import DAYS_IN_YEAR
from teststation.ports import HeartRateMonitor, HeartRateStatus, Journal
from teststation.protocol.load import load_session
from teststation.protocol.plan import PAUSE, WARM_UP, Plan
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredSession
from teststation.run import events as ev
from teststation.run.noted import symptoms_noted
from teststation.run.record import RunRecord
from teststation.sleep import Sleep
from teststation.subject import Subject
from teststation.texts import english
from teststation.training.session.evidence import without_evidence
from teststation.training.session.start import typed
from teststation.training.together import NO_BELT, Part, Training, Wearer, problems, without_belt
from ui.station.awake import Awake
from ui.station.interval_session import ANY_LOAD, propose_session
from ui.station.run_mark import RunMark
from ui.station.settings import ant_key
from ui.station.station import Station
from ui.station.synced_journal import SyncedJournal

log = logging.getLogger("teststation.station")
STRAPS = ("bridge", "ant", "ble", "replay")  # a treadmill that tells a pulse is no strap, and nobody's alone
BARRED = {  # why nobody may take part, by why no session of theirs may begin
    "session_after_symptom": "group_after_symptom",
    "session_postponed": "group_postponed",
    "session_pregnant": "group_pregnant",
}
TOLD_AT_LEAST_EVERY_S = 5.0  # to a journal, of who is not heard


def wearer(person: Person, device: str) -> Wearer:
    """A person and their strap. Raises BadInput: the DEVICE string is none of a strap that can be told from others."""
    name = person.full_name
    if not device.strip():
        return Wearer(person.id, name, "", "")
    read = parse_device(device.strip(), HEART_RATE)
    if read.family not in STRAPS:
        raise BadInput(Cause("group_no_such_strap", {"name": name, "device": device}))
    if read.family != "ant":
        return Wearer(person.id, name, device.strip(), f"{read.family}:{read.port.casefold()}")
    if "number" not in read.options:
        raise BadInput(Cause("group_ant_number", {"name": name}))
    number = int(float(read.options["number"])) & 0xFFFF  # so many bits go over the air
    return Wearer(person.id, name, device.strip(), f"ant:{number}", read.port)


@dataclass(slots=True)
class Member:
    """One who takes part."""

    wearer: Wearer
    training: Training
    journal: Journal
    monitor: HeartRateMonitor
    keep: Callable[[RunRecord], StoredSession]
    discard: Callable[[], None]
    sensor: str = ""
    stored: StoredSession | None = None
    failed: set[str] = field(default_factory=set)
    written_s: float = 0.0  # when, by the session's clock, the journal was last given something
    not_written: tuple[Problem, ...] = ()  # why the journal took no more


@dataclass(frozen=True, slots=True)
class Tile:
    """What is shown of one of them now.

    ``troubles``: a symptom that was noted, that the computer slept, what is not written down, why there is no pulse, or
    a doubt.
    """

    name: str
    bpm: int | None
    low_bpm: float | None
    high_bpm: float | None
    part: Part
    borg: int | None  # of the last bout
    borg_due: bool
    troubles: tuple[Problem, ...]
    aim_bpm: float | None = None  # what the pulse is to come to in a warm-up or a pause


class GroupSession:
    """``tick`` ten times a second; the rest whenever the operator acts. Whoever has ended stays on their tile."""

    def __init__(
        self,
        members: Sequence[Member],
        clock: ScaledClock,
        awake: Awake | None = None,
        slept_s: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """``slept_s``: how long the computer slept since this was last asked, wall seconds."""
        self.members, self._clock, self._awake, self._slept_s = tuple(members), clock, awake, slept_s
        self._asleep_s = 0.0  # in this session, in all

    # --- time ---

    def tick(self) -> None:
        """Take in what the straps said and let time pass.

        No belt is left to itself while the computer sleeps, and nobody is stopped by it; that nothing was read is told
        and kept, for a pulse that is missing by that is no strap's fault, and the clock may have stood still.
        """
        slept_s = self._slept_s()
        if slept_s > 0.0 and self.begun:
            self._asleep_s += slept_s
            for one in self.members:
                if not one.training.ended:
                    self._feed(one, ev.StationSlept(t_s=self._clock.now_s(), seconds=slept_s))
        for one in self.members:
            readings, frames = one.monitor.readings(), one.monitor.frames()
            if one.training.ended:
                continue
            now_s = self._clock.now_s()
            for reading in readings:
                if not is_recording(one.wearer.device):  # which names itself, and no strap
                    one.sensor = reading.sensor or one.sensor
                read = ev.HeartRateRead.of(reading, min(self._clock.at(reading.t_mono_s), now_s))
                if self._sharing(one):  # then it is nobody's, for nobody can tell whose it is
                    read = msgspec.structs.replace(read, status=HeartRateStatus.OFFLINE, bpm=None, rr_1024=())
                self._feed(one, read)
            for frame in frames:
                t_s = min(self._clock.at(frame.t_mono_s), now_s)
                self._feed(one, ev.HeartFramePassed(t_s, frame.direction, frame.data_hex, frame.channel))
            sentence = one.monitor.failure()
            if sentence is not None and "heart_rate" not in one.failed:
                one.failed.add("heart_rate")
                self._feed(one, ev.DeviceFailed(t_s=now_s, device="heart_rate", sentence=sentence))
            before = one.training.state
            one.training.feed(ev.Ticked(t_s=now_s))
            # Of whom nothing is heard, the journal tells all the same how long they have trained.
            if one.training.state != before or now_s - one.written_s >= TOLD_AT_LEAST_EVERY_S:
                self._write(one, ev.Ticked(t_s=now_s))

    def _sharing(self, one: Member) -> list[Member]:
        """The others that are read by the same strap."""
        return [other for other in self.members if other is not one and one.sensor and other.sensor == one.sensor]

    @property
    def begun(self) -> bool:
        """Whether Start was pressed: only then is there anything to keep."""
        return any(one.training.state.begun for one in self.members)

    @property
    def ended(self) -> bool:
        """Whether it is over for everybody."""
        return all(one.training.ended for one in self.members)

    def tiles(self) -> tuple[Tile, ...]:
        """What to show now, in the order they were chosen in."""
        now_s = self._clock.now_s()
        return tuple(self._tile(one, now_s) for one in self.members)

    def _tile(self, one: Member, now_s: float) -> Tile:
        state, terms = one.training.state, one.training.state.plan.session
        assert terms is not None
        part = one.training.part(now_s)
        bouts = [span for span in one.training.run.stages if span.index in state.plan.bouts]
        last = bouts[-1].rpe if bouts else None
        over = bool(bouts) and (bouts[-1].ended_s is not None)
        return Tile(
            one.wearer.name, state.hr_bpm, terms.hr_low_bpm, terms.hr_high_bpm, part, last,
            over and last is None and not one.training.ended,
            (*self._noted(one), *self._slept(one), *self._not_written(one), *self._troubles(one, now_s)),
            {WARM_UP: terms.warm_up_hr_bpm, PAUSE: terms.pause_hr_bpm}.get(part.name),
        )  # fmt: skip

    @staticmethod
    def _noted(one: Member) -> tuple[Problem, ...]:
        """A symptom that was noted, until its person is done: nobody hears an alarm here, and nobody sets a load."""
        noted = symptoms_noted(one.training.state)
        return (Cause("group_symptom", {"name": one.wearer.name, "what": noted}),) if noted else ()

    def _slept(self, one: Member) -> tuple[Problem, ...]:
        seconds = round(self._asleep_s)
        return (Cause("group_slept", {"seconds": seconds}),) if seconds and not one.training.ended else ()

    @staticmethod
    def _not_written(one: Member) -> tuple[Problem, ...]:
        return (Cause("group_not_written", {"name": one.wearer.name}), *one.not_written) if one.not_written else ()

    def _troubles(self, one: Member, now_s: float) -> tuple[Problem, ...]:
        sharing = self._sharing(one)
        if sharing:
            return (Cause("group_strap_twice", {"one": one.wearer.name, "other": sharing[0].wearer.name}),)
        state = one.training.state
        if state.hr_bpm is None:
            told: tuple[Problem, ...] = getattr(one.monitor, "trouble", ())
            if told:
                return told
            if not state.begun or state.hr_read_s is None:
                return (Cause("group_strap_sought", {"name": one.wearer.name}),)
        said = one.training.said_of_pulse(now_s)
        return tuple(Cause(cause.code, {**cause.values, "name": one.wearer.name}) for cause in said)

    # --- the operator ---

    def begin(self) -> None:
        """One clock for all, whether or not each strap is heard already."""
        t_s = self._clock.now_s()
        for one in self.members:
            if not one.training.state.begun:
                self._feed(one, ev.TestBegan(t_s=t_s))

    def rpe(self, place: int, rpe: int) -> None:
        """Borg 6 to 20 of somebody's last bout."""
        one = self.members[place]
        if one.training.state.begun and not one.training.ended:
            self._feed(one, ev.RpeGiven(t_s=self._clock.now_s(), rpe=rpe))

    def mark(self, place: int, kind: str, text: str) -> None:
        """Note an event (``note``) or a symptom (``symptom``) of one of them."""
        one = self.members[place]
        if one.training.state.begun and not one.training.ended:
            self._feed(one, ev.Marked(t_s=self._clock.now_s(), kind=kind, text=text))

    def stop(self, place: int, reason: str = "operator") -> None:
        """One of them ends; the others go on."""
        one = self.members[place]
        if one.training.state.begun and not one.training.ended:
            self._feed(one, ev.StopPressed(t_s=self._clock.now_s(), reason=reason))

    def stop_all(self, reason: str = "operator") -> None:
        """It is over for everybody."""
        for place in range(len(self.members)):
            self.stop(place, reason)

    # --- the end ---

    def finish(self) -> list[tuple[Member, StationError]]:
        """Keep everybody's session in their own record, once. What the record did not take is told, and stays where
        it is: one that fails costs the others nothing.
        """
        refused: list[tuple[Member, StationError]] = []
        for one in self.members:
            if one.stored is not None or not one.training.state.begun:
                continue
            try:
                one.journal.close()
                one.stored = one.keep(one.training.run)
            except StationError as error:
                refused.append((one, error))
        return refused

    def close(self) -> None:
        """End the drivers; what never began leaves nothing."""
        for one in self.members:
            one.monitor.close()
            one.journal.close()
            if not one.training.state.begun:
                one.discard()
        if self._awake is not None:
            self._awake.end()

    # --- parts ---

    def _feed(self, one: Member, event: ev.AnyEvent) -> None:
        one.training.feed(event)
        self._write(one, event)

    def _write(self, one: Member, event: ev.AnyEvent) -> None:
        frequent = isinstance(event, ev.HeartRateRead | ev.HeartFramePassed | ev.Ticked)
        one.written_s = event.t_s
        try:
            one.journal.append(event, durable=not frequent)
        except (OSError, StationError) as error:
            # It is remembered, and kept by that; the others' clock must not stand still for it.
            if "journal" in one.failed:
                return
            one.failed.add("journal")
            one.not_written = error.causes if isinstance(error, StationError) else (str(error),)
            log.error("the journal of run %s is not written: %s", one.training.first.run_id, english(*one.not_written))
            self._feed(one, ev.DeviceFailed(t_s=self._clock.now_s(), device="journal", sentence=str(error)))


def prepare_group(station: Station, wearers: Sequence[tuple[Person, str]], protocol: str) -> GroupSession:
    """Start everybody's driver and journal. Nothing moves; there is no belt.

    Raises:
        BadInput: every problem of everybody at once.
    """
    found: list[Problem] = []
    told: list[Wearer] = []
    plans: list[tuple[Subject, Plan]] = []
    for person, device in wearers:
        try:
            one = wearer(person, device)
            told.append(one)
            plans.append(_plan(station, person, protocol, demo=is_demonstration(NO_BELT, one.device)))
        except BadInput as error:
            found.extend(error.causes)
    if told or not wearers:
        found = [*problems(told, LISTENERS_MAX), *found]
    if found:
        raise BadInput(*found)
    clock = ScaledClock(time.monotonic, station.scale)
    members: list[Member] = []
    try:
        for (person, _), one, (subject, plan) in zip(wearers, told, plans, strict=True):
            members.append(_member(station, person, one, subject, plan, clock))
    except StationError:
        GroupSession(members, clock).close()
        raise
    return GroupSession(members, clock, Awake(), Sleep().since_last_s)


def _plan(station: Station, person: Person, protocol: str, *, demo: bool) -> tuple[Subject, Plan]:
    """The person today and their band: by the last test, which is what says how hard they may train."""
    record = station.record
    record.bring_at_hand(person.id)
    if person.born is None:
        raise BadInput(Cause("group_not_born", {"name": person.full_name}))
    if person.demo and not demo:
        raise BadInput(Cause("demo_person_real_devices"))
    every = record.tests.history(person.id)
    tests = [stored for stored in every if stored.run.demo is demo]
    if not tests:
        elsewhere = "group_no_test_demo" if demo else "group_no_test_real"
        raise BadInput(Cause(elsewhere if every else "group_no_test", {"name": person.full_name}))
    today = datetime.now().astimezone().date()
    age_years = (today - date.fromisoformat(person.born)).days / DAYS_IN_YEAR
    subject = msgspec.structs.replace(without_evidence(tests[-1].run.subject), age_years=age_years)
    own = station.own_protocols
    proposal = propose_session(record, person.id, subject, protocol, today.isoformat(), demo=demo, own=own)
    if proposal.start.barred:
        raise BadInput(Cause(BARRED[proposal.start.cause.code], {"name": person.full_name}))
    start = proposal.start
    loads = typed(proposal.subject, ANY_LOAD.bout, of_bpm=start.band_of_bpm, by_pulse=start.by_pulse)
    return proposal.subject, without_belt(load_session(proposal.text, proposal.path, loads))


def _member(station: Station, person: Person, one: Wearer, subject: Subject, plan: Plan, clock: ScaledClock) -> Member:
    record = station.record
    first = ev.RunPrepared(
        t_s=clock.now_s(),
        run_id=str(uuid.uuid4()),
        started_at=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        plan=plan,
        subject=subject,
        hr_limit_bpm=None,
        treadmill=NO_BELT,
        heart_rate=one.device,
        person_id=person.id,
    )
    journal = SyncedJournal(record.new_journal(first.run_id, person.id))
    try:
        journal.append(first, durable=True)
        monitor = HeartRateClient(one.device, station.scale, ant_key=ant_key(station.settings))
    except BaseException:
        journal.close()
        with suppress(RecordError):
            record.discard_journal(first.run_id)
        raise
    mark = RunMark(record, first.run_id, person.id)

    def keep(run: RunRecord) -> StoredSession:
        mark.end()
        return station.keep_session(person, run, journal.events)

    def discard() -> None:
        mark.end()
        with suppress(RecordError):
            record.discard_journal(first.run_id)

    return Member(one, Training(first), journal, monitor, keep, discard)
