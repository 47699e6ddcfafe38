"""How this program starts its own helper processes, on Linux and on Windows."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

LINE_MAX_BYTES = 65536
BEFORE_OTHERS = -10  # POSIX niceness: well before windows, reports and other programs, after the system's own
AFTER_OTHERS = 5  # and after the window, which has STOPP


# What opens a record is nothing that a driver, an emulator or a search needs, or that their memory is to hold.
_FOR_A_SERVER = frozenset({"PGPASSWORD", "PGPASSFILE", "PGSSLKEY"})
_NOT_FOR_CHILDREN = _FOR_A_SERVER | {"TESTSTATION_PASSPHRASE", "TESTSTATION_USER_PASSWORD"}


def child_environment(*, with_the_servers: bool = False) -> dict[str, str]:
    """The environment of a child that runs one of our modules with ``-m``, wherever the program is started from.

    Args:
        with_the_servers: Whether the child is who speaks to the record's server, and has what lets it in.
    """
    not_this = _NOT_FOR_CHILDREN - _FOR_A_SERVER if with_the_servers else _NOT_FOR_CHILDREN
    root = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([root, inherited]) if inherited else root
    known = {name: value for name, value in os.environ.items() if name.upper() not in not_this}
    return {**known, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


class Flags(TypedDict, total=False):
    """Options of ``Popen``, each of one system."""

    creationflags: int
    start_new_session: bool


def quiet_flags() -> Flags:
    """``Popen`` options of a child that Ctrl-C in the terminal does not reach, and that opens no console window."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def first_flags() -> Flags:
    """``quiet_flags`` of a child that runs before windows and reports: a treadmill's watchdog waits half a second.

    On Linux the child asks for it itself, with ``come_first``.
    """
    flags = quiet_flags()
    if sys.platform == "win32":
        flags["creationflags"] = flags.get("creationflags", 0) | subprocess.ABOVE_NORMAL_PRIORITY_CLASS
    return flags


def come_first() -> None:
    """Run before windows and reports, where the system lets this user ask for it; else nothing changes.

    On Windows whoever starts this process has asked for it already, with ``first_flags``.
    """
    _take_place(BEFORE_OTHERS)


def _take_place(niceness: int) -> None:
    """On POSIX, where the system lets this user."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, niceness)
            if os.getsid(0) == os.getpid():
                # Linux shares the processors out among sessions first, and a process's own niceness counts within one.
                Path("/proc/self/autogroup").write_text(str(niceness), "ascii")


def last_flags() -> Flags:
    """``quiet_flags`` of a child that may wait, as whoever makes a report may: windows and drivers run before it.

    On Linux the child asks for it itself, with ``come_last``.
    """
    flags = quiet_flags()
    if sys.platform == "win32":
        flags["creationflags"] = flags.get("creationflags", 0) | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return flags


def come_last() -> None:
    """Run after windows and drivers. On Windows whoever starts this process asks for it, with ``last_flags``."""
    _take_place(AFTER_OTHERS)


def come_first_alone() -> None:
    """``come_first`` for the thread that calls it and no other; on Linux alone a thread has a priority of its own."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, BEFORE_OTHERS)


def stdin_lines(*, unended: bool = False) -> Iterator[bytes]:
    """Lines of standard input, without Python's own buffer: a thread in it would block the interpreter's end.

    Args:
        unended: Whether what stands after the last line's end is a line too, as a person's is and a torn order is not.
    """
    rest = b""
    while data := os.read(sys.stdin.fileno(), 65536):
        *whole, rest = (rest + data).split(b"\n")
        yield from whole
        if len(rest) > LINE_MAX_BYTES:
            yield rest  # no line of ours is this long: whoever reads it will say so
            rest = b""
    if unended and rest:
        yield rest
