"""Every screen and every sheet at every size that a clinic's screen may leave to the window: all of it can be reached.

The sizes are logical, less a task bar and, where the system draws one, a title: what 1024 x 600 to 4K leave at 100 to
200 %; and the two smallest whole, as F11 takes them: what is drawn is larger there, in no more width. At these a scaled
screen is no other than a smaller one.
"""

from collections.abc import Iterator
from typing import cast

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
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
from tests.ui.further import a_session, further, group, machine
from tests.ui.test_screens import clipped, everywhere, nameless
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.subject import Sex
from teststation.texts import LANGUAGES
from ui.desktop.i18n import use_language
from ui.desktop.theme.style import scale_for
from ui.desktop.widgets.plotting import Plot
from ui.desktop.widgets.sheet import EDGE
from ui.desktop.window import MINIMUM_HEIGHT, MINIMUM_WIDTH, MainWindow

TASK_BAR_PX, TITLE_PX = 48, 32  # logical, whatever the scaling


def left_by(width: int, height: int, percent: int) -> tuple[int, int]:
    """What a screen leaves to a window that fills it."""
    return width * 100 // percent, height * 100 // percent - TASK_BAR_PX - TITLE_PX


SCREENS = [(1366, 768, 150), (1920, 1080, 200), (1024, 600, 100), (1366, 768, 100), (1280, 1024, 100),
           (1920, 1080, 100), (3840, 2160, 100)]  # fmt: skip
FULL = [(1366 * 100 // 150, 768 * 100 // 150), (1024, 600)]
SIZES = list(dict.fromkeys([(MINIMUM_WIDTH, MINIMUM_HEIGHT), *(left_by(*screen) for screen in SCREENS), *FULL]))
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QTableView, Plot)
PLOT_HIGH_PX = 130  # what a large screen leaves a plot at the least
WHOLE_DRAWER_FROM_PX = 500  # the height of a window from which a drawer shows all that it asks
CLEAR_OF_BAR_PX = 4
CELL_ROOM_PX = 8  # what a cell keeps beside its words


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


def cut_by(widget: QWidget, until: QWidget) -> QWidget | None:
    """What lies around a control and is too small for it, up to the window or to what is scrolled."""
    around = widget.parentWidget()
    while around is not None and around is not until:
        if not around.rect().contains(rect_in(around, widget)):
            return around
        around = around.parentWidget()
    return None


def out_of_reach(window: MainWindow) -> list[str]:
    """Controls that lie outside the window or what is around them, or outside what scrolls them from side to side."""
    found: list[str] = []
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, CONTROLS) or not widget.isVisible() or widget.objectName().startswith("qt_"):
            continue
        if isinstance(widget.parentWidget(), QLineEdit | QComboBox | QAbstractScrollArea):
            continue
        area = scroller(widget)
        if area is None:
            if not window.rect().contains(rect_in(window, widget)) or cut_by(widget, window) is not None:
                found.append(f"{told(widget)} is cut, at {rect_in(window, widget)}")
            continue
        content, seen = area.widget(), area.viewport()
        assert content is not None
        assert seen is not None
        place = rect_in(content, widget)
        if place.left() < 0 or place.right() >= seen.width() + 1 or place.bottom() >= content.height() + 1:
            found.append(f"{told(widget)} cut off by what scrolls it: {place} in {seen.size()}")
        if cut_by(widget, content) is not None:
            found.append(f"{told(widget)} is cut, within what scrolls it at {place}")
        if seen.height() < min(widget.height(), 24):
            found.append(f"{told(widget)} is scrolled through a slit of {seen.height()}")
        if scroller(area) is None and not window.rect().contains(rect_in(window, seen)):
            found.append(f"what scrolls {told(widget)} lies outside")
    return found


def squeezed(window: MainWindow) -> list[str]:
    """Plots of which nothing can be read: a curve needs its height, beside axes that take their own."""
    least_w, least_h = window.width() // 6, min(window.height() // 6, PLOT_HIGH_PX)
    plots = [plot for plot in window.findChildren(Plot) if plot.isVisible()]
    low = [f"{told(plot)} {plot.size()}" for plot in plots if plot.width() < least_w or plot.height() < least_h]
    return low + [
        f"{told(other)} lies over {told(plot)}"
        for plot in plots
        for other in cast("QWidget", plot.parentWidget()).findChildren(
            QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly
        )
        if other is not plot and other.isVisible() and other.geometry().intersects(plot.geometry())
    ]


def behind_the_fold(window: MainWindow) -> list[str]:
    """Answers that a digit presses though nobody sees them: a drawer's are asked for while somebody walks."""
    sheet = window.sheet
    if sheet is None or window.height() < WHOLE_DRAWER_FROM_PX:
        return []
    seen = sheet.body.viewport()
    return [
        f"{told(answer)} lies behind the fold"
        for answer in sheet.pressed_by.values()
        if sheet.body.isAncestorOf(answer) and not seen.rect().contains(rect_in(seen, answer))
    ]


def in_a_card(widget: QWidget) -> bool:
    """Whether it lies in a card."""
    around = widget.parentWidget()
    while around is not None and around.property("role") != "card":
        around = around.parentWidget()
    return around is not None


def scrolled_titles(window: MainWindow) -> list[str]:
    """What names a screen scrolls away with it, and is cut; a card may scroll its own, a result its words."""
    result = window.result.sentence if window.made("result") else None
    return [
        f"the title {label.text()!r} scrolls"
        for label in window.findChildren(QLabel)
        if label.isVisible() and label.property("role") == "title" and label is not result and not in_a_card(label)
        and scroller(label) is not None
    ]  # fmt: skip


def at_the_bar(window: MainWindow) -> list[str]:
    """Controls that touch the bar of what scrolls them."""
    found = []
    for widget in window.findChildren(QWidget):
        area = scroller(widget) if isinstance(widget, CONTROLS) and widget.isVisible() else None
        bar = None if area is None else area.verticalScrollBar()
        if bar is None or not bar.isVisible() or not bar.maximum() or widget is bar:
            continue
        if isinstance(widget.parentWidget(), QLineEdit | QComboBox | QAbstractScrollArea):
            continue
        free_px = rect_in(window, bar).left() - rect_in(window, widget).right() - 1
        if free_px < CLEAR_OF_BAR_PX:
            found.append(f"{told(widget)} has {free_px} px to the bar")
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


def cut_cells(window: MainWindow) -> list[str]:
    """Cells of a table whose words end in an ellipsis, where they could wrap or where no tip says the rest."""
    found = []
    for table in window.findChildren(QTableView):
        model = table.model()
        for line in range(model.rowCount() if table.isVisible() else 0):
            for place in (at for at in range(model.columnCount()) if not table.isColumnHidden(at)):
                index = model.index(line, place)
                words = str(model.data(index) or "")
                room, letters = table.visualRect(index), table.fontMetrics()
                flags = Qt.TextFlag.TextWordWrap if table.wordWrap() else Qt.TextFlag.TextSingleLine
                taken = letters.boundingRect(QRect(0, 0, room.width() - CELL_ROOM_PX, 10_000), flags, words)
                if not words or (taken.width() <= room.width() and taken.height() <= room.height()):
                    continue
                if words not in str(model.data(index, Qt.ItemDataRole.ToolTipRole) or ""):
                    found.append(f"{words!r} is cut, and has no tip")
                elif isinstance(table, QTableWidget):  # a list of very many has one line for each
                    found.append(f"{words!r} is cut, and could wrap")
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
        + behind_the_fold(window)
        + scrolled_titles(window)
        + at_the_bar(window)
        + split_words(window)
        + cut_cells(window)
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
    further(bench, look, qtbot)
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


def test_the_facts_fail_where_something_around_a_control_cuts_it_or_a_plot_is_squeezed(
    bench: Bench, qtbot: QtBot
) -> None:
    window = bench.window
    window.resize(*FULL[0])
    group(bench, lambda: None)
    qtbot.wait(30)
    assert problems(window) == []
    tile = window.group.tiles[2]
    tile.borg.setFixedHeight(20)
    assert any("Borg" in text and "cut" in text for text in out_of_reach(window))
    a_session(bench, lambda: None)
    qtbot.wait(30)
    assert squeezed(window) == []
    plot = window.intervals.time_plot.plot
    plot.setFixedHeight(60)
    assert squeezed(window) != []
    over = QLabel("over", plot.parentWidget())
    over.setGeometry(plot.geometry())
    over.show()
    assert any("lies over" in text for text in squeezed(window))


def test_the_facts_fail_where_an_answer_lies_behind_the_fold_or_a_field_at_the_bar(bench: Bench, qtbot: QtBot) -> None:
    window = bench.window
    window.resize(*FULL[0])
    bench.to_stages()
    assert window.flow is not None
    window.flow.ask_cool_down()
    qtbot.wait(30)
    assert window.sheet is not None
    assert behind_the_fold(window) == []
    window.sheet.pressed_by["1"].setFixedHeight(200)
    qtbot.wait(30)
    assert behind_the_fold(window) != []
    assert at_the_bar(window) == []
    window.sheet.body.setViewportMargins(0, 0, 0, 0)
    qtbot.wait(30)
    assert at_the_bar(window) != []


def test_the_facts_fail_where_a_title_scrolls_or_a_cell_ends_in_an_ellipsis(bench: Bench, qtbot: QtBot) -> None:
    window = bench.window
    window.resize(*FULL[0])
    machine(bench, lambda: None)
    assert scrolled_titles(window) == []
    inside = window.commissioning.stack.parentWidget()
    assert inside is not None
    window.commissioning.step.setParent(inside)
    window.commissioning.step.show()
    assert scrolled_titles(window) != []
    window.protocols.open()
    qtbot.wait(30)
    assert cut_cells(window) == []
    library = window.protocols.library
    assert library is not None
    library.table.setRowHeight(0, 20)
    item = library.table.item(0, 0)
    assert item is not None
    item.setText(3 * item.text())
    assert any("no tip" in text for text in cut_cells(window))
    item.setToolTip(item.text())
    assert any("could wrap" in text for text in cut_cells(window))


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
