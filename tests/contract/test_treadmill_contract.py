"""What every treadmill driver promises, tried on each that is registered. A new family without a case fails here."""

import queue
import time

import pytest

from drivers import lines
from drivers.emulators.ant_radio import DUMMY_KEY
from drivers.emulators.opcode_belt import OpcodeBelt
from drivers.registry import FAMILIES, TREADMILL
from tests.contract.treadmill_rig import (
    CASES,
    CONTROLLED,
    CROSSING,
    HAS_TERMINALS,
    ON_A_PORT,
    UNSHARED,
    WALK,
    WIRED,
    rig,
)
from tests.virtual_bluetooth.radio import IS_HERE
from teststation.ports import BeltState, Setpoint, TripReason

pytestmark = pytest.mark.process
TERMINAL = pytest.mark.skipif(not HAS_TERMINALS, reason="Windows has no pseudo-terminals")


@pytest.fixture(autouse=True)
def dummy_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())


def test_every_registered_family_has_its_case() -> None:
    registered = {name for kind, name in FAMILIES if kind == TREADMILL and name != "emulated"}
    assert {case.family for case in CASES.values()} == registered - (set() if IS_HERE else {"ftms"})


@pytest.mark.parametrize("name", CASES)
def test_connecting_reads_and_never_moves_and_tells_what_the_machine_can_do(name: str) -> None:
    with rig(name) as made:
        made.ready()
        made.lease_for(0.5)  # without an arming
        assert made.speed_kmh == 0.0
        info, case = made.info, made.case
        assert info is not None
        assert (info.family, info.controls_belt, info.reads_belt) == (case.family, case.controls, case.wired)
        assert info.speed_step_kmh == pytest.approx(case.step_kmh)
        assert 0.0 <= info.min_speed_kmh < 1.0 < info.max_speed_kmh <= 12.0
        if case.wired:
            assert set(made.wire) == set(case.reads)


@pytest.mark.parametrize("name", CASES)
def test_a_setpoint_beyond_the_arming_is_refused_and_trips(name: str) -> None:
    with rig(name) as made:
        made.armed(6.0)
        made.inbox.put(lines.Lease(setpoint=Setpoint(speed_kmh=6.5, incline_pct=0.0), lease_s=1.0))
        assert made.until(lambda seen: seen.trip is not None).trip is TripReason.STATION_GARBLED
        assert made.speed_kmh == 0.0


@pytest.mark.parametrize("name", CASES)
def test_a_stop_is_latched_and_nothing_but_a_new_arming_at_rest_follows(name: str) -> None:
    with rig(name) as made:
        made.walking()
        made.inbox.put(lines.Stop())
        seen = made.until(lambda seen: seen.trip is not None)
        assert seen.trip is TripReason.OPERATOR_STOP
        if made.case.controls:
            made.until(lambda seen: seen.at_rest, WALK)
            mark = len(made.wire)
            made.lease_for(0.5)
            assert b"\xa0" not in made.wire[mark:]
            made.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
            made.until(lambda seen: (seen.measured_speed_kmh or 0) > 1.0, WALK)
        else:
            # The operator stops this belt; until that is read, the driver does not call it at rest.
            assert not seen.at_rest
            assert seen.state is BeltState.TRIPPED


@pytest.mark.parametrize("name", CONTROLLED)
def test_a_load_is_set_read_back_and_reached(name: str) -> None:
    with rig(name) as made:
        made.walking()
        seen = made.until(lambda seen: seen.sent_incline_pct == 2.0 and (seen.measured_incline_pct or 0) > 1.9, WALK)
        assert seen.requested == WALK
        assert seen.sent_speed_kmh is not None
        assert abs(seen.sent_speed_kmh - WALK.speed_kmh) <= made.case.step_kmh / 2 + 1e-6
        made.until(lambda now: abs(made.speed_kmh - (now.sent_speed_kmh or 0)) <= 0.01, WALK)
        if made.case.family == "trackmaster":
            assert seen.confirmed_speed_kmh == pytest.approx(seen.sent_speed_kmh)
        assert seen.worst_gap_ms > 0
        assert seen.trip is None


@pytest.mark.parametrize("name", CONTROLLED)
def test_a_line_that_is_cut_leaves_the_belt_to_its_own_watchdog(name: str) -> None:
    with rig(name) as made:
        made.walking()
        assert isinstance(made.treadmill, OpcodeBelt)
        made.treadmill.give("deaf")
        seen = made.until(lambda seen: seen.trip is not None, WALK)
        assert seen.trip is TripReason.NO_ANSWER
        assert not seen.at_rest
        end_s = time.monotonic() + 5
        while made.speed_kmh > 0:
            assert time.monotonic() < end_s
            time.sleep(0.02)
        assert made.treadmill.watchdog_fired == 1


@pytest.mark.parametrize("name", WIRED)
def test_unplugged_and_plugged_in_again_nothing_starts(name: str) -> None:
    with rig(name) as made:
        made.walking()
        assert made.treadmill is not None
        starts = made.wire.count(b"\xa0")
        made.treadmill.give("unplug")
        seen = made.until(lambda seen: seen.trip is not None, WALK)
        assert seen.trip is TripReason.PORT_LOST
        assert (seen.state, seen.at_rest, seen.measured_speed_kmh) == (BeltState.OFFLINE, False, None)
        made.treadmill.take("unplug")
        made.until(lambda seen: seen.state is BeltState.TRIPPED, WALK)
        made.lease_for(0.5)
        assert made.wire.count(b"\xa0") == starts


@TERMINAL
@pytest.mark.parametrize("name", ON_A_PORT)
def test_a_terminal_that_is_closed_is_a_lost_port(name: str) -> None:
    with rig(name, pty=True) as made:
        made.walking()
        made.pull()
        seen = made.until(lambda seen: seen.trip is not None, WALK)
        assert seen.trip is TripReason.PORT_LOST


@TERMINAL
@pytest.mark.skipif(bool(CROSSING), reason="Wine opens a serial port as often as it is asked, Windows once")
@pytest.mark.parametrize("name", UNSHARED)
def test_a_second_program_on_the_port_is_refused(name: str) -> None:
    with rig(name, pty=True) as made:
        made.ready()
        said: list[str] = []
        inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()

        def emit(line: lines.FromDriver) -> None:
            if isinstance(line, lines.Failed):
                said.append(line.sentence)
                inbox.put(lines.Quit())

        made.drive(inbox, emit).join(5.0)
        assert said
        assert "another program has the port open" in said[0]
        assert made.last is not None
        assert made.last.state is BeltState.IDLE, "the first is not disturbed"


@pytest.mark.parametrize("name", CONTROLLED)
def test_a_start_that_the_machine_locks_out_is_a_trip_and_no_motion(name: str) -> None:
    with rig(name) as made:
        assert made.treadmill is not None
        made.treadmill.give("lockout")
        made.armed()
        assert made.until(lambda seen: seen.trip is not None, WALK).trip is TripReason.START_REFUSED
        made.lease_for(0.5)
        assert made.speed_kmh == 0.0
        assert made.wire.count(b"\xa0") == 1


@pytest.mark.parametrize("name", CONTROLLED)
def test_an_ordinary_end_ramps_down_is_no_trip_and_needs_a_new_arming(name: str) -> None:
    with rig(name) as made:
        made.walking()
        end_s = time.monotonic() + 10
        while not (made.last is not None and made.last.state is BeltState.IDLE and made.last.at_rest):
            assert time.monotonic() < end_s, made.last
            made.inbox.put(lines.Lease(setpoint=None, lease_s=1.0))
            time.sleep(0.03)
        assert made.last.trip is None
        starts = made.wire.count(b"\xa0")
        made.lease_for(0.5)
        assert made.wire.count(b"\xa0") == starts


@pytest.mark.parametrize("name", CONTROLLED)
def test_a_new_arming_after_a_stop_sets_the_incline_anew(name: str) -> None:
    with rig(name) as made:
        made.walking()
        made.until(lambda seen: (seen.measured_incline_pct or 0) > 1.9, WALK)
        made.inbox.put(lines.Stop())
        seen = made.until(lambda seen: seen.trip is not None and seen.at_rest)
        assert (seen.sent_incline_pct, seen.confirmed_incline_pct) == (None, None)
        made.inbox.put(lines.Arm(max_speed_kmh=6.0, max_incline_pct=12.0))
        made.until(lambda seen: seen.trip is None)
        made.until(lambda seen: seen.sent_incline_pct == 2.0 and (seen.measured_incline_pct or 0) > 1.9, WALK)
        belt = made.treadmill
        assert belt is not None
        # 2.0 is reported from 1.95 on.
        made.until(lambda _: abs(belt.incline_pct - 2.0) < 1e-6, WALK)


@pytest.mark.parametrize("name", CONTROLLED)
def test_a_belt_above_its_speed_trips(name: str) -> None:
    with rig(name) as made:
        made.walking()
        assert made.treadmill is not None
        made.treadmill.give("over_speed")
        assert made.until(lambda seen: seen.trip is not None, WALK).trip is TripReason.OVER_SPEED
        made.until(lambda seen: seen.at_rest)
        assert made.speed_kmh == 0.0


def test_a_treadmill_that_was_read_is_never_written_to_but_questions() -> None:
    for name in ("csafe", "woodway-standard", *(["ftms"] if IS_HERE else []), "fec"):
        with rig(name) as made:
            made.walking()
            made.inbox.put(lines.Stop())
            made.until(lambda seen: seen.trip is not None)
            made.lease_for(0.5)
            assert set(made.wire) == set(made.case.reads)
