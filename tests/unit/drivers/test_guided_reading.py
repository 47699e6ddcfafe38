"""What a guided driver believes of what it reads: rest is a zero that was seen to last, and doubt is no zero."""

import queue
import time
from collections.abc import Callable

import pytest

from drivers import guard as guards
from drivers.treadmill import doubt, ftms_reader, guided
from drivers.treadmill.doubt import Doubt
from drivers.treadmill.ftms_reader import SAFETY_KEY, FtmsReader
from drivers.treadmill.gauge import Reading, Tops
from drivers.treadmill.port import WireCounts
from tests.mutants import fails_with
from teststation.clock import TimeScale
from teststation.ports import TripReason


class ScriptedGauge:
    """A gauge of which only the driver's own judgement is looked at."""

    counts = WireCounts()
    missed_in_a_row = 0
    garbled = False
    incline_known_s = 10.0
    rests_after_s = 2.0
    is_open = True
    tops: Tops | None = Tops()

    def open(self) -> None: ...

    def close(self) -> None: ...

    def turn(self) -> list[Reading]:
        return []


def seen(*readings: tuple[float, Reading]) -> guided.GuidedDriver:
    """A driver after readings that came so many seconds ago."""
    driver = guided.GuidedDriver(
        "x", "x", lambda log: ScriptedGauge(), {}, lambda line: None, queue.Queue(), TimeScale()
    )
    now_s = time.monotonic()
    for ago_s, reading in readings:
        driver._note(reading, now_s - ago_s)
    return driver


ZERO = Reading(speed_kmh=0.0)


def a_zero_that_lasts_is_rest() -> None:
    assert seen(*((ago / 2, ZERO) for ago in range(6, -1, -1)))._at_rest()


def zeros_around_a_silence_are_no_rest() -> None:
    assert not seen((6.0, ZERO), (5.5, ZERO), (0.5, ZERO), (0.1, ZERO))._at_rest()


def a_doubtful_reading_takes_the_zero_back() -> None:
    driver = seen((3.0, ZERO), (2.0, ZERO), (1.0, ZERO), (0.1, Reading(doubtful=True)))
    assert driver._speed() is None
    assert not driver._at_rest()


def an_incline_is_known_for_as_long_as_its_machine_takes_to_tell_it() -> None:
    driver = seen((9.0, Reading(incline_pct=2.0)), (0.1, ZERO))
    assert driver._incline(time.monotonic()) == 2.0
    assert seen((11.0, Reading(incline_pct=2.0)))._incline(time.monotonic()) is None


RULES = [
    a_zero_that_lasts_is_rest, zeros_around_a_silence_are_no_rest, a_doubtful_reading_takes_the_zero_back,
    an_incline_is_known_for_as_long_as_its_machine_takes_to_tell_it,
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_reading(rule: Callable[[], None]) -> None:
    rule()


# --- too fast ---

FAST, WELL, DOUBT, NOTHING = Reading(speed_kmh=14.0), Reading(speed_kmh=6.0), Reading(doubtful=True), Reading()


def trips_within(readings: list[Reading], every_s: float) -> float | None:
    """After how many seconds of these readings, over and over, an armed driver calls its belt too fast."""
    driver = seen()
    now_s = time.monotonic()
    driver._guard = guards.arm(driver._guard, now_s, 8.0, 10.0, at_rest=True)
    for n in range(round(60.0 / every_s)):
        driver._note(readings[n % len(readings)], now_s + n * every_s)
        if driver._guard.tripped is not None:
            assert driver._guard.tripped is TripReason.OVER_SPEED
            assert driver._guard.detail == "measured 14.0 km/h"
            return n * every_s
    return None


def a_belt_over_its_limit_trips_whatever_comes_between(every_s: float) -> None:
    half = [FAST, DOUBT, WELL, FAST]
    for readings in ([FAST], [FAST, WELL], [FAST, DOUBT], [FAST, FAST, WELL], [FAST, NOTHING], half):
        took_s = trips_within(readings, every_s)
        assert took_s is not None
        assert took_s <= 3.0 + 2 * every_s


def a_belt_that_is_read_too_fast_now_and_then_does_not_trip() -> None:
    for every_s in (0.25, 1.0):
        assert trips_within([WELL], every_s) is None
        assert trips_within([FAST, WELL, WELL, WELL], every_s) is None
    assert trips_within([FAST, *[WELL] * 60], 1.0) is None
    assert trips_within([Reading(speed_kmh=13.0)], 0.25) is None, "a reported kilometre an hour above it is none"


def one_reading_that_stands_for_long_trips_nothing() -> None:
    driver = seen()
    now_s = time.monotonic()
    driver._guard = guards.arm(driver._guard, now_s, 8.0, 10.0, at_rest=True)
    driver._note(FAST, now_s - 1.9)
    driver._check()
    driver._note(WELL, now_s)
    driver._check()
    assert driver._guard.tripped is None


@pytest.mark.parametrize("every_s", [0.1, 0.25, 0.75, 0.9, 1.0])
def test_a_belt_over_its_limit_trips_whatever_comes_between(every_s: float) -> None:
    a_belt_over_its_limit_trips_whatever_comes_between(every_s)


@pytest.mark.parametrize(
    "rule", [a_belt_that_is_read_too_fast_now_and_then_does_not_trip, one_reading_that_stands_for_long_trips_nothing]
)
def test_a_belt_within_its_limit_does_not_trip(rule: Callable[[], None]) -> None:
    rule()


# --- a fitness machine's words ---


def data(speed: int, metres: int, incline: int = 20) -> bytes:
    words = (speed).to_bytes(2, "little") + metres.to_bytes(3, "little")
    return b"\x0c\x00" + words + (incline & 0xFFFF).to_bytes(2, "little") + b"\xff\x7f"


def what_lies_outside_the_machines_range_is_no_grade() -> None:
    reader = FtmsReader()
    reader.take("2ad5", bytes.fromhex("E2 FF 96 00 05 00"), 0.0)  # -3.0 to 15.0 %
    told = [reader.take("2acd", data(480, 0, incline), 1.0) for incline in (20, -30, 150, 151, -31, 600)]
    assert [None if r is None else r.incline_pct for r in told] == [2.0, -3.0, 15.0, None, None, None]


def the_safety_key_is_a_fault_and_a_stop_at_the_console_none() -> None:
    reader = FtmsReader()
    assert reader.take("2ada", b"\x03", 1.0) == Reading(fault=SAFETY_KEY)
    assert [reader.take("2ada", value, 1.0) for value in (b"\x02\x01", b"\x02\x02", b"\x04", b"\xff", b"")] == [
        None
    ] * 5


def zeros_over_a_way_that_grows_are_doubted_at_any_walking_speed() -> None:
    for kmh in (2.5, 4.8, 12.0):
        reader = FtmsReader()
        reader.take("2acd", data(round(kmh * 100), 100), 0.0)
        believed_s = 0.0
        for second in range(1, 60):
            reading = reader.take("2acd", data(0, 100 + int(kmh / 3.6 * second)), float(second))
            assert reading is not None
            believed_s = believed_s + 1.0 if reading.speed_kmh == 0.0 else 0.0
            assert believed_s <= doubt.DOUBTED_FOR_S, f"at {kmh} km/h a belt that moves was called at rest"


def a_machine_that_clears_its_totals_as_it_stops_is_believed() -> None:
    reader = FtmsReader()
    reader.take("2acd", data(100, 49), 0.0)
    told = [reader.take("2acd", data(0, metres), 1.0 + n) for n, metres in enumerate((0, 0, 1, 1, 1))]
    assert [r is not None and r.speed_kmh == 0.0 and not r.doubtful for r in told] == [True] * 5


def a_way_that_grows_after_it_was_cleared_is_doubted_like_any() -> None:
    reader = FtmsReader()
    told = [reader.take("2acd", data(0, metres), float(n)) for n, metres in enumerate((49, 0, 2, 4))]
    assert [r is not None and r.doubtful for r in told] == [False, False, True, True]


MACHINE_RULES = [
    what_lies_outside_the_machines_range_is_no_grade, the_safety_key_is_a_fault_and_a_stop_at_the_console_none,
    zeros_over_a_way_that_grows_are_doubted_at_any_walking_speed,
    a_machine_that_clears_its_totals_as_it_stops_is_believed,
    a_way_that_grows_after_it_was_cleared_is_doubted_like_any,
]  # fmt: skip


@pytest.mark.parametrize("rule", MACHINE_RULES)
def test_a_rule_of_a_machines_words(rule: Callable[[], None]) -> None:
    rule()


def test_a_doubt_ends_once_the_way_has_stood_still_for_as_long() -> None:
    judge = Doubt()
    ways = [0, 2, 4, *[4] * 6]
    assert [judge.of(0.0, float(way), float(n)) for n, way in enumerate(ways)] == [
        False, True, True, True, True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "old", "new", "rule"),
    [
        (guided, "if now_s - self._speed_s <= KNOWN_FOR_S else None\n            self", "\n            self",
         zeros_around_a_silence_are_no_rest),
        (guided, "if reading.doubtful:", "if False:", a_doubtful_reading_takes_the_zero_back),
        (guided, "        self._over = self._over.read(now_s, float(over))",
         "        self._over = self._over.read(now_s, float(over)) if over else self._over.__class__(3.0)",
         lambda: a_belt_over_its_limit_trips_whatever_comes_between(0.25)),
        (guided, "self._over = self._over.silent(now_s)", "self._over = self._over.__class__(3.0)",
         lambda: a_belt_over_its_limit_trips_whatever_comes_between(0.25)),
        (guided, "if over and self._over.at_least(over_s,", "if over and self._over.at_least(0.0,",
         a_belt_that_is_read_too_fast_now_and_then_does_not_trip),
        (guided, "if over and self._over.at_least(", "if self._over.at_least(",
         one_reading_that_stands_for_long_trips_nothing),
        (guided, "else self._gauge.incline_known_s", "else KNOWN_FOR_S",
         an_incline_is_known_for_as_long_as_its_machine_takes_to_tell_it),
        (ftms_reader, "or known.low <= incline_pct <= known.high", "or True",
         what_lies_outside_the_machines_range_is_no_grade),
        (ftms_reader, "and change.safety_key", "", the_safety_key_is_a_fault_and_a_stop_at_the_console_none),
        (doubt, "now_s + DOUBTED_FOR_S", "now_s", zeros_over_a_way_that_grows_are_doubted_at_any_walking_speed),
        (doubt, " or way_m < self._from_m", "", a_way_that_grows_after_it_was_cleared_is_doubted_like_any),
    ],
)  # fmt: skip
def test_the_fact_fails_where_the_rule_is_broken(module: object, old: str, new: str, rule: Callable[[], None]) -> None:
    fails_with(module, old, new, rule)  # type: ignore[arg-type]
