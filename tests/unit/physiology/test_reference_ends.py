"""The reference ends where its data end: nobody under 20 stands beside people who were never asked."""

from collections.abc import Callable
from types import ModuleType

import msgspec
import pytest

from tests.mutants import fails_with
from tests.sample_tests import follow_up, sample
from tests.unit.report.test_report import report, text_of
from teststation.output import run_object
from teststation.physiology import reference
from teststation.physiology.assess import EarlierTest, assess_run
from teststation.report import trend_chart
from teststation.report.journal_text import journal_text
from teststation.report.pdf import render
from ui.desktop.result.text import no_norm_words, plain_sentence

BEGINS = "Referansen (HUNT 3) begynner ved 20 år"


def nobody_younger_is_compared() -> None:
    first, _ = sample()
    for age_years, compared in ((17.0, False), (19.99, False), (20.0, True)):
        run = msgspec.structs.replace(first, subject=msgspec.structs.replace(first.subject, age_years=age_years))
        found = assess_run(run)
        told = run_object(run, found)
        assert found.estimates[found.headline].vo2max_ml_kg_min is not None, "the number itself is told"
        for part in ("reference", "second_reference"):
            assert (told[part] is not None) is compared, (age_years, part)
        made = report(run, found)
        page, words = " ".join(text_of(render(made)).split()), journal_text(made, "t")
        for said in (page, words, no_norm_words(run.subject)):
            assert (BEGINS in said) is not compared, (age_years, said)
        assert ("av forventet" in page) is compared
        assert ("snittet" in plain_sentence(run, found)) is compared


def who_is_too_old_for_the_second_reference_is_not_compared_with_it() -> None:
    first, _ = sample()
    for age_years, compared in ((89.0, True), (90.0, False)):
        found = assess_run(
            msgspec.structs.replace(first, subject=msgspec.structs.replace(first.subject, age_years=age_years))
        )
        assert (found.second_reference is not None) is compared
        assert found.reference is not None, "the oldest decade of HUNT 3 is open"


def the_mean_of_the_healthy_begins_at_twenty() -> None:
    later, _ = follow_up()
    first, found = sample()
    for age_years, whole in ((19.0, None), (20.1, False), (21.0, True)):
        run = msgspec.structs.replace(later, subject=msgspec.structs.replace(later.subject, age_years=age_years))
        made = report(run, assess_run(run, [EarlierTest("earlier", first, found)]))
        line = trend_chart.healthy_line(made)
        left, right = trend_chart.span_of(made)
        assert "prikket linje" not in text_of(render(made)) if whole is None else "prikket" in text_of(render(made))
        if whole is None:
            assert line == []
            continue
        assert line[1][0] == right
        assert (line[0][0] == left) is whole, "it begins where the person was twenty"
        assert line[0][0] >= left


FACTS = (
    nobody_younger_is_compared,
    who_is_too_old_for_the_second_reference_is_not_compared_with_it,
    the_mean_of_the_healthy_begins_at_twenty,
)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.__name__)
def test_the_reference_ends_where_its_data_end(fact: Callable[[], None]) -> None:
    fact()


@pytest.mark.parametrize(
    ("module", "old", "new", "fact"),
    [
        (reference, "if not reference.tells_of(age_years):", "if False:", nobody_younger_is_compared),
        (reference, "self.youngest <= age_years < self.older", "self.youngest <= age_years",
         who_is_too_old_for_the_second_reference_is_not_compared_with_it),
        (trend_chart, "begins = max(x_range[0], reference.youngest - age_at_origin)", "begins = x_range[0]",
         the_mean_of_the_healthy_begins_at_twenty),
    ],
)  # fmt: skip
def test_the_ends_fail_on_a_planted_fault(module: ModuleType, old: str, new: str, fact: Callable[[], None]) -> None:
    fails_with(module, old, new, fact)
