"""A person is erased where the law asks for it. What stays is that it was done, when, by whom and why; no name.

Backups made before still hold the person until the rotation gives them up: who erases has to know that.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Table, delete, select

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.seals import keys_of_person
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.people.erased import Erased, Reason
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import METADATA, PERSON, RUN_NOW, TEST


def erase(
    database: Database,
    audit: AuditLog,
    person_id: str,
    reason: Reason,
    refuse: Callable[[Connection, Sequence[str]], None] = lambda connection, people: None,
) -> Erased:
    """Erase a person with everything that is theirs, in one transaction, and leave the trace in the audit log.

    In a file, the space they took is written over too. Journals are no part of it: see ``upkeep.erasing``.

    Args:
        refuse: Called with the ids of the person and their duplicates in the transaction, while nobody else may write;
            raises to refuse.
    Raises:
        RecordError: there is no such person, or the server is away.
    """
    with database.writing() as connection:
        needs_the_server(database)
        still_may(connection, audit, Permission.ERASE)
        ids = connection.execute(select(PERSON.c.id).where(PERSON.c.id == person_id)).scalars().all()
        if not ids:
            raise RecordError(Cause("person_not_erased", {"name": database.name, "person": person_id}))
        people = [person_id]
        for known in people:  # grows: a duplicate may have duplicates of its own
            people += connection.execute(select(PERSON.c.id).where(PERSON.c.merged_into == known)).scalars()
        refuse(connection, people)
        tests = list(connection.execute(select(TEST.c.id).where(TEST.c.person_id.in_(people))).scalars())
        unsealed = {key: None for one in people for key in keys_of_person(connection, one)}
        connection.execute(delete(RUN_NOW).where(RUN_NOW.c.person_id.in_(people)))  # too old to be believed
        for one in people:
            _erase_rows(connection, PERSON, one)
        for one in people:
            first = one == person_id
            audit.note_in(
                connection,
                Action.PERSON_ERASED,
                one,
                unsealed=unsealed if first else (),
                reason=reason.value,
                tests=len(tests) if first else 0,
            )
    if isinstance(database, CipherFile):
        with database.bare() as raw:
            raw.execute("VACUUM")  # deleted rows leave their bytes in free pages
    return Erased(len(people), len(tests))


def _erase_rows(connection: Connection, table: Table, identifier: str) -> None:
    """Delete the row with this id, and before it every row of any table that belongs to it."""
    for other in METADATA.sorted_tables:
        for column in other.columns:
            if any(key.column is table.c.id for key in column.foreign_keys):
                if "id" in other.c and other.c.id.primary_key:
                    for owner in connection.execute(select(other.c.id).where(column == identifier)).scalars().all():
                        _erase_rows(connection, other, owner)
                else:
                    connection.execute(delete(other).where(column == identifier))
    connection.execute(delete(table).where(table.c.id == identifier))
