"""What is done with a whole record, as one of its rooms: backups, the way back, and what nobody is to have any more."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from teststation.physiology.result import Assessment
from teststation.records.people.erased import Gone, Reason
from teststation.records.people.person import Person
from teststation.run.record import RunRecord
from teststation.training.session.result import SessionResult

if TYPE_CHECKING:
    from teststation.records.database import Record
    from teststation.records.upkeep.findings import GoOn, LastBackup, Restored, Verification


class Upkeep:
    """Each is read from the disk when it is first asked for: all of them go on beside the people and their tests."""

    def __init__(self, record: "Record") -> None:
        self._record = record

    def last_backup(self, folder: Path, now: datetime) -> "LastBackup":
        """See ``rotation.last_backup``."""
        from teststation.records.upkeep.rotation import last_backup

        return last_backup(self._record, folder, now)

    def scheduled_backup(
        self, folder: Path, days_kept: int, now: datetime, go_on: "GoOn | None" = None
    ) -> "Verification | None":
        """See ``rotation.scheduled_backup``."""
        from teststation.records.upkeep.findings import always
        from teststation.records.upkeep.rotation import scheduled_backup

        return scheduled_backup(self._record, folder, days_kept, now, go_on or always)

    def backup_into(self, folder: Path, days_kept: int, now: datetime, go_on: "GoOn | None" = None) -> "Verification":
        """See ``rotation.backup_into``."""
        from teststation.records.upkeep.findings import always
        from teststation.records.upkeep.rotation import backup_into

        return backup_into(self._record, folder, days_kept, now, go_on or always)

    def restore(self, passphrase: str, backup: Path, backup_passphrase: str, now: datetime) -> "Restored":
        """Restore a backup into this record, by who acts on it; ``passphrase`` is its own. See ``restore_record``."""
        from teststation.records.upkeep.restoring import restore_record

        record = self._record
        done = restore_record(record.location, passphrase, backup, backup_passphrase, now, record.audit.acting)
        record.journal_key_now()  # another record may have taken its place
        record.head.learn()
        return done

    def erase(self, person_id: str, reason: Reason) -> Gone:
        """See ``erasing.erase_person``."""
        from teststation.records.upkeep.erasing import erase_person

        return erase_person(self._record, person_id, reason)

    def rescue(
        self, person: Person, run: RunRecord, found: Assessment | SessionResult, events: Sequence[bytes]
    ) -> Path:
        """See ``rescue``."""
        from teststation.records.upkeep.rescue import rescue

        return rescue(self._record, person, run, found, events)
