"""Whether a record, or a backup, still holds what was put into it, to the last byte. Nothing is changed."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from teststation.cause import Cause, Problem
from teststation.errors import RecordError
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.schema import HEAD, refuse_newer, version
from teststation.records.storage.store import Database
from teststation.records.storage.tables import EVENT, PERSON, TEST
from teststation.records.tests.journal import read_journal
from teststation.records.upkeep.copying import ROWS_A_STEP, GoOn, Interrupted, always
from teststation.records.upkeep.verification import problems as trust_problems
from teststation.texts import english


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and every problem; none where all is well."""

    name: str
    people: int = 0
    tests: int = 0
    events: int = 0
    causes: tuple[Problem, ...] = ()
    damaged: bool = False  # pages of the file, not only what is written on them

    @property
    def problems(self) -> tuple[str, ...]:
        """The problems in the command line's English."""
        return tuple(english(cause) for cause in self.causes)

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.causes


def verify(database: Database, go_on: GoOn = always) -> Verification:
    """Check every page of a file, the order of its tables, each test's raw events, the audit log and the signatures.

    Raises:
        RecordError: it cannot be opened at all, or is of a newer version.
        Interrupted: ``go_on`` said no.
    """
    with database.reading() as connection:
        found = version(connection)
    if found is None:
        raise RecordError(Cause("verify_no_record", {"name": database.name}))
    refuse_newer(database, found)
    pages = _told(lambda: _pages(database)) if isinstance(database, CipherFile) else []
    counts = {"people": 0, "tests": 0, "events": 0}
    contents = _told(lambda: _contents(database, counts, go_on))
    if found == HEAD and not pages:
        contents += _told(lambda: trust_problems(database))
    once = {english(cause): cause for cause in pages + contents}
    return Verification(database.name, **counts, causes=tuple(once.values()), damaged=bool(pages))


def verify_file(path: Path, passphrase: str, busy_timeout_s: float = 5.0) -> Verification:
    """Check a record or a backup without changing it. Raises RecordError where it cannot be opened."""
    if not path.is_file():
        raise RecordError(Cause("verify_no_file", {"path": str(path)}))
    file = CipherFile(path, passphrase, busy_timeout_s)
    try:
        return verify(file)
    finally:
        file.close()


def verify_journals(paths: list[Path], key: bytes) -> tuple[str, ...]:
    """A sentence for each journal of which not every line can be read."""
    read = (read_journal(path, key) for path in paths)
    return tuple(content.damage for content in read if content.damage is not None)


def _told(look: Callable[[], list[Cause]]) -> list[Problem]:
    """What a look finds; a failure in the middle of it is a finding too."""
    try:
        return [*look()]
    except Interrupted:
        raise
    except RecordError as error:
        return list(error.causes)


def _pages(file: CipherFile) -> list[Cause]:
    with file.bare() as raw:
        damaged = [row[0] for row in raw.execute("PRAGMA cipher_integrity_check")]
        if damaged:
            pages = [said.removeprefix("HMAC verification failed for ") for said in damaged]
            return [Cause("verify_page", {"name": file.name, "page": page}) for page in pages]
        found = [row[0] for row in raw.execute("PRAGMA integrity_check")]
        astray = raw.execute("PRAGMA foreign_key_check").fetchall()
    problems = [] if found == ["ok"] else [Cause("verify_tables", {"name": file.name, "why": said}) for said in found]
    return problems + [
        Cause("verify_astray", {"name": file.name, "row": str(row[1]), "table": row[0], "other": row[2]})
        for row in astray
    ]


def _contents(database: Database, counts: dict[str, int], go_on: GoOn) -> list[Cause]:
    with database.reading() as connection:
        counts["people"] = connection.execute(select(func.count()).select_from(PERSON)).scalar_one()
        said = {
            row.id: (row.events_count, row.events_sha256)
            for row in connection.execute(select(TEST.c.id, TEST.c.events_count, TEST.c.events_sha256))
        }
        counts["tests"] = len(said)
        empty = (0, hashlib.sha256().hexdigest())
        found: dict[str, tuple[int, str]] = dict.fromkeys(said, empty)
        for test_id, count, digest in _events(connection, go_on):
            counts["events"] += count
            found[test_id] = (count, digest)
    return [
        Cause("verify_events", {"name": database.name, "test": test_id})
        for test_id in sorted(said)
        if found[test_id] != said[test_id]
    ]


def _events(connection: Connection, go_on: GoOn) -> Iterator[tuple[str, int, str]]:
    """Each test with events: its id, how many, and their hash as ``kept_tests.events_sha256`` makes it."""
    query = select(EVENT.c.test_id, EVENT.c.body).order_by(EVENT.c.test_id, EVENT.c.seq)
    now, count, digest = "", 0, hashlib.sha256()
    with connection.execute(query.execution_options(yield_per=ROWS_A_STEP)) as rows:
        for test_id, body in rows:
            if not go_on():
                raise Interrupted(Cause("check_given_up"))
            if test_id != now and count:
                yield now, count, digest.hexdigest()
                count, digest = 0, hashlib.sha256()
            now = test_id
            count += 1
            digest.update(body.encode("utf-8") + b"\n")
    if count:
        yield now, count, digest.hexdigest()
