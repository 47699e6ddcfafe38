"""What stands on the clinic's pages, and how a test is handed over to the journal."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from teststation.cause import Problem
from teststation.errors import BadInput
from teststation.exchange.names import checked_pattern
from teststation.report.model import BLOCKS
from ui.desktop.i18n import told, tr
from ui.desktop.widgets.base import button, column, label, problem_label, row, show_problems
from ui.desktop.widgets.dialogs import Dialogs
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.sheet import Sheet
from ui.station.clinic_logo import read_logo
from ui.station.settings import Settings
from ui.station.station import Station

NUMBERS = (("", "none"), ("clinic", "clinic"), ("masked", "masked"))
STYLES = (("", "language"), ("semicolon", "semicolon"), ("comma", "comma"))


class PaperSettingsSheet(Sheet):
    """Logo, folder and pattern are tried before they are kept; each problem is one sentence."""

    help_page = "settings"

    def __init__(self, window: QWidget, station: Station, dialogs: Dialogs, saved: Callable[[Settings], None]) -> None:
        self._station, self._saved = station, saved
        now = station.settings
        self.address = line_edit(now.clinic_address, tr("paper_settings.address"))
        self.footer = line_edit(now.report_footer, tr("paper_settings.footer"))
        self.logo = line_edit(now.clinic_logo, tr("paper_settings.logo"))
        self.folder = line_edit(now.hand_over_folder, tr("paper_settings.folder"), tr("paper_settings.no_folder"))
        self.pattern = line_edit(now.hand_over_name, tr("paper_settings.pattern"), "{number}_{date}")
        self.number = _choice("number", NUMBERS, now.report_number)
        self.style_box = _choice("csv", STYLES, now.csv_style)
        left_out = {name.strip() for name in now.report_without.split(",")}
        self.blocks = {name: QCheckBox(tr(f"paper_settings.{name}")) for name in BLOCKS}
        for name, box in self.blocks.items():
            box.setChecked(name not in left_out)
        self.ledger = QCheckBox(tr("paper_settings.ledger"))
        self.ledger.setChecked(now.report_ledger)
        self.problems = problem_label()
        choose_logo = button(
            tr("paper_settings.choose"),
            lambda: dialogs.open_file(
                tr("paper_settings.choose_logo"),
                tr("paper_settings.filter"),
                lambda path: self.logo.setText(str(path)),
            ),
            name=tr("paper_settings.choose_logo"),
        )
        choose_folder = button(
            tr("paper_settings.choose"),
            lambda: dialogs.folder(
                tr("paper_settings.folder"),
                self.folder.text().strip(),
                lambda path: self.folder.setText(str(path)),
            ),
            name=tr("paper_settings.choose_folder"),
        )
        fields = form(
            (tr("paper_settings.address"), self.address),
            (tr("paper_settings.footer"), self.footer),
            (tr("paper_settings.logo"), row(self.logo, choose_logo, gap=8, shares=(1,))),
            (tr("paper_settings.number"), self.number),
            (tr("paper_settings.blocks"), row(*self.blocks.values(), self.ledger, gap=12)),
            (tr("paper_settings.csv"), self.style_box),
            (tr("paper_settings.folder"), row(self.folder, choose_folder, gap=8, shares=(1,))),
            (tr("paper_settings.pattern"), self.pattern),
        )
        hint = label(tr("paper_settings.hint"), "soft", wrap=True)
        super().__init__(window, tr("paper_settings.title"), column(fields, hint, self.problems), width=1300)
        self.add_cancel(tr("common.cancel"))
        self.save_button = button(tr("form.save"), self.save, "main")
        self.foot.addWidget(self.save_button)

    def save(self) -> None:
        """Keep the settings, or say what is wrong with them."""
        logo, pattern = self.logo.text().strip(), self.pattern.text().strip()
        problems: list[Problem] = []
        for try_it in ((lambda: read_logo(Path(logo))) if logo else None, lambda: checked_pattern(pattern)):
            try:
                if try_it is not None:
                    try_it()
            except BadInput as error:
                problems += error.causes
        if problems:
            show_problems(self.problems, [tr("settings.wrong"), *told(problems)])
            return
        self.finish()
        self._saved(
            msgspec.structs.replace(
                self._station.settings,
                clinic_address=self.address.text().strip(),
                report_footer=self.footer.text().strip(),
                clinic_logo=logo,
                report_number=self.number.currentData(),
                report_without=",".join(name for name, box in self.blocks.items() if not box.isChecked()),
                report_ledger=self.ledger.isChecked(),
                csv_style=self.style_box.currentData(),
                hand_over_folder=self.folder.text().strip(),
                hand_over_name=pattern,
            )
        )


def _choice(name: str, values: tuple[tuple[str, str], ...], now: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(tr(f"paper_settings.{name}"))
    for value, words in values:
        box.addItem(tr(f"paper_settings.{name}_{words}"), value)
    box.setCurrentIndex(max(0, box.findData(now)))
    return box
