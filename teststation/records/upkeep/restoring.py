"""From a backup to a working record, whatever state the present one is in."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.files.reading import is_file
from teststation.moments import clock_words
from teststation.records.access.actions import NOBODY, Action, Actor
from teststation.records.access.audit import head_of
from teststation.records.access.seals import every_seal
from teststation.records.database import BUSY_TIMEOUT_S, Record, open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.failures import Unreadable
from teststation.records.storage.head_file import Head, move_head
from teststation.records.storage.place import place_of
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, PERSON, STATION_USER
from teststation.records.tests.journal import opens_journal
from teststation.records.upkeep.backup import free_name, restore, set_aside
from teststation.records.upkeep.findings import Restored
from teststation.records.upkeep.verify import verify


def restore_record(
    location: str | Path,
    passphrase: str,
    backup: Path,
    backup_passphrase: str,
    now: datetime,
    acting: Actor = NOBODY,
) -> Restored:
    """Restore a backup into a record, which need not exist or open any more.

    ``acting`` is named in the log of what was restored, with the end of the log that was there before.

    A record that opens is backed up beside itself and then changed in one transaction, so that other stations that have
    it open go on with the new content. One that does not open is moved aside as it is.

    Raises:
        RecordError: the backup is not whole, a test is being run, or the record cannot be written; nothing was changed.
    """
    if not is_file(backup):
        raise RecordError(Cause("restore_no_file", {"path": str(backup)}))
    source = CipherFile(backup, backup_passphrase, BUSY_TIMEOUT_S)
    try:
        found = verify(source)
        if found.damaged or found.planted:
            raise RecordError(*found.causes)
        place = place_of(location)
        if place.url is None and place.file.exists() and backup.samefile(place.file):
            raise RecordError(Cause("restore_from_record", {"path": str(backup)}))
        try:
            return _into(location, passphrase, source, now, acting)
        except Unreadable:
            if place.url is not None or not place.file.exists():
                raise
            aside = set_aside(place.file, now)
            with suppress(OSError):
                move_head(place.file, aside)
            return replace(_into(location, passphrase, source, now, acting), aside=aside, compared=False)
    finally:
        source.close()


def _into(location: str | Path, passphrase: str, source: CipherFile, now: datetime, acting: Actor) -> Restored:
    with open_record(location, passphrase) as record:
        record.audit.acting = acting
        if record.runs_now():
            raise RecordError(Cause("restore_in_test", {"path": str(record.path)}))
        elsewhere = record.runs_elsewhere_until()
        if elsewhere is not None:
            told = {"name": record.database.name, "until": clock_words(elsewhere)}
            raise RecordError(Cause("restore_in_test_elsewhere", told))
        before = _known_of(record.database)
        aside = None if before.empty else free_name(record.path, "replaced", now)
        found = restore(source, record.database, record.file, aside=aside)
        after = _known_of(record.database)
        if aside is not None:
            with suppress(OSError):
                move_head(record.path, aside)
            _set_journals_aside(record, aside)
        done = Restored(
            found,
            aside,
            erased_back=tuple(sorted((before.erased - after.erased) & after.people)),
            users_gone=tuple(sorted(before.users - after.users)),
            users_back=tuple(sorted(after.let_in & before.users - before.let_in)),
        )
        record.audit.note(
            Action.RECORD_RESTORED,
            people=found.people,
            tests=found.tests,
            former_head=before.head.shown,
            aside=None if aside is None else aside.name,
            erased_back=list(done.erased_back),
            users_gone=list(done.users_gone),
            users_back=list(done.users_back),
        )
        record.head.begin()
        return done


@dataclass(frozen=True, slots=True)
class _Known:
    """What of a record must not change unsaid when another takes its place."""

    empty: bool
    head: Head
    people: frozenset[str]  # ids
    erased: frozenset[str]  # ids
    users: frozenset[str]  # logins
    let_in: frozenset[str]  # logins


def _known_of(database: Database) -> _Known:
    with database.reading() as connection:
        erased = select(AUDIT.c.person_id).where(AUDIT.c.action == Action.PERSON_ERASED.value)
        users = connection.execute(select(STATION_USER.c.login, STATION_USER.c.active)).all()
        seq, sha256 = head_of(connection)
        return _Known(
            empty=seq == 0 and next(every_seal(connection), None) is None,
            head=Head(seq, sha256),
            people=frozenset(connection.execute(select(PERSON.c.id)).scalars()),
            erased=frozenset(connection.execute(erased).scalars()),
            users=frozenset(row.login for row in users),
            let_in=frozenset(row.login for row in users if row.active),
        )


def _set_journals_aside(record: Record, aside: Path) -> None:
    """Move journals that the restored record's key does not open to the record that was there: they are of its runs."""
    strange = [path for path in record.unfinished_journals() if not opens_journal(path, record.journal_key_now())]
    if strange:
        folder = aside.with_name(f"{aside.name}.journals")
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in strange:
            path.replace(folder / path.name)
