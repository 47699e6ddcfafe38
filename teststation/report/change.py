"""Whether the person is fitter than last time: the sentence first, then what it rests on."""

from dataclasses import dataclass
from datetime import datetime

from teststation.physiology.result import Change
from teststation.report.model import Report

SEEN_APART_ML_KG_MIN = 1.0  # of two numbers' difference and the change between them


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is said of a change; ``first`` is empty where there is none to speak of."""

    first: str
    then: str


def change_words(report: Report) -> ChangeWords:
    """In a patient's words, then in figures."""
    change = report.assessment.change
    if change is None:
        return ChangeWords("", report.first_words)
    if change.not_comparable or not report.advice.verdicts:
        return _side_by_side(report, change)
    parts = [
        f"{change_line(report, change)} {report.say('report.trendline.same')}",
        *_apart(report, change),
        *_beside(report, change),
        *_since_first(report),
    ]
    if change.notes:
        say = report.say
        parts.append(say("report.change.note", what="; ".join(say.say(cause) for cause in change.notes)))
    return ChangeWords(_sentence(report, change), " ".join(parts))


def _sentence(report: Report, change: Change) -> str:
    """Years only where the change is real and both ages are within the table."""
    age, when = change.fitness_age, _when(report, change)
    if change.wording == "real" and age is not None and age.capped == "none" and round(age.years):
        ends = sorted(abs(end) for end in (age.low, age.high))
        sizes = {"years": abs(age.years), "low": ends[0], "high": ends[1]}
        told = {name: report.number(size, 0) for name, size in sizes.items()}
        return report.say(f"report.said.{'younger' if age.years < 0 else 'older'}", when=when[0], **told)
    key = change.wording
    if key != "within_error":
        key += "_up" if change.change_ml_kg_min >= 0 else "_down"
    size = report.signed(change.change_ml_kg_min)
    return report.say(f"report.said.{key}", when=when[0], since=when[1], size=size)


def _when(report: Report, change: Change) -> tuple[str, str]:
    """The month as people say it, after "than" and after "since"; the day where the month is this one."""
    then, now = (datetime.fromisoformat(at) for at in (change.earlier_started_at, report.run.started_at))
    if (then.year, then.month) == (now.year, now.month):
        day = report.day(change.earlier_started_at)
        return day, day
    month = report.say(f"report.month.m{then.month}")
    if then.year != now.year:
        month = report.say("report.month.year", month=month, year=then.year)
    return report.say("report.said.in_month", month=month), month


def change_line(report: Report, change: Change) -> str:
    """What the change is, with its range and its verdict, as page and journal say it."""
    told = change.told()
    return report.say(
        "report.change.line",
        day=report.day(change.earlier_started_at),
        size=report.signed(told.size),
        low=report.signed(told.low),
        high=report.signed(told.high),
        verdict=report.say(f"report.change.{change.wording}"),
    )


def _apart(report: Report, change: Change) -> list[str]:
    """Why the change is not what the reader gets who takes one number from the other, where that would be seen."""
    then, now = _then_and_now(report, change)
    if then is None or now is None or abs(now - then - change.change_ml_kg_min) < SEEN_APART_ML_KG_MIN:
        return []
    return [report.say("report.change.apart", then=report.number(then), now=report.number(now))]


def _then_and_now(report: Report, change: Change) -> tuple[float | None, float | None]:
    before = next((p for p in report.history if p.started_at == change.earlier_started_at), None)
    return None if before is None else before.vo2max_ml_kg_min, report.headline.vo2max_ml_kg_min


def _pulse(report: Report, key: str, difference_bpm: float) -> str:
    """The pulse at the same load against then; none is a word."""
    if not round(difference_bpm):
        return report.say("report.change.pulse_same")
    return report.say(key, bpm=report.signed(difference_bpm, 0))


def _beside(report: Report, change: Change) -> list[str]:
    """What else is known of it; the pulse first, for that was measured."""
    say, words = report.say, list[str]()
    if change.pulse_at_equal_load_bpm is not None:
        words.append(_pulse(report, "report.change.pulse", change.pulse_at_equal_load_bpm))
    if change.probability_of_rise is not None:
        words.append(say("report.change.probability", percent=report.percent(change.probability_of_rise)))
    if change.baseline_tests > 1:
        words.append(say("report.change.baseline"))
    told = change.told()
    if told.real_from is not None and told.possible_from is not None:
        real, possible = report.number(told.real_from), report.number(told.possible_from)
        words.append(say("report.change.thresholds", real=real, possible=possible))
    if change.wording == "real" and change.fitness_age is not None and change.fitness_age.capped != "none":
        words.append(say("report.change.years_unknown"))
    return words


def _since_first(report: Report) -> list[str]:
    """The same since the very first test."""
    first, say = report.assessment.since_first, report.say
    if first is None:
        return []
    day = report.day(first.earlier_started_at)
    if first.not_comparable:
        what = "; ".join(say.say(cause) for cause in first.not_comparable)
        return [say("report.trendline.first_apart", day=day, what=what)]
    told = first.told()
    sizes = {"size": told.size, "low": told.low, "high": told.high}
    signed = {name: report.signed(size) for name, size in sizes.items()}
    words = [say("report.trendline.first", day=day, verdict=say(f"report.change.{first.wording}"), **signed)]
    if first.pulse_at_equal_load_bpm is not None:
        words.append(_pulse(report, "report.trendline.first_pulse", first.pulse_at_equal_load_bpm))
    return words


def _side_by_side(report: Report, change: Change) -> ChangeWords:
    """Two tests that cannot be compared: both numbers and what differs, and no word on the difference."""
    say = report.say
    then, now = _then_and_now(report, change)
    values = {"day": report.day(change.earlier_started_at), "before": report.number(then), "now": report.number(now)}
    differences = "; ".join(say.say(cause) for cause in change.not_comparable)
    first = say("report.change.differs", what=differences) if differences else ""
    return ChangeWords(first, say("advice.then_and_now", **values))
