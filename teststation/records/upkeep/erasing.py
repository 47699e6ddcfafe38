"""A person is erased with the journals of their runs, and not while they are on the belt."""

from collections.abc import Sequence

from sqlalchemy import Connection

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.moments import clock_words
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.database import Record
from teststation.records.people.erased import Erased, Gone, Reason
from teststation.records.people.erasure import erase
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.tests.journal import is_being_written


def erase_person(record: Record, person_id: str, reason: Reason) -> Gone:
    """Erase a person, their tests and what their interrupted runs left on this station.

    Raises:
        RecordError: there is no such person, a test of theirs is being prepared or walked on this station or another
            of its server, or the server is away.
    """
    record.journal_key()  # read before the transaction, which nothing else may interrupt

    def refuse(connection: Connection, people: Sequence[str]) -> None:
        told = {"name": record.database.name, "person": person_id}
        for path in record.journals():
            # Whose run it is stands in its first line: until that is written nobody can tell.
            if is_being_written(path) and record.person_of_journal(path) in (*people, None):
                raise RecordError(Cause("erase_in_test", told))
        if isinstance(record.database, ServedDatabase):
            until = record.database.runs_elsewhere_until(connection, people)
            if until is not None:
                raise RecordError(Cause("erase_in_test_elsewhere", told | {"until": clock_words(until)}))

    people = {person_id, *record.people.duplicates_of(person_id)}
    tests = {line.id for one in people for line in record.tests.summaries(one)}
    try:
        erased = erase(record.database, record.audit, person_id, reason, refuse)
    except RecordError as error:
        # Of somebody who was erased before, a run that was under way at another station may have come to nothing here.
        missing = any(isinstance(cause, Cause) and cause.code == "person_not_erased" for cause in error.causes)
        if not missing or not any(
            record.person_of_journal(path) == person_id for path in record.journals(damaged=True)
        ):
            raise
        record.users.still_may(Permission.ERASE)
        with record.database.reading() as connection:
            refuse(connection, [person_id])
        erased = Erased(0, 0)
        record.audit.note(Action.PERSON_ERASED, person_id, reason=reason.value, tests=0)
    journals, unreadable = 0, []
    for path in record.journals(damaged=True):
        owner = record.person_of_journal(path)
        if owner in people or path.stem in tests:
            path.unlink(missing_ok=True)
            journals += 1
        elif owner is None:
            unreadable.append(path)
    if isinstance(record.database, ServedDatabase):
        record.hand_over()  # this station's own copy of the server's people follows
        with record.file.bare() as raw:
            raw.execute("VACUUM")
    return Gone(erased.people, erased.tests, journals, tuple(unreadable))
