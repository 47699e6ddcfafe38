"""The record: people and tests in one encrypted file or on a server, and the journals of runs on this machine."""

import base64
import os
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self, overload

import msgspec
from sqlalchemy import insert, select

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.physiology.result import Assessment
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.head_keeping import HeadKeeper
from teststation.records.access.seals import JOURNAL_KEY
from teststation.records.access.users import Users
from teststation.records.people.merging import Merging
from teststation.records.people.people import People, person_in
from teststation.records.people.person import Person
from teststation.records.several_stations.handed_over import HandedOver
from teststation.records.several_stations.handover import prepare_spool, was_served
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.head_file import Known
from teststation.records.storage.key import BUSY_TIMEOUT_S
from teststation.records.storage.place import Place, place_of
from teststation.records.storage.schema import upgrade, version
from teststation.records.storage.server import Server
from teststation.records.storage.store import Database
from teststation.records.storage.tables import SETTING
from teststation.records.tests.imported import ImportedResults
from teststation.records.tests.journal import KEY_BYTES, JournalContent, is_being_written, read_journal
from teststation.records.tests.journals import RUN_ID, Journals
from teststation.records.tests.kept_tests import KeptTests
from teststation.records.tests.sessions import KeptSessions
from teststation.records.tests.signing import Signing
from teststation.records.tests.stored import SessionLine, StoredSession, StoredTest
from teststation.records.training.note import Note, without_those_written
from teststation.records.training.notes import TrainingNotes
from teststation.records.upkeep.room import Upkeep
from teststation.run.record import TALK_POSTPONES, Outcome, RunRecord, why_hard_training_waits
from teststation.training.diary import Entry, Source, kind_of
from teststation.training.session.result import SessionResult
from teststation.training.watch import Activity, Match

_PLAIN_SQLITE = b"SQLite format 3\0"
FIRST_WITH_HEAD = "0005"


class _Whose(msgspec.Struct):
    """Of a journal's first event, whose run it is."""

    person_id: str | None = None


_whose = msgspec.json.Decoder(_Whose)


def open_record(
    location: str | Path,
    passphrase: str,
    *,
    create: bool = True,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    ahead: Any = None,
    known: Known | None = None,
) -> "Record":
    """Open a record, or make it. Close it, or use it as a context manager.

    Args:
        location: The record's file, or ``postgresql+psycopg://USER@HOST/DATABASE``.
        passphrase: Any Unicode text without a null character. With a server it opens this station's spool.
        create: Whether a missing record file is made, with its folder.
        busy_timeout_s: How long to wait for another program that writes to the file.
        ahead: What ``connect_ahead`` gave for this location and passphrase.
        known: What is known of a record that was open before: another one in its place, or an earlier copy, is refused.
    Raises:
        RecordError: one sentence on what is wrong and what to do; the file is then as it was.
    """
    place = place_of(location)
    file = CipherFile(place.file, passphrase, busy_timeout_s, ahead)
    try:
        _check_file(place.file, create=create or place.url is not None)
    except BaseException:
        file.close()
        raise
    return _opened(location, place, file, known)


def open_beside(record: "Record", path: Path) -> "Record":
    """A new record file under the passphrase of another one. Raises RecordError."""
    return _opened(path, place_of(path), record.file.beside(path))


def _opened(location: str | Path, place: Place, file: CipherFile, known: Known | None = None) -> "Record":
    database: Database = file
    keeper = HeadKeeper(file, file)
    try:
        if known is not None:
            keeper.is_own(known)
            if place.url is None:
                keeper.has_all(known)
        new = _is_new(file)
        upgrade(file, before=lambda found: _before_migration(file, file, found))
        file.opened()
        if place.url is not None:
            prepare_spool(file)
            new = new or not was_served(file)
            database = served = ServedDatabase(Server(place.url), file)
            keeper = served_keeper = HeadKeeper(served.server, file)
            served.server.keep_head = keeper.keep
            served.open(
                before=lambda found: _before_migration(served, file, f"server-{found}"),
                is_it=lambda: None if known is None else served_keeper.has_all(known),
            )
        else:
            file.keep_head = keeper.keep
        if new and database.away is None:
            keeper.begin()
        keeper.learn()
        record = Record(location, database, file, keeper)
        record.retire_kept_journals()
        record.unmark_what_is_over()
    except BaseException:
        database.close()
        file.close()
        raise
    return record


class Record(Journals):
    """An open record. Use ``open_record``."""

    def __init__(self, location: str | Path, database: Database, file: CipherFile, head: HeadKeeper) -> None:
        """``file`` is the record's own file, or the spool of a record on a server; ``head`` its log's end outside."""
        self.location = location
        self.head = head
        self.path = file.path
        self.audit = AuditLog(database)
        self.people = People(database, self.audit)
        self.merging = Merging(database, self.audit)
        self.tests = KeptTests(database, self.audit)
        self.sessions = KeptSessions(database, self.audit)
        self.signing = Signing(database, self.audit)
        self.imported = ImportedResults(database, self.audit)
        self.training = TrainingNotes(database, self.audit)
        self.users = Users(database, self.audit)
        self.upkeep = Upkeep(self)
        self.database = database
        self.file = file
        self._key: bytes | None = None

    def close(self) -> None:
        """Close the file, and the connections to a server."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what holds training back ---

    def hard_training_waits(self, person_id: str, known: Mapping[str, str]) -> str:
        """Why hard training of a person waits today, as ``why_hard_training_waits`` says; nothing where it does not.

        What the talk said before a test may have been answered since: the last talk counts, and of the test the rest.

        Args:
            known: What was answered before the person's last test.
        """
        asked = {name: answer for name, answer in known.items() if name not in TALK_POSTPONES}
        return why_hard_training_waits({**asked, **(TALK_POSTPONES if self.training.postpones(person_id) else {})})

    @property
    def in_place(self) -> bool:
        """Whether the file that was opened is still where it was."""
        return self.file.in_place

    # --- a server that comes and goes ---

    @property
    def away(self) -> ServerAway | None:
        """Why this station works without its server; None while it answers, and where there is none."""
        return self.database.away if isinstance(self.database, ServedDatabase) else None

    def hand_over(self) -> HandedOver:
        """Bring what was kept while the server was away to it; nothing where there is no server.

        Raises:
            ServerAway: it still does not answer; everything stays on this station.
            RecordError: the server refuses; everything stays on this station.
        """
        if not isinstance(self.database, ServedDatabase):
            return HandedOver()
        handed = self.database.hand_over()
        self.retire_kept_journals()
        self.unmark_what_is_over()
        return handed

    def kept_here(self, person_id: str) -> tuple[Person | None, Person] | None:
        """What this station wrote of a person while its server was away, where somebody else has changed them too.

        Returns:
            What both began from, if that is known, and what was written here; None where there is nothing to settle.
        """
        return self.database.kept_here(person_id) if isinstance(self.database, ServedDatabase) else None

    def settle(self, chosen: Person) -> Person:
        """Keep what somebody chose from two versions of a person. Raises as ``People.update``."""
        kept = self.people.update(chosen)
        if isinstance(self.database, ServedDatabase) and self.away is None:
            self.database.settle(kept.id)
        return kept

    def bring_at_hand(self, person_id: str) -> None:
        """Before a test: see that it can go on and be kept if the server goes away in the middle."""
        if isinstance(self.database, ServedDatabase):
            self.database.bring_at_hand(person_id)

    @overload
    def keep(self, person_id: str, run: RunRecord, found: Assessment, events: Sequence[bytes]) -> StoredTest: ...
    @overload
    def keep(self, person_id: str, run: RunRecord, found: SessionResult, events: Sequence[bytes]) -> StoredSession: ...
    def keep(
        self, person_id: str, run: RunRecord, found: Assessment | SessionResult, events: Sequence[bytes]
    ) -> StoredTest | StoredSession:
        """Save a test or a session and retire its journal. With its server away it is kept here, to be handed over.

        Raises:
            RecordError: it could not be saved; its journal stays.
        """
        try:
            stored = self.save(person_id, run, found, events)
        except ServerAway:
            # Whether the server kept it is not known; the hand-over finds out by its id and the hash of its events.
            stored = self.save(person_id, run, found, events)
        self.retire_journal(run.id)
        self.unmark_run(run.id)
        return stored

    def save(
        self, person_id: str, run: RunRecord, found: Assessment | SessionResult, events: Sequence[bytes]
    ) -> StoredTest | StoredSession:
        """Save a test, or a session, by what it came to. Raises RecordError."""
        if isinstance(found, SessionResult):
            return self.sessions.save(person_id, run, found, events)
        return self.tests.save(person_id, run, found, events)

    # --- journals ---

    def journal_key(self) -> bytes:
        """The 32 random bytes that open this record's journals; kept in its file, made at the first call."""
        if self._key is None:
            with self.file.writing() as connection:
                kept = connection.execute(select(SETTING.c.value).where(SETTING.c.name == JOURNAL_KEY)).scalar()
                if kept is None:
                    kept = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode("ascii")
                    connection.execute(insert(SETTING).values(name=JOURNAL_KEY, value=kept))
                    self.audit.note_in(connection, Action.JOURNAL_KEY_MADE, seals=[("setting", JOURNAL_KEY)])
            self._key = base64.b64decode(kept)
        return self._key

    def journal_key_now(self) -> bytes:
        """The same, read again: another record may have taken the place of the one that was opened."""
        self._key = None
        return self.journal_key()

    def mark_walker(self, run_id: str, person_id: str) -> None:
        """See that who is to walk is in the record, and tell other stations of it. Raises RecordError."""
        with self.database.writing() as connection:
            person_in(connection, self.database, person_id)
            if isinstance(self.database, ServedDatabase):
                self.database.mark_run_in(connection, run_id, person_id)

    def unfinished_journals(self) -> list[Path]:
        """Journals whose run is not kept as a test and that no living station is writing, oldest first."""
        journals = self.journals()
        kept = self.tests.kept_among(path.stem for path in journals)
        left = [path for path in journals if path.stem not in kept and not is_being_written(path)]
        return sorted(left, key=lambda path: (path.stat().st_mtime, path.name))

    # --- the diary ---

    def diary(self, person_id: str) -> list[Note[Entry]]:
        """A person's diary: what was written, and the station's own sessions that nobody has written about."""
        notes = self.training.of_person(person_id, Entry)
        return notes + without_those_written(self._sessions_as_rows(person_id), notes)

    def bring_in(self, person_id: str, activities: Sequence[Activity]) -> tuple[Match, ...]:
        """A watch's activities into the diary: see ``TrainingNotes.bring_in``."""
        return self.training.bring_in(person_id, activities, self._sessions_as_rows(person_id))

    def _sessions_as_rows(self, person_id: str) -> list[Note[Entry]]:
        demo = self.people.get(person_id).demo
        return [session_as_row(line) for line in self.sessions.lines(person_id)[::-1] if demo or not line.demo]

    def runs_now(self) -> bool:
        """Whether a living station is in the middle of a run of this record."""
        return any(is_being_written(path) for path in self.journals())

    def runs_elsewhere_until(self) -> datetime | None:
        """Until when a run at another station of the same server is believed; None where there is none."""
        if not isinstance(self.database, ServedDatabase) or self.away is not None:
            return None
        with self.database.server.reading() as connection:
            return self.database.runs_elsewhere_until(connection)

    def mark_run(self, run_id: str, person_id: str) -> None:
        """Tell the other stations that a run goes on. Safe from another thread; nothing where there is no server.

        Raises:
            RecordError: the server does not take it now; the next call may do.
        """
        if isinstance(self.database, ServedDatabase):
            self.database.mark_run(run_id, person_id)

    def unmark_what_is_over(self) -> None:
        """Take away this station's marks of runs that are over, as after a crash, or an end without the server."""
        if isinstance(self.database, ServedDatabase) and self.away is None:
            self.database.unmark_all_but(path.stem for path in self.journals())

    def unmark_run(self, run_id: str) -> None:
        """Tell the other stations that a run is over; a server that is away hears it at the next hand-over."""
        if isinstance(self.database, ServedDatabase):
            self.database.unmark_run(run_id)

    def person_of_journal(self, path: Path) -> str | None:
        """Whose run a journal is of; None where nobody can tell: it is empty, damaged, or another record's."""
        events = read_journal(path, self.journal_key()).events
        try:
            return _whose.decode(events[0]).person_id if events else None
        except msgspec.DecodeError:
            return None

    def retire_journal(self, run_id: str) -> None:
        """Delete a journal whose every event is in the record. One that is gone already is none of our business.

        A damaged journal is not deleted but renamed to ``<run id>.damaged``: what cannot be read today may be
        evidence tomorrow.

        Raises:
            RecordError: the journal is still being written, or holds what the record does not; it stays.
        """
        path = self.journal_path(run_id)
        try:
            self._retire(run_id, path)
        except (RecordError, FileNotFoundError):
            if path.exists():  # else it was there, and whoever keeps the same run, or opens this record, was faster
                raise

    def _retire(self, run_id: str, path: Path) -> None:
        if is_being_written(path):
            raise RecordError(Cause("journal_in_use", {"path": str(path)}))
        content = read_journal(path, self.journal_key())
        if not self.tests.kept_among([run_id]) or not self._holds(run_id, content):
            raise RecordError(Cause("journal_not_all_kept", {"path": str(path)}))
        if content.damage is not None:
            path.replace(path.with_suffix(".damaged"))
        else:
            path.unlink(missing_ok=True)

    def discard_journal(self, run_id: str) -> None:
        """Delete the journal of a run that was prepared and never begun: nobody was on the belt."""
        self.journal_path(run_id).unlink(missing_ok=True)
        self.unmark_run(run_id)

    def retire_kept_journals(self) -> None:
        """Retire journals that outlived their test, as after a crash between saving and retiring."""
        journals = self.journals()
        kept = self.tests.kept_among(path.stem for path in journals)
        for path in journals:
            try:
                if path.stem not in kept or is_being_written(path):
                    continue
                if self._holds(path.stem, read_journal(path, self.journal_key())):
                    self.retire_journal(path.stem)
            except RecordError:
                if path.exists():
                    raise

    def _holds(self, run_id: str, journal: JournalContent) -> bool:
        """Whether the record has all of it; it may have more: of a disk that was full, the rest was remembered."""
        return self.tests.events(run_id)[: len(journal.events)] == journal.events

    def journals(self, *, damaged: bool = False) -> list[Path]:
        """Every journal that lies beside the record, ``damaged`` ones too if asked for. Raises RecordError."""
        try:
            found = list(self.journal_folder.glob("*.journal"))
            found += list(self.journal_folder.glob("*.damaged")) if damaged else []
        except OSError as error:
            raise RecordError(
                Cause("journals_unreadable", {"folder": str(self.journal_folder), "why": error.strerror or ""})
            ) from error
        return [path for path in found if RUN_ID.fullmatch(path.stem)]


def session_as_row(line: SessionLine) -> Note[Entry]:
    """A session as a row of the diary: what the station knows of it. Nobody has written it: its version is 0."""
    stopped = {Outcome.OPERATOR: "operator", Outcome.FAULT: "device", Outcome.INTERRUPTED: "device"}
    entry = Entry(
        day=line.started_at[:10],
        kind=kind_of(line.protocol_id),
        minutes=round(line.minutes, 1) or None,
        borg=line.borg,
        bouts_done=line.bouts_done if line.bouts_planned > 1 else None,
        bouts_planned=line.bouts_planned if line.bouts_planned > 1 else None,
        stopped_because="" if line.outcome is None else stopped.get(line.outcome, ""),
        source=Source.STATION,
        started_at=line.started_at,
        max_bpm=None if line.peak_bpm is None else round(line.peak_bpm),
        session_id=line.id,
    )
    return Note(line.id, 0, line.person_id, entry, False, "", line.started_at, "")


def _is_new(file: CipherFile) -> bool:
    """Whether this record is made now, or is of before a log's end was kept outside of it: then it begins now."""
    with file.reading() as connection:
        found = version(connection)
    return found is None or found < FIRST_WITH_HEAD


def _before_migration(database: Database, file: CipherFile, found: str) -> None:
    """Back a record up before its tables are changed: ``<record>.schema-<revision>.backup``, once.

    What somebody has put there, and is no backup of this record, stays, and is no reason to go without one.
    """
    from teststation.records.upkeep.backup import backup
    from teststation.records.upkeep.lineage import is_own

    target = file.path.with_name(f"{file.path.name}.schema-{found}.backup")
    if target.exists() and not is_own(database, file, target):
        target = target.with_name(f"{target.name}-{secrets.token_hex(3)}")
    if not target.exists():
        backup(database, file, target)


def _check_file(path: Path, *, create: bool) -> None:
    """See that there is a file to open, or make an empty one that only this user may read. Raises RecordError."""
    try:
        if path.is_dir():
            raise RecordError(Cause("record_is_folder", {"name": str(path)}))
        if not path.exists() or path.stat().st_size == 0:
            if not create:
                raise RecordError(Cause("record_missing", {"name": str(path)}))
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with path.open("r+b") as file:
            plain = file.read(len(_PLAIN_SQLITE)) == _PLAIN_SQLITE
    except OSError as error:
        raise RecordError(Cause("record_not_writable", {"name": str(path), "why": error.strerror or ""})) from error
    if plain:
        raise RecordError(Cause("record_plain", {"name": str(path)}))
    if not os.access(path.parent, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise RecordError(Cause("record_folder_read_only", {"name": str(path)}))
