"""The product is written on Linux and used on Windows: nothing of POSIX is needed to import it, and every place where
the two part has a test that takes Windows' way."""

import ast
import re
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
# Every file where the systems part, and the tests that go Windows' way: on Windows itself, and where they can on Linux.
PARTINGS = {
    "drivers/emulators/wire.py": (
        WAY,
        "tests/contract/test_trackmaster_emulator.py",
        "tests/process/test_command_line.py",
    ),
    "drivers/port_names.py": (
        WAY,
        "tests/unit/drivers/test_port_names.py",
    ),
    "drivers/processes.py": (
        WAY,
        "tests/contract/test_driver_process.py",
        "tests/process/test_fault_matrix.py",
    ),
    "drivers/radio/ble_link.py": (
        WAY,
        "tests/unit/drivers/test_ble_errors.py",
    ),
    "drivers/serial_line.py": (
        WAY,
        "tests/unit/drivers/test_serial_line.py",
        "tests/contract/test_treadmill_contract.py",
    ),
    "teststation/files/outputs.py": ("tests/unit/files/test_outputs.py",),
    "teststation/files/writing.py": (
        WAY,
        "tests/unit/files/test_outputs.py",
    ),
    "teststation/records/storage/file_lock.py": (
        WAY,
        "tests/unit/records/test_record_journals.py",
    ),
    "teststation/records/tests/journal.py": (
        WAY,
        "tests/unit/records/tests/test_journal.py",
    ),
    "ui/commands/display.py": (
        WAY,
        "tests/process/test_command_line.py",
    ),
    "ui/desktop/widgets/sounds.py": ("tests/ui/widgets/test_sounds.py",),
    "ui/station/support.py": ("tests/unit/station/test_support.py",),
}
PARTS = re.compile(r"sys\.platform|os\.name\b|platform\.system")


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
    parting = {path.relative_to(ROOT).as_posix() for path in PRODUCT if PARTS.search(path.read_text("utf-8"))}
    assert parting == set(PARTINGS)
    assert [name for names in PARTINGS.values() for name in names if not (ROOT / name).is_file()] == []
