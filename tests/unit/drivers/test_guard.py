"""The guard's rules, fact by fact, and each of them broken once on purpose."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drivers.guard as guards
from drivers.guard import Guard, Limits, Look, Patience
from tests.mutants import fails_with
from teststation.clock import TimeScale
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


def followed(
    setpoints: list[tuple[float, float]],
    rate_kmh_s: float,
    mean_s: float,
    *,
    limits: Limits | None = None,
    report: Callable[[float, float], float] = lambda t, v: v,
    look_every_s: float = 0.15,
    holds_s: float = 0.0,
    rises_kmh_s: float | None = None,
) -> Guard:
    """A guard over a belt that follows it at a rate and reports a mean: ``setpoints`` are (until when, speed).

    ``holds_s``: it obeys so much later. ``rises_kmh_s``: it speeds up at another rate.
    """
    guard = guards.arm(guards.Guard(limits or Limits(max_speed_kmh=14.0)), 0.0, 14.0, 12.0, at_rest=True)
    fine_s, speed_kmh, looked_s = 0.15, 0.0, 0.0
    past = [0.0] * max(1, round(mean_s / fine_s))
    told: list[float] = []
    now_s = 0.0
    for until_s, set_kmh in setpoints:
        while now_s < until_s:
            now_s += fine_s
            guard = guards.grant(guard, now_s, Setpoint(speed_kmh=set_kmh, incline_pct=0.0), 1.0)
            guard = guards.advance(guard, now_s)
            told.append(guard.out_kmh)
            away_kmh = told[max(0, len(told) - 1 - round(holds_s / fine_s))] - speed_kmh
            speed_kmh += max(-rate_kmh_s * fine_s, min((rises_kmh_s or rate_kmh_s) * fine_s, away_kmh))
            past = [*past[1:], speed_kmh]
            if now_s - looked_s >= look_every_s - 1e-9:
                looked_s = now_s
                told_kmh = round(sum(past) / len(past) * 10) / 10
                guard = guards.watch(guard, now_s, report(now_s, told_kmh))
            if guard.tripped is not None:
                return guard
    return guard


UP_AND_DOWN = [(45.0, 10.0), (80.0, 3.0), (130.0, 10.0), (150.0, 8.0), (165.0, 5.0), (180.0, 5.5), (200.0, 3.0)]


@pytest.mark.parametrize("mean_s", [0.15, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("rate_kmh_s", [0.3, 0.5, 0.8, 2.0])
def test_a_slow_belt_that_lags_is_taken_up_and_down_without_a_trip(rate_kmh_s: float, mean_s: float) -> None:
    for accel_kmh_s, decel_kmh_s in ((0.5, 0.8), (0.1, 0.1), (3.0, 3.0)):
        limits = Limits(14.0, 12.0, accel_kmh_s, decel_kmh_s)
        guard = followed(UP_AND_DOWN, rate_kmh_s, mean_s, limits=limits)
        assert guard.tripped is None, (guard.tripped, guard.detail, guard.t_s, decel_kmh_s)


def test_a_belt_that_runs_away_trips_within_a_second_and_a_half_of_it() -> None:
    """By the over-speed clause: the slower one, that it does not follow, takes eight."""
    for at_s in (44.0, 100.0):
        for faster_kmh in (1.7, 4.0):
            guard = followed(
                [(45.0, 6.0), (110.0, 4.0)],
                0.8,
                2.0,
                report=lambda t, v, at_s=at_s, faster_kmh=faster_kmh: v + faster_kmh if t > at_s else v,
            )
            assert guard.tripped is TripReason.OVER_SPEED
            assert guard.t_s <= at_s + 1.5


def test_a_belt_that_runs_away_soon_after_it_slowed_down_trips_as_quickly() -> None:
    for rate_kmh_s, mean_s in ((0.8, 2.0), (2.0, 0.5)):
        guard = followed([(45.0, 10.0), (110.0, 3.0)], rate_kmh_s, mean_s, report=lambda t, v: v + 3.0 if t > 59 else v)
        assert guard.tripped is TripReason.OVER_SPEED
        assert 59 < guard.t_s <= 60.5


def test_a_belt_told_to_slow_down_while_its_report_still_rises_does_not_trip() -> None:
    limits = Limits(14.0, 12.0, 3.0, 3.0)
    for slower_at_s in (30.5, 31.0, 32.0, 33.0, 35.0, 37.0):
        for rate_kmh_s in (0.3, 1.0, 3.0):
            guard = followed([(30.0, 3.0), (slower_at_s, 10.0), (90.0, 3.0)], rate_kmh_s, 5.0, limits=limits)
            assert guard.tripped is None, (slower_at_s, rate_kmh_s, guard.t_s, guard.detail)


def test_a_belt_that_slows_down_absurdly_slowly_trips() -> None:
    guard = followed([(30.0, 8.0), (90.0, 3.0)], 0.8, 2.0, report=lambda t, v: 8.0 - 0.12 * (t - 30) if t > 30 else v)
    assert guard.tripped is TripReason.OVER_SPEED
    assert guard.t_s <= 46.0


def test_a_belt_that_stays_a_little_too_fast_trips_though_it_drifts_nearer() -> None:
    guard = followed([(30.0, 5.3), (90.0, 4.0)], 0.8, 2.0, report=lambda t, v: 5.3 - 0.02 * (t - 30) if t > 30 else v)
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.t_s <= 42.0


def test_a_belt_above_the_machines_limit_trips_though_it_was_just_told_to_run_at_it() -> None:
    limits = Limits(max_speed_kmh=10.0)
    for faster_kmh, trips in ((0.9, False), (1.1, True)):
        guard = followed(
            [(60.0, 10.0)], 0.8, 2.0, limits=limits, report=lambda t, v, more=faster_kmh: v + more if t > 50 else v
        )
        assert (guard.tripped is TripReason.OVER_SPEED) is trips


@pytest.mark.parametrize("right_every_s", [0.8, 1.5])
def test_a_look_that_is_right_now_and_then_hides_no_belt_that_is_too_fast(right_every_s: float) -> None:
    guard = followed(
        [(60.0, 5.0)],
        0.8,
        2.0,
        report=lambda t, v: v + 3.0 if t > 30 and t % right_every_s > 0.2 else v,
    )
    assert guard.tripped is TripReason.OVER_SPEED
    assert guard.t_s <= 33.0


def test_one_look_that_is_wrong_trips_nothing() -> None:
    guard = followed([(60.0, 5.0)], 0.8, 2.0, report=lambda t, v: v + 5.0 if 30 < t <= 30.16 else v)
    assert guard.tripped is None
    guard = followed([(60.0, 5.0)], 0.8, 2.0, report=lambda t, v: 0.0 if t % 2 < 0.16 and t > 30 else v)
    assert guard.tripped is None


def test_one_late_look_that_is_wrong_trips_nothing() -> None:
    guard = followed([(60.0, 5.0)], 0.8, 2.0, look_every_s=2.0, report=lambda t, v: v + 5.0 if 30 < t <= 32 else v)
    assert guard.tripped is None


def test_a_belt_that_does_not_slow_down_trips_however_it_reports() -> None:
    stuck: dict[str, Callable[[float, float], float]] = {
        "stuck": lambda t, v: 8.0,
        "right now and then": lambda t, v: 4.0 if t % 2 < 0.2 else 8.0,
        "swings": lambda t, v: 8.0 + 0.8 * math.sin(t),
        "falls a little and rises again": lambda t, v: 7.4 if t % 5 < 2 else 8.0,
        "drifts": lambda t, v: 8.0 - 0.03 * (t - 30),
    }
    for how, report in stuck.items():
        guard = followed(
            [(30.0, 8.0), (90.0, 4.0)], 0.8, 2.0, report=lambda t, v, report=report: report(t, v) if t > 30 else v
        )
        assert guard.tripped in (TripReason.NOT_FOLLOWING, TripReason.OVER_SPEED), how
        assert guard.t_s <= 45.0, how


def test_the_slowest_belt_whose_ramp_is_turned_back_is_not_too_fast() -> None:
    """It goes on as it was for a second, and what it reports is a mean over five: that rises on for seconds."""
    for accel_kmh_s, decel_kmh_s in ((0.5, 0.8), (3.0, 3.0)):
        limits = Limits(14.0, 12.0, accel_kmh_s, decel_kmh_s)
        for back_s in (5.0, 8.0, 13.0, 21.0):
            for rises_kmh_s in (0.25, 0.5, 2.0):
                plan = [(back_s, 12.0), (back_s + 45.0, 0.5)]
                guard = followed(plan, 0.25, 5.0, limits=limits, holds_s=1.0, rises_kmh_s=rises_kmh_s)
                assert guard.tripped is None, (limits, back_s, rises_kmh_s, guard.t_s, guard.tripped, guard.detail)


SWINGS: dict[str, Callable[[float, float], float]] = {
    "sinus": lambda t, period_s: math.sin(2 * math.pi * t / period_s),
    "saw": lambda t, period_s: 4 * abs((t / period_s) % 1 - 0.5) - 1,
    "leaps": lambda t, period_s: 1.0 if (t / period_s) % 1 < 0.5 else -1.0,
}


@pytest.mark.parametrize("how", SWINGS)
@pytest.mark.parametrize("by_kmh", [1.5, 3.0])
@pytest.mark.parametrize("period_s", [1.0, 3.0, 8.0, 16.0, 24.0, 30.0])
def test_a_belt_that_swings_about_its_target_trips(how: str, by_kmh: float, period_s: float) -> None:
    guard = followed(
        [(90.0, 5.0)],
        0.8,
        2.0,
        report=lambda t, v: max(0.0, v + by_kmh * SWINGS[how](t, period_s)) if t > 30 else v,
    )
    assert guard.tripped in (TripReason.NOT_FOLLOWING, TripReason.OVER_SPEED)
    assert guard.t_s <= 30.0 + 25.0


def test_a_belt_that_swings_within_what_is_near_does_not_trip() -> None:
    for how in SWINGS.values():
        guard = followed([(90.0, 5.0)], 0.8, 2.0, report=lambda t, v, how=how: v + 1.0 * how(t, 6.0) if t > 30 else v)
        assert guard.tripped is None


def test_a_slow_belt_that_is_read_wrong_now_and_then_does_not_swing() -> None:
    """It is below its target for long, and one look in two seconds shows it above."""
    for up in (True, False):
        plan = [(20.0, 3.0), (90.0, 10.0)] if up else [(60.0, 10.0), (130.0, 3.0)]
        wrong_kmh = 11.3 if up else 0.5
        guard = followed(plan, 0.3, 2.0, report=lambda t, v, w=wrong_kmh: w if t > 20 and t % 3 < 0.151 else v)
        assert guard.tripped is None, (guard.tripped, guard.detail, guard.t_s)


def test_a_belt_that_does_not_speed_up_trips() -> None:
    guard = followed([(30.0, 4.0), (90.0, 8.0)], 0.8, 2.0, report=lambda t, v: min(v, 4.0))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert 38.0 < guard.t_s < 45.0


def test_a_disarmed_guard_asks_for_a_level_deck() -> None:
    """Whatever it wanted before: what is disarmed moves nothing up, and what is off lowers its deck."""
    guard = walking()
    assert guard.out_incline_pct == 4.0
    assert guards.advance(guards.trip(guard, TripReason.OPERATOR_STOP), 10.1).out_incline_pct == 0.0
    assert guards.advance(guards.disarm(guard), 10.1).out_incline_pct == 0.0
    assert guards.advance(guards.grant(guard, 10.0, None, 1.0), 10.1).out_incline_pct == 0.0
    assert guards.advance(replace(guard, armed=False), 10.1).out_incline_pct == 0.0
    assert guards.advance(guard, 12.0).out_incline_pct == 0.0, "its lease has lapsed"


def test_what_is_disarmed_slows_down_though_it_still_wants_to_run() -> None:
    assert guards.advance(replace(walking(), armed=False), 11.0).out_kmh == pytest.approx(3.0)


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


# --- exactly -------------------------------------------------------------------------------------------------


def test_ramps_count_in_test_time_and_patience_never_below_its_floor() -> None:
    ten = TimeScale(10.0)
    assert Limits(9.0, 8.0, 0.5, 0.8).scaled(ten) == Limits(9.0, 8.0, 5.0, 8.0)
    assert Patience.scaled(TimeScale()) == Patience(over_s=1.0, follow_s=8.0)
    assert Patience.scaled(TimeScale(1.6)) == Patience(over_s=0.625, follow_s=5.0)
    assert Patience.scaled(ten) == Patience(over_s=0.5, follow_s=4.0)
    assert Patience() == Patience.scaled(TimeScale())


def test_a_trip_takes_away_arming_and_wish_and_keeps_its_words() -> None:
    guard = guards.trip(walking(), TripReason.OVER_SPEED, "so fast")
    assert (guard.armed, guard.want, guard.tripped, guard.detail) == (False, None, TripReason.OVER_SPEED, "so fast")
    assert guards.trip(walking(), TripReason.OPERATOR_STOP).detail == ""
    assert guards.disarm(walking()) == replace(walking(), armed=False, want=None)


def test_what_is_held_at_zero_begins_at_zero() -> None:
    guard = guards.hold_at_zero(walking())
    assert (guard.out_kmh, guard.slow_kmh) == (0.0, 0.0)


def test_an_arming_says_until_when_it_waits_and_begins_anew() -> None:
    before = guards.advance(guards.trip(walking(), TripReason.OPERATOR_STOP), 20.0)
    guard = guards.arm(before, 21.0, 8.0, 12.0, at_rest=True)
    fresh = Guard(LIMITS, before.patience, armed=True, armed_speed_kmh=8.0, armed_incline_pct=12.0)
    assert guard == replace(fresh, lease_until_s=26.0, t_s=21.0)
    assert guards.advance(guard, 26.0).armed
    assert not guards.advance(guard, 26.01).armed
    for wrong in (math.nan, math.inf):
        assert guards.arm(before, 21.0, wrong, 12.0, at_rest=True) == before
        assert guards.arm(before, 21.0, 8.0, wrong, at_rest=True) == before


def test_a_lease_is_taken_up_to_the_very_limits_and_lasts_as_long_as_it_says() -> None:
    top = Setpoint(speed_kmh=8.0, incline_pct=12.0)
    guard = guards.grant(armed(), 2.0, top, 0.4)
    assert (guard.want, guard.off, guard.tripped, guard.lease_until_s) == (top, False, None, 2.4)
    assert guards.grant(armed(), 2.0, Setpoint(speed_kmh=0.1, incline_pct=0.0), 9.0).lease_until_s == 3.0
    for lease_s in (0.0, -1.0, math.nan, math.inf):
        tripped = guards.grant(armed(), 2.0, top, lease_s)
        assert tripped.tripped is TripReason.STATION_GARBLED
        assert str(lease_s) in tripped.detail
    beyond = guards.grant(armed(), 2.0, Setpoint(speed_kmh=8.5, incline_pct=3.0), 1.0)
    assert "8.5" in beyond.detail
    assert "3.0" in beyond.detail


def test_a_lease_that_lapses_trips_what_moves_and_disarms_what_does_not() -> None:
    moving = walking()
    assert guards.advance(moving, moving.lease_until_s).tripped is None
    assert guards.advance(moving, moving.lease_until_s + 0.01).tripped is TripReason.LEASE_LAPSED
    waiting = guards.grant(armed(), 0.0, WALK, 1.0)
    lapsed = guards.advance(waiting, 1.5)
    assert (lapsed.armed, lapsed.want, lapsed.tripped, lapsed.out_kmh) == (False, None, None, 0.0)


def test_time_that_runs_backwards_moves_nothing() -> None:
    assert guards.advance(walking(), 9.0).out_kmh == pytest.approx(5.0)


def looked(*looks: tuple[float, float, float, bool, int]) -> tuple[Look, ...]:
    return tuple(guards.Look(*look) for look in looks)


def test_the_looks_of_a_stretch_count_from_its_first_to_its_last_moment() -> None:
    looks = looked(
        (0.0, 0.1, 9.0, False, 0), (1.0, 0.1, 0.0, False, 0), (2.0, 0.1, 10.0, False, 0), (2.5, 0.1, 90.0, False, 0),
        (7.9, 0.1, 80.0, False, 0), (8.5, 0.1, 6.0, False, 0), (9.5, 0.1, 8.0, False, 0),
    )  # fmt: skip
    guard = replace(armed(), looks=looks)
    assert guards._nearer_kmh(guard, 1.0, 1) == pytest.approx(90.0 - 7.0)
    assert guards._nearer_kmh(guard, 7.9, 1) == pytest.approx(43.0 - 7.0)
    assert guards._nearer_kmh(guard, 1.0, -1) == pytest.approx(7.0 - 5.0)
    assert guards._nearer_kmh(guard, 9.5, 1) == 0.0
    away = looked((1.0, 0.1, 5.0, False, 1), (8.5, 0.1, 6.0, False, 1), (9.5, 0.1, 8.0, False, 1))
    assert guards._nearer_kmh(replace(armed(), looks=away), 1.0, 1) == 0.0


def test_how_long_something_was_wrong_counts_back_twice_as_far_and_no_look_for_more_than_a_third() -> None:
    looks = looked(
        (1.0, 0.2, 0.0, True, 1), (2.0, 9.0, 0.0, True, 1), (2.5, 0.1, 0.0, False, 1), (3.0, 0.1, 0.0, True, 0)
    )
    guard = replace(armed(), looks=(*looked((0.9, 0.25, 0.0, True, 1)), *looks))
    assert guards._lasted_s(guard, 3.0, 1.0, lambda one: one.over) == pytest.approx(0.2 + 1 / 3 + 0.1)
    assert guards._lasted_s(guard, 3.0, 2.0, lambda one: one.over) == pytest.approx(0.25 + 0.2 + 2 / 3 + 0.1)


def over_by(kmh: float, seconds: float, every_s: float = 0.25) -> Guard:
    """A belt at 5.0 that reports this much more, looked at so often."""
    guard = guards.advance(walking(), 10.0)
    for look in range(1, round(seconds / every_s) + 1):
        now_s = 10.0 + look * every_s
        guard = guards.advance(guards.grant(guard, now_s, WALK, 1.0), now_s)
        guard = guards.watch(guard, now_s, 5.0 + kmh)
    return guard


def test_over_speed_begins_above_one_mile_an_hour_and_lasts_a_second() -> None:
    assert over_by(1.6, 4.0).tripped is None
    assert over_by(1.7, 0.75).tripped is None
    tripped = over_by(1.7, 1.0)
    assert tripped.tripped is TripReason.OVER_SPEED
    assert "6.7" in tripped.detail
    assert "5.0" in tripped.detail
    assert over_by(1.7, 1.2, 0.6).tripped is None, "two late looks are two thirds of the time"
    assert over_by(1.7, 1.8, 0.6).tripped is TripReason.OVER_SPEED


@pytest.mark.parametrize("side", [-1, 1])
def test_not_following_begins_beyond_a_kilometre_an_hour_and_lasts_eight_seconds(side: int) -> None:
    assert over_by(side * 1.0, 30.0).tripped is None
    assert over_by(side * 1.1, 7.75).tripped is None
    tripped = over_by(side * 1.1, 8.0)
    assert tripped.tripped is TripReason.NOT_FOLLOWING
    assert f"{5.0 + side * 1.1:.1f}" in tripped.detail


def test_a_fast_belt_may_be_off_by_a_fifth() -> None:
    run = Setpoint(speed_kmh=8.0, incline_pct=0.0)
    for off_kmh, trips in ((1.5, False), (1.7, True)):
        guard = armed()
        for step in range(1, 161):
            now_s = step / 4
            guard = guards.advance(guards.grant(guard, now_s, run, 1.0), now_s)
            guard = guards.watch(guard, now_s, guard.out_kmh if now_s < 15 else guard.out_kmh - off_kmh)
        assert (guard.tripped is TripReason.NOT_FOLLOWING) is trips


def test_what_is_tripped_or_off_is_not_watched() -> None:
    guard = over_by(1.7, 0.75)
    assert guard.looks
    assert guards.watch(guards.trip(guard, TripReason.OPERATOR_STOP), 11.0, 9.0).looks == ()
    still = guards.watch(replace(armed(), looks=guard.looks), 11.0, 9.0)
    assert (still.looks, still.tripped) == ((), None)


def test_looks_are_kept_for_twice_the_time_a_belt_is_given_to_follow() -> None:
    guard = over_by(0.0, 30.0)
    assert guard.looks[0].t_s == 24.0
    assert guard.looks[-1] == guards.Look(40.0, 0.25, 5.0, False, 0)


def slow_kmh(speeds: list[tuple[float, float]], out_kmh: float = 3.0, was_kmh: float = 9.0) -> float:
    """Where the slowest belt that obeys may be, after these looks at (time, speed)."""
    guard = replace(armed(), out_kmh=out_kmh, slow_kmh=was_kmh)
    for at_s, kmh in speeds:
        guard = guards.watch(replace(guard, slow_kmh=was_kmh), at_s, kmh)
    return guard.slow_kmh


def test_a_belt_whose_report_falls_is_no_faster_than_it_has_reported() -> None:
    """By two tenths in three looks, among those of the last six seconds; never below what it is told."""
    late = [(8.0, 7.5), (9.0, 7.5), (10.0, 7.8)]
    assert slow_kmh([(4.0, 8.0), *late]) == 8.0
    assert slow_kmh([(4.25, 8.0), *late]) == 9.0, "what it reported a lag ago is not known"
    assert slow_kmh([(4.0, 8.0), (8.0, 7.5), (9.0, 7.5), (10.0, 7.9)]) == 9.0
    assert slow_kmh([(4.0, 8.0), (5.0, 8.0), (6.0, 8.0), (7.0, 8.0), (9.0, 7.9), (9.5, 7.0), (10.0, 7.0)]) == 9.0
    assert slow_kmh([(3.0, 9.0), (4.0, 8.0), *late]) == 8.0
    assert slow_kmh([(4.0, 8.0), *late], was_kmh=7.9) == 7.9
    assert slow_kmh([(4.0, 8.0), *late], out_kmh=8.5) == 8.5


def test_what_is_too_fast_begins_above_each_limit_and_each_side_of_a_target_is_told() -> None:
    guard = replace(armed(), out_kmh=10.0, slow_kmh=10.0)
    looks = [guards.watch(guard, 1.0, kmh).looks[-1] for kmh in (11.0, 11.1, 12.1, 7.9, 8.0)]
    assert [(one.over, one.side, one.lasted_s) for one in looks] == [
        (False, 0, 0.0), (True, 0, 0.0), (True, 1, 0.0), (False, -1, 0.0), (False, 0, 0.0),
    ]  # fmt: skip
    slower = replace(armed(), out_kmh=5.0, slow_kmh=5.0)
    assert [guards.watch(slower, 1.0, kmh).looks[-1].over for kmh in (6.6, 6.7, 9.9)] == [False, True, True]
    assert not guards.watch(replace(slower, slow_kmh=9.5), 1.0, 10.5).looks[-1].over


def swinging(below_s: float, above_s: float, from_s: float = 6.0) -> Guard:
    """A belt that was below a target which has stood since 0.0, and then above it; looked at twice a second."""
    times = [from_s + n / 2 for n in range(round(2 * (below_s + above_s)))]
    sides = [-1 if n < 2 * below_s else 1 for n in range(len(times))]
    looks = ((t_s, 0.5, 5.0 + 2 * side, False, side) for t_s, side in zip(times, sides, strict=True))
    return replace(armed(), looks=looked(*looks))


def test_a_belt_swings_that_is_off_for_two_seconds_on_each_side_of_a_target_that_has_stood_for_six() -> None:
    assert guards._swings(swinging(2.0, 2.0), 10.0)
    assert not guards._swings(swinging(2.0, 2.0, 5.5), 10.0)
    assert not guards._swings(swinging(1.5, 6.0), 14.0)
    assert not guards._swings(swinging(6.0, 1.5), 14.0)
    for side in (-1, 1):
        tripped = guards._watch_following(swinging(2.0, 2.0), 10.0, side, "so fast")
        assert (tripped.tripped, tripped.detail) == (TripReason.NOT_FOLLOWING, "so fast, above and below it by turns")
    assert guards._watch_following(swinging(2.0, 2.0), 10.0, 0, "so fast").tripped is None


def test_a_belt_off_its_target_must_come_nearer_by_just_so_much() -> None:
    for nearer_kmh, trips in ((0.63, True), (0.64, False)):
        looks = looked(*((n / 4, 0.25, 0.0 if n < 24 else nearer_kmh, False, -1) for n in range(33)))
        guard = guards._watch_following(replace(armed(), looks=looks), 8.0, -1, "so slow")
        assert (guard.tripped is TripReason.NOT_FOLLOWING) is trips
        assert guard.detail == ("so slow" if trips else "")


def test_since_when_a_target_stands_is_known() -> None:
    guard = walking()
    assert guard.out_since_s == 5.0
    assert guards.advance(guard, 10.5).out_since_s == 5.0
    assert guards.advance(guards.trip(guard, TripReason.OPERATOR_STOP), 10.5).out_since_s == 10.5
    assert guards.hold_at_zero(guard).out_since_s == 10.0


def test_what_is_not_armed_takes_no_lease_and_an_arming_keeps_the_guards_patience() -> None:
    assert guards.grant(Guard(LIMITS), 0.0, WALK, 1.0) == Guard(LIMITS)
    patient = Guard(LIMITS, Patience(0.5, 4.0))
    assert guards.arm(patient, 0.0, 8.0, 12.0, at_rest=True).patience == Patience(0.5, 4.0)


def test_looks_of_how_a_belt_goes_along_are_kept_as_long_and_dropped_with_the_others() -> None:
    guard = over_by(0.0, 30.0)
    assert guard.follows.looks[0].t_s == 24.0
    off = guards.watch(guards.trip(guard, TripReason.OPERATOR_STOP), 41.0, 5.0)
    assert (off.looks, off.follows.looks) == ((), ())
    assert off.follows.told_kmh == guard.follows.told_kmh


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
        "if over and _lasted_s(",
        "if False and _lasted_s(",
        test_a_belt_that_runs_away_trips_within_a_second_and_a_half_of_it,
    ),
    "the machine's limit is none": (
        "measured_kmh > guard.limits.max_speed_kmh + OVER_LIMIT_KMH",
        "False",
        test_a_belt_above_the_machines_limit_trips_though_it_was_just_told_to_run_at_it,
    ),
    "one right look begins the waiting for over-speed anew": (
        "    guard = replace(guard, looks=(*(one for one in guard.looks if one.t_s >= kept_s), look))\n",
        "    guard = replace(guard, looks=(*guard.looks, look) if over else (look,))\n",
        lambda: test_a_look_that_is_right_now_and_then_hides_no_belt_that_is_too_fast(0.8),
    ),
    "one late look is a second of over-speed": (
        "min(one.lasted_s, for_s / 3)",
        "one.lasted_s",
        test_one_late_look_that_is_wrong_trips_nothing,
    ),
    "every belt slows down as it is told": (
        "slow_kmh = max(out_kmh, guard.slow_kmh - SLOWEST_KMH_S * dt_s)",
        "slow_kmh = out_kmh",
        lambda: test_a_slow_belt_that_lags_is_taken_up_and_down_without_a_trip(0.5, 5.0),
    ),
    "what is seen of a belt that slows down says nothing": (
        "if guard.looks[0].t_s <= now_s - LAGS_S:",
        "if False:",
        test_a_belt_that_runs_away_soon_after_it_slowed_down_trips_as_quickly,
    ),
    "a report that still rises shows how fast the belt is": (
        "<= seen_kmh - FALLS_KMH:",
        "<= seen_kmh:",
        test_the_slowest_belt_whose_ramp_is_turned_back_is_not_too_fast,
    ),
    "a belt that swings comes nearer by turns": (
        "if side != 0 and _swings(guard, now_s):",
        "if False:",
        lambda: test_a_belt_that_swings_about_its_target_trips("sinus", 1.5, 8.0),
    ),
    "whatever the target did, a belt swings": (
        "one.t_s >= steady_s and one.side == side",
        "one.side == side",
        test_a_belt_told_to_slow_down_while_its_report_still_rises_does_not_trip,
    ),
    "a wrong look now and then is a swing": (
        "return min(below_s, above_s) >= SIDE_SHARE * follow_s",
        "return below_s + above_s >= 0.5 * follow_s and min(below_s, above_s) > 0.0",
        test_a_slow_belt_that_is_read_wrong_now_and_then_does_not_swing,
    ),
    "no belt slows down": (
        "slow_kmh = max(out_kmh, guard.slow_kmh - SLOWEST_KMH_S * dt_s)",
        "slow_kmh = max(out_kmh, guard.slow_kmh)",
        test_a_belt_that_slows_down_absurdly_slowly_trips,
    ),
    "a stuck belt goes unnoticed": (
        "if nearer_kmh < FOLLOWS_KMH_S * follow_s:",
        "if False:",
        test_a_belt_that_does_not_follow_trips,
    ),
    "any belt off its target is stuck": (
        "if nearer_kmh < FOLLOWS_KMH_S * follow_s:",
        "if True:",
        lambda: test_a_slow_belt_that_lags_is_taken_up_and_down_without_a_trip(0.3, 5.0),
    ),
    "any movement follows": (
        "if nearer_kmh < FOLLOWS_KMH_S * follow_s:",
        "if nearer_kmh < 0.05:",
        test_a_belt_that_stays_a_little_too_fast_trips_though_it_drifts_nearer,
    ),
    "either side is off": (
        "lambda one: one.side == side)",
        "lambda one: one.side != 0)",
        test_a_belt_told_to_slow_down_while_its_report_still_rises_does_not_trip,
    ),
    "away is as good as near": (
        "max(side * (was_kmh - last_kmh)",
        "max(-side * (was_kmh - last_kmh)",
        lambda: test_a_slow_belt_that_lags_is_taken_up_and_down_without_a_trip(0.3, 5.0),
    ),
    "the deck of a disarmed belt stays up": (
        "incline_pct = 0.0 if guard.want is None or not guard.armed else",
        "incline_pct = 0.0 if guard.want is None else",
        test_a_disarmed_guard_asks_for_a_level_deck,
    ),
    "a disarmed belt goes on": (
        "want_kmh = 0.0 if guard.want is None or not guard.armed else",
        "want_kmh = 0.0 if guard.want is None else",
        test_what_is_disarmed_slows_down_though_it_still_wants_to_run,
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
