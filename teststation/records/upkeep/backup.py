"""Backups: a record in one encrypted file, whether it came from a file or a server; and the way back.

A backup counts only when it has been restored into a fresh file and compared with the record. It opens with the
passphrase the record had when the backup was made. Nothing that was there is deleted: what a restore replaces is kept
beside it.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.schema import upgrade, version
from teststation.records.storage.store import Database
from teststation.records.upkeep.copying import copy_pages, copy_rows, fingerprint, tables
from teststation.records.upkeep.findings import GoOn, Verification, always
from teststation.records.upkeep.lineage import is_earlier
from teststation.records.upkeep.verify import verify

_TRIES = 3


def backup(database: Database, file: CipherFile, target: Path, go_on: GoOn = always) -> Verification:
    """Write a verified backup of a record; the record may be in use meanwhile.

    Args:
        file: The record's own file or the spool of its server, whose passphrase the backup gets.
        target: Replaced only if it is an earlier backup of this record under the same passphrase that holds nothing
            this record does not, and only when the new one is good.
        go_on: Asked often; False gives the backup up.
    Returns:
        What was found in it. A record in which something is amiss is backed up as it is: better that than nothing.
    Raises:
        Interrupted: ``go_on`` said no. RecordError: it could not be made. In both cases ``target`` is as it was.
    """
    _check_target(database, file, target)
    # Names of their own: what somebody else has called so is not ours to take away.
    token = secrets.token_hex(4)
    part = file.beside(target.with_name(f"{target.name}.{token}.part"))
    trial = file.beside(target.with_name(f"{target.name}.{token}.trial"))
    try:
        for _ in range(_TRIES):
            _begin_anew(part, trial)
            if _copied(database, part, trial, go_on):
                break
        else:
            raise RecordError(Cause("backup_unquiet", {"name": database.name}))
        found = verify(part, go_on)
        if found.damaged:
            raise RecordError(*found.causes)
        part.close()
        _move(part.path, target)
    except OSError as error:
        raise RecordError(Cause("backup_not_written", {"target": str(target), "why": error.strerror or ""})) from error
    finally:
        _discard(part, trial)
    return replace(found, name=str(target))


def restore(backup_file: CipherFile, database: Database, file: CipherFile, *, aside: Path | None) -> Verification:
    """Make an open record what a backup holds.

    Args:
        backup_file: The backup, opened with its own passphrase.
        database: The record; it becomes what the backup holds in one transaction, or stays as it is.
        aside: Where what is there now is backed up before; None where there is nothing.
    Raises:
        RecordError: the backup is damaged or of a newer version, or the record cannot be written.
    """
    found = verify(backup_file)
    if found.damaged or found.planted:
        raise RecordError(*found.causes)
    if aside is not None:
        backup(database, file, aside)
    if isinstance(database, ServedDatabase):
        _restore_server(backup_file, database, file)
    else:
        copy_pages(backup_file, file)
        upgrade(file)
    return replace(found, name=database.name)


def set_aside(path: Path, now: datetime) -> Path:
    """Move a record that does not open any more out of the way, with its rollback journal, and return its new name.

    The journal goes first: left behind, it would be played back into whatever comes to lie at the record's place.
    """
    kept = free_name(path, "replaced", now)
    for name in (f"{path.name}-journal", path.name):
        old = path.with_name(name)
        if old.exists():
            old.replace(kept.with_name(name.replace(path.name, kept.name, 1)))
    return kept


def free_name(path: Path, word: str, now: datetime) -> Path:
    """``<record>.<word>-<date>T<time>-<sign>``: nobody else's, though two restore in the same second."""
    return path.with_name(f"{path.name}.{word}-{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}")


# --- parts ---


def _copied(database: Database, part: CipherFile, trial: CipherFile, go_on: GoOn) -> bool:
    """Copy, restore the copy into a fresh file, and tell whether that is what the record holds."""
    if isinstance(database, ServedDatabase):
        with database.server.reading() as connection:
            found = version(connection)
            upgrade(part, revision=found or "head")
            with part.writing() as copy:
                for table in tables(copy):
                    copy.execute(delete(table))
                copy_rows(connection, copy, go_on)
            before = fingerprint(connection)
    else:
        assert isinstance(database, CipherFile)
        copy_pages(database, part, go_on)
        with database.reading() as connection:
            before = fingerprint(connection)
    copy_pages(part, trial, go_on)
    with trial.reading() as connection:
        return fingerprint(connection) == before


def _restore_server(backup_file: CipherFile, database: ServedDatabase, spool: CipherFile) -> None:
    """Empty the server's tables and fill them again, in one transaction; compare before it is committed."""
    if database.away is not None:
        raise database.away
    newest = spool.beside(spool.path.with_name(f"{spool.path.name}.restoring"))
    try:
        _begin_anew(newest)
        copy_pages(backup_file, newest)
        upgrade(newest)
        with newest.reading() as source, database.server.writing() as remote:
            for table in reversed(tables(remote)):
                remote.execute(delete(table))
            copy_rows(source, remote)
            if fingerprint(source) != fingerprint(remote):
                raise RecordError(Cause("restore_not_all", {"name": database.name}))
    finally:
        _discard(newest)
    database.hand_over()


def _check_target(database: Database, file: CipherFile, target: Path) -> None:
    """Refuse to write over what is no earlier backup of this record. Raises RecordError."""
    if target.is_dir():
        raise RecordError(Cause("record_is_folder", {"name": str(target)}))
    if not target.parent.is_dir():
        raise RecordError(Cause("backup_no_folder", {"target": str(target), "folder": str(target.parent)}))
    if not target.exists():
        return
    if target.samefile(file.path):
        raise RecordError(Cause("backup_onto_record", {"target": str(target)}))
    if target.stat().st_size == 0:
        return
    former = file.beside(target)
    where = database.server if isinstance(database, ServedDatabase) else database
    try:
        with former.reading() as connection, where.reading() as record:
            known = version(connection) is not None and is_earlier(connection, record)
    except RecordError:
        known = False
    finally:
        former.close()
    if not known:
        raise RecordError(Cause("backup_onto_other", {"target": str(target)}))


def _move(part: Path, target: Path) -> None:
    with part.open("r+b") as file:
        os.fsync(file.fileno())
    part.replace(target)


def _begin_anew(*files: CipherFile) -> None:
    """Empty files that only this user may read."""
    _discard(*files)
    for file in files:
        os.close(os.open(file.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _discard(*files: CipherFile) -> None:
    for file in files:
        file.close()
        for name in (file.path.name, f"{file.path.name}-journal"):
            with suppress(FileNotFoundError):
                file.path.with_name(name).unlink()
