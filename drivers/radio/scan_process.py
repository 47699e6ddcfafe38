"""A search of the air in a process of its own: a Bluetooth stack that hangs can be ended there, and in the window's own
process Windows would not deliver bleak's callbacks."""

import contextlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from drivers.processes import child_environment, quiet_flags
from teststation.cause import Cause
from teststation.texts import english


class InRange(msgspec.Struct, frozen=True):
    """Something on the air, or the reason why nothing can be seen (``trouble``)."""

    name: str = ""
    address: str = ""
    rssi_dbm: int | None = None
    trouble: str = ""


Seen = TypeVar("Seen", bound=InRange)


def said_by(module: str, look_s: float, within_s: float) -> Sequence[str | bytes] | None:
    """The lines that ``python -m module SECONDS`` prints; None where it came to nothing. Never hangs."""
    command = [sys.executable, "-m", module, str(look_s)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        env=child_environment(),
        cwd=Path.home(),
        **quiet_flags(),
    ) as process:
        try:
            said, _ = process.communicate(timeout=within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
    lines = said.splitlines()
    return None if not lines and process.returncode != 0 else lines


def seen_by(module: str, look_s: float, within_s: float, kind: type[Seen]) -> list[Seen]:
    """What ``python -m module SECONDS`` has seen; or one that tells the ``trouble`` that a stack hangs."""
    said = said_by(module, look_s, within_s)
    return [kind(trouble=english(Cause("ble_hangs")))] if said is None else told(said, kind)


def say(seen: InRange) -> None:
    """What was seen, as a line for whoever asked. As bytes: Windows has another code for the letters of a name, and for
    some letters none."""
    sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\n")
    sys.stdout.buffer.flush()


def told(said: Sequence[str | bytes], kind: type[Seen]) -> list[Seen]:
    """What the lines tell; one that is garbled tells nothing."""
    found: list[Seen] = []
    for line in said:
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
            found.append(msgspec.json.decode(line, type=kind))
    return found
