"""Results of earlier tests that somebody else measured: kept apart from what this station has measured itself.

They have no raw data, no stages and no interval of ours. They are shown as what they are and enter no calculation.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.engine import RowMapping

from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.people.people import add_in
from teststation.records.people.person import Person
from teststation.records.storage.rows import fields_of
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import IMPORTED_RESULT, PERSON
from teststation.records.tests.earlier_result import EarlierResult, ImportedResult


class ImportedResults:
    """The imported results of a record."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

    def keep(self, results: Sequence[EarlierResult], source_sha256: str, people: Sequence[Person] = ()) -> int:
        """Keep all of these, or none, and return how many are new: one that is there already is not kept twice.

        Args:
            people: New ones whom results name; they are added in the same transaction.
        Raises:
            BadInput: a new person's number is another's by now. RecordError: the server is away.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.IMPORT)
            for person in people:
                add_in(connection, self._audit, person)
            known = {_key(row) for row in connection.execute(select(IMPORTED_RESULT)).mappings().all()}
            fresh: dict[tuple[object, ...], EarlierResult] = {}
            for result in results:
                if _key(_fields(result)) not in known:
                    fresh.setdefault(_key(_fields(result)), result)
            rows = [
                {
                    **_fields(result),
                    "id": str(uuid.uuid4()),
                    "source_sha256": source_sha256,
                    "imported_at": now,
                    "imported_by": self._audit.acting.name,
                }
                for result in fresh.values()
            ]
            if rows:
                connection.execute(insert(IMPORTED_RESULT), rows)
            for person_id in sorted({result.person_id for result in fresh.values()}):
                count = sum(result.person_id == person_id for result in fresh.values())
                self._audit.note_in(
                    connection,
                    Action.RESULTS_IMPORTED,
                    person_id,
                    seals=[("imported_result", str(row["id"])) for row in rows if row["person_id"] == person_id],
                    count=count,
                    source_sha256=source_sha256,
                )
        return len(rows)

    def known(self, results: Sequence[EarlierResult]) -> list[bool]:
        """For each, whether it is there already."""
        with self._database.reading() as connection:
            there = {_key(row) for row in connection.execute(select(IMPORTED_RESULT)).mappings()}
        return [_key(_fields(result)) in there for result in results]

    def last_before(self, person_id: str, day: str) -> ImportedResult | None:
        """A person's latest result up to this ISO day; None where there is none."""
        return next((one for one in reversed(self.of_person(person_id)) if one.tested_on <= day), None)

    def all(self) -> list[ImportedResult]:
        """Everything imported, oldest first."""
        return self._list(None)

    def of_person(self, person_id: str) -> list[ImportedResult]:
        """A person's, and those of the duplicates merged into them, oldest first."""
        return self._list(person_id)

    def _list(self, person_id: str | None) -> list[ImportedResult]:
        query = select(IMPORTED_RESULT).order_by(IMPORTED_RESULT.c.tested_on, IMPORTED_RESULT.c.id)
        with self._database.reading() as connection:
            if person_id is not None:
                ids = [person_id]
                for known in ids:  # grows: a duplicate may have duplicates of its own
                    ids += connection.execute(select(PERSON.c.id).where(PERSON.c.merged_into == known)).scalars()
                query = query.where(IMPORTED_RESULT.c.person_id.in_(ids))
            return [ImportedResult(**fields_of(row)) for row in connection.execute(query).mappings()]


def _fields(result: EarlierResult) -> dict[str, object]:
    return {name: getattr(result, name) for name in EarlierResult.__struct_fields__}


def _key(fields: Mapping[str, object] | RowMapping) -> tuple[object, ...]:
    """What makes two rows the same result."""
    return tuple(fields[name] for name in ("person_id", "tested_on", "vo2max_ml_kg_min", "method"))
