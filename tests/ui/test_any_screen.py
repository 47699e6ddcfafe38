"""Every screen and every sheet at every size that a clinic's screen may leave to the window: all of it can be reached.

The sizes are logical, less a task bar and, where the system draws one, a title: what 1024 x 600 to 4K leave at 100 to
200 %; and the two smallest whole, as F11 takes them: what is drawn is larger there, in no more width. At these a scaled
screen is no other than a smaller one.
"""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableView,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Bench
from tests.ui.test_screens import clipped, everywhere, nameless
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from teststation.texts import LANGUAGES
from ui.desktop.i18n import use_language
from ui.desktop.theme.style import scale_for
from ui.desktop.widgets.load_plot import LoadPlot
from ui.desktop.widgets.sheet import EDGE
from ui.desktop.widgets.time_plot import TimePlot
from ui.desktop.widgets.trend_plot import TrendPlot
from ui.desktop.window import MINIMUM_HEIGHT, MINIMUM_WIDTH, MainWindow

TASK_BAR_PX, TITLE_PX = 48, 32  # logical, whatever the scaling


def left_by(width: int, height: int, percent: int) -> tuple[int, int]:
    """What a screen leaves to a window that fills it."""
    return width * 100 // percent, height * 100 // percent - TASK_BAR_PX - TITLE_PX


SCREENS = [(1366, 768, 150), (1920, 1080, 200), (1024, 600, 100), (1366, 768, 100), (1280, 1024, 100),
           (1920, 1080, 100), (3840, 2160, 100)]  # fmt: skip
FULL = [(1366 * 100 // 150, 768 * 100 // 150), (1024, 600)]
SIZES = list(dict.fromkeys([(MINIMUM_WIDTH, MINIMUM_HEIGHT), *(left_by(*screen) for screen in SCREENS), *FULL]))
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QTableView, LoadPlot, TimePlot, TrendPlot)


@pytest.fixture
def person(record: Record) -> Person:
    """Somebody whose names take all the room that there is, and more."""
    family, given = "Christophersen-Wollebæksmyrå", "Anne-Margrethe Elisabeth Dorthea"
    return record.people.add(family_name=family, given_name=given, born="1979-04-12", sex=Sex.FEMALE, height_cm=168)


def rect_in(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def scroller(widget: QWidget) -> QScrollArea | None:
    """What scrolls it, if anything does."""
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            return above
        above = above.parentWidget()
    return None


def told(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton | QLabel | QLineEdit) else ""
    return f"{type(widget).__name__} {widget.accessibleName() or text or widget.objectName()}"


def out_of_reach(window: MainWindow) -> list[str]:
    """Controls that lie outside the window, or outside what scrolls them from side to side."""
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or not widget.isVisible() or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget.parentWidget(), QLineEdit | QComboBox | QAbstractScrollArea):
            continue
        area = scroller(widget)
        if area is None:
            if not window.rect().contains(rect_in(window, widget)):
                found.append(f"{told(widget)} at {rect_in(window, widget)}")
            continue
        content, seen = area.widget(), area.viewport()
        assert content is not None
        assert seen is not None
        place = rect_in(content, widget)
        if place.left() < 0 or place.right() >= seen.width() + 1 or place.bottom() >= content.height() + 1:
            found.append(f"{told(widget)} cut off by what scrolls it: {place} in {seen.size()}")
        if seen.height() < min(widget.height(), 24):
            found.append(f"{told(widget)} is scrolled through a slit of {seen.height()}")
        if scroller(area) is None and not window.rect().contains(rect_in(window, seen)):
            found.append(f"what scrolls {told(widget)} lies outside")
    return found


def squeezed(window: MainWindow) -> list[str]:
    """Plots of which nothing can be read, and controls that no finger hits."""
    found = []
    for plot in window.findChildren(QWidget):
        if isinstance(plot, LoadPlot | TimePlot | TrendPlot) and plot.isVisible():
            least_w, least_h = window.width() // 6, min(window.height() // 9, 90)
            if plot.width() < least_w or plot.height() < least_h:
                found.append(f"{type(plot).__name__} {plot.size()}")
    return found


def split_words(window: MainWindow) -> list[str]:
    """Words of wrapped tables that their column has no room for: what is left of them is an ellipsis."""
    found = []
    for table in window.findChildren(QTableWidget):
        for line in range(table.rowCount() if table.isVisible() else 0):
            for place in (at for at in range(table.columnCount()) if not table.isColumnHidden(at)):
                item = table.item(line, place)
                words = [] if item is None else item.text().split()
                widest = max((table.fontMetrics().horizontalAdvance(word) for word in words), default=0)
                room = 0 if item is None else table.visualItemRect(item).width()  # of all columns that it goes across
                if widest > room:
                    found.append(f"{item.text() if item else ''} in {room}")
    return found


def covered_stop(window: MainWindow) -> list[str]:
    """Whether STOPP is whole, inside and on top."""
    stop = window.stop_button
    if not stop.isVisible():
        return []
    scale = scale_for(window.width(), window.height())
    found = [] if window.rect().contains(stop.geometry()) else ["STOPP lies outside"]
    if min(stop.width(), stop.height()) < round(180 * scale):
        found.append("STOPP is small")
    for x in range(3):
        for y in range(3):
            at = stop.geometry().topLeft() + QPoint(stop.width() * (2 * x + 1) // 6, stop.height() * (2 * y + 1) // 6)
            if window.childAt(at) is not stop:
                found.append(f"{window.childAt(at)} lies over STOPP")
    for other in window.findChildren(QAbstractButton):
        if other is not stop and other.isVisible() and rect_in(window, other).intersects(stop.geometry()):
            found.append(f"{told(other)} reaches under STOPP")
    return found


def scrolled_for_nothing(window: MainWindow) -> list[str]:
    """What a sheet scrolls though it could be higher: its last line is cut off beside free room."""
    sheet = window.sheet
    if sheet is None or sheet.panel.geometry() == sheet.rect():  # a drawer has its place
        return []
    hidden_px = sheet.body.verticalScrollBar().maximum()
    # A sheet may begin near the top; one so wide that it comes under STOPP ends above it.
    ends_px = window.stop_button.y() - EDGE if window.stop_button.isVisible() else window.height() - EDGE
    return [f"scrolls by {hidden_px}"] if hidden_px and EDGE + sheet.panel.height() + hidden_px < ends_px else []


def problems(window: MainWindow) -> list[str]:
    for _ in range(3):
        QApplication.processEvents()
    found = (
        out_of_reach(window)
        + squeezed(window)
        + split_words(window)
        + covered_stop(window)
        + scrolled_for_nothing(window)
        + [f"clipped: {text}" for text in clipped(window)]
        + [f"without a name: {control}" for control in nameless(window)]
    )
    where = type(window.stack.currentWidget()).__name__
    sheet = window.sheet.accessibleName() if window.sheet is not None else ""
    return [f"{where} {sheet}: {text}" for text in found]


def problems_anywhere(bench: Bench, qtbot: QtBot, size: tuple[int, int]) -> list[str]:
    """Of every screen and sheet in a window of this size: to resize it at each would draw everything anew."""
    found: list[str] = []
    bench.window.resize(*size)

    def look(root: QWidget) -> None:
        assert (root.width(), root.height()) == size
        found.extend(problems(bench.window))

    everywhere(bench, look, qtbot)
    return found


# Each language once in the suite, the smallest room with the longest words; all of them at every size by night.
DAILY = ((SIZES[0], "nn"), (left_by(1366, 768, 100), "nb"), (FULL[0], "en"))
ALL = [(size, language) for size in SIZES for language in LANGUAGES]


@pytest.fixture
def spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    """The window's language, before there is a window."""
    use_language(request.param)
    yield
    use_language(LANGUAGES[0])


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("size", "spoken"), DAILY, indirect=["spoken"])
def test_every_control_of_every_screen_is_reached_whole_and_named(
    spoken: None, bench: Bench, qtbot: QtBot, size: tuple[int, int]
) -> None:
    found = problems_anywhere(bench, qtbot, size)
    assert found == [], "\n".join(found)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("size", "spoken"), [one for one in ALL if one not in DAILY], indirect=["spoken"])
def test_every_control_of_every_screen_is_reached_whole_and_named_at_every_size(
    spoken: None, bench: Bench, qtbot: QtBot, size: tuple[int, int]
) -> None:
    found = problems_anywhere(bench, qtbot, size)
    assert found == [], "\n".join(found)


def test_the_facts_fail_where_words_are_cut_off_or_a_control_lies_outside(bench: Bench) -> None:
    bench.to_pretest()
    window = bench.window
    window.resize(*left_by(1366, 768, 100))
    assert problems(window) == []
    window.pretest.prepare_button.setFixedWidth(90)
    assert [text for text in problems(window) if "clipped" in text] != []
    window.pretest.prepare_button.setFixedWidth(300)
    window.pretest.practice_button.move(window.width() - 20, 4)
    assert out_of_reach(window) != []


def test_the_facts_fail_where_stop_lies_outside_or_under_something(bench: Bench, qtbot: QtBot) -> None:
    bench.to_run()
    QApplication.processEvents()
    assert covered_stop(bench.window) == []
    bench.window.stop_button.lower()
    assert covered_stop(bench.window) != []
    bench.window.stop_button.raise_()
    bench.window.stop_button.move(bench.window.width() - 20, 20)
    assert covered_stop(bench.window) != []
    assert out_of_reach(bench.window) != []


def test_a_window_takes_the_size_that_the_screen_leaves_it(bench: Bench) -> None:
    for size in SIZES:
        bench.window.resize(*size)
        assert (bench.window.width(), bench.window.height()) == size
