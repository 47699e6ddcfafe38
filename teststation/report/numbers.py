"""The test in numbers, with the previous test's beside them."""

from teststation.moments import time_of_day
from teststation.physiology.course import course
from teststation.physiology.result import Assessment
from teststation.report.flow import Block, row
from teststation.report.layout import INK, QUIET
from teststation.report.model import Report
from teststation.report.stages import gait_words, rail_words
from teststation.run.record import RunRecord
from teststation.subject import Subject

_SIZE = 7.2
_VALUE = 74.0


def number_rows(report: Report, width: float) -> list[Block]:
    """A head and a row for each number; two columns where there is a test before this one."""
    now = _values(report, report.run, report.assessment)
    previous = report.extras.previous
    if previous is None:
        return [
            row([(_label(report, name), width - 1.4 * _VALUE), (value, 1.4 * _VALUE)], _SIZE)
            for name, value in now.items()
            if value != "–" and name not in _WHERE_THEY_DIFFER
        ]
    before = _values(report, previous.run, previous.assessment)
    days = report.say("report.sum.now"), report.day(previous.run.started_at)
    label = width - 2 * _VALUE
    head = row([("", label), *((day, _VALUE) for day in days)], _SIZE, bold=True, color=QUIET)
    return [
        head,
        *(
            row([(_label(report, name), label), (now[name], _VALUE), (before[name], _VALUE)], _SIZE, color=INK)
            for name in now
            if (now[name], before[name]) != ("–", "–") and (name not in _WHERE_THEY_DIFFER or now[name] != before[name])
        ),
    ]


_WHERE_THEY_DIFFER = ("protocol", "algorithm", "gait", "beta")  # told of one test elsewhere on the page


def _label(report: Report, name: str) -> str:
    return report.say(f"report.sum.{name}")


def _values(report: Report, run: RunRecord, found: Assessment) -> dict[str, str]:
    n, say, seen = report.number, report.say, course(run, found)
    estimate = found.estimates[found.headline]
    maximum = found.hr_max
    value = "–"
    if estimate.vo2max_ml_kg_min is not None:
        value = f"{n(estimate.vo2max_ml_kg_min)} ({n(estimate.low, 0)}–{n(estimate.high, 0)})"
    peak = "–"
    if seen.peak_hr_bpm is not None and seen.peak_share is not None:
        peak = say("report.sum.peak_value", bpm=n(seen.peak_hr_bpm, 0), percent=n(100 * seen.peak_share, 0))
    bpm, sd = maximum.reckoned_bpm or maximum.bpm, maximum.reckoned_sd_bpm or maximum.see_bpm
    return {
        "vo2max": value,
        "peak": peak,
        "met": n(seen.peak_met),
        "walked": report.clock(seen.walked_s),
        "recovery": n(seen.recovery_bpm, 0),
        "resting": n(run.subject.resting_hr_bpm, 0),
        "pressure": _pressure(run.subject),
        "reckoned": say("report.sum.reckoned_value", bpm=n(bpm, 0), sd=n(sd, 0)),
        "weight": n(run.subject.weight_kg),
        "clock": time_of_day(run.started_at),
        "rail": rail_words(report, run),
        "gait": gait_words(report, run),
        "beta": say("report.sum.yes" if run.subject.beta_blocker else "report.sum.no"),
        "protocol": run.plan.id,
        "algorithm": found.algorithm_version,
    }


def _pressure(subject: Subject) -> str:
    if subject.resting_systolic_mmhg is None or subject.resting_diastolic_mmhg is None:
        return "–"
    return f"{subject.resting_systolic_mmhg}/{subject.resting_diastolic_mmhg}"
