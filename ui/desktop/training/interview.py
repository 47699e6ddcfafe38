"""The talk before the first session: the clinic's questions, answered in any order; a draft until it is done."""

from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLineEdit, QPlainTextEdit, QWidget

from teststation.errors import StationError
from teststation.training import interview as talks
from teststation.training.interview import NO, SCALE_HIGH, YES, Answer, Form, Interview, Question
from ui.desktop.i18n import core_texts, told, tr
from ui.desktop.i18n.numbers import day, parse_day
from ui.desktop.training.entry_sheet import combo
from ui.desktop.widgets.base import button, column, label, problem_label, row, set_text, show_problems
from ui.desktop.widgets.fields import line_edit
from ui.desktop.widgets.scrolled import Scrolled
from ui.desktop.widgets.sheet import Sheet

LINES = 2
CHOICE_COLUMNS = 4
LEAST_PX = 120  # of the questions, in the smallest window


class QuestionField(QWidget):
    """One question with room for its answer; what is not said stays unsaid."""

    def __init__(self, question: Question, answer: Answer) -> None:
        super().__init__()
        language = core_texts().language
        self.question = question
        words = talks.say(question.words, language)
        hint = talks.say(question.help, language) if question.help else ""
        self.text: QPlainTextEdit | None = None
        self.line: QLineEdit | None = None
        self.choice: QComboBox | None = None
        self.boxes: dict[str, QCheckBox] = {}
        self.declined = QCheckBox(core_texts()("diary.declined"))
        self.declined.setAccessibleName(f"{words}: {self.declined.text()}")
        self.declined.setChecked(answer.declined)
        items: list[object] = [row(label(words, wrap=True), self.declined, shares=(1, 0))]
        match question.kind:
            case "text":
                self.text = QPlainTextEdit(answer.text)
                self.text.setAccessibleName(words)
                self.text.setTabChangesFocus(True)
                self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * (LINES + 2))
                items.append(self.text)
            case "several":
                grid = QGridLayout()
                for place, choice in enumerate(question.choices):
                    box = QCheckBox(talks.say(choice.words, language))
                    box.setChecked(choice.id in answer.chosen)
                    self.boxes[choice.id] = box
                    grid.addWidget(box, place // CHOICE_COLUMNS, place % CHOICE_COLUMNS)
                items.append(grid)
            case "date":
                self.line = line_edit(_day_words(answer.text), words, tr("form.born_hint"))
                items.append(self.line)
            case _:
                self.choice = combo(words, _choices(question, language), _chosen(question, answer))
                self.line = line_edit(answer.text, f"{words}: {hint or tr('interview.more')}", hint)
                items.append(row(self.choice, self.line, shares=(1, 3)))
        self.setLayout(column(*items, gap=4))

    def answer(self) -> Answer:
        """What is answered now."""
        chosen = tuple(name for name, box in self.boxes.items() if box.isChecked())
        number = None
        if self.choice is not None:
            picked = self.choice.currentData()
            number = picked if self.question.kind == "scale" else None
            chosen = (picked,) if picked is not None and self.question.kind != "scale" else ()
        text = self.text.toPlainText() if self.text is not None else "" if self.line is None else self.line.text()
        if self.question.kind == "date":
            on = parse_day(text)
            text = text if on is None else on.isoformat()
        return Answer(text=text.strip(), chosen=chosen, number=number, declined=self.declined.isChecked())


class InterviewSheet(Sheet):
    """The whole talk. Saved as often as one likes; each time is a version."""

    def __init__(
        self,
        window: QWidget,
        interview: Interview,
        form: Form,
        version: str,
        *,
        keep: Callable[[Interview], str],
        print_page: Callable[[], None],
        begin_anew: Callable[[], None] | None,
    ) -> None:
        """``keep`` keeps the talk and says which version it is now. ``begin_anew``: None where this is a new one."""
        language = core_texts().language
        self._interview, self._keep = interview, keep
        self.fields: list[QuestionField] = []
        items: list[object] = []
        for part in form.parts:
            items.append(label(talks.say(part.title, language), "heading", wrap=True))
            for question in part.questions:
                field = QuestionField(question, interview.answers.get(question.id, Answer()))
                self.fields.append(field)
                items.append(field)
        self.paper = Scrolled(column(*items, gap=12), talks.say(form.title, language), least_px=LEAST_PX)
        self.paper.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.said = label(version, "soft")
        self.problems = problem_label()
        lead = row(label(tr("interview.lead"), "soft", wrap=True), self.said, shares=(1,))
        body = column(lead, self.paper, self.problems, shares=(0, 1))
        super().__init__(window, talks.say(form.title, language), body, width=1200, fill=True)
        self.draft_button = button(tr("interview.draft"), lambda: self.save(done=False), "touch")
        self.done_button = button(tr("interview.done"), lambda: self.save(done=True), "main")
        self.add_cancel(tr("common.close"))
        if begin_anew is not None:
            self.foot.addWidget(button(tr("interview.anew"), lambda: self.leave(begin_anew), "touch"))
        self.foot.addWidget(button(tr("training.print"), lambda: self.save_and_print(print_page), "touch"))
        self.foot.addWidget(self.draft_button)
        self.foot.addWidget(self.done_button)

    def interview(self, *, done: bool) -> Interview:
        """The talk as it is answered now."""
        answers = {field.question.id: field.answer() for field in self.fields}
        return msgspec.structs.replace(self._interview, answers=answers, done=done)

    def save(self, *, done: bool) -> bool:
        """Keep it; a talk that is done closes, a draft stays open. Whether it was kept."""
        try:
            wanted = talks.checked(self.interview(done=done))
            said = self._keep(wanted)
        except StationError as error:
            show_problems(self.problems, told(error))
            return False
        show_problems(self.problems, [])
        self._interview = wanted
        self.begin_typing()
        set_text(self.said, said)
        if done:
            self.finish()
        return True

    def save_and_print(self, print_page: Callable[[], None]) -> None:
        """What is printed is what is kept."""
        if self.save(done=False) if not self._interview.done else self.save_as_it_is():
            print_page()

    def save_as_it_is(self) -> bool:
        """Keep a talk that is done, still done, and leave it open."""
        try:
            wanted = talks.checked(self.interview(done=True))
            if wanted != self._interview:
                set_text(self.said, self._keep(wanted))
                self._interview = wanted
                self.begin_typing()
        except StationError as error:
            show_problems(self.problems, told(error))
            return False
        return True


def _choices(question: Question, language: str) -> list[tuple[str, object]]:
    none: list[tuple[str, object]] = [("–", None)]
    if question.kind == "scale":
        return none + [(str(n), n) for n in range(SCALE_HIGH + 1)]
    if question.kind == "yes_no":
        return [*none, (core_texts()("diary.yes"), YES), (core_texts()("diary.no"), NO)]
    return none + [(talks.say(choice.words, language), choice.id) for choice in question.choices]


def _chosen(question: Question, answer: Answer) -> object:
    if question.kind == "scale":
        return answer.number
    return answer.chosen[0] if answer.chosen else None


def _day_words(text: str) -> str:
    return day(text) if parse_day(text) is not None and "-" in text else text
