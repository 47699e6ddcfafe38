"""A person's last result in one line, measured here or brought in."""

from teststation.records.database import Record
from teststation.records.people.people import Person
from teststation.records.tests.kept_tests import KeptLine
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import DASH, between, day, number


def vo2_words(line: KeptLine) -> str:
    """Headline number and range, or a dash."""
    if line.vo2max_ml_kg_min is None:
        return DASH
    return f"{number(line.vo2max_ml_kg_min, 1)} ({between(line.low, line.high)})"


def last_result_words(record: Record, person: Person) -> str:
    """The newest number there is, with its day; empty where there is none. A demonstration counts for nobody else."""
    tests = [
        (line.started_at[:10], vo2_words(line))
        for line in record.tests.summaries(person.id)
        if line.vo2max_ml_kg_min is not None and (person.demo or not line.demo)
    ]
    brought = [
        (one.tested_on, f"{number(one.vo2max_ml_kg_min, 1)}, {tr('history.imported')}")
        for one in record.imported.of_person(person.id)
    ]
    if not tests and not brought:
        return ""
    on, words = max([*tests, *brought], key=lambda one: one[0])
    return tr("person.result", vo2=words, day=day(on))
