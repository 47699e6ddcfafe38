"""``teststation records backup | restore | verify``: that nothing is lost, and that it can be shown."""

import argparse
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.files.outputs import Kind
from teststation.files.reading import is_there
from teststation.records.access.actions import COMMAND_LINE, Action
from teststation.records.access.head_keeping import head_in_name, head_shown
from teststation.records.database import BUSY_TIMEOUT_S, Record
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.head_file import Head
from teststation.records.storage.passphrase import VARIABLE, first_line
from teststation.records.storage.place import place_of
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.findings import Restored, Verification
from teststation.records.upkeep.restoring import restore_record
from teststation.records.upkeep.rotation import files_of, made_at
from teststation.records.upkeep.verify import compared, verify, verify_file, verify_journals, with_head_beside
from ui.commands import outputs
from ui.commands.common import the_location, the_passphrase, the_record
from ui.commands.telling import tell
from ui.commands.voice import say
from ui.station.desk import unnamed
from ui.station.settings import load_settings


def make(arguments: argparse.Namespace) -> int:
    """A backup that has been restored into a fresh file and compared."""
    outputs.check(arguments, (arguments.file, Kind.BACKUP))
    with the_record(arguments, create=False) as record:
        found = backup(record.database, record.file, Path(arguments.file))
        record.audit.note(Action.RECORD_BACKED_UP, people=found.people, tests=found.tests)
    say(f"backed up, restored into a fresh file and compared: {_counted(found)}")
    if not found.ok:
        raise RecordError(*found.causes)
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """The record becomes what the backup holds."""
    location = the_location(arguments)
    given = arguments.passphrase_file is not None or bool(os.environ.get(VARIABLE))
    passphrase = the_passphrase(arguments, place_of(location), create=given)
    other = arguments.backup_passphrase_file
    of_backup = passphrase if other is None else first_line(Path(other))
    done = restore_record(
        location, passphrase, Path(arguments.file), of_backup, datetime.now().astimezone(), unnamed(COMMAND_LINE)
    )
    say(f"restored: {_counted(done.found)}")
    if done.aside is not None:
        say(f"what was there before is kept as {done.aside}")
    for sentence in _changed_by_restoring(done):
        say(sentence)
    return 0


def _changed_by_restoring(done: Restored) -> list[str]:
    """Who is back and who is gone, so that nobody comes or goes unseen."""
    said = []
    if not done.compared:
        said.append(
            "the record that was there does not open, so nobody can tell whether erased people are back or users gone; "
            "look through both lists: records list, records users list"
        )
    if done.erased_back:
        said.append(
            f"people who had been erased are back: {', '.join(done.erased_back)}; erase them again: "
            "records erase ID --reason REASON --yes"
        )
    if done.users_gone:
        said.append(f"users whom the backup does not know are gone: {', '.join(done.users_gone)}; add them again")
    if done.users_back:
        said.append(
            f"users who had left are let in again: {', '.join(done.users_back)}; let them go again: records users leave"
        )
    return said


def check(arguments: argparse.Namespace) -> int:
    """Every problem of a record or a backup, one line each."""
    outputs.check(arguments, (arguments.json, Kind.JSON), reads=[arguments.file] if arguments.file else [])
    if arguments.new_head:
        return _new_head(arguments)
    found = _checked_file(arguments) if arguments.file is not None else _checked_record(arguments)
    outputs.write_json(
        {
            "name": found.name,
            "ok": found.ok,
            "people": found.people,
            "tests": found.tests,
            "events": found.events,
            "problems": list(found.problems),
            "audit_log_end": None if found.head is None else found.head.shown,
            "compared_with": list(found.compared),
            "sealed_as_found_at": found.sealed_since,
            "tables_of_revision": found.older,
        },
        arguments.json,
    )
    if not found.ok:
        raise RecordError(*found.causes)
    if arguments.json != "-":
        for sentence in checked_sentences(found):
            tell(f"{found.name}: {sentence}")
    return 0


def checked_sentences(found: Verification) -> list[str]:
    """What was checked of a record in which nothing was found, and what was not."""
    said = [
        f"nothing is amiss in what was checked: {_counted(found)}; every page; that there are this version's tables "
        "and no other table, trigger, view or index; each row against its seal in the audit log; columns against the "
        "whole they were taken from; raw events; signatures; each row of the audit log against the one before it"
    ]
    if found.head is not None:
        end = f"its audit log ends with row {found.head.shown}"
        if found.compared:
            said.append(f"{end}; compared with {', '.join(found.compared)}")
        else:
            said.append(
                f"{end}; nothing outside the file was at hand to compare that with: whether rows were cut off the end "
                "is not checked; a printed report and a scheduled backup's name tell a row, give it as --head ROW:HASH"
            )
    if found.sealed_since is not None:
        said.append(
            f"what was kept before {found.sealed_since} was sealed then as it was found: whether somebody had changed "
            "it before that is not checked, but for signed tests and where two copies are kept"
        )
    if found.older is not None:
        said.append(
            f"it is of an earlier version (tables of revision {found.older}), whose rows have no seals: whether "
            "somebody changed an unsigned test in every copy, a person or a user is not checked"
        )
    said.append("not checked: how often wrong passwords were given, and what a program with the passphrase wrote")
    return said


def _new_head(arguments: argparse.Namespace) -> int:
    """Begin the file with the log's end anew, where the old one was lost or somebody has looked into it."""
    with the_record(arguments, create=False) as record:
        if record.away is not None:
            raise record.away
        found = verify(record.database)
        if not found.ok:
            raise RecordError(*found.causes)
        record.audit.note(Action.HEAD_ACCEPTED)
        record.head.begin()
    say(f"{record.head.path} is begun anew; from now on it tells where the audit log ends")
    return 0


def _checked_file(arguments: argparse.Namespace) -> Verification:
    given = arguments.passphrase_file is not None or bool(os.environ.get(VARIABLE))
    place = place_of(the_location(arguments))
    passphrase = the_passphrase(arguments, place, create=given)
    path = Path(arguments.file)
    it_is = place.url is None and is_there(place.file) and is_there(path) and path.samefile(place.file)
    found = verify_file(path, passphrase, is_the_record=it_is)
    if arguments.head is None or found.damaged:
        return found
    file = CipherFile(path, passphrase, BUSY_TIMEOUT_S)
    try:
        return compared(found, file, head_shown(arguments.head), "--head")
    finally:
        file.close()


def _checked_record(arguments: argparse.Namespace) -> Verification:
    """The record's file is checked before it is opened as a record, which would stumble over the first problem."""
    place = place_of(the_location(arguments))
    found: Verification | None = None
    if place.url is None:
        found = verify_file(place.file, the_passphrase(arguments, place, create=False), is_the_record=True)
        if not found.ok:
            return found
    with the_record(arguments, create=False) as record:
        if record.away is not None:
            raise record.away
        if found is None:
            found = with_head_beside(verify(record.database), record.head.log, record.head, must=True)
        if arguments.head is not None:
            found = compared(found, record.database, head_shown(arguments.head), "--head")
        for path in _heads_of_backups():
            found = compared(found, record.database, head_in_name(path) or Head(0, ""), f"backup {path.name}")
        unfinished = record.unfinished_journals()
        torn = verify_journals(unfinished, record.journal_key())
        found = replace(found, causes=(*found.causes, *torn, *_of_nobody(record, unfinished)))
        for sentence in journal_sentences(record, unfinished):
            say(sentence)
    return found


def _of_nobody(record: Record, unfinished: list[Path]) -> Iterator[Cause]:
    """Runs of people who are not in the record any more: what is erased is erased with its journals."""
    for path in unfinished:
        person_id = record.person_of_journal(path)
        if person_id is not None and not record.people.is_there(person_id):
            yield Cause("journal_of_nobody", {"path": str(path), "person": person_id})


def journal_sentences(record: Record, unfinished: list[Path]) -> list[str]:
    """What lies beside the record that is no fault of it."""
    said = [f"{path}: an interrupted run that is not taken in yet; it is with: records list" for path in unfinished]
    if record.runs_now():
        said.append("a test is being prepared or walked now; its journal is not checked")
    damaged = [path for path in record.journals(damaged=True) if path.suffix == ".damaged"]
    return said + [f"{path}: kept as evidence; of this run's journal a line could not be read" for path in damaged]


def _heads_of_backups() -> list[Path]:
    """The newest scheduled backup that tells a row of the log: it lies where whoever has this machine may not be."""
    folder = load_settings().backup_folder
    if not folder:
        return []
    with suppress(RecordError):
        dated = [(at, path) for path in files_of(Path(folder)) if (at := made_at(path)) and head_in_name(path)]
        return [max(dated)[1]] if dated else []
    return []


def _counted(found: Verification) -> str:
    return f"{found.people} people, {found.tests} tests, {found.events} events"
