"""A test protocol after it has been read and checked: what the belt shall do, and what ends it."""

from teststation.ports import Value


class StagePlan(Value, frozen=True):
    """One stage at constant load."""

    name: str
    duration_s: float
    speed_kmh: float
    incline_pct: float
    habituation: bool = False  # walked to get used to the belt; never part of an estimate


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

    @property
    def duration_s(self) -> float:
        """Planned length of the stages, cool-down not counted."""
        return sum(stage.duration_s for stage in self.stages)

    @property
    def max_speed_kmh(self) -> float:
        """The fastest the plan ever asks for."""
        return max(stage.speed_kmh for stage in (*self.stages, self.cool_down))

    @property
    def max_incline_pct(self) -> float:
        """The steepest the plan ever asks for."""
        return max(stage.incline_pct for stage in (*self.stages, self.cool_down))
