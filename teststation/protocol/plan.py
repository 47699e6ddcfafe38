"""A test protocol after it has been read and checked: what the belt shall do, and what ends it."""

from teststation.ports import Setpoint, Value
from teststation.subject import Gait

# The parts of a session, as a stage's ``part``.
WARM_UP, BOUT, PAUSE = "warm_up", "bout", "pause"


class StagePlan(Value, frozen=True):
    """One stage at constant load."""

    name: str
    duration_s: float
    speed_kmh: float
    incline_pct: float
    habituation: bool = False  # walked to get used to the belt; never part of an estimate
    part: str = ""  # of a session: warm_up | bout | pause; empty in a test


class SessionTerms(Value, frozen=True):
    """What an interval session aims at, and its own ceiling. Nothing in it ever raises a load by itself."""

    hr_low_bpm: float | None  # the bouts' band; None where the pulse steers nothing (beta-blocker, irregular rhythm)
    hr_high_bpm: float | None
    hr_max_bpm: float | None  # as it was known; the band is of it, or of a little more (``start.band_of_bpm``)
    borg_low: int  # what a bout should feel like
    borg_high: int
    gait: Gait  # of the bouts
    step_speed_kmh: float
    step_incline_pct: float
    top_speed_kmh: float  # the session's ceiling: no hand and no accepted offer goes beyond it
    top_incline_pct: float
    warm_up_hr_bpm: float | None = None
    pause_hr_bpm: float | None = None

    def harder(self, load: Setpoint) -> Setpoint:
        """One step up: a walk grows steeper and then quicker, a run quicker. May lie above the ceiling."""
        steeper = load.incline_pct + self.step_incline_pct
        if self.gait is Gait.WALK and steeper <= WALK_INCLINE_MAX_PCT:
            return Setpoint(speed_kmh=load.speed_kmh, incline_pct=steeper)
        return Setpoint(speed_kmh=round(load.speed_kmh + self.step_speed_kmh, 2), incline_pct=load.incline_pct)

    def easier(self, load: Setpoint) -> Setpoint:
        """One step down: a walk grows flatter and then slower, a run slower; never below a slow walk."""
        if self.gait is Gait.WALK and load.incline_pct > 0:
            flatter = max(0.0, load.incline_pct - self.step_incline_pct)
            return Setpoint(speed_kmh=load.speed_kmh, incline_pct=flatter)
        slower = round(load.speed_kmh - self.step_speed_kmh, 2)
        return Setpoint(speed_kmh=min(load.speed_kmh, max(slower, SLOWEST_KMH)), incline_pct=load.incline_pct)

    def allows(self, load: Setpoint) -> bool:
        """Whether a load lies within the session's ceiling."""
        return 0 < load.speed_kmh <= self.top_speed_kmh + HAIR and 0 <= load.incline_pct <= self.top_incline_pct + HAIR


WALK_INCLINE_MAX_PCT = 15.0  # the steepest walk that is prescribed; what is harder is quicker
SLOWEST_KMH = 2.0
HAIR = 1e-6  # sums of steps are rounded


class Limits(Value, frozen=True):
    """What ends the stages early."""

    hr_fraction_of_max: float = 0.85
    hr_over_for_s: float = 15.0  # over the limit this long: cool-down is announced
    hr_answer_within_s: float = 15.0  # the operator may go on with a reason; else cool-down begins
    rpe_max: int = 17
    hr_lost_warn_s: float = 10.0
    hr_lost_cool_down_s: float = 60.0


class Extension(Value, frozen=True):
    """What the operator may add where heart rate is not steady."""

    step_s: float = 60.0
    times_max: int = 2


class Plan(Value, frozen=True):
    """A whole test. Speeds are already chosen; ``sha256`` is that of ``text``."""

    id: str
    title: str
    text: str  # the TOML as read
    sha256: str
    speed_name: str  # which of the protocol's starting speeds was taken
    stages: tuple[StagePlan, ...]
    cool_down: StagePlan
    limits: Limits
    extension: Extension
    citation: str = ""
    method: str = "multistage"  # "ebbeling" where the published equation also applies
    session: SessionTerms | None = None  # None: a test

    @property
    def duration_s(self) -> float:
        """Planned length of the stages, cool-down not counted."""
        return sum(stage.duration_s for stage in self.stages)

    @property
    def planned_speed_kmh(self) -> float:
        """The fastest stage as it is planned."""
        return max(stage.speed_kmh for stage in (*self.stages, self.cool_down))

    @property
    def planned_incline_pct(self) -> float:
        """The steepest stage as it is planned."""
        return max(stage.incline_pct for stage in (*self.stages, self.cool_down))

    @property
    def max_speed_kmh(self) -> float:
        """The fastest anybody may ask for: of a session its own ceiling, of a test the fastest stage."""
        return self.planned_speed_kmh if self.session is None else self.session.top_speed_kmh

    @property
    def max_incline_pct(self) -> float:
        """The steepest anybody may ask for, likewise."""
        return self.planned_incline_pct if self.session is None else self.session.top_incline_pct

    @property
    def bouts(self) -> tuple[int, ...]:
        """Which stages are bouts, by index; none in a test."""
        return tuple(index for index, stage in enumerate(self.stages) if stage.part == BOUT)
