"""A record, or one person's part of it, as files that others read: CSV, FHIR, FIT, TCX, and for a person everything.

Every file is written whole; a folder that has something else in it is left alone. What was exported is in the audit
log.
"""

import logging
import os
import secrets
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.exchange import columns, sessions, tables, training
from teststation.exchange.fhir import bundle_of
from teststation.exchange.fhir_training import Trained
from teststation.exchange.fit import fit_of
from teststation.exchange.names import file_stem, person_stem
from teststation.exchange.tcx import tcx_of
from teststation.files.writing import FOLDER_MODE, MODE
from teststation.records.access.actions import Action
from teststation.records.access.user import Permission
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredSession, StoredTest
from teststation.records.training.note import Note
from teststation.texts import english
from teststation.training.diary import Entry
from teststation.training.plan import Plan

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

log = logging.getLogger("teststation.exchange")

FORMS = ("csv", "seconds", "fhir", "fit", "tcx", "report", "events")
Report = Callable[[StoredTest], bytes]


@dataclass(frozen=True, slots=True)
class Manner:
    """How files are named and written, as the clinic has chosen.

    ``with_names``: whether file names may tell who it is; ``device_names``: the clinic's own names of its machines.
    """

    with_names: bool = False
    style: tables.Style = tables.COMMA
    device_names: Mapping[str, str] = field(default_factory=dict)


def export_record(
    record: "Record", folder: Path, report: Report, forms: frozenset[str], manner: Manner = Manner()
) -> int:
    """Export everybody; returns the number of files.

    Args:
        folder: New or empty.
        report: Makes a test's report; asked for ``fhir`` and ``report`` only.
        forms: Some of ``FORMS``.
    Raises:
        BadInput: the folder cannot be used, or who acts may not export.
        RecordError: something of somebody could not be made; it is named, and everything else is written all the same.
    """
    record.users.still_may(Permission.EXPORT)
    _prepare(folder)
    people = record.people.all()
    written = _Writer(folder, manner)
    left_out: list[Cause] = []
    if "csv" in forms:
        written.table("people.csv", tables.people_rows(people), columns.PEOPLE)
    rows: list[tables.Row] = []
    stages: list[tables.Row] = []
    marks: list[tables.Row] = []
    for person in people:
        with _whatever_happens(left_out, Cause("export_no_person", {"person": person.id})):
            tests = record.tests.history(person.id)
            theirs = [tables.test_row(stored) for stored in tests]
            their_marks = [row for stored in tests for row in tables.mark_rows(stored)]
            stages += [row for stored in tests for row in tables.stage_rows(stored)]
            rows += theirs
            marks += their_marks
            planned = "fhir" in forms and record.training.last(person.id, Plan) is not None
            if forms - {"csv"} and (tests or planned or record.sessions.lines(person.id)):
                _person_files(
                    written, record, person, tests, _or_none(report, left_out), forms,
                    under=f"{written.free(person_stem(person, with_person=manner.with_names), person.id)}/",
                )  # fmt: skip
    if "csv" in forms:
        written.table("tests.csv", rows, columns.TESTS)
        written.table("stages.csv", stages, columns.STAGES)
        written.table("marks.csv", marks, columns.MARKS)
        written.table("imported.csv", tables.imported_rows(record.imported.all()), columns.IMPORTED)
        walked: list[StoredSession] = []
        diary: list[Note[Entry]] = []
        trained: list[dict[str, Any]] = []
        today = datetime.now().astimezone().date()
        for person in people:
            with _whatever_happens(left_out, Cause("export_no_person", {"person": person.id})):
                walked += record.sessions.history(person.id)
                diary += record.diary(person.id)
                trained.append(training.training_object(record, person.id, today))
        _sessions_table(written, walked)
        written.table("diary.csv", training.diary_rows(diary), columns.DIARY)
        _training(written, trained)
        written.codebook()
    record.audit.note(Action.RECORD_EXPORTED, people=len(people), tests=len(rows), forms=sorted(forms))
    if left_out:
        raise RecordError(Cause("export_left_out", {"n": written.count, "folder": str(folder)}), *left_out)
    return written.count


@contextmanager
def _whatever_happens(left_out: list[Cause], what: Cause) -> Generator[None]:
    """One person never stops the export of everybody: what cannot be made is named. A full disk does stop it."""
    try:
        yield
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are still to be exported
        log.error("left out of an export: %s (%s)", english(what), type(error).__name__)
        if what not in left_out:
            left_out.append(what)


def _or_none(report: Report, left_out: list[Cause]) -> Callable[[StoredTest], bytes | None]:
    def make(stored: StoredTest) -> bytes | None:
        with _whatever_happens(left_out, Cause("export_no_report", {"test": stored.id})):
            return report(stored)
        return None

    return make


def export_person(
    record: "Record", person_id: str, folder: Path, report: Report, forms: frozenset[str], manner: Manner = Manner()
) -> int:
    """One person's own copy of everything; arguments and errors as ``export_record``."""
    record.users.still_may(Permission.EXPORT)
    _prepare(folder)
    written = _Writer(folder, manner)
    _write_person(written, record, person_id, report, forms)
    return written.count


def export_person_zip(
    record: "Record",
    person_id: str,
    path: Path,
    report: Report,
    forms: frozenset[str],
    manner: Manner = Manner(),
    *,
    replace: bool = False,
) -> int:
    """The same in one ZIP file.

    Args:
        replace: Take the place of a file that is there already, once this one is whole.
    Raises:
        BadInput: there is a file already, or it cannot be written; then no part of it is left, and what was there is.
    """
    record.users.still_may(Permission.EXPORT)
    if path.exists() and not replace:
        raise BadInput(Cause("export_taken", {"path": str(path)}))
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")  # no name that somebody else may have given
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE))
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            written = _Packer(packed, manner)
            _write_person(written, record, person_id, report, forms)
        part.replace(path)
    except OSError as error:
        raise BadInput(Cause("export_not_written", {"path": str(path), "why": error.strerror or ""})) from error
    finally:
        part.unlink(missing_ok=True)
    return written.count


def _write_person(written: "_Files", record: "Record", person_id: str, report: Report, forms: frozenset[str]) -> None:
    person = record.people.get(person_id)
    tests = record.tests.history(person_id)
    if "csv" in forms:
        written.table("person.csv", tables.people_rows([person]), columns.PEOPLE)
        written.table("tests.csv", [tables.test_row(stored) for stored in tests], columns.TESTS)
        written.table("stages.csv", [row for stored in tests for row in tables.stage_rows(stored)], columns.STAGES)
        written.table("marks.csv", [row for stored in tests for row in tables.mark_rows(stored)], columns.MARKS)
        written.table("imported.csv", tables.imported_rows(record.imported.of_person(person_id)), columns.IMPORTED)
        _sessions_table(written, record.sessions.history(person_id))
        diary = training.diary_rows(record.diary(person_id))
        written.table("diary.csv", diary, columns.DIARY)
        _training(written, [training.training_object(record, person.id, datetime.now().astimezone().date())])
        written.codebook()
    _person_files(written, record, person, tests, report, forms, under="")
    record.audit.note(Action.PERSON_EXPORTED, person_id, tests=len(tests), forms=sorted(forms))


def _sessions_table(written: "_Files", found: list[StoredSession]) -> None:
    written.table("sessions.csv", sessions.session_rows(found), columns.SESSIONS)
    written.table("bouts.csv", sessions.bout_rows(found), columns.BOUTS)


def _training(written: "_Files", found: list[dict[str, Any]]) -> None:
    """Plans, diaries, 1RM and interviews with every version; no file where nobody has any."""
    found = [one for one in found if any(value for name, value in one.items() if name != "person")]
    if found:
        written.write("training.json", msgspec.json.format(msgspec.json.encode(found), indent=2))


def _person_files(
    written: "_Files",
    record: "Record",
    person: Person,
    tests: list[StoredTest],
    report: Callable[[StoredTest], bytes | None],
    forms: frozenset[str],
    *,
    under: str,
) -> None:
    made = [(stored.id, report(stored)) for stored in tests] if forms & {"fhir", "report"} else []
    reports = {test_id: data for test_id, data in made if data is not None}
    walked = record.sessions.history(person.id)
    if "fhir" in forms:
        trained = _trained(record, person.id, walked)
        bundle = bundle_of(person, tests, reports, written.manner.device_names, trained)
        written.write(f"{under}fhir_bundle.json", msgspec.json.encode(bundle))
    for stored in (*tests, *walked):
        named = written.manner.with_names
        name = file_stem(person, stored.id, stored.run.started_at, with_person=named, demo=stored.run.demo)
        stem = written.free(under + name, stored.id)
        if "report" in forms and stored.id in reports:
            written.write(f"{stem}.pdf", reports[stored.id])
        if "seconds" in forms:
            written.table(f"{stem}_seconds.csv", tables.second_rows(stored.run), columns.SECONDS)
        if "fit" in forms:
            written.write(f"{stem}.fit", fit_of(stored.run))
        if "tcx" in forms:
            written.write(f"{stem}.tcx", tcx_of(stored.run))
        if "events" in forms:
            written.write(f"{stem}_events.jsonl", b"".join(event + b"\n" for event in record.tests.events(stored.id)))


def _trained(record: "Record", person_id: str, walked: Sequence[StoredSession]) -> Trained:
    return Trained(
        walked,
        record.training.last(person_id, Plan),
        record.diary(person_id),
        datetime.now().astimezone().date(),
        training.why_it_waits(record, person_id),
    )


class _Files(ABC):
    """Where files go; counts them."""

    count = 0

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self._taken: set[str] = set()

    def free(self, stem: str, whole_id: str) -> str:
        """A name that nothing else of this export has: two ids may begin alike, and no system tells a from A."""
        free = stem if stem.casefold() not in self._taken else f"{stem}_{whole_id}"
        self._taken.add(free.casefold())
        return free

    def table(self, name: str, rows: list[tables.Row], header: tuple[columns.Column, ...]) -> None:
        self.write(name, tables.csv_of(rows, header, self.manner.style))

    def codebook(self) -> None:
        self.write("codebook.csv", tables.codebook(self.manner.style))

    @abstractmethod
    def write(self, name: str, data: bytes) -> None: ...


class _Packer(_Files):
    """Into a ZIP file, straight from memory: no clear file lies beside it meanwhile."""

    def __init__(self, packed: zipfile.ZipFile, manner: Manner) -> None:
        super().__init__(manner)
        self._packed = packed

    def write(self, name: str, data: bytes) -> None:
        self._packed.writestr(name, data)
        self.count += 1


class _Writer(_Files):
    """Into one folder."""

    def __init__(self, folder: Path, manner: Manner) -> None:
        super().__init__(manner)
        self._folder = folder

    def write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        try:
            path.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with os.fdopen(os.open(path, flags, MODE), "wb") as file:
                file.write(data)
        except OSError as error:
            raise BadInput(Cause("export_not_whole", {"path": str(path), "why": error.strerror or ""})) from error
        self.count += 1


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise BadInput(Cause("export_no_folder", {"folder": str(folder), "why": error.strerror or ""})) from error
    if taken:
        raise BadInput(Cause("export_folder_full", {"folder": str(folder)}))
