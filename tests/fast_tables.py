"""A new record's tables by the statements that the migrations came to, for tests that make records by the hundred.

The first record of a process is migrated as the product does; what stands in it then is written into each empty one
after it. The migrations themselves are tested on records that stop at earlier revisions, which this leaves alone.
"""

from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

_migrate = command.upgrade
_made: list[tuple[str, tuple[Any, ...]]] = []


def use_fast_tables() -> None:
    """From now on, for the whole process."""
    command.upgrade = _upgrade


def _upgrade(config: Config, revision: str, *arguments: Any, **options: Any) -> None:
    connection: Connection = config.attributes["connection"]
    if revision != "head" or connection.dialect.name != "sqlite" or _schema(connection):
        _migrate(config, revision, *arguments, **options)
    elif _made:
        for statement, values in _made:
            connection.exec_driver_sql(statement, values)
    else:
        _migrate(config, revision, *arguments, **options)
        _made.extend(_written(connection))


def _schema(connection: Connection) -> list[tuple[str, str]]:
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    return [(name, sql) for name, sql in found if not name.startswith("sqlite_")]


def _written(connection: Connection) -> list[tuple[str, tuple[Any, ...]]]:
    schema = _schema(connection)
    made = [(sql, tuple[Any, ...]()) for _, sql in schema]
    for table in (name for name, sql in schema if sql.startswith("CREATE TABLE")):
        for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
            places = ", ".join("?" * len(row))
            made.append((f'INSERT INTO "{table}" VALUES ({places})', tuple(row)))
    return made
