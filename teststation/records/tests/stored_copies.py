"""What is kept twice, compared: columns that lists read, beside the whole they were taken from.

A change of one of the two is found here and its column named, also in what an earlier version kept and nobody sealed.
"""

from collections.abc import Iterator, Mapping

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from teststation.cause import Cause
from teststation.physiology.result import Assessment
from teststation.records.storage.tables import EVENT, RESULT, SESSION_RESULT, STAGE, TEST
from teststation.records.tests.kept_tests import row_of_stage, row_of_test
from teststation.records.tests.result_rows import result_row, session_row
from teststation.run.record import RunRecord
from teststation.subject import Subject
from teststation.training.session.result import SessionResult

_run = msgspec.json.Decoder(RunRecord)
_assessment = msgspec.json.Decoder(Assessment)
_session = msgspec.json.Decoder(SessionResult)
_subject = msgspec.json.Decoder(Subject)
_cause = msgspec.json.Decoder(Cause)
_conditions = msgspec.json.Decoder(dict[str, str])
_OF_THE_DAY = frozenset({"created_at", "saved_at", "software_version"})  # of the writing, in no other place
_WHOLE = frozenset({"run_json", "assessment_json", "session_json"})
_DECODED = {"subject_json": _subject, "reason_json": _cause, "conditions_json": _conditions}


def copy_problems(connection: Connection, name: str) -> Iterator[Cause]:
    """Each column that is not what the whole beside it says. ``name`` is the record's."""
    for test_id in connection.execute(select(TEST.c.id).order_by(TEST.c.id)).scalars().all():
        yield from _of_test(connection, name, test_id)
        results = select(RESULT).where(RESULT.c.test_id == test_id).order_by(RESULT.c.number)
        for row in connection.execute(results).mappings().all():
            yield from _of_result(name, row)
        sessions = select(SESSION_RESULT).where(SESSION_RESULT.c.test_id == test_id).order_by(SESSION_RESULT.c.number)
        for row in connection.execute(sessions).mappings().all():
            yield from _of_session(name, row)


def _of_test(connection: Connection, name: str, test_id: str) -> Iterator[Cause]:
    row = connection.execute(select(TEST).where(TEST.c.id == test_id)).mappings().one()
    try:
        run = _run.decode(row["run_json"])
    except msgspec.DecodeError as error:
        yield Cause("test_newer_form", {"test": test_id, "why": str(error)})
        return
    first = connection.execute(select(EVENT.c.body).where(EVENT.c.test_id == test_id, EVENT.c.seq == 0)).scalar()
    should = row_of_test(row["person_id"], run, row["events_count"], row["events_sha256"], _conditions_of(first))
    if first is None:  # its events are gone, which is told elsewhere
        del should["conditions_json"]
    yield from _differences(name, "test", test_id, row, should)
    kept = connection.execute(select(STAGE).where(STAGE.c.test_id == test_id).order_by(STAGE.c.number)).mappings().all()
    walked = {number: row_of_stage(run, number) for number in range(len(run.stages))}
    for stage in kept:
        known = walked.pop(stage["number"], None)
        if known is None:
            yield Cause("verify_row_unknown", {"name": name, "row": f"stage {test_id}:{stage['number']}"})
        else:
            yield from _differences(name, "stage", f"{test_id}:{stage['number']}", stage, known)
    for number in walked:
        yield Cause("verify_stage_gone", {"name": name, "test": test_id, "stage": number})


def _of_result(name: str, row: RowMapping) -> Iterator[Cause]:
    try:
        found = _assessment.decode(row["assessment_json"])
        should = result_row(row["test_id"], row["number"], found)
    except (msgspec.DecodeError, KeyError) as error:
        yield Cause("test_newer_form", {"test": row["test_id"], "why": str(error)})
        return
    age = found.fitness_age
    if age is not None and age.capped != "none" and row["fitness_age_years"] == age.years:
        should["fitness_age_years"] = age.years  # earlier versions wrote the end of the table
    yield from _differences(name, "result", f"{row['test_id']}:{row['number']}", row, should)


def _of_session(name: str, row: RowMapping) -> Iterator[Cause]:
    try:
        should = session_row(row["test_id"], row["number"], _session.decode(row["session_json"]))
    except msgspec.DecodeError as error:
        yield Cause("test_newer_form", {"test": row["test_id"], "why": str(error)})
        return
    yield from _differences(name, "session_result", f"{row['test_id']}:{row['number']}", row, should)


def _differences(name: str, table: str, key: str, row: RowMapping, should: Mapping[str, object]) -> Iterator[Cause]:
    for column, value in should.items():
        if column in _OF_THE_DAY or column in _WHOLE:
            continue
        if _read(column, row[column]) != _read(column, value):
            yield Cause("verify_copy", {"name": name, "row": f"{table} {key}", "column": column})


def _read(column: str, value: object) -> object:
    """JSON as what it says: a later version may write the same in other letters."""
    decoder = _DECODED.get(column)
    if decoder is None or not isinstance(value, str):
        return value
    try:
        return decoder.decode(value)
    except msgspec.DecodeError:
        return value


def _conditions_of(first_event: str | None) -> dict[str, str]:
    if first_event is None:
        return {}
    try:
        return _conditions.decode(msgspec.json.encode(msgspec.json.decode(first_event).get("conditions", {})))
    except msgspec.DecodeError:
        return {}
