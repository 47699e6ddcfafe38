"""What a person's sessions say of their HRmax, for the next estimate and beside it. Pure."""

from collections.abc import Sequence

import msgspec

from teststation.physiology.hrmax import SessionPeak, best_peak, hr_max
from teststation.physiology.result import HrMax
from teststation.ports import Value
from teststation.subject import Subject
from teststation.training.session.result import SessionResult, intervals_band


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
    )


def with_evidence(subject: Subject, sessions: Sequence[SessionPeak], on: str) -> Subject:
    """The subject on ISO day ``on``, with the highest peak of their sessions, of how many, and how often it came back.

    A peak that somebody has typed stands where it is higher: no HRmax lies below either. That somebody went all out is
    theirs to say. A bout rated Borg 19 is none: people who say more than others do so at every load, and the rule of an
    all-out peak would draw their HRmax down to whatever they stopped at.
    """
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
