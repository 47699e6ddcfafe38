"""The people who are tested. What is corrected stays readable: every change keeps what was there before."""

import hashlib
import secrets
import unicodedata
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, or_, select, update

from teststation.cause import Cause, Problem
from teststation.due import next_due
from teststation.errors import BadInput, RecordError
from teststation.ports import Value
from teststation.records.access.audit import NOT_TAKEN, Action, AuditLog, detail_of
from teststation.records.access.seals import Key
from teststation.records.access.users import Permission, still_may
from teststation.records.people import national_number
from teststation.records.people.last_tested import last_tested
from teststation.records.storage.names import folded, search_key, search_words, sort_key, trimmed
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, PERSON, PERSON_VERSION
from teststation.subject import Sex
from teststation.texts import LANGUAGES

SEARCH_LIMIT = 100
FEW = 500  # so many are asked for by name; of more, everybody is read
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


class People:
    """The people of a record, in Norwegian alphabetical order where there is a list."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

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
        demo: bool = False,
        language: str | None = None,
    ) -> Person:
        """Add a person and return it with its id.

        Args:
            born: ISO date.
            number: A patient number, at most one person's; empty counts as none.
            language: One of ``LANGUAGES``, of the page and of what the person is shown; None: the clinic's.
        Raises:
            BadInput: every problem at once, with the number that another person has among them.
        """
        person = new_person(
            family_name=family_name, given_name=given_name, born=born, sex=sex, number=number, height_cm=height_cm,
            note=note, demo=demo, language=language,
        )  # fmt: skip
        with self._database.writing() as connection:
            still_may(connection, self._audit, Permission.TEST)
            add_in(connection, self._audit, person)
        return person

    def update(self, person: Person) -> Person:
        """Replace a person's fields by these and return what is kept; what was there before stays readable.

        ``created_at``, ``merged_into`` and ``demo`` stay as they are. ``revision`` must be the kept one.

        ``person.updated_at`` tells which version was changed: a newer one is never overwritten.

        Raises:
            BadInput: as ``add``.
            ChangedMeanwhile: somebody else has changed the person since. RecordError: nobody has this id.
        """
        checked = _checked(person)
        with self._database.writing() as connection:
            still_may(connection, self._audit, Permission.TEST)
            kept = person_in(connection, self._database, person.id)
            if (kept.revision, kept.updated_at) != (person.revision, person.updated_at):
                raise ChangedMeanwhile(kept, checked)
            _refuse_slips(checked, kept)
            wanted = msgspec.structs.replace(
                checked, created_at=kept.created_at, merged_into=kept.merged_into, demo=kept.demo
            )
            _refuse_number_of_another(connection, wanted)
            return replace_in(connection, self._audit, Action.PERSON_CHANGED, kept, wanted)

    def get(self, person_id: str) -> Person:
        """The person with this id. Raises RecordError where there is none."""
        with self._database.reading() as connection:
            return person_in(connection, self._database, person_id)

    def is_there(self, person_id: str) -> bool:
        """Whether this person, or duplicate, is in the record."""
        with self._database.reading() as connection:
            return connection.execute(select(PERSON.c.id).where(PERSON.c.id == person_id)).first() is not None

    def with_number(self, number: str) -> Person | None:
        """Whose number this is, or whose duplicate's; None where it is nobody's."""
        query = select(PERSON).where(PERSON.c.number == _number(number))
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
            while row is not None and row["merged_into"] is not None:
                query = select(PERSON).where(PERSON.c.id == row["merged_into"])
                row = connection.execute(query).mappings().one_or_none()
            return None if row is None else person_of(row)

    def duplicates_of(self, person_id: str) -> list[str]:
        """The ids of those who were merged into this person, and into them."""
        ids = [person_id]
        with self._database.reading() as connection:
            for known in ids:  # grows: a duplicate may have duplicates of its own
                ids += connection.execute(select(PERSON.c.id).where(PERSON.c.merged_into == known)).scalars()
        return ids[1:]

    def versions(self, person_id: str) -> list[Person]:
        """What the person was before each change, the oldest first."""
        query = select(PERSON_VERSION.c.body).where(PERSON_VERSION.c.person_id == person_id)
        with self._database.reading() as connection:
            bodies = connection.execute(query.order_by(PERSON_VERSION.c.revision)).scalars()
            return [msgspec.json.decode(body, type=Version).person for body in bodies]

    def namesakes(self, person: Person) -> list[Person]:
        """Others who are easily taken for this person: the same name, or the same birth date and one name in common."""
        same = [PERSON.c.sort_key == sort_key(person.family_name, person.given_name)]
        if person.born is not None:
            same.append(PERSON.c.born == person.born)
        query = select(PERSON).where(or_(*same), PERSON.c.id != person.id, PERSON.c.merged_into.is_(None))
        with self._database.reading() as connection:
            found = [person_of(row) for row in connection.execute(query.order_by(PERSON.c.sort_key)).mappings()]
        own = set(folded(person.full_name).split())
        return [other for other in found if own & set(folded(other.full_name).split())]

    def due(self, on: date) -> list[tuple[Person, str]]:
        """Whose next test is due on this day or before, with when they were last tested; who waits longest first,
        and of one day by name."""
        query = select(PERSON).where(PERSON.c.merged_into.is_(None)).order_by(PERSON.c.sort_key, PERSON.c.id)
        with self._database.reading() as connection:
            last = last_tested(connection)
            waiting = {person_id for person_id, tested in last.items() if next_due(tested) <= on}
            if len(waiting) <= FEW:
                query = query.where(PERSON.c.id.in_(waiting))
            people = [person_of(row) for row in connection.execute(query).mappings() if row["id"] in waiting]
        return sorted(((person, last[person.id]) for person in people), key=lambda one: one[1])

    def all(self) -> list[Person]:
        """Everybody."""
        return self._list(None)

    def search(self, text: str, *, skip: int = 0, limit: int | None = SEARCH_LIMIT) -> list[Person]:
        """Who matches every word of ``text`` in name, number or birth date, in any order and case.

        "Family name, given name" and a birth date without its zeros, as 1.1.1980, are such words too.

        Args:
            text: Empty matches everybody.
            skip: So many of those who match have been read before.
            limit: At most so many; None: all of them.
        """
        return self._list(text, skip, limit)

    def _list(self, text: str | None, skip: int = 0, limit: int | None = None) -> list[Person]:
        query = select(PERSON).where(PERSON.c.merged_into.is_(None)).order_by(PERSON.c.sort_key, PERSON.c.id)
        if text is not None:
            key = PERSON.c.search_key
            words = search_words(text)
            query = query.where(*(or_(*(key.contains(way, autoescape=True) for way in word)) for word in words))
        query = query.offset(skip).limit(limit)
        with self._database.reading() as connection:
            return [person_of(row) for row in connection.execute(query).mappings()]


class Version(msgspec.Struct):
    """A former state. The salt keeps its hash in the audit log from telling a birth date to who tries them all."""

    salt: str
    person: Person


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
            demo=demo,
            language=language,
            created_at=now,
            updated_at=now,
        )
    )
    _refuse_slips(person)
    return person


def add_in(connection: Connection, audit: AuditLog, person: Person) -> None:
    """Add a new person together with what else the transaction does. Raises BadInput: the number is another's."""
    _refuse_number_of_another(connection, person)
    connection.execute(insert(PERSON).values(**_row(person), salt=secrets.token_hex(16)))
    audit.note_in(connection, Action.PERSON_ADDED, person.id, seals=[("person", person.id)])


def person_in(connection: Connection, database: Database, person_id: str) -> Person:
    """The person with this id. Raises RecordError where there is none."""
    row = connection.execute(select(PERSON).where(PERSON.c.id == person_id)).mappings().one_or_none()
    if row is None:
        raise RecordError(Cause("person_missing", {"name": database.name, "person": person_id}))
    return person_of(row)


def replace_in(
    connection: Connection,
    audit: AuditLog,
    action: Action,
    kept: Person,
    wanted: Person,
    *,
    always: bool = False,
    seals: Sequence[Key] = (),
    **detail: Any,
) -> Person:
    """Change ``kept`` into ``wanted``, keep what was there, and tell the audit log.

    Where there is no difference nothing happens, unless ``always``: then there is a new revision all the same.
    """
    fields = [name for name in Person.__struct_fields__ if getattr(kept, name) != getattr(wanted, name)]
    if not fields and not always:
        return kept
    now = _later(kept.updated_at)
    changed = msgspec.structs.replace(wanted, revision=kept.revision + 1, updated_at=now)
    body = msgspec.json.encode(Version(secrets.token_hex(16), kept)).decode("utf-8")
    former = {"person_id": kept.id, "revision": kept.revision, "body": body, "replaced_at": now}
    connection.execute(insert(PERSON_VERSION).values(**former))
    values = _row(changed)
    merged = select(PERSON.c.search_key).where(PERSON.c.merged_into == kept.id)
    # Who was merged into this person is still found by their own name and number, and leads here.
    values["search_key"] = " ".join([str(values["search_key"]), *connection.execute(merged).scalars()])
    connection.execute(update(PERSON).where(PERSON.c.id == kept.id).values(**values))
    written = [("person", kept.id), ("person_version", kept.id, kept.revision), *seals]
    audit.note_in(
        connection,
        action,
        kept.id,
        seals=written,
        fields=fields,
        revision=kept.revision,
        sha256=_body_sha256(body),
        **detail,
    )
    return changed


def version_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Former states of people that are not what the audit log tells of. ``name`` is the record's."""
    bodies = {
        (row.person_id, row.revision): row.body
        for row in connection.execute(
            select(PERSON_VERSION.c.person_id, PERSON_VERSION.c.revision, PERSON_VERSION.c.body)
        )
    }
    erased = set(
        connection.execute(select(AUDIT.c.person_id).where(AUDIT.c.action == Action.PERSON_ERASED.value)).scalars()
    )
    for row in connection.execute(select(AUDIT.c.person_id, AUDIT.c.detail).order_by(AUDIT.c.seq)):
        detail = detail_of(row.detail)
        if "revision" not in detail or NOT_TAKEN in detail or row.person_id in erased:
            continue
        body = bodies.pop((row.person_id, detail["revision"]), None)
        if body is None or _body_sha256(body) != detail.get("sha256"):
            code = "verify_version_gone" if body is None else "verify_version_changed"
            yield Cause(code, {"name": name, "person": str(row.person_id), "revision": str(detail["revision"])})
    for person_id, revision in sorted(bodies):
        yield Cause("verify_version_unknown", {"name": name, "person": person_id, "revision": revision})


def _body_sha256(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _checked(person: Person) -> Person:
    """The person as it is kept: spaces trimmed, empty number as none. Raises BadInput with every problem."""
    checked = msgspec.structs.replace(
        person,
        family_name=trimmed(person.family_name),
        given_name=trimmed(person.given_name),
        number=_number(person.number),
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


def same_number(text: str) -> str | None:
    """A number as it is kept, however it was written; None for none."""
    return _number(text)


def _iso_day(text: str) -> date:
    """``YYYY-MM-DD`` or ``YYYYMMDD``. Raises ValueError: nobody is born in a week."""
    if "W" in text.upper():
        raise ValueError(text)
    return date.fromisoformat(text)


def _refuse_slips(person: Person, kept: Person | None = None) -> None:
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


def _number(text: str | None) -> str | None:
    """A national number as its digits alone, so that it is one number however it is written."""
    number = trimmed("".join(_figure(letter) for letter in text or ""))
    if national_number.looks_like_one(number):
        number = national_number.compact(number)
    return number or None


def _figure(letter: str) -> str:
    """A figure of any script as 0 to 9."""
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _refuse_number_of_another(connection: Connection, person: Person) -> None:
    if person.number is None:
        return
    taken = select(PERSON.c.id).where(PERSON.c.number == person.number, PERSON.c.id != person.id)
    if connection.execute(taken).first() is not None:
        raise BadInput(Cause("person_number_taken"))


def _row(person: Person) -> dict[str, object]:
    fields: dict[str, object] = {name: getattr(person, name) for name in person.__struct_fields__}
    return fields | {
        "sex": person.sex.value,
        "demo": int(person.demo),
        "search_key": search_key(person.given_name, person.family_name, person.number or "", person.born or ""),
        "sort_key": sort_key(person.family_name, person.given_name),
    }


def person_of(row: Mapping[Any, Any]) -> Person:
    """The person of a row."""
    return msgspec.convert({name: row[name] for name in Person.__struct_fields__} | {"demo": bool(row["demo"])}, Person)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _later(than: str) -> str:
    """Now, but later than another time in any case: two versions of a person never have the same."""
    first = datetime.fromisoformat(than) + timedelta(milliseconds=1) if than else datetime.min.replace(tzinfo=UTC)
    return max(datetime.now(UTC), first).isoformat(timespec="milliseconds")
