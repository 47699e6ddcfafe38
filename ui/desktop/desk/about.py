"""Which version this is, what it is for, and what it is made of."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from teststation import __version__
from ui.desktop.i18n import tr
from ui.desktop.widgets.base import column, label
from ui.desktop.widgets.sheet import Sheet
from ui.station.components import commit, components


class AboutSheet(Sheet):
    """Version and commit, the intended use, and every package with its version and licence."""

    def __init__(self, window: QWidget) -> None:
        built = commit()
        version = tr("about.version", version=__version__)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        for line, part in enumerate(components()):
            for place, words in enumerate((part.name, part.version, part.licence or "–")):
                cell = label(words, "" if place == 0 else "soft", wrap=place == 2)
                if place < 2:  # a wrapped text that can be selected asks for another height than it is given
                    cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(cell, line, place)
        body = column(
            label(f"{version} · {tr('about.commit', commit=built)}" if built else version, "strong"),
            label(tr("intended.sentence"), wrap=True),
            label(tr("intended.red_button"), wrap=True),
            label(tr("about.parts"), "heading"),
            grid,
            1,
        )
        super().__init__(window, tr("about.title"), body, width=1280, fill=True)
        self.add_cancel(tr("common.close"))
