"""A pipe, a device or a socket in a file's place is refused before it is opened: it would be waited for."""

import os
import socket
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import teststation.files.reading as reading
import teststation.records.tests.journal as journal_module
from drivers.machines import load_machines
from tests.mutants import fails_with
from teststation.errors import BadInput, RecordError, StationError
from teststation.exchange.watches import read_activities
from teststation.files.reading import must_be_ordinary, read_bytes, read_text
from teststation.records.storage import head_file
from teststation.records.storage.passphrase import first_line
from ui.station.clinic_logo import read_logo
from ui.station.settings import load_settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes have names in no folder there")
WITHIN_S = 20.0


def ends(what: Callable[[], object]) -> object:
    """What comes of it, or its error; an assertion where it waits."""
    found: list[object] = []

    def does() -> None:
        try:
            found.append(what())
        except StationError as error:
            found.append(error)

    thread = threading.Thread(target=does, daemon=True)
    thread.start()
    thread.join(WITHIN_S)
    assert found, "it is waited for"
    return found[0]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "a.tcx"
    os.mkfifo(path)
    return path


READERS: dict[str, Callable[[Path], object]] = {
    "text": read_text,
    "bytes": lambda path: read_bytes(path),
    "a watch's file": lambda path: read_activities(path, date(2026, 11, 30)),
    "a logo": read_logo,
    "settings": load_settings,
    "machines": load_machines,
    "a journal": lambda path: journal_module.read_journal(path, bytes(32)),
    "a journal's key": lambda path: journal_module.opens_journal(path, bytes(32)),
}


@pytest.mark.parametrize("what", READERS)
def test_a_pipe_that_nobody_writes_to_is_one_sentence(what: str, pipe: Path) -> None:
    error = ends(lambda: READERS[what](pipe))
    assert isinstance(error, StationError)
    assert str(error) == f"{pipe}: is no ordinary file but a device or a pipe; name a file"
    assert error.exit_status == (2 if isinstance(error, BadInput) else RecordError.exit_status)


def test_a_pipe_in_the_place_of_a_records_head_is_no_head(pipe: Path) -> None:
    assert ends(lambda: head_file.read_head(pipe, "key") or "none") == "none"


def test_devices_and_sockets_are_refused_and_folders_left_to_their_readers(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no ordinary file"):
        must_be_ordinary("/dev/null")
    with pytest.raises(BadInput, match="no ordinary file"):
        must_be_ordinary("/dev/zero", pipe=True)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "s"))
        with pytest.raises(BadInput, match="no ordinary file"):
            read_bytes(tmp_path / "s", pipe=True)
    with pytest.raises(IsADirectoryError):
        read_bytes(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none")
    link = tmp_path / "link"
    (tmp_path / "a").write_text("of a file", "utf-8")
    link.symlink_to(tmp_path / "a")
    assert read_text(link) == "of a file"


def test_a_passphrase_comes_through_a_pipe_whoever_opens_it_first(pipe: Path) -> None:
    for late_s in (0.0, 0.3):
        writer = threading.Timer(late_s, lambda: pipe.write_text("correct horse\n", "utf-8"))
        writer.start()
        assert ends(lambda: first_line(pipe)) == "correct horse"
        writer.join()
    reads, writes = os.pipe()
    os.write(writes, b"battery staple\n")
    os.close(writes)
    assert ends(lambda: first_line(Path(f"/dev/fd/{reads}"))) == "battery staple"
    os.close(reads)


def test_a_program_that_takes_its_time_is_waited_for(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has opened the pipe, so that somebody is there."""
    monkeypatch.setattr(reading, "WRITER_WITHIN_S", 0.2)
    opened = threading.Event()

    def asks_somebody() -> None:
        with pipe.open("w", encoding="utf-8") as file:
            opened.wait(WITHIN_S)
            file.write("correct horse\n")

    writer = threading.Thread(target=asks_somebody, daemon=True)
    writer.start()
    told = threading.Timer(0.6, opened.set)
    told.start()
    assert ends(lambda: first_line(pipe)) == "correct horse"
    writer.join()


def test_a_passphrases_pipe_that_nobody_writes_to_is_one_sentence(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WRITER_WITHIN_S", 0.2)
    error = ends(lambda: first_line(pipe))
    assert isinstance(error, RecordError)
    assert "is empty" in str(error)


@pytest.mark.parametrize("pipe_may_be", [False, True])
def test_windows_opens_a_file_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipe_may_be: bool) -> None:
    monkeypatch.setattr(reading, "_AT_ONCE", 0)
    monkeypatch.setattr(sys, "platform", "win32")
    path = tmp_path / "a"
    path.write_bytes(b"a\r\n\x1ab")
    assert read_bytes(path, pipe=pipe_may_be) == b"a\r\n\x1ab"


def test_the_fact_fails_where_a_pipe_is_opened_as_it_is(pipe: Path) -> None:
    fails_with(
        reading,
        "    must_be_ordinary(path, pipe=pipe)\n",
        "",
        lambda: test_a_pipe_that_nobody_writes_to_is_one_sentence("bytes", pipe),
    )
