"""The real driver process on belts that obey their stop half, late or not at all: a stand-in apart from the product's.

What counts: the operator is told within five seconds of a stop that is not obeyed, and the belt is at rest within
twenty where its own watchdog works. A belt that obeys slowly is never said to ignore its stop.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from drivers.treadmill_client import TreadmillClient
from tests.process.floor import side_by_side
from tests.process.strict_treadmill import Belt, StrictTreadmill
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TripReason

pytestmark = [pytest.mark.process, pytest.mark.long]
TOLD_WITHIN_S = 5.0
REST_WITHIN_S = 20.0


@dataclass(slots=True)
class Desk:
    """The station's hand on one driver process."""

    treadmill: StrictTreadmill
    client: TreadmillClient
    last: BeltTelemetry | None = None
    told_s: float | None = None
    rested_at_kmh: float = 0.0

    def turn(self, setpoint: Setpoint | None = None, *, lease: bool = False) -> None:
        for telemetry in self.client.telemetry():
            self.last = telemetry
            if telemetry.stop_ignored and self.told_s is None:
                self.told_s = time.monotonic()
            if telemetry.at_rest:
                self.rested_at_kmh = max(self.rested_at_kmh, self.treadmill.speed_kmh)
        if lease:
            self.client.grant(setpoint, 1.0)
        time.sleep(0.05)

    def until(
        self, fact: Callable[[], bool], within_s: float, setpoint: Setpoint | None = None, *, lease: bool = False
    ) -> bool:
        end_s = time.monotonic() + within_s
        while not fact():
            if time.monotonic() > end_s:
                return False
            self.turn(setpoint, lease=lease)
        return True

    def walk(self, speed_kmh: float) -> None:
        assert self.until(lambda: self.last is not None and self.last.at_rest, 10)
        self.client.arm(12.0, 5.0)
        walks = Setpoint(speed_kmh=speed_kmh, incline_pct=0.0)
        assert self.until(lambda: self.treadmill.reported_kmh > speed_kmh - 0.05, 40, walks, lease=True), self.last
        assert self.last is not None
        assert self.last.trip is None


def at_desk(belt: Belt, speed_kmh: float, then: Callable[[Desk], None]) -> None:
    with StrictTreadmill(belt) as treadmill:
        client = TreadmillClient(f"trackmaster:{treadmill.url},units=kmh", TimeScale(belt.scale))
        desk = Desk(treadmill, client)
        try:
            desk.walk(speed_kmh)
            then(desk)
            assert desk.rested_at_kmh == 0.0, "a moving belt was called at rest"
            starts = [data for _, data in treadmill.heard if data[0] in (0xA0, 0xA1)]
            assert starts == [b"\xa0"], "a belt was started again"
        finally:
            client.close()


def is_told_and_brought_to_rest(belt: Belt, speed_kmh: float, told_within_s: float, folder: Path) -> None:
    def then(desk: Desk) -> None:
        desk.client.stop()
        stopped_s = time.monotonic()
        assert desk.until(lambda: desk.told_s is not None, told_within_s + 2.0), desk.last
        assert desk.told_s is not None
        assert desk.told_s - stopped_s <= told_within_s
        assert desk.until(lambda: desk.treadmill.speed_kmh == 0.0, REST_WITHIN_S + 2.0 - (time.monotonic() - stopped_s))
        assert time.monotonic() - stopped_s <= REST_WITHIN_S
        assert desk.treadmill.watchdog_fired >= 1
        assert desk.until(lambda: desk.last is not None and desk.last.at_rest, 15)
        assert desk.last is not None
        assert desk.last.trip is TripReason.OPERATOR_STOP

    at_desk(belt, speed_kmh, then)


def is_told_at_its_ordinary_end(belt: Belt, speed_kmh: float, folder: Path) -> None:
    def then(desk: Desk) -> None:
        ended_s = time.monotonic()
        assert desk.until(lambda: desk.told_s is not None, TOLD_WITHIN_S, None, lease=True), desk.last
        assert desk.last is not None
        assert desk.last.trip is TripReason.NOT_FOLLOWING
        left_s = REST_WITHIN_S - (time.monotonic() - ended_s)
        assert desk.until(lambda: desk.treadmill.speed_kmh == 0.0, left_s), desk.treadmill.speed_kmh
        assert desk.until(lambda: desk.last is not None and desk.last.at_rest, 15)

    at_desk(belt, speed_kmh, then)


def obeys_slowly_and_nothing_is_said(belt: Belt, speed_kmh: float, folder: Path) -> None:
    def then(desk: Desk) -> None:
        desk.client.stop()
        assert desk.until(lambda: desk.last is not None and desk.last.at_rest, 60), desk.last
        assert desk.told_s is None
        assert desk.treadmill.watchdog_fired == 0
        sent = {data[0] for _, data in desk.treadmill.heard if data[0] in (0xA2, 0xAA)}
        assert sent == {0xAA}

    at_desk(belt, speed_kmh, then)


def ends_slowly_and_nothing_is_said(belt: Belt, speed_kmh: float, folder: Path) -> None:
    def then(desk: Desk) -> None:
        assert desk.until(lambda: desk.last is not None and desk.last.at_rest, 60, None, lease=True), desk.last
        assert desk.last is not None
        assert (desk.last.trip, desk.told_s) == (None, None)
        assert desk.treadmill.watchdog_fired == 0

    at_desk(belt, speed_kmh, then)


def runs_again_after_a_stop(folder: Path) -> None:
    def then(desk: Desk) -> None:
        desk.client.stop()
        assert desk.until(lambda: desk.treadmill.rested_s is not None, 20)
        assert desk.told_s is None
        assert desk.until(lambda: desk.treadmill.speed_kmh > 0.0, 10)
        again_s = time.monotonic()
        desk.rested_at_kmh = 0.0
        assert desk.until(lambda: desk.told_s is not None, TOLD_WITHIN_S), desk.last
        assert desk.until(lambda: desk.treadmill.speed_kmh == 0.0, REST_WITHIN_S - (time.monotonic() - again_s))
        desk.rested_at_kmh = 0.0

    at_desk(Belt(again_after_s=1.0), 3.0, then)


def runs_again_after_its_ordinary_end(folder: Path) -> None:
    def then(desk: Desk) -> None:
        assert desk.until(lambda: desk.last is not None and desk.last.state is BeltState.IDLE, 30, None, lease=True)
        assert desk.until(lambda: desk.treadmill.speed_kmh > 0.0, 15)
        again_s = time.monotonic()
        assert desk.until(lambda: desk.told_s is not None, TOLD_WITHIN_S), desk.last
        assert desk.last is not None
        assert desk.last.trip is TripReason.STATE_UNEXPECTED
        assert desk.until(lambda: desk.treadmill.speed_kmh == 0.0, REST_WITHIN_S - (time.monotonic() - again_s))
        desk.rested_at_kmh = 0.0  # it was at rest in between, and the mean of a new start is zero for a moment

    at_desk(Belt(again_after_s=5.0), 3.0, then)


HALF = Belt(stops="half")
SLOW = Belt(accel_kmh_s=0.5, decel_kmh_s=0.5)
BELTS: dict[str, Callable[[Path], None]] = {
    "falls 0.7": partial(is_told_and_brought_to_rest, HALF, 4.0, TOLD_WITHIN_S),
    "falls to 0.2": partial(is_told_and_brought_to_rest, replace(HALF, falls_kmh=1.8), 2.0, 1.8 + TOLD_WITHIN_S + 1.0),
    "ignores it, mean of five seconds": partial(
        is_told_and_brought_to_rest, replace(HALF, falls_kmh=0.0, mean_s=5.0), 3.3, TOLD_WITHIN_S
    ),
    "is faster": partial(is_told_and_brought_to_rest, replace(HALF, stops="accelerates"), 3.3, TOLD_WITHIN_S),
    "says stopped and runs on": partial(
        is_told_and_brought_to_rest, replace(HALF, claims_stopped=True), 4.0, TOLD_WITHIN_S
    ),
    "a word revives it": partial(
        is_told_and_brought_to_rest, replace(HALF, falls_kmh=0.0, word_revives=True), 3.0, TOLD_WITHIN_S
    ),
    "obeys its ordinary end half": partial(
        is_told_at_its_ordinary_end, replace(HALF, falls_kmh=0.0, floor_kmh=2.3), 3.0
    ),
    "slow, mean of five": partial(obeys_slowly_and_nothing_is_said, replace(SLOW, mean_s=5.0, holds_s=0.5), 4.8),
    "slow end": partial(ends_slowly_and_nothing_is_said, replace(SLOW, decel_kmh_s=0.3, mean_s=5.0), 3.0),
    "runs again": runs_again_after_a_stop,
    "runs again after its end": runs_again_after_its_ordinary_end,
}
# The same rules on other figures.
MORE: dict[str, Callable[[Path], None]] = {
    "falls 0.7, mph of lag": partial(is_told_and_brought_to_rest, replace(HALF, mean_s=0.2), 3.3, TOLD_WITHIN_S),
    # The fall itself takes two seconds, and what is reported lags by two more.
    "falls 2.0": partial(is_told_and_brought_to_rest, replace(HALF, falls_kmh=2.0), 5.3, 2.0 + TOLD_WITHIN_S),
    "ignores it": partial(is_told_and_brought_to_rest, replace(HALF, falls_kmh=0.0), 3.3, TOLD_WITHIN_S),
    "ignores its ordinary end": partial(is_told_at_its_ordinary_end, replace(HALF, falls_kmh=0.0, floor_kmh=3.0), 3.0),
    "slow, mean of three": partial(obeys_slowly_and_nothing_is_said, replace(SLOW, mean_s=3.0, holds_s=1.0), 4.8),
    "slower": partial(obeys_slowly_and_nothing_is_said, replace(SLOW, decel_kmh_s=0.3, mean_s=4.0), 4.0),
}


@pytest.mark.timeout(300)
def test_the_driver_tells_every_belt_that_does_not_obey_and_brings_it_to_rest(tmp_path: Path) -> None:
    side_by_side(BELTS, tmp_path, at_once=6)


@pytest.mark.nightly
@pytest.mark.timeout(300)
def test_and_so_it_does_at_other_speeds_and_with_other_lags(tmp_path: Path) -> None:
    side_by_side(MORE, tmp_path, at_once=4)
