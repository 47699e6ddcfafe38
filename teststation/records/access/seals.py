"""What each row was when it was last written, as a hash in the audit log: a seal. Whoever changes a row breaks it.

An audit row that tells of something written holds the seals of what was written, by key, under ``SEALS``; one that
tells of something erased holds the keys that are no more, under ``UNSEALED``. Replayed from the first row on they say
what the record must hold, no row more and no row less.

A seal tells nobody's name and cannot be guessed back: each sealed row holds something of chance that goes with it when
it is erased (a person's, a former state's and a training row's salt, a test's hundreds of measurements, an imported
result's own id).
Raw events are sealed by their hash in their test's row; what stations, wrong logins and the log itself keep is not.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, inspect, select

from teststation.records.storage.tables import (
    IMPORTED_RESULT,
    PERSON,
    PERSON_MERGE,
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

SEALS, UNSEALED = "seals", "unsealed"  # in an audit row's detail
JOURNAL_KEY = "journal_key"
SEALED_SETTINGS = (JOURNAL_KEY,)  # others are stations' own names and counts
Key = tuple[str | int, ...]  # the table's name, then its row's key
_ROWS_A_STEP = 1000
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Kind:
    """A table whose rows are sealed.

    The columns are written out, in order: one that a later version adds must not break the seals of before it.
    ``parts``: a table whose rows belong to one of these and are sealed with it.
    ``later``: columns younger than the first seals. Where one is null the seal is that of before it was there.
    """

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    parts: tuple[Table, str, tuple[str, ...]] | None = None  # the table, its reference, its columns in order
    later: tuple[str, ...] = ()


_KINDS = {
    kind.table.name: kind
    for kind in (
        _Kind(PERSON, ("id",), (
            "id", "family_name", "given_name", "born", "sex", "number", "height_cm", "note", "search_key", "sort_key",
            "created_at", "updated_at", "revision", "merged_into", "salt", "demo"), later=("language",)),
        _Kind(PERSON_VERSION, ("person_id", "revision"), ("person_id", "revision", "body", "replaced_at")),
        _Kind(
            PERSON_MERGE,
            ("id",),
            ("id", "kept_id", "duplicate_id", "kept_revision", "duplicate_revision", "merged_at", "undone_at"),
            (PERSON_MERGE_TEST, "merge_id", ("test_id",)),
        ),
        _Kind(STATION_USER, ("id",), (
            "id", "login", "name", "role", "password_hash", "password_set_at", "must_change", "active", "created_at")),
        _Kind(
            TEST,
            ("id",),
            (
                "id", "person_id", "started_at", "started_utc", "protocol_id", "protocol_sha256", "protocol_text",
                "subject_json", "conditions_json", "outcome", "reason_json", "treadmill", "heart_rate", "run_json",
                "events_count", "events_sha256", "software_version", "saved_at"),
            (STAGE, "test_id", (
                "number", "plan_index", "name", "planned_duration_s", "planned_speed_kmh", "planned_incline_pct",
                "began_s", "ended_s", "extended_s", "gait", "handrail", "rpe", "systolic_mmhg", "diastolic_mmhg")),
        ),
        _Kind(RESULT, ("test_id", "number"), (
            "test_id", "number", "created_at", "algorithm_version", "software_version", "headline", "status",
            "vo2max_ml_kg_min", "low_ml_kg_min", "high_ml_kg_min", "hr_max_bpm", "hr_max_source", "fitness_age_years",
            "assessment_json")),
        _Kind(SESSION_RESULT, ("test_id", "number"), (
            "test_id", "number", "created_at", "algorithm_version", "software_version", "bouts_planned", "bouts_done",
            "bouts_reached", "minutes", "in_band_s", "peak_bpm", "peak_all_out", "session_json")),
        _Kind(SIGNATURE, ("test_id", "number"), (
            "test_id", "number", "user_id", "user_name", "user_role", "signed_at", "result_number", "comment",
            "reason", "subject_json", "content_sha256", "audit_seq", "audit_sha256"), later=("symptoms_json",)),
        _Kind(IMPORTED_RESULT, ("id",), (
            "id", "person_id", "tested_on", "vo2max_ml_kg_min", "method", "hr_max_bpm", "weight_kg", "comment",
            "source_sha256", "imported_at", "imported_by")),
        _Kind(TRAINING, ("id", "number"), (
            "id", "number", "person_id", "kind", "body", "withdrawn", "reason", "written_at", "written_by", "salt")),
        _Kind(SETTING, ("name",), ("name", "value")),
    )
}  # fmt: skip


def sealed_tables() -> frozenset[str]:
    """The tables whose every row, setting apart, needs a seal; those that are sealed with another's row among them."""
    return frozenset(_KINDS) | {kind.parts[0].name for kind in _KINDS.values() if kind.parts is not None}


def sealed_columns() -> dict[str, frozenset[str]]:
    """Which columns of each table a seal covers."""
    found = {name: frozenset(kind.columns + kind.later) for name, kind in _KINDS.items()}
    for kind in _KINDS.values():
        if kind.parts is not None:
            table, reference, columns = kind.parts
            found[table.name] = frozenset({reference, *columns})
    return found


def seals_of(connection: Connection, keys: Iterable[Key]) -> dict[str, str]:
    """The seals of rows as this transaction sees them. A key without a row has none."""
    made: dict[str, str] = {}
    for name, *key in keys:
        kind = _KINDS[str(name)]
        where = and_(*(kind.table.c[column] == value for column, value in zip(kind.key, key, strict=True)))
        for _, shown, seal in _read(connection, kind, where):
            made[shown] = seal
    return made


def every_seal(connection: Connection, *, first: bool = False) -> Iterator[tuple[str, str, str]]:
    """Every row that is there and needs a seal: as a sentence names it, its key in the log, and its seal.

    ``first``: the tables are those of the first seals, which have no later columns yet.
    """
    there = set(inspect(connection).get_table_names())  # an older record is sealed before it has later tables
    for kind in _KINDS.values():
        if kind.table.name not in there:
            continue
        where = SETTING.c.name.in_(SEALED_SETTINGS) if kind.table is SETTING else None
        yield from _read(connection, replace(kind, later=()) if first else kind, where)


def keys_of_person(connection: Connection, person_id: str) -> list[str]:
    """The log's keys of everything that is a person's: to be told as unsealed when it is erased."""
    found: list[str] = []
    tests = select(TEST.c.id).where(TEST.c.person_id == person_id)
    for name, condition in (
        ("person", PERSON.c.id == person_id),
        ("person_version", PERSON_VERSION.c.person_id == person_id),
        ("person_merge", (PERSON_MERGE.c.kept_id == person_id) | (PERSON_MERGE.c.duplicate_id == person_id)),
        ("test", TEST.c.person_id == person_id),
        ("result", RESULT.c.test_id.in_(tests)),
        ("session_result", SESSION_RESULT.c.test_id.in_(tests)),
        ("signature", SIGNATURE.c.test_id.in_(tests)),
        ("imported_result", IMPORTED_RESULT.c.person_id == person_id),
        ("training", TRAINING.c.person_id == person_id),
    ):
        kind = _KINDS[str(name)]
        columns = [kind.table.c[column] for column in kind.key]
        rows = connection.execute(select(*columns).where(condition)).all()
        found += [_key(kind, [str(part) for part in row]) for row in rows]
    return found


def _read(connection: Connection, kind: _Kind, where: ColumnElement[bool] | None) -> Iterator[tuple[str, str, str]]:
    columns = [kind.table.c[name] for name in (*kind.columns, *kind.later)]
    query = select(*columns).order_by(*(kind.table.c[name] for name in kind.key))
    if where is not None:
        query = query.where(where)
    parts: dict[str, list[list[object]]] = {}
    if kind.parts is not None:
        parts = _parts(connection, kind, query)
    place = [kind.columns.index(name) for name in kind.key]
    with connection.execute(query.execution_options(yield_per=_ROWS_A_STEP)) as rows:
        for row in rows:
            key = [str(row[index]) for index in place]
            own, added = list(row[: len(kind.columns)]), row[len(kind.columns) :]
            # pyrefly: ignore[unnecessary-type-conversion] - a kind of str, which msgspec does not encode
            content: list[object] = [str(kind.table.name), own, parts.get(key[0], [])]
            told = {name: value for name, value in zip(kind.later, added, strict=True) if value is not None}
            if told:
                content.append(told)
            yield f"{kind.table.name} {':'.join(key)}", _key(kind, key), hashlib.sha256(_encode(content)).hexdigest()


def _parts(connection: Connection, kind: _Kind, owners: Select[*tuple[Any, ...]]) -> dict[str, list[list[object]]]:
    assert kind.parts is not None
    table, reference, columns = kind.parts
    chosen = owners.with_only_columns(kind.table.c[kind.key[0]]).order_by(None)
    query = select(table.c[reference], *(table.c[name] for name in columns)).where(table.c[reference].in_(chosen))
    found: dict[str, list[list[object]]] = {}
    for row in connection.execute(query.order_by(table.c[reference], table.c[columns[0]])):
        found.setdefault(str(row[0]), []).append(list(row[1:]))
    return found


def _key(kind: _Kind, key: list[str]) -> str:
    """As the log holds it. An imported result's own id is what makes its seal impossible to guess: it stays hidden."""
    if kind.table is IMPORTED_RESULT:
        key = [hashlib.sha256(key[0].encode("utf-8")).hexdigest()[:32]]
    return f"{kind.table.name} {':'.join(key)}"
