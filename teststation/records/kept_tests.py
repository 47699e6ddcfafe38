"""Tests that are kept: the run, its raw events and every result that was ever computed from them."""

import builtins
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, Select, and_, func, insert, select
from sqlalchemy.engine import RowMapping

from teststation import __version__
from teststation.errors import RecordError
from teststation.physiology.result import Assessment
from teststation.records.store import Database
from teststation.records.tables import EVENT, PERSON, RESULT, STAGE, TEST
from teststation.run.record import RunRecord

_T = TypeVar("_T")

_encode = msgspec.json.Encoder().encode
_run = msgspec.json.Decoder(RunRecord)
_assessment = msgspec.json.Decoder(Assessment)
_conditions = msgspec.json.Decoder(dict[str, str])


@dataclass(frozen=True, slots=True)
class StoredTest:
    """One kept test with its newest result."""

    id: str
    person_id: str
    run: RunRecord
    assessment: Assessment
    conditions: dict[str, str]  # the pre-test answers
    events_sha256: str  # of the raw data: see ``events_sha256``
    software_version: str  # that ran the test
    saved_at: str  # ISO 8601, UTC
    result_number: int  # 1 for the result made with the test


class _EventHead(msgspec.Struct):
    """What a row of the event table needs to know of an event, whatever else is in it."""

    event: str
    t_s: float
    conditions: dict[str, str] = msgspec.field(default_factory=dict)


_event_head = msgspec.json.Decoder(_EventHead)


def events_sha256(events: Iterable[bytes]) -> str:
    """SHA-256, in hex, of a run's raw events: each event's JSON bytes followed by a newline, in order."""
    digest = hashlib.sha256()
    for event in events:
        digest.update(event + b"\n")
    return digest.hexdigest()


class KeptTests:
    """The tests of a record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, person_id: str, run: RunRecord, assessment: Assessment, events: Sequence[bytes]) -> StoredTest:
        """Keep a test, whole or not at all. Saving the same run again changes nothing and returns what is kept.

        Args:
            events: The raw events as the journal gave them.
        Raises:
            RecordError: nobody has this id, or this run is kept already with another person or other events.
        """
        digest = events_sha256(events)
        with self._database.writing() as connection:
            kept = connection.execute(select(TEST).where(TEST.c.id == run.id)).mappings().one_or_none()
            if kept is None:
                self._insert(connection, person_id, run, assessment, events, digest)
            elif (kept["person_id"], kept["events_sha256"]) != (person_id, digest):
                raise RecordError(
                    f"test {run.id} is kept already, with another person or other events; nothing was changed; "
                    "show the kept one with: teststation records show"
                )
            return self._one(connection, run.id)

    def add_result(self, test_id: str, assessment: Assessment) -> StoredTest:
        """Keep a newer result beside the former ones, which stay as they are. Raises RecordError without the test."""
        with self._database.writing() as connection:
            former = select(func.max(RESULT.c.number)).where(RESULT.c.test_id == test_id)
            last = connection.execute(former).scalar()
            if last is None:
                raise self._missing(test_id)
            connection.execute(insert(RESULT).values(**_result_row(test_id, last + 1, assessment)))
            return self._one(connection, test_id)

    def get(self, test_id: str) -> StoredTest:
        """The test with this id, or the only one whose id begins so. Raises RecordError for none and for several."""
        begins = TEST.c.id.startswith(test_id, autoescape=True)
        query = select(TEST.c.id).where(begins).order_by(TEST.c.id).limit(9)
        with self._database.reading() as connection:
            found = list(connection.execute(query).scalars()) if test_id else []
            if test_id in found:
                found = [test_id]
            if not found:
                raise self._missing(test_id)
            if len(found) > 1:
                raise RecordError(f"several tests begin with {test_id}; write more of the id")
            return self._one(connection, found[0])

    def list(self, person_id: str | None = None) -> builtins.list[StoredTest]:
        """All tests, or one person's, newest first."""
        query = _newest_results().order_by(TEST.c.started_utc.desc(), TEST.c.id)
        if person_id is not None:
            query = query.where(TEST.c.person_id == person_id)
        with self._database.reading() as connection:
            return [self._stored(row) for row in connection.execute(query).mappings()]

    def history(self, person_id: str) -> builtins.list[StoredTest]:
        """A person's tests, oldest first."""
        return self.list(person_id)[::-1]

    def last_started(self) -> dict[str, str]:
        """When each person was last tested, ISO 8601 in UTC, by person id; who never was is not in it."""
        query = select(TEST.c.person_id, func.max(TEST.c.started_utc)).group_by(TEST.c.person_id)
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def results(self, test_id: str) -> builtins.list[Assessment]:
        """Every result of a test, in the order they were made."""
        query = select(RESULT.c.assessment_json).where(RESULT.c.test_id == test_id).order_by(RESULT.c.number)
        with self._database.reading() as connection:
            return [_decoded(_assessment, body, test_id) for body in connection.execute(query).scalars()]

    def events(self, test_id: str) -> tuple[bytes, ...]:
        """The raw events of a test, as the journal gave them; none where there is no such test."""
        query = select(EVENT.c.body).where(EVENT.c.test_id == test_id).order_by(EVENT.c.seq)
        with self._database.reading() as connection:
            return tuple(body.encode("utf-8") for body in connection.execute(query).scalars())

    def ids(self) -> frozenset[str]:
        """The ids of all kept tests."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(TEST.c.id)).scalars())

    # --- parts ---

    def _insert(
        self,
        connection: Connection,
        person_id: str,
        run: RunRecord,
        assessment: Assessment,
        events: Sequence[bytes],
        digest: str,
    ) -> None:
        known = connection.execute(select(PERSON.c.id).where(PERSON.c.id == person_id)).first()
        if known is None:
            raise RecordError(f"{self._database.name}: there is no person {person_id}; the test was not kept here")
        heads = [_event_head.decode(event) for event in events]
        connection.execute(insert(TEST).values(**_test_row(person_id, run, heads, digest)))
        stages = [_stage_row(run, number) for number in range(len(run.stages))]
        rows = [
            {"test_id": run.id, "seq": seq, "t_s": head.t_s, "kind": head.event, "body": event.decode("utf-8")}
            for seq, (head, event) in enumerate(zip(heads, events, strict=True))
        ]
        for table, several in ((STAGE, stages), (EVENT, rows)):
            if several:
                connection.execute(insert(table), several)
        connection.execute(insert(RESULT).values(**_result_row(run.id, 1, assessment)))

    def _one(self, connection: Connection, test_id: str) -> StoredTest:
        return self._stored(connection.execute(_newest_results().where(TEST.c.id == test_id)).mappings().one())

    def _stored(self, row: RowMapping) -> StoredTest:
        return StoredTest(
            id=row["id"],
            person_id=row["person_id"],
            run=_decoded(_run, row["run_json"], row["id"]),
            assessment=_decoded(_assessment, row["assessment_json"], row["id"]),
            conditions=_decoded(_conditions, row["conditions_json"], row["id"]),
            events_sha256=row["events_sha256"],
            software_version=row["software_version"],
            saved_at=row["saved_at"],
            result_number=row["result_number"],
        )

    def _missing(self, test_id: str) -> RecordError:
        return RecordError(
            f"{self._database.name}: there is no test {test_id or 'without an id'}; "
            "see their ids with: teststation records list"
        )


def _newest_results() -> Select[tuple[object, ...]]:
    newest = select(RESULT.c.test_id, func.max(RESULT.c.number).label("number")).group_by(RESULT.c.test_id).subquery()
    return (
        select(TEST, RESULT.c.assessment_json, RESULT.c.number.label("result_number"))
        .join(newest, newest.c.test_id == TEST.c.id)
        .join(RESULT, and_(RESULT.c.test_id == newest.c.test_id, RESULT.c.number == newest.c.number))
    )


def _decoded(decoder: msgspec.json.Decoder[_T], body: str, test_id: str) -> _T:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise RecordError(
            f"test {test_id} was kept in a form this version does not read ({error}); update this station"
        ) from error


def _test_row(person_id: str, run: RunRecord, heads: Sequence[_EventHead], digest: str) -> dict[str, object]:
    return {
        "id": run.id,
        "person_id": person_id,
        "started_at": run.started_at,
        "started_utc": datetime.fromisoformat(run.started_at).astimezone(UTC).isoformat(timespec="milliseconds"),
        "protocol_id": run.plan.id,
        "protocol_sha256": run.plan.sha256,
        "protocol_text": run.plan.text,
        "subject_json": _text(run.subject),
        "conditions_json": _text(heads[0].conditions if heads else {}),
        "outcome": None if run.outcome is None else run.outcome.value,
        "reason_json": None if run.reason is None else _text(run.reason),
        "treadmill": run.treadmill,
        "heart_rate": run.heart_rate,
        "run_json": _text(run),
        "events_count": len(heads),
        "events_sha256": digest,
        "software_version": __version__,
        "saved_at": _now(),
    }


def _stage_row(run: RunRecord, number: int) -> dict[str, object]:
    stage = run.stages[number]
    return {
        "test_id": run.id,
        "number": number,
        "plan_index": stage.index,
        "name": stage.plan.name,
        "planned_duration_s": stage.plan.duration_s,
        "planned_speed_kmh": stage.plan.speed_kmh,
        "planned_incline_pct": stage.plan.incline_pct,
        "began_s": stage.began_s,
        "ended_s": stage.ended_s,
        "extended_s": stage.extended_s,
        "gait": stage.gait.value,
        "handrail": int(stage.handrail),
        "rpe": stage.rpe,
        "systolic_mmhg": stage.systolic_mmhg,
        "diastolic_mmhg": stage.diastolic_mmhg,
    }


def _result_row(test_id: str, number: int, assessment: Assessment) -> dict[str, object]:
    headline = assessment.estimates[assessment.headline]
    age = assessment.fitness_age
    return {
        "test_id": test_id,
        "number": number,
        "created_at": _now(),
        "algorithm_version": assessment.algorithm_version,
        "software_version": __version__,
        "headline": assessment.headline,
        "status": headline.status,
        "vo2max_ml_kg_min": headline.vo2max_ml_kg_min,
        "low_ml_kg_min": headline.low,
        "high_ml_kg_min": headline.high,
        "hr_max_bpm": assessment.hr_max.bpm,
        "hr_max_source": assessment.hr_max.source,
        "fitness_age_years": None if age is None else age.years,
        "assessment_json": _text(assessment),
    }


def _text(value: object) -> str:
    return _encode(value).decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
