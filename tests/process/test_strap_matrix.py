"""Every way a strap can fail in a test, on a real wire and with real driver processes: what is recorded, how it ends.

All cells walk at once, each with its own strap, driver process and run; only the belt is told, not emulated.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import msgspec
import pytest

from drivers.client import HeartRateClient
from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.emulators.wire import TcpServer
from drivers.emulators.worn import OTHER_BPM, OTHER_NUMBER, WornStrap
from tests.unit.run.builders import run_prepared
from tests.virtual_bluetooth.radio import VirtualRadio
from tests.virtual_bluetooth.worn import WornBluetoothStrap
from teststation.clock import ScaledClock, TimeScale
from teststation.ports import BeltState, BeltTelemetry, HeartRateStatus, Setpoint, TreadmillInfo
from teststation.run import events as ev
from teststation.run.alarms import alarms
from teststation.run.controller import Controller, Devices
from teststation.run.record import Outcome
from teststation.run.state import Phase

pytestmark = pytest.mark.process

SCALE = 20.0
WALKS_S = 1.0  # wall seconds before the fault
FAULT_S = 6.5  # and with it: long enough for the pulse to be missed and the minute without it to pass
LAST_SAMPLE_S = 5.0  # test seconds: a reading under way, and the age up to which a sample may be taken
STALE, NO_CONTACT = HeartRateStatus.STALE, HeartRateStatus.NO_CONTACT
NO_READING, OFFLINE = HeartRateStatus.NO_READING, HeartRateStatus.OFFLINE

# What the station says of the strap; None: the pulse goes on.
CELLS: dict[tuple[str, str], HeartRateStatus | None] = {
    ("bridge", "drop"): STALE,
    ("bridge", "freeze"): STALE,
    ("bridge", "zero"): NO_READING,
    ("bridge", "no_contact"): NO_CONTACT,
    ("bridge", "battery"): STALE,
    ("bridge", "garbage"): STALE,
    ("bridge", "unplug"): OFFLINE,
    ("bridge", "spike"): None,
    ("bridge", "second_strap"): None,
    ("bridge", "lost"): None,
    ("ant", "drop"): STALE,
    ("ant", "freeze"): STALE,
    ("ant", "zero"): NO_READING,
    ("ant", "no_contact"): STALE,  # ANT+ has no word for contact: a strap off the skin counts no beats
    ("ant", "battery"): STALE,
    ("ant", "garbage"): STALE,
    ("ant", "unplug"): OFFLINE,
    ("ant", "spike"): None,
    ("ant", "second_strap"): None,
    ("ant", "lost"): None,
    ("ble", "drop"): OFFLINE,
    ("ble", "zero"): NO_READING,
    ("ble", "no_contact"): NO_CONTACT,
    ("ble", "spike"): None,
    ("ble", "second_strap"): None,
}


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
    def __init__(self) -> None:
        self.events: list[ev.AnyEvent] = []

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        assert isinstance(event, ev.AnyEvent)
        self.events.append(event)

    def close(self) -> None: ...


@dataclass
class Cell:
    family: str
    fault: str
    strap: WornStrap
    controller: Controller
    belt: ToldBelt
    journal: ListJournal
    faulted_s: float = 0.0
    granted_before: int = 0

    @property
    def heard(self) -> list[ev.HeartRateRead]:
        return [event for event in self.journal.events if isinstance(event, ev.HeartRateRead)]


def cell(room: ExitStack, radio: VirtualRadio, family: str, fault: str, number: int) -> Cell:
    """One strap, its driver process and its run."""
    scale, belt = TimeScale(SCALE), ToldBelt()
    patient = Patient(draw_body(1), number)
    if family == "ble":
        address = f"F0:F0:F0:F0:{number:02X}"
        own, other = radio.strap(name=f"HRM {number}", address=f"{address}:01"), None
        if fault == "second_strap":
            other = radio.strap(name=f"HRM {number}b", address=f"{address}:02", serial=str(OTHER_NUMBER))
        strap: WornStrap = WornBluetoothStrap(own, patient, lambda: (4.8, 0.0), scale, other)
        radio.begin(strap.beat())
        device = f"ble:{own.address}"
    else:
        strap = (AntStick if family == "ant" else StrapBridge)(patient, lambda: (4.8, 0.0), scale)
        server = room.enter_context(TcpServer(strap))
        device = f"{family}:{server.url}" + (",number=12345" if family == "ant" else "")
    client = HeartRateClient(device, scale, ant_key=DUMMY_KEY.hex())
    room.callback(client.close)
    journal = ListJournal()
    clock = ScaledClock(time.monotonic, scale)
    return Cell(family, fault, strap, Controller(run_prepared(), Devices(belt, client), journal, clock), belt, journal)


def tick(cells: list[Cell], wall_s: float) -> None:
    until_s = time.monotonic() + wall_s
    while time.monotonic() < until_s:
        for one in cells:
            one.controller.tick()
        time.sleep(0.03)


@pytest.fixture(scope="module")
def walked() -> Iterator[dict[tuple[str, str], Cell]]:
    """All cells, walked through their faults."""
    patch = pytest.MonkeyPatch()
    with VirtualRadio() as radio, ExitStack() as room:
        patch.setenv("DBUS_SYSTEM_BUS_ADDRESS", radio.bus_address)
        cells = [cell(room, radio, *names, number) for number, names in enumerate(CELLS)]
        until_s = time.monotonic() + 30
        while any(one.controller.state.hr_bpm is None for one in cells):
            tick(cells, 0.1)
            silent = [
                (c.family, c.fault, c.controller.devices.heart_rate) for c in cells if c.controller.state.hr_bpm is None
            ]
            assert time.monotonic() < until_s, f"no pulse came from {silent}"
        for one in cells:
            one.controller.press(ev.TestBegan(t_s=one.controller.now_s()))
        tick(cells, WALKS_S)
        for one in cells:
            one.faulted_s = one.controller.now_s()
            one.granted_before = len(one.belt.granted)
            one.strap.give(one.fault)
        tick(cells, FAULT_S)
        yield {(one.family, one.fault): one for one in cells}
    patch.undo()


def told(one: Cell) -> str:
    """What happened, in a line."""
    state = one.controller.state
    said = ", ".join(alarm.code for alarm in alarms(state, one.controller.now_s())) or "no alarm"
    reason = "" if state.reason is None else f" ({state.reason.code})"
    pulse = "no pulse" if state.hr_bpm is None else f"{state.hr_bpm} bpm"
    return f"{one.family:7}{one.fault:13}{state.hr_status.value:12}{pulse:10}{state.phase.value}{reason}; {said}"


@pytest.mark.long
def test_a_strap_that_fails_ends_as_it_should(walked: dict[tuple[str, str], Cell]) -> None:
    """One test for all cells: they walk together, and twenty-five drivers twice at once are too many for two cores."""
    wrong: list[str] = []
    for names, one in walked.items():
        sys.stdout.write(told(one) + "\n")
        try:
            check(names, one)
        except AssertionError as error:
            wrong.append(f"{told(one)}: {error}")
    assert wrong == []


def check(names: tuple[str, str], one: Cell) -> None:
    """What must hold of a cell."""
    state, expected = one.controller.state, CELLS[names]
    began_s = next(event.t_s for event in one.journal.events if isinstance(event, ev.TestBegan))
    samples = [(s.t_s + began_s, s.bpm) for s in one.controller.recording.record(state).heart]
    before = [bpm for t_s, bpm in samples if t_s < one.faulted_s - 1]
    after = [bpm for t_s, bpm in samples if t_s > one.faulted_s + LAST_SAMPLE_S]
    # At twenty times the pace an eighth of a second is a gap, and a busy machine makes one.
    assert sum(bpm is not None for bpm in before) >= 0.7 * len(before), before
    assert len(after) > 60
    if one.fault == "second_strap":
        assert OTHER_BPM not in before + after  # somebody else's pulse is in no sample
    # The load was raised by nothing.
    speeds = [0.0 if setpoint is None else setpoint.speed_kmh for setpoint in one.belt.granted]
    assert max(speeds[one.granted_before :]) <= speeds[one.granted_before - 1]
    flagged = {flag for event in one.heard if event.t_s > one.faulted_s for flag in event.flags}
    if expected is None:
        assert state.phase is Phase.STAGES
        assert state.hr_status is HeartRateStatus.OK
        present = [bpm for bpm in after if bpm is not None]
        assert len(present) >= 0.7 * len(after), after
        if names == ("bridge", "second_strap"):
            assert "second_strap" in flagged
        if one.fault == "spike":
            assert "bpm_jump" in flagged
            assert max(present) > 140  # kept as it was
        return
    assert expected in {event.status for event in one.heard if event.t_s > one.faulted_s}
    # What the strap said last is recorded no longer: not one second of it.
    assert set(after) == {None}
    assert state.hr_bpm is None
    assert state.phase in (Phase.COOL_DOWN, Phase.STOPPING, Phase.ENDED)
    assert state.outcome is Outcome.FAULT
    assert state.reason is not None
    assert state.reason.code == "hr_lost"
