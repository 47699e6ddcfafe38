"""A test in five lines of text, for who pastes it into the patient's journal.

What, when and how it ended; VO2max with range and method; age and comparison; change; advice, next test and who stands
for it. The page's own words and the page's own gate: nothing is said here that page one would not say.
"""

from teststation.moments import time_of_day
from teststation.report.change import change_line, change_words
from teststation.report.model import Report
from teststation.report.training_block import no_session_words, session_words


def journal_text(report: Report, test_id: str) -> str:
    """Five lines, each ended by a newline, in the reader's language."""
    made = report.say("journal.made", program=f"teststation {report.made_with}", test=test_id[:8])
    lines = (f"{_what(report)} {made}", _result(report), _compared(report), _change(report), _then(report))
    return "".join(f"{' '.join(line.split())}\n" for line in lines)


def _what(report: Report) -> str:
    say, run = report.say, report.run
    told = say(
        "journal.what",
        title=say.name_of(run.plan.title),
        day=report.day(run.started_at),
        time=time_of_day(run.started_at),
        protocol=run.plan.id,
        ending=report.ending,
    )
    return " ".join((*(f"{mark}." for mark in report.marks), told, *report.advice.framed(say)))


def _result(report: Report) -> str:
    say, estimate = report.say, report.headline
    if estimate.vo2max_ml_kg_min is None:
        return say("journal.withheld", why="–" if estimate.why is None else say.say(estimate.why))
    return say(
        "journal.result",
        value=report.number(estimate.vo2max_ml_kg_min),
        low=report.number(estimate.low, 0),
        high=report.number(estimate.high, 0),
        method=say(f"report.estimate.{report.assessment.headline}"),
        algorithm=report.assessment.algorithm_version,
    )


def _compared(report: Report) -> str:
    say, reference = report.say, report.assessment.reference
    if report.headline.vo2max_ml_kg_min is None or (reference is None and not report.no_norm_words):
        return say("journal.not_compared")
    age = report.fitness_age_words
    words = say("journal.no_age", why=report.fitness_age_range) if age == "–" else say("journal.age", age=age)
    if reference is None:
        return f"{words} {report.no_norm_words}"
    percent, expected = report.number(reference.percent_of_expected, 0), report.number(reference.expected_ml_kg_min)
    if not report.advice.verdicts:
        return f"{words} {say('journal.percent_alone', percent=percent, expected=expected)}"
    return f"{words} {say('journal.percent', percent=percent, expected=expected, norm=report.norm_words)}"


def _change(report: Report) -> str:
    words = change_words(report)
    change = report.assessment.change
    if change is None or change.not_comparable or not report.advice.verdicts:
        return f"{words.first} {words.then}"
    return f"{words.first} {change_line(report, change)}"


def _then(report: Report) -> str:
    say, told, signatures = report.say, report.prescription, report.signatures
    words = [] if told is None else [*session_words(say, told)[:2]]
    if report.advice.waits is not None:
        words.append(no_session_words(say, report.advice))
    words.append(report.next_test)
    if signatures:
        last = signatures[-1]
        words.append(say("journal.signed", day=report.signed_on(last), name=last.name))
        words += report.professional_words
    else:
        words.append(say("journal.unsigned"))
    return " ".join(word if word.rstrip().endswith((".", ")", "!", "?")) else f"{word}." for word in words if word)
