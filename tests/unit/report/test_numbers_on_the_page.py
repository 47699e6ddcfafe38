"""Every number that a report prints stands in the JSON of its tests, or in the words of the catalogue."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

import teststation.output as output_module
from tests.golden_people import PEOPLE, report_of
from tests.golden_reports import kept
from tests.mutants import fails_with
from teststation.output import run_object
from teststation.report.model import Report
from teststation.texts import texts

NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w])")
# What is no number of a test: dates, clocks, check sums and the like, each as it is printed.
NO_NUMBERS = re.compile(
    r"\d\d\.\d\d\.\d{4}|\b\d{1,2} [A-Z][a-z]{2} \d{4}\b|"
    r"\b\d+:\d\d\b|\b[0-9a-f]{16,}\b|\b\d+-årig|submax-\d+|\d\.\d\.\d|kl\. \d|H10|0403:6001:A10K|I-\d"
)
AXIS = frozenset(str(n) for n in (*range(19), *range(20, 260, 10), *range(2010, 2030)))  # ticks and flags


def numbers_in(tree: Any) -> Iterator[float]:
    """Every number of a JSON tree, those in its sentences, too: a cause is told in English there."""
    match tree:
        case bool() | None:
            return
        case str():
            yield from (float(found) for found in NUMBER.findall(tree) if "," not in found)
        case dict():
            for key, below in tree.items():
                if key not in ("id", "sha256", "started_at", "earlier_started_at"):
                    yield from numbers_in(below)
        case list() | tuple():
            for below in tree:
                yield from numbers_in(below)
        case _:
            yield float(tree)


def printed(value: float) -> set[str]:
    """How a number may be printed: rounded, without its sign, a share in per cent, seconds in minutes."""
    ways = {str(int(abs(value)))}  # an age is told in whole birthdays
    for one, finest in ((abs(value), 0.05), (abs(100 * value), 0.005), (abs(value) / 60, 0.0)):
        # The JSON has been rounded once itself.
        for digits, half in ((0, finest), (1, finest / 10), (2, 0.0)):
            ways |= {f"{one + step:.{digits}f}" for step in (-half, 0.0, half)}
    return ways


def told_in_json(made: Report) -> set[str]:
    """What the JSON of this test, of the one beside it and of the history says."""
    trees: list[Any] = [run_object(made.run, made.assessment), [msgspec.to_builtins(one) for one in made.history]]
    previous = made.extras.previous
    if previous is not None:
        trees.append(run_object(previous.run, previous.assessment))
    if made.trend is not None:
        trees.append([made.trend.per_year, made.trend.low, made.trend.high])
    return {way for tree in trees for value in numbers_in(tree) for way in printed(value)}


def words_of(made: Report) -> set[str]:
    """Numbers that stand in the catalogue's own words, and in what people wrote."""
    say = texts(made.language)
    own = [say.plain(key) for key in say.keys() if key.startswith(("report.", "advice.", "cause."))]  # noqa: SIM118
    written = [made.person.name, made.log_row, *made.professional_words, *made.extras.conditions.values()]
    written += [stage.plan.name for stage in made.run.stages] + [made.run.plan.title, made.run.treadmill]
    written += [mark.text for mark in made.run.marks]
    return {found.replace(",", ".") for text in (*own, *written) for found in NUMBER.findall(text)}


def unexplained(name: str) -> list[str]:
    """The numbers on the pages of which nothing else knows, with their lines."""
    made = report_of(name)
    known = told_in_json(made) | words_of(made)
    found: list[str] = []
    for page in kept(name)["pages"]:
        for line in page:
            rest = NO_NUMBERS.sub(" ", line)
            if rest.strip() in AXIS:
                continue
            found += [f"{one} in: {line}" for one in NUMBER.findall(rest) if one.replace(",", ".") not in known]
    return found


@pytest.mark.parametrize("name", PEOPLE)
def test_every_number_on_the_page_is_in_the_json(name: str) -> None:
    assert unexplained(name) == []


def numbers_of_three() -> None:
    for name in ("02_real_gain", "07_rail", "14_forty_one_tests"):
        assert unexplained(name) == []


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        (output_module, '"peak_hr_bpm": _round(seen.peak_hr_bpm, 1)', '"peak_hr_bpm": None'),
        (output_module, '"weight_kg": _round(run.subject.weight_kg, 1)', '"weight_kg": None'),
        (output_module, '"share": _round(term.sd_ml_kg_min**2 / variance, 4)', '"share": 0.0'),
    ],
)
def test_the_comparison_fails_on_a_planted_fault(module: Any, old: str, new: str) -> None:
    fails_with(module, old, new, numbers_of_three)
