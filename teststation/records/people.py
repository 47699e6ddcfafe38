"""The people who are tested."""

import unicodedata
import uuid
from datetime import UTC, date, datetime, timedelta

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from teststation.errors import BadInput, RecordError
from teststation.ports import Value
from teststation.records.store import Database
from teststation.records.tables import PERSON
from teststation.subject import Sex

SEARCH_LIMIT = 100
NUMBER_LETTERS = 64
_NORWEGIAN_ORDER = str.maketrans("æøå", "{|}")  # æ, ø, å come after z, in this order


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

    @property
    def full_name(self) -> str:
        """Given name, then family name."""
        return f"{self.given_name} {self.family_name}".strip()


class People:
    """The people of a record, in Norwegian alphabetical order where there is a list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        family_name: str,
        given_name: str = "",
        born: str | None = None,
        sex: Sex,
        number: str | None = None,
        height_cm: float | None = None,
        note: str = "",
    ) -> Person:
        """Add a person and return it with its id.

        Args:
            born: ISO date.
            number: A patient number, at most one person's; empty counts as none.
        Raises:
            BadInput: every problem at once, with the number that another person has among them.
        """
        now = _now()
        person = _checked(
            Person(
                id=str(uuid.uuid4()),
                family_name=family_name,
                given_name=given_name,
                born=born,
                sex=sex,
                number=number,
                height_cm=height_cm,
                note=note,
                created_at=now,
                updated_at=now,
            )
        )
        with self._database.writing() as connection:
            _refuse_number_of_another(connection, person)
            connection.execute(insert(PERSON).values(**_row(person)))
        return person

    def update(self, person: Person) -> Person:
        """Replace a person's fields by these, ``id`` and ``created_at`` apart, and return what is kept.

        ``person.updated_at`` tells which version was changed: a newer one is never overwritten.

        Raises:
            BadInput: as ``add``.
            RecordError: nobody has this id, or somebody else has changed the person since.
        """
        checked = _checked(person)
        with self._database.writing() as connection:
            kept = _get(connection, self._database, person.id)
            if kept.updated_at != person.updated_at:
                raise RecordError(
                    "this person was changed in the meantime; nothing of yours was kept; "
                    "look at it again, then change it"
                )
            changed = msgspec.structs.replace(checked, created_at=kept.created_at, updated_at=_later(kept.updated_at))
            _refuse_number_of_another(connection, changed)
            connection.execute(update(PERSON).where(PERSON.c.id == changed.id).values(**_row(changed)))
        return changed

    def get(self, person_id: str) -> Person:
        """The person with this id. Raises RecordError where there is none."""
        with self._database.reading() as connection:
            return _get(connection, self._database, person_id)

    def all(self) -> list[Person]:
        """Everybody."""
        return self._list(None)

    def search(self, text: str) -> list[Person]:
        """Who matches every word of ``text`` in name, number or birth date, in any order and case.

        At most ``SEARCH_LIMIT`` people; an empty text matches everybody.
        """
        return self._list(text)

    def _list(self, text: str | None) -> list[Person]:
        query = select(PERSON).order_by(PERSON.c.sort_key, PERSON.c.id)
        if text is not None:
            words = _folded(text).split()
            query = query.where(*(PERSON.c.search_key.contains(word, autoescape=True) for word in words))
            query = query.limit(SEARCH_LIMIT)
        with self._database.reading() as connection:
            return [_person(row) for row in connection.execute(query).mappings()]


def _get(connection: Connection, database: Database, person_id: str) -> Person:
    row = connection.execute(select(PERSON).where(PERSON.c.id == person_id)).mappings().one_or_none()
    if row is None:
        raise RecordError(f"{database.name}: there is no person {person_id}; choose one from the list")
    return _person(row)


def _checked(person: Person) -> Person:
    """The person as it is kept: spaces trimmed, empty number as none. Raises BadInput with every problem."""
    trimmed = msgspec.structs.replace(
        person,
        family_name=_trimmed(person.family_name),
        given_name=_trimmed(person.given_name),
        number=_trimmed(person.number or "") or None,
        born=(person.born or "").strip() or None,
    )
    problems: list[str] = []
    if not trimmed.full_name:
        problems.append("the name is missing; write at least one")
    if trimmed.born is not None:
        try:
            trimmed = msgspec.structs.replace(trimmed, born=date.fromisoformat(trimmed.born).isoformat())
        except ValueError:
            problems.append(f"{trimmed.born!r} is not a birth date; write it as YYYY-MM-DD")
    if trimmed.height_cm is not None and not 0 < trimmed.height_cm < 300:
        problems.append(f"{trimmed.height_cm:g} cm is not a height; correct it")
    if any("\0" in text for text in (trimmed.full_name, trimmed.number or "", trimmed.note)):
        problems.append("a text holds a null character, which no record keeps; type it again")
    if len(trimmed.number or "") > NUMBER_LETTERS:
        problems.append(f"the number is too long; at most {NUMBER_LETTERS} letters are kept")
    if problems:
        raise BadInput(*problems)
    return trimmed


def _refuse_number_of_another(connection: Connection, person: Person) -> None:
    if person.number is None:
        return
    taken = select(PERSON.c.id).where(PERSON.c.number == person.number, PERSON.c.id != person.id)
    if connection.execute(taken).first() is not None:
        raise BadInput("another person in this record has the same number; check the number, or choose that person")


def _row(person: Person) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(person, name) for name in person.__struct_fields__}
    words = (person.given_name, person.family_name, person.number or "", person.born or "")
    return fields | {
        "sex": person.sex.value,
        "search_key": _folded(" ".join(words)),
        "sort_key": _folded(f"{person.family_name} {person.given_name}".strip()).translate(_NORWEGIAN_ORDER),
    }


def _person(row: RowMapping) -> Person:
    return msgspec.convert({name: row[name] for name in Person.__struct_fields__}, Person)


def _trimmed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _folded(text: str) -> str:
    """Letters as they are compared: one form of each, no case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _later(than: str) -> str:
    """Now, but later than another time in any case: two versions of a person never have the same."""
    first = datetime.fromisoformat(than) + timedelta(milliseconds=1) if than else datetime.min.replace(tzinfo=UTC)
    return max(datetime.now(UTC), first).isoformat(timespec="milliseconds")
