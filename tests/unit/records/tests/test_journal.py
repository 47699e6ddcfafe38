"""What a run's journal promises: everything up to the first doubt, and no doubt overlooked."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.records.builders import Happened, notes
from teststation.errors import RecordError
from teststation.records.tests.journal import JournalContent, JournalWriter, is_being_written, read_journal

KEY = bytes(range(32))
NOTES = [f"hendelse {number} æøå" for number in range(8)]


def written(path: Path, key: bytes = KEY) -> bytes:
    with JournalWriter(path, key) as journal:
        for number, note in enumerate(NOTES):
            journal.append(Happened(t_s=float(number), note=note), durable=number == 3)
    return path.read_bytes()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return written(tmp_path_factory.mktemp("journal") / "run.journal")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch") / "run.journal"


def read_bytes(scratch: Path, data: bytes, key: bytes = KEY) -> JournalContent:
    scratch.write_bytes(data)
    return read_journal(scratch, key)


def test_what_is_written_is_read_in_order(scratch: Path, whole: bytes) -> None:
    content = read_bytes(scratch, whole)
    assert notes(content.events) == NOTES
    assert (content.torn, content.damage) == (False, None)


def test_no_clear_byte_of_an_event_is_in_the_file(whole: bytes) -> None:
    assert b"hendelse" not in whole
    assert b"t_s" not in whole


def test_equal_events_look_different_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with JournalWriter(tmp_path / name, KEY) as journal:
            journal.append(Happened(t_s=1.0), durable=False)
            journal.append(Happened(t_s=1.0), durable=False)
    lines = [line for name in ("a", "b") for line in (tmp_path / name).read_bytes().splitlines()]
    assert len(set(lines)) == 6


@given(data=st.data())
@settings(max_examples=200)
def test_any_cut_of_the_file_leaves_a_prefix(scratch: Path, whole: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole)))
    content = read_bytes(scratch, whole[:cut])
    lines = whole[:cut].count(b"\n")
    assert notes(content.events) == NOTES[: max(lines - 1, 0)]
    assert content.torn == (cut > 0 and whole[cut - 1 : cut] != b"\n")
    assert content.damage is None


@given(data=st.data())
@settings(max_examples=300)
def test_any_changed_byte_is_noticed(scratch: Path, whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[at] ^= data.draw(st.integers(1, 255))
    content = read_bytes(scratch, bytes(changed))
    assert notes(content.events) == NOTES[: len(content.events)]
    assert len(content.events) <= max(whole[:at].count(b"\n") - 1, 0)
    assert content.torn or content.damage is not None


def test_base64_with_other_spare_bits_is_noticed(scratch: Path, tmp_path: Path) -> None:
    # One of three consecutive lengths encodes with spare bits; a lenient decoder reads the changed line as before.
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    padded = 0
    for extra in range(3):
        path = tmp_path / f"{extra}.journal"
        with JournalWriter(path, KEY) as journal:
            journal.append(Happened(t_s=1.0, note="x" * extra), durable=False)
        data = bytearray(path.read_bytes())
        at = len(data.rstrip(b"=\n")) - 1
        if not data.endswith(b"=\n"):
            continue
        padded += 1
        data[at] = alphabet[alphabet.index(data[at]) ^ 1]
        content = read_bytes(scratch, bytes(data))
        assert content.events == ()
        assert content.damage is not None
    assert padded == 2


def test_lines_that_changed_places_are_noticed(scratch: Path, whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    content = read_bytes(scratch, b"".join(lines))
    assert notes(content.events) == NOTES[:2]
    assert content.damage is not None


def test_a_line_from_another_journal_of_the_same_record_is_noticed(scratch: Path, tmp_path: Path, whole: bytes) -> None:
    foreign = written(tmp_path / "other.journal").splitlines(keepends=True)
    lines = whole.splitlines(keepends=True)
    lines[5] = foreign[5]
    content = read_bytes(scratch, b"".join(lines))
    assert notes(content.events) == NOTES[:4]
    assert content.damage is not None


def test_damage_in_the_middle_says_how_many_events_were_saved(scratch: Path, whole: bytes) -> None:
    lines = whole.splitlines(keepends=True)
    lines[6] = b"A" + lines[6][2:]
    content = read_bytes(scratch, b"".join(lines))
    assert len(content.events) == 5
    assert content.damage is not None
    assert "line 6 is damaged; the 5 events before it were saved, it and 2 lines after it were not" in content.damage


def test_another_key_opens_nothing_and_says_so(scratch: Path, whole: bytes) -> None:
    content = read_bytes(scratch, whole, key=bytes(32))
    assert content.events == ()
    assert content.damage is not None
    assert "key" in content.damage


def test_a_missing_journal_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        read_journal(tmp_path / "none.journal", KEY)


def test_a_journal_is_never_written_twice(tmp_path: Path) -> None:
    before = written(tmp_path / "run.journal")
    with pytest.raises(RecordError, match="has a journal already"):
        JournalWriter(tmp_path / "run.journal", KEY)
    assert (tmp_path / "run.journal").read_bytes() == before


def test_a_journal_without_its_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot be made"):
        JournalWriter(tmp_path / "none" / "run.journal", KEY)


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path / "run.journal", KEY)
    journal.close()
    journal.close()
    with pytest.raises(RecordError, match="closed"):
        journal.append(Happened(t_s=0.0), durable=False)


def test_an_event_is_with_the_system_before_append_returns(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "run.journal", KEY) as journal:
        for count in range(1, 4):
            journal.append(Happened(t_s=0.0), durable=False)
            assert len(read_journal(journal.path, KEY).events) == count


def test_an_append_syncs_what_is_durable_and_leaves_the_rest_to_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    with JournalWriter(tmp_path / "run.journal", KEY) as journal:
        monkeypatch.setattr(os, "fsync", lambda _: synced.append(len(read_journal(journal.path, KEY).events)))
        for number in range(1, 6):
            journal.append(Happened(t_s=float(number)), durable=number == 3)
        assert synced == [3]
        journal.sync()
        journal.sync()
        assert synced == [3, 5], "a second sync has nothing to do"


def test_a_sync_that_failed_fails_the_next_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError(5, "Input/output error")

    with JournalWriter(tmp_path / "run.journal", KEY) as journal:
        journal.append(Happened(t_s=0.0), durable=False)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fails)
            journal.sync()
        for _ in range(2):
            with pytest.raises(RecordError, match=r"cannot be written \(Input/output error\)"):
                journal.append(Happened(t_s=1.0), durable=False)


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_is_a_sentence_and_closes_the_journal_to_everything_after(tmp_path: Path) -> None:
    import resource

    journal = JournalWriter(tmp_path / "run.journal", KEY)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        journal.append(Happened(t_s=0.0, note="a"), durable=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (journal.path.stat().st_size + 20, hard))
        with pytest.raises(RecordError, match=r"cannot be written .*free space"):
            journal.append(Happened(t_s=1.0, note="b"), durable=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(RecordError, match="cannot be written"):
        journal.append(Happened(t_s=2.0, note="c"), durable=True)
    journal.close()
    content = read_journal(journal.path, KEY)
    assert (notes(content.events), content.torn) == (["a"], True)


def test_an_open_journal_is_known_as_being_written(tmp_path: Path) -> None:
    journal = JournalWriter(tmp_path / "run.journal", KEY)
    assert is_being_written(journal.path)
    assert is_being_written(journal.path), "looking must not take the lock away"
    journal.close()
    assert not is_being_written(journal.path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bits")
def test_only_this_user_may_read_a_journal(tmp_path: Path) -> None:
    written(tmp_path / "run.journal")
    assert (tmp_path / "run.journal").stat().st_mode & 0o077 == 0
