"""Brings a record's tables to this version's form, in one transaction, or refuses a record that is newer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.storage.store import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0010"  # the newest revision; known here so that an ordinary start does not load the migration machinery
MIGRATIONS = Path(__file__).with_name("migrations")
NEW_RECORD = Path(__file__).with_name("new_record.sql")  # what the migrations come to in an empty file


def upgrade(database: Database, before: Callable[[str], None] = lambda found: None, revision: str = "head") -> None:
    """Make or migrate the tables. A second call changes nothing.

    Args:
        before: Called with the revision found before tables with something in them are changed: make a backup.
        revision: How far; tables as an earlier version made them are needed to copy its records.
    Raises:
        RecordError: the record was made by a newer version, cannot be opened or written, or is on a server where
            only the owner of its tables may change them.
    """
    with database.reading() as connection:
        found = version(connection)
        owner = found == HEAD or _may_change_tables(connection)
    if found == HEAD:
        return
    if found is not None:
        refuse_newer(database, found)
    if not owner:
        raise RecordError(
            Cause("server_owner_begins" if found is None else "server_owner_upgrades", {"name": database.name})
        )
    if found is not None:
        before(found)
    with database.writing() as connection:
        if version(connection) == HEAD:
            return
        if revision == "head" and _empty_file(connection):
            for statement in statements(NEW_RECORD.read_text(encoding="utf-8")):
                connection.exec_driver_sql(statement)
            return
        from alembic import command

        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except (OperationalError, ProgrammingError) as error:
            # Tables that are there already, or not there, are none of the revision that the record claims to have.
            state = getattr(error.orig, "sqlstate", None) or ""
            of_the_tables = getattr(error.orig, "sqlite_errorcode", 0) == 1 or (state[:2] == "42" and state != "42501")
            if not of_the_tables:
                raise
            raise RecordError(Cause("verify_shape_revision", {"name": database.name, "found": found or ""})) from error


def statements(script: str) -> Iterator[str]:
    """Each of a script's statements, whole; a trigger's own semicolons end none."""
    import sqlite3  # of a new record alone

    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip().removesuffix(";")
            statement = ""


def _empty_file(connection: Connection) -> bool:
    """Whether this is a file with nothing in it; a server's tables are the migrations' alone."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0


def refuse_newer(database: Database, found: str) -> None:
    """Raise RecordError where these tables are of a version that this program does not know."""
    from alembic.script import ScriptDirectory

    if found not in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}:
        raise RecordError(Cause("record_newer", {"name": database.name, "found": found}))


def _may_change_tables(connection: Connection) -> bool:
    """Whether this login owns a server's tables, or may make them where there are none; a file has no owners."""
    if connection.dialect.name == "sqlite":
        return True
    owned = connection.execute(
        text(
            "SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = current_schema() AND c.relname = 'alembic_version'"
        )
    ).scalar()
    if owned is None:
        owned = connection.execute(text("SELECT has_schema_privilege(current_schema(), 'CREATE')")).scalar()
    return bool(owned)


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def version(connection: Connection) -> str | None:
    """The revision the tables are in; None for a record that has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
