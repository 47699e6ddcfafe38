"""What eight weeks of sessions teach of HRmax is scored as it is told."""

from dataclasses import replace
from statistics import fmean

import pytest

from drivers.emulators.patient import Patient
from teststation.ports import Setpoint
from teststation.protocol.load import SessionLoads, find, load_session
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.state import Phase
from teststation.subject import Gait
from teststation.training.session.analysis import analyse
from ui.commands.laboratory import session_lines, session_scores
from ui.laboratory.bouts import walk_session
from ui.laboratory.patients import draw_patient, on_a_day
from ui.laboratory.room import TICK_S, Room, subject_of
from ui.laboratory.sessions import Trained, regime_of, session_score, train
from ui.laboratory.walk import STANDS_FIRST_S

INTO_THE_SECOND_BOUT_S = 850.0


def trained(
    before: float, after: float, without: tuple[float, float] | None, with_them: tuple[float, float] | None, hard: int
) -> Trained:
    return Trained(180.0, before, after, 2.0, 40.0, without, with_them, 18, hard, tells=hard > 0)


def test_a_score_is_the_error_before_and_after_and_the_fall_of_the_width() -> None:
    found = [
        trained(190.0, 184.0, (30.0, 50.0), (35.0, 53.0), 8),
        trained(170.0, 178.0, (30.0, 50.0), (41.0, 57.0), 6),
        trained(180.0, 181.0, None, (30.0, 44.0), 0),
    ]
    score = session_score(found)
    assert (score.patients, score.attended, score.hard_sessions) == (3, 18.0, pytest.approx(14 / 3))
    assert (score.before_bias_bpm, score.before_sd_bpm) == pytest.approx((0.0, 10.0))
    assert (score.after_bias_bpm, score.after_sd_bpm) == pytest.approx((1.0, 3.0))
    assert (score.told_sd_bpm, score.held) == pytest.approx((2.0, 2 / 3))
    assert score.narrower_share == pytest.approx(0.15), "where both tests gave a range"
    assert (score.coverage_without, score.coverage) == (1.0, 0.5)
    scores = session_scores(found)
    assert {name: one.patients for name, one in scores.items()} == {"all": 3, "a session told": 2}
    head, everybody, _ = session_lines(scores)
    assert "± half fell" in head
    assert " ".join(everybody.split()) == "all 3 18.0 4.7 +0.0 ± 10.0 +1.0 ± 3.0 2.0 66.7 % 15.0 % 50.0 % 100.0 %"
    assert session_scores(found[:1]) == {}
    grouped = [replace(one, groups=("far", "near")[n // 2 : n // 2 + 1]) for n, one in enumerate(found)]
    assert set(session_scores(grouped)) == {"all", "a session told", "far"}, "a group of one has no score"


def test_people_train_as_the_plan_and_the_sources_have_it() -> None:
    """Two or three times a week; 89 % attended (Santos 2023); 15 ± 7 % of VO2max for 24 sessions (Flemmen 2014)."""
    patients = [draw_patient(seed) for seed in range(400)]
    regimes = [regime_of(patient) for patient in patients]
    assert {regime.times_a_week for regime in regimes} == {2, 3}
    assert fmean(regime.attends for regime in regimes) == pytest.approx(0.88, abs=0.02)
    shares = [one.gains_ml_kg_min / patient.body.vo2max for one, patient in zip(regimes, patients, strict=True)]
    assert fmean(shares) == pytest.approx(0.15, abs=0.015)
    assert regime_of(patients[3]) == regimes[3]


def test_a_patient_walks_a_session_and_their_maximum_is_never_below_its_peak() -> None:
    """One week in place of eight."""
    found = train(3, weeks=1)
    assert found is not None
    assert found.hard <= found.attended <= 3
    assert (found.after_bpm != found.before_bpm) is bool(found.hard)


def test_a_quick_session_and_a_whole_one_are_the_same_session() -> None:
    """Controller, engine and guard do with a load what the quick way does, and the pulses are those of one heart.

    Two seconds of reckoning: a step that is offered and taken shows in the second bout.
    """
    patient = draw_patient(5)
    body = on_a_day(patient, 100)
    subject = subject_of(body)
    plan = load_session(*find("4x4"), SessionLoads(Setpoint(speed_kmh=4.8, incline_pct=3.0), Gait.WALK, 185.0))
    felt: dict[int, float] = {}

    def beside(controller: Controller, person: Patient) -> None:
        state, now_s = controller.state, controller.now_s()
        if state.phase is Phase.STAGES and state.stage.part == "bout":
            felt[state.stage_index] = max(felt.get(state.stage_index, 0.0), person.effort)
        elif felt and state.phase is Phase.STAGES and now_s - state.phase_began_s > 10.0:
            controller.press(ev.RpeGiven(t_s=now_s, rpe=max(6, min(20, round(felt.popitem()[1])))))
        if state.bouts.offer is not None:
            controller.press(ev.LoadAccepted(t_s=now_s))

    room = Room(body, plan, patient.seed * 100 + 100, beside)
    for _ in range(int(STANDS_FIRST_S / TICK_S)):
        room.tick()
    room.controller.press(ev.TestBegan(t_s=room.controller.now_s()))
    while room.now_s < STANDS_FIRST_S + INTO_THE_SECOND_BOUT_S:
        room.tick()
    whole = room.controller.recording.record(room.controller.state)
    quick, readings = walk_session(patient, body, subject, plan, 100)
    found = analyse(quick, readings)
    for bout, until_s in zip(found.bouts, (540.0, INTO_THE_SECOND_BOUT_S), strict=False):
        belt = [one for one in whole.belt if bout.began_s + 60 <= one.t_s < until_s - 5]
        assert {one.target_incline_pct for one in belt} == {bout.incline_pct}
        pulses = [[h.bpm or 0 for h in run.heart if until_s - 60 <= h.t_s < until_s] for run in (quick, whole)]
        assert fmean(pulses[0]) == pytest.approx(fmean(pulses[1]), abs=6.0)
    assert [bout.incline_pct for bout in found.bouts] == [3.0, 4.0, 5.0, 6.0], "three offers were taken"
