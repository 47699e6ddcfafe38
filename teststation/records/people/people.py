"""The people who are tested. What is corrected stays readable: every change keeps what was there before."""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, or_, select, update

from teststation.cause import Cause
from teststation.due import next_due
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.audit import NOT_TAKEN, AuditLog, detail_of
from teststation.records.access.seals import Key
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.people.last_tested import last_tested
from teststation.records.people.person import (
    SEARCH_LIMIT,
    ChangedMeanwhile,
    Person,
    checked_person,
    new_person,
    refuse_slips,
    same_number,
)
from teststation.records.storage.names import folded, search_key, search_words, sort_key
from teststation.records.storage.store import Database
from teststation.records.storage.tables import AUDIT, PERSON, PERSON_VERSION
from teststation.subject import Sex

FEW = 500  # so many are asked for by name; of more, everybody is read


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
        checked = checked_person(person)
        with self._database.writing() as connection:
            still_may(connection, self._audit, Permission.TEST)
            kept = person_in(connection, self._database, person.id)
            if (kept.revision, kept.updated_at) != (person.revision, person.updated_at):
                raise ChangedMeanwhile(kept, checked)
            refuse_slips(checked, kept)
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
        query = select(PERSON).where(PERSON.c.number == same_number(number))
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


def _later(than: str) -> str:
    """Now, but later than another time in any case: two versions of a person never have the same."""
    first = datetime.fromisoformat(than) + timedelta(milliseconds=1) if than else datetime.min.replace(tzinfo=UTC)
    return max(datetime.now(UTC), first).isoformat(timespec="milliseconds")
