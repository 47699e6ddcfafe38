"""Scheduled backups: when one is due, what it is called, and which old ones may go."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.database import Record
from teststation.records.storage.head_file import SHOWN_LETTERS, Head
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.findings import GoOn, LastBackup, Verification, always
from teststation.records.upkeep.lineage import is_own

EVERY = timedelta(hours=20)  # once a working day, also when the station is started a little earlier than yesterday
LATE = timedelta(days=4)  # a long weekend passes without anybody at the station; then somebody has to be told
MONTHS_KEPT = 12  # beside the newest days, the last backup of each of so many months
_NAME = re.compile(r"teststation-(\d{4}-\d{2}-\d{2}T\d{4})(?:-r\d+-[0-9a-f]{12})?\.backup")


def backup_name(now: datetime, head: Head | None = None) -> str:
    """``teststation-YYYY-MM-DDTHHMM-rROW-HASH.backup``: the time, the end of the audit log, nothing of the clinic."""
    end = "" if head is None else f"-r{head.seq}-{head.sha256[:SHOWN_LETTERS]}"
    return f"teststation-{now:%Y-%m-%dT%H%M}{end}.backup"


def made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for any other file."""
    match = _NAME.fullmatch(path.name)
    try:
        return None if match is None else datetime.strptime(match[1], "%Y-%m-%dT%H%M")  # noqa: DTZ007 - wall time
    except ValueError:
        return None


def is_due(folder: Path, now: datetime, own: Callable[[Path], bool] = lambda path: True) -> bool:
    """Whether the newest backup in the folder is older than ``EVERY``, or dated in the future, or there is none.

    Args:
        own: Whether a backup is of this record: several records may have their backups in one folder.
    """
    dated = ((made_at(path), path) for path in files_of(folder))
    return not any(at is not None and at <= now and now - at < EVERY and own(path) for at, path in dated)


def may_go(paths: list[Path], days_kept: int) -> list[Path]:
    """The backups that the rotation gives up: all but the last of each of the newest days and months.

    Args:
        days_kept: At least 1.
    """
    dated = sorted(((at, path) for path in paths if (at := made_at(path)) is not None), reverse=True)
    last_of_day: dict[str, Path] = {}
    last_of_month: dict[str, Path] = {}
    for at, path in dated:
        last_of_day.setdefault(f"{at:%Y-%m-%d}", path)
        last_of_month.setdefault(f"{at:%Y-%m}", path)
    kept = {*list(last_of_day.values())[: max(1, days_kept)], *list(last_of_month.values())[:MONTHS_KEPT]}
    return [path for _, path in dated if path not in kept]


def last_backup(record: Record, folder: Path, now: datetime) -> LastBackup:
    """When the record was last backed up into a folder: what is dated in the future or another's counts for nothing.

    Raises RecordError: the folder cannot be read.
    """
    dated = sorted(((at, path) for path in files_of(folder) if (at := made_at(path)) is not None), reverse=True)
    newest = next((at for at, path in dated if at <= now and is_own(record.database, record.file, path)), None)
    return LastBackup(newest, late=newest is None or now - newest >= LATE)


def scheduled_backup(
    record: Record, folder: Path, days_kept: int, now: datetime, go_on: GoOn = always
) -> Verification | None:
    """Make the backup that is due, as ``backup_into``; None where none is due."""
    if not is_due(folder, now, lambda path: is_own(record.database, record.file, path)):
        return None
    return backup_into(record, folder, days_kept, now, go_on)


def backup_into(record: Record, folder: Path, days_kept: int, now: datetime, go_on: GoOn = always) -> Verification:
    """Make a backup, due or not, and give up what the rotation does not keep.

    What is not a backup of this record, under the passphrase it has now, is neither counted nor given up.

    Raises:
        Interrupted: ``go_on`` said no; the next call begins again. RecordError: the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / backup_name(now)
        made = backup(record.database, record.file, path, go_on)
        if made.head is not None:  # known only now: others may write while the record is copied
            path = path.replace(folder / backup_name(now, made.head))
        if made.ok:  # else the good old ones may be needed
            mine = [
                one
                for one in files_of(folder)
                if made_at(one) is not None and is_own(record.database, record.file, one)
            ]
            for old in may_go(mine, days_kept):
                old.unlink(missing_ok=True)
    except OSError as error:
        raise RecordError(Cause("backups_unusable", {"folder": str(folder), "why": error.strerror or ""})) from error
    return replace(made, name=str(path))


def files_of(folder: Path) -> list[Path]:
    """What lies in a folder of backups; nothing where there is none. Raises RecordError."""
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RecordError(Cause("backups_unreadable", {"folder": str(folder), "why": error.strerror or ""})) from error
