"""A person's last result in one line, measured here or brought in."""

from datetime import date
from typing import TYPE_CHECKING

from teststation.records.people.person import Person
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.numbers import DASH, between, day, number
from ui.desktop.people.people_model import due_words
from ui.station.next_test import instead_of_dates

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record
    from teststation.records.tests.stored import KeptLine


def vo2_words(line: "KeptLine") -> str:
    """Headline number and range, or a dash."""
    if line.vo2max_ml_kg_min is None:
        return DASH
    return f"{number(line.vo2max_ml_kg_min, 1)} ({between(line.low, line.high)})"


def next_test_words(record: "Record", person: Person, last_started: str, on: date) -> str:
    """When the next test is due; after one that advises no date, what its page says in place of one."""
    told = instead_of_dates(record, {person.id: last_started}).get(person.id)
    if told is not None:
        return core_texts()(told)
    return tr("person.next_test", due=due_words(last_started, on))


def last_result_words(record: "Record", person: Person) -> str:
    """The newest number there is, with its day; empty where there is none. A demonstration counts for nobody else."""
    tests = [
        (line.started_at[:10], f"{vo2_words(line)} {tr('unit.vo2')}")
        for line in record.tests.summaries(person.id)
        if line.vo2max_ml_kg_min is not None and (person.demo or not line.demo)
    ]
    brought = [
        (one.tested_on, f"{number(one.vo2max_ml_kg_min, 1)} {tr('unit.vo2')}, {tr('history.imported')}")
        for one in record.imported.of_person(person.id)
    ]
    if not tests and not brought:
        return ""
    on, words = max([*tests, *brought], key=lambda one: one[0])
    return tr("person.result", vo2=words, day=day(on))
