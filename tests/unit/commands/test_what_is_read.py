"""What is read from the disk, and for what: a start costs what it reads, and what was read stays to the end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


def modules_under(*folders: str) -> list[str]:
    """Every module in these folders of the project, by its name."""
    paths = [path.relative_to(ROOT) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in paths]


# Each step in the same process, beside what the steps before it have read.
STEPS = {
    "driver": ["drivers.host"],
    "no record": ["ui.cli", "analyse", "commission", "devices", "emulate", "laboratory", "protocols"],
    "report": ["ui.station.apart.report_child"],
    "window": [
        "ui.desktop.application",
        "ui.desktop.window",
        "ui.desktop.standing",
        "ui.station.recent_log",
        "ui.station.apart.report_process",
        "ui.station.today",
    ],
    "list": [
        "ui.commands.window",
        "ui.commands.demo",
        "ui.commands.drill",
        "ui.station.apart.record_process",
        "ui.desktop.application",
        "ui.desktop.window",
    ],
    "every room": [
        "ui.desktop.test.pretest",
        "ui.desktop.test.screen",
        "ui.desktop.test.flow",
        "ui.desktop.intervals.flow",
        "ui.desktop.result.flow",
        "ui.desktop.result.papers",
        "ui.desktop.machines.flow",
        "ui.desktop.training.flow",
        "ui.desktop.people.history",
        "ui.desktop.clinic.flow",
        "ui.station.session",
        "drivers.treadmill_client",
        "drivers.heart_rate_client",
    ],
    "no tables": modules_under("ui/desktop", "ui/station", "teststation/exchange", "teststation/report"),
}
RECKONS = ("numpy", "pyqtgraph", "pypdfium2", "reportlab", "cryptography")
TABLES = ("sqlalchemy", "alembic", "sqlcipher3", "psycopg")
NEVER = {
    "driver": ("sqlalchemy", "PySide6", "bleak", *RECKONS),
    "no record": ("sqlalchemy", "sqlcipher3", "argon2", "cryptography", "alembic", "reportlab", "PySide6", "bleak"),
    "report": ("sqlalchemy", "sqlcipher3", "cryptography", "PySide6", "serial"),
    "window": (
        "sqlalchemy", "sqlcipher3", "serial", "difflib", "hashlib", "asyncio", "email", "drivers.registry",
        "teststation.protocol.load", "teststation.run.record", "teststation.physiology.advice",
        "teststation.records.tests.stored",
    ),
    "list": (*RECKONS, *TABLES, "keyring", "zxcvbn", "bleak", "ui.desktop.test.screen"),
    "every room": (
        *TABLES, "reportlab", "PIL", "pikepdf", "uharfbuzz", "keyring", "zxcvbn", "fitdecode", "bleak", "usb",
        "numpy.testing", "numpy.f2py", "numpy.random", "unittest", "teststation.exchange.export", "html",
        "PySide6.QtSvg", "PySide6.QtTest", "pyqtgraph.imageview", "pyqtgraph.multiprocess", "pyqtgraph.parametertree",
    ),
    # A window, and what leaves a record, hold its values: whose process has it open reads the tables.
    "no tables": TABLES,
}  # fmt: skip
CODE = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name if "." in name else f"ui.commands.{name}")
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_read_that_is_not_wanted_here(step: str) -> None:
    names = [*STEPS["list"], *STEPS[step]] if step == "every room" else STEPS[step]
    done = subprocess.run(
        [sys.executable, "-c", CODE, *names], cwd=ROOT, capture_output=True, check=True, timeout=60 * PATIENCE
    )
    read = set(json.loads(done.stdout))
    assert read & set(NEVER[step]) == set()
    assert {name if "." in name else f"ui.commands.{name}" for name in names} <= read
