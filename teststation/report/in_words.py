"""The charts in words, for who cannot see them."""

from teststation.physiology.course import course
from teststation.report.model import Report


def workload(report: Report) -> str:
    """Pulse against workload: each stage, and the answer where it stands."""
    say, found, n = report.say, report.assessment, report.number
    stages = "; ".join(
        say("report.in_words.stage", uptake=n(one.vo2_ml_kg_min), pulse=n(one.observation.hr_bpm, 0))
        for one in found.stages
        if one.vo2_ml_kg_min is not None and one.observation.hr_bpm is not None
    )
    words = [say("report.in_words.workload", stages=stages)]
    if report.headline.vo2max_ml_kg_min is not None:
        told = {"value": n(report.headline.vo2max_ml_kg_min), "pulse": n(found.hr_max.bpm, 0)}
        words.append(say("report.in_words.answer", **told))
    return " ".join(words)


def trend(report: Report) -> str:
    """The first and the last test, and how many there are."""
    first, last = report.tested[0], report.tested[-1]
    return report.say(
        "report.in_words.trend",
        n=len(report.tested),
        first=f"{report.day(first.started_at)} {report.number(first.vo2max_ml_kg_min)}",
        last=f"{report.day(last.started_at)} {report.number(last.vo2max_ml_kg_min)}",
    )


def over_time(report: Report) -> str:
    """How long it took and how high the pulse came."""
    seen = course(report.run, report.assessment)
    told = {"walked": report.clock(seen.walked_s), "peak": report.number(seen.peak_hr_bpm, 0)}
    return report.say("report.in_words.over_time", **told)
