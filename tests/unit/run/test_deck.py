"""A deck that does not come to its incline is told and trips nothing; one on its way is not told."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

import teststation.run.deck as deck
from drivers.emulators.belt import BeltRates
from tests.mutants import fails_with
from tests.unit.run.builders import Bench, belt, heart
from teststation.run import events as ev
from teststation.run.alarms import Priority, alarms
from teststation.run.deck import STAYS_AWAY_AFTER_S
from teststation.run.state import Phase
from teststation.texts import texts


def told(pct_s: float, *, set_pct: float = 10.0, until_s: float = 60.0) -> list[float]:
    """When a deck that moves at ``pct_s`` percent a second from zero is told to stay away from its setting."""
    away, times = None, []
    for tick in range(round(until_s / 0.5)):
        now_s = tick * 0.5
        away = deck.watched(away, now_s, set_pct, round(min(set_pct, pct_s * now_s), 1))
        if away is not None and away.stays(now_s):
            times.append(now_s)
    return times


def test_a_deck_that_does_not_move_is_told_after_its_time_and_from_then_on() -> None:
    times = told(0.0)
    assert times
    assert STAYS_AWAY_AFTER_S < times[0] <= STAYS_AWAY_AFTER_S + 1.0
    assert times[-1] == 59.5


def test_a_deck_on_its_way_is_never_told_however_far_or_slow() -> None:
    for pct_s in (BeltRates().incline_pct_s, 0.1, 0.05):
        assert told(pct_s, set_pct=25.0, until_s=600.0) == []


def test_a_deck_that_stays_halfway_is_told() -> None:
    away = None
    for tick in range(80):
        away = deck.watched(away, tick * 0.5, 10.0, min(5.0, tick * 0.25))
    assert away is not None
    assert away.stays(39.5)


def test_a_new_setting_is_no_excuse_and_no_fault() -> None:
    stuck = deck.watched(deck.watched(None, 0.0, 4.0, 0.0), 14.0, 8.0, 0.0)
    assert stuck is not None
    assert stuck.stays(16.0)
    moving = deck.watched(deck.watched(deck.watched(None, 0.0, 4.0, 0.0), 2.0, 8.0, 2.0), 4.0, 8.0, 3.0)
    assert moving is not None
    assert not moving.stays(18.0)


@pytest.mark.parametrize("read_pct", [10.0, 9.2, None])
def test_a_stuck_deck_that_is_once_read_otherwise_is_told_all_the_same(read_pct: float | None) -> None:
    away, told_s = None, []
    for tick in range(240):
        glance = tick % 20 == 19  # every ten seconds
        away = deck.watched(away, tick * 0.5, 10.0, read_pct if glance else 0.0)
        if away is not None and away.stays(tick * 0.5):
            told_s.append(tick * 0.5)
    assert told_s
    assert told_s[0] <= 10.0 + STAYS_AWAY_AFTER_S + 0.5
    assert told_s == [told_s[0] + 0.5 * n for n in range(len(told_s))], "and from then on"
    assert told_s[-1] == 119.5


def test_a_deck_that_is_there_for_a_few_seconds_is_there() -> None:
    away = deck.watched(None, 0.0, 10.0, 0.0)
    for tick in range(1, 60):
        away = deck.watched(away, tick * 0.5, 10.0, 9.8 if tick % 4 else 3.0)
    assert away is None or not away.stays(29.5)
    assert deck.watched(None, 0.0, 10.0, 9.0) == deck.There(10.0, (9.0,))
    assert isinstance(deck.watched(None, 0.0, 10.0, 11.5), deck.Away)


def stepped(step_pct: float, read: Callable[[float], float], until_s: float = 120.0) -> float | None:
    """When it is told, seconds after 5 % was changed by ``step_pct``; ``read``: (seconds after it) -> what is read."""
    known = None
    for tick in range(-40, round(until_s / 0.5)):
        now_s = tick * 0.5
        known = deck.watched(known, now_s, 5.0 if tick < 0 else 5.0 + step_pct, round(read(now_s), 1))
        if known is not None and known.stays(now_s):
            return now_s
    return None


@pytest.mark.parametrize("off_pct", [-0.8, 0.0, 0.8])
@pytest.mark.parametrize("step_pct", [0.5, -0.5, 1.0, -1.0, 3.0])
def test_a_deck_that_stays_where_it_was_is_told_of_a_small_step_too(step_pct: float, off_pct: float) -> None:
    told_s = stepped(step_pct, lambda t: 5.0 + off_pct)
    assert told_s is not None
    assert told_s <= STAYS_AWAY_AFTER_S + 1.0
    glances = stepped(step_pct, lambda t: 5.0 + off_pct + (step_pct if t > 0 and t % 10 < 0.5 else 0.0))
    assert glances is not None
    assert glances <= 2 * STAYS_AWAY_AFTER_S + 10.0


@pytest.mark.parametrize("off_pct", [-0.8, 0.0, 0.8])
@pytest.mark.parametrize("pct_s", [0.05, 0.5])
def test_a_deck_that_takes_a_small_step_is_not_told(pct_s: float, off_pct: float) -> None:
    for step_pct in (0.5, -0.5, 1.0, -1.0, 3.0):
        side = 1 if step_pct > 0 else -1
        assert (
            stepped(
                step_pct, lambda t, by=step_pct, side=side: 5.0 + off_pct + side * min(abs(by), pct_s * max(0.0, t))
            )
            is None
        )
    once = stepped(1.0, lambda t: 5.8 if -1.0 < t < 0.0 else 5.0 + min(1.0, 0.5 * max(0.0, t)))
    assert once is None, "one look that was wrong before the step"


def test_nothing_is_told_where_the_incline_is_not_read_or_nothing_is_set() -> None:
    assert deck.watched(None, 100.0, 10.0, None) is None
    assert deck.watched(None, 100.0, None, 0.0) is None


THERE = deck.There(4.0, (4.1, 4.2, 4.1))


def test_a_deck_that_leaves_its_setting_is_away_from_that_look_on_and_keeps_where_it_was() -> None:
    assert deck.watched(None, 3.0, 10.0, 7.5) == deck.Away(3.0, 2.5, 10.0)
    # Set 4 % more and read where it was: it misses all of them.
    assert deck.watched(THERE, 3.0, 8.0, 4.1) == deck.Away(3.0, 4.0, 8.0, THERE)
    assert deck.watched(THERE, 3.0, 4.0, 5.5) == deck.Away(3.0, 1.5, 4.0, THERE), "as it is set it has left"


def test_what_is_read_of_a_deck_in_its_place_is_kept_for_five_looks() -> None:
    assert deck.watched(None, 3.0, 4.0, 4.1) == deck.There(4.0, (4.1,))
    five = deck.watched(deck.There(4.0, (1.0, 2.0, 3.0, 4.0, 5.0)), 3.0, 4.0, 4.1)
    assert five == deck.There(4.0, (2.0, 3.0, 4.0, 5.0, 4.1))
    assert deck.watched(THERE, 3.0, 8.0, 8.1) == deck.There(8.0, (8.1,)), "what was read of another setting is over"


@pytest.mark.parametrize(
    ("set_pct", "read_pct", "near"), [(4.0, 5.0, True), (4.0, 5.01, False), (8.0, 8.4, True), (8.0, 8.6, False)]
)
def test_near_is_a_percent_and_after_a_step_as_much_as_it_was_before(
    set_pct: float, read_pct: float, near: bool
) -> None:
    was = deck.There(4.0, (4.1,))
    assert isinstance(deck.watched(was, 3.0, set_pct, read_pct), deck.There) is near
    assert isinstance(deck.watched(deck.There(4.0, (5.0,)), 3.0, 8.0, 9.0), deck.There)
    # In numbers of which the difference is 0.4 to the last digit.
    assert isinstance(deck.watched(deck.There(1.0, (1.0,)), 3.0, 0.0, 0.4), deck.There)


def test_on_its_way_a_deck_that_came_half_a_percent_nearer_has_its_time_anew() -> None:
    away = deck.Away(3.0, 4.0, 8.0, THERE)
    nearer, stays = deck.watched(away, 9.0, 8.0, 4.6), deck.watched(away, 9.0, 8.0, 4.5)
    assert isinstance(nearer, deck.Away)
    assert isinstance(stays, deck.Away)
    assert (nearer.since_s, nearer.by_pct, nearer.set_pct, nearer.was) == (9.0, pytest.approx(3.5), 8.0, THERE)
    assert stays == replace(away, near=away.near.read(9.0, 0.0))
    exactly = deck.watched(deck.Away(3.0, 4.0, 8.0), 9.0, 8.0, 4.5)
    assert isinstance(exactly, deck.Away)
    assert (exactly.since_s, exactly.by_pct) == (9.0, 3.5)


def test_a_setting_that_changes_on_the_way_keeps_the_time_and_where_the_deck_was() -> None:
    away = deck.watched(deck.Away(3.0, 4.0, 8.0, THERE), 9.0, 9.0, 4.1)
    assert isinstance(away, deck.Away)
    assert (away.since_s, away.by_pct, away.set_pct, away.was) == (3.0, pytest.approx(5.0), 9.0, THERE)


def test_a_deck_is_there_when_it_was_near_for_four_seconds() -> None:
    away: deck.Away | deck.There | None = deck.Away(3.0, 4.0, 8.0, THERE)
    for second in range(4):
        away = deck.watched(away, 10.0 + second, 8.0, 8.1)
        assert isinstance(away, deck.Away)
    assert deck.watched(away, 13.9, 8.0, 8.1) != deck.There(8.0, (8.1,))
    assert deck.watched(away, 14.0, 8.0, 8.1) == deck.There(8.0, (8.1,))


def test_it_stays_away_after_more_than_fifteen_seconds_and_one_in_its_place_never() -> None:
    away = deck.Away(3.0, 4.0, 8.0)
    assert not away.stays(18.0)
    assert away.stays(18.1)
    assert not THERE.stays(999.0)


def uphill(read_pct: float | None) -> Bench:
    """Half a minute of a stage at 4 % with this incline read."""
    bench = Bench().started()
    bench.belt_follows = False
    bench.feed(ev.LoadChanged(t_s=bench.now_s, speed_kmh=4.8, incline_pct=4.0))
    for _ in range(60):
        bench.now_s += 0.5
        bench.feed(belt(bench.now_s, 4.8, incline_pct=read_pct), heart(bench.now_s, 120), ev.Ticked(t_s=bench.now_s))
    return bench


def codes(bench: Bench) -> list[str]:
    return [alarm.code for alarm in alarms(bench.state, bench.now_s)]


@pytest.mark.parametrize(
    ("language", "inclines"),
    [("nb", ("0,0 %", "4,0 %")), ("nn", ("0,0 %", "4,0 %")), ("en", ("0.0 %", "4.0 %"))],
    ids=["nb", "nn", "en"],
)
def test_the_alarm_stands_says_both_inclines_and_ends_nothing(language: str, inclines: tuple[str, str]) -> None:
    bench = uphill(0.0)
    (alarm,) = [alarm for alarm in alarms(bench.state, bench.now_s) if alarm.code == "incline_off_target"]
    assert alarm.priority is Priority.MEDIUM
    said = texts(language).say(alarm.cause)
    assert all(incline in said for incline in inclines), said
    assert "{" not in said
    assert bench.state.phase is Phase.STAGES
    assert not bench.state.tripped


def test_no_alarm_stands_where_the_deck_is_there_or_is_not_read_or_the_belt_stops() -> None:
    assert "incline_off_target" not in codes(uphill(4.0))
    assert "incline_off_target" not in codes(uphill(None))
    bench = uphill(0.0)
    bench.state = structs.replace(bench.state, phase=Phase.STOPPING)
    assert "incline_off_target" not in codes(bench)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a small step is none": (
        "off_pct <= NEAR_PCT and missed_pct <= MISSES_PCT",
        "off_pct <= NEAR_PCT",
        lambda: test_a_deck_that_stays_where_it_was_is_told_of_a_small_step_too(1.0, 0.0),
    ),
    "a report must be right and not only change": (
        "abs(read_pct - median(was.reads_pct) - (set_pct - was.set_pct))",
        "abs(read_pct - set_pct)",
        lambda: test_a_deck_that_takes_a_small_step_is_not_told(0.5, 0.8),
    ),
    "the last look before a step says where it was": (
        "median(was.reads_pct)",
        "was.reads_pct[-1]",
        lambda: test_a_deck_that_takes_a_small_step_is_not_told(0.5, 0.0),
    ),
    "a deck that stays is not told": (
        "return now_s - self.since_s > STAYS_AWAY_AFTER_S",
        "return False",
        test_a_deck_that_does_not_move_is_told_after_its_time_and_from_then_on,
    ),
    "every look is taken for a move": (
        "by_pct <= away.by_pct - NEARER_BY_PCT",
        "by_pct <= away.by_pct",
        test_a_deck_that_stays_halfway_is_told,
    ),
    "a moving deck counts as standing": (
        "by_pct <= away.by_pct - NEARER_BY_PCT",
        "False",
        test_a_deck_on_its_way_is_never_told_however_far_or_slow,
    ),
    "one reading near the setting, and the deck is there": (
        "There(set_pct, (read_pct,)) if away.near.at_least(NEAR_FOR_S, now_s, NEAR_AMONG_S, bool) else away",
        "There(set_pct, (read_pct,)) if near else away",
        lambda: test_a_stuck_deck_that_is_once_read_otherwise_is_told_all_the_same(10.0),
    ),
    "one look without an incline, and the deck is there": (
        "    if read_pct is None:\n        return deck\n",
        "    if read_pct is None:\n        return None\n",
        lambda: test_a_stuck_deck_that_is_once_read_otherwise_is_told_all_the_same(None),
    ),
    "a new setting is an excuse": (
        "Away(away.since_s, by_pct, set_pct, was)",
        "Away(now_s, by_pct, set_pct, was)",
        test_a_new_setting_is_no_excuse_and_no_fault,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(deck, *FAULTS[fault])
