"""The state of a run: small, frozen, and the same however often it is folded from its journal.

Every event makes another one of it, some make five: structures whose copies cost a hundredth of a dataclass's.
"""

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from teststation.cause import Cause
from teststation.ports import BeltState, HeartRateStatus, Setpoint, TreadmillInfo
from teststation.protocol.plan import Plan, StagePlan
from teststation.run.deck import Away, There
from teststation.run.frozen import Frozen
from teststation.run.record import Outcome
from teststation.run.rest import LOOKS
from teststation.subject import Gait
from teststation.window import Window

# Windows before anything is read; the seconds that are asked for stand beside the rules that ask for them.
PULSE = Window(60.0)
ABSENCE = Window(90.0)
SEEN = Window(5.0)
STRAYS = Window(10.0)
OFF_TARGET = Window(15.0, stands_s=2.0)


class Phase(StrEnum):
    """Where the run is."""

    READY = "ready"  # connected, belt at rest; waits for the held Start
    STARTING = "starting"  # the belt comes up to the first stage's speed; the stage's clock has not begun
    STAGES = "stages"
    COOL_DOWN = "cool_down"
    STOPPING = "stopping"  # until the measured speed is zero
    ENDED = "ended"


class HoldCause(StrEnum):
    """Why the stage's clock stands still."""

    OPERATOR = "operator"
    LOAD_CHANGED = "load_changed"
    HR_LOST = "hr_lost"
    LIMIT = "limit"  # a limit is reached, and the operator is asked whether to go on
    NOTED = "noted"  # a symptom or a pressure was noted, and nobody has said yet that it goes on
    LOAD_NOT_SET = "load_not_set"  # the operator sets this belt, and has not set it yet


class Timing(msgspec.Struct, frozen=True):
    """Time-outs in test seconds. Those that guard wires and processes come from ``TimeScale.test_s`` with a floor."""

    hr_fresh_s: float = 6.0  # the driver says stale after 5 s; this holds where the driver itself is silent
    belt_fresh_s: float = 2.0  # no telemetry this long is a fault
    arm_s: float = 5.0  # start to the driver's word that it is armed
    reach_speed_s: float = 60.0  # start to first target speed
    set_load_s: float = 180.0  # prompt to a load that the operator has set
    at_rest_s: float = 30.0  # stop to standstill, else the operator is told to press the red button
    give_up_s: float = 60.0  # stop to the end of the run with a belt not known to be at rest


class LimitNotice(msgspec.Struct, frozen=True):
    """A limit was reached; cool-down begins at ``acts_at_s`` unless the operator goes on."""

    cause: Cause
    acts_at_s: float
    stays: bool = False  # only an answer takes it away
    highest_bpm: int | None = None  # of a limit of the pulse: the highest that was read of what reached it, and since


class TakenBack(msgspec.Struct, frozen=True):
    """A notice that nobody answered, and that went away by itself at ``at_s``."""

    acts_at_s: float
    at_s: float


class Override(msgspec.Struct, frozen=True):
    """The operator went on over one limit: for the rest of that stage as it was planned then, and up to a level."""

    code: str  # the limit's
    level: float  # what was gone on over: beats a minute, or Borg
    stage_index: int
    until_s: float

    def holds(self, stage_index: int, t_s: float) -> bool:
        """Whether it still answers for this stage at ``t_s``."""
        return self.stage_index == stage_index and t_s < self.until_s


class Stood(msgspec.Struct, frozen=True):
    """An alarm as it was told when it began, and when it was over; None: it stands."""

    cause: Cause
    from_s: float
    until_s: float | None = None


class Prompt(msgspec.Struct, frozen=True):
    """A load the operator is asked to set at the treadmill; None is a belt at rest."""

    setpoint: Setpoint | None
    since_s: float
    begins_stage: bool = False  # the stage's clock begins with it
    seen: Window = SEEN  # 1 where the treadmill reported this load
    said: bool = False  # the operator said so


class Offer(msgspec.Struct, frozen=True):
    """A harder load for the next bouts, and why. It moves nothing: the operator takes it, or does not."""

    load: Setpoint
    cause: Cause


class Bouts(msgspec.Struct, frozen=True):
    """What an interval session has come to; in a test nothing."""

    loads: tuple[tuple[str, Setpoint], ...] = ()  # by part, where it is no longer the plan's
    offer: Offer | None = None
    next_load: Setpoint | None = None  # the next bout's, accepted or lowered
    read_index: int | None = None  # the bout whose third minute was read last
    read_bpm: float | None = None
    rated_index: int | None = None  # the bout that was rated last
    eased: int = 0  # how often the load was lowered
    eased_s: float | None = None  # when, in this bout

    def with_load(self, part: str, load: Setpoint) -> "Bouts":
        """With another load for one part of the session."""
        return replace(self, loads=(*(pair for pair in self.loads if pair[0] != part), (part, load)))


class RunState(msgspec.Struct, frozen=True):
    """What decides what happens next."""

    plan: Plan
    timing: Timing = Timing()
    hr_limit_bpm: float | None = None
    phase: Phase = Phase.READY
    phase_began_s: float = 0.0
    setpoint: Setpoint | None = None
    begun: bool = False  # Start was pressed
    armed: bool = False  # the driver has confirmed this run's arming
    # a belt that the operator sets
    treadmill: TreadmillInfo | None = None
    prompt: Prompt | None = None
    confirmed: Setpoint | None = None  # the load that was last set and seen, or said; None is a belt at rest
    strays: Window = STRAYS  # 1 where the belt was off the confirmed load
    load_waits: bool = False  # the stage's own load is not asked for yet: there is no pulse, or no answer
    # stages
    stage_index: int = 0
    stage_began_s: float = 0.0
    stage_ends_s: float = 0.0  # by the plan; while held, the end it would have if released at once is later
    extensions: int = 0
    holds: frozenset[HoldCause] = frozenset()
    held_since_s: float | None = None
    gait: Gait = Gait.WALK
    handrail: bool = False
    bouts: Bouts = Bouts()  # of a session
    # limits
    pulse: Window = PULSE  # what was read of the heart, bpm
    notices: tuple[LimitNotice, ...] = ()  # at most one for each limit, the first reached first
    overrides: tuple[Override, ...] = ()  # the last of each limit
    taken_back: TakenBack | None = None  # the last notice that a pulse below its limit took away
    rpe: int | None = None  # the last answer, Borg 6 to 20
    # noted of the person (``noted``)
    symptoms: tuple[tuple[str, float], ...] = ()  # in words, and when
    pressures: tuple[tuple[int, int, int], ...] = ()  # of a stage with this index: systolic, diastolic, mmHg
    # devices, as last heard
    belt_state: BeltState = BeltState.OFFLINE
    measured_speed_kmh: float | None = None
    measured_incline_pct: float | None = None
    sent_speed_kmh: float | None = None  # what the guard last wrote, on its way to the speed that is set
    off_target: Window = OFF_TARGET  # 1 where the speed was read away from the one that is set
    deck_away: Away | There | None = None
    belt_read_s: float | None = None
    at_rest: bool = False  # as last read
    rest: Window = LOOKS  # 1 read at rest, 0 read otherwise
    stop_ignored: bool = False  # the belt was told to stop, and ran on
    hr_status: HeartRateStatus = HeartRateStatus.SEARCHING
    hr_bpm: int | None = None
    hr_read_s: float | None = None
    hr_lost_since_s: float | None = None  # it was lost then, and has not come back to stay
    hr_gap: tuple[float, float] | None = None  # the last time it was lost for so long that it was told: from, to
    absence: Window = ABSENCE  # in the stages: 1 without a pulse, 0 with one
    hr_contact: bool | None = None
    hr_frozen: Frozen | None = None
    load_rose_s: tuple[float, ...] = ()  # when the load rose, the last times
    hr_battery_pct: int | None = None
    hr_sensor: str = ""
    hr_remarks: tuple[tuple[str, float], ...] = ()  # the driver's remarks on the pulse, and when each was last made
    # end
    tripped: bool = False  # the stop is not ordinary: latched, never cleared in this run
    outcome: Outcome | None = None
    reason: Cause | None = None
    press_red_button: bool = False
    stood: tuple[Stood, ...] = ()  # every alarm there was, the last time it stood
    silenced: frozenset[str] = frozenset()
    acknowledged: tuple[tuple[str, float], ...] = ()

    @property
    def stage(self) -> StagePlan:
        """The stage being walked, or the last one walked."""
        return self.plan.stages[self.stage_index]

    @property
    def moving_phase(self) -> bool:
        """Whether this run may be moving the belt."""
        return self.phase in (Phase.STARTING, Phase.STAGES, Phase.COOL_DOWN, Phase.STOPPING)

    @property
    def guided(self) -> bool:
        """Whether the operator, and not this station, sets the belt."""
        return self.treadmill is not None and not self.treadmill.controls_belt

    @property
    def belt_is_read(self) -> bool:
        """Whether there is a wire that tells what the belt does."""
        return self.treadmill is None or self.treadmill.reads_belt

    @property
    def notice(self) -> LimitNotice | None:
        """The limit the operator is asked about now; None where none is reached."""
        return self.notices[0] if self.notices else None

    @property
    def highest(self) -> Setpoint:
        """The most that a hand may ask for: the plan's own top, as far as the machine goes."""
        plan, info = self.plan, self.treadmill
        if info is None:
            return Setpoint(speed_kmh=plan.max_speed_kmh, incline_pct=plan.max_incline_pct)
        return Setpoint(
            speed_kmh=min(plan.max_speed_kmh, info.max_speed_kmh),
            incline_pct=min(plan.max_incline_pct, info.max_incline_pct),
        )

    @property
    def may_rise(self) -> bool:
        """Whether a hand may raise the load: not without a pulse, nor while a limit or a symptom is unanswered."""
        return self.hr_lost_since_s is None and not self.notices and HoldCause.NOTED not in self.holds

    def achievable(self, setpoint: Setpoint) -> Setpoint:
        """A load as this treadmill can really be set to it."""
        return setpoint if self.treadmill is None else self.treadmill.achievable(setpoint)

    def stage_remaining_s(self, now_s: float) -> float:
        """Time left in the stage; stands still while held."""
        at_s = now_s if self.held_since_s is None else self.held_since_s
        return max(0.0, self.stage_ends_s - at_s)
