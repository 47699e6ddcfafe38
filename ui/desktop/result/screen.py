"""The result: one plain sentence, the numbers with their ranges, the chart, and everything behind them."""

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QAbstractItemView, QAbstractScrollArea, QBoxLayout, QGridLayout, QSizePolicy, QWidget

from teststation.physiology.result import ALGORITHM_VERSION, Assessment
from teststation.records.people.person import Person
from teststation.records.tests.earlier_result import ImportedResult
from teststation.records.tests.stored import StoredTest
from teststation.subject import Subject
from teststation.training.session.evidence import learned_by_test
from ui.desktop.i18n import tr
from ui.desktop.i18n.learned import learned_words
from ui.desktop.i18n.marks import marked, name_of
from ui.desktop.i18n.numbers import DASH, between, day, number
from ui.desktop.result.sign import signed_words
from ui.desktop.result.text import (
    STAGE_COLUMNS,
    change_words,
    estimate_row,
    first_words,
    fitness_age_words,
    hr_max_words,
    limits_words,
    no_norm_words,
    outcome_words,
    plain_sentence,
    ranges_words,
    remark_words,
    shown_by_itself,
    since_first_words,
    stage_rows,
    training_words,
)
from ui.desktop.widgets.base import button, card, clear, column, frame, label, row, set_shown, set_state, set_text
from ui.desktop.widgets.load_plot import LoadPlot
from ui.desktop.widgets.roomy import Roomy
from ui.desktop.widgets.table import fill_wrapped, reading_table

ONE_COLUMN_BELOW = 0.5  # the scale below which the stages' words have no room beside the chart


class ResultScreen(QWidget):
    """Shows a kept test; printing and saving leave as signals, because they take their time."""

    print_wanted = Signal(object)  # StoredTest
    pdf_wanted = Signal(object)
    hand_over_wanted = Signal(object)  # page and text for the journal
    sign_wanted = Signal(object)
    versions_wanted = Signal(object)
    again_wanted = Signal(object)  # calculate with today's method
    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("screen")
        self.stored: StoredTest | None = None
        self.who = label("", "heading", wrap=True)
        self.sentence = label("", "title", wrap=True)
        self.vo2, self.vo2_range = label("", "large"), label("", "soft", wrap=True)
        self.age, self.age_range = label("", "large", wrap=True), label("", "soft", wrap=True)
        self.expected, self.percentile = label("", "large"), label("", "soft", wrap=True)
        self.change = label("", wrap=True)
        self.ended = label("", wrap=True)
        self.hr_max = label("", "soft", wrap=True)
        self.limits = label("", wrap=True)
        self.training = label("", wrap=True)
        self.plot = LoadPlot()
        headings = [tr(f"stages.{name}") for name in STAGE_COLUMNS]
        self.table = reading_table(tr("result.stages"), headings, len(STAGE_COLUMNS) - 1, wrapped=True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        # As high as its rows: the screen scrolls, and nothing in it does by itself.
        self.table.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustToContents)
        self.table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.estimates = QGridLayout()
        self.estimates.setHorizontalSpacing(14)
        self.estimates.setVerticalSpacing(3)
        self.estimates.setColumnStretch(2, 1)
        self.busy = label("", "soft")
        self.print_button = button(tr("result.print"), lambda: self._emit(self.print_wanted), "touch")
        self.pdf_button = button(tr("result.pdf"), lambda: self._emit(self.pdf_wanted), "touch")
        self.hand_over_button = button(
            tr("result.hand_over"), lambda: self._emit(self.hand_over_wanted), "touch", name=tr("result.hand_over_name")
        )
        self.signed = label("", "soft", wrap=True)
        self.sign_button = button(tr("sign.do"), lambda: self._emit(self.sign_wanted), "touch")
        self.versions_button = button(tr("sign.versions"), lambda: self._emit(self.versions_wanted), "link")
        self.again_button = button(tr("sign.again"), lambda: self._emit(self.again_wanted), "link")
        self._may_sign = False
        self.done_button = button(tr("result.done"), self.done.emit, "main")
        self._layout()

    def _layout(self) -> None:
        figures = row(
            _figure(tr("result.vo2_title"), self.vo2, self.vo2_range),
            _figure(tr("result.age_title"), self.age, self.age_range),
            _figure(tr("result.expected_title"), self.expected, self.percentile),
            shares=(1, 1, 1),
        )
        chart = card(tr("plot.load_title"), self.plot, self.hr_max, self.limits, gap=4, shares=(0, 1))
        training = card(tr("result.training_title"), self.training, gap=4)
        left = column(figures, chart, training, shares=(0, 1))
        change = card(tr("change.title"), self.change, gap=4)
        methods = card(tr("result.methods"), self.estimates, gap=4)
        stages = card(tr("result.stages"), self.table, self.ended, gap=4, shares=(0, 1))
        right = column(change, stages, methods, shares=(0, 1))
        body = self._body = row(left, right, shares=(5, 6))
        inner = column(self.sentence, body, gap=12, margin=(16, 2, 16, 10), shares=(0, 1))
        self.signed.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        signed = (self.signed, self.versions_button, self.again_button, self.sign_button)
        foot = row(
            self.print_button,
            self.pdf_button,
            self.hand_over_button,
            self.busy,
            *signed,
            self.done_button,
            margin=12,
            shares=(0, 0, 0, 0, 1),
        )
        who = column(self.who, margin=(16, 10, 16, 0))  # stays where the rest scrolls: whose result it is
        self.setLayout(column(who, Roomy(inner, tr("step.result")), frame(foot, "foot"), gap=0, shares=(0, 1)))

    def rescale(self, scale: float, family: str) -> None:
        """Letters at this scale."""
        self.plot.rescale(scale, family)
        self.table.setMinimumHeight(round(110 * scale))
        one_column = scale < ONE_COLUMN_BELOW
        self._body.setDirection(QBoxLayout.Direction.TopToBottom if one_column else QBoxLayout.Direction.LeftToRight)
        self.plot.setMinimumHeight(round((440 if one_column else 300) * scale))

    def show_test(self, stored: StoredTest, person: Person, imported: ImportedResult | None = None) -> None:
        """Show a kept test; ``imported`` is the latest result of another system before it."""
        self.stored = stored
        found, run = stored.assessment, stored.run
        who = tr("result.who", name=name_of(person), born=day(person.born), date=day(run.started_at))
        set_text(self.who, marked(who, demo=run.demo))
        set_text(self.sentence, plain_sentence(run, found))
        self._figures(found, run.subject)
        words = first_words(run, found, imported) if found.change is None else change_words(found.change)
        set_text(self.change, f"{words}\n{since_first_words(found)}".strip())
        set_text(self.ended, outcome_words(run))
        learned = learned_words(learned_by_test(run.subject))
        set_text(self.hr_max, f"{hr_max_words(found)} {learned}".strip())
        set_text(self.limits, " ".join((remark_words(found.estimates[found.headline]), limits_words(found))).strip())
        set_text(self.training, training_words(run, found))
        self.plot.show_assessment(found)
        fill_wrapped(self.table, stage_rows(found.stages))
        pressed = any(stage.observation.systolic_mmhg is not None for stage in found.stages)
        self.table.setColumnHidden(STAGE_COLUMNS.index("pressure"), not pressed)  # its room is the others'
        clear(self.estimates)
        rows = {name: estimate_row(name, estimate) for name, estimate in found.estimates.items()}
        given = {name: row for name, row in rows.items() if name in shown_by_itself(found)}
        for line, (name, (title, value, words)) in enumerate(given.items()):
            role = "strong" if name == found.headline else ""
            self.estimates.addWidget(label(title, role), line, 0)
            self.estimates.addWidget(label(value, role), line, 1)
            self.estimates.addWidget(label(words, "soft", wrap=True), line, 2)
        # What is withheld beside the result takes one line; the reasons are in its tip and in the report.
        left_out = [row for name, row in rows.items() if name not in given]
        if left_out:
            names = ", ".join(title for title, _, _ in left_out)
            words = label(tr("result.not_given", methods=names), "soft", wrap=True)
            words.setToolTip("\n".join(f"{title}: {why}" for title, _, why in left_out))
            self.estimates.addWidget(words, len(given), 0, 1, 3)
        self._show_signature(stored)
        self.show_busy("")
        self.done_button.setFocus()

    def allow_signing(self, allowed: bool) -> None:
        """Whether who is logged in may sign."""
        self._may_sign = allowed
        self.sign_button.setEnabled(allowed)
        self.sign_button.setToolTip("" if allowed else tr("sign.not_allowed"))

    def _show_signature(self, stored: StoredTest) -> None:
        signature = stored.signature
        words = [signed_words(signature)]
        older = stored.assessment.algorithm_version != ALGORITHM_VERSION
        if older:
            words.append(tr("sign.older", version=stored.assessment.algorithm_version))
        if stored.newest_result != stored.result_number:
            words.append(tr("sign.newer_waits"))
        set_text(self.signed, " ".join(words))
        set_text(self.sign_button, tr("sign.do") if signature is None else tr("sign.amend_do"))
        set_shown(self.versions_button, signature is not None and signature.is_amendment)
        set_shown(self.again_button, older and stored.newest_result == stored.result_number)
        self.allow_signing(self._may_sign)

    def show_busy(self, words: str) -> None:
        """What is being made, or made; the buttons wait while ``words`` end in an ellipsis."""
        set_text(self.busy, words)
        for control in (self.print_button, self.pdf_button, self.hand_over_button):
            control.setEnabled(not words.endswith("…"))

    def _figures(self, found: Assessment, subject: Subject) -> None:
        estimate = found.estimates[found.headline]
        there = estimate.vo2max_ml_kg_min is not None
        set_text(self.vo2, number(estimate.vo2max_ml_kg_min, 1))
        set_text(self.vo2_range, ranges_words(estimate) if there else tr("result.withheld"))
        years, span = fitness_age_words(found)
        set_text(self.age, years)
        # "trolig over 80" is no figure, and as wide as three.
        set_state(self.age, "words" if " " in years else "")
        set_text(self.age_range, span or tr("result.withheld"))
        reference = found.reference
        set_text(self.expected, DASH if reference is None else f"{round(reference.percent_of_expected)} %")
        words = (no_norm_words(subject) if there else "") or tr("result.withheld")
        if reference is not None:
            expected = number(reference.expected_ml_kg_min, 1)
            words = tr("result.percentile", percentile=number(reference.percentile), expected=expected)
            if reference.percent_likely_low is not None:
                likely = between(reference.percent_likely_low, reference.percent_likely_high)
                words = tr("result.percent_likely", range=likely, expected=expected)
        set_text(self.percentile, words)

    def _emit(self, signal: SignalInstance) -> None:
        if self.stored is not None:
            signal.emit(self.stored)


def _figure(title: str, value: QWidget, words: QWidget) -> QWidget:
    return card(title, value, words, 1, gap=0, margin=(14, 8, 14, 8))
