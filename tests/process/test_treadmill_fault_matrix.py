"""Every fault of a machine or a cable × every family it can happen to: how the test ends, and what the belt does.

Driver killed and frozen, and the station's own faults, are in test_fault_matrix, with real processes. The table of all
cells is printed at the end.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.emulators.trackmaster import TrackmasterEmulator
from tests.contract import treadmill_rig
from tests.contract.treadmill_rig import CASES, SCALE, Case
from tests.process.belt_room import BeltRoom
from teststation.run import events as ev
from teststation.run.record import Outcome
from teststation.run.state import Phase

pytestmark = pytest.mark.process
CONTROLLED: tuple[str, ...] = ("trackmaster-kmh", "woodway")
READ: tuple[str, ...] = ("csafe", "woodway-standard")


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
    # Told to slow down, a belt that does not is over its target before it is called one that does not follow.
    "stuck": {
        **dict.fromkeys(CONTROLLED, End(("trip_over_speed", "trip_not_following"), True)),
        **dict.fromkeys(READ, End(("load_not_set",), True)),
    },
    "e_stop": {
        "trackmaster-kmh": End(("trip_fault_reported",), True),
        "woodway": End(LOST, False),
        "csafe": End(("trip_fault_reported",), True),
    },
    "lockout": dict.fromkeys(CONTROLLED, End(("trip_start_refused",), True)),
    "refuse": dict.fromkeys(CONTROLLED, End(("trip_refused",), True)),
    "restarted_elsewhere": {"trackmaster-kmh": End(("trip_state_unexpected",), True)},
}
CELLS = [(row, name) for row, ends in ROWS.items() for name in ends]


@pytest.mark.parametrize(("row", "name"), CELLS)
def test_a_cell_of_the_matrix(row: str, name: str, record_property: Callable[[str, object], None]) -> None:
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
        record_property("cell", f"{row:20} {name:18} {told}")
        assert state.outcome is Outcome.FAULT
        assert reason in expected.reasons
        assert state.at_rest is expected.rest_known
        assert stands
        assert starts <= 1, "a belt was started again"
    finally:
        room.close()


def _waits_for_nothing(room: BeltRoom, expected: End) -> bool:
    """A run whose belt cannot be known to rest ends a minute later by itself; the fault has been told by then."""
    return not expected.rest_known and room.phase is Phase.STOPPING and room.controller.state.tripped


@pytest.mark.parametrize(
    ("row", "name"), [("echo", "trackmaster-kmh"), ("echo", "csafe"), ("slow", "csafe"), ("slow", "woodway-standard")]
)
def test_echoes_and_late_readings_are_read_past(
    row: str, name: str, record_property: Callable[[str, object], None]
) -> None:
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
        record_property("cell", f"{row:20} {name:18} goes on; stopped by the operator, rest read")
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
        assert room.controller.state.measured_speed_kmh == pytest.approx(4.8, abs=0.3)
        record_property("cell", f"{'wrong unit':20} {'trackmaster':18} not seen on the wire: 61 % at the belt check")
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
