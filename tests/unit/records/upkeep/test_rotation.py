"""Backups by the calendar: one each working day, the last of each month, and never a file of somebody else."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.records.builders import PASSPHRASE
from teststation.errors import RecordError
from teststation.records.database import Record, open_record
from teststation.records.storage.head_file import Head
from teststation.records.upkeep.findings import LastBackup
from teststation.records.upkeep.rotation import (
    LATE,
    MONTHS_KEPT,
    backup_into,
    backup_name,
    is_due,
    last_backup,
    made_at,
    may_go,
    scheduled_backup,
)
from teststation.records.upkeep.verify import verify_file

NOON = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - the wall clock of the clinic


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def test_a_name_tells_its_time_and_others_tell_nothing() -> None:
    assert backup_name(NOON) == "teststation-2026-11-24T1200.backup"
    assert made_at(Path(backup_name(NOON))) == NOON
    head = Head(12, "0a1b2c3d4e5f" + "0" * 52)
    assert backup_name(NOON, head) == "teststation-2026-11-24T1200-r12-0a1b2c3d4e5f.backup"
    assert made_at(Path(backup_name(NOON, head))) == NOON
    for other in ("brev.txt", "teststation-2026-13-24T1200.backup", "teststation-2026-11-24T1200.backup.part"):
        assert made_at(Path(other)) is None


def test_one_is_due_each_working_day(tmp_path: Path) -> None:
    assert is_due(tmp_path / "none", NOON)
    (tmp_path / backup_name(NOON)).touch()
    assert not is_due(tmp_path, NOON + timedelta(hours=5))
    assert is_due(tmp_path, NOON + timedelta(hours=20))
    assert is_due(tmp_path, NOON - timedelta(days=400)), "a clock that ran ahead once does not end all backups"


def test_the_newest_days_and_the_last_of_each_month_stay() -> None:
    days = [Path(backup_name(NOON - timedelta(days=back))) for back in range(400)]
    same_day = Path(backup_name(NOON - timedelta(hours=3)))
    gone = may_go([*days, same_day, Path("brev.txt")], days_kept=14)
    kept = [path for path in days if path not in gone]
    assert kept[:14] == days[:14]
    assert same_day in gone
    assert Path("brev.txt") not in gone
    assert [made_at(path).strftime("%m-%d") for path in kept[14:17]] == ["10-31", "09-30", "08-31"]  # type: ignore[union-attr]
    assert len(kept) == 14 + MONTHS_KEPT - 1


@given(
    hours=st.lists(st.integers(0, 24 * 900), max_size=60),
    days_kept=st.integers(-3, 30),
)
def test_the_newest_is_never_given_up(hours: list[int], days_kept: int) -> None:
    paths = [Path(backup_name(NOON - timedelta(hours=back))) for back in set(hours)]
    gone = may_go(paths, days_kept)
    if paths:
        assert max(paths) not in gone
    assert set(gone) <= set(paths)
    assert not set(may_go([path for path in paths if path not in gone], days_kept)), "a second time changes nothing"


def test_a_scheduled_backup_is_made_when_due_and_turns_the_rotation(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "kopier"
    assert scheduled_backup(record, folder, 2, NOON) is not None
    assert scheduled_backup(record, folder, 2, NOON + timedelta(hours=1)) is None
    for day in range(1, 5):
        scheduled_backup(record, folder, 2, NOON + timedelta(days=day))
    kept = sorted(folder.iterdir())
    assert [path.name[:27] for path in kept] == ["teststation-2026-11-27T1200", "teststation-2026-11-28T1200"]
    found = verify_file(kept[1], PASSPHRASE)
    assert found.ok
    assert found.compared[0].startswith(kept[1].name), "its log ends where its name says"


def test_the_last_backup_is_told_and_when_it_is_too_old(record: Record, tmp_path: Path) -> None:
    folder = tmp_path / "kopier"
    assert last_backup(record, folder, NOON) == LastBackup(None, late=True)
    backup_into(record, folder, 14, NOON)
    assert last_backup(record, folder, NOON) == LastBackup(NOON, late=False)
    assert not last_backup(record, folder, NOON + timedelta(days=3, hours=23)).late
    assert last_backup(record, folder, NOON + LATE) == LastBackup(NOON, late=True)
    assert last_backup(record, folder, NOON - timedelta(minutes=1)).at is None, "dated in the future"
    (folder / backup_name(NOON + timedelta(days=1))).write_bytes(b"of somebody else")
    assert last_backup(record, folder, NOON + timedelta(days=2)).at == NOON
    backup_into(record, folder, 14, NOON + timedelta(minutes=5))
    assert last_backup(record, folder, NOON + timedelta(hours=1)).at == NOON + timedelta(minutes=5), "due or not"


def test_a_folder_that_cannot_be_used_is_a_sentence(path: Path, tmp_path: Path) -> None:
    (tmp_path / "fil").touch()
    with open_record(path, PASSPHRASE) as record, pytest.raises(RecordError, match="choose another in the settings"):
        scheduled_backup(record, tmp_path / "fil" / "kopier", 2, NOON)
