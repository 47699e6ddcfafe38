"""Where a session starts for one person: from their last test, or from their last session. Pure.

The gate of what may be advised after a test is asked here as everywhere: after a symptom nothing is prescribed, and on
beta-blockers or out of rhythm no pulse is aimed at.
"""

from dataclasses import dataclass

from teststation.cause import Cause
from teststation.physiology.advice import FOUR_BY_FOUR, PULSE_ZONES, Advice
from teststation.physiology.hrmax import hr_max
from teststation.physiology.result import Assessment, Line
from teststation.physiology.training import HR_SHARE_HIGH, RUNS_ABOVE_KMH
from teststation.physiology.zones import HARD_FROM_SHARE
from teststation.ports import Setpoint
from teststation.protocol.load import SessionLoads
from teststation.run.record import PREGNANT, TALK
from teststation.subject import Gait, Subject
from teststation.training.session.result import NextLoad
from teststation.units import M_PER_MIN_PER_KMH

WALKS_UP_TO_KMH = 5.0  # in warm-up and pause nobody runs
SLOWEST_KMH = 2.0
EASY_SHARE = 0.70  # of HRmax, in warm-up and pause
LOAD_COUNTS_DAYS = 21  # a session's load against a newer test: who trains is another by then (decision 0020)


WAITS = {TALK: "session_postponed", PREGNANT: "session_pregnant"}


@dataclass(frozen=True, slots=True)
class Start:
    """A proposal. ``loads`` is None where there is none: then the operator says the load, or the doctor is asked."""

    loads: SessionLoads | None
    cause: Cause  # where the load comes from, or why there is none
    barred: bool = False  # nothing may be prescribed before somebody has answered for it
    offered: Setpoint | None = None  # a harder start, for the operator to take
    by_pulse: bool = True  # whether a pulse is aimed at; else Borg and the talk test steer
    band_of_bpm: float | None = None  # what the bouts' band is of, where it follows what the person has shown

    @property
    def band_cause(self) -> Cause | None:
        """That the band goes to what the person has shown, and not to a share of HRmax; None where it does not."""
        if self.band_of_bpm is None:
            return None
        return Cause("session_band_shown", {"bpm": round(HR_SHARE_HIGH * self.band_of_bpm)})

    @property
    def borg_cause(self) -> Cause | None:
        """That Borg steers, for what the last test said of the pulse; None where the pulse does."""
        return None if self.by_pulse else Cause("session_by_borg")


@dataclass(frozen=True, slots=True)
class LastLoad:
    """What the last session of the same protocol left to start with, and how long ago."""

    load: NextLoad
    days: int

    @property
    def cause(self) -> Cause:
        """Where a load that is taken from it comes from; an old one says how old."""
        if self.days <= LOAD_COUNTS_DAYS:
            return Cause("session_from_last")
        return Cause("session_from_old", {"weeks": self.days // 7})


def last_load(load: NextLoad, days: int, *, tested_since: bool) -> LastLoad | None:
    """The load of a session so many days ago; None where a test since says more of the person than so old a session."""
    return None if tested_since and days > LOAD_COUNTS_DAYS else LastLoad(load, days)


def propose(
    subject: Subject,
    band: tuple[float, float],
    last_test: tuple[Assessment, Advice] | None,
    last_session: LastLoad | None = None,
    shown_bpm: float | None = None,
    *,
    after_symptom: bool = False,
    waits: str = "",
) -> Start:
    """The start of a person's next session.

    Args:
        band: The shares of HRmax that the protocol's bouts aim at.
        last_session: What the last session of the same protocol left to start with (``last_load``).
        shown_bpm: The highest pulse of late that was held and not found too hard (``hrmax.shown_bpm``).
        after_symptom: Whether the last session, of whatever protocol, was stopped by a symptom or has one noted.
        waits: Why hard training waits today: ``talk``, ``pregnant`` or nothing.
    """
    if after_symptom or (last_test is not None and last_test[1].symptoms):
        return Start(None, Cause("session_after_symptom"), barred=True)
    if waits and is_intervals(band):
        return Start(None, Cause(WAITS[waits]), barred=True)
    # A pulse that did not follow the load steers no more than one that medicine holds.
    silent = last_test is not None and not last_test[1].may(PULSE_ZONES)
    by_pulse = not (subject.beta_blocker or subject.irregular_rhythm or silent)
    line = last_test[0].line if last_test is not None and by_pulse else None
    hr_max_bpm = hr_max(subject).bpm if by_pulse else None
    follows = is_intervals(band) and (last_test is None or _aims_at_pulse(last_test[1]))
    of_bpm = band_of_bpm(subject, shown_bpm) if follows else None
    if last_session is not None:
        left = last_session.load
        load = Setpoint(speed_kmh=left.speed_kmh, incline_pct=left.incline_pct)
        offered = None
        if left.harder_speed_kmh is not None and left.harder_incline_pct is not None:
            offered = Setpoint(speed_kmh=left.harder_speed_kmh, incline_pct=left.harder_incline_pct)
        loads = _with_easy(load, left.gait, hr_max_bpm, line, of_bpm)
        return Start(loads, last_session.cause, offered=offered, by_pulse=by_pulse, band_of_bpm=of_bpm)
    if last_test is None:
        return Start(None, Cause("session_no_test"), by_pulse=by_pulse, band_of_bpm=of_bpm)
    found, advice = last_test
    if not advice.may(FOUR_BY_FOUR) or found.training is None:
        return Start(None, advice.withheld_because or Cause("session_no_prescription"), by_pulse=by_pulse)
    told = found.training
    load, gait = Setpoint(speed_kmh=told.speed_kmh, incline_pct=told.incline_pct), told.gait
    if not is_intervals(band):
        if line is None or hr_max_bpm is None:
            return Start(None, Cause("session_no_prescription"), by_pulse=by_pulse)
        load, gait = easy_load(line, sum(band) / 2 * hr_max_bpm, load), Gait.WALK
    loads = _with_easy(load, gait, hr_max_bpm, line, of_bpm)
    return Start(loads, Cause("session_from_test"), by_pulse=by_pulse, band_of_bpm=of_bpm)


def _aims_at_pulse(advice: Advice) -> bool:
    """Whether the last test lets a pulse be aimed at in intervals, without a word of a symptom."""
    return not advice.symptoms and advice.may(FOUR_BY_FOUR) and advice.may(PULSE_ZONES)


def is_intervals(band: tuple[float, float]) -> bool:
    """Whether bouts that aim at these shares of HRmax are intervals, and no steady walk."""
    return band[1] > HARD_FROM_SHARE


def band_of_bpm(subject: Subject, shown_bpm: float | None) -> float | None:
    """What the bouts' band is of, where the person has held more than it would let them; None: of HRmax as it is.

    HRmax by age, or by a peak, may be much too low, and a band of it eases what the person did without finding it too
    hard: zones are calibrated per person by pulse and Borg together (Taylor 2019). So the band ends no lower than what
    was shown, nor ever above HRmax as it is known, which stays the limit. A measured HRmax, or one that somebody went
    all out for, needs no calibrating; and where no pulse is aimed at, there is no band.
    """
    if shown_bpm is None or subject.beta_blocker or subject.irregular_rhythm or subject.hr_max_intervals_all_out:
        return None
    known = hr_max(subject)
    if known.source not in ("nes2013", "intervals"):
        return None
    of_bpm = min(shown_bpm, known.bpm) / HR_SHARE_HIGH
    return of_bpm if of_bpm > known.bpm else None


def typed(
    subject: Subject, load: Setpoint, line: Line | None = None, of_bpm: float | None = None, *, by_pulse: bool = True
) -> SessionLoads:
    """The same of a load that the operator has said. ``of_bpm``, ``by_pulse``: as in ``Start``."""
    by_pulse = by_pulse and not (subject.beta_blocker or subject.irregular_rhythm)
    gait = Gait.RUN if load.speed_kmh > RUNS_ABOVE_KMH else Gait.WALK
    return _with_easy(load, gait, hr_max(subject).bpm if by_pulse else None, line if by_pulse else None, of_bpm)


def _with_easy(
    bout: Setpoint, gait: Gait, hr_max_bpm: float | None, line: Line | None, of_bpm: float | None
) -> SessionLoads:
    easy = None
    if line is not None and hr_max_bpm is not None:
        easy = easy_load(line, EASY_SHARE * hr_max_bpm, bout)
    return SessionLoads(bout=bout, gait=gait, hr_max_bpm=hr_max_bpm, band_of_bpm=of_bpm, warm_up=easy, pause=easy)


def easy_load(line: Line, hr_bpm: float, bout: Setpoint) -> Setpoint:
    """The walk that should give this pulse: no quicker than the bouts, no steeper, and nobody runs.

    Source: ACSM's walking equation, turned round; steady state.
    """
    vo2 = (hr_bpm - line.intercept_bpm) / line.slope_bpm_per_ml
    speed_kmh = min(bout.speed_kmh, WALKS_UP_TO_KMH)
    metres = speed_kmh * M_PER_MIN_PER_KMH
    incline_pct = 100 * (vo2 - 3.5 - 0.1 * metres) / (1.8 * metres)
    if incline_pct < 0:
        flat_kmh = (vo2 - 3.5) / 0.1 / M_PER_MIN_PER_KMH
        return Setpoint(speed_kmh=round(min(speed_kmh, max(SLOWEST_KMH, flat_kmh)), 1), incline_pct=0.0)
    return Setpoint(speed_kmh=speed_kmh, incline_pct=min(bout.incline_pct, int(incline_pct * 2) / 2))
