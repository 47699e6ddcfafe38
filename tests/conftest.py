"""Which tests begin, and what they tell at the end: the cells of the fault matrices, and what a soak measured."""

import gc
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.made_once import share_in
from tests.order import shared_out
from tests.patience import PATIENCE
from tests.yielding import may_come_back, yielding

# Images and shells that forbid bytecode have each of the hundreds of processes that the tests start compile everything
# it imports anew: four times the work of a driver's start. Workers and children inherit what stands here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long one example takes is no fact of a test: on a busy machine any of them takes ten times as long.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


# Settings, clinic's protocols and records of whoever runs the tests are none of their business, and no test's input.
_HOMES = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "WIN_PD_OVERRIDE_APPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA")


def pytest_configure(config: pytest.Config) -> None:
    """Workers of one run, and what they start, share a home that is nobody's, and what takes long to make."""
    if hasattr(config, "workerinput"):
        share_in(Path(config.option.basetemp).parent / "made-once")
        return
    home = tempfile.TemporaryDirectory(prefix="teststation-home-", ignore_cleanup_errors=True)
    config.add_cleanup(home.cleanup)
    for name in _HOMES:
        os.environ[name] = str(Path(home.name) / name.lower())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Which tests begin, and on which worker: see ``tests.order``."""
    if PATIENCE > 1:
        ordinary_s = float(config.getini("timeout"))
        for item in items:
            told = item.get_closest_marker("timeout")
            within_s = PATIENCE * (told.args[0] if told else ordinary_s)
            item.add_marker(pytest.mark.timeout(within_s), append=False)
    items[:] = shared_out(
        items,
        workers=getattr(config, "workerinput", {}).get("workercount", 1),
        in_real_time=lambda item: "process" in item.keywords,
        whole_stations=lambda item: "process" in item.path.parent.parts,
        long=lambda item: "long" in item.keywords,
        quick=lambda item: "unit" in item.path.parts,
        module=lambda item: item.path,
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What only computes gives way to what runs in real time beside it, where this system lets a thread come back."""
    if "process" in item.keywords or not may_come_back():
        return (yield)
    with yielding():
        return (yield)


def pytest_collection_finish() -> None:
    """Modules and items stay to the end: no collection need walk them again.

    Nor need it walk, ten times as often as now, what a worker has come to hold after thousands of tests. It walks at
    all, though the window's modules, which are among what was read, have ended that for the program.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded under ``cell``, whichever worker ran them."""
    reports = [report for key in ("passed", "failed") for report in terminalreporter.stats.get(key, [])]
    cells = [
        str(value)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "cell"
    ]
    if cells:
        terminalreporter.section("faults and soaks")
        for cell in sorted(cells):
            terminalreporter.line(cell)
