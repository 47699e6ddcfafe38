"""A machine's own slowest speed: found at a start, told, kept, and never gone below."""

from pathlib import Path

import pytest

import drivers.treadmill.controlled as module
import drivers.treadmill.setting as setting_module
from drivers import lines
from drivers.machines import Machine, bound, load_machines, save_machine
from drivers.machines_file import ENVIRONMENT
from drivers.registry import TREADMILL, parse_device
from drivers.treadmill.port import Answer, Request
from drivers.treadmill.trackmaster import dialect
from drivers.treadmill.woodway import DIALECT as WOODWAY
from tests.mutants import fails_with
from tests.unit.drivers.machine_on_paper import PaperRoom, RoomMaker, Wall, lease, room
from teststation.errors import BadInput
from teststation.ports import Setpoint, TripReason
from teststation.units import KMH_PER_MPH

__all__ = ["room"]
KMH, MPH = dialect("kmh"), dialect("mph")


def told_lowest(made: PaperRoom) -> list[float]:
    return [line.treadmill.min_speed_kmh for line in made.said if isinstance(line, lines.Hello) and line.treadmill]


@pytest.mark.parametrize(
    ("table", "own_kmh"),
    [
        (KMH, 0.3), (KMH, 0.5), (KMH, 0.8), (KMH, 1.0),
        (MPH, 0.3 * KMH_PER_MPH), (MPH, 0.5 * KMH_PER_MPH), (MPH, 0.6 * KMH_PER_MPH),
        (WOODWAY, 0.5 * KMH_PER_MPH),
    ],
)  # fmt: skip
@pytest.mark.parametrize("says_so", [True, False])
def test_a_start_finds_the_machines_own_slowest_speed_and_tells_it(
    table: object, own_kmh: float, says_so: bool, room: RoomMaker
) -> None:
    if not says_so and table is WOODWAY:
        return  # what was set cannot be read back there
    made = room(table)
    made.machine.own_lowest_kmh = own_kmh
    made.machine.takes_own_lowest = not says_so
    made.walking(4.0)
    assert told_lowest(made) == [pytest.approx(own_kmh)]
    assert made.driver.info.min_speed_kmh == pytest.approx(own_kmh)
    assert made.driver.info.achievable(Setpoint(speed_kmh=0.1, incline_pct=0.0)).speed_kmh == pytest.approx(own_kmh)
    assert made.machine.count(Request.START) == 1
    # Found once: never said again, neither on the way down nor by the next start.
    mark = len(made.machine.said)
    made.until(lambda seen: seen.at_rest and seen.state == "idle", 30.0, lease(None))
    made.walking(3.0)
    later = [value for _, said, value in made.machine.said[mark:] if said is Request.SET_SPEED and value is not None]
    assert min(later) >= own_kmh - 1e-6
    assert made.last.trip is None
    assert len(told_lowest(made)) == 1


def test_a_machine_that_takes_what_its_family_does_is_told_nothing_new(room: RoomMaker) -> None:
    made = room(KMH).walking(2.0)
    assert told_lowest(made) == []
    assert made.machine.values(Request.SET_SPEED)[0] == pytest.approx(0.2)


@pytest.mark.parametrize("own_kmh", [1.1, 3.0])
def test_a_machine_that_takes_no_speed_up_to_one_is_not_started(own_kmh: float, room: RoomMaker) -> None:
    for says_so in (True, False):
        made = room(KMH)
        made.machine.own_lowest_kmh, made.machine.takes_own_lowest = own_kmh, not says_so
        made.armed().until(lambda seen: seen.trip is not None, 3.0, lease(4.0))
        assert made.last.trip is TripReason.REFUSED
        assert made.machine.count(Request.START) == 0
        assert max(made.machine.values(Request.SET_SPEED)) <= 1.0 + 1e-6
        assert told_lowest(made) == []


def test_a_machine_that_refuses_everything_is_not_asked_for_ever(room: RoomMaker) -> None:
    made = room(KMH)
    made.machine.answers = lambda request, answer: (
        Answer(request, refused=True) if request is Request.SET_SPEED else answer
    )
    made.armed().until(lambda seen: seen.trip is not None, 3.0, lease(4.0))
    assert made.last.trip is TripReason.REFUSED
    assert made.machine.values(Request.SET_SPEED) == pytest.approx([0.2 + 0.1 * n for n in range(9)])


def test_a_refusal_of_any_other_speed_is_no_search(room: RoomMaker) -> None:
    made = room(KMH)
    made.machine.answers = lambda request, answer: (
        Answer(request, refused=True)
        if request is Request.SET_SPEED and made.machine.values(Request.SET_SPEED)[-1] > 1.95
        else answer
    )
    made.armed().until(lambda seen: seen.trip is not None, 20.0, lease(4.0))
    assert made.last.trip is TripReason.REFUSED
    assert "2.0 km/h" in made.last.trip_detail
    made.until(lambda seen: seen.at_rest, 20.0)


def test_what_was_found_when_the_machine_was_put_into_use_is_where_a_start_begins(room: RoomMaker) -> None:
    for table, found_kmh, begins_kmh in ((KMH, "0.5", 0.5), (MPH, "0.4828", 0.3 * KMH_PER_MPH), (KMH, "0.1", 0.2)):
        made = room(table, {"min_kmh": found_kmh})
        assert made.driver.info.min_speed_kmh == pytest.approx(begins_kmh)
        made.machine.own_lowest_kmh = begins_kmh
        made.walking(2.0)
        assert made.machine.values(Request.SET_SPEED)[0] == pytest.approx(begins_kmh)
        assert told_lowest(made) == []


def test_a_second_driver_that_knows_no_slowest_speed_finds_it_on_its_way_down(room: RoomMaker) -> None:
    first = room(KMH)
    first.machine.own_lowest_kmh = 0.5
    first.walking(3.0)
    second = room(KMH, recover=True)
    second.machine = first.machine
    second.driver._machine = first.machine
    first.machine.stopped_goal_kmh = lambda kmh: kmh
    first.machine.watchdog_works = False
    mark = len(first.machine.said)
    second.run(15.0)
    asked = [value for _, said, value in first.machine.said[mark:] if said is Request.SET_SPEED]
    assert asked[:5] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.5])


# --- the clinic's file ---------------------------------------------------------------------------------------


def test_it_is_kept_with_the_machine_and_given_to_its_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
    save_machine(Machine(device="trackmaster:COM3,units=kmh", min_kmh=0.5))
    save_machine(Machine(device="csafe:COM5", min_kmh=0.5))
    (kept, _) = load_machines()
    assert kept.min_kmh == 0.5
    assert bound(parse_device("trackmaster:COM3,units=kmh", TREADMILL)).options["min_kmh"] == "0.5"
    assert bound(parse_device("trackmaster:COM3,units=kmh,min_kmh=0.7", TREADMILL)).options["min_kmh"] == "0.7"
    assert "min_kmh" not in bound(parse_device("trackmaster:COM4,units=kmh", TREADMILL)).options
    assert "min_kmh" not in bound(parse_device("csafe:COM5", TREADMILL)).options


@pytest.mark.parametrize("field", [{"min_kmh": 1.5}, {"max_kmh": 99.0}, {"decel": 0.0}])
def test_what_could_not_be_read_again_is_not_written(
    field: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
    save_machine(Machine(device="trackmaster:COM3,units=kmh", max_kmh=9.0))
    with pytest.raises(BadInput, match=next(iter(field))):
        save_machine(Machine(device="trackmaster:COM3,units=kmh", **field))  # type: ignore[arg-type]
    assert [machine.max_kmh for machine in load_machines()] == [9.0]


FAULTS = {
    "no search": (
        setting_module,
        "higher_kmh = own_kmh if taken is _Taken.DIFFERS else self.next_lowest()",
        "higher_kmh = None",
    ),
    "found and not told": (
        setting_module,
        "            self._tell_lowest()\n",
        "            pass\n",
    ),
    "gone below": (module, "max(self._setting.lowest_kmh, guard.out_kmh)", "max(0.2, guard.out_kmh)"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    def fact() -> None:
        wall = Wall()
        monkeypatch.setattr(time, "monotonic", wall)
        test_a_start_finds_the_machines_own_slowest_speed_and_tells_it(
            KMH, 0.5, True, lambda *words, **named: PaperRoom(wall, *words, **named)
        )

    fails_with(*FAULTS[fault], fact)
