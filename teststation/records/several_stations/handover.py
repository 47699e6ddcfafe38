"""What goes from a station's spool to its server, exactly once, and what comes back.

``ORIGIN`` notes which rows of the spool the server has, and in which version. Everything else in the spool was kept
while the server was away and is due. The server commits first and the note is made after: a hand-over that is cut off
between the two is done again, and finds by run id and hash of the events that the server has the test already.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Column, Connection, MetaData, String, Table, delete, insert, or_, select, update
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause, Problem
from teststation.records.access.actions import Action
from teststation.records.access.audit import NOT_TAKEN, append, note_by_the_program
from teststation.records.access.seals import SEALS, Key, seals_of
from teststation.records.people.people import Version, person_of
from teststation.records.people.person import Person
from teststation.records.several_stations.handed_over import HandedOver
from teststation.records.storage.rows import fields_of
from teststation.records.storage.store import Database
from teststation.records.storage.tables import (
    AUDIT,
    EVENT,
    METADATA,
    PERSON,
    PERSON_MERGE_TEST,
    PERSON_VERSION,
    RESULT,
    SESSION_RESULT,
    SETTING,
    SIGNATURE,
    STAGE,
    STATION_USER,
    TEST,
    TRAINING,
)

AT_HAND_DAYS = 200  # a test every third month, missed once: who may come today

SPOOL_METADATA = MetaData()
ORIGIN = Table(
    "origin",
    SPOOL_METADATA,
    Column("kind", String(16), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("version", String(64), nullable=False),
)
_SERVER_SEEN = "server"
# Everything that belongs to a test, in tables of later versions too; merges are made on the server alone.
_OF_A_TEST = tuple(
    table for table in METADATA.sorted_tables if "test_id" in table.c and table not in (PERSON_MERGE_TEST, AUDIT)
)
STATION = "station_id"  # in the spool: this station's own name, for its marks and the count of its audit rows


def prepare_spool(spool: Database) -> None:
    """Make the table of origins where it is missing."""
    with spool.writing() as local:
        SPOOL_METADATA.create_all(local)


def station_in(local: Connection) -> str:
    """This station's own name on the server, made at the first call."""
    station = local.execute(select(SETTING.c.value).where(SETTING.c.name == STATION)).scalar()
    if station is None:
        station = str(uuid.uuid4())
        local.execute(insert(SETTING).values(name=STATION, value=station))
    return station


def was_served(spool: Database) -> bool:
    """Whether this spool has ever seen its server."""
    with spool.reading() as local:
        return _version(local, _SERVER_SEEN, "") is not None


def hand_over(spool: Database, server: Database) -> HandedOver:
    """Bring everything due to the server. Raises ServerAway, RecordError; then all of it stays due."""
    with spool.writing() as local:
        people = _due(local, PERSON, "person")
        tests = _due(local, TEST, "test")
        said: list[Problem] = []
        noted: list[tuple[str, str, str]] = []
        written: list[Key] = []
        with server.writing() as remote:
            for row in people:
                sentence = _give_person(local, remote, row, written)
                said += [] if sentence is None else [sentence]
                noted += [] if sentence is not None else [("person", row["id"], row["updated_at"])]
            for row in tests:
                sentence = _give_test(local, remote, row, written)
                said += [] if sentence is None else [sentence]
                noted += [] if sentence is not None else [("test", row["id"], row["events_sha256"])]
            refused = {row["id"] for row in (*people, *tests)} - {identifier for _, identifier, _ in noted}
            _give_audit(local, remote, refused, written)
        # Only now, when the server has committed.
        for kind, identifier, version in noted:
            _note(local, kind, identifier, version)
            if kind == "test":
                local.execute(delete(EVENT).where(EVENT.c.test_id == identifier))
    given = [kind for kind, _, _ in noted]
    return HandedOver(given.count("person"), given.count("test"), tuple(said))


def renew_people(spool: Database, server: Database) -> None:
    """Take along who may come today, in the server's words; forget the tests that are over."""
    since = (datetime.now(UTC) - timedelta(days=AT_HAND_DAYS)).isoformat(timespec="milliseconds")
    tested = select(TEST.c.person_id).where(TEST.c.started_utc >= since)
    with server.reading() as remote:
        rows = remote.execute(select(PERSON).where(or_(PERSON.c.updated_at >= since, PERSON.c.id.in_(tested))))
        people = rows.mappings().all()
        users = remote.execute(select(STATION_USER)).mappings().all()
    with spool.writing() as local:
        _note(local, _SERVER_SEEN, "", since)
        due = {row["id"] for row in _due(local, PERSON, "person")}
        due_tests = {row["id"]: row["person_id"] for row in _due(local, TEST, "test")}
        over = set(local.execute(select(TEST.c.id)).scalars()) - set(due_tests)
        for test_id in over:
            _forget_test(local, test_id)
        stay = due | set(due_tests.values()) | {row["id"] for row in people}
        _take_users(local, users)
        for person_id in set(local.execute(select(PERSON.c.id)).scalars()) - stay:
            local.execute(delete(TRAINING).where(TRAINING.c.person_id == person_id))
            local.execute(delete(PERSON_VERSION).where(PERSON_VERSION.c.person_id == person_id))
            local.execute(delete(PERSON).where(PERSON.c.id == person_id))
            local.execute(delete(ORIGIN).where(ORIGIN.c.kind == "person", ORIGIN.c.id == person_id))
        for row in people:
            if row["id"] not in due:
                _take_person(local, row)


def bring_at_hand(spool: Database, server: Database, person_id: str) -> None:
    """Take one person and their tests along, without the raw events. Raises ServerAway."""
    with server.reading() as remote:
        person = remote.execute(select(PERSON).where(PERSON.c.id == person_id)).mappings().one_or_none()
        tests = remote.execute(select(TEST).where(TEST.c.person_id == person_id)).mappings().all()
        ids = [row["id"] for row in tests]
        parts = {
            table: remote.execute(select(table).where(table.c.test_id.in_(ids))).mappings().all()
            for table in (STAGE, RESULT, SIGNATURE)
        }
        users = remote.execute(select(STATION_USER)).mappings().all()
        training = remote.execute(select(TRAINING).where(TRAINING.c.person_id == person_id)).mappings().all()
    if person is None:
        return
    with spool.writing() as local:
        _take_users(local, users)
        due_tests = {row["id"] for row in _due(local, TEST, "test")}
        if person_id not in {row["id"] for row in _due(local, PERSON, "person")}:
            _take_person(local, person)
        # Only to be read here: what is written of training waits for the server.
        local.execute(delete(TRAINING).where(TRAINING.c.person_id == person_id))
        if training:
            local.execute(insert(TRAINING), [fields_of(row) for row in training])
        for test_id in ids:
            if test_id not in due_tests:
                _forget_test(local, test_id)
        for table, rows in ((TEST, tests), *parts.items()):
            fresh = [fields_of(row) for row in rows if row["id" if table is TEST else "test_id"] not in due_tests]
            if fresh:
                local.execute(insert(table), fresh)
        for row in tests:
            if row["id"] not in due_tests:
                _note(local, "test", row["id"], row["events_sha256"])


def kept_here(spool: Database, person_id: str) -> tuple[Person | None, Person] | None:
    """What this station wrote of a person and the server did not take, after what both began from; None if nothing."""
    with spool.reading() as local:
        due = next((row for row in _due(local, PERSON, "person") if row["id"] == person_id), None)
        if due is None:
            return None
        bodies = local.execute(select(PERSON_VERSION.c.body).where(PERSON_VERSION.c.person_id == person_id)).scalars()
        former = [msgspec.json.decode(body, type=Version).person for body in bodies]
        taken = _version(local, "person", person_id)
    base = next((one for one in former if one.updated_at == taken), None)
    return base, person_of(due)


def take_servers(spool: Database, server: Database, person_id: str) -> None:
    """The server's version counts here too from now on."""
    with server.reading() as remote:
        row = remote.execute(select(PERSON).where(PERSON.c.id == person_id)).mappings().one()
    with spool.writing() as local:
        local.execute(delete(PERSON_VERSION).where(PERSON_VERSION.c.person_id == person_id))
        _take_person(local, row)


# --- parts ---


def _give_person(local: Connection, remote: Connection, row: RowMapping, written: list[Key]) -> Problem | None:
    """Add or change a person on the server, and note what was written; a sentence where the server's version counts."""
    theirs = remote.execute(select(PERSON).where(PERSON.c.id == row["id"])).mappings().one_or_none()
    if theirs is not None and fields_of(theirs) == fields_of(row):
        return None
    number = row["number"]
    taken = select(PERSON.c.id).where(PERSON.c.number == number, PERSON.c.id != row["id"])
    if number is not None and remote.execute(taken).first() is not None:
        return (
            f"a person kept here while the server was away has a number that another person has on the server "
            f"(person {row['id']}); correct the number here, then hand over again"
        )
    if theirs is None:
        remote.execute(insert(PERSON).values(**fields_of(row)))
        _give_versions(local, remote, row["id"], written)
        return None
    if theirs["updated_at"] != _version(local, "person", row["id"]):
        return Cause("person_two_stations", {"person": row["id"]})
    remote.execute(update(PERSON).where(PERSON.c.id == row["id"]).values(**fields_of(row)))
    _give_versions(local, remote, row["id"], written)
    return None


def _give_versions(local: Connection, remote: Connection, person_id: str, written: list[Key]) -> None:
    """What the person was before each change made here."""
    written.append(("person", person_id))
    known = select(PERSON_VERSION.c.revision).where(PERSON_VERSION.c.person_id == person_id)
    there = remote.execute(known).scalars().all()
    query = select(PERSON_VERSION).where(PERSON_VERSION.c.person_id == person_id)
    for row in local.execute(query.where(PERSON_VERSION.c.revision.not_in(there))).mappings():
        remote.execute(insert(PERSON_VERSION).values(**fields_of(row)))
        written.append(("person_version", person_id, row["revision"]))


def _give_audit(local: Connection, remote: Connection, refused: set[str], written: list[Key]) -> None:
    """Put what was noted here at the end of the server's log; the server counts each station's rows, so none twice.

    What the server did not take (``refused``) is told as such; what was ``written`` is sealed as the server has it.
    """
    station = station_in(local)
    name = f"audit_of_{station}"
    counted = remote.execute(select(SETTING.c.value).where(SETTING.c.name == name)).scalar()
    rows = local.execute(select(AUDIT).where(AUDIT.c.seq > int(counted or 0)).order_by(AUDIT.c.seq)).mappings().all()
    for row in rows:
        detail = {**msgspec.json.decode(row["detail"]), "station": station}
        detail.pop(SEALS, None)  # of the rows as they were here: the server's are sealed when it has them
        if (row["test_id"] or row["person_id"]) in refused:
            detail[NOT_TAKEN] = True
        fields = {key: row[key] for key in ("at", "user_id", "actor", "action", "person_id", "test_id")}
        append(remote, **fields, detail=msgspec.json.encode(detail).decode("utf-8"))
    if written:
        note_by_the_program(remote, Action.HANDED_OVER, seals_of(remote, written), of_station=station)
    if rows:
        value = str(rows[-1]["seq"])
        if counted is None:
            remote.execute(insert(SETTING).values(name=name, value=value))
        else:
            remote.execute(update(SETTING).where(SETTING.c.name == name).values(value=value))


def _give_test(local: Connection, remote: Connection, row: RowMapping, written: list[Key]) -> str | None:
    """Add a test with all that belongs to it; a sentence where the server has another under its id."""
    theirs = remote.execute(select(TEST.c.events_sha256, TEST.c.person_id).where(TEST.c.id == row["id"])).one_or_none()
    if theirs is not None:
        if tuple(theirs) == (row["events_sha256"], row["person_id"]):
            return None
        return f"test {row['id']} is on the server with other events or another person; it is kept here too"
    if remote.execute(select(PERSON.c.id).where(PERSON.c.id == row["person_id"])).first() is None:
        return f"the person of test {row['id']} is not on the server; the test is kept here"
    remote.execute(insert(TEST).values(**fields_of(row)))
    written.append(("test", row["id"]))
    for table in _OF_A_TEST:
        rows = [fields_of(part) for part in local.execute(select(table).where(table.c.test_id == row["id"])).mappings()]
        if rows:
            remote.execute(insert(table), rows)
        if table in (RESULT, SESSION_RESULT, SIGNATURE):
            written += [(table.name, row["id"], part["number"]) for part in rows]
    return None


def _due(local: Connection, table: Table, kind: str) -> Sequence[RowMapping]:
    """The rows whose present version the server does not have."""
    version = table.c.updated_at if table is PERSON else table.c.events_sha256
    known = select(ORIGIN.c.id).where(ORIGIN.c.kind == kind, ORIGIN.c.id == table.c.id, ORIGIN.c.version == version)
    return local.execute(select(table).where(~known.exists())).mappings().all()


def _take_person(local: Connection, row: RowMapping) -> None:
    if row["number"] is not None:
        # A number that went to another person on the server would stand in the way here.
        other = PERSON.c.number == row["number"], PERSON.c.id != row["id"]
        local.execute(update(PERSON).where(*other).values(number=None))
    if local.execute(select(PERSON.c.id).where(PERSON.c.id == row["id"])).first() is None:
        local.execute(insert(PERSON).values(**fields_of(row)))
    else:
        local.execute(update(PERSON).where(PERSON.c.id == row["id"]).values(**fields_of(row)))
    _note(local, "person", row["id"], row["updated_at"])


def _take_users(local: Connection, users: Sequence[RowMapping]) -> None:
    """Who may log in, so that they may while the server is away too. Nobody is ever deleted.

    Another server, or one that was restored, may know nothing of somebody, or know them under another id: they are let
    in no more here, and their login is free for who has it there.
    """
    kept = {row.id: row.login for row in local.execute(select(STATION_USER.c.id, STATION_USER.c.login))}
    known, theirs = set(kept), {row["id"]: row["login"] for row in users}
    for user_id, login in kept.items():
        if user_id not in theirs:
            local.execute(update(STATION_USER).where(STATION_USER.c.id == user_id).values(active=0))
        if theirs.get(user_id) != login and login in theirs.values():
            local.execute(update(STATION_USER).where(STATION_USER.c.id == user_id).values(login=user_id))
    for row in users:
        if row["id"] in known:
            local.execute(update(STATION_USER).where(STATION_USER.c.id == row["id"]).values(**fields_of(row)))
        else:
            local.execute(insert(STATION_USER).values(**fields_of(row)))


def _forget_test(local: Connection, test_id: str) -> None:
    for table in _OF_A_TEST:
        local.execute(delete(table).where(table.c.test_id == test_id))
    local.execute(delete(TEST).where(TEST.c.id == test_id))
    local.execute(delete(ORIGIN).where(ORIGIN.c.kind == "test", ORIGIN.c.id == test_id))


def _version(local: Connection, kind: str, identifier: str) -> str | None:
    query = select(ORIGIN.c.version).where(ORIGIN.c.kind == kind, ORIGIN.c.id == identifier)
    return local.execute(query).scalar()


def _note(local: Connection, kind: str, identifier: str, version: str) -> None:
    local.execute(delete(ORIGIN).where(ORIGIN.c.kind == kind, ORIGIN.c.id == identifier))
    local.execute(insert(ORIGIN).values(kind=kind, id=identifier, version=version))
