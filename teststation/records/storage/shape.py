"""Whether a record holds this version's tables and nothing else: no trigger, view, rule or index that nobody knows.

A trigger does its work whenever this program writes, and goes along into every backup: it is refused, not removed.
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, DefaultClause, Table, inspect, text
from sqlalchemy.types import TypeEngine

from teststation.cause import Cause
from teststation.records.storage.tables import METADATA

# What a table of this program never says, outside the texts in it: rules of its own for comparing, clashes or values.
_MORE_THAN_A_TABLE = re.compile(
    r"\b(COLLATE|CONFLICT|CHECK|GENERATED|CASCADE|STRICT|WITHOUT|AUTOINCREMENT|DEFERRED)\b", re.I
)
_STRINGS = re.compile(r"'[^']*'")
_REVISION = "alembic_version"
_SERVER_KINDS = {
    "trigger": "SELECT tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n"
    " ON n.oid = c.relnamespace WHERE NOT tgisinternal AND n.nspname = current_schema() ORDER BY tgname",
    "rule": "SELECT rulename FROM pg_rules WHERE schemaname = current_schema() ORDER BY rulename",
    "policy": "SELECT policyname FROM pg_policies WHERE schemaname = current_schema() ORDER BY policyname",
}


def shape_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Everything in the tables' form that is not this version's. ``name`` is the record's."""
    if connection.dialect.name == "sqlite":
        yield from _planted_in_file(connection, name)
    else:
        yield from _planted_on_server(connection, name)
    found = set(inspect(connection).get_table_names())
    for table in METADATA.sorted_tables:
        if table.name not in found:
            yield Cause("verify_shape_missing", {"name": name, "kind": "table", "what": table.name})
        else:
            yield from _columns(connection, name, table)
    revisions = connection.execute(text(f"SELECT count(*) FROM {_REVISION}")).scalar()
    if revisions != 1:
        yield Cause("verify_shape_other", {"name": name, "kind": "table", "what": _REVISION})


def _planted_in_file(connection: Connection, name: str) -> Iterator[Cause]:
    known = {("table", table.name) for table in METADATA.sorted_tables} | {("table", _REVISION)}
    indexes = {str(index.name): index for table in METADATA.sorted_tables for index in table.indexes}
    rows = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")).all()
    for row in rows:
        if row.type == "index":
            own = row.name in indexes and indexes[row.name].table.name == row.tbl_name  # type: ignore[union-attr]
            own = own or (row.name.startswith("sqlite_autoindex_") and row.sql is None)
            if own and row.sql is not None:  # the same columns of every row, letter by letter, and no more than that
                columns = connection.execute(text(f'PRAGMA index_xinfo("{row.name}")')).all()
                wanted = [(column.name, 0, "BINARY") for column in indexes[row.name].columns]
                own = [(column.name, column.desc, column.coll) for column in columns if column.key] == wanted
                own = own and row.sql.upper().startswith("CREATE INDEX ") and " WHERE " not in row.sql.upper()
        else:
            own = (row.type, row.name) in known
            if own and _MORE_THAN_A_TABLE.search(_STRINGS.sub("", row.sql or "")):
                yield Cause("verify_shape_other", {"name": name, "kind": "table", "what": row.name})
        if not own:
            yield Cause("verify_planted", {"name": name, "kind": row.type, "what": row.name})
    there = {row.name for row in rows}
    for index in sorted(indexes.keys() - there):
        yield Cause("verify_shape_missing", {"name": name, "kind": "index", "what": index})


def _planted_on_server(connection: Connection, name: str) -> Iterator[Cause]:
    look = inspect(connection)
    kinds = {
        "table": set(look.get_table_names()) - {table.name for table in METADATA.sorted_tables} - {_REVISION},
        "view": {*look.get_view_names(), *look.get_materialized_view_names()},
    }
    for kind, query in _SERVER_KINDS.items():
        kinds[kind] = set(connection.execute(text(query)).scalars())
    indexes: set[str] = set()
    for table in METADATA.sorted_tables:
        wanted = {str(index.name) for index in table.indexes}
        found = {
            str(index["name"]) + (" (UNIQUE)" if index["unique"] else "")
            for index in (look.get_indexes(table.name) if look.has_table(table.name) else ())
            if "duplicates_constraint" not in index
        }
        indexes |= found - wanted
        for index in sorted(wanted - found):
            yield Cause("verify_shape_missing", {"name": name, "kind": "index", "what": index})
    kinds["index"] = indexes
    for kind, names in kinds.items():
        for what in sorted(names):
            yield Cause("verify_planted", {"name": name, "kind": kind, "what": what})


def _columns(connection: Connection, name: str, table: Table) -> Iterator[Cause]:
    """Columns by name and type, whether they may be empty, have a default or are computed; keys and references."""
    look = inspect(connection)
    found = {
        column["name"]: (
            _type_name(column["type"], connection),
            column["nullable"],
            "computed" in column or "identity" in column,
            _default(column["default"]),
        )
        for column in look.get_columns(table.name)
    }
    wanted = {
        column.name: (_type_name(column.type, connection), bool(column.nullable), False, _default_of(column))
        for column in table.columns
    }
    keys = list(look.get_pk_constraint(table.name)["constrained_columns"])
    references = {
        # A reference that deletes what leads to it, or changes it, does more than refuse.
        (tuple(key["constrained_columns"]), key["referred_table"] if not key.get("options") else "")
        for key in look.get_foreign_keys(table.name)
    }
    referred = {
        (tuple(constraint.column_keys), constraint.referred_table.name) for constraint in table.foreign_key_constraints
    }
    checks = look.get_check_constraints(table.name)
    if found != wanted or keys != [column.name for column in table.primary_key] or references != referred or checks:
        yield Cause("verify_shape_other", {"name": name, "kind": "table", "what": table.name})


def _type_name(kind: TypeEngine[Any], connection: Connection) -> str:
    """A type as this database calls it; letters that are compared by a rule of their own are another."""
    name = kind.compile(connection.dialect)
    return "DOUBLE PRECISION" if name == "FLOAT" and connection.dialect.name != "sqlite" else name


def _default(told: str | None) -> str | None:
    """A default without the type that PostgreSQL writes behind it."""
    return None if told is None else told.partition("::")[0].strip("'")


def _default_of(column: Column[Any]) -> str | None:
    made = column.server_default
    return str(made.arg) if isinstance(made, DefaultClause) else None
