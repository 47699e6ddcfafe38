"""The page for who runs the clinic, as PDF and table, from everybody's tests in the record."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

from teststation import __version__
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.outputs import Kind, Output, problem
from teststation.files.writing import write_whole
from teststation.physiology.reference import fitness_age_change
from teststation.physiology.result import Change, FitnessAgeChange
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.tests.stored import StoredTest
from teststation.training.clinic_results import SESSIONS_A_WEEK, ClinicResults, Member, clinic_results, last_days
from teststation.training.diary import Entry, weeks
from teststation.training.interview import Interview, why_not_counted
from ui.station.must_live import must_live
from ui.station.station import Station


def write_group(
    station: Station, pdf: Path | None, table: Path | None, language: str = "", csv_style: str | None = None
) -> ClinicResults:
    """Write what was asked for, each file whole.

    Raises:
        BadInput: who acts may not export, or a file cannot be written. RecordError.
    """
    from teststation.exchange.group_table import group_csv
    from teststation.report.group_page import GroupPaper, render_group

    record = station.record
    record.users.still_may(Permission.EXPORT)
    wanted = [(pdf, Kind.PDF), (table, Kind.CSV)]
    for path, kind in wanted:
        found = None if path is None else problem(Output(path, kind), (), must_live(record.location))
        if found is not None:
            raise BadInput(found)
    today = datetime.now().astimezone().date()
    counted, others = members(station, today)
    results = clinic_results(counted, today, others)
    spoken = language or station.settings.language
    made = {
        Kind.PDF: lambda: render_group(GroupPaper(results, station.clinic(), __version__, spoken)),
        Kind.CSV: lambda: group_csv(results, station.manner(csv_style).style),
    }
    for path, kind in wanted:
        if path is None:
            continue
        data = made[kind]()
        try:
            write_whole(path, data)
        except OSError as error:
            raise BadInput(Cause("output_unwritable", {"path": str(path), "why": error.strerror or ""})) from error
    record.audit.note(Action.RECORD_EXPORTED, people=results.people or 0, tests=results.tests or 0, forms=["group"])
    return results


def members(station: Station, today: date) -> tuple[list[Member], Counter[str]]:
    """Everybody with a test of their own who has said yes to being counted, and how many others there are, by why not.

    A demonstration is nobody's test.
    """
    record = station.record
    asked: dict[str, list[Interview]] = {}
    for talk in record.training.of_everybody(Interview):
        asked.setdefault(talk.person_id, []).append(talk.value)
    trained: dict[str, list[Entry]] = {}
    for note in record.training.of_everybody(Entry):
        trained.setdefault(note.person_id, []).append(note.value)
    found: list[Member] = []
    others: Counter[str] = Counter()
    for person in record.people.all():
        if person.demo:
            continue
        tests = [stored for stored in record.tests.history(person.id) if not stored.run.demo]
        if not tests:
            continue
        why_not = why_not_counted(asked.get(person.id, []))
        if why_not is not None:
            others[why_not] += 1
            continue
        entries = trained.get(person.id)
        found.append(_member(tests, None if entries is None else _whole_weeks(entries, today)))
    return found, others


def _member(tests: list[StoredTest], whole_weeks: int | None) -> Member:
    last = tests[-1].run
    change, years = _change(tests)
    headlines = [stored.assessment.estimates[stored.assessment.headline] for stored in tests]
    return Member(
        sex=last.subject.sex,
        age_years=last.subject.age_years,
        tests=len(tests),
        last_day=last_days([stored.run.started_at for stored in tests]),
        change=change,
        years=years,
        withheld=tuple(one.why.code for one in headlines if one.status == "withheld" and one.why is not None),
        weeks=whole_weeks,
    )


def _change(tests: list[StoredTest]) -> tuple[Change | None, FitnessAgeChange | None]:
    """From the first test that can be compared to the last one that has a change, and what it is worth in years."""
    for stored in reversed(tests):
        found = stored.assessment
        change = found.since_first if found.since_first is not None else found.change
        if change is None:
            continue
        value = found.estimates[found.headline].vo2max_ml_kg_min
        if value is None or change.not_comparable:
            return change, None
        years = fitness_age_change(stored.run.subject.sex, value, change.change_ml_kg_min, change.low, change.high)
        return change, years
    return None, None


def _whole_weeks(entries: list[Entry], today: date) -> int:
    counted = Counter(week.monday for week in weeks(None, entries, today) if week.sessions >= SESSIONS_A_WEEK)
    return len(counted)
