"""Windows' way of every place where the systems part at run time, taken on any system."""

import asyncio
import os
import sys
import threading
from datetime import date, datetime, tzinfo
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Self

import pytest

from drivers import port_names, processes, serial_line
from drivers.emulators import main as emulators
from drivers.emulators import wire
from drivers.heart_rate import recording_files
from drivers.radio import ble_link
from teststation import due
from teststation.errors import BadInput
from teststation.exchange import export
from teststation.files import writing
from teststation.records.storage import file_lock
from teststation.records.tests import journal
from ui.commands import display, interrupt

AS_BYTES = 0x8000  # O_BINARY: without it every line feed becomes two bytes, and Ctrl-Z ends a file
NEW_GROUP, NO_WINDOW, ABOVE_NORMAL, BELOW_NORMAL = 0x200, 0x0800_0000, 0x8000, 0x4000


def never(*_: object, **__: object) -> None:
    raise AssertionError("that is no call of Windows")


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these modules believes that it runs there."""
    for module in (processes, display, ble_link, wire, port_names, serial_line):
        monkeypatch.setattr(module, "sys", SimpleNamespace(platform="win32"))


@pytest.mark.usefixtures("windows")
def test_drivers_have_a_group_of_their_own_and_the_higher_priority(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flags = SimpleNamespace(
        CREATE_NEW_PROCESS_GROUP=NEW_GROUP, CREATE_NO_WINDOW=NO_WINDOW, ABOVE_NORMAL_PRIORITY_CLASS=ABOVE_NORMAL
    )
    monkeypatch.setattr(processes, "subprocess", flags)
    monkeypatch.setattr(processes, "os", SimpleNamespace(setpriority=never, getsid=never))
    assert processes.quiet_flags() == {"creationflags": NEW_GROUP | NO_WINDOW}
    assert processes.first_flags() == {"creationflags": NEW_GROUP | NO_WINDOW | ABOVE_NORMAL}
    processes.come_first()
    processes.come_first_alone()


@pytest.mark.usefixtures("windows")
def test_who_makes_reports_has_the_lower_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = SimpleNamespace(
        CREATE_NEW_PROCESS_GROUP=NEW_GROUP, CREATE_NO_WINDOW=NO_WINDOW, BELOW_NORMAL_PRIORITY_CLASS=BELOW_NORMAL
    )
    monkeypatch.setattr(processes, "subprocess", flags)
    monkeypatch.setattr(processes, "os", SimpleNamespace(setpriority=never, getsid=never))
    assert processes.last_flags() == {"creationflags": NEW_GROUP | NO_WINDOW | BELOW_NORMAL}
    processes.come_last()


@pytest.mark.usefixtures("windows")
def test_there_is_always_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert display.display_at_hand()


@pytest.mark.usefixtures("windows")
def test_the_system_is_not_asked_for_links_it_has_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ble_link, "BleakAdapter", SimpleNamespace(get=never))
    assert asyncio.run(ble_link.BleLink._held_by_the_system(SimpleNamespace(service=""))) == []  # type: ignore[arg-type]


@pytest.mark.usefixtures("windows")
def test_a_terminal_is_refused_in_a_sentence() -> None:
    with pytest.raises(BadInput, match="use --tcp"):
        wire.PtyServer(SimpleNamespace())  # type: ignore[arg-type]


@pytest.mark.usefixtures("windows")
def test_a_port_that_is_taken_is_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """SO_REUSEADDR on Windows lets two programs listen on one port."""
    made: list[Any] = []

    class Listening:
        setsockopt = staticmethod(never)

        def __getattr__(self, name: str) -> Any:
            made.append(name)
            return lambda *_: None

        def getsockname(self) -> tuple[str, int]:
            return "127.0.0.1", 1

    monkeypatch.setattr(wire, "socket", SimpleNamespace(socket=lambda *_: Listening(), AF_INET=2, SOCK_STREAM=1))
    monkeypatch.setattr(wire._Server, "_begin", lambda _: None)
    wire.TcpServer(SimpleNamespace())  # type: ignore[arg-type]
    assert "bind" in made


@pytest.mark.usefixtures("windows")
def test_no_path_is_a_pseudo_terminal() -> None:
    assert port_names.is_hardware("/dev/pts/3")
    assert port_names.is_hardware("COM3")


@pytest.mark.usefixtures("windows")
def test_a_port_is_not_asked_to_be_exclusive_since_it_always_is(monkeypatch: pytest.MonkeyPatch) -> None:
    port = SimpleNamespace(open=lambda: None)
    monkeypatch.setattr(serial_line.serial, "serial_for_url", lambda *_, **__: port)
    serial_line.SerialLine("COM3", 4800)
    assert not hasattr(port, "exclusive")


@pytest.mark.parametrize("module", [writing, journal])
def test_no_folder_is_opened(module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "os", SimpleNamespace(name="nt", open=never))
    module._sync_folder(tmp_path)


def test_a_lock_is_on_one_byte_behind_the_end_and_leaves_the_place_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    taken = False

    def locking(descriptor: int, how: int, count: int) -> None:
        asked.append((os.lseek(descriptor, 0, os.SEEK_CUR), count))
        if taken:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    there = ModuleType("file_lock_of_windows")
    source = Path(file_lock.__file__).read_text("utf-8").replace("sys.platform", "'win32'")
    exec(compile(source, "file_lock", "exec"), there.__dict__)
    with (tmp_path / "a.lock").open("wb+") as file:
        file.write(b"written")
        file.flush()
        assert there.try_lock(file.fileno())
        taken = True
        assert not there.try_lock(file.fileno())
        assert asked == [(0x7FFF_0000, 1)] * 2
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0
    assert (tmp_path / "a.lock").read_bytes() == b"written"


@pytest.mark.parametrize("module", [journal, export])
def test_what_is_kept_is_opened_as_bytes(module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def opened(path: Path, flags: int, mode: int = 0o777) -> int:
        asked.append(flags & AS_BYTES)
        return os.open(path, flags & ~AS_BYTES, mode)

    # What os holds, but for these: on Windows itself the flag is another bit, and is asked of the system there.
    there = SimpleNamespace(**(vars(os) | {"open": opened, "O_BINARY": AS_BYTES, "name": "nt"}))
    monkeypatch.setattr(module, "os", there)
    if module is journal:
        journal.JournalWriter(tmp_path / "a.journal", bytes(32)).close()
        assert not journal.is_being_written(tmp_path / "a.journal")
        assert asked == [AS_BYTES, AS_BYTES]
    else:
        export._Writer(tmp_path, SimpleNamespace()).write("a.csv", b"1\n")  # type: ignore[arg-type]
        assert asked == [AS_BYTES]


def signals_of_windows(**more: Any) -> SimpleNamespace:
    return SimpleNamespace(SIGINT=2, SIGTERM=15, SIGBREAK=21, **more)


def test_ctrl_break_and_a_closed_console_are_a_wish_to_end() -> None:
    source = Path(interrupt.__file__).read_text("utf-8")
    there = {"signal": signals_of_windows(Handlers=int, SIG_IGN=1)}
    exec(compile(source.replace("import signal\n", ""), "interrupt", "exec"), there)
    assert (there["ENDING"], there["SUSPENDING"], there["_AT_THE_TERMINAL"]) == ((2, 15, 21), (), ())


def test_an_emulator_ends_with_a_closed_console(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[int, Any] = {}
    monkeypatch.setattr(emulators, "signal", signals_of_windows(signal=asked.__setitem__))
    ending = threading.Event()
    emulators._end_on_signals(ending)
    assert sorted(asked) == [15, 21]
    asked[21](21, None)
    assert ending.is_set()


class DatetimeOfWindows(datetime):
    """Asks the system's zone about 1970 to 3000 alone."""

    def astimezone(self, tz: tzinfo | None = None) -> Self:
        if tz is None and not 1970 <= self.year <= 3000:
            raise OSError(22, "Invalid argument")
        return super().astimezone(tz)

    def timestamp(self) -> float:
        if self.tzinfo is None and not 1970 <= self.year <= 3000:
            raise OSError(22, "Invalid argument")
        return super().timestamp()


def test_a_test_of_a_mistyped_year_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "datetime", DatetimeOfWindows)
    assert due.next_due("1926-03-01T12:00:00.000+00:00") == date(1926, 6, 1)
    assert due.next_due("0206-03-01T12:00:00.000+00:00") == date(206, 6, 1)


def test_a_recording_counts_from_a_spreadsheets_first_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_files, "datetime", DatetimeOfWindows)
    path = tmp_path / "a.csv"
    path.write_text("time,hr\n1899-12-30 00:00:00,80\n1899-12-30 00:00:01,82\n", "utf-8")
    assert [(point.t_s, point.bpm) for point in recording_files.read_recording(str(path))] == [(0.0, 80), (1.0, 82)]
