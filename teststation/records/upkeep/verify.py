"""Whether a record, or a backup, still holds what was put into it, to the last byte. Nothing is changed."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from sqlalchemy import Connection, func, select

from teststation.cause import Cause, Problem
from teststation.errors import RecordError
from teststation.files.reading import is_file
from teststation.records.access.head_keeping import HeadKeeper, head_in_name, head_problems
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.head_file import Head
from teststation.records.storage.schema import HEAD, refuse_newer, upgrade, version
from teststation.records.storage.shape import shape_problems
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT_HEAD, EVENT, PERSON, TEST
from teststation.records.tests.journal import read_journal
from teststation.records.upkeep.copying import ROWS_A_STEP, copy_pages
from teststation.records.upkeep.findings import GoOn, Interrupted, Verification, always
from teststation.records.upkeep.sealed import sealed_since
from teststation.records.upkeep.verification import problems as trust_problems
from teststation.texts import english


def verify(database: Database, go_on: GoOn = always) -> Verification:
    """Check every page of a file, its tables and that there are no others, each row's seal, raw events and the log.

    Tables of an earlier version are brought to this version's form in a copy, and that is checked.

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
    trusted = _Trusted()
    if not pages:
        if found == HEAD:
            trusted = _trusted(database, database.name)
        elif isinstance(database, CipherFile):
            trusted = _trusted_copy(database, found, go_on)
    once = {english(cause): cause for cause in [*pages, *contents, *trusted.causes]}
    return Verification(
        database.name,
        people=counts["people"],
        tests=counts["tests"],
        events=counts["events"],
        causes=tuple(once.values()),
        damaged=bool(pages),
        planted=trusted.planted,
        head=trusted.head,
        sealed_since=trusted.sealed_since,
        older=None if found == HEAD else found,
    )


@dataclass(frozen=True, slots=True)
class _Trusted:
    """What the checks of trust found."""

    causes: tuple[Problem, ...] = ()
    planted: bool = False
    head: Head | None = None
    sealed_since: str | None = None


def _trusted(database: Database, name: str) -> _Trusted:
    with database.reading() as connection:
        shape = list(shape_problems(connection, name))
    if any(cause.code != "verify_planted" for cause in shape):
        return _Trusted(tuple(shape), planted=True)  # what is not there cannot be read
    causes = _told(lambda: trust_problems(database, name))
    with database.reading() as connection:
        since = sealed_since(connection)
        found = connection.execute(select(AUDIT_HEAD)).mappings().all()
    head = Head(found[0]["seq"], found[0]["sha256"]) if len(found) == 1 else None
    return _Trusted((*shape, *causes), bool(shape), head, since)


def _trusted_copy(database: CipherFile, found: str, go_on: GoOn) -> _Trusted:
    """The same of a file with an earlier version's tables, which is left as it is."""
    with TemporaryDirectory(prefix="teststation-verify-") as folder:
        copy = database.beside(Path(folder) / "copy")
        try:
            copy_pages(database, copy, go_on)
            upgrade(copy)
            trusted = _trusted(copy, database.name)
            # The seals of the copy are of this moment; the file itself has none.
            return replace(trusted, head=None, sealed_since=None)
        except RecordError as error:
            if not any(isinstance(cause, Cause) and cause.code == "verify_shape_revision" for cause in error.causes):
                raise
            return _Trusted((Cause("verify_shape_revision", {"name": database.name, "found": found}),), planted=True)
        finally:
            copy.close()


def verify_file(
    path: Path, passphrase: str, busy_timeout_s: float = 5.0, *, is_the_record: bool = False
) -> Verification:
    """Check a record or a backup without changing it, and its log with the head beside it or in its name.

    Args:
        is_the_record: Whether this is the record that a station works on: then a head beside it must not be missing.
    Raises:
        RecordError: it cannot be opened.
    """
    if not is_file(path):
        raise RecordError(Cause("verify_no_file", {"path": str(path)}))
    file = CipherFile(path, passphrase, busy_timeout_s)
    try:
        found = verify(file)
        return with_head_beside(found, file, HeadKeeper(file, file), must=is_the_record)
    finally:
        file.close()


def with_head_beside(found: Verification, log: Database, keeper: HeadKeeper, *, must: bool) -> Verification:
    """The same, the log's end compared with the file beside the record, and with the head in a backup's name."""
    if found.head is None or found.damaged:
        return found
    named = head_in_name(Path(found.name))
    if named is not None:
        found = compared(found, log, named, Path(found.name).name)
    told = keeper.told()
    if told is not None:
        return compared(found, log, told, keeper.path.name)
    if keeper.path.exists():
        return replace(found, causes=(*found.causes, Cause("verify_head_forged", {"name": str(keeper.path)})))
    if must:
        return replace(found, causes=(*found.causes, Cause("verify_head_missing", {"name": str(keeper.path)})))
    return found


def compared(found: Verification, log: Database, head: Head, where: str) -> Verification:
    """The same, the log compared with a head that is told of somewhere else."""
    with log.reading() as connection:
        causes = list(head_problems(connection, found.name, head, where))
    return replace(found, causes=(*found.causes, *causes), compared=(*found.compared, f"{where} ({head.shown})"))


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
            pages = [found[0] if (found := re.search(r"page \d+", said)) else said for said in damaged]
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
        return contents_problems(connection, database.name, counts, go_on)


def contents_problems(
    connection: Connection, name: str, counts: dict[str, int] | None = None, go_on: GoOn = always
) -> list[Cause]:
    """Tests whose raw events are not those they were kept with, and events whose columns are not what they say.

    Args:
        counts: Gets the number of people, tests and events. Raises Interrupted where ``go_on`` says no.
    """
    counts = {} if counts is None else counts
    counts.update(people=connection.execute(select(func.count()).select_from(PERSON)).scalar_one(), events=0)
    said = {
        row.id: (row.events_count, row.events_sha256)
        for row in connection.execute(select(TEST.c.id, TEST.c.events_count, TEST.c.events_sha256))
    }
    counts["tests"] = len(said)
    empty = (0, hashlib.sha256().hexdigest())
    found: dict[str, tuple[int, str]] = dict.fromkeys(said, empty)
    astray: list[Cause] = []
    for one in _events(connection, go_on):
        counts["events"] += one.count
        found[one.test_id] = (one.count, one.sha256)
        if one.wrong_row is not None:
            values = {"name": name, "test": one.test_id, "row": one.wrong_row}
            astray.append(Cause("verify_event_row", values))
    return astray + [
        Cause("verify_events", {"name": name, "test": test_id})
        for test_id in sorted(said)
        if found[test_id] != said[test_id]
    ]


class _EventHead(msgspec.Struct):
    event: str
    t_s: float


_event_head = msgspec.json.Decoder(_EventHead)


@dataclass(slots=True)
class _OfTest:
    """The events of one test as they lie in the record, and the first whose columns are not what its body says."""

    test_id: str
    count: int
    sha256: str
    wrong_row: int | None


def _fits(place: int, seq: int, t_s: float, kind: str, body: str) -> bool:
    try:
        head = _event_head.decode(body)
    except msgspec.DecodeError:
        return False
    return (seq, t_s, kind) == (place, head.t_s, head.event)


def _events(connection: Connection, go_on: GoOn) -> Iterator[_OfTest]:
    """Each test with events: how many, and their hash as ``kept_tests.events_sha256`` makes it."""
    columns = (EVENT.c.test_id, EVENT.c.seq, EVENT.c.t_s, EVENT.c.kind, EVENT.c.body)
    query = select(*columns).order_by(EVENT.c.test_id, EVENT.c.seq)
    now, digest = _OfTest("", 0, "", None), hashlib.sha256()
    with connection.execute(query.execution_options(yield_per=ROWS_A_STEP)) as rows:
        for test_id, seq, t_s, kind, body in rows:
            if not go_on():
                raise Interrupted(Cause("check_given_up"))
            if test_id != now.test_id:
                if now.count:
                    now.sha256 = digest.hexdigest()
                    yield now
                now, digest = _OfTest(test_id, 0, "", None), hashlib.sha256()
            if now.wrong_row is None and not _fits(now.count, seq, t_s, kind, body):
                now.wrong_row = seq
            now.count += 1
            digest.update(body.encode("utf-8") + b"\n")
    if now.count:
        now.sha256 = digest.hexdigest()
        yield now
