"""What a station's login may do on the server, apart from the tables' owner: what an appointment needs and no more.

The rights go to a role that nobody logs in with; stations' logins are its members. The audit log takes rows from a
station and gives none back: it is never updated, deleted from or emptied. Its head, which each row moves on, is the one
thing of it that a station must change; a head that does not fit the rows is found by ``verify``. Erasing, restoring and
upgrading are the owner's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage.tables import (
    AUDIT_HEAD,
    LOGIN_GUESS,
    METADATA,
    PERSON,
    PERSON_MERGE,
    RUN_NOW,
    SETTING,
    TEST,
)
from teststation.records.storage.tables import STATION_USER as USER

_REVISION = "alembic_version"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,62}")  # PostgreSQL's 63 bytes, and nothing that a quotation could end
_TABLE_WORDS = ("SELECT", "INSERT", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_OWNS = "42P17"  # told by the guard below; any code that the statements themselves do not give


@dataclass(frozen=True, slots=True)
class Rights:
    """What a station may do with a table besides reading it. ``changes``: the columns it may update."""

    adds: bool = True
    changes: tuple[str, ...] = ()
    deletes: bool = False


# What the program does to rows that are there. A table that is not named is added to and never changed.
_CHANGED = {
    AUDIT_HEAD.name: Rights(adds=False, changes=("seq", "sha256")),
    LOGIN_GUESS.name: Rights(changes=("failed", "blocked_until"), deletes=True),
    PERSON.name: Rights(changes=tuple(PERSON.c.keys())),  # a hand-over writes the whole row
    PERSON_MERGE.name: Rights(changes=("undone_at",)),
    RUN_NOW.name: Rights(changes=("until",), deletes=True),
    SETTING.name: Rights(changes=("value",)),
    TEST.name: Rights(changes=("person_id",)),  # a merge moves it
    USER.name: Rights(changes=("name", "role", "password_hash", "password_set_at", "must_change", "active")),
}
RIGHTS = {_REVISION: Rights(adds=False)} | {
    table.name: _CHANGED.get(table.name, Rights()) for table in METADATA.sorted_tables
}


@dataclass(frozen=True, slots=True)
class Stations:
    """The logins of the stations and the role they belong to."""

    database: str
    group: str
    logins: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The role and its logins."""
        return (self.group, *self.logins)


def stations(database: str, group: str | None, logins: Sequence[str]) -> Stations:
    """Checked names; without a group it is called as the database, with ``_station``. Raises BadInput."""
    wanted = group or f"{database}_station"
    problems = [
        Cause("roles_name", {"text": name}) for name in (database, wanted, *logins) if not _NAME.fullmatch(name)
    ]
    problems += [Cause("roles_group_is_login", {"text": wanted})] if wanted in logins else []
    if problems:
        raise BadInput(*problems)
    return Stations(database, wanted, tuple(dict.fromkeys(logins)))


def statements(who: Stations, schema: str = "public") -> list[str]:
    """The SQL that makes the roles and sets their rights anew, to be run in one transaction by the tables' owner."""
    tables = ", ".join(_table(schema, name) for name in RIGHTS)
    group, everybody = f'"{who.group}"', ", ".join(f'"{name}"' for name in who.names)
    return [
        *(_made(name, "NOLOGIN" if name == who.group else "LOGIN") for name in who.names),
        *(_guarded(name, schema) for name in who.names),
        f"REVOKE ALL ON TABLE {tables} FROM PUBLIC, {everybody}",
        f'REVOKE ALL ON SCHEMA "{schema}" FROM {everybody}',
        f'REVOKE CREATE ON SCHEMA "{schema}" FROM PUBLIC',
        f'GRANT CONNECT ON DATABASE "{who.database}" TO {group}',
        f'GRANT USAGE ON SCHEMA "{schema}" TO {group}',
        *(f"GRANT {_words(rights)} ON TABLE {_table(schema, name)} TO {group}" for name, rights in RIGHTS.items()),
        *(f'GRANT {group} TO "{login}"' for login in who.logins),
    ]


def script(who: Stations) -> str:
    """The same for an administrator to run: all of it or nothing."""
    return "".join(f"{statement};\n" for statement in ("BEGIN", *statements(who), "COMMIT"))


def set_roles(database: ServedDatabase, audit: AuditLog, who: Stations) -> tuple[str, ...]:
    """Make the roles and set their rights, in one transaction that is kept only if they may do this and no more.

    Returns:
        The logins that were made; they have no password yet.
    Raises:
        RecordError: the server is away, this login may not do it, or a role could do other things than a station is to.
    """
    if database.away is not None:
        raise database.away
    with database.server.writing() as connection:
        still_may(connection, audit, Permission.RECORD)
        known = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
        try:
            for statement in statements(who, schema):
                connection.execute(text(statement))
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state == _OWNS:
                raise RecordError(
                    Cause("roles_of_owner", {"name": database.name, "roles": ", ".join(who.names)})
                ) from error
            if state == "42501":
                raise RecordError(Cause("roles_not_allowed", {"name": database.name})) from error
            raise
        amiss = _amiss(connection, who, schema)
        if amiss:
            raise RecordError(Cause("roles_amiss", {"name": database.name, "found": "; ".join(amiss)}))
        audit.note_in(connection, Action.ROLES_SET, group=who.group, logins=list(who.logins))
    return tuple(login for login in who.logins if login not in known)


# --- parts ---


def _table(schema: str, name: str) -> str:
    return f'"{schema}"."{name}"'


def _words(rights: Rights) -> str:
    words = ["SELECT"]
    words += ["INSERT"] if rights.adds else []
    words += [f"UPDATE ({', '.join(rights.changes)})"] if rights.changes else []
    words += ["DELETE"] if rights.deletes else []
    return ", ".join(words)


def _made(name: str, kind: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') "
        f'THEN CREATE ROLE "{name}" {kind}; END IF; END $$'
    )


def _guarded(name: str, schema: str) -> str:
    """Stop before an owner loses its own rights; a superuser counts as one."""
    return (
        f"DO $$ BEGIN IF EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE n.nspname = '{schema}' AND c.relkind = 'r' AND pg_has_role('{name}', c.relowner, 'MEMBER')) "
        f"OR EXISTS (SELECT FROM pg_database WHERE datname = current_database() "
        f"AND pg_has_role('{name}', datdba, 'MEMBER')) "
        f"THEN RAISE EXCEPTION USING ERRCODE = '{_OWNS}', "
        f"MESSAGE = '{name} owns the tables or may act as their owner and is no station'; END IF; END $$"
    )


def _wanted() -> set[tuple[str, str]]:
    """Every right a station has, as table and word; a change with its column."""
    found: set[tuple[str, str]] = set()
    for name, rights in RIGHTS.items():
        found.add((name, "SELECT"))
        found |= {(name, "INSERT")} if rights.adds else set()
        found |= {(name, "DELETE")} if rights.deletes else set()
        found |= {(name, f"UPDATE ({column})") for column in rights.changes}
    return found


# A member that does not inherit may still put a role on: whatever it can become counts.
_REACHED = (
    "SELECT r.oid, r.rolname, r.rolsuper, r.rolcreaterole, r.rolcanlogin FROM pg_roles r "
    "WHERE EXISTS (SELECT FROM unnest(CAST(:names AS text[])) n WHERE pg_has_role(CAST(n AS name), r.oid, 'MEMBER'))"
)
_HELD = (
    f"WITH reached AS ({_REACHED}), here AS (SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n "
    "ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relname = ANY(CAST(:tables AS text[]))) "
    "SELECT rolname, relname, p FROM reached, here, unnest(CAST(:words AS text[])) p "
    "WHERE has_table_privilege(reached.oid, here.oid, p) OR (p IN ('SELECT', 'INSERT', 'REFERENCES') "
    "AND has_any_column_privilege(reached.oid, here.oid, p)) "
    "UNION ALL SELECT rolname, relname, 'UPDATE (' || attname || ')' FROM reached, here, pg_attribute a "
    "WHERE a.attrelid = here.oid AND a.attnum > 0 AND NOT a.attisdropped "
    "AND has_column_privilege(reached.oid, here.oid, a.attnum, 'UPDATE')"
)


def _amiss(connection: Connection, who: Stations, schema: str) -> list[str]:
    """What a role could do and must not, whichever way it came by it, and what it could not do and must."""
    found: list[str] = []
    names = list(who.names)
    for role in connection.execute(text(_REACHED), {"names": names}).mappings():
        if role["rolsuper"] or role["rolcreaterole"]:
            found.append(f"{role['rolname']}: SUPERUSER or CREATEROLE")
        if role["rolname"] == who.group and role["rolcanlogin"]:
            found.append(f"{role['rolname']}: LOGIN")
    create = text("SELECT n FROM unnest(CAST(:names AS text[])) n WHERE has_schema_privilege(n, :schema, 'CREATE')")
    for name in connection.execute(create, {"names": names, "schema": schema}).scalars():
        found.append(f"{name}: CREATE on schema {schema}")
    told = {"names": names, "schema": schema, "tables": list(RIGHTS), "words": list(_TABLE_WORDS)}
    held: dict[str, set[tuple[str, str]]] = {name: set() for name in names}
    for role, table, word in connection.execute(text(_HELD), told):
        held.setdefault(role, set()).add((table, word))
    wanted = _wanted()
    # What they could do and must not comes first: a long sentence is cut at its end.
    for role, rights in sorted(held.items()):
        found += [f"{role}: {word} on {table}" for table, word in sorted(rights - wanted)]
    for role in sorted(set(names) & held.keys()):
        found += [f"{role}: no {word} on {table}" for table, word in sorted(wanted - held[role])]
    return found
