"""Tests that only compute give way, and what they start does; the next test is as it was."""

import os
import subprocess
import sys

import pytest

from tests.yielding import BEHIND, may_come_back, yielding

pytestmark = pytest.mark.skipif(not may_come_back(), reason="this system lets nobody step forward again")


def test_a_test_that_needs_no_wire_runs_behind_the_ordinary() -> None:
    assert os.getpriority(os.PRIO_PROCESS, 0) >= BEHIND


@pytest.mark.process
def test_a_test_in_real_time_does_not() -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.nice(0))"], capture_output=True, text=True, check=True
    )
    assert int(child.stdout) == os.getpriority(os.PRIO_PROCESS, 0) < BEHIND


def test_whoever_stepped_back_comes_back() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    with yielding():
        pass
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
