"""The list: what is tried on that Windows, part by part."""

import json
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tools.windows.crossing import Crossing
from tools.windows.installed import SCALE, installed
from tools.windows.steps import IMPORTS, Failed, Outcome, Part, attempt, cli, completed, last_line, said
from tools.windows.system import ROOT, Done, Windows

CROSSING = "TESTSTATION_COM_CROSSING"
# See tests/patience.py: Wine starts a process in some ten seconds. What a test prints is told in the code that a pipe
# has there: to name another would hide what the product does with that code.
PATIENT = {"TESTSTATION_TEST_PATIENCE": "2", "PYTHONIOENCODING": ":backslashreplace"}
RECORD = r"C:\clinic\clinic.record"
BORN = f"{datetime.now().astimezone().year - 44}-01-01"  # who is 44 today
PERSON = ("--sex", "male", "--age", "44", "--weight", "88", "--name", "Kari Nordmann", "--born", BORN)

# A real machine takes no time scale, and a COM port counts as one: what is run over it is short.
SHORT = """
id = "short"
title = "Short"
citation = "Two stages for a trial of the station."
[[stages]]
name = "1"
duration_s = 60
speed_kmh = 4.8
incline_pct = 0
[[stages]]
name = "2"
duration_s = 60
speed_kmh = 4.8
incline_pct = 3
[cool_down]
duration_s = 30
speed_kmh = 3.0
incline_pct = 0
"""


def _imports(windows: Windows) -> str:
    return last_line(said(windows.python("-c", IMPORTS, within_s=600)))


def _version(windows: Windows) -> str:
    return said(cli(windows, "--version")).strip()


def _demo(windows: Windows) -> str:
    for name in ("demo.json", "demo.pdf"):
        (windows.drive / name).unlink(missing_ok=True)
    words = ("--headless", "--time-scale", SCALE, "--json", r"C:\demo.json", "--pdf", r"C:\demo.pdf")
    said(cli(windows, "demo", *words, within_s=600))
    if not (windows.drive / "demo.pdf").read_bytes().startswith(b"%PDF"):
        raise Failed("the report is no PDF")
    found, told = completed(windows.drive / "demo.json", 4)
    estimate = found["estimates"]["extrapolation"]
    if estimate["status"] != "ok" or estimate["n_stages"] != 4:
        raise Failed(f"the estimate is {estimate}")
    return f"{told}; VO2max {estimate['vo2max_ml_kg_min']:.1f}"


def _com(windows: Windows) -> str:
    """A whole test over two COM ports, kept in a record."""
    shutil.rmtree(windows.drive / "clinic", ignore_errors=True)
    (windows.drive / "clinic").mkdir()
    (windows.drive / "clinic" / "short.toml").write_text(SHORT, "utf-8")
    with _floor() as (treadmill, strap), Crossing(windows.port) as crossing:
        windows.port("COM3", Path(treadmill))
        with _port(crossing, strap) as name:
            said(
                cli(
                    windows, "run", "--protocol", r"C:\clinic\short.toml", "--yes", *PERSON,
                    "--treadmill", "trackmaster:COM3,units=kmh", "--heart-rate", f"bridge:{name}",
                    "--record", RECORD, "--json", r"C:\com.json", within_s=300,
                )
            )  # fmt: skip
        windows.port("COM3", None)
    return completed(windows.drive / "com.json", 2)[1]


@contextmanager
def _floor() -> Generator[tuple[str, int]]:
    """A treadmill on a terminal of this computer, and the strap of who walks on it on a socket."""
    command = [sys.executable, "-m", "drivers.emulators", "treadmill", "trackmaster", "--pty", "--strap-tcp", "0"]
    here = ROOT / ".venv" / "bin" / "python"
    if here.exists():
        command[0] = str(here)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, encoding="utf-8")
    try:
        assert process.stdout is not None
        treadmill = re.search(r"trackmaster:(/[^,]+),", process.stdout.readline())
        strap = re.search(r":(\d+)$", process.stdout.readline().strip())
        if treadmill is None or strap is None:
            raise Failed("the emulators did not begin")
        yield treadmill[1], int(strap[1])
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def _port(crossing: Crossing, number: int) -> Generator[str]:
    host, _, port = crossing.address.rpartition(":")
    with socket.create_connection((host, int(port)), 5) as asked:
        asked.sendall(f"{number}\n".encode("ascii"))
        yield asked.makefile("r").readline().strip()


def _records(windows: Windows) -> str:
    """What was kept over COM: listed, reported, exported, backed up, brought back beside itself, and verified."""
    if not (windows.drive / "clinic" / "clinic.record").exists():
        _com(windows)
    listed = json.loads(said(cli(windows, "records", "--record", RECORD, "list", "--json", "-")))
    copy = r"C:\clinic\copy.record"
    steps = (
        ("records", "--record", RECORD, "backup", r"C:\clinic\a.backup"),
        ("records", "--record", RECORD, "verify"),
        ("records", "--record", RECORD, "verify", r"C:\clinic\a.backup"),
        ("records", "--record", copy, "restore", r"C:\clinic\a.backup"),
        ("records", "--record", copy, "verify"),
        ("records", "--record", copy, "export", r"C:\clinic\export"),
        ("records", "--record", RECORD, "restore", r"C:\clinic\a.backup"),
        ("records", "--record", RECORD, "list"),
    )
    for words in steps:
        said(cli(windows, *words))
    if len(listed) != 1:
        raise Failed(f"one test was to be kept, and {len(listed)} are listed")
    return "one test listed; backup, verify, restore into a new and over the same file, export"


def suite(*words: str, within_s: float = 1800, over_com: bool = False) -> Callable[[Windows], Outcome]:
    """A part of the project's own tests."""

    def run(windows: Windows) -> Outcome:
        command = ("-m", "pytest", "-n", "1", "-q", "-p", "no:cacheprovider", "--tb=short", "-rfEs", *words)
        if not over_com:
            return _read(windows.python(*command, within_s=within_s, more=PATIENT))
        with Crossing(windows.port) as crossing:
            return _read(windows.python(*command, within_s=within_s, more=PATIENT | {CROSSING: crossing.address}))

    return run


def _read(done: Done) -> Outcome:
    total = next((line for line in reversed(done.said.splitlines()) if " in " in line and "passed" in line), "")
    skipped: Counter[str] = Counter()
    for count, why in re.findall(r"^SKIPPED \[(\d+)\] \S+(?::\d+)?: (.*)$", done.said, re.MULTILINE):
        skipped[why] += int(count)
    untried = "".join(f"\n        not tried ({count}): {why}" for why, count in sorted(skipped.items()))
    told = (total.strip("= ") or "no test ended") + untried
    if done.status == 0 and total:  # a pytest that is ended from outside ends with 0, too
        return Outcome(True, told)
    # What failed, and why: a test of many cells names those that failed in its assertion alone.
    broken = [line for line in done.said.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
    return Outcome(False, told, "\n".join(broken[:200]) or done.said[-3000:])


PARTS = (
    Part("imports", attempt(_imports), short=True, tests=False),
    Part("version", attempt(_version), short=True, tests=False),
    # Not in the short form: a Wine on a busy machine may keep the station from its lease of a second.
    Part("demo", attempt(_demo), tests=False),
    Part("com", attempt(_com), tests=False),
    Part("records", attempt(_records), tests=False),
    Part("setup", attempt(installed), tests=False),
    Part("guard", suite("tests/unit/drivers", "tests/unit/run")),
    Part("unit", suite("tests/unit", "--ignore=tests/unit/drivers", "--ignore=tests/unit/run")),
    Part("contract", suite("tests/contract")),
    Part("contract-com", suite("tests/contract/test_treadmill_contract.py", over_com=True)),
    Part("killed", suite("tests/process/test_journal_kill.py")),
    Part("process", suite("tests/process", within_s=3600)),
    Part("window", suite("tests/ui", within_s=3600)),
)
