"""Interval sessions that are kept: runs like a test's, with what they came to in place of a result.

A session is a row of ``test`` as every run is: so journals, seals, merging, erasing, backups and hand-over treat it as
they treat a test. It has no row of ``result``, and is therefore in no list of tests, no comparison and no trend.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, and_, func, insert, select
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause
from teststation.demonstration import is_demonstration
from teststation.errors import RecordError
from teststation.physiology.hrmax import SessionPeak
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.storage.store import Database
from teststation.records.storage.tables import SESSION_RESULT, SIGNATURE, TEST
from teststation.records.tests.kept_tests import decoded, events_sha256, insert_run, with_whom_merged
from teststation.records.tests.result_rows import session_row
from teststation.records.tests.signing import signature_of
from teststation.records.tests.stored import SessionLine, StoredSession
from teststation.run.record import Outcome, RunRecord
from teststation.training.session.evidence import peak_of
from teststation.training.session.result import SessionResult

_run = msgspec.json.Decoder(RunRecord)
_result = msgspec.json.Decoder(SessionResult)
_conditions = msgspec.json.Decoder(dict[str, str])
_cause = msgspec.json.Decoder(Cause)
_SIGNED = "signed_"


class KeptSessions:
    """The sessions of a record."""

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

    def save(self, person_id: str, run: RunRecord, found: SessionResult, events: Sequence[bytes]) -> StoredSession:
        """Keep a session, whole or not at all; arguments and errors as ``KeptTests.save``."""
        digest = events_sha256(events)
        with self._database.writing() as connection:
            person_id = with_whom_merged(connection, person_id)
            kept = connection.execute(select(TEST).where(TEST.c.id == run.id)).mappings().one_or_none()
            if kept is None:
                insert_run(connection, self._database.name, person_id, run, events, digest)
                connection.execute(insert(SESSION_RESULT).values(**session_row(run.id, 1, found)))
                sealed = [("test", run.id), ("session_result", run.id, 1)]
                self._audit.note_in(connection, Action.TEST_KEPT, person_id, run.id, seals=sealed, events_sha256=digest)
            elif (kept["person_id"], kept["events_sha256"]) != (person_id, digest):
                raise RecordError(Cause("test_kept_otherwise", {"test": run.id}))
            return _stored(connection.execute(_whole().where(TEST.c.id == run.id)).mappings().one())

    def get(self, session_id: str) -> StoredSession:
        """The session with this id, or the only one whose id begins so. Raises RecordError for none and for several."""
        begins = TEST.c.id.startswith(session_id, autoescape=True)
        query = _whole().where(begins).order_by(TEST.c.id).limit(9)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all() if session_id else []
        rows = [row for row in rows if row["id"] == session_id] or rows
        if not rows:
            raise RecordError(Cause("session_missing", {"name": self._database.name, "session": session_id}))
        if len(rows) > 1:
            raise RecordError(Cause("test_several", {"test": session_id}))
        return _stored(rows[0])

    def history(self, person_id: str | None = None) -> list[StoredSession]:
        """One person's sessions, or everybody's, oldest first, with their runs."""
        query = _whole().order_by(TEST.c.started_utc, TEST.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query if person_id is None else query.where(TEST.c.person_id == person_id))
            return [_stored(row) for row in rows.mappings()]

    def lines(self, person_id: str | None = None) -> list[SessionLine]:
        """One person's sessions, or everybody's, newest first, without reading a run."""
        columns = (
            *(TEST.c[name] for name in _OF_RUN),
            *(SESSION_RESULT.c[name] for name in _OF_RESULT),
            *(SIGNATURE.c[name] for name in ("user_name", "signed_at")),
        )
        query = _joined(select(*columns)).order_by(TEST.c.started_utc.desc(), TEST.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query if person_id is None else query.where(TEST.c.person_id == person_id))
            return [_line(row) for row in rows.mappings()]

    def peaks(self, person_id: str, *, demo: bool = False, before: str | None = None) -> tuple[SessionPeak, ...]:
        """The peaks of this person's sessions, oldest first: demonstrations among themselves.

        Args:
            before: Sessions that started before this one alone, as a run says it.
        """
        columns = (*(TEST.c[name] for name in ("started_at", "treadmill", "heart_rate")), SESSION_RESULT.c.session_json)
        query = _joined(select(*columns)).where(TEST.c.person_id == person_id).order_by(TEST.c.started_utc, TEST.c.id)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        found: list[SessionPeak] = []
        for row in rows:
            started_at = row["started_at"]
            if is_demonstration(row["treadmill"], row["heart_rate"]) is not demo:
                continue
            if before is not None and started_at >= before:
                continue
            peak = peak_of(_result.decode(row["session_json"]), started_at[:10])
            if peak is not None:
                found.append(peak)
        return tuple(found)

    def newest(self, person_id: str, *, demo: bool = False) -> StoredSession | None:
        """The last session of whatever protocol: demonstrations among themselves."""
        query = _whole().where(TEST.c.person_id == person_id).order_by(TEST.c.started_utc.desc(), TEST.c.id.desc())
        with self._database.reading() as connection:
            for row in connection.execute(query).mappings():
                if is_demonstration(row["treadmill"], row["heart_rate"]) is demo:
                    return _stored(row)
        return None

    def last_with_load(self, person_id: str, protocol_id: str, *, demo: bool = False) -> StoredSession | None:
        """The last session of this protocol that left a load to start with; None where none did."""
        for stored in reversed(self.history(person_id)):
            if stored.run.plan.id == protocol_id and stored.run.demo is demo and stored.result.next_load is not None:
                return stored
        return None


_OF_RUN = ("id", "person_id", "started_at", "protocol_id", "outcome", "reason_json", "treadmill", "heart_rate")
_OF_RESULT = (
    "bouts_planned", "bouts_done", "bouts_reached", "minutes", "in_band_s", "peak_bpm", "peak_all_out", "session_json",
)  # fmt: skip
_OTHER_RESULT, _OTHER_SIGNATURE = SESSION_RESULT.alias(), SIGNATURE.alias()
_NEWEST = select(func.max(_OTHER_RESULT.c.number)).where(_OTHER_RESULT.c.test_id == TEST.c.id).scalar_subquery()
_LAST_SIGNED = (
    select(func.max(_OTHER_SIGNATURE.c.number)).where(_OTHER_SIGNATURE.c.test_id == TEST.c.id).scalar_subquery()
)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(TEST)
        .outerjoin(SIGNATURE, and_(SIGNATURE.c.test_id == TEST.c.id, SIGNATURE.c.number == _LAST_SIGNED))
        .join(
            SESSION_RESULT,
            and_(
                SESSION_RESULT.c.test_id == TEST.c.id,
                SESSION_RESULT.c.number == func.coalesce(SIGNATURE.c.result_number, _NEWEST),
            ),
        )
    )


def _whole() -> Select[*tuple[Any, ...]]:
    signed = (column.label(_SIGNED + column.name) for column in SIGNATURE.c)
    return _joined(select(TEST, SESSION_RESULT.c.session_json, *signed))


def _stored(row: RowMapping) -> StoredSession:
    signature = None if row[f"{_SIGNED}number"] is None else signature_of(row, _SIGNED)
    run = decoded(_run, row["run_json"], row["id"])
    if signature is not None:
        run = msgspec.structs.replace(run, symptoms_told=signature.symptoms)
    return StoredSession(
        id=row["id"],
        person_id=row["person_id"],
        run=run,
        result=decoded(_result, row["session_json"], row["id"]),
        conditions=_conditions.decode(row["conditions_json"]),
        events_sha256=row["events_sha256"],
        software_version=row["software_version"],
        saved_at=row["saved_at"],
        signature=signature,
    )


def _line(row: RowMapping) -> SessionLine:
    reason = row["reason_json"]
    return SessionLine(
        id=row["id"],
        person_id=row["person_id"],
        started_at=row["started_at"],
        protocol_id=row["protocol_id"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        reason=None if reason is None else _cause.decode(reason),
        bouts_planned=row["bouts_planned"],
        bouts_done=row["bouts_done"],
        bouts_reached=row["bouts_reached"],
        minutes=row["minutes"],
        in_band_s=row["in_band_s"],
        peak_bpm=row["peak_bpm"],
        peak_all_out=bool(row["peak_all_out"]),
        signed_by=row["user_name"],
        signed_at=row["signed_at"],
        demo=is_demonstration(row["treadmill"], row["heart_rate"]),
        bouts=decoded(_result, row["session_json"], row["id"]).bouts,
    )
