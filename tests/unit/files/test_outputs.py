"""Nothing is written over what must live, whatever it is called and however it is reached."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teststation.errors import BadInput
from teststation.files import outputs
from teststation.files.outputs import Kind, MustLive, Output, check_outputs, is_a, same_place
from teststation.files.writing import write_whole

POSIX = sys.platform != "win32"


def refused(path: Path, kind: Kind = Kind.PDF, **must_live: tuple[Path, ...]) -> str:
    with pytest.raises(BadInput) as told:
        check_outputs([Output(path, kind)], MustLive(**must_live))
    (sentence,) = told.value.problems
    return sentence


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "klinikk.record"
    path.write_bytes(bytes(range(256)) * 16)
    return path


def test_the_record_is_refused_under_every_spelling(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    spellings = [record, Path("klinikk.record"), Path("sub/../klinikk.record"), tmp_path / "KLINIKK.Record"]
    if POSIX:
        (tmp_path / "soft.pdf").symlink_to(record)
        (tmp_path / "folder").symlink_to(tmp_path)
        spellings += [tmp_path / "soft.pdf", tmp_path / "folder" / "klinikk.record"]
    (tmp_path / "hard.pdf").hardlink_to(record)
    spellings.append(tmp_path / "hard.pdf")
    for path in spellings:
        for kind in Kind:
            assert "this is the record" in refused(path, kind, records=(record,)), path


def test_a_record_that_is_not_there_yet_is_refused_too(tmp_path: Path) -> None:
    assert "this is the record" in refused(tmp_path / "Ny.record", records=(tmp_path / "ny.record",))


@pytest.mark.parametrize(
    "name",
    [
        "klinikk.record-journal", "klinikk.record-wal", "KLINIKK.RECORD-shm", "klinikk.record.lock",
        "klinikk.record.head",
        "klinikk.record.schema-0005.backup", "Klinikk.record.schema-0001.backup-a1b2c3",
        "klinikk.record.journals", "klinikk.record.journals/run-1.journal", "klinikk.record.journals/ny.pdf",
    ],
)  # fmt: skip
def test_what_lies_beside_a_record_is_refused_whether_it_is_there_or_not(
    record: Path, tmp_path: Path, name: str
) -> None:
    assert "is kept for" in refused(tmp_path / name, records=(record,))
    if (
        not name.endswith((".lock", ".head")) and ".schema-" not in name
    ):  # a lock beside a file of which nothing is known may be anything
        assert "is kept for" in refused(tmp_path / name.lower()), "and beside any other record"


@pytest.mark.skipif(not POSIX, reason="links need rights on Windows")
def test_a_link_that_leads_to_itself_is_refused_and_stays(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").symlink_to(tmp_path / "b.pdf")
    (tmp_path / "b.pdf").symlink_to(tmp_path / "a.pdf")
    assert "cannot be written" in refused(tmp_path / "a.pdf")
    assert "cannot be written" in refused(tmp_path / ("a" * 300))


def test_inputs_and_the_stations_own_files_are_refused(tmp_path: Path) -> None:
    table, settings = tmp_path / "a.csv", tmp_path / "settings.toml"
    for path in (table, settings):
        path.touch()
    assert "reads that very file" in refused(table, Kind.JSON, inputs=(table,))
    assert "keeps its settings" in refused(settings, Kind.JSON, own=(settings,))


def test_two_outputs_are_not_one_file(tmp_path: Path) -> None:
    both = [Output(tmp_path / "a", Kind.PDF), Output(tmp_path / "x" / ".." / "A", Kind.JSON)]
    (tmp_path / "x").mkdir()
    with pytest.raises(BadInput, match="to this one file"):
        check_outputs(both, MustLive())
    check_outputs([both[0], Output(tmp_path / "b", Kind.JSON)], MustLive())


@pytest.mark.parametrize("kind", [Kind.PDF, Kind.JSON, Kind.RAW, Kind.ZIP])
def test_what_is_there_is_judged_by_what_it_is(tmp_path: Path, kind: Kind) -> None:
    kinds = {
        Kind.PDF: b"%PDF-1.4\n...",
        Kind.JSON: b' \n{"version": "1"}\n',
        Kind.RAW: b'{"teststation_raw":1,"heart_rate":"ble:X"}\n',
        Kind.ZIP: b"PK\x03\x04" + bytes(26) + b"person.csv",
    }
    others = [
        b"SQLite format 3\0", bytes(range(7, 250)) * 20, b"setningen som apner\n", b"clinic_name = 'A'\n",
        b"t_s,hr_bpm\n0,80\n", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml",
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/", b"\x0e\x10\x43\x08.FIT", b"<?xml version='1.0'?><a/>",
    ]  # fmt: skip
    path = tmp_path / "a"
    for content in (kinds[kind], b""):
        path.write_bytes(content)
        check_outputs([Output(path, kind)], MustLive())
    for content in (*others, *(content for other, content in kinds.items() if other is not kind)):
        path.write_bytes(content)
        assert f"is no {kind.value.upper()}" in refused(path, kind), content
        assert path.read_bytes() == content


@given(st.binary(min_size=16, max_size=64), st.sampled_from([b"{", b"[", b" {", b"\n["]))
def test_what_begins_with_a_brace_and_is_no_text_is_no_json(salt: bytes, first: bytes) -> None:
    assert not is_a(Kind.JSON, first + salt + b"\x00\xff")


def test_json_whose_beginning_ends_inside_a_letter_is_json() -> None:
    text = '{"name": "Ødegård 王"}'.encode()
    assert all(is_a(Kind.JSON, text[:end]) for end in range(1, len(text) + 1))


def test_folders_devices_and_places_that_cannot_be_are_one_sentence(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path)
    assert "there is no folder" in refused(tmp_path / "no" / "a.pdf")
    refused(tmp_path / ("x" * 300))
    if POSIX:
        assert "no file" in refused(Path(os.devnull))
        os.mkfifo(tmp_path / "pipe.pdf")
        assert "no file" in refused(tmp_path / "pipe.pdf")
        (tmp_path / "round").symlink_to(tmp_path / "round")
        refused(tmp_path / "round" / "a.pdf")


@pytest.mark.parametrize(
    "name", ["NUL", "con.pdf", "Com3.pdf", "lpt1", "a.record:x", "a.pdf.", "a.pdf ", 126 * "🏃" + ".pdf"]
)
def test_names_that_windows_takes_for_something_else_are_refused_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(outputs, "_WINDOWS", True)
    assert "no file" in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["rapport.pdf", "comfort.pdf", "ødegård.v2.pdf", ".skjult.pdf", "100%.pdf"])
def test_other_names_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(outputs, "_WINDOWS", True)
    check_outputs([Output(tmp_path / name, Kind.PDF)], MustLive())


def test_one_letter_in_two_forms_is_one_name(tmp_path: Path) -> None:
    assert same_place(tmp_path / "A\u030a.pdf", tmp_path / "å.pdf")
    assert not same_place(tmp_path / "a.pdf", tmp_path / "b.pdf")


# --- written whole ---


def test_a_file_is_written_whole_through_a_link_and_for_this_user(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")
    if POSIX:
        (tmp_path / "link.pdf").symlink_to(path)
        write_whole(tmp_path / "link.pdf", b"new")
        assert (tmp_path / "link.pdf").is_symlink()
        assert path.stat().st_mode & 0o777 == 0o600
    else:
        write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["a.pdf"]
