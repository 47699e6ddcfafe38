"""Tests that are kept: the run, its raw events and every result that was ever computed from them."""

import builtins
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, and_, func, insert, select
from sqlalchemy.engine import RowMapping

from teststation import __version__
from teststation.cause import Cause
from teststation.demonstration import is_demonstration
from teststation.errors import RecordError
from teststation.physiology.advice import had_symptom
from teststation.physiology.result import Assessment, line_of
from teststation.records.access.actions import Action
from teststation.records.access.audit import AuditLog
from teststation.records.access.user import Permission
from teststation.records.access.users import still_may
from teststation.records.people.last_tested import last_tested, newest_tests
from teststation.records.storage.store import Database, needs_the_server
from teststation.records.storage.tables import EVENT, PERSON, RESULT, SIGNATURE, STAGE, TEST
from teststation.records.tests.protocol_uses import uses_of_protocols
from teststation.records.tests.result_rows import result_row
from teststation.records.tests.signing import signature_of
from teststation.records.tests.stored import KeptLine, KeptResult, LastEnd, StoredTest, TrendFacts
from teststation.run.record import Mark, Outcome, RunRecord

_T = TypeVar("_T")

_encode = msgspec.json.Encoder().encode
_run = msgspec.json.Decoder(RunRecord)
_assessment = msgspec.json.Decoder(Assessment)
_conditions = msgspec.json.Decoder(dict[str, str])
_SIGNED = "signed_"  # before a signature's columns in a row of a test
_cause = msgspec.json.Decoder(Cause)


class _ChangeHead(msgspec.Struct):
    wording: str
    change_ml_kg_min: float


class _EstimateHead(msgspec.Struct):
    likely_low: float | None = None
    likely_high: float | None = None


class _ResultHead(msgspec.Struct):
    """What a line of a list needs to know of a result, whatever else is in it."""

    headline: str
    estimates: dict[str, _EstimateHead]
    change: _ChangeHead | None = None


_result_head = msgspec.json.Decoder(_ResultHead)


class _RunHead(msgspec.Struct):
    """What is asked of a run beside a list, whatever else is in it."""

    reason: Cause | None = None
    marks: tuple[Mark, ...] = ()


_run_head = msgspec.json.Decoder(_RunHead)


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

    def __init__(self, database: Database, audit: AuditLog) -> None:
        self._database, self._audit = database, audit

    def save(self, person_id: str, run: RunRecord, assessment: Assessment, events: Sequence[bytes]) -> StoredTest:
        """Keep a test, whole or not at all. Saving the same run again changes nothing and returns what is kept.

        Args:
            events: The raw events as the journal gave them.
        Raises:
            RecordError: nobody has this id, or this run is kept already with another person or other events.
        """
        digest = events_sha256(events)
        with self._database.writing() as connection:
            person_id = with_whom_merged(connection, person_id)
            kept = connection.execute(select(TEST).where(TEST.c.id == run.id)).mappings().one_or_none()
            if kept is None:
                self._insert(connection, person_id, run, assessment, events, digest)
            elif (kept["person_id"], kept["events_sha256"]) != (person_id, digest):
                raise RecordError(Cause("test_kept_otherwise", {"test": run.id}))
            return self._one(connection, run.id)

    def add_result(self, test_id: str, assessment: Assessment) -> StoredTest:
        """Keep a newer result beside the former ones, which stay as they are. Raises RecordError without the test.

        The newest counts, unless the test is signed: then the signed one does, and the newer stands beside it.
        """
        with self._database.writing() as connection:
            needs_the_server(self._database)
            still_may(connection, self._audit, Permission.TEST)
            former = select(func.max(RESULT.c.number)).where(RESULT.c.test_id == test_id)
            last = connection.execute(former).scalar()
            if last is None:
                raise self._missing(test_id)
            connection.execute(insert(RESULT).values(**result_row(test_id, last + 1, assessment)))
            person_id = connection.execute(select(TEST.c.person_id).where(TEST.c.id == test_id)).scalar()
            sealed = [("result", test_id, last + 1)]
            self._audit.note_in(connection, Action.RESULT_ADDED, person_id, test_id, seals=sealed, number=last + 1)
            return self._one(connection, test_id)

    def get(self, test_id: str) -> StoredTest:
        """The test with this id, or the only one whose id begins so. Raises RecordError for none and for several."""
        begins = TEST.c.id.startswith(test_id, autoescape=True)
        tested = select(RESULT.c.test_id).where(RESULT.c.test_id == TEST.c.id).exists()  # a session is no test
        query = select(TEST.c.id).where(begins, tested).order_by(TEST.c.id).limit(9)
        with self._database.reading() as connection:
            found = list(connection.execute(query).scalars()) if test_id else []
            if test_id in found:
                found = [test_id]
            if not found:
                raise self._missing(test_id)
            if len(found) > 1:
                raise RecordError(Cause("test_several", {"test": test_id}))
            return self._one(connection, found[0])

    def list(self, person_id: str | None = None) -> builtins.list[StoredTest]:
        """All tests, or one person's, newest first."""
        query = _counting_results().order_by(TEST.c.started_utc.desc(), TEST.c.id)
        if person_id is not None:
            query = query.where(TEST.c.person_id == person_id)
        with self._database.reading() as connection:
            return [self._stored(row) for row in connection.execute(query).mappings()]

    def history(self, person_id: str) -> builtins.list[StoredTest]:
        """A person's tests, oldest first."""
        return self.list(person_id)[::-1]

    def summaries(self, person_id: str | None = None) -> builtins.list[KeptLine]:
        """All tests, or one person's, newest first, without reading a run."""
        query = _summaries().order_by(TEST.c.started_utc.desc(), TEST.c.id)
        if person_id is not None:
            query = query.where(TEST.c.person_id == person_id)
        with self._database.reading() as connection:
            return [_summary(row) for row in connection.execute(query).mappings()]

    def interrupted(self) -> builtins.list[KeptLine]:
        """Everybody's tests that broke off with the station and that nobody has signed, oldest first."""
        query = _summaries().where(TEST.c.outcome == Outcome.INTERRUPTED.value, SIGNATURE.c.number.is_(None))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(TEST.c.started_utc, TEST.c.id)).mappings()
            return [_summary(row) for row in rows]

    def trend_facts(self, person_id: str) -> dict[str, TrendFacts]:
        """Of a person's tests, by their ids. Reads the head of each result that counts, and no run."""
        columns = [TEST.c.id, RESULT.c.assessment_json]
        query = _joined(select(*columns)).where(TEST.c.person_id == person_id)
        with self._database.reading() as connection:
            return {
                row["id"]: _trend_facts(decoded(_result_head, row["assessment_json"], row["id"]))
                for row in connection.execute(query).mappings()
            }

    def had_symptom(self, test_id: str) -> bool:
        """Whether a test was stopped by a symptom, or one was noted or told of after. Reads its run's head alone."""
        query = _joined(select(*_OF_AN_END)).where(TEST.c.id == test_id)
        with self._database.reading() as connection:
            return _had_symptom(connection.execute(query).mappings().one())

    def last_ends(self, person_ids: Iterable[str]) -> dict[str, LastEnd]:
        """How the last test of each of these people ended, by person id; who was never tested here is not in it.

        A demonstration counts for the demonstration's own person alone. Some 0.7 ms a person: a run's head is read.
        """
        newest = newest_tests().where(TEST.c.person_id.in_(sorted(person_ids))).subquery()
        query = _joined(select(*_OF_AN_END)).join(
            newest, and_(TEST.c.person_id == newest.c.person_id, TEST.c.started_utc == newest.c.started_utc)
        )
        with self._database.reading() as connection:
            return {
                row["person_id"]: LastEnd(
                    row["started_utc"],
                    None if row["outcome"] is None else Outcome(row["outcome"]),
                    row["vo2max_ml_kg_min"] is not None,
                    _had_symptom(row),
                )
                for row in connection.execute(query).mappings()
            }

    def conditions(self, test_id: str) -> dict[str, str]:
        """What was answered before a test."""
        with self._database.reading() as connection:
            body = connection.execute(select(TEST.c.conditions_json).where(TEST.c.id == test_id)).scalar_one()
        return decoded(_conditions, body, test_id)

    def last_started(self, person_ids: Sequence[str] | None = None) -> dict[str, str]:
        """When each of these people, or everybody, was last tested, here or elsewhere: as ``last_tested``."""
        with self._database.reading() as connection:
            return last_tested(connection, person_ids)

    def uses_of_protocols(self) -> dict[tuple[str, str], int]:
        """How many tests were walked with each protocol, by its id and the sha256 of its text."""
        with self._database.reading() as connection:
            return uses_of_protocols(connection)

    def results(self, test_id: str) -> builtins.list[Assessment]:
        """Every result of a test, in the order they were made."""
        query = select(RESULT.c.assessment_json).where(RESULT.c.test_id == test_id).order_by(RESULT.c.number)
        with self._database.reading() as connection:
            return [decoded(_assessment, body, test_id) for body in connection.execute(query).scalars()]

    def versions(self, test_id: str) -> builtins.list[KeptResult]:
        """Every result of a test with its maker, in the order they were made."""
        columns = (RESULT.c.number, RESULT.c.created_at, RESULT.c.software_version, RESULT.c.assessment_json)
        query = select(*columns).where(RESULT.c.test_id == test_id).order_by(RESULT.c.number)
        with self._database.reading() as connection:
            return [
                KeptResult(number, made_at, software, decoded(_assessment, body, test_id))
                for number, made_at, software, body in connection.execute(query)
            ]

    def events(self, test_id: str) -> tuple[bytes, ...]:
        """The raw events of a test, as the journal gave them; none where there is no such test."""
        query = select(EVENT.c.body).where(EVENT.c.test_id == test_id).order_by(EVENT.c.seq)
        with self._database.reading() as connection:
            return tuple(body.encode("utf-8") for body in connection.execute(query).scalars())

    def kept_among(self, test_ids: Iterable[str]) -> frozenset[str]:
        """Which of these tests are kept. Asks the record nothing where there are none to ask for."""
        wanted = sorted(set(test_ids))
        if not wanted:
            return frozenset()
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(TEST.c.id).where(TEST.c.id.in_(wanted))).scalars())

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
        insert_run(connection, self._database.name, person_id, run, events, digest)
        connection.execute(insert(RESULT).values(**result_row(run.id, 1, assessment)))
        sealed = [("test", run.id), ("result", run.id, 1)]
        self._audit.note_in(connection, Action.TEST_KEPT, person_id, run.id, seals=sealed, events_sha256=digest)

    def _one(self, connection: Connection, test_id: str) -> StoredTest:
        return self._stored(connection.execute(_counting_results().where(TEST.c.id == test_id)).mappings().one())

    def _stored(self, row: RowMapping) -> StoredTest:
        run = decoded(_run, row["run_json"], row["id"])
        signature = None
        if row[f"{_SIGNED}number"] is not None:
            signature = signature_of(row, _SIGNED)
            if signature.subject is not None:
                run = msgspec.structs.replace(run, subject=signature.subject)
            run = msgspec.structs.replace(run, symptoms_told=signature.symptoms)
        return StoredTest(
            id=row["id"],
            person_id=row["person_id"],
            run=run,
            assessment=decoded(_assessment, row["assessment_json"], row["id"]),
            conditions=decoded(_conditions, row["conditions_json"], row["id"]),
            events_sha256=row["events_sha256"],
            software_version=row["software_version"],
            saved_at=row["saved_at"],
            result_number=row["counting_number"],
            newest_result=row["newest_number"],
            signature=signature,
        )

    def _missing(self, test_id: str) -> RecordError:
        if not test_id:
            return RecordError(Cause("test_without_id", {"name": self._database.name}))
        return RecordError(Cause("test_missing", {"name": self._database.name, "test": test_id}))


def insert_run(
    connection: Connection, name: str, person_id: str, run: RunRecord, events: Sequence[bytes], digest: str
) -> None:
    """Write a run with its stages and raw events, of a test or a session. Raises RecordError where nobody has this id.

    Args:
        name: The record's, for the sentence.
        digest: ``events_sha256`` of the events.
    """
    known = connection.execute(select(PERSON.c.id).where(PERSON.c.id == person_id)).first()
    if known is None:
        raise RecordError(Cause("test_of_nobody", {"name": name, "person": person_id}))
    heads = [_event_head.decode(event) for event in events]
    row = row_of_test(person_id, run, len(heads), digest, heads[0].conditions if heads else {})
    connection.execute(insert(TEST).values(**row))
    stages = [row_of_stage(run, number) for number in range(len(run.stages))]
    rows = [
        {"test_id": run.id, "seq": seq, "t_s": head.t_s, "kind": head.event, "body": event.decode("utf-8")}
        for seq, (head, event) in enumerate(zip(heads, events, strict=True))
    ]
    for table, several in ((STAGE, stages), (EVENT, rows)):
        if several:
            connection.execute(insert(table), several)


def with_whom_merged(connection: Connection, person_id: str) -> str:
    """Whose tests this person's tests are: a run may outlive a merge in its journal."""
    into = select(PERSON.c.merged_into).where(PERSON.c.id == person_id)
    while (kept_id := connection.execute(into).scalar()) is not None:
        person_id = kept_id
        into = select(PERSON.c.merged_into).where(PERSON.c.id == person_id)
    return person_id


def _counting_results() -> Select[*tuple[Any, ...]]:
    """Each test with the result that counts and the newest signature; subqueries by key, so that one test is quick."""
    columns = (
        TEST,
        RESULT.c.assessment_json,
        RESULT.c.number.label("counting_number"),
        _NEWEST.label("newest_number"),
        *(column.label(_SIGNED + column.name) for column in SIGNATURE.c),
    )
    return _joined(select(*columns))


_OF_TEST = (
    "id", "person_id", "started_at", "protocol_id", "outcome", "reason_json", "treadmill", "heart_rate",
)  # fmt: skip
_OF_RESULT = (
    "status", "vo2max_ml_kg_min", "low_ml_kg_min", "high_ml_kg_min", "algorithm_version", "headline", "hr_max_source",
)  # fmt: skip


def _summaries() -> Select[*tuple[Any, ...]]:
    columns = (
        *(TEST.c[name] for name in _OF_TEST),
        *(RESULT.c[name] for name in _OF_RESULT),
        *(SIGNATURE.c[name] for name in ("number", "user_name", "signed_at")),
    )
    return _joined(select(*columns))


_OF_AN_END = (
    TEST.c.id, TEST.c.person_id, TEST.c.started_utc, TEST.c.outcome, TEST.c.run_json, RESULT.c.vo2max_ml_kg_min,
    SIGNATURE.c.symptoms_json,
)  # fmt: skip


_OTHER_RESULT, _OTHER_SIGNATURE = RESULT.alias(), SIGNATURE.alias()
_NEWEST = select(func.max(_OTHER_RESULT.c.number)).where(_OTHER_RESULT.c.test_id == TEST.c.id).scalar_subquery()
_LAST_SIGNED = (
    select(func.max(_OTHER_SIGNATURE.c.number)).where(_OTHER_SIGNATURE.c.test_id == TEST.c.id).scalar_subquery()
)


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(TEST)
        .outerjoin(SIGNATURE, and_(SIGNATURE.c.test_id == TEST.c.id, SIGNATURE.c.number == _LAST_SIGNED))
        .join(
            RESULT,
            and_(RESULT.c.test_id == TEST.c.id, RESULT.c.number == func.coalesce(SIGNATURE.c.result_number, _NEWEST)),
        )
    )


def _had_symptom(row: RowMapping) -> bool:
    head = decoded(_run_head, row["run_json"], row["id"])
    return had_symptom(head.reason, head.marks, row["symptoms_json"] or "")


def _summary(row: RowMapping) -> KeptLine:
    reason = row["reason_json"]
    return KeptLine(
        id=row["id"],
        person_id=row["person_id"],
        started_at=row["started_at"],
        protocol_id=row["protocol_id"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        reason=None if reason is None else _cause.decode(reason),
        status=row["status"],
        vo2max_ml_kg_min=row["vo2max_ml_kg_min"],
        low=row["low_ml_kg_min"],
        high=row["high_ml_kg_min"],
        signed_by=row["user_name"],
        signed_at=row["signed_at"],
        amended=(row["number"] or 0) > 1,
        reckoned_by=line_of(row["algorithm_version"], row["headline"], row["hr_max_source"]),
        demo=is_demonstration(row["treadmill"], row["heart_rate"]),
    )


def _trend_facts(head: _ResultHead) -> TrendFacts:
    estimate, change = head.estimates[head.headline], head.change
    verdict = ""
    if change is not None and change.wording == "real":
        verdict = "real_up" if change.change_ml_kg_min >= 0 else "real_down"
    return TrendFacts(estimate.likely_low, estimate.likely_high, verdict)


def decoded(decoder: msgspec.json.Decoder[_T], body: str, test_id: str) -> _T:
    """What was kept of a test or session. Raises RecordError where a newer version kept it in another form."""
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise RecordError(Cause("test_newer_form", {"test": test_id, "why": str(error)})) from error


def row_of_test(
    person_id: str, run: RunRecord, events_count: int, digest: str, conditions: dict[str, str]
) -> dict[str, object]:
    """The row of a test; ``conditions`` are the pre-test answers."""
    return {
        "id": run.id,
        "person_id": person_id,
        "started_at": run.started_at,
        "started_utc": datetime.fromisoformat(run.started_at).astimezone(UTC).isoformat(timespec="milliseconds"),
        "protocol_id": run.plan.id,
        "protocol_sha256": run.plan.sha256,
        "protocol_text": run.plan.text,
        "subject_json": _text(run.subject),
        "conditions_json": _text(conditions),
        "outcome": None if run.outcome is None else run.outcome.value,
        "reason_json": None if run.reason is None else _text(run.reason),
        "treadmill": run.treadmill,
        "heart_rate": run.heart_rate,
        "run_json": _text(run),
        "events_count": events_count,
        "events_sha256": digest,
        "software_version": __version__,
        "saved_at": _now(),
    }


def row_of_stage(run: RunRecord, number: int) -> dict[str, object]:
    """The row of a stage in the order walked, from 0."""
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


def _text(value: object) -> str:
    return _encode(value).decode("utf-8")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
