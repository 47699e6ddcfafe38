"""A descent looked at every quarter of a second: when it is called stalled, to the look."""

from collections.abc import Callable
from typing import Any

import pytest

import drivers.treadmill.descent as module
from drivers.treadmill.descent import Descent, least_fallen_kmh
from tests.mutants import fails_with

LOOK_S = 0.25
Speed = Callable[[float], float | None]


def stalls_s(reports: Speed, *, asked_from_s: float = 0.0, until_s: float = 20.0, **named: Any) -> float | None:
    """When a belt that reports this is first called stalled."""
    descent = Descent(0.0, **named)
    for look in range(round(until_s / LOOK_S) + 1):
        descent.note(look * LOOK_S, reports(look * LOOK_S))
        if look * LOOK_S >= asked_from_s and descent.stalls(look * LOOK_S):
            return look * LOOK_S
    return None


def steps(*said: tuple[float, float]) -> Speed:
    """The latest of (from when, speed)."""
    return lambda now_s: [kmh for from_s, kmh in said if from_s <= now_s][-1]


def test_the_slowest_belt_holds_for_a_second_and_its_mean_bends_for_five() -> None:
    assert [least_fallen_kmh(since_s) for since_s in (0.0, 1.0, 6.0, 8.5)] == pytest.approx([0.0, 0.0, 0.75, 1.5])


def test_a_fall_that_ends_is_found_before_the_grace_is_over() -> None:
    """Lowest at 1.5 s, as the third look tells; a second and six tenths later nothing new."""
    assert stalls_s(steps((0.0, 4.8), (0.5, 4.4), (1.0, 4.1))) == 3.25


def test_a_step_less_is_no_fall_until_the_grace_is_over() -> None:
    assert stalls_s(steps((0.0, 4.8), (0.5, 4.6))) == 4.0
    assert stalls_s(steps((0.0, 4.8), (0.5, 4.7))) == 4.0


def test_a_step_less_and_a_fall_that_begins_late_are_no_trouble() -> None:
    def reports(now_s: float) -> float:
        return 4.8 if now_s < 0.5 else 4.7 if now_s < 3.0 else max(0.0, 4.7 - 0.8 * (now_s - 3.0))

    assert stalls_s(reports, until_s=12.0) is None


def test_a_belt_that_crawls_has_longer_for_its_next_step() -> None:
    """At half a kilometre an hour, and not above it."""
    for kmh, from_s, waits_s in ((0.6, 2.0, 1.75), (0.5, 2.0, 3.0), (0.5, 6.0, 3.0)):
        goes_kmh_s = (2.0 - kmh) / from_s
        found_s = stalls_s(lambda now_s, kmh=kmh, rate=goes_kmh_s: max(kmh, 2.0 - rate * now_s))
        assert found_s == from_s + 2 * LOOK_S + waits_s


def test_what_is_left_of_a_mean_runs_out_slowly() -> None:
    """At 0.3 km/h a descent may be slower than the whole of one may."""
    falls = ((0.0, 0.8), (2.0, 0.7), (3.0, 0.6), (4.0, 0.5), (5.0, 0.4))
    assert stalls_s(steps(*falls, (6.0, 0.3), (8.5, 0.0)), until_s=12.0) is None
    assert stalls_s(steps(*falls)) == 6.75


def test_zero_is_believed_for_six_seconds_where_it_is_not_known_to_be_rest() -> None:
    """And for four and a half after a stop that was not obeyed."""
    to_zero = steps((0.0, 1.0), (0.5, 0.5), (1.0, 0.0))
    assert stalls_s(to_zero) == 1.5 + 6.0 + LOOK_S
    assert stalls_s(to_zero, again=True) == 1.5 + 4.5 + LOOK_S


def test_one_step_more_begins_the_six_seconds_anew_and_the_ten_not() -> None:
    to_zero = steps((0.0, 1.0), (0.5, 0.5), (1.0, 0.0), (6.0, 0.1), (6.25, 0.0))
    assert stalls_s(to_zero) == 1.5 + 10.0 + LOOK_S


def test_the_last_hundredths_before_zero_are_a_fall() -> None:
    reports = steps((0.0, 1.0), (0.5, 0.5), (1.0, 0.05), (1.75, 0.0))
    assert stalls_s(reports) == 2.25 + 6.0 + LOOK_S


def test_a_belt_first_seen_late_is_asked_how_it_falls_once_that_was_seen() -> None:
    reports: Speed = lambda now_s: None if now_s < 5.0 else max(0.0, 4.0 - 0.35 * (now_s - 5.0))  # noqa: E731
    assert stalls_s(reports, asked_from_s=5.0, until_s=16.0, told_kmh=4.8) is None
    slow: Speed = lambda now_s: None if now_s < 13.0 else max(0.0, 4.0 - 0.175 * (now_s - 13.0))  # noqa: E731
    assert stalls_s(slow, asked_from_s=13.0, until_s=30.0, told_kmh=4.8, pace=0.5) is None


def test_a_fall_that_slackens_is_found_at_six_seconds_by_its_last_two() -> None:
    """By the speed that it held just two seconds before, and not by the one a look earlier, which was higher."""
    assert stalls_s(lambda now_s: 4.8 - 0.5 * min(now_s, 3.5) - 0.1 * max(0.0, now_s - 3.5)) == 6.0


def test_a_report_that_rises_on_after_its_stop_is_asked_to_fall_from_its_peak() -> None:
    def reports(now_s: float) -> float:
        return 4.0 + 0.4 * now_s if now_s < 3.0 else max(0.0, 5.2 - 0.5 * (now_s - 3.0))

    assert stalls_s(reports, until_s=14.0) is None


def test_a_belt_told_to_run_faster_than_it_was_seen_is_given_the_time_of_its_lag() -> None:
    """The fall is waited for from the last look at the peak within the grace."""
    assert stalls_s(lambda _: 3.0, told_kmh=3.0) == 4.0
    assert stalls_s(lambda _: 3.0, told_kmh=3.3) == 5.5


def test_one_step_is_a_fall_to_the_hundredth() -> None:
    assert stalls_s(steps((0.0, 1.0), (3.0, 0.91))) == 5.0
    assert stalls_s(steps((0.0, 0.5), (0.25, 0.2))) == 3.75, "and three tenths are one before the grace is over"


def test_a_new_lowest_speed_is_waited_for_to_the_very_moment() -> None:
    for late_s, stalled in ((0.0, False), (0.01, True)):
        descent = Descent(0.0)
        for now_s, kmh in ((0.0, 4.8), (1.0, 4.0), (1.5, 4.0), (2.0, 4.0)):
            descent.note(now_s, kmh)
        assert descent.stalls(2.0 + 1.6 + late_s) is stalled


@pytest.mark.parametrize("pace", [1.0, 0.5])
def test_a_fall_that_slackens_is_found_at_the_pace_that_was_told(pace: float) -> None:
    """Within the grace it falls as a belt that obeys; from then on at a third of that, by a step now and then."""

    def reports(now_s: float) -> float:
        at_s = now_s * pace
        fallen_kmh = 0.5 * min(at_s, 5.0) + 0.09 * max(0.0, at_s - 5.0)
        return round(8.0 - fallen_kmh, 2)

    found_s = stalls_s(reports, until_s=40.0, pace=pace)
    assert found_s is not None
    assert 6.0 / pace <= found_s <= 7.25 / pace


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a zero that lasts is rest": (
        "crawls = self._zero_since_s is not None and", "crawls = False and",
        test_zero_is_believed_for_six_seconds_where_it_is_not_known_to_be_rest,
    ),
    "a fall is one that the grace has seen": (
        "falling = waited or", "falling = waited and", test_a_fall_that_ends_is_found_before_the_grace_is_over,
    ),
    "jitter is a fall": (
        "FALLEN_KMH = 0.3", "FALLEN_KMH = 0.09", test_a_step_less_and_a_fall_that_begins_late_are_no_trouble,
    ),
    "the last hundredths are none": (
        " or (held_kmh == 0.0 < self._low_kmh)", "", test_the_last_hundredths_before_zero_are_a_fall,
    ),
    "what was not seen was no fall": (
        "return at_s <= then_s and", "return", test_a_belt_first_seen_late_is_asked_how_it_falls_once_that_was_seen,
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    old, new, fact = FAULTS[fault]
    fails_with(module, old, new, fact)
