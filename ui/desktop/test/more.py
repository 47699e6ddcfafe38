"""The rest of what the operator may do in a test, in a drawer beside what must be seen."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QButtonGroup, QLayout, QPushButton, QWidget

from teststation.subject import Gait
from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, choice_button, column, row, rule
from ui.desktop.widgets.choices import Answers, numbered
from ui.desktop.widgets.sheet import Sheet

COLUMNS = 2


@dataclass(frozen=True, slots=True)
class May:
    """What is possible now, and how the person goes."""

    stage: bool  # a stage is walked
    last_stage: bool
    extend: bool
    gait: Gait
    handrail: bool
    patient_shown: bool = False
    patient_possible: bool = False  # there is a screen for it


def more_drawer(
    window: QWidget, may: May, do: Callable[[str], None], gait: Callable[[Gait], None], rail: Callable[[bool], None],
    *, dock: Callable[[], QRect],
) -> Sheet:  # fmt: skip
    """``do`` takes ``next``, ``extend``, ``load``, ``pressure`` or ``patient``."""
    patient = tr("do.patient_hide" if may.patient_shown else "do.patient_show")
    acts = [("next", tr("do.to_cool_down" if may.last_stage else "do.next"), may.stage),
            ("extend", tr("do.extend"), may.extend), ("load", tr("do.load"), may.stage),
            ("pressure", tr("do.pressure"), True),
            ("patient", patient, may.patient_shown or may.patient_possible)]  # fmt: skip
    buttons: list[QPushButton] = []
    walks = [(Gait.WALK.value, tr("do.gait_walk")), (Gait.RUN.value, tr("do.gait_run"))]
    rails = [("", tr("do.rail_off")), ("on", tr("do.rail_on"))]
    walking = _one_of(walks, may.gait.value, lambda code: gait(Gait(code)), tr("do.gait_tip"))
    holding = _one_of(rails, "on" if may.handrail else "", lambda code: rail(bool(code)), tr("do.rail_tip"))

    def act(code: str) -> None:
        sheet.finish()
        do(code)

    for code, text, possible in acts:
        made = button(text.replace("\n", " "), lambda code=code: act(code), "choice")
        made.setEnabled(possible)
        buttons.append(made)
    grid = Answers(buttons, COLUMNS)
    sheet = Sheet(window, tr("do.more_title"), column(grid, rule(), walking, holding, gap=8), dock=dock)
    sheet.body.refit = grid.fit
    numbered(sheet, buttons)
    sheet.add_cancel(tr("common.close"))
    return sheet


def _one_of(answers: list[tuple[str, str]], lit: str, chosen: Callable[[str], None], tip: str) -> QLayout:
    """Buttons of which one is lit; only another one changes anything."""
    group, made = QButtonGroup(), []
    for code, text in answers:
        one = choice_button(text.replace("\n", " "))
        one.setChecked(code == lit)
        one.setToolTip(tip)
        one.clicked.connect(lambda *_, code=code: chosen(code))
        group.addButton(one)
        made.append(one)
    layout = row(*made, gap=8, shares=(1,) * len(made))
    group.setParent(layout)
    return layout
