"""An ordinary end that is not obeyed, and a belt that stood and runs again: to the look."""

from collections.abc import Callable

import pytest

import drivers.treadmill.ordinary_end as module
from tests.mutants import fails_with

LOOK_S = 0.25


def ended(at_s: float = 0.0) -> module.OrdinaryEnd:
    """A belt that was seen to slow down from 2 km/h by 2 km/h a second, and to stand at its end."""
    end = module.OrdinaryEnd()
    for look in range(8):
        assert not end.is_ignored(at_s + look * LOOK_S, max(0.0, 2.0 - look * 0.5), 2.0, 0.8)
    end.rested(at_s + 2.0)
    return end


def runs_s(end: module.OrdinaryEnd, from_s: float, kmh: float | None, until_s: float = 8.0) -> float | None:
    """How long a belt at rest reports this until it is found to run."""
    for look in range(round(until_s / LOOK_S)):
        if end.runs_again(from_s + look * LOOK_S, kmh):
            return look * LOOK_S
    return None


def test_a_belt_that_is_told_to_run_ignores_nothing_and_is_not_watched() -> None:
    end = module.OrdinaryEnd()
    assert not end.distrusted(100.0)
    assert runs_s(end, 0.0, 3.0) is None


def test_an_end_that_is_not_obeyed_is_found_after_the_grace_and_stays_distrusted() -> None:
    end = module.OrdinaryEnd()
    found = [look * LOOK_S for look in range(20) if end.is_ignored(look * LOOK_S, 3.0, 3.0, 0.8)]
    assert found[0] == 4.0
    assert end.distrusted(5.0)
    end.call_off()
    assert not end.distrusted(5.0)


def test_a_belt_that_lags_behind_what_it_is_told_is_given_its_time() -> None:
    end = module.OrdinaryEnd()
    found = [look * LOOK_S for look in range(30) if end.is_ignored(look * LOOK_S, 3.0, 3.3, 0.8)]
    assert found[0] == 5.5


def test_an_end_under_way_is_no_rest_that_could_be_broken() -> None:
    end = module.OrdinaryEnd()
    assert not end.is_ignored(0.0, 0.0, 0.0, 0.8)
    assert runs_s(end, 0.25, 3.0) is None


def test_a_belt_that_runs_again_is_found_by_its_second_look() -> None:
    assert runs_s(ended(), 2.5, 3.0) == LOOK_S
    assert runs_s(ended(), 2.5, 0.0) is None
    assert runs_s(ended(), 2.5, None) is None


def test_a_belt_that_rests_is_not_distrusted_however_long_and_one_that_runs_again_is() -> None:
    end = ended()
    for look in range(60):
        assert not end.runs_again(2.25 + look * LOOK_S, 0.0)
        assert not end.distrusted(2.25 + look * LOOK_S)
    assert runs_s(end, 17.25, 0.5) == LOOK_S
    assert end.distrusted(17.5)


def test_a_look_that_shows_nothing_does_not_say_that_it_runs() -> None:
    end = ended()
    assert not end.runs_again(2.5, 3.0)
    assert end.runs_again(2.75, 3.0)
    assert not end.runs_again(3.0, None)
    assert not end.runs_again(3.25, 0.0)
    assert end.runs_again(3.5, 3.0)


def test_a_belt_is_watched_for_twenty_seconds_after_its_end() -> None:
    assert runs_s(ended(10.0), 12.0 + 19.5, 3.0) == LOOK_S
    assert runs_s(ended(10.0), 12.0 + 20.25, 3.0) is None
    end = ended(10.0)
    assert not end.runs_again(31.75, 3.0)
    assert end.runs_again(32.0, 3.0)
    end = ended(10.0)
    assert not end.runs_again(32.0, 3.0), "one look"
    assert not end.runs_again(32.25, 3.0), "and the time is over"
    assert runs_s(end, 12.0, 3.0) is None, "it is not watched any more"


def test_a_new_arming_forgets_the_rest_before_it() -> None:
    end = ended()
    end.call_off()
    assert runs_s(end, 2.5, 3.0) is None
    assert not end.is_ignored(3.0, 0.0, 0.0, 0.8)
    assert runs_s(end, 3.25, 3.0) is None


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a belt that rests crawls": (
        "if self._rested_s is None else self._descent.runs_again(now_s)",
        "",
        test_a_belt_that_rests_is_not_distrusted_however_long_and_one_that_runs_again_is,
    ),
    "a belt that runs again at once still lags": (
        "Descent(now_s, grace_s=0.0)",
        "Descent(now_s)",
        test_a_belt_that_runs_again_is_found_by_its_second_look,
    ),
    "nobody may ever walk on it": (
        "if now_s - self._rested_s > WATCHED_AT_REST_S:",
        "if False:",
        test_a_belt_is_watched_for_twenty_seconds_after_its_end,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_where_the_rule_is_broken(fault: str) -> None:
    fails_with(module, *FAULTS[fault])
