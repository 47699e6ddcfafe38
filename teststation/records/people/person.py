"""One person as they are kept, and what nobody can be. Who only looks at people needs no database for it."""

import unicodedata
import uuid
from datetime import UTC, date, datetime

import msgspec

from teststation.cause import Cause, Problem
from teststation.errors import BadInput, RecordError
from teststation.ports import Value
from teststation.records.people import national_number
from teststation.records.storage.names import trimmed
from teststation.subject import Sex
from teststation.texts import LANGUAGES

SEARCH_LIMIT = 100
OLDEST_YEARS = 110  # a birth date further back is a slip of the hand, as is one to come
NUMBER_LETTERS = 64


class Person(Value, frozen=True):
    """One person. Sex and birth date are kept on their own, never derived from the number."""

    id: str
    family_name: str
    given_name: str
    born: str | None  # ISO date
    sex: Sex
    number: str | None = None
    height_cm: float | None = None
    note: str = ""
    created_at: str = ""  # ISO 8601, UTC; set by the record
    updated_at: str = ""
    revision: int = 1  # raised by the record with every change
    merged_into: str | None = None  # the person this duplicate was merged into
    demo: bool = False  # the demonstration's own person, and nobody; it stays so
    language: str | None = None  # one of ``LANGUAGES``: of what this person reads; None: the clinic's

    @property
    def full_name(self) -> str:
        """Given name, then family name."""
        return f"{self.given_name} {self.family_name}".strip()


class ChangedMeanwhile(RecordError):
    """Somebody else has changed a person since: ``kept`` is what they wrote, ``mine`` what was not kept."""

    def __init__(self, kept: Person, mine: Person) -> None:
        super().__init__(Cause("person_changed_meanwhile"))
        self.kept, self.mine = kept, mine


def new_person(
    *,
    family_name: str,
    given_name: str = "",
    born: str | None = None,
    sex: Sex,
    number: str | None = None,
    height_cm: float | None = None,
    note: str = "",
    demo: bool = False,
    language: str | None = None,
) -> Person:
    """A person with an id, as they will be kept; arguments as ``People.add``. Raises BadInput with every problem."""
    now = _now()
    person = checked_person(
        Person(
            id=str(uuid.uuid4()),
            family_name=family_name,
            given_name=given_name,
            born=born,
            sex=sex,
            number=number,
            height_cm=height_cm,
            note=note,
            demo=demo,
            language=language,
            created_at=now,
            updated_at=now,
        )
    )
    refuse_slips(person)
    return person


def checked_person(person: Person) -> Person:
    """The person as it is kept: spaces trimmed, empty number as none. Raises BadInput with every problem."""
    checked = msgspec.structs.replace(
        person,
        family_name=trimmed(person.family_name),
        given_name=trimmed(person.given_name),
        number=same_number(person.number),
        born=(person.born or "").strip() or None,
    )
    problems: list[Problem] = []
    if not checked.full_name:
        problems.append(Cause("person_no_name"))
    if checked.born is not None:
        try:
            checked = msgspec.structs.replace(checked, born=_iso_day(checked.born).isoformat())
        except ValueError:
            problems.append(Cause("person_born_wrong", {"text": checked.born}))
    if checked.height_cm is not None and not 0 < checked.height_cm < 300:
        problems.append(Cause("person_height_wrong", {"height_cm": checked.height_cm}))
    if checked.language is not None and checked.language not in LANGUAGES:
        there = ", ".join(LANGUAGES)
        problems.append(Cause("person_language_unknown", {"language": checked.language, "there": there}))
    if any("\0" in text for text in (checked.full_name, checked.number or "", checked.note)):
        problems.append(Cause("person_null_character"))
    if len(checked.number or "") > NUMBER_LETTERS:
        problems.append(Cause("person_number_too_long", {"most": NUMBER_LETTERS}))
    if checked.number is not None and national_number.looks_like_one(checked.number):
        try:
            national_number.read(checked.number, datetime.now(UTC).date())
        except BadInput as error:
            problems.extend(error.causes)
    if problems:
        raise BadInput(*problems)
    return checked


def birth_date(text: str, today: date) -> date | Cause:
    """A birth date of somebody who may be tested today, or why it is none."""
    try:
        born = _iso_day(text.strip())
    except ValueError:
        return Cause("person_born_wrong", {"text": text})
    if born > today:
        return Cause("person_born_future", {"text": born.isoformat()})
    if born.year < today.year - OLDEST_YEARS:
        return Cause("person_born_long_ago", {"text": born.isoformat(), "years": OLDEST_YEARS})
    return born


def _iso_day(text: str) -> date:
    """``YYYY-MM-DD`` or ``YYYYMMDD``. Raises ValueError: nobody is born in a week."""
    if "W" in text.upper():
        raise ValueError(text)
    return date.fromisoformat(text)


def refuse_slips(person: Person, kept: Person | None = None) -> None:
    """Raise BadInput for what nobody can have, unless it was kept so before: then other fields can still be mended."""
    problems: list[Problem] = []
    if person.born is not None and (kept is None or kept.born != person.born):
        born = birth_date(person.born, datetime.now(UTC).astimezone().date())
        problems += [born] if isinstance(born, Cause) else []
    if person.number is not None and (kept is None or kept.number != person.number):
        damage = national_number.damaged(person.number)
        problems += [] if damage is None else [damage]
    if problems:
        raise BadInput(*problems)


def same_number(text: str | None) -> str | None:
    """A number as it is kept, however it was written; None for none. A national number is its digits alone."""
    number = trimmed("".join(_figure(letter) for letter in text or ""))
    if national_number.looks_like_one(number):
        number = national_number.compact(number)
    return number or None


def _figure(letter: str) -> str:
    """A figure of any script as 0 to 9."""
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
