"""Faults that begin and end while an emulator serves: by name, to the device they are of, and nothing else."""

import json
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from drivers.emulators import main as main_module
from drivers.emulators.faults import Faulty
from drivers.emulators.main import _give, _listen


def served() -> tuple[dict[str, Any], Faulty, Faulty]:
    belt, strap = Faulty(), Faulty()
    lock = threading.Lock()
    return {
        "treadmill": SimpleNamespace(device=belt, lock=lock),
        "heart_rate": SimpleNamespace(device=strap, lock=lock),
    }, belt, strap  # fmt: skip


def test_a_fault_begins_and_ends_on_its_own_device() -> None:
    devices, belt, strap = served()
    _give({"fault": "ignore_stop", "of": "treadmill"}, devices)
    _give({"fault": "drop", "of": "heart_rate", "on": True}, devices)
    assert (belt.active_faults, strap.active_faults) == ({"ignore_stop"}, {"drop"})
    _give({"fault": "drop", "of": "heart_rate", "on": False}, devices)
    assert (belt.active_faults, strap.active_faults) == ({"ignore_stop"}, set())


def test_what_is_no_fault_of_the_device_is_nothing() -> None:
    devices, belt, strap = served()
    for told in ({"fault": "freeze", "of": "treadmill"}, {"fault": "stuck", "of": "heart_rate"}):
        _give(told, devices)
    assert (belt.active_faults, strap.active_faults) == (set(), set())


def test_lines_that_are_none_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    devices, belt, _ = served()
    lines = [
        b"no json", b"[]", b'{"fault": "stuck"}', b'{"fault": "stuck", "of": "nobody"}', b'{"speed_kmh": 3.0}',
        json.dumps({"fault": "stuck", "of": "treadmill"}).encode(), b'{"speed_kmh": 3.0, "incline_pct": 1.0}',
    ]  # fmt: skip
    monkeypatch.setattr(main_module, "stdin_lines", lambda: iter(lines))
    loads: list[tuple[float, float]] = []
    ending = threading.Event()
    _listen(lambda speed, incline: loads.append((speed, incline)), ending, cast(Any, devices))
    assert belt.active_faults == {"stuck"}
    assert loads == [(3.0, 1.0)]
    assert ending.is_set()
