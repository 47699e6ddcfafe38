"""What exported files are called: predictable, valid on every system, and without a person's data unless wished."""

import re
from string import Formatter

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest


def file_stem(person: Person, test_id: str, started_at: str, *, with_person: bool, demo: bool = False) -> str:
    """``test_2026-01-02_ab12cd34``, or ``ødegård_åse_2026-01-02_ab12cd34`` where the clinic wants the name.

    A demonstration says so first.
    """
    name = "_".join(part for part in (person.family_name, person.given_name) if part) if with_person else "test"
    return f"{'demo_' if demo else ''}{_safe(name) or 'test'}_{started_at[:10]}_{_safe(test_id)[:8]}"


def person_stem(person: Person, *, with_person: bool) -> str:
    """``person_ab12cd34``, or ``ødegård_åse_ab12cd34`` where the clinic wants the name."""
    name = "_".join(part for part in (person.family_name, person.given_name) if part) if with_person else "person"
    return f"{_safe(name) or 'person'}_{_safe(person.id)[:8]}"


PLACES = ("date", "time", "test", "person", "family", "given", "born", "number", "protocol", "state")


def checked_pattern(pattern: str) -> str:
    """A pattern of names such as ``{number}_{date}``. Raises BadInput with a place that nobody knows."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise BadInput(Cause("hand_over_pattern", {"place": "…", "places": _places()})) from error
    for _, place, how, conversion in parts:
        if place is not None and (place not in PLACES or how or conversion):
            raise BadInput(Cause("hand_over_pattern", {"place": place, "places": _places()}))
    return pattern


def hand_over_stem(person: Person, stored: StoredTest, state: str, pattern: str) -> str:
    """A file's name by the clinic's pattern.

    The test's own id comes along where the pattern does not name it, so that two tests of one day are two files; a
    demonstration says so first.
    """
    if "{test}" not in pattern:
        pattern += "_{test}"
    started = stored.run.started_at
    filled = pattern.format(
        date=started[:10],
        time=started[11:16].replace(":", ""),
        test=stored.id[:8],
        person=person.id[:8],
        family=person.family_name,
        given=person.given_name,
        born=person.born or "",
        number=person.number or "",
        protocol=stored.run.plan.id,
        state=state,
    )
    return f"{'demo_' if stored.run.demo else ''}{_safe(filled) or _safe(stored.id)}"


def _places() -> str:
    return ", ".join(f"{{{place}}}" for place in PLACES)


def _safe(text: str) -> str:
    return re.sub(r'[\x00-\x1f\\/:*?"<>|\s.]+', "-", text).strip("-")[:80]
