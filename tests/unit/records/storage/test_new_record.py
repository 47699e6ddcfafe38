"""A new record is made at once, and is to the letter what the migrations come to."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.new_record import migrated, script_of
from tests.patience import PATIENCE
from tests.unit.records.builders import PASSPHRASE
from teststation.records.storage import schema
from teststation.records.storage.cipher import CipherFile

ROOT = Path(__file__).parents[4]


def _made(path: Path) -> str:
    file = CipherFile(path, PASSPHRASE, 5.0)
    try:
        schema.upgrade(file)
        with file.reading() as connection:
            return script_of(connection)
    finally:
        file.close()


def test_a_new_record_is_what_the_migrations_come_to(tmp_path: Path) -> None:
    assert _made(tmp_path / "new.record") == migrated(tmp_path), "python -m tests.new_record"


def test_a_script_that_lags_behind_the_migrations_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behind = tmp_path / "behind.sql"
    script = schema.NEW_RECORD.read_text(encoding="utf-8")
    behind.write_text(script.replace("CREATE INDEX ix_person_sort_key ON person (sort_key);", ""), encoding="utf-8")
    monkeypatch.setattr(schema, "NEW_RECORD", behind)
    assert _made(tmp_path / "new.record") != migrated(tmp_path)


def test_a_trigger_is_one_statement() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET n = 1; DELETE FROM b; END"
    assert list(schema.statements(f"CREATE TABLE a (n);\n{trigger};\nINSERT INTO a VALUES (';');\n")) == [
        "CREATE TABLE a (n)",
        trigger,
        "INSERT INTO a VALUES (';')",
    ]


def test_a_new_record_does_not_load_the_migration_machinery(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom tests.fast_keys import use_fast_keys\nuse_fast_keys()\n"
        "from teststation.records.database import open_record\n"
        "open_record(sys.argv[1], sys.argv[2]).close()\nprint('alembic' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "new.record"), PASSPHRASE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60 * PATIENCE,
    )
    assert done.stdout.strip() == "False"
