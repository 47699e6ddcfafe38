"""What an interval session came to: every value that window, record and command line show."""

from teststation.cause import Cause
from teststation.ports import Value
from teststation.subject import Gait

INTERVALS_FROM_SHARE, HAIR = 0.85, 1e-9  # of HRmax
SESSION_ALGORITHM = "2"  # every kept result names it; raise it whenever the same session may give another number


class BoutResult(Value, frozen=True):
    """One bout as it was walked. Pulses in bpm; times in seconds from the session's start."""

    number: int  # from 1
    began_s: float
    ended_s: float
    whole: bool  # walked to its planned end
    speed_kmh: float | None  # measured, the mean of its second half; as it was set where nothing is measured
    incline_pct: float | None
    rpe: int | None  # Borg 6 to 20
    pulse_s: float  # seconds with a pulse
    in_band_s: float | None  # None: the pulse steers nothing
    above_s: float | None
    third_minute_bpm: float | None
    last_two_bpm: float | None  # mean of the last two minutes
    peak_bpm: float | None  # the highest pulse held for five seconds that can be believed
    reached: bool | None  # whether its last two minutes reached the band; None: not judged by its pulse
    fell_bpm: float | None  # end of the bout to a minute later: this person's own trend, nobody's grade
    gait: Gait = Gait.WALK
    held_vo2_ml_kg_min: float | None = None  # what its load costs by the equations; None: it changed, or hands helped


class Peak(Value, frozen=True):
    """The session's highest pulse held for five seconds: HRmax lies at or above it."""

    bpm: float
    bout: int  # from 1
    at_s: float
    all_out: bool  # the bout was rated Borg 19 or 20
    intervals_agree: bool  # beat intervals came with it, and say the same
    hard_enough: bool = True  # its bout reached its band, or was rated so: only then it tells more than a lower bound


class NextLoad(Value, frozen=True):
    """Where the next session may start, and what harder load may be offered then. Somebody sets it."""

    speed_kmh: float
    incline_pct: float
    gait: Gait
    cause: Cause
    harder_speed_kmh: float | None = None  # one step above
    harder_incline_pct: float | None = None


class SessionResult(Value, frozen=True):
    """Everything the station concludes from one session."""

    algorithm_version: str
    steered_by: str  # pulse | borg
    bouts_planned: int
    bouts: tuple[BoutResult, ...]
    hr_low_bpm: float | None
    hr_high_bpm: float | None
    hr_max_bpm: float | None  # as it was known
    in_band_s: float | None
    peak: Peak | None
    peak_refused: tuple[Cause, ...]  # why a higher number is none
    highest_read_bpm: int | None  # as it was read, believed or not
    minutes: float  # on the belt, warm-up and cool-down counted
    distance_m: float
    climbed_m: float
    next_load: NextLoad | None

    @property
    def bouts_done(self) -> int:
        """Bouts walked to their end."""
        return sum(bout.whole for bout in self.bouts)

    @property
    def bouts_reached(self) -> int | None:
        """Bouts whose last two minutes reached the band; None where the pulse judges none."""
        judged = [bout.reached for bout in self.bouts if bout.reached is not None]
        return sum(judged) if judged else None


def intervals_band(low_bpm: float | None, hr_max_bpm: float | None) -> bool:
    """Whether a band is one of intervals, and no steady walk's."""
    return low_bpm is not None and hr_max_bpm is not None and low_bpm >= (INTERVALS_FROM_SHARE - HAIR) * hr_max_bpm
