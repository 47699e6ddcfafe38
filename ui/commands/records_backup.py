"""``teststation records backup | restore | verify``: that nothing is lost, and that it can be shown."""

import argparse
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from teststation.errors import RecordError
from teststation.files.outputs import Kind
from teststation.records.storage.passphrase import VARIABLE, first_line
from teststation.records.storage.place import place_of
from teststation.records.upkeep.backup import backup
from teststation.records.upkeep.restoring import restore_record
from teststation.records.upkeep.verify import Verification, verify, verify_file, verify_journals
from ui.commands import outputs
from ui.commands.common import the_location, the_passphrase, the_record
from ui.commands.voice import say


def make(arguments: argparse.Namespace) -> int:
    """A backup that has been restored into a fresh file and compared."""
    outputs.check(arguments, (arguments.file, Kind.BACKUP))
    with the_record(arguments, create=False) as record:
        found = backup(record.database, record.file, Path(arguments.file))
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
    done = restore_record(location, passphrase, Path(arguments.file), of_backup, datetime.now().astimezone())
    say(f"restored: {_counted(done.found)}")
    if done.aside is not None:
        say(f"what was there before is kept as {done.aside}")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Every problem of a record or a backup, one line each."""
    outputs.check(arguments, (arguments.json, Kind.JSON), reads=[arguments.file] if arguments.file else [])
    found = _checked_file(arguments) if arguments.file is not None else _checked_record(arguments)
    outputs.write_json(
        {
            "name": found.name,
            "ok": found.ok,
            "people": found.people,
            "tests": found.tests,
            "events": found.events,
            "problems": list(found.problems),
        },
        arguments.json,
    )
    if not found.ok:
        raise RecordError(*found.causes)
    if arguments.json != "-":
        print(f"{found.name}: every byte is as it was kept; {_counted(found)}")
    return 0


def _checked_file(arguments: argparse.Namespace) -> Verification:
    given = arguments.passphrase_file is not None or bool(os.environ.get(VARIABLE))
    passphrase = the_passphrase(arguments, place_of(the_location(arguments)), create=given)
    return verify_file(Path(arguments.file), passphrase)


def _checked_record(arguments: argparse.Namespace) -> Verification:
    """The record's file is checked before it is opened as a record, which would stumble over the first problem."""
    place = place_of(the_location(arguments))
    found: Verification | None = None
    if place.url is None:
        found = verify_file(place.file, the_passphrase(arguments, place, create=False))
        if not found.ok:
            return found
    with the_record(arguments, create=False) as record:
        if record.away is not None:
            raise record.away
        found = found or verify(record.database)
        torn = verify_journals(record.unfinished_journals(), record.journal_key())
    return replace(found, causes=found.causes + torn)


def _counted(found: Verification) -> str:
    return f"{found.people} people, {found.tests} tests, {found.events} events"
