"""One strap, its driver in a process of its own and a run that listens to it. The belt is only told, not emulated."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec
import pytest

from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.emulators.wire import TcpServer
from drivers.emulators.worn import OTHER_NUMBER, WornStrap
from drivers.heart_rate_client import HeartRateClient
from tests.process.floor import freeze
from tests.unit.run.builders import run_prepared
from tests.virtual_bluetooth import radio as bluetooth
from tests.virtual_bluetooth.radio import VirtualRadio
from tests.virtual_bluetooth.worn import WornBluetoothStrap
from teststation.clock import ScaledClock, TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TreadmillInfo
from teststation.run import events as ev
from teststation.run.alarms import alarms
from teststation.run.controller import Controller, Devices

LOAD = (4.8, 0.0)
BUS = "DBUS_SYSTEM_BUS_ADDRESS"
FAMILIES = ("bridge", "ant", "ble") if bluetooth.IS_HERE else ("bridge", "ant")


class ToldBelt:
    """A belt that does at once what it is granted."""

    def __init__(self) -> None:
        self.state, self.speed_kmh = BeltState.IDLE, 0.0
        self.granted: list[Setpoint | None] = []

    def info(self) -> TreadmillInfo | None:
        return None

    def telemetry(self) -> Sequence[BeltTelemetry]:
        return (
            BeltTelemetry(
                t_mono_s=time.monotonic(),
                state=self.state,
                measured_speed_kmh=self.speed_kmh,
                measured_incline_pct=0.0,
                at_rest=self.speed_kmh == 0.0,
            ),
        )

    def failure(self) -> str | None:
        return None

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        self.state = BeltState.ARMED

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        self.granted.append(setpoint)
        self.speed_kmh = 0.0 if setpoint is None else setpoint.speed_kmh
        self.state = BeltState.MOVING if self.speed_kmh else BeltState.IDLE

    def stop(self) -> None:
        self.state, self.speed_kmh = BeltState.TRIPPED, 0.0

    def close(self) -> None: ...


class ListJournal:
    """The events, in memory."""

    def __init__(self) -> None:
        self.events: list[ev.AnyEvent] = []

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        assert isinstance(event, ev.AnyEvent)
        self.events.append(event)

    def close(self) -> None: ...


@dataclass
class Cell:
    """One strap and the fault it is to have."""

    family: str
    fault: str
    strap: WornStrap
    client: HeartRateClient
    controller: Controller
    belt: ToldBelt
    journal: ListJournal
    radio: VirtualRadio | None
    faulted_s: float = 0.0
    granted_before: int = 0

    @property
    def heard(self) -> list[ev.HeartRateRead]:
        """Every reading and change of status."""
        return [event for event in self.journal.events if isinstance(event, ev.HeartRateRead)]

    def begin(self) -> None:
        """Start the test."""
        self.controller.press(ev.TestBegan(t_s=self.controller.now_s()))

    def give(self) -> None:
        """Begin the fault: of the strap, of the machine's adapter or of the driver's process."""
        self.faulted_s = self.controller.now_s()
        self.granted_before = len(self.belt.granted)
        if self.fault == "driver_killed":
            self.client.driver.process.kill()
        elif self.fault == "driver_frozen":
            freeze(self.client.driver.process.pid)
        elif (self.family, self.fault) == ("ble", "unplug"):
            assert self.radio is not None
            self.radio.pull_adapter()
        else:
            self.strap.give(self.fault)

    def told(self) -> str:
        """What happened, in a line."""
        state = self.controller.state
        said = ", ".join(alarm.code for alarm in alarms(state, self.controller.now_s())) or "no alarm"
        reason = "" if state.reason is None else f" ({state.reason.code})"
        pulse = "no pulse" if state.hr_bpm is None else f"{state.hr_bpm} bpm"
        return f"{self.family:7}{self.fault:14}{state.hr_status.value:12}{pulse:10}{state.phase.value}{reason}; {said}"


def bluetooth_room(room: ExitStack, patch: pytest.MonkeyPatch) -> VirtualRadio | None:
    """A room with a radio, where the system has a stand-in for one."""
    if not bluetooth.IS_HERE:
        return None
    radio = room.enter_context(VirtualRadio())
    patch.setenv(BUS, radio.bus_address)
    return radio


def cell(room: ExitStack, radio: VirtualRadio | None, family: str, fault: str, number: int, pace: float) -> Cell:
    """One strap, its driver process and its run, at ``pace`` times the clock on the wall."""
    scale, belt = TimeScale(pace), ToldBelt()
    patient = Patient(draw_body(1), number)
    with pytest.MonkeyPatch.context() as patch:
        if (family, fault) == ("ble", "unplug"):
            # An adapter that is pulled out takes every link with it: this cell has a machine of its own.
            radio = bluetooth_room(room, patch)
        if family == "ble":
            assert radio is not None
            address = f"F0:F0:F0:F0:{number:02X}"
            own, other = radio.strap(name=f"HRM {number}", address=f"{address}:01"), None
            if fault == "second_strap":
                other = radio.strap(name=f"HRM {number}b", address=f"{address}:02", serial=str(OTHER_NUMBER))
            worn = WornBluetoothStrap(own, patient, lambda: LOAD, scale, other)
            radio.begin(worn.beat())
            strap: WornStrap = worn
            device = f"ble:{own.address}"
        else:
            strap = (AntStick if family == "ant" else StrapBridge)(patient, lambda: LOAD, scale)
            server = room.enter_context(TcpServer(strap))
            device = f"{family}:{server.url}" + (",number=12345" if family == "ant" else "")
        client = HeartRateClient(device, scale, ant_key=DUMMY_KEY.hex())
    room.callback(client.close)
    journal = ListJournal()
    controller = Controller(run_prepared(), Devices(belt, client), journal, ScaledClock(time.monotonic, scale))
    return Cell(family, fault, strap, client, controller, belt, journal, radio)


def tick(cells: list[Cell], wall_s: float) -> None:
    """Let time pass in all cells."""
    until_s = time.monotonic() + wall_s
    while time.monotonic() < until_s:
        for one in cells:
            one.controller.tick()
        time.sleep(0.05)
