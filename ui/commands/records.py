"""``teststation records``: what is kept."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.outputs import Kind, Output
from teststation.output import run_object
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.tests.stored import KeptLine, StoredTest
from teststation.texts import english, first_of
from ui.commands.common import the_record
from ui.commands.outputs import check, write, write_json
from ui.commands.run import demo_words, framed, headline_sentence, take_in_interrupted
from ui.commands.telling import tell
from ui.commands.voice import say
from ui.station.group import write_group
from ui.station.handing_over import hand_over
from ui.station.settings import load_settings
from ui.station.station import Station

if TYPE_CHECKING:
    from teststation.records.database import Record


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
                tell(f"{row['id']}  {row['started_at']}  {row['outcome']:11} {row['protocol']:16} {who}")
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
            tell(f"{stored.id}  {stored.run.started_at}  {stored.run.plan.title}: {words}")
            for line in framed(stored):
                tell(line)
    return 0


def report(arguments: argparse.Namespace) -> int:
    """One test's report as PDF, and any number of tests handed over to a folder as PDF and text."""
    if arguments.pdf is None and arguments.hand_over is None:
        raise BadInput("name a file with --pdf, or a folder with --hand-over")
    if arguments.pdf is not None and (len(arguments.id) != 1 or arguments.signed):
        raise BadInput("--pdf is one test's report; name one ID, or hand over several with --hand-over DIR")
    check(arguments, (arguments.pdf, Kind.PDF), (arguments.hand_over, Kind.FOLDER))
    with the_record(arguments, create=False, needs=Permission.TEST) as record:
        station = _take_in_interrupted(record)
        tests = [record.tests.get(test_id) for test_id in arguments.id]
        if arguments.signed:
            known = {stored.id for stored in tests}
            signed = [line.id for line in record.tests.summaries() if line.signed_by is not None]
            tests += [record.tests.get(test_id) for test_id in signed if test_id not in known]
        if not tests:
            raise BadInput(Cause("hand_over_nothing"))
        if arguments.pdf is not None:
            write(Output(Path(arguments.pdf), Kind.PDF), station.report(tests[0], arguments.language))
            record.audit.note(Action.REPORT_SAVED, tests[0].person_id, tests[0].id)
        if arguments.hand_over is not None:
            return _hand_over(station, tests, Path(arguments.hand_over), arguments.language)
    return 0


def _hand_over(station: Station, tests: list[StoredTest], folder: Path, language: str | None) -> int:
    def progress(done: int, of: int) -> None:
        if of > 1:
            say(f"{done} of {of}")

    made, problems = hand_over(station, tests, folder, language, progress)
    for one in made:
        print(one.pdf)
        print(one.text)
    for problem in first_of(problems):
        say(english(problem))
    return 2 if problems else 0


def group(arguments: argparse.Namespace) -> int:
    """The page and the table for who runs the clinic."""
    if arguments.pdf is None and arguments.csv is None:
        raise BadInput("name a file with --pdf, --csv or both")
    check(arguments, (arguments.pdf, Kind.PDF), (arguments.csv, Kind.CSV))
    with the_record(arguments, create=False, needs=Permission.EXPORT) as record:
        station = _take_in_interrupted(record)
        pdf, table = (None if name is None else Path(name) for name in (arguments.pdf, arguments.csv))
        results = write_group(station, pdf, table, arguments.language or "", arguments.style)
    counted = "fewer than five" if results.people is None else str(results.people)
    say(f"{counted} people counted; groups under {results.hidden_below} are hidden, and what would tell them")
    return 0


def _take_in_interrupted(record: "Record") -> Station:
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
