"""One driver's loop in a thread, whole or with a fault planted in it, on an emulated treadmill on a socket."""

import functools
import queue
import sys
import threading
import time
import types
from collections.abc import Callable, Generator
from contextlib import contextmanager

import drivers.treadmill.controlled as driver_module
from drivers import lines
from drivers.emulators.opcode_belt import OpcodeBelt
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.emulators.woodway import WoodwayEmulator
from drivers.processes import come_first_alone
from drivers.treadmill.opcode_codec import Dialect
from drivers.treadmill.opcode_machine import OpcodeMachine
from drivers.treadmill.port import Answer, Order, Request
from drivers.treadmill.trackmaster import dialect
from drivers.treadmill.woodway import DIALECT as WOODWAY
from tests.mutants import planted_fault
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, Setpoint

SCALE = TimeScale(10)
WALK = Setpoint(speed_kmh=4.8, incline_pct=0.0)


class NotedMachine(OpcodeMachine):
    """Notes when its port is opened and what is asked of it."""

    def __init__(self, table: Dialect, url: str, log: Callable[[str, bytes], None], notes: list[object]) -> None:
        super().__init__(table, url, log)
        self._notes = notes

    def open(self) -> None:
        super().open()
        self._notes.append("opened")

    def ask(self, request: Request, order: Order | None = None, *, retry: bool = True) -> Answer | None:
        self._notes.append(request)
        return super().ask(request, order, retry=retry)


class Thread:
    """One driver in a thread, its treadmill, and the station's hand."""

    def __init__(
        self,
        module: types.ModuleType,
        *,
        woodway: bool = False,
        treadmill: OpcodeBelt | None = None,
        recover: bool = False,
    ) -> None:
        self.treadmill = treadmill or (WoodwayEmulator(SCALE) if woodway else TrackmasterEmulator("kmh", SCALE))
        self.server = TcpServer(self.treadmill)
        self.inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        self.last: BeltTelemetry | None = None
        self.looks = 0
        self.rested_at_kmh: list[float] = []  # what a tachometer said whenever the belt was told to be at rest
        self.notes: list[object] = []  # "opened", "told", "refused" and requests, in their order
        table, url = WOODWAY if woodway else dialect("kmh"), self.server.url
        self.driver = module.ControlledDriver(
            lambda log: NotedMachine(table, url, log, self.notes),
            url,
            {},
            self._emit,
            self.inbox,
            SCALE,
            recover=recover,
        )
        self.thread = threading.Thread(target=self._drive, daemon=True)
        self.thread.start()

    def _drive(self) -> None:
        come_first_alone()  # as its process does
        self.driver.run()

    def _emit(self, line: lines.FromDriver) -> None:
        if isinstance(line, lines.Belt):
            self.last = line.telemetry
            self.looks += 1
            self.notes.append("told")
            if line.telemetry.at_rest:
                self.rested_at_kmh.append(self.treadmill.true_speed_kmh)
        elif isinstance(line, lines.Refused):
            self.notes.append("refused")

    def holds(self, fact: Callable[[BeltTelemetry], bool], within_s: float, *, lease: bool = True) -> bool:
        """Whether a fact comes true in time, under leases that are renewed."""
        end_s = time.monotonic() + within_s
        while time.monotonic() < end_s:
            if self.last is not None and fact(self.last):
                return True
            if lease:
                self.inbox.put(lines.Lease(setpoint=WALK, lease_s=1.0))
            time.sleep(0.03)
        return False

    def walk(self) -> None:
        assert self.holds(lambda seen: seen.at_rest, 5, lease=False)
        self.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        assert self.holds(lambda seen: (seen.measured_speed_kmh or 0) > 4.5, 8)


@contextmanager
def running(
    module: types.ModuleType, *, woodway: bool = False, treadmill: OpcodeBelt | None = None, recover: bool = False
) -> Generator[Thread]:
    """A driver that is told to quit however the test ends."""
    thread = Thread(module, woodway=woodway, treadmill=treadmill, recover=recover)
    try:
        yield thread
    finally:
        thread.driver._quit_by_s = 1e-9  # a broken driver may never see its belt at rest: its time is up now
        thread.inbox.put(lines.Quit())
        thread.thread.join(5.0)
        thread.server.close()


@functools.cache
def holds(fact: Callable[[types.ModuleType], None]) -> None:
    """Check a fact on the whole driver, once for all the faults that are planted under it."""
    fact(driver_module)


@contextmanager
def broken_driver(module: types.ModuleType, old: str, new: str) -> Generator[types.ModuleType]:
    """The driver's module with a fault planted in it, or in a module that it is built on."""
    if module is driver_module:
        with planted_fault(module, old, new) as broken:
            yield broken
        return
    same = "Nothing here starts a belt"
    with planted_fault(module, old, new) as broken:
        sys.modules[module.__name__] = broken
        try:
            with planted_fault(driver_module, same, same) as driver:
                yield driver
        finally:
            sys.modules[module.__name__] = module
