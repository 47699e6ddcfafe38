"""Two rows for one person become one: the duplicate's tests move, a trace stays, and it can be undone."""

import uuid
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, insert, or_, select, update

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.people.merge import Merge
from teststation.records.people.people import Version, person_in, replace_in
from teststation.records.people.person import Person
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import PERSON, PERSON_MERGE, PERSON_MERGE_TEST, PERSON_VERSION, TEST

_TAKEN_OVER = ("number", "born", "height_cm", "note", "language")  # where the kept person has none


class Merging:
    """Merges people of a record, and undoes it."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

    def merge(self, kept_id: str, duplicate_id: str) -> Merge:
        """Move the duplicate's tests to the kept person and take the duplicate out of every list.

        The kept person takes over number, birth date, height and note where they have none.

        Raises:
            BadInput: one and the same, or one of them is merged already.
            RecordError: somebody is not there.
        """
        if kept_id == duplicate_id:
            raise BadInput(Cause("merge_same"))
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.MERGE)
            kept = person_in(connection, self._database, kept_id)
            duplicate = person_in(connection, self._database, duplicate_id)
            if kept.merged_into is not None or duplicate.merged_into is not None:
                raise BadInput(Cause("merge_merged_already"))
            if kept.demo is not duplicate.demo:
                raise BadInput(Cause("merge_demo"))
            merge = Merge(
                id=str(uuid.uuid4()),
                kept_id=kept_id,
                duplicate_id=duplicate_id,
                merged_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                tests=tuple(connection.execute(select(TEST.c.id).where(TEST.c.person_id == duplicate_id)).scalars()),
            )
            connection.execute(
                insert(PERSON_MERGE).values(
                    id=merge.id,
                    kept_id=kept_id,
                    duplicate_id=duplicate_id,
                    kept_revision=kept.revision,
                    duplicate_revision=duplicate.revision,
                    merged_at=merge.merged_at,
                )
            )
            if merge.tests:
                rows = [{"merge_id": merge.id, "test_id": test_id} for test_id in merge.tests]
                connection.execute(insert(PERSON_MERGE_TEST), rows)
            taken = {name: getattr(duplicate, name) for name in _TAKEN_OVER if not getattr(kept, name)}
            # A number is one person's: the duplicate lets go of it before the other takes it.
            number = None if taken.get("number") else duplicate.number
            gone = msgspec.structs.replace(duplicate, merged_into=kept_id, number=number)
            self._replace(connection, Action.PERSON_MERGED, duplicate, gone, merge.id)
            # The revision alone tells who has the person open that something has changed.
            self._replace(connection, Action.PERSON_MERGED, kept, msgspec.structs.replace(kept, **taken), merge.id)
            self._move(connection, merge.tests, duplicate_id, kept_id)
            return merge

    def undo(self, merge_id: str) -> None:
        """Bring the duplicate and their tests back. Tests run since stay with the kept person.

        Raises:
            BadInput: it is undone already.
        """
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.MERGE)
            row = connection.execute(select(PERSON_MERGE).where(PERSON_MERGE.c.id == merge_id)).mappings().one_or_none()
            if row is None or row["undone_at"] is not None:
                raise BadInput(Cause("merge_not_there"))
            kept = person_in(connection, self._database, row["kept_id"])
            duplicate = person_in(connection, self._database, row["duplicate_id"])
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            connection.execute(update(PERSON_MERGE).where(PERSON_MERGE.c.id == merge_id).values(undone_at=now))
            before = self._before(connection, row["kept_id"], row["kept_revision"], kept)
            former = self._before(connection, row["duplicate_id"], row["duplicate_revision"], duplicate)
            # What was taken over goes back, unless somebody has changed it since.
            back = {
                name: getattr(before, name)
                for name in _TAKEN_OVER
                if not getattr(before, name) and getattr(kept, name) == getattr(former, name)
            }
            self._replace(
                connection, Action.PERSON_UNMERGED, duplicate, msgspec.structs.replace(duplicate, merged_into=None),
                merge_id,
            )  # fmt: skip
            self._replace(connection, Action.PERSON_UNMERGED, kept, msgspec.structs.replace(kept, **back), merge_id)
            taken = connection.execute(select(PERSON.c.id).where(PERSON.c.number == former.number)).first()
            if former.number is not None and taken is None:
                again = person_in(connection, self._database, duplicate.id)
                wanted = msgspec.structs.replace(again, number=former.number)
                self._replace(connection, Action.PERSON_UNMERGED, again, wanted, merge_id)
            tests = _tests_of(connection, merge_id)
            still = select(TEST.c.id).where(TEST.c.id.in_(tests), TEST.c.person_id == kept.id)
            self._move(connection, tuple(connection.execute(still).scalars()), kept.id, duplicate.id)

    def of_person(self, person_id: str) -> list[Merge]:
        """The merges that stand and made this person what they are, the newest first."""
        query = select(PERSON_MERGE).where(
            or_(PERSON_MERGE.c.kept_id == person_id, PERSON_MERGE.c.duplicate_id == person_id),
            PERSON_MERGE.c.undone_at.is_(None),
        )
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(PERSON_MERGE.c.merged_at.desc())).mappings().all()
            return [
                Merge(
                    id=row["id"],
                    kept_id=row["kept_id"],
                    duplicate_id=row["duplicate_id"],
                    merged_at=row["merged_at"],
                    tests=_tests_of(connection, row["id"]),
                )
                for row in rows
            ]

    def _replace(self, connection: Connection, action: Action, kept: Person, wanted: Person, merge_id: str) -> None:
        sealed = [("person_merge", merge_id)]
        replace_in(connection, self._audit, action, kept, wanted, always=True, seals=sealed, merge=merge_id)

    def _before(self, connection: Connection, person_id: str, revision: int, now: Person) -> Person:
        body = connection.execute(
            select(PERSON_VERSION.c.body).where(
                PERSON_VERSION.c.person_id == person_id, PERSON_VERSION.c.revision == revision
            )
        ).scalar()
        if body is None:
            raise RecordError(Cause("merge_before_gone", {"name": self._database.name, "person": now.id}))
        return msgspec.json.decode(body, type=Version).person

    def _move(self, connection: Connection, tests: tuple[str, ...], from_id: str, to_id: str) -> None:
        for test_id in tests:
            connection.execute(update(TEST).where(TEST.c.id == test_id).values(person_id=to_id))
            sealed = [("test", test_id)]
            self._audit.note_in(connection, Action.TEST_MOVED, to_id, test_id, seals=sealed, former=from_id)


def _tests_of(connection: Connection, merge_id: str) -> tuple[str, ...]:
    query = select(PERSON_MERGE_TEST.c.test_id).where(PERSON_MERGE_TEST.c.merge_id == merge_id)
    return tuple(connection.execute(query.order_by(PERSON_MERGE_TEST.c.test_id)).scalars())
