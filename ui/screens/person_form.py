"""Add or change a person."""

from collections.abc import Callable

import msgspec
from PySide6.QtWidgets import QButtonGroup, QFormLayout, QRadioButton, QWidget

from teststation.errors import StationError
from teststation.records.database import Record
from teststation.records.people import Person
from teststation.subject import Sex
from ui.i18n import tr
from ui.i18n.numbers import day, number, parse_day, parse_number, today
from ui.screens.fields import HEIGHT_CM, form, line_edit
from ui.widgets.base import button, column, label, row, set_shown
from ui.widgets.sheet import Sheet

OLDEST_YEARS = 110


class PersonForm(Sheet):
    """Name, birth date, sex; number and height if wanted. Every problem is said at once."""

    def __init__(self, window: QWidget, record: Record, person: Person | None, saved: Callable[[Person], None]) -> None:
        self._record, self._person, self._saved = record, person, saved
        self.given = line_edit(person.given_name if person else "", tr("form.given"))
        self.family = line_edit(person.family_name if person else "", tr("form.family"))
        self.born = line_edit(day(person.born) if person and person.born else "", tr("form.born"), tr("form.born_hint"))
        self.number = line_edit((person.number or "") if person else "", tr("form.number"))
        height = number(person.height_cm) if person and person.height_cm else ""
        self.height_cm = line_edit(height, tr("form.height"))
        self.female, self.male = QRadioButton(tr("sex.female")), QRadioButton(tr("sex.male"))
        for choice, sex in ((self.female, Sex.FEMALE), (self.male, Sex.MALE)):
            choice.setAccessibleName(f"{tr('form.sex')}: {choice.text()}")
            choice.setChecked(person is not None and person.sex is sex)
        self.problems = label("", "problem", wrap=True)
        self.problems.hide()
        fields = form(
            (tr("form.given"), self.given),
            (tr("form.family"), self.family),
            (tr("form.born"), self.born),
            (tr("form.sex"), row(self.female, self.male, 1)),
            (tr("form.number"), self.number),
            (tr("form.height"), self.height_cm),
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
        problems = self._wrong()
        if not problems:
            try:
                kept = self._keep()
            except StationError as error:
                problems = list(error.problems)
            else:
                self.finish()
                self._saved(kept)
                return
        self.problems.setText("\n".join(problems))
        set_shown(self.problems, True)

    def _wrong(self) -> list[str]:
        problems: list[str] = []
        if not (self.given.text().strip() or self.family.text().strip()):
            problems.append(tr("form.name_missing"))
        born = parse_day(self.born.text())
        now = today()
        if born is None or not now.year - OLDEST_YEARS <= born.year or born > now:
            problems.append(tr("form.born_wrong"))
        if self._sex() is None:
            problems.append(tr("form.sex_missing"))
        height = self.height_cm.text().strip()
        if height and not HEIGHT_CM.holds(parse_number(height)):
            problems.append(HEIGHT_CM.sentence(tr("form.height")))
        if self._number_of_another():
            problems.append(tr("form.number_taken"))
        return problems

    def _number_of_another(self) -> bool:
        wanted = " ".join(self.number.text().split())
        own = self._person.id if self._person else None
        return bool(wanted) and any(p.number == wanted and p.id != own for p in self._record.people.search(wanted))

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
            "number": self.number.text().strip() or None,
            "height_cm": parse_number(self.height_cm.text()),
        }
        if self._person is None:
            return self._record.people.add(**values)
        return self._record.people.update(msgspec.structs.replace(self._person, **values))
