"""The table of stages: planned, walked and measured, beside the same load last time."""

from teststation.physiology.result import Load, StageResult
from teststation.report.flow import Block, row
from teststation.report.layout import INK, INNER, QUIET
from teststation.report.model import Report
from teststation.run.record import RunRecord, StageSpan
from teststation.subject import Gait
from teststation.units import ML_KG_MIN_PER_MET

SAME_SPEED_KMH, SAME_INCLINE_PCT = 0.15, 0.3  # as the change compares loads
_SHORT_S = 5.0  # a stage so much shorter than planned is told as cut
_SIZE = 7.2
_COLUMNS = (
    ("name", 44),
    ("planned", 66),
    ("walked", 66),
    ("vo2", 26),
    ("met", 24),
    ("pulse", 26),
    ("previous", 40),
    ("percent", 36),
    ("rpe", 25),
    ("bp", 34),
    ("used", INNER - 387),
)


def stage_rows(report: Report) -> list[Block]:
    """A head and a row for each stage; none where nothing was walked."""
    stages = report.assessment.stages
    if not stages:
        return []
    say = report.say
    # Nobody misses a column for a test that was not there.
    columns = [column for column in _COLUMNS if column[0] != "previous" or report.extras.previous is not None]
    free = INNER - sum(width for _, width in columns)
    widths = [width + (free if name == "used" else 0.0) for name, width in columns]
    keys = [f"report.{'row' if name == 'previous' else 'stage'}.{name}" for name, _ in columns]
    head = row(list(zip(map(say, keys), widths, strict=True)), _SIZE, bold=True, color=QUIET)
    spans = {span.index: span for span in report.run.stages}
    rows = [_cells(report, stage, spans.get(stage.observation.index)) for stage in stages]
    names = [name for name, _ in columns]
    return [
        head,
        *(row([(cells[n], w) for n, w in zip(names, widths, strict=True)], _SIZE, color=INK) for cells in rows),
    ]


def _cells(report: Report, stage: StageResult, span: StageSpan | None) -> dict[str, str]:
    seen, n = stage.observation, report.number
    vo2, pulse, before = stage.vo2_ml_kg_min, seen.hr_bpm, _pulse_last_time(report, stage)
    return {
        "name": report.say.name_of(seen.name),
        "planned": "–" if seen.planned is None else _load(report, seen.planned),
        "walked": _load(report, seen.actual),
        "vo2": n(vo2),
        "met": n(None if vo2 is None else vo2 / ML_KG_MIN_PER_MET),
        "pulse": n(pulse, 0),
        "previous": n(before, 0),
        "percent": n(None if pulse is None else 100 * pulse / report.assessment.hr_max.bpm, 0),
        "rpe": "–" if seen.rpe is None else str(seen.rpe),
        "bp": "–" if seen.systolic_mmhg is None else f"{seen.systolic_mmhg}/{seen.diastolic_mmhg}",
        "used": "; ".join(_remarks(report, stage, span)),
    }


def _load(report: Report, load: Load) -> str:
    return report.say("report.stage.load", speed=report.number(load.speed_kmh), incline=report.number(load.incline_pct))


def _remarks(report: Report, stage: StageResult, span: StageSpan | None) -> list[str]:
    """Whether a stage counts and why not, then how it was walked."""
    seen, say = stage.observation, report.say
    why = "–" if stage.excluded_because is None else say.say(stage.excluded_because)
    said = [why]
    if stage.used and report.run.subject.irregular_rhythm:
        # The pulse counts for nothing here, so its doubts are none; what was felt may.
        said = [say("report.row.effort" if seen.rpe is not None else "report.row.no_effort")]
    elif stage.used:
        said = [say("report.stage.yes"), *(say.say(doubt) for doubt in stage.doubts)]
    if seen.steady is False and not any(doubt.code == "not_steady" for doubt in stage.doubts):
        said.append(say("report.row.not_steady"))
    if seen.handrail:
        said.append(say("report.row.rail"))
    if seen.gait is Gait.RUN:
        said.append(say("report.row.run"))
    if span is not None:
        said += _as_walked(report, span)
    return said


def _as_walked(report: Report, span: StageSpan) -> list[str]:
    said: list[str] = []
    ended_s = span.ended_s if span.ended_s is not None else report.run.stages_ended_s
    if any(
        mark.kind == "load_changed" and span.began_s <= mark.t_s < (ended_s or float("inf"))
        for mark in report.run.marks
    ):
        said.append(report.say("report.row.by_hand"))
    if span.extended_s:
        said.append(report.say("report.row.extended", minutes=report.number(span.extended_s / 60, 0)))
    if ended_s is not None and ended_s - span.began_s < span.plan.duration_s - _SHORT_S:
        clocks = report.clock(ended_s - span.began_s), report.clock(span.plan.duration_s)
        said.append(report.say("report.row.short", walked=clocks[0], planned=clocks[1]))
    return said


def _pulse_last_time(report: Report, stage: StageResult) -> float | None:
    previous = report.extras.previous
    if previous is None:
        return None
    now = stage.observation.actual
    same = [one for one in previous.assessment.stages if _alike(one.observation.actual, now)]
    return same[0].observation.hr_bpm if same else None


def _alike(one: Load, other: Load) -> bool:
    if None in (one.speed_kmh, one.incline_pct, other.speed_kmh, other.incline_pct):
        return False
    speed = abs((one.speed_kmh or 0.0) - (other.speed_kmh or 0.0))
    return speed <= SAME_SPEED_KMH and abs((one.incline_pct or 0.0) - (other.incline_pct or 0.0)) <= SAME_INCLINE_PCT


def rail_words(report: Report, run: RunRecord) -> str:
    """In which stages the handrail was held."""
    held = [span.index + 1 for span in run.stages if span.handrail]
    if not held:
        return report.say("report.sum.no")
    if len(held) == len(run.stages):
        return report.say("report.sum.all_stages")
    return report.say("report.sum.stages", stages=", ".join(map(str, held)))


def gait_words(report: Report, run: RunRecord) -> str:
    """Walking, running or both."""
    gaits = {span.gait for span in run.stages}
    if not gaits:
        return "–"
    return report.say("report.sum.both") if len(gaits) > 1 else report.say(f"report.gait.{gaits.pop().value}")
