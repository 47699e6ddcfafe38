"""What must come before somebody's next test or session, for the lists that show its day. No Qt."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from teststation.training.today import Line, Why

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

DOCTOR_FIRST = "advice.doctor"


def instead_of_dates(record: "Record", last: Mapping[str, str]) -> dict[str, str]:
    """What stands in place of the next test's date, as a key of the texts, by person id; of others the date stands.

    Args:
        last: When each of these people was last tested, ISO 8601 in UTC, imported results included: a result from
            elsewhere that is newer than the last test here lets a date be told.
    """
    if not last:
        return {}
    from teststation.physiology.advice import no_next_date

    found: dict[str, str] = {}
    for person_id, end in record.tests.last_ends(last).items():
        told = no_next_date(end.outcome, number=end.number, symptom=end.symptom)
        if told is not None and end.started_at >= last[person_id]:
            found[person_id] = told
    return found


def what_comes_first(record: "Record", line: Line) -> str:
    """What must come before that for which a line stands in today's list, as a key of the texts; empty for nothing."""
    if line.why is Why.SESSION:
        from teststation.exchange.training import SYMPTOM, why_it_waits
        from teststation.training.diary import INTERVALS

        waits = why_it_waits(record, line.person_id)
        return f"diary.waits.{waits}" if waits == SYMPTOM or (waits and line.kind in INTERVALS) else ""
    last = record.tests.last_started([line.person_id])
    told = instead_of_dates(record, last).get(line.person_id, "")
    return told if line.why is Why.DUE or told == DOCTOR_FIRST else ""
