"""Whatever a test comes to, page and window read like something a person has written."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report, text_of
from teststation.cause import Cause
from teststation.physiology.assess import Choices, EarlierTest, assess_run
from teststation.physiology.result import Assessment, Change, FitnessAge
from teststation.report.pdf import render
from teststation.run.record import Outcome, RunRecord
from teststation.texts import LANGUAGES, texts
from teststation.texts.catalogue import read_catalogue
from ui.desktop import i18n
from ui.desktop.result import text as window

Test = tuple[RunRecord, Assessment]
FILES = Path(__file__).parents[3] / "ui" / "desktop" / "i18n"


def shifted(run: RunRecord, bpm: float) -> RunRecord:
    heart = tuple(msgspec.structs.replace(s, bpm=None if s.bpm is None else round(s.bpm + bpm)) for s in run.heart)
    return msgspec.structs.replace(run, heart=heart)


def until(run: RunRecord, stages: int) -> RunRecord:
    """The same test, broken off after so many stages that count."""
    walked = run.stages[: stages + sum(span.plan.habituation for span in run.stages[:1])]
    end = walked[-1].ended_s if walked else 0.0
    return msgspec.structs.replace(
        run, stages=walked, stages_ended_s=end, outcome=Outcome.OPERATOR, reason=Cause("stop_other")
    )


def changed(**fields: Any) -> Test:
    run, found = follow_up()
    assert found.change is not None
    return run, msgspec.structs.replace(found, change=msgspec.structs.replace(found.change, **fields))


def aged(years: float, low: float, high: float, capped: str) -> Test:
    run, found = follow_up()
    return run, msgspec.structs.replace(
        found, fitness_age=FitnessAge(years, low, high, capped), fitness_age_withheld=None
    )


def ended(outcome: Outcome, code: str, **values: int) -> Test:
    run, _ = sample()
    run = msgspec.structs.replace(run, outcome=outcome, reason=Cause(code, dict(values)))
    return run, assess_run(run)


def of_person(**fields: Any) -> Test:
    run, _ = sample()
    run = msgspec.structs.replace(run, subject=msgspec.structs.replace(run.subject, **fields))
    return run, assess_run(run)


def like_before(bpm: float) -> Test:
    first, found = sample()
    run = msgspec.structs.replace(shifted(first, bpm), id="later", started_at="2026-04-02T10:00:00+02:00")
    return run, assess_run(run, [EarlierTest("earlier", first, found)])


def by_stages_alone(stages: int) -> Test:
    run = until(sample()[0], stages)
    return run, assess_run(run, choices=Choices(headline="extrapolation"))


CASES: dict[str, Callable[[], Test]] = {
    "first": lambda: sample(),
    "second": lambda: follow_up(),
    "alike": lambda: like_before(0),
    "much fitter": lambda: like_before(-16),
    "much less fit": lambda: like_before(14),
    "nothing at all": lambda: changed(change_ml_kg_min=-0.04, pulse_at_equal_load_bpm=-0.3),
    "nine beats": lambda: changed(pulse_at_equal_load_bpm=9.2, change_ml_kg_min=0.04),
    "no stage": lambda: by_stages_alone(0),
    "one stage": lambda: by_stages_alone(1),
    "two stages": lambda: by_stages_alone(2),
    "very old": lambda: aged(80.0, 62.0, 80.0, "old"),
    "any age": lambda: aged(50.0, 20.0, 80.0, "none"),
    "very young": lambda: aged(20.0, 20.0, 31.0, "young"),
    "pulse over the limit": lambda: ended(Outcome.LIMIT, "limit_hr", bpm=154, limit=155),
    "pulse lost": lambda: ended(Outcome.FAULT, "hr_lost", seconds=60),
    "no contact": lambda: ended(Outcome.FAULT, "hr_no_contact"),
    "station gone": lambda: ended(Outcome.INTERRUPTED, "interrupted"),
    "treadmill silent": lambda: ended(Outcome.FAULT, "trip_no_answer"),
    "beta-blocker": lambda: of_person(beta_blocker=True),
    "out of rhythm": lambda: of_person(irregular_rhythm=True),
    "pulse too high": lambda: of_person(hr_max_measured_bpm=150.4),
}
NEVER = {
    "a sign before nothing": r"[-−+]0(?:[.,]0+)?(?![\d.,]*\d)",
    "a hyphen for a minus": r"(?<![\w\d-])-\d",
    "one in the plural": r"\b(?:bare|berre|only) [01]\b|\b[01] (?:brukbare|usable|teste?r|personer|ganger|gonger)\b",
    "a line through nothing": r"[gG]jennom [012] |through [012] |r² –",
    "a bound of a bound": r"(?:mellom|between|til|to) (?:under|over)|(?:under|over) (?:under|over)",
    "a unit without a number": r"– (?:slag/min|bpm|mL|%|år|years|km)",
    "an order where it is over": (
        r"belastning(?:en|a) (?:holdes|økes ikke|blir halden|aukar ikkje)|the load (?:is held|does not rise)"
    ),
    "a present that is past": r"[Pp]ulsen er \d|heart rate is \d",
    "surer than it is": r"95 % (?:sikkert|sure)",
    "a program's own word": r"\bNone\b|\bnan\b|\{\w*\}|_ml_|samtalen med|tredemøllens samtale",
    "a sentence with a small letter": r"[.%] (?:bare ett|berre eitt|only one|betablokker:|beta-blocker:|uregel)",
    "two stops": r"(?<!\.)\.\.(?!\.)|[:;,]\.|\.,| ,|\( |\s\.(?=\s)",
    "not below": r"\b(\d{2,3}) (?:er|is) (?:under|over|below|above) (?:grensen på |grensa på |the limit of )?\1\b",
}


def said_in_window(run: RunRecord, found: Assessment) -> Iterator[str]:
    yield window.plain_sentence(run, found)
    yield window.training_words(run, found)
    yield window.outcome_words(run)
    yield " ".join(window.fitness_age_words(found))
    yield window.limits_words(found)
    yield window.hr_max_words(found)
    yield window.ranges_words(found.estimates[found.headline])
    yield window.remark_words(found.estimates[found.headline])
    if found.change is not None:
        yield window.change_words(found.change)
    for stage in found.stages:
        yield window.stage_words(stage)
    for name in window.shown_by_itself(found):
        yield " ".join(window.estimate_row(name, found.estimates[name]))


@cache
def case(name: str) -> Test:
    return CASES[name]()


def amiss(text: str) -> list[tuple[str, str]]:
    """Which of ``NEVER`` stand in a text, with what stands around."""
    return [
        (what, text[max(0, found.start() - 30) : found.end() + 30])
        for what, pattern in NEVER.items()
        if (found := re.search(pattern, text)) is not None
    ]


@pytest.mark.parametrize("name", CASES)
def test_nothing_odd_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run, found = case(name)
    for language in LANGUAGES:
        assert amiss(text_of(render(report(run, found, language=language)))) == [], language
        monkeypatch.setattr(i18n, "_language", language)
        for words in said_in_window(run, found):
            assert amiss(words) == [], (language, words)


ODD = (
    "puls ved samme belastning: −0 slag/min", "endring -3", "bare 1 brukbare trinn", "Linje gjennom 0 trinn, r² –.",
    "mellom under 20 og over 80", "– slag/min", "ingen puls; belastningen økes ikke", "Pulsen er 160, over grensen",
    "95 % sikkert mellom 3 og 4", "puls None", "puls 110 er under 110 slag/min", "formen er bedre..",
)  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_what_is_odd_would_be_found(text: str) -> None:
    assert len(amiss(text)) == 1


@pytest.mark.parametrize("name", ["second", "much fitter", "much less fit", "nine beats"])
def test_every_difference_has_its_sign(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_language", "nb")
    run, found = case(name)
    assert isinstance(found.change, Change)
    for words in (text_of(render(report(run, found))), window.change_words(found.change)):
        for size in re.findall(r"Puls ved samme belastning: (\S+) slag", words):
            assert size[0] in "+−" or size == "0"
        for size in re.findall(r"Siden [\d.]+: (\S+) mL", words):
            assert size[0] in "+−" or size == "0,0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_twenty_of_a_probability_are_said_to_be_tests(language: str) -> None:
    """Without a word, 19 of 20 reads as people."""
    core = {key: texts(language).plain(f"report.norm.{key}") for key in ("below", "above")}
    window_words = read_catalogue((FILES / f"{language}.toml").read_text("utf-8"))
    for key, said in [*core.items(), *((key, window_words[f"norm.{key}"]) for key in core)]:
        assert re.search(r"\{n\} (av|of) 20 (slike|such) test", said), (key, said)
