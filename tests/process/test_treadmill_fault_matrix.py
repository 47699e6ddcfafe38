"""Every fault of a machine or a cable × every family it can happen to: how the test ends, and what the belt does.

The station's own faults, and a Trackmaster's driver killed and frozen, are in test_fault_matrix, with real processes.
The cells' lines are properties of the test.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from msgspec import structs

from drivers.emulators.ant_radio import DUMMY_KEY
from drivers.emulators.belt import BeltRates
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.woodway import WoodwayEmulator
from tests.contract import treadmill_rig
from tests.contract.treadmill_rig import CASES, SCALE, Case
from tests.patience import PATIENCE
from tests.process.belt_room import ONE_STAGE, BeltRoom, ProcessRoom
from tests.process.floor import freeze, kill, thaw
from tests.virtual_bluetooth.radio import IS_HERE
from teststation.protocol.plan import StagePlan
from teststation.run import events as ev
from teststation.run.alarms import alarms
from teststation.run.record import Outcome
from teststation.run.state import Phase

pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def dummy_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())


CONTROLLED: tuple[str, ...] = ("trackmaster-kmh", "woodway")
ON_AIR: tuple[str, ...] = ("ftms",) if IS_HERE else ()
READ: tuple[str, ...] = ("csafe", "woodway-standard", "fec", *ON_AIR)


@dataclass(frozen=True, slots=True)
class End:
    """How a cell ends: the reasons that are right, and whether standstill is read."""

    reasons: tuple[str, ...]
    rest_known: bool


LOST = ("trip_no_answer", "trip_garbled")
ROWS: dict[str, dict[str, End]] = {
    "unplug": dict.fromkeys((*CONTROLLED, *READ), End(("trip_port_lost",), False)),
    "replug": dict.fromkeys((*CONTROLLED, *READ), End(("trip_port_lost",), True)),
    "mute": dict.fromkeys((*CONTROLLED, *READ), End(LOST, False)),
    "slow": dict.fromkeys(CONTROLLED, End(LOST, False)),
    "garbage": dict.fromkeys((*CONTROLLED, *READ), End(LOST, False)),
    "partial": dict.fromkeys((*CONTROLLED, *READ), End(LOST, False)),
    "over_speed": dict.fromkeys((*CONTROLLED, *READ), End(("trip_over_speed",), True)),
    "deck_rises": dict.fromkeys(CONTROLLED, End(("trip_too_steep",), True)),
    # Told to slow down, a belt that does not is over its target before it is called one that does not follow.
    "stuck": {
        **dict.fromkeys(CONTROLLED, End(("trip_over_speed", "trip_not_following"), True)),
        **dict.fromkeys(READ, End(("load_not_set",), True)),
    },
    "e_stop": {
        "trackmaster-kmh": End(("trip_fault_reported",), True),
        "woodway": End(LOST, False),
        **dict.fromkeys(("csafe", *ON_AIR), End(("trip_fault_reported",), True)),
    },
    "lockout": dict.fromkeys(CONTROLLED, End(("trip_start_refused",), True)),
    "refuse": dict.fromkeys(CONTROLLED, End(("trip_refused",), True)),
    "restarted_elsewhere": {"trackmaster-kmh": End(("trip_state_unexpected",), True)},
}
CELLS = [(row, name) for row, ends in ROWS.items() for name in ends]
READ_PAST: list[tuple[str, str]] = [("echo", name) for name in (*CONTROLLED, *READ) if name not in ON_AIR]
READ_PAST += [("slow", name) for name in READ]
# How a run ends whose driver's process is lost; on a Trackmaster it is in test_fault_matrix, with the whole station.
DRIVER_ROWS: dict[str, dict[str, str]] = {
    "driver_killed": dict.fromkeys(("woodway", *READ), "treadmill_failed"),
    "driver_frozen": dict.fromkeys(("woodway", *READ), "telemetry_lost"),
}


# In the suite: what may hurt somebody on both machines that the station moves, each other fault on one of them,
# and each machine that is only read with what its wire can do. The others are walked at night.
SUITE = {
    **dict.fromkeys(("unplug", "mute", "over_speed", "stuck", "e_stop"), CONTROLLED),
    **dict.fromkeys(("replug", "slow", "refuse", "restarted_elsewhere", "deck_rises"), CONTROLLED[:1]),
    **dict.fromkeys(("garbage", "partial", "lockout"), CONTROLLED[1:]),
}
SUITE_READ = {
    "csafe": ("unplug", "over_speed", "stuck", "e_stop", "slow"),
    "woodway-standard": ("garbage", "echo", "driver_killed"),
    "fec": ("mute", "partial", "replug", "driver_frozen"),
    "ftms": ("unplug", "stuck", "driver_killed"),
    "woodway": ("driver_killed", "driver_frozen", "echo"),
    "manual": ("driver_killed", "driver_frozen"),
}
ROOMS_AT_ONCE = 4  # they mostly wait: for a watchdog, for a belt that slows down, for a time-out
Walk = Callable[[str, str], str]


def whole_table() -> list[tuple[str, str, Walk]]:
    """Every cell, and who walks it."""
    cells: list[tuple[str, str, Walk]] = [(row, name, walk) for row, name in CELLS]
    cells += [(row, name, read_past) for row, name in READ_PAST]
    cells += [(row, name, lose_the_driver) for row in DRIVER_ROWS for name in DRIVER_ROWS[row]]
    return [*cells, *((row, "manual", lose_the_driver_of_a_belt_without_a_wire) for row in DRIVER_ROWS)]


def in_suite(row: str, name: str) -> bool:
    return name in SUITE.get(row, ()) or row in SUITE_READ.get(name, ())


def walk_all(cells: Sequence[tuple[str, str, Walk]], record_property: Callable[[str, object], None]) -> None:
    """Side by side; every one that fails is told."""
    wrong: list[str] = []
    with ThreadPoolExecutor(max(1, ROOMS_AT_ONCE // PATIENCE)) as rooms:
        walks = {(row, name): rooms.submit(function, row, name) for row, name, function in cells}
    for (row, name), done in walks.items():
        error = done.exception()
        if error is None:
            record_property("cell", f"{row:20} {name:18} {done.result()}")
        elif isinstance(error, AssertionError):
            wrong.append(f"{row} {name}: {error}")
        else:
            raise error
    assert not wrong, "\n".join(wrong)


@pytest.mark.long
def test_every_fault_ends_as_it_should(record_property: Callable[[str, object], None]) -> None:
    cells = [one for one in whole_table() if in_suite(*one[:2])]
    assert {row for row, _, _ in cells} == {row for row, _, _ in whole_table()}, "a way to fail is not in the suite"
    assert {name for _, name, _ in cells} == {name for _, name, _ in whole_table()}, "nor is a family"
    walk_all(cells, record_property)


@pytest.mark.nightly
@pytest.mark.timeout(600)
def test_and_so_does_it_on_every_family_that_has_it(record_property: Callable[[str, object], None]) -> None:
    walk_all([one for one in whole_table() if not in_suite(*one[:2])], record_property)


def walk(row: str, name: str) -> str:
    """One cell on a driver's own loop; what was told."""
    expected, room = ROWS[row][name], BeltRoom(CASES[name], SCALE)
    treadmill = room.rig.treadmill
    assert treadmill is not None
    try:
        if row == "lockout":
            treadmill.give("lockout")
        assert room.begin()
        if row != "lockout":
            assert room.until(lambda: room.phase is Phase.STAGES, 10.0)
            treadmill.give("unplug" if row == "replug" else row)
        if row in ("stuck", "refuse"):
            room.controller.press(ev.LoadChanged(t_s=room.controller.now_s(), speed_kmh=3.0, incline_pct=0.0))
        if row == "replug":
            assert room.until(lambda: room.phase is Phase.STOPPING, 4.0)
            treadmill.take("unplug")
        within_s = 30.0 if not expected.rest_known else 15.0
        if row == "stuck" and name in READ:
            assert room.until(lambda: room.phase is Phase.COOL_DOWN, 8.0)
            treadmill.take("stuck")
        assert room.until(lambda: room.phase is Phase.ENDED or _waits_for_nothing(room, expected), within_s)
        state = room.controller.state
        reason = "" if state.reason is None else state.reason.code
        stands = room.until(lambda: treadmill.true_speed_kmh == 0.0, 6.0)
        starts = room.rig.wire.count(b"\xa0")
        told = f"{reason}; {'rest read' if state.at_rest else 'rest not known: red button'}; belt stands: {stands}"
        assert state.outcome is Outcome.FAULT, told
        assert reason in expected.reasons, told
        assert state.at_rest is expected.rest_known, told
        assert stands, told
        assert starts <= 1, "a belt was started again"
        return told
    finally:
        room.close()


def lose_the_driver(row: str, name: str) -> str:
    """The driver is a process, and killed or frozen: the belt is the machine's own watchdog's, or the operator's."""
    room = ProcessRoom(CASES[name], SCALE)
    treadmill, process = room.emulator, room.client.driver.process
    assert treadmill is not None
    try:
        assert room.until(lambda: room.controller.state.at_rest, 10.0)
        assert room.begin()
        assert room.until(lambda: room.phase is Phase.STAGES, 10.0)
        (kill if row == "driver_killed" else freeze)(process.pid)
        assert room.until(lambda: room.phase is not Phase.STAGES, 6.0), "the station has not noticed"
        assert room.until(lambda: treadmill.true_speed_kmh == 0.0, 12.0), "the belt still moves"
        thaw(process.pid)
        assert room.until(lambda: room.phase is Phase.ENDED, 15.0)
        state = room.controller.state
        reason = "" if state.reason is None else state.reason.code
        told = f"{reason}; {'rest read' if state.at_rest else 'rest not known: red button'}"
        assert state.outcome is Outcome.FAULT, told
        assert reason == DRIVER_ROWS[row][name], told
        assert state.at_rest, told
        said = b"".join(data for _, way, data in treadmill.transcript if way == "in")
        assert said.count(b"\xa0") == (1 if name in CONTROLLED else 0), "a belt was started again"
        return told
    finally:
        thaw(process.pid)
        room.close()


def lose_the_driver_of_a_belt_without_a_wire(row: str, name: str) -> str:
    """Nobody but the operator can stop such a belt or see that it stands: the run ends on that word alone."""
    room = ProcessRoom(CASES[name], SCALE)
    process = room.client.driver.process
    try:
        assert room.until(lambda: room.controller.last_belt is not None, 10.0)
        room.controller.press(ev.TestBegan(t_s=room.controller.now_s()))
        assert room.until(lambda: room.phase is Phase.STAGES, 10.0)
        (kill if row == "driver_killed" else freeze)(process.pid)
        assert room.until(lambda: room.phase is Phase.STOPPING, 6.0), "the station has not noticed"
        thaw(process.pid)
        assert not room.until(lambda: room.phase is Phase.ENDED, 2.0), "rest was claimed that nobody saw"
        state = room.controller.state
        assert state.prompt is not None, "the operator is not asked"
        assert state.prompt.setpoint is None
        room.controller.press(ev.AtRestConfirmed(t_s=room.controller.now_s(), by="operator"))
        assert room.until(lambda: room.phase is Phase.ENDED, 6.0)
        state = room.controller.state
        assert state.outcome is Outcome.FAULT
        assert state.reason is not None
        assert state.reason.code in ("treadmill_failed", "telemetry_lost")
        return f"{state.reason.code}; ended by the operator's word that the belt stands"
    finally:
        thaw(process.pid)
        room.close()


def _waits_for_nothing(room: BeltRoom, expected: End) -> bool:
    """A run whose belt cannot be known to rest ends a minute later by itself; the fault has been told by then."""
    return not expected.rest_known and room.phase is Phase.STOPPING and room.controller.state.tripped


def read_past(row: str, name: str) -> str:
    """An answer names its question on the machines that are only read: a second and a half late it is still true."""
    room = BeltRoom(CASES[name], SCALE)
    treadmill = room.rig.treadmill
    assert treadmill is not None
    try:
        assert room.begin()
        assert room.until(lambda: room.phase is Phase.STAGES, 10.0)
        treadmill.give(row)
        assert not room.until(lambda: room.phase is not Phase.STAGES, 3.0)
        assert b"\x54" not in room.rig.wire
        room.controller.stop()
        assert room.until(lambda: room.phase is Phase.ENDED, 12.0)
        assert room.controller.state.at_rest
        return "goes on; stopped by the operator, rest read"
    finally:
        room.close()


def test_a_wrong_unit_is_on_no_wire_so_only_the_belt_check_finds_it(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setattr(treadmill_rig, "make", lambda wanted: TrackmasterEmulator("mph", wanted.scale))
    room = BeltRoom(CASES["trackmaster-kmh"], SCALE)
    treadmill = room.rig.treadmill
    assert treadmill is not None
    try:
        assert room.begin()
        assert room.until(lambda: room.phase is Phase.STAGES, 10.0)
        assert room.until(lambda: treadmill.true_speed_kmh > 7.7, 6.0)
        # The belt is read a moment after it is so fast.
        assert room.until(lambda: room.controller.state.measured_speed_kmh == pytest.approx(4.8, abs=0.1), 3.0)
        record_property("cell", f"{'wrong unit':20} {'trackmaster':18} not seen on the wire: 61 % at the belt check")
    finally:
        room.controller.stop()
        room.until(lambda: room.phase is Phase.ENDED, 10.0)
        room.close()


@pytest.mark.parametrize("name", CONTROLLED)
def test_a_deck_that_does_not_rise_is_an_alarm_and_no_end(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    flat = BeltRates(incline_pct_s=0.0)
    made = {
        "trackmaster-kmh": lambda: TrackmasterEmulator("kmh", SCALE, flat),
        "woodway": lambda: WoodwayEmulator(SCALE, flat),
    }
    monkeypatch.setattr(treadmill_rig, "make", lambda wanted: made[name]())
    room = BeltRoom(CASES[name], SCALE, structs.replace(ONE_STAGE, stages=(StagePlan("1", 3600.0, 4.8, 10.0),)))
    try:
        assert room.begin()
        assert room.until(lambda: room.phase is Phase.STAGES, 10.0)

        def told() -> bool:
            return any(a.code == "incline_off_target" for a in alarms(room.controller.state, room.controller.now_s()))

        assert room.until(told, 10.0)
        assert room.phase is Phase.STAGES
    finally:
        room.controller.stop()
        room.until(lambda: room.phase is Phase.ENDED, 10.0)
        room.close()


def test_a_machine_that_tells_revolutions_does_not_start(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    from drivers.emulators.csafe import CsafeEmulator

    monkeypatch.setattr(treadmill_rig, "make", lambda wanted: CsafeEmulator("rpm", wanted.scale))
    room = BeltRoom(Case("csafe", b"", controls=False), SCALE)
    try:
        assert not room.begin()
        assert room.phase is Phase.READY
        record_property("cell", f"{'wrong unit':20} {'csafe':18} does not start: no speed in a belt's unit")
    finally:
        room.close()
