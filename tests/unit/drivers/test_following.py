"""A belt that does not go along when its target changes is found, however small the step; one that obeys is not."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random

import pytest

import drivers.following as module
from drivers import guard as guards
from drivers.following import Following, Known
from drivers.guard import Guard, Limits, Patience
from tests.mutants import fails_with
from teststation.clock import TimeScale
from teststation.ports import Setpoint, TripReason

LOOK_S = 0.25
MPH = 1.609344 * 0.1
Plan = Sequence[tuple[float, float]]  # (until when, speed in km/h)

BOUTS: Plan = [(60.0, 4.0), (120.0, 5.0), (180.0, 4.0), (240.0, 5.0), (300.0, 4.0)]


@dataclass(slots=True)
class Belt:
    """A belt that moves at ``rate_kmh_s``, begins to ``holds_s`` late, and reports a mean in steps of ``step_kmh``.

    Args:
        rate_kmh_s: How fast it goes to its target.
        mean_s: What it reports is a mean over this long.
        scale: Its true speed for one that is told; what it reports is its true speed.
        does: (time, target) -> the target it goes to instead.
        adds: (time) -> what its report is wrong by.
    """

    rate_kmh_s: float = 1.0
    mean_s: float = 2.0
    holds_s: float = 0.0
    step_kmh: float = 0.1
    scale: float = 1.0
    does: Callable[[float, float], float] = lambda t_s, kmh: kmh
    adds: Callable[[float], float] = lambda t_s: 0.0
    speed_kmh: float = 0.0
    _past: list[float] = field(default_factory=list)
    _told: list[float] = field(default_factory=list)

    def run(self, t_s: float, out_kmh: float) -> float:
        """What it reports one look later."""
        set_kmh = round(out_kmh / self.step_kmh) * self.step_kmh * self.scale
        self._told.append(set_kmh)
        late_kmh = self._told[max(0, len(self._told) - 1 - round(self.holds_s / LOOK_S))]
        away_kmh = self.does(t_s, late_kmh) - self.speed_kmh
        goes_kmh = self.rate_kmh_s * LOOK_S
        self.speed_kmh += max(-goes_kmh, min(goes_kmh, away_kmh))
        self._past = [*self._past, self.speed_kmh][-max(1, round(self.mean_s / LOOK_S)) :]
        mean_kmh = sum(self._past) / len(self._past) + self.adds(t_s)
        return round(mean_kmh / self.step_kmh) * self.step_kmh


def walked(plan: Plan, belt: Belt, *, limits: Limits | None = None, scale: TimeScale | None = None) -> Guard:
    """The guard over a belt that walks this plan; ``scale`` as a driver takes it."""
    scale = scale or TimeScale()
    guard = Guard(
        (limits or Limits(max_speed_kmh=14.0)).scaled(scale), Patience.scaled(scale),
        follows=replace(Following.scaled(scale), step_kmh=belt.step_kmh),
    )  # fmt: skip
    guard = guards.arm(guard, 0.0, 14.0, 12.0, at_rest=True)
    now_s = 0.0
    for until_s, set_kmh in plan:
        while now_s < until_s:
            now_s += LOOK_S
            guard = guards.grant(guard, now_s, Setpoint(speed_kmh=set_kmh, incline_pct=0.0), 1.0)
            guard = guards.advance(guard, now_s)
            guard = guards.watch(guard, now_s, belt.run(now_s, guard.out_kmh))
            if guard.tripped is not None:
                return guard
    return guard


def stuck(at_s: float) -> Callable[[float, float], float]:
    """From then on a belt keeps the target it had."""
    kept: list[float] = []

    def does(t_s: float, kmh: float) -> float:
        if t_s <= at_s:
            kept[:] = [kmh]
        return kept[0]

    return does


# --- found -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean_s", [0.25, 5.0])
@pytest.mark.parametrize("step_kmh", [0.0036, 0.1, MPH])
@pytest.mark.parametrize("change_kmh", [0.5, -0.5, 1.0, -1.0, 2.5])
def test_a_belt_that_sticks_where_it_was_is_found_within_twenty_seconds_of_the_step(
    change_kmh: float, step_kmh: float, mean_s: float
) -> None:
    plan = [(60.0, 4.0), (120.0, 4.0 + change_kmh)]
    guard = walked(plan, Belt(mean_s=mean_s, step_kmh=step_kmh, does=stuck(59.0)))
    assert guard.tripped in (TripReason.NOT_FOLLOWING, TripReason.OVER_SPEED)
    assert 60.0 < guard.t_s <= 80.0


def test_it_says_so() -> None:
    guard = walked([(60.0, 4.0), (120.0, 5.0)], Belt(does=stuck(59.0)))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.detail == "measured 4.0 km/h at 5.0 set, and it did not go along when that was changed"


def test_a_belt_that_sticks_on_its_way_is_found() -> None:
    plan = [(60.0, 4.0), (120.0, 5.0)]
    for reaches_kmh in (4.2, 4.4, 4.6):
        guard = walked(plan, Belt(does=lambda t, kmh, to=reaches_kmh: min(kmh, to)))
        assert guard.tripped is TripReason.NOT_FOLLOWING, reaches_kmh
        assert guard.t_s <= 80.0


def test_a_belt_that_goes_half_the_way_is_found_up_and_down() -> None:
    for change_kmh in (1.0, -1.0, 1.8):
        plan = [(60.0, 4.0), (120.0, 4.0 + change_kmh)]
        guard = walked(plan, Belt(does=lambda t, kmh: kmh if t < 60 else 4.0 + (kmh - 4.0) / 2))
        assert guard.tripped is TripReason.NOT_FOLLOWING, change_kmh
        assert guard.t_s <= 82.0


def test_a_belt_that_goes_too_far_is_found() -> None:
    guard = walked([(60.0, 4.0), (120.0, 4.5)], Belt(does=lambda t, kmh: kmh if t < 60 else kmh + 0.6))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.t_s <= 80.0


@pytest.mark.parametrize("step_kmh", [0.1, 0.2, 0.3])
def test_small_steps_that_are_none_by_themselves_are_found_together(step_kmh: float) -> None:
    plan = [(60.0 + 30.0 * n, 4.0 + step_kmh * n) for n in range(9)]
    guard = walked(plan, Belt(does=stuck(59.0)))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    missed_kmh = guard.out_kmh - 4.0
    assert missed_kmh <= 0.5 + step_kmh, "not long after what an honest report may miss"


def test_a_ramp_that_never_stands_hides_no_stuck_belt() -> None:
    plan = [(60.0, 4.0), *((60.0 + n, 4.0 + 0.02 * n) for n in range(1, 61))]  # 1.2 km/h a minute
    guard = walked(plan, Belt(does=stuck(59.0)))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.t_s <= 100.0


def test_bouts_and_pauses_by_turns_hide_no_stuck_belt() -> None:
    short = [(60.0, 4.0), *((60.0 + 15.0 * n, 4.0 if n % 2 == 0 else 5.0) for n in range(1, 13))]
    guard = walked(short, Belt(does=stuck(59.0)))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.t_s <= 110.0


def test_a_report_that_stands_off_its_target_hides_no_stuck_belt() -> None:
    """One that reads 0.6 low at 4.0 reads right at 4.0 where 4.6 is told: that is no following."""
    for off_kmh in (-0.6, 0.6):
        guard = walked([(60.0, 4.0), (120.0, 4.6)], Belt(does=stuck(59.0), adds=lambda t, off=off_kmh: off))
        assert guard.tripped is TripReason.NOT_FOLLOWING, off_kmh


@pytest.mark.parametrize("right_every_s", [0.8, 1.5, 4.0])
def test_a_look_that_is_right_now_and_then_hides_no_stuck_belt(right_every_s: float) -> None:
    belt = Belt(does=stuck(59.0), adds=lambda t: 1.0 if t > 60 and t % right_every_s < 0.2 else 0.0)
    guard = walked([(60.0, 4.0), (120.0, 5.0)], belt)
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.t_s <= 84.0


def test_in_twentyfold_time_a_stuck_belt_is_found_within_one_bout() -> None:
    plan = [(15.0, 4.0), (27.0, 5.0)]
    guard = walked(plan, Belt(rate_kmh_s=20.0, mean_s=0.15, does=stuck(14.0)), scale=TimeScale(20.0))
    assert guard.tripped is TripReason.NOT_FOLLOWING
    assert guard.t_s <= 15.0 + 8.0


# --- not found ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean_s", [0.25, 5.0])
@pytest.mark.parametrize("rate_kmh_s", [0.25, 0.5, 3.0])
@pytest.mark.parametrize("step_kmh", [0.1, MPH])
def test_a_slow_belt_that_lags_goes_along(rate_kmh_s: float, mean_s: float, step_kmh: float) -> None:
    plans: list[Plan] = [
        BOUTS,
        [(30.0, 2.0), (60.0, 9.0), (90.0, 3.0), (150.0, 10.0), (200.0, 0.5)],
        [(40.0, 3.0), *((40.0 + 12.0 * n, 3.0 + 0.5 * n) for n in range(1, 12))],
        [(40.0, 3.0), *((40.0 + 3.0 * n, 3.0 + (0.5 if n % 2 else 0.0)) for n in range(1, 20))],
    ]
    for plan in plans:
        for limits in (Limits(14.0, 12.0), Limits(14.0, 12.0, 3.0, 3.0)):
            belt = Belt(rate_kmh_s=rate_kmh_s, mean_s=mean_s, holds_s=0.9, step_kmh=step_kmh)
            guard = walked(plan, belt, limits=limits)
            assert guard.tripped is None, (plan, limits, guard.t_s, guard.detail)


@pytest.mark.parametrize("step_kmh", [0.1, MPH])
@pytest.mark.parametrize("scale", [0.95, 1.02, 1.05])
def test_a_belt_whose_scale_is_out_goes_along(scale: float, step_kmh: float) -> None:
    for n in (0, 7, 15):
        plan = [(30.0, 3.0 + 0.1 * n), (60.0, 3.5 + 0.1 * n), (90.0, 3.2 + 0.1 * n), (120.0, 9.0), (150.0, 3.0)]
        guard = walked(plan, Belt(scale=scale, step_kmh=step_kmh))
        assert guard.tripped is None, (n, guard.t_s, guard.detail)


def test_a_report_that_is_off_wanders_and_shakes_goes_along() -> None:
    for seed in range(2):
        shakes = Random(seed)
        for off_kmh in (-0.8, 0.8):
            belt = Belt(adds=lambda t, off=off_kmh, by=shakes: off + 0.08 * math.sin(t / 7) + by.gauss(0.0, 0.1))
            guard = walked(BOUTS, belt)
            assert guard.tripped is None, (seed, off_kmh, guard.t_s, guard.detail)


def test_a_few_seconds_off_as_a_person_steps_on_or_leans_back_are_no_straying() -> None:
    for at_s in (52.0, 58.0, 61.0, 70.0, 100.0):
        belt = Belt(adds=lambda t, at=at_s: -0.6 if at <= t < at + 5.0 else 0.0)
        guard = walked(BOUTS, belt)
        assert guard.tripped is None, (at_s, guard.t_s, guard.detail)


def test_where_the_target_has_not_changed_a_report_a_little_off_trips_nothing() -> None:
    guard = walked([(120.0, 5.0)], Belt(adds=lambda t: 0.6 if t > 40 else 0.0))
    assert guard.tripped is None


def test_another_start_knows_nothing_of_the_one_before() -> None:
    known = Following(known=(Known(4.0, 4.0),), told_kmh=4.0, low_kmh=4.0, high_kmh=4.0, step_kmh=0.2, lags_s=3.0)
    guard = guards.arm(Guard(Limits(), follows=known), 0.0, 8.0, 5.0, at_rest=True)
    assert guard.follows == Following(step_kmh=0.2, lags_s=3.0)
    assert guards.hold_at_zero(replace(guard, follows=known)).follows == Following(step_kmh=0.2, lags_s=3.0)


def test_what_waits_for_wires_never_shrinks_below_its_floor() -> None:
    assert Following.scaled(TimeScale()) == Following()
    twenty = Following.scaled(TimeScale(20.0))
    assert (twenty.slowest_kmh_s, twenty.lags_s, twenty.settled_s) == (5.0, 2.0, 1.0)


# --- exactly -----------------------------------------------------------------------------------------------------


def test_between_the_fastest_and_the_slowest_belt_lies_every_one_that_obeys() -> None:
    following = Following()
    for out_kmh, low_kmh, high_kmh in ((4.0, 0.25, 4.0), (4.0, 0.5, 4.0), (0.3, 0.3, 3.75), (0.3, 0.3, 3.5)):
        following = module.told(following, 1.0, out_kmh)
        assert (following.low_kmh, following.high_kmh) == pytest.approx((low_kmh, high_kmh))
    assert module.told(Following(step_kmh=MPH), 1.0, 5.5).told_kmh == pytest.approx(5.4718, abs=1e-3)


def test_a_target_is_known_only_once_it_was_read_long_enough_at_rest_with_itself() -> None:
    def known(stood_s: float) -> tuple[Known, ...]:
        following = Following()
        for look in range(round(stood_s / 0.5) + 1):
            following = module.told(following, 0.5 if look else 100.0, 4.0)
            following = module.read(following, look * 0.5, 3.9 if look % 3 else 9.9, 16.0)
        return module.told(following, 0.5, 5.0).known

    # Six seconds for any report's lag, and four of looks after them.
    assert known(10.0) == ()
    assert known(10.5) == (Known(4.0, 3.9),)
    assert known(60.0) == (Known(4.0, 3.9),), "the middle of the looks, not their mean"


def test_the_latest_reading_at_a_target_counts() -> None:
    following = Following(known=(Known(4.0, 3.0), Known(5.0, 5.1)), told_kmh=4.0, low_kmh=4.0, high_kmh=4.0)
    for look in range(30):
        following = module.read(module.told(following, 0.5, 4.0), look * 0.5, 4.2, 16.0)
    assert module.told(following, 0.5, 6.0).known == (Known(5.0, 5.1), Known(4.0, 4.2))


@pytest.mark.parametrize(
    ("told_kmh", "went_kmh", "astray"),
    [(5.0, 0.66, 0), (5.0, 0.64, -1), (5.0, 1.34, 0), (5.0, 1.36, 1), (9.0, 4.46, 0), (9.0, 4.44, -1), (9.0, 5.56, 1)],
)
def test_a_report_may_miss_a_step_and_a_little_of_a_change(told_kmh: float, went_kmh: float, astray: int) -> None:
    following = Following(known=(Known(4.0, 3.7),), told_kmh=told_kmh, low_kmh=told_kmh, high_kmh=told_kmh)
    assert module.read(following, 100.0, 3.7 + went_kmh, 16.0).looks[-1].astray == astray


def test_back_at_a_target_that_is_known_the_others_still_say_what_is_to_be_read() -> None:
    following = Following(known=(Known(4.0, 4.0), Known(5.0, 5.0)), told_kmh=4.0, low_kmh=4.0, high_kmh=4.0)
    assert module.read(following, 100.0, 5.0, 16.0).looks[-1].astray == 1


def test_one_look_after_a_silence_stands_for_no_more_of_it_than_any() -> None:
    """However long the silence was: three looks that are astray are the fewest."""
    for silent_s in (10.0, 60.0):
        following = Following(known=(Known(4.0, 4.0),), told_kmh=5.0, low_kmh=5.0, high_kmh=5.0)
        following = module.read(following, 100.0, 5.0, 16.0)
        looks = 0
        while not module.is_astray(following, 9.0):
            looks += 1
            following = module.read(following, 100.0 + silent_s + 3.0 * (looks - 1), 4.0, 18.0)
            assert looks <= 4
        assert looks == (3 if silent_s < 18.0 else 4), "the first look of all stands for nothing yet"


def test_nothing_is_learnt_of_a_target_before_it_is_left() -> None:
    following = Following(told_kmh=4.0, low_kmh=4.0, high_kmh=4.0)
    for look in range(60):
        following = module.read(module.told(following, 0.5, 4.0), look * 0.5, 4.2, 16.0)
    assert following.known == ()
    assert module.told(following, 0.5, 4.1).known == (Known(4.0, 4.2),)


def test_looks_are_kept_to_the_very_moment_and_each_stands_since_the_one_before() -> None:
    following = Following()
    for look in range(81):
        following = module.read(following, look * 0.5, 0.0, 16.0)
    assert (following.looks[0].t_s, following.looks[-1].t_s) == (24.0, 40.0)
    assert {one.lasted_s for one in following.looks} == {0.5}
    assert module.read(Following(), 7.0, 0.0, 16.0).looks[0].lasted_s == 0.0


def lying(t_s: float, low_kmh: float, high_kmh: float, lasted_s: float = 0.5, astray: int = 0) -> module.Look:
    return module.Look(t_s, lasted_s, 0.0, low_kmh, high_kmh, False, astray)


@pytest.mark.parametrize(("was_kmh", "is_kmh", "astray"), [(4.0, 5.0, -1), (5.0, 4.0, 1)])
def test_a_report_may_lie_where_an_obeying_belt_was_within_its_lag(was_kmh: float, is_kmh: float, astray: int) -> None:
    def read(t_s: float, stood_s: float) -> int:
        following = Following(
            known=(Known(was_kmh, was_kmh),), told_kmh=is_kmh, low_kmh=is_kmh, high_kmh=is_kmh, stood_s=stood_s,
            looks=(lying(94.0, was_kmh, was_kmh),),
        )  # fmt: skip
        return module.read(following, t_s, was_kmh, 16.0).looks[-1].astray

    assert read(100.0, 6.0) == 0
    assert read(100.25, 6.0) == astray
    assert read(100.0, 6.25) == astray, "a target that has stood for longer than any lag is where it is"


def test_how_long_a_belt_was_astray_counts_back_twice_as_far_and_one_side_alone() -> None:
    def astray(first_s: float, side: int) -> bool:
        looks = (lying(first_s, 5.0, 5.0, 1.0, side), *(lying(t_s, 5.0, 5.0, 1.0, -1) for t_s in (5.0, 7.0, 10.0)))
        return module.is_astray(Following(looks=looks), 4.0)

    assert astray(2.0, -1)
    assert not astray(1.75, -1)
    assert not astray(2.0, 1)
    assert not astray(2.0, 0)


FAULTS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "back at a target nothing is known": (
        "            continue  #",
        "            break  #",
        test_back_at_a_target_that_is_known_the_others_still_say_what_is_to_be_read,
    ),
    "one look stands for a whole silence": (
        "min(one.lasted_s, for_s / LOOK_SHARE)",
        "one.lasted_s",
        test_one_look_after_a_silence_stands_for_no_more_of_it_than_any,
    ),
    "a belt that does not go along goes unnoticed": (
        "return -1\n",
        "return 0\n",
        test_it_says_so,
    ),
    "too far is never astray": ("return 1\n", "return 0\n", test_a_belt_that_goes_too_far_is_found),
    "every belt is as quick as it is told": (
        "low_kmh, high_kmh = min(told_kmh, following.low_kmh + goes_kmh), ",
        "low_kmh, high_kmh = told_kmh, ",
        lambda: test_a_slow_belt_that_lags_goes_along(0.25, 5.0, 0.1),
    ),
    "no belt is slow to slow down": (
        "max(told_kmh, following.high_kmh - goes_kmh)",
        "told_kmh",
        lambda: test_a_slow_belt_that_lags_goes_along(0.25, 5.0, 0.1),
    ),
    "no report lags": (
        "one.t_s >= now_s - following.lags_s]",
        "False]",
        lambda: test_a_slow_belt_that_lags_goes_along(0.25, 5.0, 0.1),
    ),
    "each step is judged by the last one alone": (
        "known=(*others, here)",
        "known=(here,)",
        lambda: test_small_steps_that_are_none_by_themselves_are_found_together(0.2),
    ),
    "a report must be right and not only go along": (
        "went_kmh = measured_kmh - one.measured_kmh",
        "went_kmh = measured_kmh - one.told_kmh",
        test_a_report_that_is_off_wanders_and_shakes_goes_along,
    ),
    "one look that is right begins the waiting anew": (
        "astray = [one for one in following.looks if one.astray == side and one.t_s >= since_s]",
        "astray = following.looks[max([n for n, one in enumerate(following.looks) if one.astray != side], default=-1) + 1 :]",  # noqa: E501
        lambda: test_a_look_that_is_right_now_and_then_hides_no_stuck_belt(1.5),
    ),
    "a moment astray is enough": (
        ">= for_s\n",
        ">= for_s / 4\n",
        test_a_few_seconds_off_as_a_person_steps_on_or_leans_back_are_no_straying,
    ),
    "the last look at a target is what is known of it": (
        "median(one.measured_kmh for one in settled)",
        "settled[-1].measured_kmh",
        test_a_few_seconds_off_as_a_person_steps_on_or_leans_back_are_no_straying,
    ),
    "time is never scaled": (
        "slowest_kmh_s=SLOWEST_KMH_S * scale.factor,\n            lags_s=scale.wall_s(LAGS_S, 2.0)",
        "lags_s=3 * LAGS_S",
        test_in_twentyfold_time_a_stuck_belt_is_found_within_one_bout,
    ),
}


def test_the_fact_fails_where_the_guard_does_not_ask() -> None:
    fails_with(guards, "if following.is_astray(guard.follows, follow_s):", "if False:", test_it_says_so)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fact_fails_on_a_fault_that_is_planted(fault: str) -> None:
    fails_with(module, *FAULTS[fault])
