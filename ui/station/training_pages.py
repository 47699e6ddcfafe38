"""Training's printed pages, from the record and the settings."""

from datetime import date
from typing import TYPE_CHECKING

from teststation import __version__
from teststation.exchange.training import why_it_waits
from teststation.records.people.person import Person
from teststation.records.training.note import Note
from teststation.texts import texts
from teststation.training.diary import overview, weeks
from teststation.training.interview import Interview, goals
from teststation.training.plan import Plan
from ui.station.settings import Settings

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

# The makers of PDF are large and wanted late: each page imports them when it is made.


def diary_page(
    record: "Record",
    settings: Settings,
    person: Person,
    today: date,
    language: str | None = None,
    *,
    blank: bool = False,
) -> bytes:
    """The diary as PDF/A: filled with what was planned and done, or as a grid to be written on by hand."""
    from teststation.report.training_pages import DiaryPage, diary_pdf

    plan, talk = record.training.last(person.id, Plan), record.training.last(person.id, Interview)
    entries = [note.value for note in record.diary(person.id)]
    page = DiaryPage(
        whose=_whose(settings, person, today, language),
        overview=None if plan is None else overview(plan.value, entries, today),
        entries=entries,
        weeks=weeks(None if plan is None else plan.value, entries, today),
        blank=blank,
        goals=[] if talk is None else goals(talk.value),
        waits=why_it_waits(record, person.id),
    )
    return diary_pdf(page)


def interview_page(
    record: "Record", settings: Settings, person: Person, note: Note[Interview], language: str | None = None
) -> bytes:
    """A talk as PDF/A, on one page where it finds room."""
    from teststation.report.training_pages import interview_pdf

    day = date.fromisoformat(note.written_at[:10])
    return interview_pdf(_whose(settings, person, day, language, draft=not note.value.done), note.value)


def _whose(settings: Settings, person: Person, day: date, language: str | None, *, draft: bool = False):
    from teststation.report.training_pages import Whose

    return Whose(
        say=texts(language or person.language or settings.language),
        clinic=settings.clinic_name,
        name=person.full_name,
        family=person.family_name,
        born=person.born,
        printed_on=day,
        made_with=__version__,
        demo=person.demo,
        draft=draft,
    )
