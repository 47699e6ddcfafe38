"""The golden set says what it said when it was last looked at: numbers within rounding, texts letter by letter."""

import re
from collections.abc import Iterator
from difflib import unified_diff
from functools import cache
from typing import Any

import msgspec
import pytest

from tests.golden_people import PEOPLE, report_of
from tests.golden_reports import FOLDER, kept, said
from teststation.report.archive import archive
from teststation.report.pdf import render

RENEW = "look at every page, then: python -m tests.golden_reports OUT --renew"
MOST_BYTES = 400_000


@cache
def printed(name: str) -> tuple[dict[str, Any], int]:
    """What a person's report says now, and its size."""
    made = report_of(name)
    pdf = archive(render(made))
    # As it is read from the file: lists for tuples, and so on.
    return msgspec.json.decode(msgspec.json.encode(said(made, pdf))), len(pdf)


def values(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a JSON tree by its path."""
    if isinstance(tree, dict):
        for key, below in tree.items():
            yield from values(below, f"{path}.{key}")
    elif isinstance(tree, list):
        for place, below in enumerate(tree):
            yield from values(below, f"{path}[{place}]")
    else:
        yield path, tree


def test_there_is_a_golden_file_for_each_of_twenty_four() -> None:
    assert len(PEOPLE) == 24
    assert {path.stem for path in FOLDER.glob("*.json")} == set(PEOPLE), RENEW


@pytest.mark.parametrize("name", PEOPLE)
def test_the_words_are_what_they_were(name: str) -> None:
    before, now = (
        [line for page in one["pages"] for line in ("— page", *page)] for one in (kept(name), printed(name)[0])
    )
    changed = "\n".join(unified_diff(before, now, "kept", "now", lineterm="", n=1))
    assert before == now, f"{name}: {RENEW}\n{changed}"


@pytest.mark.parametrize("name", PEOPLE)
def test_the_numbers_are_what_they_were(name: str) -> None:
    before, now = (dict(values(one["numbers"])) for one in (kept(name), printed(name)[0]))
    assert before.keys() == now.keys(), RENEW
    for path, value in before.items():
        if isinstance(value, float):
            assert now[path] == pytest.approx(value, rel=2e-3, abs=0.02), f"{name}{path}: {RENEW}"
        else:
            assert now[path] == value, f"{name}{path}: {RENEW}"


@pytest.mark.parametrize("name", PEOPLE)
def test_a_report_is_small(name: str) -> None:
    assert printed(name)[1] <= MOST_BYTES


def test_the_set_can_tell_a_changed_word_and_a_changed_number() -> None:
    one = kept("01_first_test")
    numbers = dict(values(one["numbers"]))
    assert any(isinstance(value, float) for value in numbers.values())
    assert len(one["pages"][0]) > 25
    assert not any(re.search(r"None|nan|\{|\}", line) for page in one["pages"] for line in page)
