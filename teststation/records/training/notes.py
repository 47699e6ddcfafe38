"""What the record keeps of training: plans, diary rows, 1RM and interviews. A change is a new version beside the old.

Nothing is overwritten: what is wrong is corrected by the next version or taken back, and both stay readable. What is a
duplicate's is read with the person they were merged into, and goes back with them when that is undone.
"""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.seals import Key
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.people.people import person_in
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import PERSON, TRAINING
from teststation.records.training.note import KINDS, Note, Some, without_those_written
from teststation.training.diary import Entry
from teststation.training.interview import Interview, is_postponed
from teststation.training.watch import Activity, Match, entry_of, match


class TrainingNotes:
    """What belongs to training in a record."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

    def add(self, person_id: str, *values: Some) -> list[Note[Some]]:
        """Keep new things of one kind, all or none. Raises RecordError: no such person, or the server is away."""
        with self._database.writing() as connection:
            self._begin(connection, person_id)
            notes = [self._write(connection, str(uuid.uuid4()), 1, person_id, value) for value in values]
            self._tell(connection, Action.TRAINING_WRITTEN, person_id, notes)
        return notes

    def change(self, note: Note[Some], value: Some, reason: str = "") -> Note[Some]:
        """The next version of a thing.

        Raises:
            RecordError: somebody has changed or withdrawn it since, there is none, or the server is away.
        """
        if note.number == 0:
            return self.add(note.person_id, value)[0]
        with self._database.writing() as connection:
            self._begin(connection, note.person_id)
            self._refuse_older(connection, note)
            changed = self._write(connection, note.id, note.number + 1, note.person_id, value, reason=reason)
            self._tell(connection, Action.TRAINING_WRITTEN, note.person_id, [changed])
        return changed

    def withdraw(self, note: Note[Some], reason: str) -> None:
        """Take a thing back: it is in no list any more, and stays readable among its versions. Raises as ``change``."""
        with self._database.writing() as connection:
            self._begin(connection, note.person_id)
            self._refuse_older(connection, note)
            gone = self._write(
                connection, note.id, note.number + 1, note.person_id, note.value, reason=reason, withdrawn=True
            )
            self._tell(connection, Action.TRAINING_WITHDRAWN, note.person_id, [gone])

    def bring_in(
        self, person_id: str, activities: Sequence[Activity], beside: Sequence[Note[Entry]] = ()
    ) -> tuple[Match, ...]:
        """Write a watch's activities into the diary: into the rows they belong to, or as new ones; none twice.

        Matched while nobody else may write, so that two who read the same file do not both write it. Raises as ``add``.

        Args:
            beside: Rows that are the station's own sessions and written nowhere: one that an activity belongs to is.
        """
        with self._database.writing() as connection:
            self._begin(connection, person_id)
            notes = _of_person(connection, person_id, Entry)
            notes += without_those_written(beside, notes)
            found = match(activities, [note.value for note in notes])
            written: list[Note[Entry]] = []
            for one in found:
                if one.known:
                    continue
                if one.entry is None:
                    value = entry_of(one.activity)
                    written.append(self._write(connection, str(uuid.uuid4()), 1, person_id, value))
                else:
                    note = notes[one.entry]
                    value = entry_of(one.activity, note.value)
                    note_id = note.id if note.number else str(uuid.uuid4())
                    written.append(self._write(connection, note_id, note.number + 1, note.person_id, value))
            if written:
                self._tell(connection, Action.TRAINING_WRITTEN, person_id, written, source="watch")
        return found

    def of_person(self, person_id: str, kind: type[Some]) -> list[Note[Some]]:
        """A person's things of a kind and their duplicates', each in its last version, oldest first; none withdrawn."""
        with self._database.reading() as connection:
            return _of_person(connection, person_id, kind)

    def of_everybody(self, kind: type[Some]) -> list[Note[Some]]:
        """Everybody's, as ``of_person``."""
        with self._database.reading() as connection:
            return _last_versions(connection, None, kind)

    def last(self, person_id: str, kind: type[Some]) -> Note[Some] | None:
        """The newest thing of a kind, as a person's plan or interview; None where there is none."""
        found = self.of_person(person_id, kind)
        return found[-1] if found else None

    def postpones(self, person_id: str) -> bool:
        """Whether hard training is to wait, as the last talk with this person came to."""
        talk = self.last(person_id, Interview)
        return talk is not None and is_postponed(talk.value)

    def get(self, note_id: str, kind: type[Some]) -> Note[Some]:
        """The last version of one thing, withdrawn or not. Raises RecordError where there is none of this kind."""
        found = self.versions(note_id, kind)
        if not found:
            raise RecordError(Cause("training_not_there", {"id": note_id}))
        return found[-1]

    def versions(self, note_id: str, kind: type[Some]) -> list[Note[Some]]:
        """Every version of one thing, the first first."""
        query = select(TRAINING).where(TRAINING.c.id == note_id, TRAINING.c.kind == KINDS[kind])
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(TRAINING.c.number)).mappings()
            return [_note(row, kind) for row in rows]

    def symptom_told_since(self, person_id: str, since: str | None) -> bool:
        """Whether a diary row tells a symptom that was written down after a moment, ISO 8601; None: at any time.

        What counts is when it was first told, not the day it was of: who held a session meanwhile knew nothing of it.
        """
        after = None if since is None else datetime.fromisoformat(since)
        for note in self.of_person(person_id, Entry):
            if not note.value.symptoms:
                continue
            if after is None:
                return True
            known: set[str] = set()
            for one in self.versions(note.id, Entry):
                new = set(one.value.symptoms) - known
                if new and datetime.fromisoformat(one.written_at) > after:
                    return True
                known = set(one.value.symptoms)
        return False

    def seen(self, person_id: str, kind: type[Some]) -> None:
        """Tell the audit log that somebody has looked at these."""
        self._audit.note(Action.TRAINING_SEEN, person_id, kind=KINDS[kind])

    def printed(self, person_id: str, kind: type[Some]) -> None:
        """Tell the audit log that a page of these was made."""
        self._audit.note(Action.TRAINING_PRINTED, person_id, kind=KINDS[kind])

    # --- parts ---

    def _begin(self, connection: Connection, person_id: str) -> None:
        needs_the_server(self._database)
        still_may(connection, self._audit, Permission.TEST)
        person_in(connection, self._database, person_id)

    def _refuse_older(self, connection: Connection, note: Note[Some]) -> None:
        last = connection.execute(
            select(TRAINING.c.number, TRAINING.c.withdrawn)
            .where(TRAINING.c.id == note.id)
            .order_by(TRAINING.c.number.desc())
            .limit(1)
        ).one_or_none()
        if last is None:
            raise RecordError(Cause("training_not_there", {"id": note.id}))
        if last.number != note.number or last.withdrawn:
            raise RecordError(Cause("training_changed_meanwhile"))

    def _write(
        self,
        connection: Connection,
        note_id: str,
        number: int,
        person_id: str,
        value: Some,
        *,
        reason: str = "",
        withdrawn: bool = False,
    ) -> Note[Some]:
        note = Note(
            id=note_id,
            number=number,
            person_id=person_id,
            value=value,
            withdrawn=withdrawn,
            reason=reason,
            written_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            written_by=self._audit.acting.name,
        )
        connection.execute(
            insert(TRAINING).values(
                id=note.id,
                number=note.number,
                person_id=note.person_id,
                kind=KINDS[type(value)],
                body=msgspec.json.encode(value).decode("utf-8"),
                withdrawn=int(withdrawn),
                reason=note.reason,
                written_at=note.written_at,
                written_by=note.written_by,
                salt=secrets.token_hex(16),
            )
        )
        return note

    def _tell(
        self, connection: Connection, action: Action, person_id: str, notes: Iterable[Note[Some]], **detail: str
    ) -> None:
        notes = list(notes)
        sealed: list[Key] = [("training", note.id, note.number) for note in notes]
        kinds = sorted({KINDS[type(note.value)] for note in notes})
        self._audit.note_in(
            connection, action, person_id, seals=sealed, kind=",".join(kinds), count=len(notes), **detail
        )


def _of_person(connection: Connection, person_id: str, kind: type[Some]) -> list[Note[Some]]:
    ids = [person_id]
    for known in ids:  # grows: a duplicate may have duplicates of its own
        ids += connection.execute(select(PERSON.c.id).where(PERSON.c.merged_into == known)).scalars()
    return _last_versions(connection, ids, kind)


def _last_versions(connection: Connection, people: Sequence[str] | None, kind: type[Some]) -> list[Note[Some]]:
    """By when each was first written: a correction does not make a row younger."""
    latest = select(TRAINING.c.id, func.max(TRAINING.c.number).label("number")).group_by(TRAINING.c.id).subquery()
    first = select(TRAINING.c.id, TRAINING.c.written_at).where(TRAINING.c.number == 1).subquery()
    query = (
        select(TRAINING)
        .join(latest, (latest.c.id == TRAINING.c.id) & (latest.c.number == TRAINING.c.number))
        .join(first, first.c.id == TRAINING.c.id)
        .where(TRAINING.c.kind == KINDS[kind], TRAINING.c.withdrawn == 0)
        .order_by(first.c.written_at, TRAINING.c.id)
    )
    if people is not None:
        query = query.where(TRAINING.c.person_id.in_(people))
    return [_note(row, kind) for row in connection.execute(query).mappings()]


def _note(row: RowMapping, kind: type[Some]) -> Note[Some]:
    return Note(
        id=row["id"],
        number=row["number"],
        person_id=row["person_id"],
        value=msgspec.json.decode(row["body"], type=kind),
        withdrawn=bool(row["withdrawn"]),
        reason=row["reason"],
        written_at=row["written_at"],
        written_by=row["written_by"],
    )
