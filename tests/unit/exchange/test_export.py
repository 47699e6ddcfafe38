"""What leaves the record: read back by others' readers, whole, and named without a person's data."""

import csv
import io
import json
import os
import sys
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import text

from tests.sample_tests import follow_up, sample
from tests.unit.records.builders import assessment_of, events_of, run_of, session_of
from teststation.cause import Cause
from teststation.errors import BadInput, RecordError
from teststation.exchange import export
from teststation.exchange.columns import FILES, TESTS, Column
from teststation.exchange.export import FORMS, Manner, export_person, export_person_zip, export_record
from teststation.exchange.names import file_stem, person_stem
from teststation.exchange.tables import COMMA, SEMICOLON, STYLES, csv_of, second_rows, style_of
from teststation.physiology.result import FitnessAge
from teststation.records.access.actions import Action
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest
from teststation.run.record import Mark
from teststation.subject import Sex

PDF = b"%PDF-1.4 report"


def report(_: StoredTest) -> bytes:
    return PDF


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def test_everybody_is_exported_without_a_name_in_a_file_name(record: Record, person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "ut"
    count = export_record(record, folder, report, frozenset({"csv", "fhir", "fit", "tcx"}))
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert count == len(files) == 9 + 1 + 2 * 2
    assert not any("emmelig" in name or "3112" in name for name in files)
    people, tests = rows_of(folder / "people.csv"), rows_of(folder / "tests.csv")
    assert (people[0]["family_name"], people[0]["note"]) == ("Hemmeligsen", "'=sensitivt"), "no formula runs"
    assert [row["id"] for row in tests] == [sample()[0].id, follow_up()[0].id]
    assert tests[0]["signed_by"] == "Kari Berg"
    assert {row["test_id"] for row in rows_of(folder / "stages.csv")} == {row["id"] for row in tests}
    assert record.audit.newest()[0].action == Action.RECORD_EXPORTED


def test_a_person_gets_a_copy_of_everything(record: Record, person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "kopi"
    export_person(record, person.id, folder, report, frozenset(FORMS), Manner(with_names=True))
    names = sorted(path.name for path in folder.iterdir())
    stem = file_stem(person, sample()[0].id, sample()[0].started_at, with_person=True)
    assert stem.startswith("Hemmeligsen_Klara-Åse_")
    for ending in (".pdf", "_seconds.csv", ".fit", ".tcx", "_events.jsonl"):
        assert stem + ending in names
    assert {
        "person.csv",
        "tests.csv",
        "stages.csv",
        "marks.csv",
        "codebook.csv",
        "imported.csv",
        "fhir_bundle.json",
    } <= set(names)
    events = (folder / f"{stem}_events.jsonl").read_bytes().splitlines()
    assert tuple(events) == record.tests.events(sample()[0].id)
    Bundle.model_validate(json.loads((folder / "fhir_bundle.json").read_bytes()))
    noted = record.audit.newest()[0]
    assert (noted.action, noted.person_id) == (Action.PERSON_EXPORTED, person.id)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folder for this user by itself")
def test_what_is_exported_is_for_this_users_eyes_alone(record: Record, person: Person, tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        export_record(record, tmp_path / "ut", report, frozenset({"csv", "fhir", "fit"}))
        export_person(record, person.id, tmp_path / "en", report, frozenset(FORMS))
        export_person_zip(record, person.id, tmp_path / "en.zip", report, frozenset(FORMS))
    finally:
        os.umask(former)
    modes = {path: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if not path.name.startswith("klinikk")}
    assert len(modes) > 10
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}


def test_a_folder_with_something_in_it_is_left_alone(record: Record, person: Person, tmp_path: Path) -> None:
    folder = tmp_path / "ut"
    folder.mkdir()
    (folder / "brev.txt").write_text("hei")
    for wrong in (folder, folder / "brev.txt"):
        with pytest.raises(BadInput, match="name a"):
            export_record(record, wrong, report, frozenset({"csv"}))
    assert [path.name for path in folder.iterdir()] == ["brev.txt"]
    with pytest.raises(RecordError, match="no person nobody"):
        export_person(record, "nobody", tmp_path / "ny", report, frozenset({"csv"}))


@pytest.mark.parametrize("name", ["a/b\\c", "CON.", "a\nb", "..", "x" * 300])
def test_names_are_valid_on_every_system(record: Record, person: Person, name: str) -> None:
    import msgspec

    odd = msgspec.structs.replace(person, family_name=name, given_name="")
    for stem in (file_stem(odd, "ab/cd", "2026-01-02T10", with_person=True), person_stem(odd, with_person=True)):
        assert not set(stem) & set('/\\:*?"<>|\n. ')
        assert 0 < len(stem) < 120


def test_a_table_keeps_its_columns_when_it_is_empty() -> None:
    assert csv_of([], (Column("a", ""), Column("b", ""))) == "\ufeffa,b\r\n".encode()


@pytest.mark.parametrize("with_names", [False, True])
def test_a_persons_copy_is_one_zip_file_too(record: Record, person: Person, tmp_path: Path, with_names: bool) -> None:
    path, folder = tmp_path / "kopi.zip", tmp_path / "ut"
    count = export_person_zip(record, person.id, path, report, frozenset(FORMS), Manner(with_names=with_names))
    export_person(record, person.id, folder, report, frozenset(FORMS), Manner(with_names=with_names))
    loose = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with zipfile.ZipFile(path) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == loose
    assert count == len(loose)
    assert any("emmeligsen" in name for name in loose) == with_names
    assert {file.name for file in tmp_path.iterdir()} >= {"kopi.zip", "ut"}
    assert list(tmp_path.glob("*.part")) == []
    with pytest.raises(BadInput, match="there is a file already"):
        export_person_zip(record, person.id, path, report, frozenset(FORMS))
    assert record.audit.newest()[0].action == Action.PERSON_EXPORTED


def test_a_zip_file_that_fails_leaves_no_part(record: Record, person: Person, tmp_path: Path) -> None:
    def broken(_: StoredTest) -> bytes:
        raise RecordError("no report")

    with pytest.raises(RecordError):
        export_person_zip(record, person.id, tmp_path / "kopi.zip", broken, frozenset(FORMS))
    with pytest.raises(BadInput, match="cannot be written"):
        export_person_zip(record, person.id, tmp_path / "nowhere" / "kopi.zip", report, frozenset(FORMS))
    assert list(tmp_path.glob("kopi*")) == []


def test_an_older_copy_is_replaced_once_the_new_one_is_whole_and_stays_where_that_fails(
    record: Record, person: Person, tmp_path: Path
) -> None:
    def broken(_: StoredTest) -> bytes:
        raise RecordError("no report")

    path = tmp_path / "kopi.zip"
    path.write_bytes(b"an older copy")
    with pytest.raises(RecordError):
        export_person_zip(record, person.id, path, broken, frozenset(FORMS), replace=True)
    assert path.read_bytes() == b"an older copy"
    export_person_zip(record, person.id, path, report, frozenset(FORMS), replace=True)
    assert zipfile.is_zipfile(path)
    assert list(tmp_path.glob("kopi*")) == [path]


def others_are_exported(record: Record, person: Person, folder: Path) -> None:
    """One report that cannot be made, and one test that cannot be read: everybody else's files are there."""
    healthy = record.people.add(family_name="Frisk", sex=Sex.MALE)
    record.tests.save(
        healthy.id, msgspec.structs.replace(run_of("frisk-1"), reason=None), assessment_of(), events_of(5)
    )
    torn = record.people.add(family_name="Aavik", sex=Sex.MALE)
    record.tests.save(torn.id, msgspec.structs.replace(run_of("torn-1"), reason=None), assessment_of(), events_of(5))
    with record.database.writing() as connection:
        connection.execute(text("update test set run_json = '{}' where id = 'torn-1'"))

    def one_fails(stored: StoredTest) -> bytes:
        if stored.person_id == person.id:
            raise ZeroDivisionError
        return PDF

    with pytest.raises(RecordError) as told:
        export_record(record, folder, one_fails, frozenset({"csv", "fhir", "fit", "report"}))
    said = "\n".join(told.value.problems)
    assert f"person {torn.id}" in said
    assert said.count("its report could not be made") == 2
    assert {row["id"] for row in rows_of(folder / "people.csv")} == {person.id, healthy.id, torn.id}
    assert {row["person_id"] for row in rows_of(folder / "tests.csv")} == {person.id, healthy.id}
    assert len(list(folder.rglob("*.pdf"))) == 1
    assert len(list(folder.rglob("*.fit"))) == 3
    assert len(list(folder.rglob("fhir_bundle.json"))) == 2


def test_one_person_never_stops_the_export_of_everybody(record: Record, person: Person, tmp_path: Path) -> None:
    others_are_exported(record, person, tmp_path / "ut")


def test_without_the_rule_one_does(
    record: Record, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def nothing_is_caught(left_out: list[Cause], what: Cause) -> Generator[None]:
        yield

    monkeypatch.setattr(export, "_whatever_happens", nothing_is_caught)
    with pytest.raises((AssertionError, ZeroDivisionError)):
        others_are_exported(record, person, tmp_path / "ut")


# --- tables ---


def test_a_norwegian_table_has_semicolons_and_decimal_commas_and_programs_get_the_other(
    record: Record, person: Person, tmp_path: Path
) -> None:
    stored = record.tests.history(person.id)[0]
    value = stored.assessment.estimates[stored.assessment.headline].vo2max_ml_kg_min
    assert value is not None
    for name, decimal in (("semicolon", ","), ("comma", ".")):
        style = STYLES[name]
        export_record(record, tmp_path / name, report, frozenset({"csv"}), Manner(style=style))
        text = (tmp_path / name / "tests.csv").read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text), delimiter=style.delimiter))
        assert rows[0]["vo2max_ml_kg_min"] == f"{value:.1f}".replace(".", decimal)
        assert rows[0]["hr_max_bpm"] == f"{stored.assessment.hr_max.bpm:.0f}"
    assert [style_of("", language) for language in ("nb", "nn", "en")] == [SEMICOLON, SEMICOLON, COMMA]
    assert style_of("comma", "nb") == COMMA


def test_every_estimate_stands_with_its_range_and_a_capped_age_has_no_number(
    record: Record, person: Person, tmp_path: Path
) -> None:
    run, found = sample()
    old = msgspec.structs.replace(found, fitness_age=FitnessAge(80.0, 66.0, 80.0, "old"))
    later = msgspec.structs.replace(run, id="old", started_at="2027-01-01T10:00:00+01:00")
    record.tests.save(person.id, later, old, ())
    export_record(record, tmp_path / "ut", report, frozenset({"csv"}))
    rows = rows_of(tmp_path / "ut" / "tests.csv")
    assert [row["fitness_age_capped"] for row in rows][-1] == "old"
    assert rows[-1]["fitness_age_years"] == ""
    for name, estimate in found.estimates.items():
        assert rows[0][f"{name}_status"] == estimate.status
        for end in ("low", "high"):
            value = getattr(estimate, end)
            assert rows[0][f"{name}_{end}"] == ("" if value is None else f"{value:.1f}")
    assert (rows[0]["sex"], rows[0]["state"], rows[1]["state"]) == (run.subject.sex.value, "signed", "draft")
    assert (rows[0]["handrail"], rows[0]["gait"]) == ("no", "walk")
    assert "medication: metadon" in rows[0]["conditions"]


def test_the_codebook_tells_of_every_column_of_every_file(record: Record, person: Person, tmp_path: Path) -> None:
    forms = frozenset({"csv", "seconds"})
    export_record(record, tmp_path / "ut", report, forms)
    told = {(row["file"], row["column"]): row["meaning"] for row in rows_of(tmp_path / "ut" / "codebook.csv")}
    assert all(told.values())
    for path in (tmp_path / "ut").rglob("*.csv"):
        name = "*_seconds.csv" if path.name.endswith("_seconds.csv") else path.name
        header = path.read_bytes().decode("utf-8-sig").splitlines()[0].split(",")
        assert header == [column.name for column in FILES[name]]
        assert all((name, column) in told for column in header)
    assert len({column.name for column in TESTS}) == len(TESTS)


def test_the_seconds_are_what_was_measured_and_nothing_is_held_over(record: Record, person: Person) -> None:
    run = sample()[0]
    rows = second_rows(run)
    assert [row["t_s"] for row in rows] == sorted({round(one.t_s) for one in (*run.heart, *run.belt)})
    assert [row["hr_bpm"] for row in rows if row["hr_bpm"] is not None] == [
        one.bpm for one in run.heart if one.bpm is not None
    ]
    gone = msgspec.structs.replace(run, heart=run.heart[:100], belt=run.belt[:50])
    rows = second_rows(gone)
    assert rows[80]["measured_speed_kmh"] is None
    assert {row["stage"] for row in second_rows(run)} >= {0, 1, 2, 3}


def test_marks_go_along_with_what_was_written(record: Record, person: Person, tmp_path: Path) -> None:
    run, found = sample()
    noted = msgspec.structs.replace(run, id="noted", marks=(Mark(61.25, "symptom", "=ubehag; i brystet"),))
    record.tests.save(person.id, noted, found, ())
    export_person(record, person.id, tmp_path / "ut", report, frozenset({"csv"}), Manner(style=SEMICOLON))
    text = (tmp_path / "ut" / "marks.csv").read_bytes().decode("utf-8-sig")
    (row,) = [one for one in csv.DictReader(io.StringIO(text), delimiter=";") if one["test_id"] == "noted"]
    assert (row["t_s"], row["kind"], row["text"]) == ("61,2", "symptom", "'=ubehag; i brystet")
    text = (tmp_path / "ut" / "tests.csv").read_bytes().decode("utf-8-sig")
    (row,) = [one for one in csv.DictReader(io.StringIO(text), delimiter=";") if one["id"] == "noted"]
    assert "ubehag; i brystet" in row["symptoms"]


def test_sessions_are_exported_like_tests(record: Record, tmp_path: Path) -> None:
    person = record.people.add(family_name="Dal", given_name="Eva", sex=Sex.FEMALE)
    record.sessions.save(person.id, run_of("session-1"), session_of(), events_of(4))
    out = tmp_path / "everybody"
    export_record(record, out, report, frozenset({"csv", "fit", "tcx", "events"}))
    (row,) = [one for one in rows_of(out / "sessions.csv") if one["id"] == "session-1"]
    assert (row["bouts_done"], row["bouts_planned"], row["peak_bpm"]) == ("1", "4", "171")
    (bout,) = rows_of(out / "bouts.csv")
    assert (bout["rpe"], bout["reached"]) == ("16", "yes")
    assert "session-1" not in [one["id"] for one in rows_of(out / "tests.csv")], "a session is no test"
    suffixes = {path.suffix for path in out.rglob("*") if path.is_file()}
    assert {".fit", ".tcx", ".jsonl"} <= suffixes
    assert rows_of(out / "bouts.csv")
    own = tmp_path / "own"
    export_person(record, person.id, own, report, frozenset({"csv", "fit"}))
    assert len(rows_of(own / "sessions.csv")) == 1
    assert list(own.glob("*.fit"))
