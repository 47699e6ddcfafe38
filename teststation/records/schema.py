"""Brings a record's tables to this version's form, in one transaction, or refuses a record that is newer."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from teststation.errors import RecordError
from teststation.records.store import Database

HEAD = "0002"  # the newest revision; known here so that an ordinary start does not load the migration machinery
MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(database: Database) -> None:
    """Make or migrate the tables. A second call changes nothing.

    Raises:
        RecordError: the record was made by a newer version, or cannot be opened or written.
    """
    with database.reading() as connection:
        if version(connection) == HEAD:
            return
    with database.writing() as connection:
        found = version(connection)
        if found == HEAD:
            return
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found is not None and found not in known:
            raise RecordError(
                f"{database.name}: it was made by a newer version of this program (schema {found}); "
                "update this station, nothing was changed"
            )
        command.upgrade(config, "head")


def version(connection: Connection) -> str | None:
    """The revision the tables are in; None for a record that has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
