"""For whom a protocol's uptake and pulse are foretold: the person of the appointment, or an example that is typed."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QComboBox, QWidget

from teststation.physiology.result import Line
from teststation.subject import Sex, Subject
from teststation.texts import COMMA
from ui.desktop.i18n import core_texts, language, tr
from ui.desktop.i18n.numbers import number, parse_number
from ui.desktop.widgets.base import label, row, set_state
from ui.desktop.widgets.fields import AGE_YEARS, WEIGHT_KG, line_edit
from ui.station.protocols import Shelved

EXAMPLE = Subject(sex=Sex.FEMALE, age_years=45.0, weight_kg=75.0)


@dataclass(frozen=True, slots=True)
class Someone:
    """A person, or an example of one where there is no name."""

    subject: Subject = EXAMPLE
    line: Line | None = None  # of their last test
    name: str = ""


def typed_with_comma() -> bool:
    """Whether the window's language writes 4,5."""
    return language() in COMMA


def title_of(one: Shelved) -> str:
    """A protocol's name in the window's language, where it is one of ours."""
    return core_texts().name_of(one.title)


class WhoBar(QWidget):
    """Tells for whom, in one line; of an example, sex, age and weight can be changed."""

    def __init__(self, someone: Someone, changed: Callable[[], None]) -> None:
        super().__init__()
        self._someone, self._changed = someone, changed
        self.sex = QComboBox()
        self.sex.setAccessibleName(tr("form.sex"))
        for sex in Sex:
            self.sex.addItem(tr(f"sex.{sex.value}"), sex)
        self.sex.setCurrentIndex(self.sex.findData(someone.subject.sex))
        self.age = line_edit(number(someone.subject.age_years), tr("protocols.age"))
        self.weight = line_edit(number(someone.subject.weight_kg), tr("protocols.weight"))
        example = (self.sex, self.age, label(tr("unit.years")), self.weight, label(tr("unit.kg")))
        self.words = label(tr("protocols.for_example"), "soft", wrap=True)
        if someone.name:
            how = "protocols.by_test" if someone.line is not None else "protocols.by_age"
            self.words.setText(tr(how, name=someone.name))
            for one in example:
                one.hide()
            self.setLayout(row(self.words, gap=8))
            for one in example:
                one.setParent(self)
        else:
            self.setLayout(row(self.words, *example, 1, gap=8))
            self.sex.currentIndexChanged.connect(lambda *_: self._look())
            for field in (self.age, self.weight):
                field.setMaximumWidth(90)
                field.textChanged.connect(lambda *_: self._look())

    @property
    def someone(self) -> Someone:
        """Who it is now; a number that cannot be read leaves the one before."""
        return self._someone

    def _look(self) -> None:
        subject, sex = self._someone.subject, Sex(self.sex.currentData())
        age, weight = parse_number(self.age.text()), parse_number(self.weight.text())
        set_state(self.age, "" if AGE_YEARS.holds(age) else "wrong")
        set_state(self.weight, "" if WEIGHT_KG.holds(weight) else "wrong")
        if age is not None and weight is not None and AGE_YEARS.holds(age) and WEIGHT_KG.holds(weight):
            self._someone = Someone(Subject(sex, age, weight), self._someone.line)
        else:
            self._someone = Someone(Subject(sex, subject.age_years, subject.weight_kg))
        self._changed()
