"""The editor by its keys: thirteen minutes are typed, problems stand at their cells, and nothing typed is lost."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.test_any_screen import FULL, problems
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.protocol.draft import INCLINE, NAME, SPEED, TIME, Draft, StageDraft, draft_of, text_of
from teststation.protocol.load import find, load_plan
from teststation.protocol.own import Version, sha256_of
from teststation.texts import LANGUAGES
from ui.desktop.i18n import say, use_language
from ui.desktop.protocols.editor import EditorSheet
from ui.desktop.protocols.someone import Someone
from ui.desktop.protocols.stage_table import COLUMNS
from ui.desktop.theme.style import font_family, style_sheet
from ui.desktop.widgets.sheet import Sheet
from ui.desktop.window import MainWindow

BEGUN = Draft(stages=(StageDraft("4:00", "4,8", "0"),), cool_down=StageDraft("3:00", "3", "0"))


class Desk:
    """A window that is never shown, the drafts that were kept, and the sheets that were asked for."""

    def __init__(self) -> None:
        self.window = QWidget()
        self.window.setProperty("drawn_scale", 0.7)
        self.window.setStyleSheet(style_sheet(0.7, font_family()))
        self.window.resize(1366, 768)
        self.kept: list[tuple[Draft, str]] = []
        self.refuses: BadInput | None = None
        self.asked: list[Sheet] = []

    def keep(self, draft: Draft, name: str) -> Version:
        if self.refuses is not None:
            raise self.refuses
        self.kept.append((draft, name))
        text = text_of(draft)
        return Version("egen", 1, name, "2026-01-01T10:00:00+01:00", "Kari", text, sha256_of(text))

    def ask(self, make: Callable[[QWidget], Sheet]) -> None:
        self.asked.append(make(self.window))


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    made = Desk()
    qtbot.addWidget(made.window)
    return made


def opened(desk: Desk, draft: Draft = BEGUN, taken: tuple[str, ...] = ()) -> EditorSheet:
    sheet = EditorSheet(desk.window, draft, Someone(), desk.keep, desk.ask, taken)
    sheet.open()
    return sheet


def keys(sheet: EditorSheet, *strokes: str | Qt.Key) -> None:
    """Type into the table, or into the cell that is being typed."""
    for stroke in strokes:
        there = sheet.table.typing or sheet.table
        if isinstance(stroke, str):
            QTest.keyClicks(there, stroke[0])  # opens the cell
            QTest.keyClicks(sheet.table.typing or there, stroke[1:])
        else:
            QTest.keyClick(there, stroke)


def cells(sheet: EditorSheet) -> list[tuple[str, str, str, str]]:
    return [(row.time, row.speed, row.incline, row.name) for row in sheet.draft.rows]


TAB, ENTER = Qt.Key.Key_Tab, Qt.Key.Key_Return


def test_a_table_of_thirteen_minutes_is_typed_by_keys_alone(desk: Desk) -> None:
    sheet = opened(desk)
    QTest.keyClicks(sheet.title_edit, "Klinikkens 13 minutter")
    sheet.table.begin(0)
    typed = ["4", ENTER, "4,5", ENTER, "0", ENTER, "Flatt", ENTER]  # Enter in the last field makes the next row
    typed += ["3", ENTER, "4,5", ENTER, "4", ENTER, ENTER]
    typed += ["3", ENTER, ENTER, ENTER, ENTER]  # the rows before tell the step: 4 % more
    typed += [ENTER, ENTER, "12,5", ENTER, "Bratt", TAB]
    typed += ["2:30", TAB, "2,8", TAB, TAB]
    keys(sheet, *typed)
    assert cells(sheet) == [
        ("4:00", "4,5", "0", "Flatt"),
        ("3:00", "4,5", "4", ""),
        ("3:00", "4,5", "8", ""),
        ("3:00", "4,5", "12,5", "Bratt"),
        ("2:30", "2,8", "0", ""),
    ]
    sheet.save()
    ((draft, name),) = desk.kept
    plan = load_plan(text_of(draft), "egen.toml")
    assert (plan.duration_s, plan.title, name) == (780, "Klinikkens 13 minutter", "")
    assert sum(isinstance(one, str) or one is ENTER or one is TAB for one in typed) < 40  # strokes of a few minutes


def test_what_is_being_typed_when_it_is_saved_is_saved_too(desk: Desk) -> None:
    sheet = opened(desk, draft_of(*find("submax-13")))
    sheet.table.begin(3, INCLINE)
    keys(sheet, "14")
    sheet.save()
    assert desk.kept[0][0].stages[3].incline == "14"


def test_the_arrows_of_tab_go_back_and_leave_the_table_at_both_ends(desk: Desk) -> None:
    sheet = opened(desk)
    sheet.table.begin(1, NAME)
    keys(sheet, TAB)
    assert desk.window.focusWidget() is sheet.add_button
    sheet.table.begin(0, SPEED)
    keys(sheet, Qt.Key.Key_Backtab)
    assert (sheet.table.currentRow(), COLUMNS[sheet.table.currentColumn()]) == (0, TIME)
    keys(sheet, Qt.Key.Key_Backtab)
    assert desk.window.focusWidget() is sheet.title_edit


def test_every_problem_stands_at_its_cell_in_words_and_saving_goes_to_the_first(desk: Desk) -> None:
    sheet = opened(desk, draft_of(*find("submax-13")), ("Bruce",))
    sheet.table.begin(1, INCLINE)
    keys(sheet, "4,3", ENTER)
    sheet.table.begin(2, TIME)
    keys(sheet, "4,30", ENTER)
    cell = sheet.table.item(1, COLUMNS.index(INCLINE))
    assert cell is not None
    assert (cell.text(), cell.toolTip()) == ("4,3", say(Cause("protocol_half_percent", {"value": 4.3})))
    assert cell.data(Qt.ItemDataRole.AccessibleDescriptionRole) == cell.toolTip()
    assert "Trinn 3, tid: er ikke en varighet" in sheet.problems.text()
    assert "Trinn 2, stigning: 4,3 går ikke opp i 0,5 %" in sheet.problems.text()
    sheet.title_edit.setText("bruce")
    assert sheet.title_edit.property("state") == "wrong"
    assert sheet.title_edit.toolTip() == say(Cause("protocol_title_taken"))
    sheet.save()
    assert desk.kept == []
    assert (sheet.table.currentRow(), COLUMNS[sheet.table.currentColumn()]) == (1, INCLINE)
    sheet.title_edit.setText("Min")
    for row, field, text in ((1, INCLINE, "4"), (2, TIME, "4:30")):
        sheet.table.begin(row, field)
        keys(sheet, text, ENTER)
    assert sheet.problems.isHidden()
    sheet.save()
    assert len(desk.kept) == 1


def test_what_a_stage_will_ask_follows_what_is_typed(desk: Desk) -> None:
    sheet = opened(desk)

    def told(column: str) -> str:
        item = sheet.table.item(0, COLUMNS.index(column))
        assert item is not None
        return item.text()

    before = told("vo2"), told("pulse")
    assert before[0] == "11,5"  # 3.5 + 0.1 · 80 m/min
    sheet.table.begin(0, INCLINE)
    keys(sheet, "4", ENTER)
    assert told("vo2") == "17,3"
    assert int(told("pulse").split()[0]) > int(before[1].split()[0])
    sheet.who.age.setText("70")
    older = told("pulse")
    sheet.who.age.setText("7")  # nobody: the age before stays
    assert told("pulse") == older != before[1]


def test_leaving_asks_first_where_something_would_be_lost(desk: Desk) -> None:
    untouched = opened(desk)
    keys(untouched, Qt.Key.Key_Escape)
    assert untouched.isHidden()
    sheet = opened(desk)
    sheet.title_edit.setText("Halvferdig")
    keys(sheet, Qt.Key.Key_Escape)
    assert len(desk.asked) == 1
    assert not sheet.isHidden()
    desk.asked[0].finish()
    assert sheet.draft.title == "Halvferdig"


def test_a_save_that_is_refused_says_why_and_keeps_what_was_typed(desk: Desk) -> None:
    sheet = opened(desk)
    sheet.title_edit.setText("Min")
    desk.refuses = BadInput(Cause("protocol_saved_meanwhile", {"protocol": "min", "n": 2}))
    sheet.save()
    assert sheet.problems.text() == say(desk.refuses.causes[0])  # type: ignore[arg-type]
    assert not sheet.isHidden()
    assert sheet.draft.title == "Min"


def test_a_starting_speed_can_be_given_and_a_stage_begins_with_it(desk: Desk) -> None:
    sheet = opened(desk)
    sheet.title_edit.setText("Min")
    sheet.table.begin(0, SPEED)
    keys(sheet, "v", ENTER)
    assert not sheet.problems.isHidden()
    sheet.speeds["normal"].setText("4,6")
    sheet.speeds["fast"].setText("5,4")
    assert sheet.problems.isHidden()
    assert sheet.default.currentData() == "normal"
    sheet.save()
    plan = load_plan(text_of(desk.kept[0][0]), "a.toml", "fast")
    assert plan.stages[0].speed_kmh == 5.4


@pytest.mark.qt_log_ignore("propagateSizeHints")
@pytest.mark.parametrize(("width", "height", "scale"), [(910, 432, 0.43), (1024, 520, 0.53), (1366, 688, 0.7)])
def test_what_a_stage_will_ask_is_in_sight_on_every_screen(desk: Desk, width: int, height: int, scale: float) -> None:
    desk.window.setProperty("drawn_scale", scale)
    desk.window.setStyleSheet(style_sheet(scale, font_family()))
    desk.window.resize(width, height)
    desk.window.show()
    sheet = opened(desk, draft_of(*find("submax-13")))
    for _ in range(10):
        QApplication.processEvents()
    assert sheet.table.horizontalScrollBar().maximum() == 0
    assert sheet.curve.width() > width // 6


def test_every_control_has_a_name(desk: Desk) -> None:
    sheet = opened(desk, draft_of(*find("submax-13")))
    nameless = [one for one in sheet.findChildren(QLineEdit) if not one.accessibleName()]
    assert nameless == []
    assert sheet.table.accessibleName()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_is_inside_on_a_small_screen_that_is_scaled(window: MainWindow, language: str) -> None:
    use_language(language)
    try:
        window.resize(*FULL[0])
        draft = draft_of(*find("submax-13"))
        window.show_sheet(lambda above: EditorSheet(above, draft, Someone(), Desk().keep, lambda _: None, ()))
        assert problems(window) == []
        window.sheets.finish_all()
    finally:
        use_language(LANGUAGES[0])
