"""``teststation records export | import | erase``: what leaves a record, what comes in, what goes for good."""

import argparse
from datetime import datetime
from pathlib import Path

from teststation.errors import BadInput
from teststation.exchange.earlier import keep, preview
from teststation.exchange.export import FORMS, export_person, export_person_zip, export_record
from teststation.files.outputs import Kind
from teststation.records.access.user import Permission
from teststation.records.people.erased import Reason
from teststation.records.storage.place import place_of
from teststation.records.upkeep.erasing import erase_person
from teststation.texts import english, first_of
from ui.commands.common import the_record
from ui.commands.outputs import check
from ui.commands.run import take_in_interrupted
from ui.commands.telling import tell
from ui.commands.voice import say
from ui.station.settings import load_settings
from ui.station.station import Station

RECORD_FORMS = ("csv", "seconds", "fhir", "fit", "tcx")  # of everybody, where nothing else is asked


def export(arguments: argparse.Namespace) -> int:
    """CSV, FHIR, FIT and TCX of everybody, or everything of one person."""
    asked = [form for form in (arguments.only or "").split(",") if form]
    unknown = [form for form in asked if form not in FORMS]
    if unknown:
        raise BadInput(f"--only: nobody knows {', '.join(unknown)}; choose from {','.join(FORMS)}")
    zipped = arguments.person is not None and arguments.folder.lower().endswith(".zip")
    check(arguments, (arguments.folder, Kind.ZIP if zipped else Kind.FOLDER))
    with the_record(arguments, create=False, needs=Permission.EXPORT) as record:
        settings = load_settings()
        station = Station(record, settings)
        take_in_interrupted(station)
        folder, manner = Path(arguments.folder), station.manner(arguments.csv)
        if arguments.person is not None:
            forms = frozenset(asked or FORMS)
            one = export_person_zip if zipped else export_person
            count = one(record, arguments.person, folder, station.report, forms, manner)
        else:
            forms = frozenset(asked or RECORD_FORMS)
            count = export_record(record, folder, station.report, forms, manner)
    say(f"{count} files written to {folder}; they are not encrypted: keep them where only the right people read")
    return 0


def bring_in(arguments: argparse.Namespace) -> int:
    """Show what a table of earlier tests brings and every problem row; with ``--yes`` keep all of it or nothing."""
    path = Path(arguments.file)
    with the_record(arguments, create=False, needs=Permission.IMPORT) as record:
        found = preview(path, record, datetime.now().astimezone().date())
        # Before it is shown: who reads the list may go away in the middle of it.
        kept = keep(record, found) if arguments.yes and not found.problems else 0
        for row in found.rows:
            if row.person is not None and row.result is not None:
                result = row.result
                tell(f"row {row.row}: {result.tested_on}  {result.vo2max_ml_kg_min:g} mL/kg/min  "
                      f"{result.method}  {row.person.full_name}{'  (new person)' if row.is_new else ''}")  # fmt: skip
        for problem in first_of(found.problems):
            say(f"{path}: {english(problem)}")
        if found.problems:
            say("nothing is kept: correct those rows, or take them out, and name the file again")
            return 2
        if not arguments.yes:
            say(
                f"nothing is kept yet: {found.fresh} results, of {found.matched_people} people of the record and "
                f"{len(found.new_people)} new ones; add --yes to keep them"
            )
            return 0
    say(f"{kept} results kept, marked as imported; {len(found.good) - kept} were there already")
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Erase a person and all that is theirs."""
    if not arguments.yes:
        raise BadInput("this erases the person and every test for good; add --yes to do it")
    with the_record(arguments, create=False, needs=Permission.ERASE) as record:
        gone = erase_person(record, arguments.person, Reason(arguments.reason))
        on_server = place_of(record.location).url is not None
    say(
        f"{gone.people} people and {gone.tests} tests are erased; backups made before still hold them until the "
        "rotation gives them up"
    )
    if gone.journals:
        say(f"{gone.journals} journals of interrupted runs of theirs are erased too")
    for path in gone.unreadable:
        say(f"{path}: nobody can read whose run this was; if it was theirs, delete it")
    if on_server:
        say(
            "other stations drop their copy when they next reach the server; what a run left behind there is erased "
            "there by the same command; the server's own log of statements, its write-ahead log and its dumps may hold "
            "the person for as long as its administrator keeps them"
        )
    return 0
