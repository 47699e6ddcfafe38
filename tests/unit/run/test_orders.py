"""What was asked of the belt, what was sent, confirmed and measured: a row for each load."""

import pytest

import teststation.run.orders as orders_module
from tests.mutants import fails_with
from tests.unit.run.builders import Bench
from teststation.ports import BeltState, Setpoint
from teststation.run import events as ev
from teststation.run.orders import Order, followed


def read(t_s: float, measured_kmh: float | None, **told: float | None) -> ev.BeltRead:
    return ev.BeltRead(
        t_s=t_s,
        state=BeltState.MOVING,
        measured_speed_kmh=measured_kmh,
        measured_incline_pct=told.pop("incline", 0.0),
        at_rest=measured_kmh == 0.0,
        **told,  # type: ignore[arg-type]
    )


def a_load_is_followed_until_the_next() -> None:
    orders: list[Order] = []
    steps = (
        (0.0, Setpoint(4.8, 0.0), read(0.0, 0.0, sent_speed_kmh=0.5)),
        (6.0, Setpoint(4.8, 0.0), read(6.0, 4.75, sent_speed_kmh=4.8, confirmed_speed_kmh=4.8)),
        (9.0, Setpoint(4.8, 0.0), read(9.0, 4.3, sent_speed_kmh=4.8, confirmed_speed_kmh=4.8)),
        (60.0, Setpoint(4.8, 4.0), read(60.0, 4.8, incline=0.0, sent_speed_kmh=4.8)),
        (68.0, Setpoint(4.8, 4.0), read(68.0, 4.8, incline=3.9, sent_speed_kmh=4.8, sent_incline_pct=4.0)),
        (90.0, None, read(90.0, 4.8, incline=4.0, sent_speed_kmh=0.0)),
        (95.0, None, read(95.0, None, incline=None)),
    )
    for t_s, asked, seen in steps:
        orders = followed(orders, asked, seen, t_s)
    assert len(orders) == 3
    first, second, stop = orders
    assert first.sent_speed_kmh == 4.8
    assert (first.t_s, first.speed_kmh, first.confirmed_speed_kmh, first.measured_speed_kmh) == (0.0, 4.8, 4.8, 4.3)
    assert first.reached_after_s == 6.0, "a belt that slows again had been there"
    assert (second.incline_pct, second.sent_incline_pct, second.reached_after_s) == (4.0, 4.0, 8.0)
    assert (stop.speed_kmh, stop.sent_speed_kmh, stop.reached_after_s) == (None, None, None)


def test_a_load_is_followed_until_the_next() -> None:
    a_load_is_followed_until_the_next()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("if measured is None or abs(measured - (self.speed_kmh or 0.0)) > SPEED_REACHED_KMH:", "if measured is None:"),
        ("return abs(self.measured_incline_pct - self.incline_pct) <= INCLINE_REACHED_PCT", "return True"),
        ("if last.reached_after_s is None and last.is_reached:", "if last.is_reached and t_s > 8.5:"),
        ("        sent_speed_kmh=read.sent_speed_kmh,\n", ""),
        ("!= load:", "is None:"),
    ],
)
def test_orders_fail_on_a_planted_fault(old: str, new: str) -> None:
    fails_with(orders_module, old, new, a_load_is_followed_until_the_next)


def test_a_run_keeps_a_row_for_each_of_its_loads() -> None:
    bench = Bench().started()
    bench.run_for(400.0)
    record = bench.recording.record(bench.state)
    loads = [(one.speed_kmh, one.incline_pct) for one in record.orders]
    assert loads == list(dict.fromkeys(loads))
    assert all(one.reached_after_s is not None for one in record.orders[-2:])
    assert record.orders[0].t_s >= 0.0
