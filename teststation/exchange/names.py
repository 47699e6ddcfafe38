"""What exported files are called: predictable, valid on every system, and without a person's data unless wished."""

import re

from teststation.records.people.people import Person


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


def _safe(text: str) -> str:
    return re.sub(r'[\x00-\x1f\\/:*?"<>|\s.]+', "-", text).strip("-")[:80]
