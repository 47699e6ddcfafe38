"""``teststation session``: an interval session without a window, and those that are kept."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from drivers.registry import TREADMILL, parse_device
from teststation.cause import Cause
from teststation.demonstration import is_demonstration
from teststation.errors import AfterTheTest, BadInput, RecordError, StationError
from teststation.files.outputs import Kind
from teststation.output import session_object
from teststation.physiology.advice import symptom_words
from teststation.ports import Setpoint
from teststation.protocol.load import find, session_band
from teststation.protocol.plan import BOUT
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.tests.stored import SessionLine, StoredSession
from teststation.run.record import Outcome
from teststation.snapshot import Snapshot
from teststation.subject import Subject
from teststation.texts import english, texts
from teststation.training.interview import Interview
from ui.commands import outputs
from ui.commands.common import the_record
from ui.commands.headless import EXIT_STATUS, drive
from ui.commands.interrupt import orderly
from ui.commands.keyboard import Keyboard, is_terminal
from ui.commands.run import check_ant_key, demo_words, learned_sentence, take_in_interrupted
from ui.commands.subjects import subject_from, subject_values
from ui.commands.telling import tell
from ui.commands.voice import say
from ui.commands.who import checked_born, described, person_for
from ui.station.interval_session import TrainingSession, learned_from, propose_session
from ui.station.protocols import the_own
from ui.station.settings import load_settings
from ui.station.station import Setup, Station, floors_sentence
from ui.station.training import talk_words

if TYPE_CHECKING:
    from teststation.records.database import Record


def run(arguments: argparse.Namespace) -> int:
    """Check everything first, then run, keep, tell."""
    subject = _checked(arguments)
    with the_record(arguments, create=True) as record:
        station = Station(record, load_settings(), arguments.time_scale)
        person_id = person_for(record, described(arguments, subject), subject, arguments.language)
        demo = is_demonstration(arguments.treadmill, arguments.heart_rate)
        today = datetime.now().astimezone().date().isoformat()
        own = station.own_protocols
        proposal = propose_session(record, person_id, subject, arguments.plan, today, demo=demo, own=own)
        for line in _from_the_talk(record, person_id, named=arguments.user is not None):
            say(line)
        load = _typed(arguments)
        if load is None and arguments.harder:
            load = proposal.start.offered
            if load is None:
                raise BadInput("--harder: no harder start is offered; leave it out, or say --speed and --incline")
        plan = proposal.plan(load, cleared=bool(arguments.cleared))
        bout = plan.stages[plan.bouts[0]]
        where = Cause("session_typed") if load is not None else proposal.start.cause
        say(f"bouts at {bout.speed_kmh:.1f} km/h and {bout.incline_pct:.1f} %: {english(where)}")
        for also in (proposal.start.band_cause, proposal.start.borg_cause):
            if also is not None:
                say(english(also))
        if load is None and proposal.start.offered is not None:
            harder = proposal.start.offered
            say(f"{harder.speed_kmh:.1f} km/h and {harder.incline_pct:.1f} % is offered: start it with --harder")
        setup = Setup(
            plan=plan,
            subject=proposal.subject,
            treadmill=arguments.treadmill,
            heart_rate=arguments.heart_rate,
            person_id=person_id,
            conditions={"session_cleared": arguments.cleared} if arguments.cleared else {},
            seed=arguments.seed,
        )
        emulated = parse_device(arguments.treadmill, TREADMILL).family == "emulated"
        return _walk(station, setup, arguments, ask=not arguments.yes and not emulated)


def _from_the_talk(record: "Record", person_id: str, *, named: bool) -> list[str]:
    """What the talk says that is to be at hand. Where users log in it is told to who has, as all that shows people."""
    found = talk_words(record, person_id, texts("en"))
    if found is None:
        return []
    if record.users.asked_for() and not named:
        return ["the interview says what is to be known before training; name yourself with --user to be told"]
    record.training.seen(person_id, Interview)
    return [f"from the interview of {found[0]}: {line}" for line in found[1]]


def list_all(arguments: argparse.Namespace) -> int:
    """Every kept session, newest first; interrupted ones are taken in before."""
    outputs.check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        take_in_interrupted(Station(record, load_settings()))
        people = {person.id: person.full_name for person in record.people.all()}
        lines = record.sessions.lines(arguments.person)
        record.audit.note(Action.LIST_SEEN)
        if arguments.json is not None:
            outputs.write_json([_row(people, line) for line in lines], arguments.json)
        if arguments.json != "-":
            for line in lines:
                peak = "no peak" if line.peak_bpm is None else f"peak {line.peak_bpm:.0f} bpm"
                tell(
                    f"{line.id}  {line.started_at}  {_outcome(line):11} {line.protocol_id:10} "
                    f"{line.bouts_done} of {line.bouts_planned} bouts  {peak}  "
                    f"{people.get(line.person_id, '')}{demo_words(line.demo, 'session')}"
                )
    return 0


def show(arguments: argparse.Namespace) -> int:
    """One session as JSON, or bout by bout."""
    outputs.check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        take_in_interrupted(Station(record, load_settings()))
        stored = record.sessions.get(arguments.id)
        record.audit.note(Action.TEST_SEEN, stored.person_id, stored.id)
        learned = learned_from(record, stored)
        if arguments.json is not None:
            outputs.write_json(session_object(stored.run, stored.result, learned, stored.signature), arguments.json)
        if arguments.json != "-":
            for line in told(stored):
                tell(line)
    return 0


def told(stored: StoredSession) -> list[str]:
    """What a session came to, in English lines: Borg before the pulse."""
    found = stored.result
    lines = [
        f"{stored.id}  {stored.run.started_at}  {stored.run.plan.title}: {found.bouts_done} of {found.bouts_planned} "
        f"bouts, {found.minutes:.0f} min{demo_words(stored.run.demo, 'session')}"
    ]
    for bout in found.bouts:
        borg = "Borg -" if bout.rpe is None else f"Borg {bout.rpe}"
        last = "" if bout.last_two_bpm is None else f", last two minutes {bout.last_two_bpm:.0f} bpm"
        band = "" if bout.reached is None else (", in the band" if bout.reached else ", below the band")
        load = "no load known"
        if bout.speed_kmh is not None and bout.incline_pct is not None:
            load = f"{bout.speed_kmh:.1f} km/h {bout.incline_pct:.1f} %"
        lines.append(f"  bout {bout.number}: {load}, {borg}{last}{band}")
    if found.peak is not None:
        lines.append(f"  highest pulse held for 5 s: {found.peak.bpm:.0f} bpm, HRmax lies at or above it")
    lines += [f"  not taken as a peak: {english(cause)}" for cause in found.peak_refused]
    symptoms = symptom_words(stored.run, texts("en"))
    if symptoms:
        lines += [f"  {words}" for words in (*symptoms, english(Cause("next_after_symptom")))]
    elif found.next_load is not None:
        lines.append(
            f"  next time {found.next_load.speed_kmh:.1f} km/h {found.next_load.incline_pct:.1f} %: "
            f"{english(found.next_load.cause)}"
        )
    return lines


class Answers:
    """What is typed beside a session: a number is Borg's, + takes the offered load, - leaves it.

    A script's lines are meant in order: one that answers nothing yet waits until it is asked for.
    """

    def __init__(self, session: TrainingSession, keyboard: Keyboard) -> None:
        self._session, self._keyboard = session, keyboard
        self._asked: set[str] = set()
        keyboard.listen()

    def look(self, moment: Snapshot) -> None:
        """Ask what there is to ask, once, and take what was typed when it is an answer."""
        self._ask(moment)
        offered = moment.session is not None and moment.session.offer is not None
        line = self._keyboard.line() if moment.rpe_due or offered else None
        if line is None:
            return
        if line.isdecimal() and 6 <= int(line) <= 20 and moment.rpe_due:
            self._session.rpe(int(line))
        elif line == "+" and offered:
            self._session.accept_offer()
        elif line == "-" and offered:
            self._session.decline_offer()
        elif is_terminal():
            say(f"{line[:40]!r} is no answer; type Borg's number from 6 to 20, + or -, or Ctrl-C to stop")
        else:
            self._keyboard.put_back(line)

    def _ask(self, moment: Snapshot) -> None:
        asked = ""
        if moment.rpe_due:
            asked = f"Borg 6 to 20 of bout {self._bout_over(moment)}"
        elif moment.session is not None and moment.session.offer is not None:
            offer = moment.session.offer
            load = f"{offer.load.speed_kmh:.1f} km/h {offer.load.incline_pct:.1f} %"
            asked = f"{texts('en').say(offer.cause)}: {load} from the next bout on? + takes it, - leaves it"
        once = f"{moment.stage_index} {asked}" if moment.rpe_due else f"{self._bout(moment)} {asked}"
        if asked and once not in self._asked:
            self._asked.add(once)
            say(asked)

    @staticmethod
    def _bout(moment: Snapshot) -> int:
        """The bout that the offer is for."""
        now = moment.session
        return 0 if now is None else now.bout + (now.part == BOUT)

    @staticmethod
    def _bout_over(moment: Snapshot) -> int:
        now = moment.session
        assert now is not None
        return now.bouts if now.part == BOUT else now.bout - 1


def _walk(station: Station, setup: Setup, arguments: argparse.Namespace, *, ask: bool) -> int:
    if station.scale.factor != 1.0:
        say(floors_sentence(station.scale))
    # From the first driver to the kept session: a signal ends the walking, never the keeping.
    with orderly() as interrupt:
        take_in_interrupted(station)
        session = station.prepare_session(setup)
        try:
            begun = drive(
                session,
                interrupt,
                ask=ask,
                confirm=arguments.confirm,
                beside=lambda keyboard: Answers(session, keyboard).look,
            )
            if not begun:
                return EXIT_STATUS[Outcome.OPERATOR]
            stored = _finished(station, session)
        finally:
            session.close()
        return _deliver(station, stored, arguments.json)


def _finished(station: Station, session: TrainingSession) -> StoredSession:
    try:
        return session.finish_session()
    except RecordError as error:
        journal = station.record.journal_path(session.run_id)
        raise AfterTheTest(*error.causes, Cause("session_in_journal", {"path": str(journal)})) from error


def _deliver(station: Station, stored: StoredSession, json: str | None) -> int:
    record = station.record
    if not record.tests.kept_among([stored.id]):
        raise AfterTheTest(Cause("session_not_kept", {"name": record.database.name, "session": stored.id}))
    say(f"kept as {stored.id}{demo_words(stored.run.demo, 'session')}")
    for line in told(stored):
        say(line.strip())
    learned = learned_from(record, stored)
    if learned is not None:
        say(learned_sentence(learned))
    try:
        outputs.write_json(session_object(stored.run, stored.result, learned), json)
    except StationError as error:
        raise AfterTheTest(*error.causes, Cause("session_kept_all_the_same", {"session": stored.id})) from error
    outcome = stored.run.outcome
    assert outcome is not None
    return EXIT_STATUS[outcome]


def _row(people: dict[str, str], line: SessionLine) -> dict[str, object]:
    return {
        "id": line.id,
        "person_id": line.person_id,
        "person": people.get(line.person_id, ""),
        "started_at": line.started_at,
        "protocol": line.protocol_id,
        "outcome": None if line.outcome is None else line.outcome.value,
        "bouts_planned": line.bouts_planned,
        "bouts_done": line.bouts_done,
        "bouts_reached": line.bouts_reached,
        "minutes": round(line.minutes, 1),
        "in_band_s": line.in_band_s,
        "peak_bpm": line.peak_bpm,
        "all_out": line.peak_all_out,
        "signed_by": line.signed_by,
        "signed_at": line.signed_at,
        "demo": line.demo,
    }


def _outcome(line: SessionLine) -> str:
    return "" if line.outcome is None else line.outcome.value


def _typed(arguments: argparse.Namespace) -> Setpoint | None:
    if arguments.speed is None:
        return None
    return Setpoint(speed_kmh=arguments.speed, incline_pct=arguments.incline)


def _checked(arguments: argparse.Namespace) -> Subject:
    """Everything that can be wrong with the options, in one go."""
    problems: list[str] = []
    subject: Subject | None = None
    try:
        subject = subject_from(subject_values(arguments))
    except BadInput as error:
        problems.extend(error.problems)
    if (arguments.speed is None) != (arguments.incline is None):
        problems.append("--speed and --incline go together; give both, or neither")
    if arguments.harder and arguments.speed is not None:
        problems.append("--harder and --speed both say the load; leave one out")
    for check in (
        lambda: session_band(*find(arguments.plan, the_own())),
        lambda: checked_born(arguments, subject),
        lambda: Station.check_devices(arguments.treadmill, arguments.heart_rate, arguments.time_scale),
        lambda: outputs.check(arguments, (arguments.json, Kind.JSON)),
        lambda: check_ant_key(arguments.treadmill, arguments.heart_rate),
    ):
        try:
            check()
        except BadInput as error:
            problems.extend(error.problems)
    if problems or subject is None:
        raise BadInput(*problems)
    return subject
