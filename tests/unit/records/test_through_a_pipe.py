"""What the record gives, and why it refuses, is the same on the other side of a pipe between two processes."""

import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from tests.unit.records.builders import assessment_of, events_of, run_of, session_of
from teststation.cause import Cause
from teststation.errors import AfterTheTest, BadInput, RecordError, StationError
from teststation.records.access.actions import Action, Actor, AuditRow
from teststation.records.access.user import LoginRefused, Role
from teststation.records.database import Record
from teststation.records.people.erased import Erased, Gone, Reason
from teststation.records.people.person import ChangedMeanwhile, Person
from teststation.records.several_stations.handed_over import HandedOver
from teststation.records.storage.failures import ServerAway, Unreadable
from teststation.records.storage.head_file import Head
from teststation.records.tests.earlier_result import EarlierResult
from teststation.records.tests.signature import Waiting
from teststation.records.training.note import Note
from teststation.records.upkeep.findings import Interrupted, LastBackup, Restored, Verification
from teststation.subject import Sex
from teststation.training.diary import Entry, Source

ROOT = Path(__file__).parents[3]
CAUSE = Cause("record_in_use", {"name": "klinikk.record", "seconds": 3})
PERSON = Person(id="p", family_name="Ødegård", given_name="Åse", born="1980-01-02", sex=Sex.FEMALE)

ASKS = """
import pickle, sys
pickle.load(sys.stdin.buffer)
print(*{"sqlalchemy", "alembic", "sqlcipher3", "psycopg"} & set(sys.modules))
"""


def through(value: object) -> object:
    return pickle.loads(pickle.dumps(value))


def told(error: StationError) -> dict[str, object]:
    """Everything that somebody may ask of an error."""
    return {"kind": type(error), "words": str(error), "status": error.exit_status, **vars(error)}


@pytest.mark.parametrize(
    "error",
    [
        StationError("a sentence", CAUSE),
        BadInput(CAUSE, Cause("person_no_name")),
        RecordError(CAUSE),
        AfterTheTest(CAUSE),
        ServerAway(CAUSE),
        Unreadable(CAUSE),
        Interrupted(CAUSE),
        LoginRefused("wait", Cause("login_wait", {"seconds": 30}), 30),
        ChangedMeanwhile(PERSON, msgspec.structs.replace(PERSON, note="kneet")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_says_the_same_behind_a_pipe(error: StationError) -> None:
    again = through(error)
    assert isinstance(again, StationError)
    assert told(again) == told(error)


@pytest.mark.parametrize(
    "value",
    [
        AuditRow(1, "2026-11-24T07:30:00.000+00:00", None, "window", Action.TEST_SEEN, "p", "t", {"fields": ["note"]}),
        Actor("kari", "u"),
        Gone(1, 2, 1, (Path("run-1.journal"),)),
        Erased(1, 2),
        Reason.REQUEST,
        HandedOver(1, 2, (CAUSE, "a sentence")),
        EarlierResult("p", "2020-05-06", 31.5, "sykkel"),
        Waiting("t", "p", "2026-01-02T10:00:00+01:00", "2026-01-02T10:00:00.000+00:00", "Kari"),
        Note("n", 1, "p", Entry(day="2026-11-24", kind="walk", source=Source.HAND), False, "", "", "kari"),
        LastBackup(None, late=True),
        Restored(Verification("a.backup", causes=(CAUSE,), head=Head(3, "ab" * 32)), Path("a.record.replaced")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_the_same_behind_a_pipe(value: object) -> None:
    assert through(value) == value


def test_whatever_an_open_record_gives_of_somebody_is_the_same_behind_a_pipe(record: Record) -> None:
    user, _ = record.users.add("kari", "Kari Berg", Role.ADMINISTRATOR, "gå tur i skogen")
    person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
    test = record.tests.save(person.id, run_of(), assessment_of(), events_of(3))
    session = record.sessions.save(person.id, run_of("run-2"), session_of(), events_of(2))
    merged = record.merging.merge(person.id, record.people.add(family_name="Odegard", sex=Sex.FEMALE).id)
    given: Sequence[object] = (
        user, person, test, session, merged, record.signing.sign(test.id, user), record.tests.get(test.id),
        record.tests.summaries(), record.sessions.lines(), record.tests.versions(test.id), record.tests.events(test.id),
        record.tests.trend_facts(person.id), record.diary(person.id), record.audit.newest(),
    )  # fmt: skip
    assert all(given)
    assert through(given) == given
    read = subprocess.run(
        [sys.executable, "-c", ASKS], input=pickle.dumps(given), cwd=ROOT, capture_output=True, check=True
    )
    assert read.stdout.decode().split() == []  # who takes it out of the pipe reads no database from the disk
