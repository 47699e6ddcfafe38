"""Nothing harder is offered on a number that may not be the heart's, or of a bout that was said to be hard."""

from collections.abc import Callable

import pytest

from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from tests.unit.run.test_bouts import BOUT, in_bout, session
from teststation.ports import HeartRateStatus
from teststation.run import events as ev
from teststation.run.engine import bouts


def doubted(bench: Bench, *seconds: float) -> Bench:
    """Walk into the first bout at 140, with doubt about that number at these seconds of it."""
    in_bout(bench).bpm = 140
    began_s = bench.now_s
    for at_s in seconds:
        bench.run_for(began_s + at_s - bench.now_s)
        bench.feed(ev.HeartRateRead(t_s=bench.now_s, status=HeartRateStatus.OK, bpm=140, flags=("cadence_lock",)))
    return bench


def test_doubt_in_the_minute_that_is_read_offers_nothing_though_it_is_over() -> None:
    bench = doubted(session(), 125.0, 135.0)
    bench.run_for(50.0)
    assert bench.state.bouts.read_bpm == pytest.approx(140, abs=1)
    assert bench.state.bouts.offer is None
    assert doubted(session(), 100.0, 115.0).run_for(70.0).state.bouts.offer is not None, "what was before it is over"


def test_doubt_that_comes_after_an_offer_takes_it_back() -> None:
    bench = doubted(session(), 190.0)
    assert bench.state.bouts.offer is not None
    bench.run_for(1.0)
    assert bench.state.bouts.offer is None
    bench.feed(ev.LoadAccepted(t_s=bench.now_s))
    assert bench.state.bouts.next_load is None


def test_a_doubtful_pulse_above_the_band_makes_the_next_bout_no_harder_than_any() -> None:
    bench = in_bout(session())
    bench.bpm = None
    for _ in range(185):
        bench.run_for(1.0).feed(
            ev.HeartRateRead(t_s=bench.now_s, status=HeartRateStatus.OK, bpm=174, flags=("cadence_lock",))
        )
    assert bench.state.bouts.eased
    assert bench.state.setpoint is not None
    assert bench.state.setpoint.incline_pct < BOUT.incline_pct


@pytest.mark.parametrize(("rpe", "offered"), [(15, True), (17, True), (18, False), (19, False)])
def test_a_bout_that_felt_hard_before_its_pulse_was_read_is_not_made_harder(rpe: int, offered: bool) -> None:
    bench = in_bout(session())
    bench.bpm = 140
    bench.run_for(100.0).feed(ev.RpeGiven(t_s=bench.now_s, rpe=rpe))
    bench.run_for(90.0)
    assert (bench.state.bouts.offer is not None) is offered
    in_bout(bench, 2).run_for(185.0)
    assert bench.state.bouts.offer is not None, "what was said of one bout says nothing of the next"


FAULTS: list[tuple[str, str, Callable[[], None]]] = [
    ("t_s - MINUTE_S)\n\n\ndef _settled", "t_s - 10.0)\n\n\ndef _settled",
     test_doubt_in_the_minute_that_is_read_offers_nothing_though_it_is_over),
    ("said is not None and said > terms.borg_high", "False",
     lambda: test_a_bout_that_felt_hard_before_its_pulse_was_read_is_not_made_harder(18, False)),
    ("state = declined(state)", "pass", test_doubt_that_comes_after_an_offer_takes_it_back),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "fact"), FAULTS)
def test_doubt_fails_on_a_planted_fault(old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(bouts, old, new, fact)
