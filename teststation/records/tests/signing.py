"""A test is reviewed and signed by a named user; after that it is only amended, with a reason, by a further row.

A signature covers the test as it was run, the result it rests on, and its own words. Nothing is updated: the newest
signature counts, the earlier ones stay readable, and verification computes every hash again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, func, insert, not_, select
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.physiology.result import Assessment
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog, detail_of, head_of
from teststation.records.access.user import Permission, User
from teststation.records.access.users import user_in
from teststation.records.people.last_tested import DEMONSTRATION
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import AUDIT, RESULT, SESSION_RESULT, SIGNATURE, TEST
from teststation.records.tests.result_rows import result_row
from teststation.records.tests.signature import Signature, Waiting
from teststation.subject import Subject

_subject = msgspec.json.Decoder(Subject)
_codes = msgspec.json.Decoder(tuple[str, ...])
_TEST_PARTS = (
    "id", "started_at", "protocol_sha256", "protocol_text", "subject_json", "conditions_json", "outcome", "reason_json",
    "treadmill", "heart_rate", "run_json", "events_count", "events_sha256", "software_version",
)  # fmt: skip
_OWN_PARTS = (
    "test_id", "number", "user_id", "user_name", "user_role", "signed_at", "result_number", "comment", "reason",
    "subject_json", "audit_seq", "audit_sha256",
)  # fmt: skip


class Signing:
    """Signs and amends the tests of a record."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

    def signatures(self, test_id: str) -> list[Signature]:
        """Every signature of a test, the first one first."""
        query = select(SIGNATURE).where(SIGNATURE.c.test_id == test_id).order_by(SIGNATURE.c.number)
        with self._database.reading() as connection:
            return [signature_of(row) for row in connection.execute(query).mappings()]

    def not_handed_over(self, since: str) -> list[Waiting]:
        """Tests of people, signed or amended at ``since`` (ISO 8601, UTC) or later, that have not gone to the journal
        after that; the one that waits longest first. A session and a demonstration go nowhere.
        """
        query = (
            select(
                SIGNATURE.c.test_id, TEST.c.person_id, TEST.c.started_at, SIGNATURE.c.signed_at,
                SIGNATURE.c.user_name.label("signed_by"), SIGNATURE.c.audit_seq,
            )
            .join(TEST, TEST.c.id == SIGNATURE.c.test_id)
            .where(SIGNATURE.c.signed_at >= since, not_(DEMONSTRATION))
            .where(select(RESULT.c.test_id).where(RESULT.c.test_id == TEST.c.id).exists())
            .order_by(SIGNATURE.c.number)
        )  # fmt: skip
        with self._database.reading() as connection:
            newest = {row["test_id"]: row for row in connection.execute(query).mappings()}
            if not newest:
                return []  # the log, which grows for ever, is not read for nothing: this is asked with every list
            first = min(row["audit_seq"] for row in newest.values())
            gone = select(AUDIT.c.test_id, func.max(AUDIT.c.seq)).where(
                AUDIT.c.seq > first, AUDIT.c.action == Action.TEST_HANDED_OVER.value
            )
            handed = {row[0]: row[1] for row in connection.execute(gone.group_by(AUDIT.c.test_id))}
        return [
            Waiting(**{name: row[name] for name in Waiting.__struct_fields__})
            for row in sorted(newest.values(), key=lambda row: row["signed_at"])
            if handed.get(row["test_id"], 0) <= row["audit_seq"]
        ]

    def sign(
        self,
        test_id: str,
        user: User,
        *,
        comment: str = "",
        reason: str = "",
        result_number: int | None = None,
        corrected: tuple[Subject, Assessment] | None = None,
        symptoms: Sequence[str] | None = None,
        seen: int = 0,
    ) -> Signature:
        """Sign a test, or amend a signed one.

        Args:
            reason: Why; needed for an amendment and for a correction.
            result_number: The result to stand for; None takes the one signed last, or the newest of an unsigned test.
            corrected: What the subject should have been, and the result that follows; it is kept as a new result.
            symptoms: Codes of ``TOLD_AFTER`` that were told of after the test, all of them; None leaves them as
                they were. One that is taken back stays readable in the signature before.
            seen: The number of the newest signature that the user has seen; 0 for none.
        Raises:
            BadInput: not allowed, no reason, or somebody else has signed meanwhile.
            RecordError: there is no such test or result.
        """
        with self._database.writing() as connection:
            needs_the_server(self._database)
            # As the record has them now: who was sent away or given another role meanwhile signs nothing.
            signing = user_in(connection, user.id)
            if signing is None or not signing.may(Permission.SIGN):
                raise BadInput(Cause("sign_not_allowed"))
            test = connection.execute(select(TEST).where(TEST.c.id == test_id)).mappings().one_or_none()
            if test is None:
                raise RecordError(Cause("sign_no_test", {"name": self._database.name, "test": test_id}))
            last = _last(connection, test_id)
            number = 1 if last is None else last["number"] + 1
            if number != seen + 1:
                raise BadInput(Cause("sign_meanwhile"))
            if (number > 1 or corrected is not None) and not reason.strip():
                raise BadInput(Cause("sign_no_reason"))
            newest = _newest(connection, test_id)
            if corrected is not None:
                fresh = (newest or 0) + 1
                connection.execute(insert(RESULT).values(**result_row(test_id, fresh, corrected[1])))
                sealed = [("result", test_id, fresh)]
                self._audit.note_in(
                    connection, Action.RESULT_ADDED, test["person_id"], test_id, seals=sealed, number=fresh
                )
                result_number = fresh
                subject_json = msgspec.json.encode(corrected[0]).decode("utf-8")
            else:
                result_number = result_number or (last["result_number"] if last is not None else newest)
                subject_json = None if last is None else last["subject_json"]
            audit_seq, audit_sha256 = head_of(connection)
            values: dict[str, object] = {
                "test_id": test_id,
                "number": number,
                "user_id": signing.id,
                "user_name": signing.name,
                "user_role": signing.role.value,
                "signed_at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "result_number": result_number,
                "comment": comment.strip(),
                "reason": reason.strip(),
                "subject_json": subject_json,
                "audit_seq": audit_seq,
                "audit_sha256": audit_sha256,
                "symptoms_json": None if last is None else last["symptoms_json"],
            }
            if symptoms is not None:
                values["symptoms_json"] = msgspec.json.encode(list(symptoms)).decode("utf-8") if symptoms else None
            digest = _content_sha256(connection, values, test)
            if digest is None:
                raise RecordError(Cause("sign_no_result", {"name": self._database.name, "test": test_id}))
            connection.execute(insert(SIGNATURE).values(**values, content_sha256=digest))
            action = Action.TEST_SIGNED if number == 1 else Action.TEST_AMENDED
            sealed = [("signature", test_id, number)]
            self._audit.note_in(
                connection, action, test["person_id"], test_id, seals=sealed, number=number, sha256=digest
            )
            made = _last(connection, test_id)
            assert made is not None
            return signature_of(made)


def signature_of(row: RowMapping, prefix: str = "") -> Signature:
    """A row of the signature table as a value; its columns may carry a prefix in a row that is joined."""
    fields = {name: row[prefix + name] for name in Signature.__struct_fields__ if name not in ("subject", "symptoms")}
    body, told = row[f"{prefix}subject_json"], row[f"{prefix}symptoms_json"]
    return Signature(
        **fields,
        subject=None if body is None else _subject.decode(body),
        symptoms=() if told is None else _codes.decode(told),
    )


def signature_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Signed tests that are no longer what was signed. ``name`` is the record's."""
    erased = select(AUDIT.c.person_id).where(AUDIT.c.action == Action.PERSON_ERASED.value)
    told = {
        (str(row.test_id), _count(detail["number"])): str(detail.get("sha256"))
        for row in connection.execute(
            select(AUDIT.c.test_id, AUDIT.c.detail).where(
                AUDIT.c.action.in_((Action.TEST_SIGNED.value, Action.TEST_AMENDED.value)),
                AUDIT.c.person_id.not_in(erased),
            )
        )
        if "number" in (detail := detail_of(row.detail))
    }
    rows = connection.execute(select(SIGNATURE).order_by(SIGNATURE.c.test_id, SIGNATURE.c.number)).mappings().all()
    for row in rows:
        test = connection.execute(select(TEST).where(TEST.c.id == row["test_id"])).mappings().one()
        which = {"name": name, "test": row["test_id"], "number": row["number"], "at": row["signed_at"]}
        if _content_sha256(connection, row, test) != row["content_sha256"]:
            yield Cause("verify_signature", which)
        elif told.get((row["test_id"], row["number"])) != row["content_sha256"]:
            yield Cause("verify_signature_other", which)
        sha256 = select(AUDIT.c.sha256).where(AUDIT.c.seq == row["audit_seq"])
        if row["audit_seq"] and connection.execute(sha256).scalar() != row["audit_sha256"]:
            yield Cause("verify_signature_log", which | {"row": row["audit_seq"]})
    for test_id, number in sorted(told.keys() - {(row["test_id"], row["number"]) for row in rows}):
        yield Cause("verify_signature_gone", {"name": name, "test": test_id, "number": number})


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _last(connection: Connection, test_id: str) -> RowMapping | None:
    query = select(SIGNATURE).where(SIGNATURE.c.test_id == test_id).order_by(SIGNATURE.c.number.desc()).limit(1)
    return connection.execute(query).mappings().one_or_none()


def _newest(connection: Connection, test_id: str) -> int | None:
    """The number of a test's, or a session's, newest result."""
    for table in (RESULT, SESSION_RESULT):
        found = connection.execute(select(func.max(table.c.number)).where(table.c.test_id == test_id)).scalar()
        if found is not None:
            return found
    return None


def _content_sha256(connection: Connection, signature: RowMapping | dict[str, object], test: RowMapping) -> str | None:
    query = select(RESULT.c.assessment_json).where(
        RESULT.c.test_id == signature["test_id"], RESULT.c.number == signature["result_number"]
    )
    result = connection.execute(query).scalar()
    if result is None:  # a session has what it came to in place of a result
        of_session = select(SESSION_RESULT.c.session_json).where(
            SESSION_RESULT.c.test_id == signature["test_id"], SESSION_RESULT.c.number == signature["result_number"]
        )
        result = connection.execute(of_session).scalar()
    if result is None:
        return None
    parts = [[test[name] for name in _TEST_PARTS], result, [signature[name] for name in _OWN_PARTS]]
    if signature["symptoms_json"] is not None:  # as it was before there were any, where there are none
        parts.append(signature["symptoms_json"])
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
