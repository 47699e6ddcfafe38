"""What a person's sessions say of their HRmax, for the next estimate and beside it. Pure."""

from collections.abc import Sequence

import msgspec

from teststation.physiology.hrmax import SessionPeak, best_peak, hr_max
from teststation.physiology.result import HrMax
from teststation.ports import Value
from teststation.subject import Subject


class Learned(Value, frozen=True):
    """HRmax without a session and with it."""

    before: HrMax
    after: HrMax
    narrower_pct: int  # how much narrower the doubt became; negative where the session raised a question


def with_evidence(subject: Subject, sessions: Sequence[SessionPeak], on: str) -> Subject:
    """The subject on ISO day ``on``, with the highest peak of their hard sessions and how many they were.

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
        hr_max_intervals_on=None,
    )


def _learned(was: HrMax, now: HrMax) -> Learned:
    was_sd, now_sd = was.reckoned_sd_bpm or was.see_bpm, now.reckoned_sd_bpm or now.see_bpm
    return Learned(was, now, round(100 * (1 - now_sd / was_sd)))
