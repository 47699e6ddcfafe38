"""What the style sheet does to a control when the keyboard comes to it, and to what stands in grey in a field."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionButton, QWidget
from pytestqt.qtbot import QtBot

from ui.desktop.theme import palette
from ui.desktop.theme.palette import contrast, use_theme
from ui.desktop.theme.style import style_sheet
from ui.desktop.widgets.base import button

SCALES = (0.44, 0.71, 1.0, 2.0)


@pytest.fixture(autouse=True)
def light_again() -> Iterator[None]:
    yield
    use_theme("light")


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize("role", ["", "main", "touch", "choice", "link", "reminder"])
def test_a_buttons_words_keep_their_room_when_the_keyboard_comes(qtbot: QtBot, role: str, checked: bool) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    made = button("Skriv ut arket", role=role)
    made.setParent(holder)
    made.setCheckable(True)
    for scale in SCALES:
        holder.setStyleSheet(style_sheet(scale, "DejaVu Sans"))
        made.ensurePolished()
        made.setChecked(False)
        made.resize(made.sizeHint())
        words = made.fontMetrics().horizontalAdvance(made.text())
        made.setChecked(checked)
        option = QStyleOptionButton()
        made.initStyleOption(option)
        # pyrefly: ignore[bad-assignment, unsupported-operation] - PySide6's stubs give an option's fields no type
        option.state |= QStyle.StateFlag.State_HasFocus | QStyle.StateFlag.State_Enabled
        assert made.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, made).width() >= words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_stands_in_grey_in_a_field_can_be_read(qtbot: QtBot, theme: str) -> None:
    use_theme(theme)
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setStyleSheet(style_sheet(1.0, "DejaVu Sans"))
    field.ensurePolished()
    colour = field.palette().color(QPalette.ColorRole.PlaceholderText)
    assert colour.alpha() == 255
    assert contrast(colour.name(), palette.SURFACE) >= 4.5
