"""The list says of a person's next test what the page of their last one says: no date that was withheld there."""

from datetime import date
from types import ModuleType

import msgspec
import pytest

from tests.mutants import fails_with
from tests.sample_tests import sample
from tests.unit.records.builders import events_of
from tests.unit.report.test_report import report
from teststation.cause import Cause
from teststation.physiology import advice
from teststation.physiology.assess import assess_run
from teststation.records.database import Record
from teststation.records.people import last_tested
from teststation.records.people.person import Person
from teststation.run.record import Mark, Outcome, RunRecord
from teststation.subject import Sex
from ui.desktop.people import last_result, people_model
from ui.station import next_test

ON = date(2026, 2, 1)
NOTED = (Mark(430.0, "symptom", "Ubehag i brystet"),)


def ended(person: Person, number: int, **changed: object) -> RunRecord:
    at = f"2026-01-{number:02d}T10:00:00+01:00"
    return msgspec.structs.replace(sample()[0], id=f"{person.id}-{number}", started_at=at, **changed)


def next_cell(record: Record, person: Person) -> str:
    """A person's column *Neste test*."""
    model = people_model.PeopleModel(record)
    model.find("")
    row = [one.id for one in model.people].index(person.id)
    return str(model.data(model.index(row, 3)))


def the_list_says_what_the_page_says(record: Record) -> None:
    person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
    short = {"legens avklaring": "Legen først", "så snart årsaken er rettet": "Ta testen på nytt"}
    for run, words in (
        (ended(person, 2), "Neste test 02.04.2026."),
        (ended(person, 3, outcome=Outcome.FAULT, reason=Cause("telemetry_lost")), "så snart årsaken er rettet"),
        (ended(person, 4, marks=NOTED), "legens avklaring"),
        (ended(person, 5, treadmill="emulated:trackmaster"), "legens avklaring"),
        (ended(person, 6), "Neste test 06.04.2026."),
    ):
        record.tests.save(person.id, run, assess_run(run), events_of(3))
        last = record.tests.last_started([person.id])[person.id]
        assert words in last_result.next_test_words(record, person, last, ON), run.id
        assert short.get(words, words.removeprefix("Neste test ").strip(".")) in next_cell(record, person), run.id
        assert run.demo or words.split(" ")[-1].strip(".") in report(run, assess_run(run)).next_test, "as on the page"
        elsewhere = last_result.next_test_words(record, person, "2026-02-05T12:00:00+00:00", ON)
        assert "05.05.2026" in elsewhere, "a newer result from elsewhere lets a date be told"


def test_the_list_says_what_the_page_says(record: Record) -> None:
    the_list_says_what_the_page_says(record)


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        (advice, "    if symptom:\n", "    if False:\n"),
        (advice, "again = not number or outcome in", "again = not number or None in"),
        (advice, 'mark.kind == "symptom" or (', "("),
        (last_tested, ".where(or_(PERSON.c.demo == 1, not_(DEMONSTRATION)))", ""),
        (next_test, "and end.started_at >= last[person_id]", ""),
        (people_model, "    if instead is None:\n", "    if True:\n"),
    ],
)
def test_the_list_fails_on_a_planted_fault(module: ModuleType, old: str, new: str, record: Record) -> None:
    fails_with(module, old, new, lambda: the_list_says_what_the_page_says(record))
