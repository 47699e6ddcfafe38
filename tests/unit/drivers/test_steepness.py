"""A deck that rises beyond what it was told trips; one that obeys, lags, stays or is slow does not."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

import drivers.guard as guards
import drivers.steepness as steepness
import drivers.treadmill.controlled as controlled
import drivers.treadmill.guided as guided
from drivers.guard import Guard, Limits
from drivers.steepness import Look, Steepness
from drivers.treadmill.gauge import Reading
from tests.mutants import fails_with
from tests.unit.drivers.machine_on_paper import OFF, RoomMaker, lease, room
from tests.unit.drivers.test_guided_reading import seen
from teststation.clock import TimeScale
from teststation.ports import Setpoint, TripReason

__all__ = ["room"]
LOOKS_S = 0.15
Report = Callable[[float, float], float]


def as_it_is(t_s: float, deck_pct: float) -> float:
    return deck_pct


def walked(
    plan: list[tuple[float, float]],
    *,
    pct_s: float = 0.5,
    mean_s: float = 0.15,
    report: Report = as_it_is,
    holds_s: float = 0.0,
    found_pct: float = 0.0,
    rest_s: float = 8.0,
) -> Guard:
    """A guard over a deck that goes to what it is told at a rate: ``plan`` is (until when, incline).

    It reports a mean of what ``report`` makes of (time, true incline), in halves of a percent, and obeys ``holds_s``
    late; ``found_pct``: where it stands while its belt rests, for ``rest_s`` before the start at 0 s.
    """
    guard = guards.arm(Guard(Limits(max_speed_kmh=14.0)), 0.0, 14.0, 20.0, at_rest=True)
    deck_pct, past = found_pct, [found_pct] * max(1, round(mean_s / LOOKS_S))
    told: list[float] = [0.0]
    for tick in range(-round(rest_s / LOOKS_S), round(plan[-1][0] / LOOKS_S)):
        now_s = tick * LOOKS_S
        if now_s >= 0.0:
            set_pct = next(pct for until_s, pct in plan if now_s < until_s)
            guard = guards.advance(guards.grant(guard, now_s, Setpoint(4.0, set_pct), 1.0), now_s)
            told.append(guard.out_incline_pct)
            away_pct = told[max(0, len(told) - 1 - round(holds_s / LOOKS_S))] - deck_pct
            deck_pct += max(-pct_s * LOOKS_S, min(pct_s * LOOKS_S, away_pct))
        past = [*past[1:], report(now_s, deck_pct)]
        guard = guards.watch_deck(guard, now_s, round(2 * sum(past) / len(past)) / 2)
        if guard.tripped is not None:
            return guard
    return guard


UP_AND_DOWN = [
    (40.0, 0.0), (90.0, 4.0), (130.0, 12.0), (136.0, 2.0), (150.0, 12.0), (260.0, 3.0), (300.0, 15.0), (400.0, 0.0),
]  # fmt: skip


@pytest.mark.parametrize("mean_s", [0.15, 5.0])
@pytest.mark.parametrize("pct_s", [0.034, 0.2, 0.5, 2.0, 10.0])
def test_a_deck_that_obeys_however_slow_or_late_does_not_trip(pct_s: float, mean_s: float) -> None:
    for holds_s, found_pct in ((0.0, 9.0), (1.0, 0.0)):
        guard = walked(UP_AND_DOWN, pct_s=pct_s, mean_s=mean_s, holds_s=holds_s, found_pct=found_pct)
        assert guard.tripped is None, (guard.detail, guard.t_s, holds_s, found_pct)


def test_a_deck_that_stays_where_it_was_or_too_low_trips_nothing() -> None:
    """It is told as an alarm: the load is the one before, and a stop helps nobody."""
    for stays_pct in (0.0, 8.0):
        plan = [(60.0, 8.0), (400.0, 2.0)]
        guard = walked(plan, report=lambda t, v, at=stays_pct: min(v, at) if t < 60 else at)
        assert guard.tripped is None, (guard.detail, guard.t_s)
    assert walked([(60.0, 4.0), (120.0, 9.0), (180.0, 2.0)], report=lambda t, v: min(v, 4.0)).tripped is None


def test_a_deck_a_little_steeper_than_it_is_told_does_not_trip() -> None:
    assert walked([(400.0, 6.0)], report=lambda t, v: v + 2.0).tripped is None
    assert walked([(400.0, 6.0)], report=lambda t, v: v + 5.0 if 60 < t < 62 else v).tripped is None, "an overshoot"


@pytest.mark.parametrize("pct_s", [0.02, 0.1, 0.5, 3.0])
@pytest.mark.parametrize("told_pct", [0.0, 6.0])
def test_a_deck_that_rises_by_itself_trips_however_slowly(pct_s: float, told_pct: float) -> None:
    for mean_s in (0.15, 5.0):
        guard = walked([(400.0, told_pct)], mean_s=mean_s, report=lambda t, v: v + pct_s * max(0.0, t - 60.0))
        assert guard.tripped is TripReason.TOO_STEEP
        assert guard.t_s <= 60.0 + 2.5 / pct_s + mean_s + 3.5


def test_a_deck_that_goes_on_past_what_it_was_told_trips() -> None:
    guard = walked([(60.0, 2.0), (200.0, 5.0)], report=lambda t, v: 2.0 + 0.5 * (t - 60.0) if t > 60 else v)
    assert guard.tripped is TripReason.TOO_STEEP
    assert guard.t_s <= 60.0 + 10.5 + 4.0
    assert guard.detail.endswith("at 5.0 % set")


def test_a_deck_that_was_told_to_come_down_and_rises_trips_though_it_was_told_as_much_before() -> None:
    """Down half of the way, and up again: no higher than it was seen to have come, but for what is near."""
    plan = [(60.0, 12.0), (400.0, 2.0)]
    rises = walked(plan, report=lambda t, v: v if t < 72 else 6.0 + 0.3 * (t - 72))
    assert rises.tripped is TripReason.TOO_STEEP
    assert rises.t_s <= 72 + 10.0 + 4.0
    turned = walked([(30.0, 2.0), (34.0, 12.0), (400.0, 2.0)], report=lambda t, v: 2.0 + 0.5 * max(0.0, t - 30.0))
    assert turned.tripped is TripReason.TOO_STEEP, "told up for a moment, and it goes on for good"
    assert turned.t_s <= 34.0 + 6.0 + 4.0 + 4.0


FLICKERS: dict[str, Report] = {
    "right now and then": lambda t, more: 0.0 if t % 2 < 0.5 else more,
    "right every other second": lambda t, more: 0.0 if t % 2 < 1.0 else more,
    "swings": lambda t, more: more + 2.0 * math.sin(t),
    "half of it": lambda t, more: more if t % 8 < 4 else 0.0,
}


@pytest.mark.parametrize("how", FLICKERS)
def test_looks_that_are_right_in_between_hide_no_deck_that_rises(how: str) -> None:
    guard = walked([(200.0, 4.0)], report=lambda t, v: v + FLICKERS[how](t, 0.5 * (t - 60.0)) if t > 60 else v)
    assert guard.tripped is TripReason.TOO_STEEP
    assert guard.t_s <= 60.0 + 5.0 + 12.0


def test_looks_that_are_wrong_now_and_then_trip_nothing_and_hide_nothing() -> None:
    assert walked([(200.0, 4.0)], report=lambda t, v: v + 9.0 if t % 5 < 0.3 and t > 30 else v).tripped is None
    once = walked([(200.0, 4.0)], report=lambda t, v: v + 9.0 if 30 < t < 30.2 else v + 4.0 if t > 60 else v)
    assert once.tripped is TripReason.TOO_STEEP
    assert once.t_s < 64.0


def test_a_deck_found_higher_than_it_is_told_must_come_down() -> None:
    stays = walked([(400.0, 3.0)], report=lambda t, v: 12.0)
    assert stays.tripped is TripReason.TOO_STEEP
    assert 30.0 < stays.t_s <= 41.0
    half = walked([(400.0, 0.0)], found_pct=12.0, report=lambda t, v: max(v, 6.0))
    assert half.tripped is TripReason.TOO_STEEP, "and not only half of the way"
    assert half.t_s <= 12.0 + 45.0
    flickers = walked([(400.0, 3.0)], report=lambda t, v: 3.0 if t % 4 < 0.5 else 12.0)
    assert flickers.tripped is TripReason.TOO_STEEP
    for pct_s in (0.034, 0.2):
        assert walked([(400.0, 0.0)], found_pct=12.0, pct_s=pct_s).tripped is None
    rises = walked([(400.0, 0.0)], report=lambda t, v: 9.0 + 0.5 * max(0.0, t))
    assert rises.tripped is TripReason.TOO_STEEP
    assert rises.t_s <= 9.0, "nor is it an excuse for one that rises"


def test_a_deck_that_was_never_read_before_its_start_is_as_high_as_it_is_read_then() -> None:
    guard = walked([(400.0, 0.0)], rest_s=0.0, report=lambda t, v: 9.0 - min(9.0, 0.1 * max(0.0, t)))
    assert guard.tripped is None
    assert walked([(400.0, 0.0)], rest_s=0.0, report=lambda t, v: 0.5 * max(0.0, t)).tripped is TripReason.TOO_STEEP


def test_a_new_start_forgets_what_the_deck_was_told_and_keeps_what_was_read() -> None:
    guard = walked([(30.0, 9.0)])
    assert (guard.deck.told_pct, guard.deck.most_told_pct, guard.deck.highest_pct) == (9.0, 9.0, 9.0)
    assert guards.hold_at_zero(guard).deck.told_pct is None
    rests = guards.arm(guards.hold_at_zero(guard), 31.0, 14.0, 20.0, at_rest=True)
    assert (rests.deck.told_pct, rests.deck.most_told_pct, rests.deck.highest_pct) == (None, 0.0, math.inf)
    assert rests.deck.looks == guard.deck.looks
    again = guards.advance(guards.grant(rests, 31.0, Setpoint(4.0, 1.0), 1.0), 31.5)
    assert (again.deck.told_pct, again.deck.highest_pct, again.deck.most_told_pct) == (1.0, 9.0, 1.0)


def test_what_is_tripped_or_off_trips_no_more() -> None:
    guard = guards.trip(walked([(60.0, 4.0)]), TripReason.OPERATOR_STOP)
    for tick in range(80):
        guard = guards.watch_deck(guards.advance(guard, 60.0 + tick / 4), 60.0 + tick / 4, 20.0)
    assert guard.tripped is TripReason.OPERATOR_STOP
    for still in (guards.arm(Guard(Limits()), 0.0, 14.0, 20.0, at_rest=True), Guard(Limits())):
        for tick in range(400):
            still = guards.advance(guards.grant(still, tick / 4, None, 1.0), tick / 4)
            still = guards.watch_deck(still, tick / 4, 20.0 + tick / 40)
        assert still.tripped is None, "somebody sets it at the machine before a start"


def test_a_deck_that_rises_after_an_ordinary_end_trips_nothing() -> None:
    guard = walked([(60.0, 4.0)])
    for tick in range(400):
        now_s = 60.0 + tick / 4
        guard = guards.advance(guards.grant(guard, now_s, None, 1.0), now_s)
        guard = guards.watch_deck(guard, now_s, 0.0 if guard.moving else 15.0)
    assert (guard.moving, guard.tripped) == (False, None)
    assert guard.deck.told_pct is None


# --- exactly -------------------------------------------------------------------------------------------------


def test_times_count_in_test_time_and_never_below_their_floors() -> None:
    assert Steepness.scaled(TimeScale()) == Steepness(3.0, 6.0, 40.0) == Steepness()
    assert Steepness.scaled(TimeScale(2.0)) == Steepness(1.5, 3.0, 20.0)
    assert Steepness.scaled(TimeScale(20.0)) == Steepness(1.0, 2.0, 8.0)


def over_by(pct: float, seconds: float, every_s: float = 0.25) -> bool:
    """Whether a deck at 4 % that is read so much steeper, from 20 s on and so often, is too steep."""
    deck = steepness.told(Steepness(looks=(Look(0.0, 0.0, 4.0, False),)), 1.0, 4.0)
    deck = steepness.read(deck, 20.0, 4.0)
    for look in range(1, round(seconds / every_s) + 1):
        deck = steepness.read(deck, 20.0 + look * every_s, 4.0 + pct)
    return steepness.is_too_steep(deck)


def test_too_steep_begins_above_two_percent_and_lasts_three_seconds() -> None:
    assert not over_by(2.0, 60.0)
    assert not over_by(2.1, 2.75)
    assert over_by(2.1, 3.0)
    assert not over_by(2.1, 4.0, 2.0), "two late looks are two thirds of the time"
    assert over_by(2.1, 6.0, 2.0)


def test_a_deck_that_was_told_and_never_read_is_not_too_steep() -> None:
    told = Steepness(told_pct=3.0, most_told_pct=3.0, highest_pct=3.0)
    assert not steepness.is_too_steep(told)
    assert not steepness.stays_too_steep(told, 100.0)


def test_three_seconds_too_steep_may_lie_among_nine() -> None:
    def trips(one_in: int) -> bool:
        deck = steepness.told(Steepness(looks=(Look(0.0, 0.0, 4.0, False),)), 1.0, 4.0)
        for look in range(400):
            deck = steepness.read(deck, 20.0 + look * 0.25, 9.0 if look % one_in == 1 else 4.0)
            if steepness.is_too_steep(deck):
                return True
        return False

    assert trips(2)
    assert trips(3)
    assert not trips(4)


def test_how_high_a_deck_may_be_falls_with_what_is_seen_of_it_six_seconds_after_a_change() -> None:
    deck = steepness.told(Steepness(told_pct=12.0, highest_pct=12.0, most_told_pct=12.0), 100.0, 2.0)
    assert (deck.told_pct, deck.told_s, deck.highest_pct, deck.most_told_pct) == (2.0, 100.0, 12.0, 12.0)
    assert steepness.told(deck, 103.0, 2.0) is deck
    deck = steepness.read(deck, 101.0, 8.0)
    assert steepness.read(deck, 105.9, 5.0).highest_pct == 12.0
    deck = steepness.read(deck, 106.0, 5.0)
    assert deck.highest_pct == 8.0
    deck = steepness.read(deck, 108.0, 6.0)
    assert deck.highest_pct == 6.0
    assert steepness.read(deck, 109.0, 9.0).highest_pct == 6.0, "it never rises with a report"
    assert steepness.read(deck, 120.0, 0.0).highest_pct == 2.0, "nor does it fall below what the deck is told"
    assert steepness.told(deck, 110.0, 7.0).highest_pct == 7.0


def test_looks_are_kept_for_as_long_as_a_deck_is_given_to_come_down() -> None:
    deck = Steepness()
    for second in range(60):
        deck = steepness.read(deck, float(second), 3.0)
    assert deck.looks[0].t_s == 19.0
    assert deck.looks[-1] == Look(59.0, 1.0, 3.0, False)


def stays(before_pct: float, since_pct: float, told_s: float = 0.0, from_s: float = 0.0) -> bool:
    """Whether a deck told 3 % that was read so before twenty seconds ago and since, at 40 s, stays too steep."""
    looks = tuple(Look(float(t), 1.0, before_pct if t < 20 else since_pct, False) for t in range(41) if t >= from_s)
    deck = replace(Steepness(), told_pct=1.0, told_s=told_s, most_told_pct=3.0, highest_pct=9.0, looks=looks)
    return steepness.stays_too_steep(deck, 40.0)


def test_a_deck_that_stays_too_steep_has_come_nearer_by_less_than_half_a_percent() -> None:
    assert stays(8.0, 8.0)
    assert stays(8.0, 7.6)
    assert not stays(8.0, 7.5)
    assert stays(7.0, 8.0)
    assert not stays(5.0, 5.0), "near the most it was told"
    assert stays(5.1, 5.1)
    assert not stays(8.0, 8.0, told_s=0.5), "told anew a moment ago"
    assert stays(8.0, 8.0, from_s=6.0)
    assert not stays(8.0, 8.0, from_s=7.0), "not looked at for long enough"
    assert not stays(8.0, 8.0, from_s=20.0)
    assert not steepness.stays_too_steep(replace(Steepness(), told_pct=3.0, most_told_pct=3.0), 40.0)
    assert not steepness.stays_too_steep(Steepness(looks=tuple(Look(float(t), 1.0, 8.0, False) for t in range(41))), 40)


# --- in the drivers ------------------------------------------------------------------------------------------


def test_a_belt_whose_deck_rises_is_brought_to_rest(room: RoomMaker) -> None:
    made = room().walking(4.0, 3.0)
    made.machine.deck_pct_s = 0.5
    rises_s = made.wall.now_s
    made.until(lambda seen: seen.trip is not None, 20.0, lease(4.0, 3.0))
    assert made.last.trip is TripReason.TOO_STEEP
    assert made.wall.now_s - rises_s <= 4.0 + 3.5
    made.until(lambda seen: seen.at_rest, 15.0)


def test_a_deck_that_does_not_come_down_keeps_no_belt_from_its_ordinary_end(room: RoomMaker) -> None:
    made = room().walking(4.0, 6.0)
    made.machine.deck_pct_s = 0.0
    made.run(60.0, lease(4.0, 1.0))
    made.until(lambda seen: seen.at_rest, 20.0, OFF)
    assert made.last.trip is None


def test_a_deck_that_stands_where_somebody_left_it_is_found_while_the_belt_rests(room: RoomMaker) -> None:
    made = room()
    made.machine.incline_pct, made.machine.deck_pct_s = 10.0, -0.2
    made.walking(4.0, 0.0)
    made.run(40.0, lease(4.0, 0.0))
    assert made.last.trip is None


def guided_trips_after(readings: list[Reading], every_s: float) -> float | None:
    driver = seen()
    now_s = guided.time.monotonic()
    driver._guard = guards.arm(driver._guard, now_s, 8.0, 10.0, at_rest=True)
    for n in range(round(60.0 / every_s)):
        driver._note(readings[n % len(readings)], now_s + n * every_s)
        if driver._guard.tripped is not None:
            assert driver._guard.tripped is TripReason.TOO_STEEP
            assert driver._guard.detail == "measured 28.0 %"
            return n * every_s
    return None


def test_a_belt_that_is_only_read_trips_where_its_deck_is_above_its_limit() -> None:
    steep, well, nothing = Reading(incline_pct=28.0), Reading(incline_pct=12.0), Reading(speed_kmh=4.0)
    for readings in ([steep], [steep, nothing], [steep, steep, well]):
        for every_s in (0.25, 1.0):
            took_s = guided_trips_after(readings, every_s)
            assert took_s is not None
            assert took_s <= 5.0 + 2 * every_s
    assert guided_trips_after([steep], 9.0) == 9.0
    assert guided_trips_after([Reading(incline_pct=27.0)], 1.0) is None
    assert guided_trips_after([steep, *[well] * 9], 1.0) is None


FAULTS: dict[str, tuple[object, str, str, Callable[[], None]]] = {
    "a deck that rises goes unnoticed": (
        guards,
        "if steepness.is_too_steep(guard.deck) or ",
        "if ",
        test_a_deck_that_goes_on_past_what_it_was_told_trips,
    ),
    "a deck found high goes unnoticed": (
        guards,
        " or steepness.stays_too_steep(guard.deck, now_s):",
        ":",
        test_a_deck_found_higher_than_it_is_told_must_come_down,
    ),
    "a report that drifts is how high a deck may be": (
        steepness,
        "highest_pct = max(deck.told_pct, min(highest_pct, seen_pct))",
        "highest_pct = max(deck.told_pct, seen_pct)",
        lambda: test_a_deck_that_rises_by_itself_trips_however_slowly(0.1, 0.0),
    ),
    "a deck may be as high as it was ever told": (
        steepness,
        "if deck.told_pct is not None and now_s - deck.told_s >= deck.lags_s:",
        "if False:",
        test_a_deck_that_was_told_to_come_down_and_rises_trips_though_it_was_told_as_much_before,
    ),
    "a deck is as high as the last look": (
        steepness,
        "seen_pct = max([measured_pct, *",
        "seen_pct = min([measured_pct, *",
        test_how_high_a_deck_may_be_falls_with_what_is_seen_of_it_six_seconds_after_a_change,
    ),
    "a deck must be where it is told": (
        steepness,
        "measured_pct > highest_pct + OVER_PCT + HAIR_PCT",
        "measured_pct > (deck.told_pct or 0.0) + OVER_PCT + HAIR_PCT",
        test_a_deck_that_stays_where_it_was_or_too_low_trips_nothing,
    ),
    "where a deck was found says nothing": (
        steepness,
        "highest_pct = max((one.measured_pct for one in found), default=math.inf)",
        "highest_pct = 0.0",
        lambda: test_a_deck_that_obeys_however_slow_or_late_does_not_trip(0.2, 0.15),
    ),
    "one look that is right begins the waiting anew": (
        steepness,
        "return replace(deck, highest_pct=highest_pct, looks=(*looks, look))",
        "return replace(deck, highest_pct=highest_pct, looks=(*looks, look) if look.over else (look,))",
        lambda: test_looks_that_are_right_in_between_hide_no_deck_that_rises("right every other second"),
    ),
    "one look is three seconds": (
        steepness,
        "min(one.lasted_s, most_s)",
        "deck.over_for_s",
        test_looks_that_are_wrong_now_and_then_trip_nothing_and_hide_nothing,
    ),
    "a deck that is slow on its way down stays": (
        steepness,
        "return median(before) - median(since) < NEARER_PCT - HAIR_PCT",
        "return True",
        test_a_deck_found_higher_than_it_is_told_must_come_down,
    ),
    "a deck that stays above what it is told now is found high": (
        steepness,
        "most_pct = deck.most_told_pct + OVER_PCT",
        "most_pct = deck.told_pct + OVER_PCT",
        test_a_deck_that_stays_where_it_was_or_too_low_trips_nothing,
    ),
    "an incline above the limit of a belt that is only read goes unnoticed": (
        guided,
        "self._judge_deck(reading.incline_pct, now_s)",
        "pass",
        test_a_belt_that_is_only_read_trips_where_its_deck_is_above_its_limit,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_on_a_planted_fault(fault: str) -> None:
    module, old, new, fact = FAULTS[fault]
    fails_with(module, old, new, fact)  # type: ignore[arg-type]


def test_the_driver_fails_where_it_does_not_look_at_its_deck(room: RoomMaker) -> None:
    fails_with(
        controlled,
        "self._let(guards.watch_deck(self._guard, now_s, seen.incline_pct))",
        "pass",
        lambda: test_a_belt_whose_deck_rises_is_brought_to_rest(room),
    )
