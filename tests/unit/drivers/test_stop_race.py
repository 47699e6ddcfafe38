"""A Stop that overtakes a request on its way to the wire."""

import queue
import time
from dataclasses import replace
from functools import partial

import pytest

import drivers.treadmill.controlled as driver_module
from drivers import lines
from drivers.treadmill.controlled import ControlledDriver
from drivers.treadmill.opcode_machine import OpcodeMachine
from drivers.treadmill.port import Answer, Order, Request
from drivers.treadmill.trackmaster import dialect
from tests.mutants import fails_with
from teststation.clock import TimeScale

LOWEST_KMH = 0.2


def asked_after_a_stop(request: Request, value: float | None) -> list[Request]:
    """What reaches the wire when Stop lies in the inbox at the moment a moving driver asks."""
    inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
    driver: ControlledDriver = driver_module.ControlledDriver(
        lambda log: OpcodeMachine(dialect("kmh"), "nowhere", log),
        "nowhere",
        {},
        lambda line: None,
        inbox,
        TimeScale(),
        recover=False,
    )
    driver._guard = replace(driver._guard, armed=True, out_kmh=4.8, lease_until_s=time.monotonic() + 1)
    driver._running = True
    asked: list[Request] = []

    def ask(request: Request, order: Order | None = None, *, retry: bool = True) -> Answer:
        asked.append(request)
        return Answer(request)

    driver._machine.ask = ask  # type: ignore[method-assign]
    inbox.put(lines.Stop())
    driver._ask(request, value)
    return asked


@pytest.mark.parametrize(
    ("request_", "value"), [(Request.SET_SPEED, 4.9), (Request.SET_INCLINE, 4.0), (Request.START, None)]
)
def test_a_stop_overtakes_what_would_move_the_belt(request_: Request, value: float | None) -> None:
    assert asked_after_a_stop(request_, value) == []


@pytest.mark.parametrize(("request_", "value"), [(Request.SET_SPEED, LOWEST_KMH), (Request.AUTO_STOP, None)])
def test_what_brings_it_to_rest_goes_out(request_: Request, value: float | None) -> None:
    assert asked_after_a_stop(request_, value) == [request_]


def test_the_fact_fails_on_a_driver_that_lets_ramps_through() -> None:
    old = "request is Request.SET_SPEED and value == self._setting.lowest_kmh"
    fact = partial(test_a_stop_overtakes_what_would_move_the_belt, Request.SET_SPEED, 4.9)
    fails_with(driver_module, old, "request is Request.SET_SPEED", fact)
