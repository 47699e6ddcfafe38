"""Seconds among the last seconds with a reading: against a plain count, and at its edges."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import teststation.window as window
from tests.mutants import fails_with

OVER: Callable[[float], bool] = lambda value: value > 0  # noqa: E731


def test_a_reading_stands_until_the_next_one() -> None:
    seen = window.Window(30.0).read(0.0, 1).read(4.0, 0).read(5.0, 1)
    assert seen.seconds(7.0, 30.0, OVER) == pytest.approx(6.0)


def test_a_reading_without_another_stands_for_its_time_and_no_longer() -> None:
    seen = window.Window(30.0, stands_s=6.0).read(0.0, 1)
    assert seen.seconds(4.0, 30.0, OVER) == pytest.approx(4.0)
    assert seen.seconds(20.0, 30.0, OVER) == pytest.approx(6.0)


def test_seconds_without_a_reading_are_neither_for_nor_against() -> None:
    seen = window.Window(10.0).read(0.0, 1).silent(5.0).read(100.0, 1)
    assert seen.seconds(104.0, 10.0, OVER) == pytest.approx(9.0)
    assert seen.at_least(9.0, 104.0, 9.0, OVER)


def test_the_word_that_there_is_none_ends_what_stands_and_nothing_that_was() -> None:
    seen = window.Window(30.0).read(0.0, 1).silent(3.0).silent(9.0)
    assert seen.seconds(50.0, 30.0, OVER) == pytest.approx(3.0)
    assert window.Window(30.0).silent(1.0) == window.Window(30.0)


def test_a_reading_that_is_taken_back_at_once_counts_for_a_second() -> None:
    seen = window.Window(30.0)
    for turn in range(10):
        seen = seen.read(turn * 3.0, 1).silent(turn * 3.0 + 0.1)
    assert seen.seconds(30.0, 30.0, OVER) == pytest.approx(10.0)


def test_a_second_that_counts_ends_with_the_next_reading() -> None:
    seen = window.Window(30.0).read(0.0, 1).silent(0.1).read(0.3, 0)
    assert seen.seconds(5.0, 30.0, OVER) == pytest.approx(0.3)


def test_only_the_newest_seconds_count_and_are_kept() -> None:
    seen = window.Window(10.0)
    for second in range(1000):
        seen = seen.read(float(second), float(second % 2))
    assert len(seen.spells) == 11, "ten, and the one that has just begun"
    assert seen.seconds(1000.0, 10.0, OVER) == pytest.approx(5.0)
    assert seen.seconds(999.5, 3.0, OVER) == pytest.approx(1.5)
    assert seen.seconds(999.5, 3.0, lambda value: value == 0) == pytest.approx(1.5)


def test_equal_readings_are_one_spell_however_many_they_are() -> None:
    seen = window.Window(30.0, stands_s=6.0)
    for tick in range(400):
        seen = seen.read(tick * 0.25, 150)
    assert len(seen.spells) == 1
    assert seen.seconds(100.0, 30.0, OVER) == pytest.approx(30.0)


def test_a_reading_that_is_repeated_counts_once_and_takes_nothing_from_the_one_before() -> None:
    seen = window.Window(30.0).read(0.0, 0).read(1.0, 1).read(2.0, 1).read(3.0, 1)
    assert seen.seconds(4.0, 30.0, OVER) == 3.0
    assert seen.seconds(4.0, 30.0, lambda value: value == 0) == 1.0
    assert window.Window(30.0).read(0.0, 1).read(1.0, 1).spells == window.Window(30.0).read(0.0, 1).spells


def test_of_two_readings_at_one_moment_the_second_stands_and_what_was_before_too() -> None:
    seen = window.Window(30.0).read(0.0, 1).read(5.0, 0)
    assert seen.read(5.0, 1) == window.Window(30.0).read(0.0, 1)
    assert seen.read(5.0, 2).seconds(7.0, 30.0, lambda value: value == 1) == 5.0


def test_what_lies_before_the_kept_seconds_is_forgotten_and_nothing_else() -> None:
    """Whether a long spell fills them, almost, or many short ones do."""
    long = window.Window(10.0).read(0.0, 0).read(1.0, 1).read(11.0, 1)
    assert [spell.from_s for spell in long.spells] == [1.0]
    almost = window.Window(10.0).read(0.0, 0).read(2.0, 1).read(8.0, 1)
    assert [spell.from_s for spell in almost.spells] == [0.0, 2.0]
    short = window.Window(10.0)
    for tick in range(40):
        short = short.read(tick / 4, float(tick % 2))
    assert short.seconds(10.0, 10.0, OVER) == 5.0


def test_a_stamp_from_before_the_latest_reading_takes_nothing_back() -> None:
    seen = window.Window(30.0).read(10.0, 1).read(4.0, 0)
    assert seen.seconds(12.0, 30.0, OVER) == 0.0
    assert seen.seconds(12.0, 30.0, lambda value: value == 0) == pytest.approx(2.0)
    assert seen.last == 0


def test_the_last_reading_is_known_after_it_has_ended() -> None:
    assert window.Window(30.0).last is None
    assert window.Window(30.0, stands_s=2.0).read(0.0, 5).silent(1.0).last == 5


def test_when_the_last_seconds_with_a_reading_began() -> None:
    assert window.Window(30.0).since_s(7.0, 10.0) == 7.0
    seen = window.Window(30.0)
    for second in range(20):
        seen = seen.read(float(second), float(second))
    assert seen.since_s(20.0, 4.5) == pytest.approx(15.5)
    assert seen.since_s(20.0, 100.0) == pytest.approx(0.0)
    assert seen.silent(20.0).read(50.0, 1).since_s(52.0, 5.0) == pytest.approx(17.0)


def test_the_median_is_by_time_and_of_what_is_asked_for() -> None:
    seen = window.Window(30.0).read(0.0, 160).read(1.0, 170).read(2.0, 90).read(3.0, 190)
    assert seen.median(10.0, 30.0, lambda bpm: bpm > 100) == 190
    assert seen.median(3.5, 30.0, lambda bpm: bpm > 100) == 170
    assert seen.median(10.0, 30.0, lambda bpm: bpm > 200) is None
    assert seen.median(4.0, 1.5, lambda bpm: True) == 190


def test_the_mean_is_by_time_and_none_where_too_little_was_read() -> None:
    seen = window.Window(300.0).read(0.0, 100).read(10.0, 160).silent(20.0).read(30.0, 120)
    assert seen.mean(0.0, 40.0, 30.0) == pytest.approx(380 / 3)
    assert seen.mean(5.0, 25.0, 15.0) == 140.0
    assert seen.mean(5.0, 25.0, 15.1) is None
    assert seen.mean(12.0, 18.0, 6.0) == 160.0


STEPS = st.lists(st.tuples(st.integers(1, 60), st.one_of(st.none(), st.sampled_from([0, 1]))), min_size=1, max_size=40)


def counted(steps: list[tuple[int, int | None]], of_last_s: float, stands_s: float) -> tuple[float, window.Window]:
    """The same by ticks of a tenth of a second, one by one."""
    seen = window.Window(of_last_s, stands_s)
    ticks: list[int | None] = []
    now, value, since, ends = 0, None, 0, math.inf
    for wait, read in steps:
        for tick in range(now, now + wait):
            ticks.append(value if value is not None and tick < ends else None)
        now += wait
        if read is None:
            ends = min(ends, max(now, since + 10))
            seen = seen.silent(now / 10)
        else:
            # Equal readings that follow each other are one spell, and one spell has its first second once.
            since = since if read == value and now <= ends else now
            value, ends = read, now + stands_s * 10
            seen = seen.read(now / 10, read)
    known = [tick for tick in ticks if tick is not None][-round(of_last_s * 10) :]
    return sum(1 for tick in known if tick == 1) / 10, seen


@given(steps=STEPS, of_last_s=st.sampled_from([3.0, 15.0, 30.0]), stands_s=st.sampled_from([0.7, 6.0, 1000.0]))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_it_counts_like_a_plain_count(steps: list[tuple[int, int | None]], of_last_s: float, stands_s: float) -> None:
    expected_s, seen = counted(steps, of_last_s, stands_s)
    now_s = sum(wait for wait, _ in steps) / 10
    assert seen.seconds(now_s, of_last_s, OVER) == pytest.approx(expected_s, abs=0.051)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a reading stands for ever": (
        "to_s = self.to_s if self.to_s < now_s else now_s",
        "to_s = now_s",
        test_a_reading_without_another_stands_for_its_time_and_no_longer,
    ),
    "silence takes back what was": (
        "self._until(max(t_s, self.spells[-1].from_s + AT_LEAST_S))",
        "()",
        test_the_word_that_there_is_none_ends_what_stands_and_nothing_that_was,
    ),
    "silence is not heard": (
        "self._until(max(t_s,",
        "self._until(1e9 + max(t_s,",
        test_seconds_without_a_reading_are_neither_for_nor_against,
    ),
    "a reading taken back never was": (
        "max(t_s, self.spells[-1].from_s + AT_LEAST_S)",
        "t_s",
        test_a_reading_that_is_taken_back_at_once_counts_for_a_second,
    ),
    "a whole old spell counts": (
        "seconds = min(left_s, ",
        "seconds = min(of_last_s, ",
        test_only_the_newest_seconds_count_and_are_kept,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(window, *FAULTS[fault])
