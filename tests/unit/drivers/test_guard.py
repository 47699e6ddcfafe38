"""The guard's rules, fact by fact, and each of them broken once on purpose."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drivers.guard as guards
from drivers.guard import Guard, Limits
from tests.mutants import fails_with
from teststation.ports import Setpoint, TripReason

LIMITS = Limits(max_speed_kmh=10.0, max_incline_pct=15.0, accel_kmh_s=1.0, decel_kmh_s=2.0)
WALK = Setpoint(speed_kmh=5.0, incline_pct=4.0)


def armed() -> Guard:
    return guards.arm(guards.Guard(LIMITS), 0.0, 8.0, 12.0, at_rest=True)


def walking(at_s: float = 10.0) -> Guard:
    """A belt walked up to 5 km/h under leases renewed every tenth of a second."""
    guard = armed()
    for tenth in range(1, int(at_s * 10) + 1):
        now_s = tenth / 10
        guard = guards.advance(guards.grant(guard, now_s, WALK, 1.0), now_s)
        guard = guards.watch(guard, now_s, guard.out_kmh)
    assert guard.tripped is None
    assert guard.out_kmh == pytest.approx(5.0)
    return guard


def test_an_unarmed_guard_moves_nothing() -> None:
    guard = guards.advance(guards.grant(guards.Guard(LIMITS), 0.0, WALK, 1.0), 1.0)
    assert guard.out_kmh == 0.0


def test_arming_needs_standstill() -> None:
    assert not guards.arm(guards.Guard(LIMITS), 0.0, 8.0, 12.0, at_rest=False).armed


def test_arming_takes_the_smaller_of_both_limits() -> None:
    guard = guards.arm(guards.Guard(LIMITS), 0.0, 99.0, 99.0, at_rest=True)
    assert (guard.armed_speed_kmh, guard.armed_incline_pct) == (10.0, 15.0)


def test_an_arming_that_no_lease_follows_lapses_without_a_trip() -> None:
    guard = guards.advance(armed(), 6.0)
    assert not guard.armed
    assert guard.tripped is None


def test_the_belt_speeds_up_no_faster_than_its_limit() -> None:
    guard = guards.advance(guards.grant(armed(), 0.0, WALK, 1.0), 0.5)
    assert guard.out_kmh == pytest.approx(0.5)


def test_a_lapsed_lease_trips_a_moving_belt() -> None:
    guard = guards.advance(walking(), 11.2)
    assert guard.tripped is TripReason.LEASE_LAPSED


def test_no_lease_lasts_longer_than_a_second_whatever_is_asked() -> None:
    guard = guards.grant(walking(), 10.0, WALK, 3600.0)
    assert guards.advance(guard, 11.1).tripped is TripReason.LEASE_LAPSED


def test_a_trip_is_latched_and_its_first_reason_stays() -> None:
    guard = guards.trip(walking(), TripReason.OPERATOR_STOP)
    guard = guards.trip(guard, TripReason.OVER_SPEED)
    guard = guards.advance(guards.grant(guard, 10.1, WALK, 1.0), 10.2)
    assert guard.tripped is TripReason.OPERATOR_STOP
    assert guard.want is None
    assert guard.out_kmh < 5.0


def test_a_tripped_belt_slows_down_at_its_rate_and_not_at_once() -> None:
    guard = guards.advance(guards.trip(walking(), TripReason.OPERATOR_STOP), 11.0)
    assert guard.out_kmh == pytest.approx(3.0)


def test_a_trip_cannot_be_armed_away_while_the_belt_moves() -> None:
    guard = guards.trip(walking(), TripReason.OPERATOR_STOP)
    assert guards.arm(guard, 10.1, 8.0, 12.0, at_rest=False).tripped is TripReason.OPERATOR_STOP
    assert guards.arm(guard, 10.1, 8.0, 12.0, at_rest=True).tripped is TripReason.OPERATOR_STOP


def test_a_new_arming_at_standstill_clears_a_trip_and_starts_from_zero() -> None:
    guard = guards.advance(guards.trip(walking(), TripReason.OPERATOR_STOP), 20.0)
    guard = guards.arm(guard, 20.0, 8.0, 12.0, at_rest=True)
    assert guard.tripped is None
    assert guard.out_kmh == 0.0


@pytest.mark.parametrize(
    "setpoint",
    [
        Setpoint(speed_kmh=8.1, incline_pct=0.0),
        Setpoint(speed_kmh=5.0, incline_pct=12.5),
        Setpoint(speed_kmh=-1.0, incline_pct=0.0),
        Setpoint(speed_kmh=0.0, incline_pct=0.0),
        Setpoint(speed_kmh=math.nan, incline_pct=0.0),
        Setpoint(speed_kmh=math.inf, incline_pct=0.0),
        Setpoint(speed_kmh=5.0, incline_pct=-0.5),
    ],
)
def test_a_setpoint_outside_the_arming_trips_and_is_never_clipped(setpoint: Setpoint) -> None:
    assert guards.grant(walking(), 10.0, setpoint, 1.0).tripped is TripReason.STATION_GARBLED


@pytest.mark.parametrize("lease_s", [math.nan, math.inf, 0.0, -1.0])
def test_a_lease_of_no_length_trips(lease_s: float) -> None:
    assert guards.grant(walking(), 10.0, WALK, lease_s).tripped is TripReason.STATION_GARBLED


def test_off_is_an_ordinary_ramp_and_no_trip() -> None:
    guard = walking()
    for tenth in range(101, 140):
        guard = guards.advance(guards.grant(guard, tenth / 10, None, 1.0), tenth / 10)
    assert guard.tripped is None
    assert guard.out_kmh == 0.0


def test_off_is_latched_until_the_next_arming() -> None:
    guard = guards.advance(guards.grant(walking(), 10.0, None, 1.0), 10.5)
    guard = guards.advance(guards.grant(guard, 10.5, WALK, 1.0), 11.0)
    assert guard.out_kmh == pytest.approx(3.0)
    guard = guards.advance(guards.grant(guard, 11.0, None, 1.0), 13.0)
    assert guards.advance(guards.grant(guard, 13.0, WALK, 1.0), 13.5).out_kmh == 0.0
    guard = guards.arm(guard, 14.0, 8.0, 12.0, at_rest=True)
    assert guards.advance(guards.grant(guard, 14.0, WALK, 1.0), 14.5).out_kmh == pytest.approx(0.5)


def test_off_before_the_first_setpoint_is_no_off() -> None:
    guard = guards.grant(guards.grant(armed(), 0.0, None, 1.0), 0.0, WALK, 1.0)
    assert guards.advance(guard, 0.5).out_kmh == pytest.approx(0.5)


def watched(measured_kmh: float, seconds: float) -> Guard:
    guard = walking()
    for tenth in range(101, 101 + int(seconds * 10)):
        now_s = tenth / 10
        guard = guards.advance(guards.grant(guard, now_s, WALK, 1.0), now_s)
        guard = guards.watch(guard, now_s, measured_kmh)
    return guard


def test_a_belt_much_faster_than_set_trips() -> None:
    assert watched(7.0, 2.0).tripped is TripReason.OVER_SPEED


def test_a_belt_that_does_not_follow_trips() -> None:
    assert watched(3.0, 10.0).tripped is TripReason.NOT_FOLLOWING


def test_a_belt_that_reports_a_little_off_or_late_does_not_trip() -> None:
    assert watched(5.6, 30.0).tripped is None
    assert watched(3.0, 5.0).tripped is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 3.0),
            st.one_of(st.none(), st.builds(Setpoint, st.floats(-1, 12), st.floats(-1, 16))),
            st.sampled_from(["grant", "nothing", "trip", "arm"]),
            st.floats(-1, 15),
        ),
        max_size=60,
    )
)
def test_whatever_happens_speed_stays_inside_the_limits_and_never_rises_after_a_trip(
    steps: list[tuple[float, Setpoint | None, str, float]],
) -> None:
    guard, now_s = armed(), 0.0
    for dt_s, setpoint, what, measured_kmh in steps:
        before = guard
        now_s += dt_s
        if what == "grant":
            guard = guards.grant(guard, now_s, setpoint, 1.0)
        elif what == "trip":
            guard = guards.trip(guard, TripReason.OPERATOR_STOP)
        elif what == "arm":
            guard = guards.arm(guard, now_s, 8.0, 12.0, at_rest=measured_kmh <= 0)
        guard = guards.watch(guards.advance(guard, now_s), now_s, max(0.0, measured_kmh))
        assert 0.0 <= guard.out_kmh <= 8.0
        assert guard.out_kmh - before.out_kmh <= LIMITS.accel_kmh_s * dt_s + 1e-9
        if before.tripped and guard.tripped:
            assert guard.out_kmh <= before.out_kmh


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "leases without arming": (
        "if guard.tripped is not None or not guard.armed:\n        return guard\n    if setpoint",
        "if guard.tripped is not None:\n        return guard\n    guard = replace(guard, armed=True, armed_speed_kmh=9.0, "  # noqa: E501
        "armed_incline_pct=9.0)\n    if setpoint",
        test_an_unarmed_guard_moves_nothing,
    ),
    "arming a moving belt": ("if not at_rest or guard.moving", "if guard.moving", test_arming_needs_standstill),
    "arming beyond the machine": (
        "min(max_speed_kmh, guard.limits.max_speed_kmh)",
        "max_speed_kmh",
        test_arming_takes_the_smaller_of_both_limits,
    ),
    "unbounded acceleration": (
        "min(want_kmh, guard.out_kmh + guard.limits.accel_kmh_s * dt_s)",
        "want_kmh",
        test_the_belt_speeds_up_no_faster_than_its_limit,
    ),
    "leases never lapse": (
        "if guard.armed and now_s > guard.lease_until_s:",
        "if False:",
        test_a_lapsed_lease_trips_a_moving_belt,
    ),
    "leases as long as asked": (
        "now_s + min(lease_s, LEASE_MAX_S)",
        "now_s + lease_s",
        test_no_lease_lasts_longer_than_a_second_whatever_is_asked,
    ),
    "the last trip wins": (
        "if guard.tripped is not None:\n        return guard\n    return replace(guard, tripped=reason",
        "return replace(guard, tripped=reason",
        test_a_trip_is_latched_and_its_first_reason_stays,
    ),
    "a dead stop": (
        "max(want_kmh, guard.out_kmh - guard.limits.decel_kmh_s * dt_s)",
        "want_kmh",
        test_a_tripped_belt_slows_down_at_its_rate_and_not_at_once,
    ),
    "off is no last word": (
        "off = guard.off or (",
        "off = (",
        test_off_is_latched_until_the_next_arming,
    ),
    "over-speed goes unnoticed": (
        "if over_since_s is not None and",
        "if False and",
        test_a_belt_much_faster_than_set_trips,
    ),
    "a stuck belt goes unnoticed": (
        "if now_s - guard.off_since_s >= guard.patience.follow_s:",
        "if False:",
        test_a_belt_that_does_not_follow_trips,
    ),
    "a setpoint outside the arming is clipped": (
        "if not inside:",
        "if False:",
        lambda: test_a_setpoint_outside_the_arming_trips_and_is_never_clipped(Setpoint(speed_kmh=8.1, incline_pct=0.0)),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_on_a_guard_with_the_fault(fault: str) -> None:
    fails_with(guards, *FAULTS[fault])
