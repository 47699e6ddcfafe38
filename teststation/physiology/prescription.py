"""The training that page, window and JSON tell of: one set of numbers, rounded as they are said, behind the one gate.

The session is the clinic's thirty-five minutes: five of warm-up (Rusfeltets hovedorganisasjon finds that enough for
some, seven to fifteen usual), four bouts of four minutes with three minutes between, five minutes down; two or three
times a week. ``protocols/4x4.toml`` walks the same.
"""

from teststation.physiology.advice import BORG_ZONES, FOUR_BY_FOUR, PULSE_ZONES, Advice, advise
from teststation.physiology.result import Assessment, ThresholdTraining
from teststation.physiology.training import HR_SHARE_HIGH, HR_SHARE_LOW, HR_SHARE_TARGET, within_reach
from teststation.physiology.zones import ZONES
from teststation.ports import Value
from teststation.run.record import RunRecord
from teststation.subject import Gait

WARM_UP_MIN = 5
BOUTS, BOUT_MIN, PAUSE_MIN = 4, 4, 3
COOL_DOWN_MIN = 5
TIMES_LOW, TIMES_HIGH = 2, 3  # a week
BORG_LOW, BORG_HIGH = 15, 17
BORG_LOW_BLIND, BORG_HIGH_BLIND = 15, 16  # where no pulse is aimed at
BRAKE_BORG, BRAKE_INCLINE_PCT = 17, 1.0  # above it the incline goes down by so much
PULSE_STEP_BPM = 5  # nobody steers by single beats


class Load(Value, frozen=True):
    """What the belt is set to in the bouts; the inclines are those of 85 and 90 % of HRmax at this speed."""

    speed_kmh: float
    incline_pct: float  # that of the pulse aimed at
    incline_low_pct: float
    incline_high_pct: float
    gait: Gait
    easy_speed_kmh: float | None  # warm-up and pauses
    easy_incline_pct: float | None
    handrail: bool
    short: bool  # the most that belt and gait allow, and less than the pulse asks for


class ZoneTold(Value, frozen=True):
    """One zone as it is printed. Pulses are None where none may be aimed at."""

    name: str
    hr_low_bpm: int | None
    hr_high_bpm: int | None
    borg_low: int
    borg_high: int


class Prescription(Value, frozen=True):
    """A 4x4 session for one person."""

    hr_low_bpm: int | None  # None: steered by Borg alone
    hr_high_bpm: int | None
    hr_target_bpm: float | None
    borg_low: int
    borg_high: int
    load: Load | None  # None: the test tells none
    warm_up_min: int = WARM_UP_MIN
    bouts: int = BOUTS
    bout_min: int = BOUT_MIN
    pause_min: int = PAUSE_MIN
    cool_down_min: int = COOL_DOWN_MIN
    times_low: int = TIMES_LOW
    times_high: int = TIMES_HIGH
    brake_borg: int = BRAKE_BORG
    brake_incline_pct: float = BRAKE_INCLINE_PCT

    @property
    def minutes(self) -> int:
        """The whole session."""
        between = (self.bouts - 1) * self.pause_min
        return self.warm_up_min + self.bouts * self.bout_min + between + self.cool_down_min


def prescribe(run: RunRecord | None, found: Assessment, advice: Advice | None = None) -> Prescription | None:
    """The 4x4 session after a test; None where the gate lets none be said. ``run`` is None for a table of stages."""
    gate = advice or advise(run, found)
    if not gate.may(FOUR_BY_FOUR):
        return None
    if not gate.may(PULSE_ZONES):
        return Prescription(None, None, None, BORG_LOW_BLIND, BORG_HIGH_BLIND, None)
    told = found.training
    load = None if told is None else _load(within_reach(told, None if run is None else run.belt_info))
    low, high = (rounded(share * found.hr_max.bpm) for share in (HR_SHARE_LOW, HR_SHARE_HIGH))
    target = HR_SHARE_TARGET * found.hr_max.bpm
    return Prescription(low, high, target, BORG_LOW, BORG_HIGH, load)


def zones(found: Assessment, advice: Advice) -> tuple[ZoneTold, ...]:
    """The intensity zones that may be told of, by pulse where pulse may be aimed at.

    None after a test that is to be taken again first; where hard training waits, those that are not hard.
    """
    if advice.again or not advice.may(BORG_ZONES):
        return ()
    by_pulse = advice.may(PULSE_ZONES)
    return tuple(
        ZoneTold(
            zone.name,
            rounded(zone.hr_share_low * found.hr_max.bpm) if by_pulse else None,
            rounded(zone.hr_share_high * found.hr_max.bpm) if by_pulse else None,
            zone.borg_low,
            zone.borg_high,
        )
        for zone in ZONES
        if advice.waits is None or not zone.hard
    )


def rounded(bpm: float) -> int:
    """A pulse as it is told to be aimed at, in fives."""
    return PULSE_STEP_BPM * round(bpm / PULSE_STEP_BPM)


def _load(told: ThresholdTraining) -> Load:
    low = told.incline_pct if told.incline_low_pct is None else told.incline_low_pct
    high = told.incline_pct if told.incline_high_pct is None else told.incline_high_pct
    return Load(
        speed_kmh=round(told.speed_kmh, 1),
        incline_pct=round(told.incline_pct, 1),
        incline_low_pct=round(low, 1),
        incline_high_pct=round(high, 1),
        gait=told.gait,
        easy_speed_kmh=None if told.easy_speed_kmh is None else round(told.easy_speed_kmh, 1),
        easy_incline_pct=None if told.easy_incline_pct is None else round(told.easy_incline_pct, 1),
        handrail=told.handrail,
        short=told.short,
    )
