"""A Stop that overtakes a request on its way to the wire."""

import queue
import time
from dataclasses import replace

import pytest

import drivers.treadmill.trackmaster_driver as module
from drivers import lines
from drivers.treadmill.trackmaster_codec import Opcode, Reply
from drivers.treadmill.trackmaster_driver import MIN_TENTHS, TrackmasterDriver
from tests.mutants import planted_fault
from teststation.clock import TimeScale

driver_module = module


def asked_after_a_stop(opcode: Opcode, tenths: int | None) -> list[Opcode]:
    """What reaches the wire when Stop lies in the inbox at the moment a moving driver asks."""
    inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
    driver: TrackmasterDriver = driver_module.TrackmasterDriver(
        "nowhere", {"units": "kmh"}, lambda line: None, inbox, TimeScale(), recover=False
    )
    driver._guard = replace(driver._guard, armed=True, out_kmh=4.8, lease_until_s=time.monotonic() + 1)
    driver._running = True
    asked: list[Opcode] = []

    def ask(opcode: Opcode, tenths: int | None = None, *, retry: bool = True) -> Reply:
        asked.append(opcode)
        return Reply(opcode)

    driver._wire.ask = ask  # type: ignore[method-assign]
    inbox.put(lines.Stop())
    driver._ask(opcode, tenths)
    return asked


@pytest.mark.parametrize(("opcode", "tenths"), [(Opcode.SET_SPEED, 49), (Opcode.SET_INCLINE, 40), (Opcode.START, None)])
def test_a_stop_overtakes_what_would_move_the_belt(opcode: Opcode, tenths: int | None) -> None:
    assert asked_after_a_stop(opcode, tenths) == []


@pytest.mark.parametrize(("opcode", "tenths"), [(Opcode.SET_SPEED, MIN_TENTHS), (Opcode.AUTO_STOP, None)])
def test_what_brings_it_to_rest_goes_out(opcode: Opcode, tenths: int | None) -> None:
    assert asked_after_a_stop(opcode, tenths) == [opcode]


def test_the_fact_fails_on_a_driver_that_lets_ramps_through(monkeypatch: pytest.MonkeyPatch) -> None:
    old = "opcode is Opcode.SET_SPEED and tenths == MIN_TENTHS"
    with planted_fault(module, old, "opcode is Opcode.SET_SPEED") as broken:
        monkeypatch.setitem(globals(), "driver_module", broken)
        with pytest.raises(AssertionError):
            test_a_stop_overtakes_what_would_move_the_belt(Opcode.SET_SPEED, 49)
