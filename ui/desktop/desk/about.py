"""Which version this is, what it is for, and what it is made of."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from teststation import __version__
from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, column, label, row
from ui.desktop.widgets.sheet import Sheet
from ui.station.components import commit, components


class AboutSheet(Sheet):
    """Version and commit, the intended use, and every package with its version and licence."""

    def __init__(
        self, window: QWidget, save_support: Callable[[], None], drill: Callable[[], None] | None = None
    ) -> None:
        """``save_support``: asks where a file for whoever helps with the program is to go; ``drill``: opens the drills
        of the staff, where that may be.
        """
        built = commit()
        version = tr("about.version", version=__version__)
        parts = column(gap=8)
        for part in components():
            name, number, licence = (
                label(part.name),
                label(part.version, "soft"),
                label(part.licence or "–", "soft", wrap=True),
            )
            for cell in (name, number, licence):
                cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            parts.addLayout(column(row(name, number, 1), licence, gap=0))
        body = column(
            label(f"{version} · {tr('about.commit', commit=built)}" if built else version, "strong"),
            label(tr("intended.sentence"), wrap=True),
            label(tr("intended.red_button"), wrap=True),
            label(tr("about.parts"), "heading"),
            parts,
            1,
        )
        super().__init__(window, tr("about.title"), body, width=1200, fill=True)
        self.add_cancel(tr("common.close"))
        self.support_button = button(tr("support.open"), save_support, "touch")
        self.foot.addWidget(self.support_button)
        if drill is not None:
            self.drill_button = button(tr("drill.open"), lambda: self._drill(drill), "touch")
            self.foot.addWidget(self.drill_button)

    def _drill(self, open_drills: Callable[[], None]) -> None:
        self.finish()
        open_drills()
