"""``teststation records passphrase``: change it, write it down, keep it in the keyring."""

import argparse
import getpass
import sys
from pathlib import Path

from teststation.errors import RecordError
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.storage.passphrase import change_passphrase, first_line, keep_in_keyring
from teststation.records.storage.place import place_of
from ui.commands.common import the_location, the_passphrase, the_record
from ui.commands.voice import say


def run(arguments: argparse.Namespace) -> int:
    """Show or keep the present passphrase, or change it."""
    place = place_of(the_location(arguments))
    # Opened first: a wrong passphrase is neither shown nor kept.
    with the_record(arguments, create=False, needs=Permission.RECORD) as record:
        present = the_passphrase(arguments, place, create=False)
        if arguments.show:
            record.audit.note(Action.PASSPHRASE_SHOWN)  # first: what is not told is not shown
            print(present)
            return 0
        if arguments.to_keyring:
            keep_in_keyring(record.path, present)
            record.audit.note(Action.PASSPHRASE_SHOWN, keyring=True)
            say("this system's keyring keeps the passphrase from now on")
            return 0
        if record.runs_now():
            raise RecordError(f"{record.path}: a test is being run; end it, then change the passphrase")
        new = _new_passphrase(arguments)
        kept = change_passphrase(record.file, present, new)
        record.audit.note(Action.PASSPHRASE_CHANGED)
    place_of_it = "the keyring keeps it" if kept else "give the new one from now on, and keep it in a safe place"
    say(f"the passphrase is changed; {place_of_it}; earlier backups open with the one they were made under")
    return 0


def _new_passphrase(arguments: argparse.Namespace) -> str:
    if arguments.new_passphrase_file is not None:
        return first_line(Path(arguments.new_passphrase_file))
    if not sys.stdin.isatty():
        raise RecordError("there is nobody to ask for the new passphrase; give --new-passphrase-file FILE")
    new = getpass.getpass("New passphrase: ")
    if getpass.getpass("The same again: ") != new:
        raise RecordError("the two were not the same; nothing was changed, try again")
    return new
