"""Virtual patients through eight weeks of intervals: what their sessions say of HRmax, and what that is worth.

The whole of a session runs: plan, engine, guard, belt and patient. Whoever stands beside takes an offer that is made,
and asks for Borg after each bout.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import fmean, median, stdev

import msgspec

from drivers.emulators.patient import Patient
from teststation.physiology.advice import advise
from teststation.physiology.assess import assess_run
from teststation.physiology.hrmax import SessionPeak, hr_max
from teststation.protocol.load import find, load_plan, load_session, session_band
from teststation.run import events as ev
from teststation.run.controller import Controller
from teststation.run.state import Phase
from teststation.training.session.analysis import analyse
from teststation.training.session.evidence import with_evidence
from teststation.training.session.pulse import readings_of
from teststation.training.session.result import NextLoad
from teststation.training.session.start import propose
from ui.laboratory.patients import ANSWER_SD, answers, draw_patient, on_a_day
from ui.laboratory.room import Room, subject_of
from ui.laboratory.walk import walk

SESSION = "4x4"
BEGAN = date(2026, 1, 5)
WEEKS, DAYS_APART = 8, 7
ASKED_AFTER_S = 10.0
_OF_THE_PULSE = (b'"heart_rate_read"', b'"test_began"')


@dataclass(frozen=True, slots=True)
class Trained:
    """One patient after eight weeks: HRmax as it was known before, as it is now, and the next test's half-width."""

    true_hr_max: float
    before_bpm: float
    after_bpm: float
    half_without: float | None
    half_with: float | None
    sessions: int  # that were hard enough to tell


@dataclass(frozen=True, slots=True)
class SessionScore:
    """What sessions taught of HRmax, over patients who had any that was hard enough, or over all.

    Errors are reckoned minus true, bpm: their mean and their standard deviation. ``narrower_share`` is the median share
    by which the next test's 95 % half-width fell against the same test without the sessions; negative where it grew.
    """

    patients: int
    hard_sessions: float  # on average
    before_bias_bpm: float
    before_sd_bpm: float
    after_bias_bpm: float
    after_sd_bpm: float
    narrower_share: float | None


def session_score(found: Sequence[Trained]) -> SessionScore:
    """The score of two patients or more."""
    before = [one.before_bpm - one.true_hr_max for one in found]
    after = [one.after_bpm - one.true_hr_max for one in found]
    fell = [
        1 - one.half_with / one.half_without
        for one in found
        if one.half_with is not None and one.half_without is not None
    ]
    return SessionScore(
        patients=len(found),
        hard_sessions=fmean(one.sessions for one in found),
        before_bias_bpm=fmean(before),
        before_sd_bpm=stdev(before),
        after_bias_bpm=fmean(after),
        after_sd_bpm=stdev(after),
        narrower_share=median(fell) if fell else None,
    )


def train(seed: int, weeks: int = WEEKS) -> Trained | None:
    """One patient's test, a session a week, and the test after them; None where no session was prescribed."""
    patient = draw_patient(seed)
    body = on_a_day(patient, 0)
    subject = subject_of(body)
    test = load_plan(*find("submax-13"), patient.speed)
    first = walk(patient, body, subject, test, 0)
    found = assess_run(first)
    prescribed = found, advise(first, found)
    peaks: list[SessionPeak] = []
    last: NextLoad | None = None
    for week in range(weeks):
        on = (BEGAN + timedelta(days=DAYS_APART * week)).isoformat()
        known = with_evidence(subject, peaks, on)
        start = propose(known, session_band(*find(SESSION)), prescribed, last)
        if start.loads is None:
            return None
        loads = start.loads
        if start.offered is not None:  # taken, as an operator would
            loads = msgspec.structs.replace(loads, bout=start.offered)
        says = answers(patient, 100 + week)
        today = on_a_day(patient, 100 + week)
        room = Room(today, load_session(*find(SESSION), loads), seed * 100 + week, _beside(says))
        done = room.run_through()
        kept = [data for data in done.events if any(kind in data for kind in _OF_THE_PULSE)]
        result = analyse(done.run, readings_of(ev.decode_event(data) for data in kept))
        last = result.next_load or last
        if result.peak is not None and (result.peak.hard_enough or result.peak.all_out):
            peaks.append(SessionPeak(on, result.peak.bpm, result.peak.all_out))
    end = (BEGAN + timedelta(days=DAYS_APART * weeks)).isoformat()
    knows = with_evidence(subject, peaks, end)
    again = walk(patient, on_a_day(patient, 1), subject, test, 1)
    without, with_them = (
        assess_run(msgspec.structs.replace(again, subject=one)).estimates["combined"] for one in (subject, knows)
    )
    reckoned = [hr_max(one).reckoned_bpm or hr_max(one).bpm for one in (subject, knows)]
    return Trained(
        true_hr_max=patient.body.hr_max,
        before_bpm=reckoned[0],
        after_bpm=reckoned[1],
        half_without=None if without.low is None or without.high is None else (without.high - without.low) / 2,
        half_with=None if with_them.low is None or with_them.high is None else (with_them.high - with_them.low) / 2,
        sessions=len(peaks),
    )


def _beside(says: Random) -> Callable[[Controller, Patient], None]:
    """Takes what is offered, and asks for Borg after each bout."""
    asked: set[int] = set()
    felt: dict[int, float] = {}

    def act(controller: Controller, person: Patient) -> None:
        state, now_s = controller.state, controller.now_s()
        if state.phase not in (Phase.STAGES, Phase.COOL_DOWN):
            return
        index = state.stage_index
        if state.phase is Phase.STAGES and state.stage.part == "bout":
            felt[index] = max(felt.get(index, 0.0), person.effort)
        elif felt and max(felt) not in asked and now_s - state.phase_began_s > ASKED_AFTER_S:
            bout = max(felt)
            asked.add(bout)
            controller.press(
                ev.RpeGiven(t_s=now_s, rpe=max(6, min(20, round(felt[bout] + says.gauss(0.0, ANSWER_SD)))))
            )
        if state.bouts.offer is not None:
            controller.press(ev.LoadAccepted(t_s=now_s))

    return act
