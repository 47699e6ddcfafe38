"""Which tests begin, and what they tell at the end: the cells of the fault matrices, and what a soak measured."""

import gc
import os
import sys
from collections.abc import Generator

import pytest

from tests.patience import PATIENCE
from tests.yielding import may_come_back, yielding

# Images and shells that forbid bytecode have each of the hundreds of processes that the tests start compile everything
# it imports anew: four times the work of a driver's start. Workers and children inherit what stands here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

if PATIENCE > 1:
    from hypothesis import settings

    # How long one example takes is no fact of a test either.
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long tests and those that need no wire begin, so that a mistake shows early and no worker waits at the end.

    Each worker gets a block of the list to begin with (``--dist worksteal``). The first has the long ones, which mostly
    wait and are hard on the machine side by side; the others begin with what needs no wire.
    """
    if PATIENCE > 1:
        ordinary_s = float(config.getini("timeout"))
        for item in items:
            told = item.get_closest_marker("timeout")
            within_s = PATIENCE * (told.args[0] if told else ordinary_s)
            item.add_marker(pytest.mark.timeout(within_s), append=False)
    long = [item for item in items if "long" in item.keywords]
    quick = [item for item in items if "long" not in item.keywords and "unit" in item.path.parts]
    rest = [item for item in items if "long" not in item.keywords and "unit" not in item.path.parts]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        items[:] = [*quick, *long, *rest]
        return
    # In one piece, as a module's fixtures are made anew for each worker that meets it.
    share = max(1, -(-len(quick) // (workers - 1)))
    begins = [long, *(quick[n : n + share] for n in range(0, share * (workers - 1), share))]
    left, order = rest, list[pytest.Item]()
    for number, begin in enumerate(begins):
        size = (len(items) - len(order)) // (workers - number)
        fill = max(0, size - len(begin))
        order += [*begin, *left[:fill]]
        left = left[fill:]
    items[:] = [*order, *left]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What only computes gives way to what runs in real time beside it, where this system lets a thread come back."""
    if "process" in item.keywords or not may_come_back():
        return (yield)
    with yielding():
        return (yield)


def pytest_collection_finish() -> None:
    """Modules and items stay to the end: no collection need walk them again."""
    gc.collect()
    gc.freeze()


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
