"""What eight weeks of sessions teach of HRmax is scored as it is told."""

import pytest

from ui.commands.laboratory import session_lines, session_scores
from ui.laboratory.sessions import Trained, session_score, train


def trained(before: float, after: float, without: float | None, with_them: float | None, sessions: int) -> Trained:
    return Trained(180.0, before, after, without, with_them, sessions)


def test_a_score_is_the_error_before_and_after_and_the_fall_of_the_width() -> None:
    found = [
        trained(190.0, 184.0, 10.0, 9.0, 8),
        trained(170.0, 178.0, 10.0, 8.0, 6),
        trained(180.0, 181.0, None, 7.0, 0),
    ]
    score = session_score(found)
    assert (score.patients, score.hard_sessions) == (3, pytest.approx(14 / 3))
    assert (score.before_bias_bpm, score.before_sd_bpm) == pytest.approx((0.0, 10.0))
    assert (score.after_bias_bpm, score.after_sd_bpm) == pytest.approx((1.0, 3.0))
    assert score.narrower_share == pytest.approx(0.15), "where both tests gave a range"
    scores = session_scores(found)
    assert {name: one.patients for name, one in scores.items()} == {"all": 3, "had a hard session": 2}
    head, everybody, _ = session_lines(scores)
    assert "± half fell" in head
    assert everybody.split() == ["all", "3", "4.7", "+0.0", "±", "10.0", "+1.0", "±", "3.0", "15.0", "%"]
    assert session_scores(found[:1]) == {}


def test_a_patient_walks_a_session_and_their_maximum_is_never_below_its_peak() -> None:
    """One week in place of eight."""
    found = train(3, weeks=1)
    assert found is not None
    assert found.sessions in (0, 1)
    assert (found.after_bpm != found.before_bpm) is (found.sessions == 1)
