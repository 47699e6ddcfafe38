"""4x4 intervals from the person's own test: the pulse to aim at, and the belt setting that should give it.

Nothing is prescribed that the belt cannot do or its guard would not let through. Who walked the test walks the
intervals, uphill: the relative load counts, not the gait (Helgerud; walking uphill spares the joints).
"""

from dataclasses import dataclass

import msgspec

from teststation.physiology.metabolic import RUN_FROM_KMH, SURELY_WALKS_TO_KMH, WALK_FROM_KMH
from teststation.physiology.result import Line, StageResult, ThresholdTraining
from teststation.ports import TreadmillInfo
from teststation.subject import Gait
from teststation.units import M_PER_MIN_PER_KMH

# The bout's pulse, the part of it that leaves the load as it is in the third minute (85 to 90 %), and where to aim
# ("closer to 85 than 95"; Rusfeltets hovedorganisasjon).
HR_SHARE_LOW, HR_SHARE_HIGH = 0.85, 0.95
HR_SHARE_LOAD_HIGH = 0.90
HR_SHARE_TARGET = 0.88
HR_SHARE_EASY = 0.70  # warm-up and pauses (Rusfeltets hovedorganisasjon)
INCLINE_MIN_PCT = 5.0  # the same source
INCLINE_MAX_PCT = 15.0  # a walk steeper than this is climbing; a choice of this project
RUNS_ABOVE_KMH = 7.0
EASY_WALK_UP_TO_KMH = 5.0
SPEED_STEP_KMH, INCLINE_STEP_PCT = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class Reach:
    """What the belt can do, as its driver and guard say it; the guard's own default where no belt is known."""

    max_speed_kmh: float = 12.0
    max_incline_pct: float = 25.0
    min_speed_kmh: float = 0.0
    speed_step_kmh: float = SPEED_STEP_KMH
    incline_step_pct: float = INCLINE_STEP_PCT

    @classmethod
    def of(cls, belt: TreadmillInfo | None) -> "Reach":
        """A treadmill's; steps no finer than anybody sets by hand."""
        if belt is None:
            return cls()
        return cls(
            belt.max_speed_kmh,
            belt.max_incline_pct,
            belt.min_speed_kmh,
            max(belt.speed_step_kmh, SPEED_STEP_KMH),
            max(belt.incline_step_pct, INCLINE_STEP_PCT),
        )

    def speed(self, kmh: float) -> float:
        """The nearest speed that can be set and is not above the highest."""
        return _set_to(kmh, self.speed_step_kmh, self.min_speed_kmh, self.max_speed_kmh)

    def incline(self, pct: float) -> float:
        """The nearest incline that can be set and is not above the highest."""
        return _set_to(pct, self.incline_step_pct, 0.0, self.max_incline_pct)


def four_by_four(
    line: Line,
    hr_max_bpm: float,
    stages: tuple[StageResult, ...],
    reach: Reach | None = None,
    *,
    may_run: bool = False,
) -> ThresholdTraining | None:
    """The setting at the speed of the last stage used, uphill.

    Args:
        reach: What the belt can do.
        may_run: Whether the clinic lets who walked the test run where walking is too little.
    Returns:
        None where no stage was used, or the slowest walk on the level is already too much.
    """
    used = [stage for stage in stages if stage.used and stage.observation.actual.speed_kmh is not None]
    if not used:
        return None
    belt = reach or Reach()
    last = used[-1].observation
    vo2 = _uptake(line, HR_SHARE_TARGET * hr_max_bpm)
    found = None
    if last.gait is Gait.RUN:
        found = _run(vo2, belt)
    if found is None:
        found = _walk(vo2, float(last.actual.speed_kmh or 0.0), belt)
        if found is not None and found[2] and may_run:
            found = _run(vo2, belt) or found
    if found is None:
        return None
    gait, speed_kmh, short = found
    inclines = [
        _incline(_uptake(line, share * hr_max_bpm), speed_kmh, gait)
        for share in (HR_SHARE_LOW, HR_SHARE_TARGET, HR_SHARE_LOAD_HIGH)
    ]
    steepest = min(belt.max_incline_pct, INCLINE_MAX_PCT)
    low, target, high = (belt.incline(min(max(incline, 0.0), steepest)) for incline in inclines)
    easy_kmh, easy_pct = easy_load(line, HR_SHARE_EASY * hr_max_bpm, speed_kmh, target, belt)
    return ThresholdTraining(
        hr_low_bpm=HR_SHARE_LOW * hr_max_bpm,
        hr_high_bpm=HR_SHARE_HIGH * hr_max_bpm,
        hr_target_bpm=HR_SHARE_TARGET * hr_max_bpm,
        speed_kmh=speed_kmh,
        incline_pct=target,
        gait=gait,
        incline_low_pct=low,
        incline_high_pct=high,
        easy_speed_kmh=easy_kmh,
        easy_incline_pct=easy_pct,
        handrail=any(stage.observation.handrail for stage in used),
        short=short,
    )


def within_reach(told: ThresholdTraining, belt: TreadmillInfo | None) -> ThresholdTraining:
    """A prescription of a version that asked no belt, brought down to what the belt can do; later ones are."""
    if told.incline_low_pct is not None:
        return told
    reach = Reach.of(belt)
    speed_kmh, incline_pct = reach.speed(told.speed_kmh), reach.incline(told.incline_pct)
    short = told.speed_kmh > reach.max_speed_kmh or told.incline_pct > reach.max_incline_pct
    return msgspec.structs.replace(told, speed_kmh=speed_kmh, incline_pct=incline_pct, short=short)


def easy_load(
    line: Line, hr_bpm: float, speed_kmh: float, incline_pct: float, belt: Reach | None = None
) -> tuple[float, float]:
    """Speed and incline of the walk that should give a pulse: no quicker than a bout, no steeper, and nobody runs."""
    reach = belt or Reach()
    vo2 = _uptake(line, hr_bpm)
    speed = reach.speed(min(speed_kmh, EASY_WALK_UP_TO_KMH))
    incline = _incline(vo2, speed, Gait.WALK)
    if incline < 0:
        return reach.speed(min(speed, max(WALK_FROM_KMH, (vo2 - 3.5) / 0.1 / M_PER_MIN_PER_KMH))), 0.0
    return speed, reach.incline(min(incline, incline_pct))


def _walk(vo2: float, tested_kmh: float, belt: Reach) -> tuple[Gait, float, bool] | None:
    """Gait, speed, and whether even the most of it falls short; uphill at the speed of the test where that will do."""
    fastest = min(SURELY_WALKS_TO_KMH, belt.max_speed_kmh)
    steepest = min(INCLINE_MAX_PCT, belt.max_incline_pct)
    gentlest = min(INCLINE_MIN_PCT, steepest)
    wanted = min(max(tested_kmh, WALK_FROM_KMH), fastest)
    incline = _incline(vo2, wanted, Gait.WALK)
    if incline > steepest:
        wanted = _speed(vo2, steepest, Gait.WALK)
    elif incline < gentlest:
        wanted = max(WALK_FROM_KMH, _speed(vo2, gentlest, Gait.WALK))
        if _incline(vo2, wanted, Gait.WALK) < 0:
            return None
    return Gait.WALK, belt.speed(min(wanted, fastest)), wanted > fastest


def _run(vo2: float, belt: Reach) -> tuple[Gait, float, bool] | None:
    """The same of a run; None where it would be too slow to be one."""
    wanted = _speed(vo2, INCLINE_MIN_PCT, Gait.RUN)
    if min(wanted, belt.max_speed_kmh) <= max(RUNS_ABOVE_KMH, RUN_FROM_KMH):
        return None
    speed_kmh = belt.speed(min(wanted, belt.max_speed_kmh))
    return Gait.RUN, speed_kmh, _incline(vo2, speed_kmh, Gait.RUN) > min(INCLINE_MAX_PCT, belt.max_incline_pct)


def _uptake(line: Line, hr_bpm: float) -> float:
    return (hr_bpm - line.intercept_bpm) / line.slope_bpm_per_ml


def _incline(vo2: float, speed_kmh: float, gait: Gait) -> float:
    """ACSM's equations turned round: the incline, %, at which a speed costs this much; below zero on the level."""
    level, uphill = (0.2, 0.9) if gait is Gait.RUN else (0.1, 1.8)
    metres = speed_kmh * M_PER_MIN_PER_KMH
    return 100 * (vo2 - 3.5 - level * metres) / (uphill * metres)


def _speed(vo2: float, incline_pct: float, gait: Gait) -> float:
    """The same for the speed, km/h, at an incline."""
    level, uphill = (0.2, 0.9) if gait is Gait.RUN else (0.1, 1.8)
    return (vo2 - 3.5) / (level + uphill * incline_pct / 100) / M_PER_MIN_PER_KMH


def _set_to(value: float, step: float, low: float, high: float) -> float:
    """The nearest step, brought down where that lies above ``high``."""
    set_to = round(value / step) * step
    if set_to > high + 1e-9:
        set_to = int(high / step + 1e-9) * step
    return round(max(set_to, low), 2)
