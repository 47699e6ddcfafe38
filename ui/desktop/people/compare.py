"""Two tests of one person side by side: what was the same, what was not, and whether the change is real."""

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QWidget

from teststation.device_names import device_name
from teststation.physiology.result import Change, StageResult
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.marks import marked, name_of
from ui.desktop.i18n.numbers import DASH, day, number, signed
from ui.desktop.result.text import change_words, fitness_age_words, interval, outcome_words
from ui.desktop.widgets.base import column, label
from ui.desktop.widgets.scrolled import Scrolled
from ui.desktop.widgets.sheet import Sheet

Line = tuple[str, str, str, str]  # name, earlier, later, difference


def comparison_lines(earlier: StoredTest, later: StoredTest, change: Change | None) -> list[Line]:
    """Result and conditions of both, one line each; ``change``: between them, under one HRmax."""
    lines: list[Line] = []

    def add(key: str, words: Callable[[StoredTest], str], difference: str = "") -> None:
        lines.append((tr(f"compare.{key}"), words(earlier), words(later), difference))

    add("vo2", _vo2, _change(earlier, later, change))
    add("age", lambda test: fitness_age_words(test.assessment)[0], _years(change))
    add(
        "hr_max",
        lambda test: number(test.assessment.hr_max.bpm),
        _apart(earlier.assessment.hr_max.bpm, later.assessment.hr_max.bpm, 0),
    )
    add(
        "weight",
        lambda test: number(test.run.subject.weight_kg, 1),
        _apart(earlier.run.subject.weight_kg, later.run.subject.weight_kg, 1),
    )
    add("beta", lambda test: _yes(test.run.subject.beta_blocker))
    add("handrail", lambda test: _yes(any(stage.handrail for stage in test.run.stages)))
    add("protocol", lambda test: core_texts().name_of(test.run.plan.title))
    add("strap", lambda test: device_name(test.run.heart_rate, core_texts()))
    add("outcome", lambda test: outcome_words(test.run))
    add("conditions", lambda test: test.conditions.get("conditions", DASH))
    add("operator", lambda test: test.conditions.get("operator", DASH))
    return lines


def stage_lines(earlier: StoredTest, later: StoredTest) -> list[Line]:
    """The pulse of every load that either test has; at equal load also the difference."""
    before = {_load(stage): stage for stage in earlier.assessment.stages}
    now = {_load(stage): stage for stage in later.assessment.stages}
    lines: list[Line] = []
    for load in sorted(before.keys() | now.keys()):
        one, other = before.get(load), now.get(load)
        difference = ""
        if one is not None and other is not None:
            pulses = one.observation.hr_bpm, other.observation.hr_bpm
            if pulses[0] is not None and pulses[1] is not None:
                difference = _apart(pulses[0], pulses[1], 0)
        name = tr("compare.load", speed=number(load[0], 1), incline=number(load[1], 1))
        lines.append((name, _pulse(one), _pulse(other), difference))
    return lines


class CompareSheet(Sheet):
    """The sentence first, then the figures, then the conditions."""

    def __init__(
        self, window: QWidget, person: Person, earlier: StoredTest, later: StoredTest, change: Change | None
    ) -> None:
        said = why_no_change(earlier, later) if change is None else change_words(change)
        self.words = label(said, "lead", wrap=True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(5)
        for place, share in enumerate((3, 4, 4, 3)):
            grid.setColumnStretch(place, share)
        dates = (marked(day(test.run.started_at), demo=test.run.demo) for test in (earlier, later))
        heads = ("", *dates, tr("compare.difference"))
        blocks = ((heads, comparison_lines(earlier, later, change)),
                  ((tr("compare.stages"), "", "", ""), stage_lines(earlier, later)))  # fmt: skip
        at = 0
        for head, lines in blocks:
            for place, text in enumerate(head):
                grid.addWidget(label(text, "strong"), at, place)
            at += 1
            for line in lines:
                for place, text in enumerate(line):
                    grid.addWidget(label(text, "soft" if place == 0 else "", wrap=True), at, place)
                at += 1
        scroll = Scrolled(grid, tr("compare.title", name=name_of(person)))
        body = column(self.words, scroll, shares=(0, 1))
        super().__init__(window, tr("compare.title", name=name_of(person)), body, width=1600)
        self.add_cancel(tr("common.close"))


def why_no_change(earlier: StoredTest, later: StoredTest) -> str:
    """Why two tests have no change in figures."""
    return tr("compare.none" if earlier.run.demo is later.run.demo else "compare.none_demo")


def _change(earlier: StoredTest, later: StoredTest, change: Change | None) -> str:
    """The change under one HRmax with its range, which is not the difference of two numbers that each had their own."""
    if change is None:
        return why_no_change(earlier, later)
    if change.not_comparable:
        return tr("compare.apart")
    told = change.told()
    return tr("compare.change", change=signed(told.size), low=signed(told.low), high=signed(told.high))


def _years(change: Change | None) -> str:
    """Years are told of a real change alone."""
    if change is None or change.not_comparable:
        return DASH
    years = change.fitness_age
    if years is None:
        return tr("compare.years_of_a_real_one")
    if years.capped != "none":
        return tr("compare.years_unknown")
    return tr("compare.years", years=signed(years.years, 0), low=signed(years.low, 0), high=signed(years.high, 0))


def _vo2(test: StoredTest) -> str:
    estimate = test.assessment.estimates[test.assessment.headline]
    if estimate.vo2max_ml_kg_min is None:
        return DASH
    return f"{number(estimate.vo2max_ml_kg_min, 1)} ({interval(estimate)})"


def _apart(earlier: float, later: float, decimals: int) -> str:
    """The difference of the two numbers as they stand there: 112 and 113 are never 0 apart."""
    return signed(float(f"{later:.{decimals}f}") - float(f"{earlier:.{decimals}f}"), decimals)


def _load(stage: StageResult) -> tuple[float, float]:
    actual, planned = stage.observation.actual, stage.observation.planned
    speed = actual.speed_kmh if actual.speed_kmh is not None else planned.speed_kmh if planned else 0.0
    incline = actual.incline_pct if actual.incline_pct is not None else planned.incline_pct if planned else 0.0
    return round(speed or 0.0, 1), round(2 * (incline or 0.0)) / 2


def _pulse(stage: StageResult | None) -> str:
    if stage is None or stage.observation.hr_bpm is None:
        return DASH
    pulse = number(stage.observation.hr_bpm)
    return pulse if stage.used else tr("compare.unused", pulse=pulse)


def _yes(value: bool) -> str:
    return tr("common.yes") if value else tr("common.no")
