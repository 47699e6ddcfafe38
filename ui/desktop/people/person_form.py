"""Add or change a person."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QButtonGroup, QComboBox, QFormLayout, QRadioButton, QWidget

from teststation.cause import Cause
from teststation.errors import BadInput, StationError
from teststation.records.people.matching import Description, Matching
from teststation.records.people.national_number import Kind, looks_like_one, masked, read
from teststation.records.people.person import ChangedMeanwhile, Person, birth_date
from teststation.subject import Sex
from teststation.texts import LANGUAGES
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import day, exact, parse_day, parse_number, today
from ui.desktop.widgets.base import button, column, problem_label, row, set_shown, show_problems
from ui.desktop.widgets.fields import HEIGHT_CM, form, line_edit
from ui.desktop.widgets.sheet import Sheet

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record


class PersonForm(Sheet):
    """Name, birth date, sex; number and height if wanted. Every problem is said at once."""

    def __init__(
        self,
        window: QWidget,
        record: "Record",
        person: Person | None,
        saved: Callable[[Person], None],
        choose: Callable[[Person, Person, Person], None],
        clinic_language: str = LANGUAGES[0],
    ) -> None:
        """``choose``: lets the user choose between two versions; called with what both began from, kept, and mine."""
        self._choose = choose
        self._record, self._person, self._saved = record, person, saved
        self.given = line_edit(person.given_name if person else "", tr("form.given"))
        self.family = line_edit(person.family_name if person else "", tr("form.family"))
        self.born = line_edit(day(person.born) if person and person.born else "", tr("form.born"), tr("form.born_hint"))
        self._kept_number = (person.number or "") if person else ""
        self._answered = ""  # what was asked about the number and answered by saving again
        self.number = line_edit(masked(self._kept_number), tr("form.number"))
        self.show_number = button(tr("form.show_number"), self.unmask)
        self._masked = bool(self._kept_number)
        self.number.setReadOnly(self._masked)
        set_shown(self.show_number, self._masked)
        height = exact(person.height_cm) if person else ""
        self.height_cm = line_edit(height, tr("form.height"))
        self.language = QComboBox()
        self.language.setAccessibleName(tr("form.language"))
        self.language.addItem(tr("language.clinic", name=tr(f"language.{clinic_language}")), None)
        for language in LANGUAGES:
            self.language.addItem(tr(f"language.{language}"), language)
        self.language.setCurrentIndex(max(0, self.language.findData(person.language if person else None)))
        self.female, self.male = QRadioButton(tr("sex.female")), QRadioButton(tr("sex.male"))
        for choice, sex in ((self.female, Sex.FEMALE), (self.male, Sex.MALE)):
            choice.setAccessibleName(f"{tr('form.sex')}: {choice.text()}")
            choice.setChecked(person is not None and person.sex is sex)
        self.problems = problem_label()
        fields = form(
            (tr("form.given"), self.given),
            (tr("form.family"), self.family),
            (tr("form.born"), self.born),
            (tr("form.sex"), row(self.female, self.male, 1)),
            (tr("form.number"), row(self.number, self.show_number, gap=8, shares=(1,))),
            (tr("form.height"), self.height_cm),
            (tr("form.language"), self.language),
        )
        fields.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        super().__init__(window, tr("form.edit") if person else tr("form.new"), column(fields, self.problems))
        self._sexes = QButtonGroup(self)
        self._sexes.addButton(self.female)
        self._sexes.addButton(self.male)
        self.add_cancel(tr("common.cancel"))
        self.save_button = button(tr("form.save"), self.save, "main")
        self.foot.addWidget(self.save_button)
        for field in (self.given, self.family, self.born, self.number, self.height_cm):
            field.returnPressed.connect(self.save)

    def save(self) -> None:
        """Keep the person and close, or say what is missing."""
        problems = self._wrong() or self._questions()
        if not problems:
            try:
                kept = self._keep()
            except ChangedMeanwhile as two:
                assert self._person is not None
                self.finish()
                self._choose(self._person, two.kept, two.mine)
                return
            except StationError as error:
                problems = told(error)
            else:
                self.finish()
                self._saved(kept)
                return
        show_problems(self.problems, problems)

    def _wrong(self) -> list[str]:
        problems: list[str] = []
        if not (self.given.text().strip() or self.family.text().strip()):
            problems.append(tr("form.name_missing"))
        born = parse_day(self.born.text())
        now = today()
        if born is None or isinstance(birth_date(born.isoformat(), now), Cause):
            problems.append(tr("form.born_wrong"))
        if self._sex() is None:
            problems.append(tr("form.sex_missing"))
        height = self.height_cm.text().strip()
        if height and not HEIGHT_CM.holds(parse_number(height)):
            problems.append(HEIGHT_CM.sentence(tr("form.height")))
        number = self._number()
        if looks_like_one(number):
            try:
                read(number, today())
            except BadInput:
                problems.append(tr("form.number_wrong"))
        holder = self._record.people.with_number(number) if number else None
        if holder is not None and (self._person is None or holder.id != self._person.id):
            problems.append(tr("form.number_taken"))
        return problems

    def unmask(self) -> None:
        """Show the number, to be corrected."""
        self._masked = False
        self.number.setReadOnly(False)
        self.number.setText(self._kept_number)
        set_shown(self.show_number, False)
        self.number.setFocus()

    def _number(self) -> str:
        return self._kept_number if self._masked else self.number.text().strip()

    def _questions(self) -> list[str]:
        """What may be right and is asked about once: saving again is the answer. Nothing is corrected by itself."""
        number, born = self._number(), parse_day(self.born.text())
        questions = [tr("form.there_already")] if self._there_already() else []
        if not self._masked and looks_like_one(number):
            found = read(number, today())
            if born is not None and found.kind is Kind.BIRTH_NUMBER and found.differs_from(born):
                questions.append(tr("form.number_differs"))
            if found.trial is not None:
                questions.append(tr("form.number_trial"))
        asked = f"{number} {born} {self.given.text()} {self.family.text()}"
        if not questions or self._answered == asked:
            return []
        self._answered = asked
        return [*questions, tr("form.save_again")]

    def _there_already(self) -> bool:
        """Whether somebody else has this name and birth date: most likely the same person, added a second time."""
        said = Description(f"{self.given.text()} {self.family.text()}", parse_day(self.born.text()))
        own = self._person
        if own is not None and Matching([own], lambda _: None).find(said) == own:
            return False  # neither name nor birth date is new
        others = [person for person in self._record.people.all() if own is None or person.id != own.id]
        return Matching(others, lambda _: None).find(said) is not None

    def _sex(self) -> Sex | None:
        return Sex.FEMALE if self.female.isChecked() else Sex.MALE if self.male.isChecked() else None

    def _keep(self) -> Person:
        born, sex = parse_day(self.born.text()), self._sex()
        assert born is not None
        assert sex is not None
        values = {
            "given_name": self.given.text(),
            "family_name": self.family.text(),
            "born": born.isoformat(),
            "sex": sex,
            "number": self._number() or None,
            "height_cm": parse_number(self.height_cm.text()),
            "language": self.language.currentData(),
        }
        if self._person is None:
            return self._record.people.add(**values)
        return self._record.people.update(msgspec.structs.replace(self._person, **values))
