"""Test after test, for hours of scaled time: memory stays flat and no file handle is left behind."""

import gc
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from tests.contract import treadmill_rig
from tests.contract.treadmill_rig import CASES
from tests.process.belt_room import BeltRoom
from teststation.clock import TimeScale
from teststation.protocol.load import find, load_plan
from teststation.run.state import Phase

pytestmark = pytest.mark.process
SCALE = TimeScale(100)
WARM_UP_RUNS = 1
FLAT_MB = 5.0


def handles() -> int:
    """Open files and sockets of this process."""
    process = psutil.Process()
    return process.num_handles() if sys.platform == "win32" else process.num_fds()


def resident_mb() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def one_test() -> float:
    """A whole test on a Trackmaster; returns how much test time it took."""
    room = BeltRoom(CASES["trackmaster-kmh"], SCALE, load_plan(*find("submax-13")))
    try:
        assert room.begin()
        assert room.until(lambda: room.phase is Phase.ENDED, 120.0)
        assert room.controller.state.at_rest
        assert room.controller.state.reason is not None
        assert room.controller.state.reason.code == "planned_end"
        return room.controller.now_s()
    finally:
        room.close()


def soak(hours: float, tell: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treadmill_rig, "SCALE", SCALE)
    for _ in range(WARM_UP_RUNS):
        one_test()
    time.sleep(0.5)
    began_mb, began_handles = resident_mb(), handles()
    walked_s, runs = 0.0, 0
    while walked_s < hours * 3600:
        walked_s += one_test()
        runs += 1
    time.sleep(0.5)
    ended_mb, ended_handles = resident_mb(), handles()
    tell(
        "cell",
        f"soak: {runs} tests, {walked_s / 3600:.2f} h of test time; memory {began_mb:.1f} to {ended_mb:.1f} MB; "
        f"handles {began_handles} to {ended_handles}",
    )
    assert ended_mb - began_mb <= FLAT_MB
    assert ended_handles <= began_handles


@pytest.mark.long
def test_a_few_tests_leave_nothing_behind(
    record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    soak(0.2, record_property, monkeypatch)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_eight_hours_leave_nothing_behind(
    record_property: Callable[[str, object], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    soak(8.0, record_property, monkeypatch)
