"""Drills on the station as they run: real drivers, real lines, the emulators' own faults, and nothing of it kept."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from teststation.records.database import Record, open_record
from teststation.run.drill import Act, Fault, Grade
from teststation.run.state import Phase
from teststation.subject import Sex, Subject
from ui.station.drill import Drill, drill_plan
from ui.station.session import Session
from ui.station.settings import Settings
from ui.station.station import Setup, Station

pytestmark = pytest.mark.process
TICK_S = 0.1


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "drill.record", "hemmelig nok") as opened:
        yield opened


class Room:
    """One drill that is driven by hand."""

    def __init__(self, record: Record, fault: Fault) -> None:
        self.record = record
        person = record.people.add(family_name="Demo", given_name="P", born="1980-01-01", sex=Sex.MALE, demo=True)
        setup = Setup(
            plan=drill_plan("øvelse"), subject=Subject(Sex.MALE, 45, 80), treadmill="emulated", heart_rate="emulated",
            person_id=person.id,
        )  # fmt: skip
        self.session: Session = Station(record, Settings(treadmill="emulated", heart_rate="emulated")).prepare(setup)
        self.drill = Drill(self.session, fault, seed=1)

    def until(self, fact: Callable[[], object], within_s: float) -> None:
        end_s = time.monotonic() + within_s
        while not fact():
            assert time.monotonic() < end_s, self.session.controller.state
            time.sleep(TICK_S)
            self.session.tick()
            self.drill.tick()

    def begin(self) -> None:
        """To where the fault is there."""
        self.until(lambda: not self.session.snapshot().not_ready_because, 20.0)
        self.session.begin()
        self.until(lambda: self.drill.begun or self.session.ended, 60.0)
        assert self.drill.begun, self.session.controller.state.reason

    def alarmed(self) -> set[str]:
        return {alarm.code for alarm in self.session.snapshot().alarms}

    def phase(self) -> Phase:
        return self.session.controller.state.phase


@pytest.fixture
def room(record: Record) -> Iterator[Callable[[Fault], Room]]:
    made: list[Room] = []

    def make(fault: Fault) -> Room:
        made.append(Room(record, fault))
        return made[-1]

    yield make
    for one in made:
        one.session.close()


def nothing_is_kept(room: Room) -> None:
    assert not room.session.to_keep
    room.session.close()
    assert room.record.tests.list() == []
    assert room.record.unfinished_journals() == []


def test_an_ignored_stop_is_answered_by_the_red_button(room: Callable[[Fault], Room]) -> None:
    at = room(Fault.STOP_IGNORED)
    at.begin()
    at.until(lambda: (at.session.controller.state.measured_speed_kmh or 0.0) >= 3.5, 30.0)
    at.session.stop()
    at.until(lambda: "press_red_button" in at.alarmed(), 40.0)
    assert (at.session.controller.state.measured_speed_kmh or 0.0) > 1.0, "it runs on"
    at.drill.red_button()
    at.until(lambda: at.session.ended and at.session.controller.belt_rests, 60.0)
    found = at.drill.score()
    assert found is not None
    assert found.grade is Grade.RIGHT
    assert [line.code for line in found.lines] == [
        "drill.was_stop_ignored", "drill.told", "drill.right_stop_ignored", "drill.did_red_button", "drill.grade_right",
    ]  # fmt: skip
    nothing_is_kept(at)


@pytest.mark.nightly
def test_a_strap_that_is_checked_comes_back_and_the_test_goes_on(room: Callable[[Fault], Room]) -> None:
    at = room(Fault.STRAP_LOST)
    at.begin()
    at.until(lambda: "hr_lost" in at.alarmed(), 20.0)
    at.drill.check_strap()
    at.until(lambda: at.session.controller.state.hr_lost_since_s is None, 40.0)
    assert at.phase() is Phase.STAGES
    at.session.stop()
    at.until(lambda: at.session.ended, 60.0)
    found = at.drill.score()
    assert found is not None
    assert found.grade is Grade.RIGHT
    nothing_is_kept(at)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", [Fault.STUCK, Fault.OVER_SPEED, Fault.DECK_RISES])
def test_a_belt_that_does_as_it_likes_is_stopped(room: Callable[[Fault], Room], fault: Fault) -> None:
    at = room(fault)
    at.begin()
    at.until(lambda: at.phase() is Phase.STOPPING, 90.0)
    at.session.stop()
    at.until(lambda: at.session.ended, 60.0)
    found = at.drill.score()
    assert found is not None
    assert found.grade is Grade.LATE, "the guard was first"
    assert any(line.code == "drill.station" for line in found.lines)
    nothing_is_kept(at)


@pytest.mark.nightly
def test_a_cable_that_is_out_is_answered_by_the_red_button(room: Callable[[Fault], Room]) -> None:
    at = room(Fault.CABLE_OUT)
    at.begin()
    at.until(lambda: at.phase() is Phase.STOPPING, 20.0)
    at.session.stop()
    at.drill.red_button()
    at.until(lambda: "press_red_button" in at.alarmed(), 60.0)
    at.session.confirm_at_rest()
    found = at.drill.score()
    assert found is not None
    assert found.grade is Grade.RIGHT
    assert Act.RED_BUTTON.value in " ".join(line.code for line in found.lines)
    nothing_is_kept(at)
