"""A new record's tables as the migrations come to: `python -m tests.new_record` writes them beside the migrations."""

from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection

from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.schema import NEW_RECORD, upgrade


def migrated(folder: Path) -> str:
    """The script of a record that was walked through every revision from the first."""
    file = CipherFile(folder / "migrated.record", "not kept", 5.0)
    try:
        upgrade(file, revision="0001")
        upgrade(file)
        with file.reading() as connection:
            return script_of(connection)
    finally:
        file.close()


def script_of(connection: Connection) -> str:
    """Every table, index and trigger in the order they were made, then every row."""
    schema = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
    )
    made = [(kind, name, sql) for kind, name, sql in schema if sql and not name.startswith("sqlite_")]
    lines = [f"{sql};" for _, _, sql in made]
    for table in (name for kind, name, _ in made if kind == "table"):
        columns = [row[1] for row in connection.exec_driver_sql(f'PRAGMA table_info("{table}")')]
        values = " || ', ' || ".join(f'quote("{column}")' for column in columns)
        rows = connection.exec_driver_sql(f'SELECT {values} FROM "{table}" ORDER BY rowid').scalars()
        lines += [f'INSERT INTO "{table}" VALUES ({row});' for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        NEW_RECORD.write_text(migrated(Path(folder)), encoding="utf-8", newline="\n")
