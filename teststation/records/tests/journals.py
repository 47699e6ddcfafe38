"""Where the journals of a record's runs lie, and how one is begun: by whoever walks the run, beside the database."""

import re
from abc import abstractmethod
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.tests.journal import JournalWriter

RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


class Journals:
    """What a record has of them whether its database is in this process or in another one."""

    path: Path  # of the record's file

    @abstractmethod
    def journal_key(self) -> bytes:
        """The 32 random bytes that open this record's journals."""

    @abstractmethod
    def mark_walker(self, run_id: str, person_id: str) -> None:
        """See that who is to walk is in the record, and tell other stations of it. Raises RecordError."""

    @abstractmethod
    def discard_journal(self, run_id: str) -> None:
        """Delete the journal of a run that was prepared and never begun: nobody was on the belt."""

    @property
    def journal_folder(self) -> Path:
        """Where the journals of this record's runs lie: ``<record>.journals`` beside it."""
        return self.path.with_name(self.path.name + ".journals")

    def journal_path(self, run_id: str) -> Path:
        """The journal of a run. The name tells the run's id and nothing else."""
        if not RUN_ID.fullmatch(run_id):
            raise ValueError(f"not a run id: {run_id!r}")
        return self.journal_folder / f"{run_id}.journal"

    def new_journal(self, run_id: str, person_id: str | None = None) -> JournalWriter:
        """Begin the journal of a new run. Raises RecordError where it cannot be made.

        Args:
            person_id: Whose run it is. Looked for once more when the journal is there: who erases sees the journal,
                or at another station the mark on the server, or has erased the person before; and nobody walks whose
                test could not be kept.
        """
        path = self.journal_path(run_id)
        try:
            self.journal_folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise RecordError(
                Cause("journals_not_made", {"folder": str(self.journal_folder), "why": error.strerror or ""})
            ) from error
        journal = JournalWriter(path, self.journal_key())
        if person_id is None:
            return journal
        try:
            self.mark_walker(run_id, person_id)
        except BaseException:
            journal.close()
            self.discard_journal(run_id)
            raise
        return journal
