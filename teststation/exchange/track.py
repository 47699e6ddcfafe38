"""A run as activity files see it: one point a second and one lap a stage. Nothing is held, nothing is filled in."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from teststation.run.record import BeltSample, RunRecord
from teststation.subject import Gait

MAX_GAP_S = 2.5  # a belt sample older than this is none: the distance over a gap is not known
KMH_PER_M_S = 3.6


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One second of a run. ``distance_m`` is what the belt has measured so far."""

    t_s: float
    bpm: int | None
    speed_m_s: float | None
    incline_pct: float | None
    distance_m: float


@dataclass(frozen=True, slots=True)
class Lap:
    """One stage, warm-up and cool-down among them: from ``began_s`` up to ``ended_s``."""

    name: str
    began_s: float
    ended_s: float
    points: tuple[TrackPoint, ...]

    @property
    def distance_m(self) -> float:
        """What the belt measured within the lap."""
        return self.points[-1].distance_m - self.points[0].distance_m if self.points else 0.0

    @property
    def heart_bpm(self) -> list[int]:
        """Every heart rate that was measured."""
        return [point.bpm for point in self.points if point.bpm is not None]


@dataclass(frozen=True, slots=True)
class Track:
    """A whole run. ``started`` in UTC."""

    started: datetime
    points: tuple[TrackPoint, ...]
    laps: tuple[Lap, ...]
    runs: bool  # whether the person ran in any stage

    def at(self, t_s: float) -> datetime:
        """The moment of a test second."""
        return self.started + timedelta(seconds=t_s)


def track_of(run: RunRecord) -> Track:
    """The points and laps of a run; a run in which nothing was measured has none."""
    times = [sample.t_s for sample in run.belt]
    points: list[TrackPoint] = []
    distance_m = 0.0
    for heart in run.heart:
        belt = _belt_at(run.belt, times, heart.t_s)
        speed_m_s = None if belt is None or belt.measured_speed_kmh is None else belt.measured_speed_kmh / KMH_PER_M_S
        if points and speed_m_s is not None:
            distance_m += speed_m_s * (heart.t_s - points[-1].t_s)
        incline_pct = None if belt is None else belt.measured_incline_pct
        points.append(TrackPoint(heart.t_s, heart.bpm, speed_m_s, incline_pct, distance_m))
    started = datetime.fromisoformat(run.started_at).astimezone(UTC)
    runs = any(stage.gait is Gait.RUN for stage in run.stages)
    return Track(started, tuple(points), _laps(run, points), runs)


def _belt_at(belt: tuple[BeltSample, ...], times: list[float], t_s: float) -> BeltSample | None:
    index = bisect_right(times, t_s) - 1
    return belt[index] if index >= 0 and t_s - times[index] <= MAX_GAP_S else None


def _laps(run: RunRecord, points: list[TrackPoint]) -> tuple[Lap, ...]:
    if not points:
        return ()
    end_s = points[-1].t_s
    borders = [(stage.plan.name, stage.began_s, min(end_s, stage.ended_s or end_s)) for stage in run.stages]
    if borders and borders[-1][2] < end_s:
        borders.append(("", borders[-1][2], end_s))  # cool-down and stop
    if not borders or borders[0][1] > points[0].t_s:
        borders.insert(0, ("", points[0].t_s, borders[0][1] if borders else end_s))
    return tuple(
        Lap(name, began_s, ended_s, tuple(p for p in points if began_s <= p.t_s < ended_s or p.t_s == ended_s == end_s))
        for name, began_s, ended_s in borders
        if ended_s > began_s
    )
