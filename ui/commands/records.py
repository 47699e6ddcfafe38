"""``teststation records``: what is kept."""

import argparse
from pathlib import Path

from teststation.files.outputs import Kind, Output
from teststation.output import run_object
from teststation.records.access.audit import Action
from teststation.records.access.users import Permission
from teststation.records.database import Record
from teststation.records.tests.kept_tests import KeptLine
from ui.commands.common import the_record
from ui.commands.outputs import check, write, write_json
from ui.commands.run import demo_words, headline_sentence, take_in_interrupted
from ui.station.settings import load_settings
from ui.station.station import Station


def list_all(arguments: argparse.Namespace) -> int:
    """Every kept test, newest first; interrupted runs are taken in before."""
    check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        _take_in_interrupted(record)
        people = {person.id: person.full_name for person in record.people.all()}
        rows = [_row(people, line) for line in record.tests.summaries()]
        record.audit.note(Action.LIST_SEEN)
        if arguments.json is not None:
            write_json(rows, arguments.json)
        if arguments.json != "-":
            for row in rows:
                who = f"{row['person']}{demo_words(row['demo'])}"
                print(f"{row['id']}  {row['started_at']}  {row['outcome']:11} {row['protocol']:16} {who}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """One test as JSON, or in one line."""
    check(arguments, (arguments.json, Kind.JSON))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        _take_in_interrupted(record)
        stored = record.tests.get(arguments.id)
        record.audit.note(Action.TEST_SEEN, stored.person_id, stored.id)
        if arguments.json is not None:
            write_json(run_object(stored.run, stored.assessment, stored.signature), arguments.json)
        if arguments.json != "-":
            words = f"{headline_sentence(stored)}{demo_words(stored.run.demo)}"
            print(f"{stored.id}  {stored.run.started_at}  {stored.run.plan.title}: {words}")
    return 0


def report(arguments: argparse.Namespace) -> int:
    """One test's report as PDF."""
    check(arguments, (arguments.pdf, Kind.PDF))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        station = _take_in_interrupted(record)
        stored = record.tests.get(arguments.id)
        write(Output(Path(arguments.pdf), Kind.PDF), station.report(stored, arguments.language))
        record.audit.note(Action.REPORT_SAVED, stored.person_id, stored.id)
    return 0


def _take_in_interrupted(record: Record) -> Station:
    station = Station(record, load_settings())
    take_in_interrupted(station)
    return station


def _row(people: dict[str, str], line: KeptLine) -> dict[str, object]:
    return {
        "id": line.id,
        "started_at": line.started_at,
        "outcome": None if line.outcome is None else line.outcome.value,
        "protocol": line.protocol_id,
        "person": people[line.person_id],
        "vo2max_ml_kg_min": line.vo2max_ml_kg_min,
        "low": line.low,
        "high": line.high,
        "signed_by": line.signed_by,
        "demo": line.demo,
    }
