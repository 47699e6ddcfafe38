"""A report on the screen, page by page, drawn in memory: nothing is on the disk unless the operator saves it."""

import math
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget
from shiboken6 import isValid

from ui.desktop.i18n import tr
from ui.desktop.result.pages import BAND_PX, POINTS_PER_INCH, Pages
from ui.desktop.widgets.base import button, column, label, row, set_text
from ui.desktop.widgets.sheet import Sheet

PRINT_DPI = 300
ZOOMS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)  # times the width of the room
WHOLE_WIDTH = ZOOMS.index(1.0)


class PageView(QWidget):
    """One page. What is seen of it is drawn each time that it is to be seen, in some milliseconds, and not kept.

    A page's picture has 15 MB as wide as the room, and 120 MB at its largest: the window would hold more than all else.
    """

    def __init__(self, pages: Pages, number: int) -> None:
        super().__init__()
        self._pages, self._number = pages, number
        self._dpi = POINTS_PER_INCH
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("papers.page", n=number + 1, of=len(pages)))
        self.setAccessibleDescription(pages.words(number))

    def show_width(self, width_px: int) -> None:
        """Be so wide."""
        width_pt, height_pt = self._pages.size_pt(self._number)
        self._dpi = POINTS_PER_INCH * width_px / width_pt
        self.setFixedSize(QSize(width_px, round(width_px * height_pt / width_pt)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        seen, dots = event.rect(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(seen, Qt.GlobalColor.white)  # a page may be a part of a dot smaller than its place
        # Every row that is touched, and one more on each side: where a picture is scaled, its edge looks beyond itself.
        first, end = max(0, math.floor(seen.top() * dots) - 1), math.ceil((seen.bottom() + 1) * dots) + 1
        for top in range(first, end, BAND_PX):
            band = self._pages.band(self._number, self._dpi * dots, top, min(BAND_PX, end - top))
            painter.drawImage(QRectF(0, top / dots, band.width() / dots, band.height() / dots), band)
        painter.end()


class ReportSheet(Sheet):
    """The pages with what can be done with them. Like every sheet it lies under the cover of a locked station."""

    def __init__(
        self,
        window: QWidget,
        data: bytes,
        *,
        title: str = "",
        print_wanted: Callable[["ReportSheet"], None],
        save_wanted: Callable[["ReportSheet"], None],
    ) -> None:
        self.data = data
        self.pages = Pages(data)
        self.views = [PageView(self.pages, number) for number in range(len(self.pages))]
        self._zoom = WHOLE_WIDTH
        self.pile = QWidget()
        self.pile.setObjectName("desk")
        pile = column(*self.views, margin=12)
        pile.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.pile.setLayout(pile)
        self.paper = QScrollArea()
        self.paper.setWidgetResizable(True)
        self.paper.setAccessibleName(title or tr("papers.report"))
        self.paper.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.paper.setWidget(self.pile)
        self.smaller = button("−", lambda: self.zoom(-1), "touch", name=tr("papers.smaller"))
        self.larger = button("+", lambda: self.zoom(1), "touch", name=tr("papers.larger"))
        self.said = label("", "soft", wrap=True)
        super().__init__(window, title or tr("papers.report"), column(self.paper, shares=(1,)), width=1700, fill=True)
        self.save_button = button(tr("papers.save_button"), lambda: save_wanted(self), "touch")
        self.print_button = button(tr("papers.print_button"), lambda: print_wanted(self), "main")
        self.add_cancel(tr("common.close"))
        tools = row(self.smaller, self.larger, gap=8)
        self.foot.insertLayout(1, tools)
        self.foot.insertWidget(2, self.said, 1)
        self.foot.addWidget(self.save_button)
        self.foot.addWidget(self.print_button)
        self.closed.connect(self._let_go)

    def open(self) -> None:
        """Show it, the keyboard on the pages: arrows and page keys turn them."""
        super().open()
        self._lay_out()
        self.paper.setFocus(Qt.FocusReason.PopupFocusReason)

    def zoom(self, steps: int) -> None:
        """Larger or smaller."""
        bar = self.paper.verticalScrollBar()
        seen = bar.value() / max(1, bar.maximum())
        self._zoom = min(len(ZOOMS) - 1, max(0, self._zoom + steps))
        self._lay_out()
        self.pile.adjustSize()
        bar.setValue(round(seen * bar.maximum()))

    def say(self, words: str) -> None:
        """What was done; to nobody where the sheet has been closed meanwhile."""
        if isValid(self.said):
            set_text(self.said, words)

    def print_on(self, printer: QPrinter, ended: Callable[[bool], None]) -> None:
        """Draw every page that the printer was asked for; ``ended`` is told whether the printer took it."""
        printing = Printing(self.data, printer, self._window)
        printing.ended.connect(ended)
        QTimer.singleShot(0, printing, printing.step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1 if event.key() == Qt.Key.Key_Plus else -1)
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        super()._fit()
        if self.isVisible():
            self._lay_out()

    def _lay_out(self) -> None:
        room_px = self.paper.viewport().width() - 2 * 12 - 4
        width_px = max(200, round(room_px * ZOOMS[self._zoom]))
        for view in self.views:
            if view.width() != width_px:
                view.show_width(width_px)
        self.smaller.setEnabled(self._zoom > 0)
        self.larger.setEnabled(self._zoom < len(ZOOMS) - 1)

    def _let_go(self) -> None:
        for view in self.views:
            view.hide()
        self.pages.close()


def printed(pages: Pages, printer: QPrinter) -> Generator[None, None, bool]:
    """Draw every page that the printer was asked for at 300 dots an inch; whether the printer took it.

    Comes up for air after each band of a page.
    """
    printer.setFullPage(True)
    printer.setResolution(PRINT_DPI)
    first = max(1, printer.fromPage())
    last = printer.toPage() or len(pages)
    painter = QPainter()
    if not painter.begin(printer):
        return False
    room = printer.pageLayout().fullRectPixels(PRINT_DPI)
    for number in range(first - 1, min(last, len(pages))):
        if number >= first and not printer.newPage():
            painter.end()
            return False
        picture = yield from pages.drawn_in_bands(number, PRINT_DPI)
        size = picture.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (room.width() - size.width()) // 2, (room.height() - size.height()) // 2
        painter.drawImage(room.adjusted(left, top, -left, -top), picture)
        yield
    return painter.end()


def print_pages(pages: Pages, printer: QPrinter) -> bool:
    """The same in one go, where no belt can run yet."""
    drawing = printed(pages, printer)
    while True:
        try:
            next(drawing)
        except StopIteration as end:
            return bool(end.value)


class Printing(QObject):
    """Pages on their way to a printer, a band at each turn of the window's loop: PDFium knows no other thread.

    STOPP waits for one band at most. A sheet may be closed meanwhile; the pages are the printing's own.
    """

    ended = Signal(bool)  # whether the printer took them

    def __init__(self, data: bytes, printer: QPrinter, parent: QObject) -> None:
        super().__init__(parent)
        self._pages, self._printer = Pages(data), printer
        self._drawing = printed(self._pages, printer)

    def step(self) -> None:
        """Draw one band, and come back for the next."""
        try:
            next(self._drawing)
        except StopIteration as end:
            self._pages.close()
            self.ended.emit(bool(end.value))
            self.deleteLater()
        else:
            QTimer.singleShot(0, self, self.step)
