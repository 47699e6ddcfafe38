"""What sessions say of HRmax: it is shown before and after, and never lies below a peak."""

import msgspec
import pytest

from tests.unit.run.builders import SUBJECT
from teststation.physiology.hrmax import SessionPeak, hr_max
from teststation.training.session.evidence import learned, learned_by_test, with_evidence, without_evidence

EARLY, LATE = SessionPeak("2026-01-05", 171.0), SessionPeak("2026-01-19", 176.0)


def test_the_session_that_tells_most_is_in_the_subject_with_its_date() -> None:
    known = with_evidence(SUBJECT, (EARLY, LATE), "2026-02-01")
    assert (known.hr_max_intervals_bpm, known.hr_max_intervals_sessions) == (176.0, 2)
    assert not known.hr_max_intervals_all_out, "that somebody went all out is theirs to say"
    assert known.hr_max_intervals_on == "2026-01-19"
    maximum = hr_max(known)
    assert (maximum.source, maximum.measured_on) == ("intervals", "2026-01-19")
    assert maximum.bpm >= 176.0
    assert with_evidence(SUBJECT, (EARLY, LATE), "2026-06-01") == SUBJECT, "after three months it is no evidence"
    assert with_evidence(SUBJECT, (EARLY, LATE), "2026-01-10").hr_max_intervals_bpm == 171.0, "nor before it was"


def test_a_higher_peak_that_was_typed_stands() -> None:
    told = msgspec.structs.replace(SUBJECT, hr_max_intervals_bpm=180.0)
    assert with_evidence(told, (EARLY, LATE), "2026-02-01") == told


def test_out_of_rhythm_nothing_is_learned() -> None:
    out = msgspec.structs.replace(SUBJECT, irregular_rhythm=True)
    assert with_evidence(out, (LATE,), "2026-02-01") == out
    assert learned(out, (), LATE) is None


def test_what_a_session_adds_is_shown_before_and_after() -> None:
    found = learned(SUBJECT, (), LATE)
    assert found is not None
    assert (found.before.source, found.after.source) == ("nes2013", "intervals")
    assert found.narrower_pct == pytest.approx(100 * (1 - (found.after.reckoned_sd_bpm or 0) / 11.1), abs=1)
    assert found.narrower_pct > 10
    later = SessionPeak("2026-01-26", 171.0)
    two = learned(SUBJECT, (LATE,), later)
    assert two is not None, "that no day of two was better says a little"
    assert LATE.bpm < two.after.bpm < two.before.bpm


def test_a_measured_maximum_is_not_changed_by_a_session() -> None:
    measured = msgspec.structs.replace(SUBJECT, hr_max_measured_bpm=181.0)
    assert learned(measured, (), LATE) is None


def test_a_test_shows_what_a_session_of_the_record_changed_and_nothing_that_was_typed() -> None:
    known = with_evidence(SUBJECT, (LATE,), "2026-02-01")
    assert learned_by_test(known) == learned(SUBJECT, (), LATE)
    assert without_evidence(known) == SUBJECT
    typed = msgspec.structs.replace(SUBJECT, hr_max_intervals_bpm=176.0)
    assert learned_by_test(SUBJECT) is None
    assert learned_by_test(typed) is None
    assert without_evidence(typed) == typed
    assert learned_by_test(msgspec.structs.replace(known, hr_max_measured_bpm=181.0)) is None
