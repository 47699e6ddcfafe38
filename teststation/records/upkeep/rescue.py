"""A test whose record is gone when it has been walked: kept in a record of its own, beside or where there is room."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import AfterTheTest, StationError
from teststation.physiology.result import Assessment
from teststation.records.database import Record, open_beside, open_record
from teststation.records.people.people import add_in
from teststation.records.people.person import Person
from teststation.run.record import RunRecord
from teststation.training.session.result import SessionResult


def rescue(
    record: Record, person: Person, run: RunRecord, found: Assessment | SessionResult, events: Sequence[bytes]
) -> Path:
    """Keep one test and its person in a new record file under the record's own passphrase.

    Raises:
        AfterTheTest: nowhere is there a place for it.
    """
    return _rescued(record.path, lambda path: open_beside(record, path), person, run, found, events)


def rescue_alone(
    gone: Path,
    passphrase: str,
    person: Person,
    run: RunRecord,
    found: Assessment | SessionResult,
    events: Sequence[bytes],
) -> Path:
    """The same where the record is not open any more: ``gone`` is where it was. Raises as ``rescue``."""
    return _rescued(gone, lambda path: open_record(path, passphrase), person, run, found, events)


def _rescued(
    gone: Path,
    made: Callable[[Path], Record],
    person: Person,
    run: RunRecord,
    found: Assessment | SessionResult,
    events: Sequence[bytes],
) -> Path:
    for folder in _places(gone):
        path = folder / f"{gone.stem}-rescued-{run.id[:8]}.record"
        if path.exists():
            continue
        with suppress(StationError, OSError), made(path) as rescued:
            with rescued.database.writing() as connection:
                add_in(connection, rescued.audit, person)
            rescued.save(person.id, run, found, events)
            return path
    lost = "rescue_nowhere" if run.plan.session is None else "session_rescue_nowhere"
    raise AfterTheTest(Cause(lost, {"name": str(gone)}))


def _places(record: Path) -> Iterator[Path]:
    """The nearest folder above that is still there, this user's own, and the system's for what may go."""
    yield from [folder for folder in record.parents if folder.is_dir()][:1]
    yield Path.home()
    yield Path(tempfile.gettempdir())
