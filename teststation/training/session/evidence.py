"""What a person's sessions say of their HRmax, for the next estimate and beside it. Pure."""

from collections.abc import Sequence
from statistics import fmean

import msgspec

from teststation.moments import days_between
from teststation.physiology.hrmax import SessionPeak, best_peak, hr_max
from teststation.physiology.result import HrMax
from teststation.ports import Value
from teststation.subject import SessionLoad, Subject
from teststation.training.session.result import SessionResult, intervals_band

LATE_DAYS = 21  # of intervals whose pulse at a load is still that of the person who is tested


class Learned(Value, frozen=True):
    """HRmax without a session and with it."""

    before: HrMax
    after: HrMax
    narrower_pct: int  # how much narrower the doubt became; negative where the session raised a question


def peak_of(result: SessionResult, on: str) -> SessionPeak | None:
    """The peak of a session that was kept on ISO day ``on``, and what ended it; None without a peak."""
    peak = result.peak
    if peak is None:
        return None
    return SessionPeak(
        on,
        peak.bpm,
        edge_bpm=result.hr_high_bpm if intervals_band(result.hr_low_bpm, result.hr_max_bpm) else None,
        rpe=max((bout.rpe for bout in result.bouts if bout.rpe is not None), default=None),
        hard=peak.hard_enough or peak.all_out,
        load=_load_of(result, on),
    )


def _load_of(result: SessionResult, on: str) -> SessionLoad | None:
    """The bouts whose load stood, as one; None where there is none, or where the pulse steered nothing."""
    held = [
        (bout.held_vo2_ml_kg_min, bout.last_two_bpm, bout.gait)
        for bout in result.bouts
        if bout.held_vo2_ml_kg_min is not None and bout.last_two_bpm is not None and bout.whole
    ]
    if not held or result.steered_by != "pulse":
        return None
    return _together([SessionLoad(vo2, bpm, gait, 1, on) for vo2, bpm, gait in held])


def _together(loads: Sequence[SessionLoad]) -> SessionLoad:
    """Their means over bouts. Who has walked and run counts as they went last: the two cost otherwise."""
    gait = loads[-1].gait
    alike = [one for one in loads if one.gait is gait]
    return SessionLoad(
        vo2_ml_kg_min=fmean((one.vo2_ml_kg_min for one in alike), [one.bouts for one in alike]),
        hr_bpm=fmean((one.hr_bpm for one in alike), [one.bouts for one in alike]),
        gait=gait,
        bouts=sum(one.bouts for one in alike),
        on=max(one.on for one in alike),
    )


def with_evidence(subject: Subject, sessions: Sequence[SessionPeak], on: str) -> Subject:
    """The subject on ISO day ``on``, with what their sessions say: the highest peak, and the pulse at late loads.

    A peak that somebody has typed stands where it is higher: no HRmax lies below either. That somebody went all out is
    theirs to say. A bout rated Borg 19 is none: people who say more than others do so at every load, and the rule of an
    all-out peak would draw their HRmax down to whatever they stopped at.
    """
    late = [one.load for one in sessions if one.load is not None and 0 <= days_between(one.on, on) <= LATE_DAYS]
    if late and not (subject.beta_blocker or subject.irregular_rhythm):
        subject = msgspec.structs.replace(subject, session_load=_together(late))
    best = best_peak(sessions, on)
    if best is None or subject.irregular_rhythm or (subject.hr_max_intervals_bpm or 0.0) >= best.peak.bpm:
        return subject
    return msgspec.structs.replace(
        subject,
        hr_max_intervals_bpm=best.peak.bpm,
        hr_max_intervals_all_out=False,
        hr_max_intervals_sessions=best.sessions,
        hr_max_intervals_returns=best.returns,
        hr_max_intervals_on=best.peak.on,
    )


def learned(subject: Subject, before: Sequence[SessionPeak], this: SessionPeak) -> Learned | None:
    """What one session adds to those before it; None where it adds nothing."""
    was = hr_max(with_evidence(subject, before, this.on))
    now = hr_max(with_evidence(subject, (*before, this), this.on))
    return None if was == now else _learned(was, now)


def learned_by_test(subject: Subject) -> Learned | None:
    """What a session of the record changed for the test of this subject; None where it changed nothing."""
    was, now = hr_max(without_evidence(subject)), hr_max(subject)
    return None if was == now else _learned(was, now)


def without_evidence(subject: Subject) -> Subject:
    """The subject without what sessions of the record said; what was typed by hand stays."""
    subject = msgspec.structs.replace(subject, session_load=None)
    if subject.hr_max_intervals_on is None:
        return subject
    return msgspec.structs.replace(
        subject,
        hr_max_intervals_bpm=None,
        hr_max_intervals_all_out=False,
        hr_max_intervals_sessions=1,
        hr_max_intervals_returns=0,
        hr_max_intervals_on=None,
    )


def _learned(was: HrMax, now: HrMax) -> Learned:
    was_sd, now_sd = was.reckoned_sd_bpm or was.see_bpm, now.reckoned_sd_bpm or now.see_bpm
    return Learned(was, now, round(100 * (1 - now_sd / was_sd)))
