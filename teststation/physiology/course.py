"""What a test was like, read off its samples: the highest pulse, the time walked, how fast the pulse fell after it."""

from statistics import fmean

from teststation.physiology.observe import mean_hr_bpm
from teststation.physiology.result import Assessment
from teststation.ports import Value
from teststation.run.record import RunRecord
from teststation.units import ML_KG_MIN_PER_MET

PEAK_OVER_S = 5  # a peak is held: one stray beat is none
RECOVERY_S, RECOVERY_OVER_S = 60.0, 10.0
ENDED_OVER_S = 10.0


class Course(Value, frozen=True):
    """None is what the samples do not tell."""

    peak_hr_bpm: float | None = None  # the highest mean of five seconds in a row
    peak_share: float | None = None  # of the HRmax that the page names
    walked_s: float = 0.0  # all stages together
    peak_met: float | None = None  # of the heaviest stage that was walked
    recovery_bpm: float | None = None  # fall of pulse in the first minute after the stages; the belt may be moving


def course(run: RunRecord, found: Assessment) -> Course:
    """The course of a run."""
    peak = _peak_bpm(run)
    uptakes = [stage.vo2_ml_kg_min for stage in found.stages if stage.vo2_ml_kg_min is not None]
    until_s = run.stages_ended_s if run.stages_ended_s is not None else run.ended_s
    return Course(
        peak_hr_bpm=peak,
        peak_share=None if peak is None else peak / found.hr_max.bpm,
        walked_s=0.0 if until_s is None or not run.stages else max(0.0, until_s - run.stages[0].began_s),
        peak_met=max(uptakes) / ML_KG_MIN_PER_MET if uptakes else None,
        recovery_bpm=_recovery_bpm(run),
    )


def _peak_bpm(run: RunRecord) -> float | None:
    """The run's samples stand a second apart; a gap in them is no part of a peak."""
    highest: float | None = None
    held: list[int] = []
    for sample in run.heart:
        held = [] if sample.bpm is None else [*held[-(PEAK_OVER_S - 1) :], sample.bpm]
        if len(held) == PEAK_OVER_S:
            highest = max(highest or 0.0, fmean(held))
    return highest


def _recovery_bpm(run: RunRecord) -> float | None:
    end_s = run.stages_ended_s
    if end_s is None or not run.heart or run.heart[-1].t_s < end_s + RECOVERY_S:
        return None
    at_end = mean_hr_bpm(run, end_s - ENDED_OVER_S, end_s)
    later = mean_hr_bpm(run, end_s + RECOVERY_S - RECOVERY_OVER_S / 2, end_s + RECOVERY_S + RECOVERY_OVER_S / 2)
    return None if at_end is None or later is None else at_end - later
