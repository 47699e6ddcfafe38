"""From a session's run and its raw pulse to what it came to. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from teststation.cause import Cause
from teststation.errors import OutOfRange
from teststation.physiology.advice import symptoms_of
from teststation.physiology.metabolic import vo2_ml_kg_min
from teststation.physiology.training import RUNS_ABOVE_KMH
from teststation.ports import Setpoint
from teststation.protocol.plan import SessionTerms
from teststation.run.engine.bouts import felt_easy
from teststation.run.record import LOAD_EASED, PULSE_FROZEN, PULSE_MOVES, RunRecord, StageSpan
from teststation.subject import Gait
from teststation.training.session.pulse import Found, Reading, Span, peaks
from teststation.training.session.result import (
    SESSION_ALGORITHM,
    BoutResult,
    NextLoad,
    Peak,
    SessionResult,
    intervals_band,
)

THIRD_MINUTE = (120.0, 180.0)
LAST_S = 120.0
JUDGED_FROM_S = 120.0  # shorter bouts end before the pulse has come up (Festa 2022)
ENOUGH_SHARE = 0.5  # of what is averaged, with a pulse
RECOVERY_S, RECOVERY_OVER_S = 60.0, 5.0
ALL_OUT_BORG = 19
HARD_BORG = 16  # what a bout of intervals is to feel like: 16 to 18 (St. Olav, Trening som medisin)
GIVEN_UP = frozenset({"patient", "exhaustion"})  # reasons of who walks, in the middle of the session: it was too hard
WHOLE_WITHIN_S = 2.0
COMES_UP_S = 5.0  # a bout's first seconds may still bear the load of the pause
M_PER_KM, S_PER_H = 1000.0, 3600.0

Samples = Sequence[tuple[float, float]]  # seconds and bpm, about one a second


def analyse(run: RunRecord, readings: Sequence[Reading]) -> SessionResult:
    """What a session came to, finished or not. ``readings``: see ``pulse.readings_of``."""
    terms = run.plan.session
    if terms is None:
        raise ValueError("a test is no session")
    until_s = run.ended_s if run.ended_s is not None else (run.heart[-1].t_s if run.heart else 0.0)
    spans = [stage for stage in run.stages if stage.index in run.plan.bouts]
    ends = [Span(stage.began_s, until_s if stage.ended_s is None else stage.ended_s) for stage in spans]
    samples = [(one.t_s, float(one.bpm)) for one in run.heart if one.bpm is not None]
    found = peaks(readings, ends, _frozen(run, until_s))
    bouts = tuple(
        _bout(run, terms, number, stage, span, one, samples)
        for number, (stage, span, one) in enumerate(zip(spans, ends, found, strict=True), start=1)
    )
    distance_m, climbed_m = _way(run)
    in_band = [bout.in_band_s for bout in bouts if bout.in_band_s is not None]
    peak = _peak(bouts, found, terms)
    return SessionResult(
        algorithm_version=SESSION_ALGORITHM,
        steered_by="borg" if terms.hr_low_bpm is None else "pulse",
        bouts_planned=len(run.plan.bouts),
        bouts=bouts,
        hr_low_bpm=terms.hr_low_bpm,
        hr_high_bpm=terms.hr_high_bpm,
        hr_max_bpm=terms.hr_max_bpm,
        in_band_s=sum(in_band) if in_band else None,
        peak=None if run.subject.irregular_rhythm else peak,
        peak_refused=_refused(found, peak, run),
        highest_read_bpm=max((one.bpm for one in readings if one.bpm is not None), default=None),
        minutes=until_s / 60,
        distance_m=distance_m,
        climbed_m=climbed_m,
        next_load=_next_load(run, terms, bouts),
    )


def in_band_s(samples: Samples, low_bpm: float, high_bpm: float) -> float:
    """How many of these seconds lie in the band."""
    return float(sum(low_bpm <= bpm <= high_bpm for _, bpm in samples))


def mean_bpm(samples: Samples, from_s: float, to_s: float) -> float | None:
    """The mean from ``from_s`` up to, not with, ``to_s``; None with a pulse for less than half of it."""
    within = [bpm for t_s, bpm in samples if from_s <= t_s < to_s]
    return fmean(within) if within and len(within) >= ENOUGH_SHARE * (to_s - from_s) else None


def _bout(
    run: RunRecord, terms: SessionTerms, number: int, stage: StageSpan, span: Span, found: Found, samples: Samples
) -> BoutResult:
    within = [one for one in samples if span.began_s <= one[0] < span.ended_s]
    length_s = span.ended_s - span.began_s
    low, high = terms.hr_low_bpm, terms.hr_high_bpm
    last = mean_bpm(samples, span.ended_s - LAST_S, span.ended_s) if length_s >= JUDGED_FROM_S else None
    whole = stage.ended_s is not None and length_s >= stage.plan.duration_s - WHOLE_WITHIN_S
    load = _load(run, span)
    end_bpm = mean_bpm(samples, span.ended_s - RECOVERY_OVER_S, span.ended_s)
    later_s = span.ended_s + RECOVERY_S
    later_bpm = mean_bpm(samples, later_s, later_s + RECOVERY_OVER_S)
    return BoutResult(
        number=number,
        began_s=span.began_s,
        ended_s=span.ended_s,
        whole=whole,
        speed_kmh=None if load is None else load.speed_kmh,
        incline_pct=None if load is None else load.incline_pct,
        rpe=stage.rpe,
        pulse_s=float(len(within)),
        in_band_s=None if low is None or high is None else in_band_s(within, low, high),
        above_s=None if high is None else float(sum(bpm > high for _, bpm in within)),
        third_minute_bpm=mean_bpm(
            samples, span.began_s + THIRD_MINUTE[0], min(span.ended_s, span.began_s + THIRD_MINUTE[1])
        )
        if length_s >= THIRD_MINUTE[1]
        else None,
        last_two_bpm=last,
        peak_bpm=None if found.held is None else found.held.bpm,
        reached=None if low is None or last is None or not whole else last >= low,
        fell_bpm=None if end_bpm is None or later_bpm is None else end_bpm - later_bpm,
        gait=stage.gait,
        held_vo2_ml_kg_min=_held_vo2(run, stage, span, load) if whole else None,
    )


def _held_vo2(run: RunRecord, stage: StageSpan, span: Span, load: Setpoint | None) -> float | None:
    """What a bout's load costs, where one load stood throughout and no hand was on the rail."""
    within = [one for one in run.belt if span.began_s + COMES_UP_S <= one.t_s < span.ended_s]
    if load is None or stage.handrail or len({(one.target_speed_kmh, one.target_incline_pct) for one in within}) != 1:
        return None
    if stage.gait is Gait.WALK and load.speed_kmh > RUNS_ABOVE_KMH:
        return None  # a step too far for a walk, and nobody has said that it became a run
    try:
        return vo2_ml_kg_min(load.speed_kmh, load.incline_pct, stage.gait)
    except OutOfRange:
        return None


def _frozen(run: RunRecord, until_s: float) -> list[Span]:
    found: list[Span] = []
    since_s: float | None = None
    for mark in run.marks:
        if mark.kind == PULSE_FROZEN:
            since_s = mark.t_s
        elif mark.kind == PULSE_MOVES and since_s is not None:
            found.append(Span(since_s, mark.t_s))
            since_s = None
    return found if since_s is None else [*found, Span(since_s, until_s)]


def _load(run: RunRecord, span: Span) -> Setpoint | None:
    """What the belt did in the second half of a bout: it comes up at its beginning."""
    half_s = (span.began_s + span.ended_s) / 2
    seen = [one for one in run.belt if half_s <= one.t_s < span.ended_s]
    speeds = [one.measured_speed_kmh for one in seen if one.measured_speed_kmh is not None]
    inclines = [one.measured_incline_pct for one in seen if one.measured_incline_pct is not None]
    speeds = speeds or [one.target_speed_kmh for one in seen if one.target_speed_kmh is not None]
    inclines = inclines or [one.target_incline_pct for one in seen if one.target_incline_pct is not None]
    if not speeds or not inclines:
        return None
    return Setpoint(speed_kmh=round(fmean(speeds), 2), incline_pct=round(fmean(inclines), 1))


def _way(run: RunRecord) -> tuple[float, float]:
    """Metres walked and climbed, by what was measured, else by what was set."""
    walked = climbed = 0.0
    for one, after in pairwise(run.belt):
        speed = one.measured_speed_kmh if one.measured_speed_kmh is not None else one.target_speed_kmh
        incline = one.measured_incline_pct if one.measured_incline_pct is not None else one.target_incline_pct
        seconds = min(after.t_s - one.t_s, 5.0)
        metres = (speed or 0.0) * M_PER_KM / S_PER_H * seconds
        walked += metres
        climbed += metres * (incline or 0.0) / 100
    return walked, climbed


def _hard(bouts: Sequence[BoutResult], terms: SessionTerms) -> bool:
    """Whether it was hard: by Borg where it was asked for, else by the intervals' band.

    A band is of an HRmax that may be wrong: where it was reached with ease HRmax lies higher, nobody knows how far.
    """
    rated = [one.rpe for one in bouts if one.rpe is not None]
    if rated:
        return max(rated) >= HARD_BORG
    return intervals_band(terms.hr_low_bpm, terms.hr_max_bpm) and any(one.reached for one in bouts)


def _peak(bouts: Sequence[BoutResult], found: Sequence[Found], terms: SessionTerms) -> Peak | None:
    best: Peak | None = None
    for bout, one in zip(bouts, found, strict=True):
        if one.held is not None and (best is None or one.held.bpm > best.bpm):
            all_out = bout.rpe is not None and bout.rpe >= ALL_OUT_BORG
            hard = _hard(bouts, terms)
            best = Peak(one.held.bpm, bout.number, one.held.at_s, all_out, one.held.intervals_agree, hard)
    return best


def _refused(found: Sequence[Found], peak: Peak | None, run: RunRecord) -> tuple[Cause, ...]:
    if run.subject.irregular_rhythm:
        return (Cause("peak_irregular_rhythm"),)
    higher = [cause for one in found for cause in one.refused if peak is None or float(cause.values["bpm"]) > peak.bpm]
    return tuple({cause.code: cause for cause in higher}.values())


def _next_load(run: RunRecord, terms: SessionTerms, bouts: Sequence[BoutResult]) -> NextLoad | None:
    """Where the next session may start: at the last load, a step below it where that was too hard or was given up; a
    step above is offered where all bouts were below their band."""
    begun = [bout for bout in bouts if bout.speed_kmh is not None and bout.incline_pct is not None]
    walked = [bout for bout in begun if bout.whole]
    gave_up = _gave_up(run) and len(walked) < len(run.plan.bouts)
    if symptoms_of(run):
        return None
    if gave_up and begun:
        return _easier(terms, _set_load(run, begun[-1]))
    if not walked:
        return None
    last = _set_load(run, walked[-1])
    hard = [bout for bout in walked if bout.rpe is not None and bout.rpe >= ALL_OUT_BORG]
    above = terms.hr_high_bpm is not None and any((bout.last_two_bpm or 0.0) > terms.hr_high_bpm for bout in walked)
    eased = any(mark.kind == LOAD_EASED for mark in run.marks)
    if (hard or above) and not eased:
        return _easier(terms, last)
    judged = [bout for bout in walked if bout.third_minute_bpm is not None]
    rated = [bout.rpe for bout in walked if bout.rpe is not None]
    felt = False
    easy_borg = bool(rated) and max(rated) < terms.borg_low
    if terms.hr_low_bpm is None:
        below = easy_borg and len(rated) == len(walked)
    else:
        low = terms.hr_low_bpm
        below = bool(judged) and all(_asks_for_more(bout, terms, low) for bout in judged)
        below = below and all(rpe <= terms.borg_high for rpe in rated)
        felt = any((bout.third_minute_bpm or 0.0) >= low for bout in judged)
    if below and len(walked) == len(run.plan.bouts) and not eased:
        higher = terms.harder(last)
        return NextLoad(
            last.speed_kmh,
            last.incline_pct,
            terms.gait,
            Cause("next_felt_easy" if felt else "next_harder"),
            higher.speed_kmh,
            higher.incline_pct,
        )
    return NextLoad(last.speed_kmh, last.incline_pct, terms.gait, Cause("next_same"))


def _gave_up(run: RunRecord) -> bool:
    """Whether the person could not or would not go on; a fault, or an end that somebody else chose, is not that."""
    return run.reason is not None and run.reason.code.removeprefix("stop_") in GIVEN_UP


def _easier(terms: SessionTerms, load: Setpoint) -> NextLoad:
    lower = terms.easier(load)
    return NextLoad(lower.speed_kmh, lower.incline_pct, terms.gait, Cause("next_easier"))


def _asks_for_more(bout: BoutResult, terms: SessionTerms, low_bpm: float) -> bool:
    """A bout below its band, or one that was reached with ease: a band may be of an HRmax that is too low."""
    below = (bout.third_minute_bpm or 0.0) < low_bpm
    return below or (bout.rpe is not None and felt_easy(terms, bout.rpe, bout.third_minute_bpm))


def _set_load(run: RunRecord, bout: BoutResult) -> Setpoint:
    """The load as it was set at the end of a bout: what is measured is never as round."""
    seen = [one for one in run.belt if bout.began_s <= one.t_s < bout.ended_s and one.target_speed_kmh is not None]
    if not seen or seen[-1].target_incline_pct is None or seen[-1].target_speed_kmh is None:
        return Setpoint(speed_kmh=round(bout.speed_kmh or 0.0, 1), incline_pct=round(2 * (bout.incline_pct or 0.0)) / 2)
    return Setpoint(speed_kmh=seen[-1].target_speed_kmh, incline_pct=seen[-1].target_incline_pct)
