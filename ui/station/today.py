"""What today's list is made of: read from the record for the pure core that puts it in order. No Qt."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from teststation.records.people.person import Person
from teststation.training.plan import Plan
from teststation.training.today import Interrupted, Line, Training, todays_lines

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


@dataclass(frozen=True, slots=True)
class Standing:
    """A line of today's list with its person."""

    person: Person
    line: Line


def today_of(record: "Record", today: date) -> tuple[Standing, ...]:
    """Who is to be seen to today, in order. What belongs to a duplicate stands with the person they were merged into.

    Raises RecordError.
    """
    due = record.people.due(today)
    people = {person.id: person for person, _ in due}

    def kept(person_id: str) -> Person:
        person = people.get(person_id) or record.people.get(person_id)
        while person.merged_into is not None:
            person = record.people.get(person.merged_into)
        people[person.id] = person
        return person

    interrupted = [
        Interrupted(line.id, person.id, line.started_at)
        for line in record.tests.interrupted()
        if (person := kept(line.person_id)).demo or not line.demo
    ]
    newest = {kept(note.person_id).id: note.value for note in record.training.of_everybody(Plan)}
    training = [
        Training(person_id, plan, tuple(note.value for note in record.diary(person_id)))
        for person_id, plan in newest.items()
        if any(session.day == today.isoformat() for session in plan.sessions)
    ]
    last = {person.id: started_at for person, started_at in due}
    last |= record.tests.last_started(sorted({one.person_id for one in interrupted}))
    return tuple(Standing(kept(one.person_id), one) for one in todays_lines(today, interrupted, training, last))
