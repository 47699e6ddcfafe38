"""Builds clock, record, drivers and controller into a station. No Qt: window and command line both use it.

What reckons is read from the disk where it is first needed, which is before a belt can move: a list of people is on the
screen before.
"""

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

import msgspec

from teststation.cause import Cause, Problem
from teststation.clock import ScaledClock, TimeScale
from teststation.demonstration import is_demonstration
from teststation.errors import AfterTheTest, BadInput, RecordError
from teststation.texts import english
from ui.station.papers import PaperMaker, make_here
from ui.station.settings import Settings, ant_key, protocols_path

if TYPE_CHECKING:
    from drivers.registry import Device
    from teststation.physiology.assess import Choices, EarlierTest
    from teststation.physiology.result import Assessment
    from teststation.protocol.own import OwnProtocols
    from teststation.protocol.plan import Plan
    from teststation.records.database import Record
    from teststation.records.people.person import Person
    from teststation.records.tests.stored import StoredSession, StoredTest
    from teststation.run.controller import Controller
    from teststation.run.record import RunRecord
    from teststation.run.state import Timing
    from teststation.subject import Subject
    from teststation.training.session.result import SessionResult
    from ui.station.awake import Awake
    from ui.station.emulated import EmulatedPair
    from ui.station.interval_session import TrainingSession
    from ui.station.papers import MakesPapers
    from ui.station.run_mark import RunMark
    from ui.station.session import Session
    from ui.station.synced_journal import SyncedJournal

log = logging.getLogger("teststation.station")


@dataclass(frozen=True, slots=True)
class Setup:
    """All that one run needs to be prepared. Devices are DEVICE strings."""

    plan: "Plan"
    subject: "Subject"
    treadmill: str
    heart_rate: str
    person_id: str
    conditions: dict[str, str] = field(default_factory=dict)
    seed: int = 1


def run_timing(scale: TimeScale) -> "Timing":
    """The run's own time-outs in test seconds: nominal, but never shorter on the wall than a busy machine needs."""
    from teststation.run.state import Timing

    return Timing(
        hr_fresh_s=scale.test_s(6.0, 3.0),
        belt_fresh_s=scale.test_s(2.0, 1.5),
        arm_s=scale.test_s(5.0, 5.0),
        reach_speed_s=scale.test_s(60.0, 20.0),
        set_load_s=scale.test_s(180.0, 20.0),
        at_rest_s=scale.test_s(30.0, 12.0),
        give_up_s=scale.test_s(60.0, 24.0),
    )


def floors_sentence(scale: TimeScale) -> str:
    """What the time scale speeds up, and which safety time-outs it leaves alone."""
    return (
        f"time scale {scale.factor:g}: clock, emulators and patient run {scale.factor:g} times as fast; "
        "in wall time stay lease 1.0 s, telemetry freshness 0.5 s, reply time-out 0.1 s, treadmill watchdog 0.5 s; "
        "not below their wall floors go heart-rate freshness 2 s, telemetry lost 1.5 s, speed reached 20 s, "
        "standstill 12 s"
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What every run needs, a test's or a session's."""

    controller: "Controller"
    journal: "SyncedJournal"
    mark: "RunMark"
    awake: "Awake"
    discard: Callable[[], None]
    person: "Person"
    emulated: "EmulatedPair | None"
    demo: bool


def session_of(run: "RunRecord", events: Sequence[bytes]) -> "SessionResult":
    """What a session came to, by its raw events."""
    from teststation.run import events as ev
    from teststation.training.session.analysis import analyse
    from teststation.training.session.pulse import readings_of

    heart = [ev.decode_event(data) for data in events if b'"heart_rate_read"' in data or b'"test_began"' in data]
    return analyse(run, readings_of(heart))


class Station(PaperMaker):
    """A record, its settings and a time scale: makes sessions, finds interrupted runs, makes reports."""

    def __init__(
        self,
        record: "Record",
        settings: Settings,
        time_scale: float = 1.0,
        own_protocols: "OwnProtocols | None" = None,
        make_papers: "MakesPapers | None" = None,
    ) -> None:
        """``own_protocols``: the clinic's, where they are not in the user's own folder.

        ``make_papers``: who makes them; else whoever asks waits while they are made here.
        """
        self.record = record
        self.settings = settings
        if own_protocols is not None:
            self.own_protocols = own_protocols
        self._offered: dict[str, str] = {}  # texts of the clinic's own, as they were when a choice of them was shown
        self.scale = TimeScale(time_scale)
        self.make_papers = make_papers or make_here
        self.not_recovered: list[tuple[Path, tuple[Problem, ...]]] = []
        self.recovered_sessions: list[StoredSession] = []

    @property
    def choices(self) -> "Choices":
        """What this clinic has chosen of the estimate."""
        from teststation.physiology.assess import Choices

        return Choices(self.settings.headline, self.settings.use_earlier_tests, self.settings.intervals_may_run)

    # --- protocols ---

    @cached_property
    def own_protocols(self) -> "OwnProtocols":
        """The clinic's own, in the user's folder where nobody has named another."""
        from teststation.protocol.own import OwnProtocols

        return OwnProtocols(protocols_path())

    def protocols(self) -> list[tuple[str, str]]:
        """Identifier and title of every protocol at hand: the clinic's own, which it made to use them, come after
        the station's default.

        A protocol of the clinic's own that cannot be used now is left out; the library tells why. One that was told of
        here is what ``plan`` gives, though somebody saves another version or takes it out of use meanwhile.
        """
        from teststation.protocol.load import builtin_ids

        built_in = [(identifier, self.plan(identifier).title) for identifier in builtin_ids()]
        return [*built_in[:1], *self._own_titles(), *built_in[1:]]

    def protocols_now(self) -> list[tuple[str, str]]:
        """The same for a new choice: every version is looked for anew."""
        self._offered.clear()
        return self.protocols()

    def protocol_titles(self) -> dict[str, str]:
        """What tests that are kept were walked with, by identifier: those out of use, too."""
        found = dict(self.protocols())
        for identifier in self.own_protocols.all_ids():
            with suppress(BadInput):
                found.setdefault(identifier, self.own_protocols.newest(identifier).title)
        return found

    def _own_titles(self) -> list[tuple[str, str]]:
        from teststation.protocol.load import is_session

        found: list[tuple[str, str]] = []
        for identifier in self.own_protocols.ids():
            with suppress(BadInput):
                version = self.own_protocols.newest(identifier)
                if is_session(version.text):
                    continue  # it is chosen where a session begins
                found.append((identifier, version.title))
                self._offered.setdefault(identifier, version.text)
        return found

    def _find(self, protocol: str) -> tuple[str, str]:
        from teststation.protocol.load import find

        text = self._offered.get(protocol)
        return find(protocol, self.own_protocols) if text is None else (text, protocol)

    def speeds(self, protocol: str) -> dict[str, float]:
        """The starting speeds a protocol offers, km/h by name."""
        from teststation.protocol.load import speeds

        return speeds(*self._find(protocol))

    def plan(self, protocol: str, speed: str | None = None) -> "Plan":
        """The plan of a protocol (identifier or file) at one of its starting speeds."""
        from teststation.protocol.load import load_plan

        return load_plan(*self._find(protocol), speed)

    # --- one run ---

    def prepare(self, setup: Setup) -> "Session":
        """Start the drivers and open the journal. Nothing moves.

        Raises:
            BadInput: a device string that cannot be used, or a time scale on a real machine; every problem at once.
            DeviceError: a driver could not be started.
        """
        from ui.station.session import Keeping, Session

        ready = self._prepared(setup)

        def keep(run: "RunRecord", found: "Assessment") -> "StoredTest":
            ready.mark.end()
            return self._keep(setup.person_id, run, lambda _: found, ready.person, ready.journal.events)

        keeping = Keeping(keep, ready.discard)
        earlier = self.earlier(setup.person_id, demo=ready.demo)
        return Session(ready.controller, ready.journal, keeping, earlier, ready.emulated, self.choices, ready.awake)

    def prepare_session(self, setup: Setup) -> "TrainingSession":
        """The same for an interval session: its plan is a session's. Errors as ``prepare``."""
        from ui.station.interval_session import TrainingSession
        from ui.station.session import Keeping

        ready = self._prepared(setup)

        def keep(run: "RunRecord") -> "StoredSession":
            ready.mark.end()
            return self.keep_session(ready.person, run, ready.journal.events)

        def no_test(_: "RunRecord", __: "Assessment") -> "StoredTest":
            raise AssertionError("a session is kept by finish_session")

        session = TrainingSession(
            ready.controller, ready.journal, Keeping(no_test, ready.discard), emulated=ready.emulated, awake=ready.awake
        )
        session.keep_session = keep
        return session

    def keep_session(self, person: "Person", run: "RunRecord", remembered: Sequence[bytes]) -> "StoredSession":
        """Keep an ended session by its journal, or by what is remembered of it. Errors as a test's."""
        return self._keep(person.id, run, lambda events: session_of(run, events), person, remembered)

    def known(self, person_id: str, subject: "Subject", *, demo: bool) -> "Subject":
        """The subject with what this person's interval sessions say of HRmax today."""
        from teststation.training.session.evidence import with_evidence

        today = datetime.now().astimezone().date().isoformat()
        return with_evidence(subject, self.record.sessions.peaks(person_id, demo=demo), today)

    def _prepared(self, setup: Setup) -> "_Prepared":
        from drivers.heart_rate_client import HeartRateClient
        from drivers.treadmill_client import TreadmillClient, second_driver
        from teststation.physiology.assess import hr_limit_bpm
        from teststation.run import events as ev
        from teststation.run.controller import Controller, Devices
        from teststation.run.record import TALK_POSTPONES
        from teststation.sleep import Sleep
        from ui.station.awake import Awake
        from ui.station.belt_check import last_belt_check
        from ui.station.emulated import EmulatedPair
        from ui.station.run_mark import RunMark
        from ui.station.synced_journal import SyncedJournal

        treadmill, heart_rate = self.check_devices(setup.treadmill, setup.heart_rate, self.scale.factor)
        demo = is_demonstration(setup.treadmill, setup.heart_rate)
        self.record.bring_at_hand(setup.person_id)
        person = self.record.people.get(setup.person_id)
        if person.demo and not demo:
            raise BadInput(Cause("demo_person_real_devices"))
        # Whoever asks, window or command line: what sessions said of this person's HRmax counts.
        subject = self.known(setup.person_id, setup.subject, demo=demo)
        postpones = TALK_POSTPONES if self.record.training.postpones(setup.person_id) else {}
        with ExitStack() as undo:  # of what cannot be prepared whole nothing stays: no driver on its port, no journal
            key = ant_key(self.settings)
            emulated = None
            if treadmill.family == "emulated":
                emulated = EmulatedPair(
                    seed=setup.seed,
                    time_scale=self.scale.factor,
                    family=treadmill.options["family"],
                    strap=heart_rate.options["family"] if heart_rate.family == "emulated" else "bridge",
                )
                undo.callback(emulated.close)
            treadmill_spec = emulated.treadmill if emulated else setup.treadmill
            heart_spec = emulated.heart_rate if emulated and heart_rate.family == "emulated" else setup.heart_rate
            clock = ScaledClock(time.monotonic, self.scale)
            first = ev.RunPrepared(
                t_s=clock.now_s(),
                run_id=str(uuid.uuid4()),
                started_at=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
                plan=setup.plan,
                subject=subject,
                hr_limit_bpm=hr_limit_bpm(subject, setup.plan),
                # As they were chosen: an emulator's port is one like any other, and would tell nobody what it is.
                treadmill=_as_kept(treadmill, setup.treadmill),
                heart_rate=_as_kept(heart_rate, setup.heart_rate),
                person_id=setup.person_id,
                belt_check=last_belt_check(setup.treadmill),
                conditions={**setup.conditions, **postpones},
            )
            journal = SyncedJournal(self.record.new_journal(first.run_id, setup.person_id))
            undo.callback(self._forget, first.run_id)
            undo.callback(journal.close)
            if emulated and heart_rate.family == "emulated":
                key = emulated.ant_key  # the clinic's own is not for emulators
            monitor = HeartRateClient(heart_spec, self.scale, ant_key=key, beside=treadmill_spec)
            undo.callback(monitor.close)
            belt_key = emulated.ant_key if emulated and treadmill.family == "emulated" else ant_key(self.settings)
            devices = Devices(TreadmillClient(treadmill_spec, self.scale, ant_key=belt_key), monitor)
            undo.callback(devices.treadmill.close)
            controller = Controller(
                first,
                devices,
                journal,
                clock,
                run_timing(self.scale),
                recover_treadmill=lambda lost: second_driver(lost, treadmill_spec, self.scale, ant_key=belt_key),
                slept_s=Sleep().since_last_s,
            )
            undo.pop_all()
            mark = RunMark(self.record, first.run_id, setup.person_id)

            def discard() -> None:
                mark.end()
                self.record.discard_journal(first.run_id)

            return _Prepared(controller, journal, mark, Awake(), discard, person, emulated, demo)

    def _forget(self, run_id: str) -> None:
        """Take away the journal of a run that came to nothing; one that stays is found at the next start."""
        with suppress(RecordError):
            self.record.discard_journal(run_id)

    @staticmethod
    def check_devices(treadmill: str, heart_rate: str, time_scale: float) -> "tuple[Device, Device]":
        """Both DEVICE strings read. Raises BadInput with every problem of both."""
        from drivers.registry import HEART_RATE, TREADMILL, parse_device

        problems: list[Problem] = []
        devices: list[Device] = []
        for spec, kind in ((treadmill, TREADMILL), (heart_rate, HEART_RATE)):
            try:
                device = parse_device(spec, kind)
            except BadInput as error:
                problems.extend(error.causes)
                continue
            devices.append(device)
            if device.family == "replay":
                from drivers.heart_rate.replay import check as check_recording

                try:
                    check_recording(device.port)
                except BadInput as error:
                    problems.extend(error.causes)
            if time_scale != 1.0 and device.is_hardware:
                problems.append(Cause("port_not_scaled", {"port": spec}))
        if len(devices) == 2:
            problems.extend(_mixed(devices[0], devices[1], time_scale))
        if problems:
            raise BadInput(*problems)
        return devices[0], devices[1]

    # --- what was kept ---

    @overload
    def _keep(
        self,
        person_id: str,
        run: "RunRecord",
        found: "Callable[[Sequence[bytes]], Assessment]",
        person: "Person | None" = None,
        remembered: Sequence[bytes] = (),
    ) -> "StoredTest": ...
    @overload
    def _keep(
        self,
        person_id: str,
        run: "RunRecord",
        found: "Callable[[Sequence[bytes]], SessionResult]",
        person: "Person | None" = None,
        remembered: Sequence[bytes] = (),
    ) -> "StoredSession": ...
    def _keep(
        self,
        person_id: str,
        run: "RunRecord",
        found: "Callable[[Sequence[bytes]], Assessment] | Callable[[Sequence[bytes]], SessionResult]",
        person: "Person | None" = None,
        remembered: Sequence[bytes] = (),
    ) -> "StoredTest | StoredSession":
        """Keep an ended run with what it came to, by its events.

        Raises:
            RecordError: the record did not take it; its journal has it.
            AfterTheTest: record or journal are gone; it is rescued into a record of its own.
        """
        from teststation.records.tests.journal import read_journal

        try:
            events: Sequence[bytes] = read_journal(self.record.journal_path(run.id), self.record.journal_key()).events
        except RecordError:
            events = ()  # its folder is gone: what was remembered is all there is
        whole = len(events) >= len(remembered)
        result = found(events if whole else remembered)
        try:
            if not self.record.path.is_file():
                raise RecordError(Cause("record_gone", {"name": str(self.record.path)}))
            return self.record.keep(person_id, run, result, events if whole else remembered)
        except RecordError as error:
            if person is None or (whole and self.record.in_place):
                raise
            path = self.record.upkeep.rescue(person, run, result, remembered)
            what = "test_rescued" if run.plan.session is None else "session_rescued"
            raise AfterTheTest(Cause(what, {"why": english(*error.causes), "path": str(path)})) from error

    def recover(self) -> "list[StoredTest]":
        """Keep every run that was interrupted, marked as such. No device is touched.

        Sessions among them are told in ``recovered_sessions``. What could not be kept is told in ``not_recovered`` by
        its journal, and stays where it is.
        """
        self.not_recovered = []
        self.recovered_sessions = []
        unfinished = self.record.unfinished_journals()
        if not unfinished:
            return []
        from teststation.records.tests.stored import StoredSession, StoredTest

        kept: list[StoredTest] = []
        for path in unfinished:
            # One journal that cannot be kept (its person is not in a restored record) must not bar the others.
            try:
                stored = self._recover_one(path)
            except RecordError as error:
                self.not_recovered.append((path, error.causes))
            else:
                kept += [stored] if isinstance(stored, StoredTest) else []
                self.recovered_sessions += [stored] if isinstance(stored, StoredSession) else []
        return kept

    def _recover_one(self, path: Path) -> "StoredTest | StoredSession | None":
        from teststation.records.tests.journal import read_journal
        from teststation.run import events as ev
        from ui.station.practice import nothing_is_kept

        content = read_journal(path, self.record.journal_key())
        if not content.events and content.damage is not None:
            raise RecordError(content.damage)  # not one that never began: nobody can tell what it was
        events = [ev.decode_event(data) for data in content.events]
        practised = any(isinstance(event, ev.RunPrepared) and nothing_is_kept(event.plan) for event in events)
        if practised or not any(isinstance(event, ev.TestBegan) for event in events):
            self.record.discard_journal(path.stem)
            return None
        if not isinstance(events[0], ev.RunPrepared) or events[0].person_id is None:
            return None
        from teststation.run.recording import interrupted
        from teststation.training.together import NO_BELT, training_of

        if events[0].treadmill == NO_BELT:
            run = training_of(events)
        else:
            state, recording = interrupted(events)
            run = recording.record(state)
        if run.plan.session is not None:
            return self.record.keep(events[0].person_id, run, session_of(run, content.events), content.events)
        from teststation.physiology.assess import assess_run

        assessment = assess_run(run, self.earlier(events[0].person_id, demo=run.demo), self.choices)
        return self.record.keep(events[0].person_id, run, assessment, content.events)

    def earlier(self, person_id: str, before: str | None = None, *, demo: bool) -> "tuple[EarlierTest, ...]":
        """This person's earlier tests as the comparison needs them, oldest first: demonstrations among themselves."""
        from teststation.physiology.assess import EarlierTest

        return tuple(
            EarlierTest(test_id=stored.id, run=stored.run, assessment=stored.assessment)
            for stored in self.record.tests.history(person_id)
            if stored.run.demo is demo and (before is None or stored.run.started_at < before)
        )

    def history(self, person_id: str) -> "list[StoredTest]":
        """All kept tests of a person, oldest first."""
        return list(self.record.tests.history(person_id))

    def assess_again(self, stored: "StoredTest", subject: "Subject | None" = None) -> "Assessment":
        """What today's method says of a kept test, for the subject as it was or as it should have been."""
        from teststation.physiology.assess import assess_run

        run = stored.run if subject is None else msgspec.structs.replace(stored.run, subject=subject)
        return assess_run(run, self.earlier(stored.person_id, stored.run.started_at, demo=run.demo), self.choices)

    def calculate_again(self, stored: "StoredTest") -> "StoredTest":
        """Keep what today's method says beside the stored result."""
        return self.record.tests.add_result(stored.id, self.assess_again(stored))


def _as_kept(device: "Device", spec: str) -> str:
    return f"emulated:{device.options['family']}" if device.family == "emulated" else spec


def _mixed(treadmill: "Device", heart_rate: "Device", time_scale: float) -> tuple[Problem, ...]:
    """Why these two do not go together: who walks on a real belt has a pulse of their own, and limits that guard it.

    | | emulated strap | recording | strap |
    |---|---|---|---|
    | emulated treadmill | demonstration | demonstration | demonstration |
    | a wire on this computer, or none in scaled time | refused | demonstration | test |
    | real treadmill | refused | refused | test |
    """
    if treadmill.family == "emulated":
        return ()
    if heart_rate.family == "emulated":
        return (Cause("emulated_strap_real_belt"),)
    # Without a port to tell it by, a belt is real where time is.
    real = treadmill.is_hardware or (treadmill.family in ("manual", "ftms") and time_scale == 1.0)
    return (Cause("replay_real_belt"),) if real and heart_rate.family == "replay" else ()


def load_plan_of(protocol: str, speed: str | None = None, own: "OwnProtocols | None" = None) -> "Plan":
    """The plan of a protocol, by identifier or file. Raises BadInput with every problem.

    Args:
        own: The clinic's own protocols; those in the user's folder where none are named.
    """
    from teststation.protocol.load import find, load_plan
    from teststation.protocol.own import OwnProtocols

    text, path = find(protocol, own or OwnProtocols(protocols_path()))
    return load_plan(text, path, speed)
