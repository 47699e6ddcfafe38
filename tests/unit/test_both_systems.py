"""The product is written on Linux and used on Windows: nothing of POSIX is needed to import it, and every place where
the two part has a test that takes Windows' way."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = sorted(path for room in ("teststation", "drivers", "ui") for path in (ROOT / room).rglob("*.py"))
MODULES = {"fcntl", "termios", "tty", "pty", "resource", "pwd", "grp", "posix", "syslog", "crypt", "spwd", "nis"}
NAMES = {
    "os": {"fork", "getsid", "setsid", "setpriority", "geteuid", "getuid", "getpgid", "killpg", "mkfifo", "O_NOFOLLOW"},
    "signal": {"SIGHUP", "SIGQUIT", "SIGKILL", "SIGSTOP", "SIGCONT", "SIGALRM", "SIGUSR1", "SIGUSR2", "pthread_kill"},
    "socket": {"AF_UNIX", "SO_REUSEPORT"},
}
WINDOWS = {"sys": SimpleNamespace(platform="win32"), "os": SimpleNamespace(name="nt"), "TYPE_CHECKING": False}
WAY = "tests/unit/test_windows_way.py"  # takes it on any system
POSIX_IMPORT = "tests/unit/test_both_systems.py::test_no_module_of_the_product_needs_posix_to_be_imported"
# Every place where the systems part (file, and function or name) and the tests that go Windows' way there.
PARTINGS = {
    "drivers/emulators/main.py _end_on_signals": (f"{WAY}::test_an_emulator_ends_with_a_closed_console",),
    "drivers/emulators/wire.py PtyServer.__init__": (f"{WAY}::test_a_terminal_is_refused_in_a_sentence",),
    "drivers/emulators/wire.py TcpServer.__init__": (f"{WAY}::test_a_port_that_is_taken_is_not_shared",),
    "drivers/port_names.py is_hardware": (
        f"{WAY}::test_no_path_is_a_pseudo_terminal",
        "tests/unit/drivers/test_port_names.py::test_a_port",
    ),
    "drivers/processes.py _take_place": (f"{WAY}::test_drivers_have_a_group_of_their_own_and_the_higher_priority",),
    "drivers/processes.py come_first_alone": (
        f"{WAY}::test_drivers_have_a_group_of_their_own_and_the_higher_priority",
    ),
    "drivers/processes.py first_flags": (
        f"{WAY}::test_drivers_have_a_group_of_their_own_and_the_higher_priority",
        "tests/contract/test_driver_process.py::test_a_driver_runs_before_windows_and_reports_where_the_system_lets_it",
    ),
    "drivers/processes.py last_flags": (f"{WAY}::test_who_makes_reports_has_the_lower_priority",),
    "drivers/processes.py quiet_flags": (
        f"{WAY}::test_drivers_have_a_group_of_their_own_and_the_higher_priority",
        "tests/process/test_fault_matrix.py::test_and_so_does_every_other",
    ),
    "drivers/radio/ble_errors.py cause_of": (
        "tests/unit/drivers/test_ble_errors.py::test_an_error_is_one_sentence_that_says_what_to_do",
    ),
    "drivers/radio/ble_link.py BleLink._held_by_the_system": (
        f"{WAY}::test_the_system_is_not_asked_for_links_it_has_kept",
    ),
    "drivers/serial_line.py": (POSIX_IMPORT,),
    "drivers/serial_line.py SerialLine.__init__": (
        f"{WAY}::test_a_port_is_not_asked_to_be_exclusive_since_it_always_is",
    ),
    "teststation/exchange/export.py _Writer.write": (f"{WAY}::test_what_is_kept_is_opened_as_bytes",),
    "teststation/files/outputs.py _WINDOWS": (
        "tests/unit/files/test_outputs.py::test_names_that_windows_takes_for_something_else_are_refused_there",
    ),
    **dict.fromkeys(
        [f"teststation/files/reading.py {name}" for name in ("_AT_ONCE", "_first_byte", "read_bytes")],
        ("tests/unit/files/test_no_ordinary_file.py::test_windows_opens_a_file_as_it_is",),
    ),
    "teststation/files/writing.py _sync_folder": (f"{WAY}::test_no_folder_is_opened",),
    "teststation/sleep.py _clocks": ("tests/unit/test_sleep.py::test_windows_has_two_such_clocks_too",),
    "teststation/records/storage/file_lock.py": (
        f"{WAY}::test_a_lock_is_on_one_byte_behind_the_end_and_leaves_the_place_in_the_file",
        "tests/unit/records/test_record_journals.py::test_a_journal_that_is_being_written_is_not_unfinished",
    ),
    "teststation/records/tests/journal.py JournalWriter.__init__": (f"{WAY}::test_what_is_kept_is_opened_as_bytes",),
    "teststation/records/tests/journal.py _sync_folder": (f"{WAY}::test_no_folder_is_opened",),
    "teststation/records/tests/journal.py is_being_written": (f"{WAY}::test_what_is_kept_is_opened_as_bytes",),
    "ui/commands/display.py display_at_hand": (f"{WAY}::test_there_is_always_a_display",),
    "ui/commands/interrupt.py ENDING": (f"{WAY}::test_ctrl_break_and_a_closed_console_are_a_wish_to_end",),
    "ui/commands/interrupt.py SUSPENDING": (f"{WAY}::test_ctrl_break_and_a_closed_console_are_a_wish_to_end",),
    "ui/commands/interrupt.py _AT_THE_TERMINAL": (f"{WAY}::test_ctrl_break_and_a_closed_console_are_a_wish_to_end",),
    "ui/desktop/one_heap.py keep_one_heap": (
        "tests/ui/test_one_heap.py::test_windows_and_a_library_without_such_wishes_are_left_as_they_are",
    ),
    "ui/desktop/shutdown.py close_on_signals": (
        "tests/ui/test_closing.py::test_the_systems_wish_to_end_closes_the_window_on_every_system",
    ),
    "ui/desktop/widgets/dialogs.py Dialogs.printer": (
        "tests/ui/widgets/test_dialogs.py::test_windows_without_a_printer_asks_for_none",
    ),
    "ui/desktop/widgets/sounds.py _player": (
        "tests/ui/widgets/test_sounds.py::test_windows_plays_with_its_own_player",
    ),
    "ui/station/awake.py _hold": ("tests/unit/station/test_awake.py::test_windows_is_asked_and_told_when_it_is_over",),
    "ui/station/support.py support_files": ("tests/unit/station/test_support.py::test_versions_are_told",),
}
ASKED_OF = {"os", "signal", "socket", "subprocess", "time"}  # modules that differ from system to system


def partings(source: str) -> set[str]:
    """Functions (or names, or "" for a module's own lines) in which a source asks which system it runs on."""
    return {place for place, node in _places(ast.parse(source), "") if _asks_for_the_system(node)}


def _places(node: ast.AST, place: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        inside = place
        match child:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                inside = f"{place}.{name}".lstrip(".")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if not place:
                inside = name
        yield inside, child
        yield from _places(child, inside)


def _asks_for_the_system(node: ast.AST) -> bool:
    match node:
        case (
            ast.Attribute(value=ast.Name(id="sys"), attr="platform")
            | ast.Attribute(value=ast.Name(id="os"), attr="name")
        ):
            return True
        case ast.Attribute(value=ast.Name(id="platform"), attr="system"):
            return True
        case ast.Call(func=ast.Name(id="hasattr" | "getattr"), args=[ast.Name(id=of), *_]) if of in ASKED_OF:
            return True
        case ast.Call(func=ast.Name(id="hasattr" | "getattr"), args=[_, ast.Constant(value="winerror"), *_]):
            return True
    return False


def of_the_systems_zone(source: str) -> int:
    """How often a source asks the system's zone about another moment than now: Windows knows 1970 to 3000 alone."""
    return sum(_asks_the_zone(node) for node in ast.walk(ast.parse(source)))


def _asks_the_zone(node: ast.AST) -> bool:
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id="datetime"), attr="now")), attr="astimezone"
            )
        ):
            return False
        case ast.Call(func=ast.Attribute(attr="astimezone"), args=[], keywords=[]):
            return True
    return False


def needed_at_import(source: str) -> list[str]:
    """What of POSIX alone Windows would be asked for while it imports this source."""
    return [found for node in _done_at_import(ast.parse(source).body) for found in _posix(node)]


def _done_at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for node in body:
        match node:
            case ast.If():
                holds = _holds_on_windows(node.test)
                yield from _done_at_import(
                    [*(node.body if holds is not False else []), *(node.orelse if not holds else [])]
                )
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from (*node.decorator_list, *node.args.defaults, *(d for d in node.args.kw_defaults if d))
            case ast.ClassDef():
                yield from (*node.decorator_list, *node.bases)
                yield from _done_at_import(node.body)
            case ast.Try():
                yield from _done_at_import(node.body + node.orelse + node.finalbody)
            case ast.With():
                yield from _done_at_import(node.body)
            case _:
                yield node


def _holds_on_windows(test: ast.expr) -> bool | None:
    """Whether a condition holds there; None where it is about something else, and both ways are looked at."""
    try:
        return bool(eval(compile(ast.Expression(test), "", "eval"), {"__builtins__": {}}, WINDOWS))
    except Exception:  # noqa: BLE001 - a name that is none of these
        return None


def _posix(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Import():
                yield from (name.name for name in part.names if name.name in MODULES)
            case ast.ImportFrom(module=str(module)) if module in MODULES:
                yield module
            case ast.Attribute(value=ast.Name(id=of), attr=name) if name in NAMES.get(of, ()):
                yield f"{of}.{name}"


def test_no_module_of_the_product_needs_posix_to_be_imported() -> None:
    needed = {str(path.relative_to(ROOT)): needed_at_import(path.read_text("utf-8")) for path in PRODUCT}
    assert {path: names for path, names in needed.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("import fcntl", ["fcntl"]),
        ("from termios import error", ["termios"]),
        ("import signal\nENDS = (signal.SIGTERM, signal.SIGHUP)", ["signal.SIGHUP"]),
        ("class A:\n    import pty", ["pty"]),
        ("def a(how=os.O_NOFOLLOW): ...", ["os.O_NOFOLLOW"]),
        ("try:\n    import resource\nexcept ValueError:\n    pass", ["resource"]),
        ("if sys.platform == 'win32':\n    import msvcrt\nelse:\n    import fcntl", []),
        ("if sys.platform != 'win32':\n    import fcntl", []),
        ("if os.name == 'nt':\n    import fcntl", ["fcntl"]),
        ("if sys.platform != 'darwin':\n    import fcntl", ["fcntl"]),
        ("if something:\n    import fcntl", ["fcntl"]),
        ("def a():\n    import fcntl", []),
    ],
)
def test_what_an_import_needs_is_seen(source: str, needs: list[str]) -> None:
    assert needed_at_import(source) == needs


def test_every_place_where_the_systems_part_has_its_tests() -> None:
    parting = {
        f"{path.relative_to(ROOT).as_posix()} {place}".rstrip()
        for path in PRODUCT
        for place in partings(path.read_text("utf-8"))
    }
    assert parting == set(PARTINGS)
    named = {name for names in PARTINGS.values() for name in names}
    assert {name for name in named if not _is_a_test(*name.split("::"))} == set()


def _is_a_test(file: str, name: str) -> bool:
    path = ROOT / file
    return path.is_file() and f"\ndef {name}(" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("def a():\n    if sys.platform == 'win32': pass", {"a"}),
        ("class A:\n    async def b(self): return os.name", {"A.b"}),
        ("if sys.platform == 'linux':\n    X = 1", {""}),
        ("ENDS = tuple(n for n in 'a' if hasattr(signal, n))", {"ENDS"}),
        ("def a():\n    f = getattr(os, 'O_BINARY', 0)\n    return platform.system()", {"a"}),
        ("def a():\n    return getattr(error, 'winerror', 0)", {"a"}),
        ("def a(one):\n    return getattr(one, 'name'), one.name, os.path", set()),
    ],
)
def test_where_the_systems_part_is_seen(source: str, places: set[str]) -> None:
    assert partings(source) == places


def test_every_moment_but_now_is_told_by_the_clock_of_this_place_in_one_function() -> None:
    asking = {path.relative_to(ROOT).as_posix(): of_the_systems_zone(path.read_text("utf-8")) for path in PRODUCT}
    assert {path: n for path, n in asking.items() if n} == {"teststation/moments.py": 1}


@pytest.mark.parametrize(
    ("source", "times"),
    [
        ("datetime.fromisoformat(a).astimezone().date()", 1),
        ("began.astimezone()", 1),
        ("datetime.now(UTC).astimezone().date()", 0),
        ("began.astimezone(UTC)", 0),
    ],
)
def test_who_asks_the_systems_zone_is_seen(source: str, times: int) -> None:
    assert of_the_systems_zone(source) == times
