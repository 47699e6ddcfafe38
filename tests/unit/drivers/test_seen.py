"""What is known of a belt from its latest answers, and when it is known to stand."""

from collections.abc import Callable

import pytest

import drivers.treadmill.seen as seen_module
from drivers.treadmill.port import Answer, Request, Running, Traits
from drivers.treadmill.seen import Seen
from drivers.treadmill.trackmaster import dialect
from drivers.treadmill.woodway import DIALECT as WOODWAY
from tests.mutants import fails_with
from teststation.clock import TimeScale

TRACKMASTER = dialect("kmh").traits
SCALE = TimeScale()


def seen(traits: Traits, looks: list[tuple[float, float | None, Running | None]]) -> Seen:
    """What is known after looks at (time, speed, status); a speed of None is a fault in its place."""
    made = Seen(traits)
    for at_s, speed_kmh, running in looks:
        speed = Answer(Request.SPEED, speed_kmh, faulted=speed_kmh is None)
        assert made.note(speed, at_s)
        if running is not None:
            assert made.note(Answer(Request.STATUS, running=running), at_s)
    return made


def rests(made: Seen, now_s: float, *, running: bool = True, stop_asked_s: float | None = 0.0) -> bool:
    return made.at_rest(now_s, running=running, stop_asked_s=stop_asked_s, scale=SCALE)


def stands(made: Seen, now_s: float, *, running: bool = True, stop_asked_s: float | None = 0.0) -> bool:
    return made.stands(now_s, running=running, stop_asked_s=stop_asked_s, scale=SCALE)


def test_a_belt_of_ours_must_go_on_saying_that_it_stands() -> None:
    made = seen(TRACKMASTER, [(1.0, 0.0, Running.STOPPED)])
    assert stands(made, 1.0)
    assert not rests(made, 1.0)
    made = seen(TRACKMASTER, [(at_s / 10, 0.0, Running.STOPPED) for at_s in range(10, 31)])
    assert not rests(made, 2.9)
    assert rests(made, 3.0)


@pytest.mark.parametrize("what", ["speed", "status"])
def test_one_zero_on_the_way_is_no_rest(what: str) -> None:
    """A look in between that shows a speed, or a belt that is on, begins the waiting anew."""
    for at in range(3, 12):
        made = Seen(TRACKMASTER)
        for n in range(20):
            odd = n == at
            made.note(Answer(Request.SPEED, 0.3 if odd and what == "speed" else 0.0), n * 0.5)
            running = Running.GUARDED if odd and what == "status" else Running.STOPPED
            made.note(Answer(Request.STATUS, running=running), n * 0.5)
            assert rests(made, n * 0.5) is (4 <= n < at or n >= at + 5)


def test_a_zero_while_the_machine_says_that_it_runs_is_no_rest_and_nor_is_stopped_at_a_speed() -> None:
    for running in (Running.GUARDED, Running.UNGUARDED, Running.UNKNOWN):
        made = seen(TRACKMASTER, [(0.0, 0.0, running), (9.0, 0.0, running)])
        assert not rests(made, 9.0, running=False)
        assert not stands(made, 9.0)
    made = seen(TRACKMASTER, [(0.0, 3.3, Running.STOPPED), (9.0, 3.3, Running.STOPPED)])
    assert not rests(made, 9.0, running=False)
    assert not stands(made, 9.0)


def test_a_belt_that_nobody_here_has_started_must_go_on_saying_that_it_stands_too() -> None:
    """Somebody may have stopped it at its console a moment ago, or one look at it is wrong."""
    for traits, running in ((TRACKMASTER, Running.STOPPED), (WOODWAY.traits, None)):
        made = seen(traits, [(1.0, 0.0, running)])
        assert stands(made, 1.0, running=False)
        assert not rests(made, 1.0, running=False)
        made = seen(traits, [(1.0, 0.0, running), (2.9, 0.0, running), (3.0, 0.0, running)])
        assert not rests(made, 2.9, running=False)
        assert rests(made, 3.0, running=False)
        made = seen(traits, [(1.0, 0.0, running), (2.5, 0.3, running), (3.0, 0.0, running)])
        assert not rests(made, 4.9, running=False)
        assert rests(made, 5.0, running=False)


def test_a_fault_stands_through_a_missing_answer() -> None:
    """A machine behind its red button is left alone with short silences, and is at rest all the same."""
    made = seen(TRACKMASTER, [(1.0, None, Running.STOPPED)])
    made.forget_measured()
    assert not stands(made, 6.5), "not before it says so again"
    made.note(Answer(Request.SPEED, faulted=True), 6.5)
    made.note(Answer(Request.STATUS, running=Running.STOPPED), 6.5)
    assert stands(made, 6.5)


def test_a_fault_that_stands_for_a_while_rests() -> None:
    made = seen(TRACKMASTER, [(1.0, None, Running.STOPPED), (6.0, None, Running.STOPPED)])
    assert made.faulted
    assert not rests(made, 6.0)
    assert rests(made, 6.1)
    assert not rests(seen(TRACKMASTER, [(1.0, None, Running.GUARDED)]), 9.0)
    assert not rests(Seen(TRACKMASTER), 9.0)


def test_without_a_word_for_stopped_a_zero_must_last_after_the_stop() -> None:
    made = seen(WOODWAY.traits, [(1.0, 0.0, None), (9.0, 0.0, None)])
    assert not rests(made, 9.0, stop_asked_s=None)
    assert not rests(made, 9.0, stop_asked_s=5.0)
    assert rests(made, 9.1, stop_asked_s=5.0)
    assert not rests(made, 5.0, stop_asked_s=0.0)
    assert rests(made, 5.1, stop_asked_s=0.0)


def test_what_was_refused_is_not_known_and_nor_is_what_was_not_answered() -> None:
    made = seen(TRACKMASTER, [(1.0, 0.0, Running.STOPPED), (9.0, 0.0, Running.STOPPED)])
    assert not made.note(Answer(Request.SPEED, 0.0, refused=True), 9.0)
    assert not stands(made, 9.0)
    made = seen(TRACKMASTER, [(1.0, 0.0, Running.STOPPED), (9.0, 0.0, Running.STOPPED)])
    made.forget_measured()
    assert not stands(made, 9.0)
    made.note(Answer(Request.SPEED, 0.0), 9.1)
    made.note(Answer(Request.STATUS, running=Running.STOPPED), 9.1)
    assert stands(made, 9.1)
    assert not rests(made, 9.2), "what was seen before the silence does not count"


def test_each_answer_is_known_as_what_it_was_asked_for_until_it_is_refused() -> None:
    made = Seen(TRACKMASTER)
    assert made.note(Answer(Request.SPEED, 4.0), 1.0)
    assert made.note(Answer(Request.STATUS, running=Running.GUARDED), 1.0)
    assert made.note(Answer(Request.INCLINE, 3.5), 1.0)
    assert made.note(Answer(Request.SPEED_SETTING, 4.1), 1.0)
    assert made.note(Answer(Request.INCLINE_SETTING, 3.0), 1.0)
    assert made.note(Answer(Request.START), 1.0)
    assert (made.speed_kmh, made.running, made.incline_pct) == (4.0, Running.GUARDED, 3.5)
    assert (made.set_speed_kmh, made.set_incline_pct) == (4.1, 3.0)
    made.forget_measured()
    assert (made.speed_kmh, made.running, made.incline_pct) == (None, None, None)
    assert (made.set_speed_kmh, made.set_incline_pct) == (4.1, 3.0), "what it is set to does not change in a silence"
    for request in (Request.INCLINE, Request.SPEED_SETTING, Request.INCLINE_SETTING):
        assert not made.note(Answer(request, 9.0, refused=True), 2.0)
    assert (made.incline_pct, made.set_speed_kmh, made.set_incline_pct) == (None, None, None)


def test_in_test_time_rest_is_waited_for_less_long_and_never_below_its_floor() -> None:
    fast = TimeScale(20.0)

    def asked(made: Seen, now_s: float) -> tuple[bool, bool]:
        words = {"running": True, "stop_asked_s": 0.0, "scale": fast}
        return made.stands(now_s, **words), made.at_rest(now_s, **words)  # type: ignore[arg-type]

    faulted = seen(TRACKMASTER, [(1.0, None, Running.STOPPED)])
    assert asked(faulted, 4.0) == (False, False)
    assert asked(faulted, 4.1) == (True, True)
    zero = seen(WOODWAY.traits, [(1.0, 0.0, None)])
    assert asked(zero, 3.0) == (False, False)
    assert asked(zero, 3.1) == (True, True)
    stopped = seen(TRACKMASTER, [(1.0, 0.0, Running.STOPPED)])
    assert asked(stopped, 1.4) == (True, False)
    assert asked(stopped, 1.5) == (True, True)


FAULTS: dict[str, tuple[Callable[[], None], str, str]] = {
    "rest at the first zero": (
        test_a_belt_of_ours_must_go_on_saying_that_it_stands,
        "return self.faulted or self._stood_for(now_s, scale)",
        "return True",
    ),
    "the speed alone must last": (
        lambda: test_one_zero_on_the_way_is_no_rest("status"),
        "since_s.append(self.stopped_since_s)",
        "pass",
    ),
    "the status alone must last": (
        lambda: test_one_zero_on_the_way_is_no_rest("speed"),
        "since_s = [self.zero_since_s]",
        "since_s = []",
    ),
    "what nobody here has started rests at once": (
        test_a_belt_that_nobody_here_has_started_must_go_on_saying_that_it_stands_too,
        "return self.faulted or self._stood_for(now_s, scale)",
        "return self.faulted or not running or self._stood_for(now_s, scale)",
    ),
    "a silence is no gap": (
        test_what_was_refused_is_not_known_and_nor_is_what_was_not_answered,
        "self.zero_since_s = self.stopped_since_s = None  # a fault",
        "pass  # a fault",
    ),
    "a lagging zero is rest": (
        test_a_zero_while_the_machine_says_that_it_runs_is_no_rest_and_nor_is_stopped_at_a_speed,
        "            return self.running is Running.STOPPED\n",
        "            return True\n",
    ),
    "stopped is rest at any speed": (
        test_a_zero_while_the_machine_says_that_it_runs_is_no_rest_and_nor_is_stopped_at_a_speed,
        "if self.speed_kmh != 0.0:",
        "if False:",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fact, old, new = FAULTS[fault]
    fails_with(seen_module, old, new, fact)
