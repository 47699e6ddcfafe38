"""From a backup to a working record, whatever state the present one is in."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.access.audit import Action
from teststation.records.database import BUSY_TIMEOUT_S, Record, open_record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.place import place_of
from teststation.records.storage.store import Unreadable
from teststation.records.upkeep.backup import free_name, restore, set_aside
from teststation.records.upkeep.verify import Verification, verify


@dataclass(frozen=True, slots=True)
class Restored:
    """What the record holds now, and where that which was there before is kept."""

    found: Verification
    aside: Path | None


def restore_record(
    location: str | Path, passphrase: str, backup: Path, backup_passphrase: str, now: datetime
) -> Restored:
    """Restore a backup into a record, which need not exist or open any more.

    A record that opens is backed up beside itself and then changed in one transaction, so that other stations that have
    it open go on with the new content. One that does not open is moved aside as it is.

    Raises:
        RecordError: the backup is not whole, a test is being run, or the record cannot be written; nothing was changed.
    """
    if not backup.is_file():
        raise RecordError(Cause("restore_no_file", {"path": str(backup)}))
    source = CipherFile(backup, backup_passphrase, BUSY_TIMEOUT_S)
    try:
        found = verify(source)
        if found.damaged:
            raise RecordError(*found.causes)
        place = place_of(location)
        if place.url is None and place.file.exists() and backup.samefile(place.file):
            raise RecordError(Cause("restore_from_record", {"path": str(backup)}))
        try:
            return _into(location, passphrase, source, now)
        except Unreadable:
            if place.url is not None or not place.file.exists():
                raise
            aside = set_aside(place.file, now)
            return Restored(_into(location, passphrase, source, now).found, aside)
    finally:
        source.close()


def _into(location: str | Path, passphrase: str, source: CipherFile, now: datetime) -> Restored:
    with open_record(location, passphrase) as record:
        if record.runs_now():
            raise RecordError(Cause("restore_in_test", {"path": str(record.path)}))
        aside = None if _is_empty(record) else free_name(record.path, "replaced", now)
        found = restore(source, record.database, record.file, aside=aside)
        record.audit.note(Action.RECORD_RESTORED, people=found.people, tests=found.tests)
        return Restored(found, aside)


def _is_empty(record: Record) -> bool:
    return not record.people.all() and not record.tests.ids() and not record.users.all()
