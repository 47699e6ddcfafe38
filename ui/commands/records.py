"""``teststation records``: what is kept."""

import argparse

from teststation.output import run_object
from teststation.records.database import Record
from teststation.records.kept_tests import StoredTest
from ui.commands.common import check_writable, the_record, write_bytes, write_json
from ui.commands.run import headline_sentence, take_in_interrupted
from ui.settings import load_settings
from ui.station import Station


def list_all(arguments: argparse.Namespace) -> int:
    """Every kept test, newest first; interrupted runs are taken in before."""
    check_writable(arguments.json)
    with the_record(arguments, create=False) as record:
        _take_in_interrupted(record)
        rows = [_row(record, stored) for stored in record.tests.list()]
        if arguments.json is not None:
            write_json(rows, arguments.json)
        if arguments.json != "-":
            for row in rows:
                print(f"{row['id']}  {row['started_at']}  {row['outcome']:11} {row['protocol']:16} {row['person']}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """One test as JSON, or in one line."""
    check_writable(arguments.json)
    with the_record(arguments, create=False) as record:
        _take_in_interrupted(record)
        stored = record.tests.get(arguments.id)
        if arguments.json is not None:
            write_json(run_object(stored.run, stored.assessment), arguments.json)
        if arguments.json != "-":
            print(f"{stored.id}  {stored.run.started_at}  {stored.run.plan.title}: {headline_sentence(stored)}")
    return 0


def report(arguments: argparse.Namespace) -> int:
    """One test's report as PDF."""
    check_writable(arguments.pdf)
    with the_record(arguments, create=False) as record:
        station = _take_in_interrupted(record)
        write_bytes(arguments.pdf, station.report(record.tests.get(arguments.id)))
    return 0


def _take_in_interrupted(record: Record) -> Station:
    station = Station(record, load_settings())
    take_in_interrupted(station)
    return station


def _row(record: Record, stored: StoredTest) -> dict[str, object]:
    estimate = stored.assessment.estimates[stored.assessment.headline]
    return {
        "id": stored.id,
        "started_at": stored.run.started_at,
        "outcome": None if stored.run.outcome is None else stored.run.outcome.value,
        "protocol": stored.run.plan.id,
        "person": record.people.get(stored.person_id).full_name,
        "vo2max_ml_kg_min": estimate.vo2max_ml_kg_min,
        "low": estimate.low,
        "high": estimate.high,
    }
