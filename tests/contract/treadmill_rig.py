"""Every registered treadmill driver on its emulator: the driver's own loop in a thread, and the station's hand."""

import os
import queue
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from drivers import lines
from drivers.emulators.operated_belt import OperatedBelt
from drivers.emulators.treadmills import EmulatedTreadmill, Wanted, make
from drivers.emulators.wire import PtyServer, TcpServer
from drivers.processes import come_first_alone
from drivers.registry import TREADMILL, load_runner
from tests.patience import PATIENCE
from tests.virtual_bluetooth.fitness_machine import FitnessMachine
from tests.virtual_bluetooth.radio import IS_HERE
from tests.virtual_bluetooth.shared import MachineOnAir
from teststation.clock import TimeScale
from teststation.ports import BeltTelemetry, Setpoint, TreadmillInfo

# Where tools/windows lends COM ports to tests that run on its Windows: every wire is one then.
CROSSING = os.environ.get("TESTSTATION_COM_CROSSING", "")
HAS_TERMINALS = sys.platform != "win32" or bool(CROSSING)
SCALE = TimeScale(20 / PATIENCE)
WALK = Setpoint(speed_kmh=4.8, incline_pct=2.0)


@dataclass(frozen=True, slots=True)
class Case:
    """One driver as it is registered: its options, what it may ask on connecting, and whether it moves the belt."""

    family: str
    reads: bytes  # every byte it may send before an arming
    options: Mapping[str, str] = field(default_factory=dict)
    controls: bool = True
    wired: bool = True
    radio: bool = False
    shared: bool = False  # whether several programs of this station may have its port
    step_kmh: float = 0.1

    def emulator(self) -> EmulatedTreadmill | None:
        """Its treadmill; None where there is no wire."""
        if not self.wired:
            return None
        if self.radio:
            return FitnessMachine("generic", SCALE, units=self.options.get("units", "kmh"))
        return make(Wanted(self.family, SCALE, self.options.get("units", "kmh")))


CASES = {
    "trackmaster-kmh": Case("trackmaster", b"\xc0\xc1\xc2", {"units": "kmh"}),
    "trackmaster-mph": Case("trackmaster", b"\xc0\xc1\xc2", {"units": "mph"}, step_kmh=0.1609344),
    "woodway": Case("woodway", b"\xc1\xc2", step_kmh=0.1609344),
    "csafe": Case("csafe", b"\xf1\xa5\xa8\xf2", controls=False),
    "csafe-mph": Case("csafe", b"\xf1\xa5\xa8\xf2", {"units": "mph"}, controls=False, step_kmh=0.1609344),
    "woodway-standard": Case("woodway-standard", b"\xc7\xc8\x00", controls=False),
    **({"ftms": Case("ftms", b"", controls=False, radio=True)} if IS_HERE else {}),
    "fec": Case("fec", b"", {"number": "4711"}, controls=False, shared=True),
    "manual": Case("manual", b"", controls=False, wired=False),
}
CONTROLLED = [name for name, case in CASES.items() if case.controls]
WIRED = [name for name, case in CASES.items() if case.wired]
UNSHARED = [name for name, case in CASES.items() if case.wired and not case.radio and not case.shared]
ON_A_PORT = [name for name, case in CASES.items() if case.wired and not case.radio]


Served = TcpServer | PtyServer | MachineOnAir


def serve(treadmill: EmulatedTreadmill, *, pty: bool = False) -> Served:
    """Put an emulated treadmill on its wire, or into the air."""
    if isinstance(treadmill, FitnessMachine):
        return MachineOnAir(treadmill)
    return PtyServer(treadmill) if pty else TcpServer(treadmill)


class Rig:
    """One driver, its treadmill, and a hand that renews leases."""

    def __init__(self, case: Case, *, pty: bool = False) -> None:
        self.case = case
        self.treadmill = case.emulator()
        self.server = None if self.treadmill is None else serve(self.treadmill, pty=pty and not CROSSING)
        self.url = "" if self.server is None else self.server.url
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._crossing: socket.socket | None = None
        if CROSSING and self.server is not None and not case.radio:
            self._crossing, self.url = _com_port(self.url)
        elif pty:
            # A name of its own: the system gives a closed terminal's number to the next test's terminal, and a driver
            # that still looks for its belt would say its stop on that one.
            self._folder = tempfile.TemporaryDirectory()
            terminal = Path(self._folder.name, "belt")
            terminal.symlink_to(self.url)
            self.url = str(terminal)
        self.inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
        self.last: BeltTelemetry | None = None
        self.info: TreadmillInfo | None = None
        self.said: list[str] = []
        self.gone = False
        self.thread = self.drive(self.inbox, self._emit)

    def drive(
        self, inbox: "queue.Queue[lines.ToDriver | Exception | None]", emit: Callable[[lines.FromDriver], None]
    ) -> threading.Thread:
        """Run one more driver on the same port."""
        run = load_runner(TREADMILL, self.case.family)

        def drives() -> None:
            come_first_alone()  # as its process does
            run(self.url, dict(self.case.options), emit, inbox, SCALE)

        thread = threading.Thread(target=drives, daemon=True)
        thread.start()
        return thread

    def _emit(self, line: lines.FromDriver) -> None:
        match line:
            case lines.Belt(telemetry=telemetry):
                self.last = telemetry
            case lines.Hello(treadmill=info):
                self.info = info
            case lines.Failed(sentence=sentence) | lines.Refused(sentence=sentence):
                self.said.append(sentence)

    @property
    def wire(self) -> bytes:
        """Everything that was sent to the treadmill."""
        assert self.treadmill is not None
        return b"".join(data for _, way, data in self.treadmill.transcript if way == "in")

    @property
    def speed_kmh(self) -> float:
        """What a tachometer says; 0 where there is no treadmill."""
        return 0.0 if self.treadmill is None else self.treadmill.true_speed_kmh

    def until(
        self, fact: Callable[[BeltTelemetry], bool], lease: Setpoint | None = None, within_s: float = 8.0
    ) -> BeltTelemetry:
        """Wait for a fact under leases that are renewed, where one is given."""
        end_s = time.monotonic() + within_s * PATIENCE
        while not (self.last is not None and fact(self.last)):
            assert time.monotonic() < end_s, f"in vain; last seen {self.last}"
            if lease is not None:
                self.inbox.put(lines.Lease(setpoint=lease, lease_s=1.0))
            time.sleep(0.02)
        assert self.last is not None
        return self.last

    def lease_for(self, seconds: float, setpoint: Setpoint = WALK) -> None:
        """Renew leases for a while."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            self.inbox.put(lines.Lease(setpoint=setpoint, lease_s=1.0))
            time.sleep(0.03)

    def ready(self) -> "Rig":
        """Until the driver knows its belt."""
        self.until(lambda seen: seen.state == "idle" and (seen.at_rest or not self.case.wired))
        return self

    def armed(self, max_kmh: float = 6.0) -> "Rig":
        """Armed, and not yet told to move."""
        self.ready()
        self.inbox.put(lines.Arm(max_speed_kmh=max_kmh, max_incline_pct=12.0))
        self.until(lambda seen: seen.state in ("armed", "moving"))
        return self

    def walking(self) -> "Rig":
        """On the first load: by the driver, or by the operator."""
        self.armed()
        if isinstance(self.treadmill, OperatedBelt):
            self.treadmill.operator_sets(WALK.speed_kmh, WALK.incline_pct)
        if not self.case.wired:
            self.lease_for(0.3)
            return self
        self.until(lambda seen: (seen.measured_speed_kmh or 0) > 4.5, WALK)
        return self

    def pull(self) -> None:
        """Pull the cable of a terminal: its name is gone with it, for good."""
        assert self.treadmill is not None
        if self._crossing is None:
            Path(self.url).unlink()
        self.gone = True
        self.treadmill.give("unplug")

    def close(self) -> None:
        """Quit and wait; an operator would stop a belt that nobody else can."""
        if self.treadmill is not None:
            for fault in sorted(self.treadmill.active_faults):
                self.treadmill.take(fault)
        self.inbox.put(lines.Quit())
        # Behind a terminal that is gone for good a driver goes on looking for its belt: nobody waits for that here.
        self.thread.join(0.2 if self.gone else 15.0)
        if self.server is not None:
            self.server.close()
        if self._folder is not None:
            self._folder.cleanup()
        if self._crossing is not None:
            self._crossing.close()


def _com_port(url: str) -> tuple[socket.socket, str]:
    """A COM port whose other end is this socket; it lives as long as the connection that is returned."""
    host, _, port = CROSSING.rpartition(":")
    crossing = socket.create_connection((host, int(port)), 10.0)
    crossing.sendall(url.rpartition(":")[2].encode("ascii") + b"\n")
    with crossing.makefile("r") as said:
        return crossing, said.readline().strip()


@contextmanager
def rig(name: str, *, pty: bool = False) -> Generator[Rig]:
    """A rig that is ended however the test ends."""
    made = Rig(CASES[name], pty=pty)
    try:
        yield made
    finally:
        made.close()
