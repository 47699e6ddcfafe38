"""What every part of the list is made of: a step that comes to something, or says what was not so."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.windows.system import Done, Windows

PASSPHRASE = {"TESTSTATION_PASSPHRASE": "a passphrase for that Windows"}

IMPORTS = """
import importlib, importlib.metadata, pkgutil, sys
refused = []
def attempt(name):
    try:
        importlib.import_module(name)
    except Exception as error:
        refused.append(f"{name}: {type(error).__name__}: {error}")
names = []
for root in ("teststation", "drivers", "ui"):
    names.append(root)
    package = importlib.import_module(root)
    names += [found.name for found in pkgutil.walk_packages(package.__path__, root + ".", onerror=refused.append)]
names = [name for name in names if not name.endswith("__main__") and "migrations" not in name]
assert any(name.startswith("teststation.records.tests") for name in names)
others = "keyring.backends.Windows bleak.backends.winrt.scanner bleak.backends.winrt.client libusb_package usb psycopg"
for name in (*names, *others.split()):
    attempt(name)
print(*refused, sep="\\n")
print(f"{len(names)} modules of the product and {len(others.split())} that only Windows or an extra uses,"
      f" {len(refused)} refused, on {sys.getwindowsversion()[:3]}")
raise SystemExit(bool(refused))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one part: ``passed`` or ``FAILED``, in a line, and what to look at."""

    passed: bool
    told: str
    details: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the list; ``short`` ones are run on every change."""

    name: str
    run: Callable[[Windows], Outcome]
    short: bool = False
    tests: bool = True  # whether it runs the project's own tests, which need more than the product does


class Failed(Exception):
    """What was to be so and was not; with what the program said."""


def said(done: Done, status: int = 0) -> str:
    """What a program said that ended with this status. Raises Failed where it ended with another."""
    if done.status != status:
        raise Failed(f"status {done.status} where {status} was to be; {done.said.strip()[-1500:]}")
    return done.said


def last_line(text: str) -> str:
    """The last line that is one."""
    return text.strip().rpartition("\n")[2]


def attempt(steps: Callable[[Windows], str]) -> Callable[[Windows], Outcome]:
    """A part that passes with what its steps tell, and fails with what they raise."""

    def run(windows: Windows) -> Outcome:
        try:
            return Outcome(True, steps(windows))
        except Failed as failed:
            return Outcome(False, str(failed))

    return run


def completed(result: Path, stages: int) -> tuple[dict[str, Any], str]:
    """The result of a test that came to its planned end, and what to tell of it. Raises Failed."""
    found = json.loads(result.read_text("utf-8"))
    if found["test"]["outcome"] != "completed" or found["test"]["belt_at_rest"] is not True:
        raise Failed(f"the test ended so: {found['test']}")
    if len(found["stages"]) != stages or any(stage["hr_bpm"] is None for stage in found["stages"]):
        raise Failed(f"the stages are {found['stages']}")
    link = found["link"]
    told = f"{stages} stages, each with its pulse, belt at rest; worst gap on the wire {link['worst_gap_ms']:.0f} ms"
    return found, f"{told}, {link['retries']} retries in {link['commands']} commands"


def cli(windows: Windows, *words: str, within_s: float = 300) -> Done:
    """One command of the station's command line, from its source."""
    return windows.python("-m", "ui.cli", *words, within_s=within_s, more=PASSPHRASE)
