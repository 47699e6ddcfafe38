"""The bar of standing alarms on the smallest screen."""

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from teststation.cause import Cause
from teststation.run.alarms import Alarm, Priority
from ui.desktop.i18n import say
from ui.desktop.theme.style import font_family, style_sheet
from ui.desktop.widgets.base import ElidedLabel
from ui.desktop.widgets.message_bar import MessageBar

SMALLEST = (894, 40)  # on 1366 x 768 at 150 %, drawn at 0.38
LONGEST = (
    Cause("hr_frozen", {"bpm": 120}),
    Cause("belt_off_target"),
    Cause("belt_offline"),
    Cause("hr_lost", {"seconds": 30}),
    Cause("incline_off_target", {"set": 12.0, "read": 10.5}),
)


@pytest.mark.parametrize("cause", LONGEST, ids=lambda cause: cause.code)
def test_an_alarm_is_whole_on_the_smallest_screen(qtbot: QtBot, cause: Cause) -> None:
    screen, bar = QWidget(), MessageBar()
    qtbot.addWidget(screen)
    screen.setStyleSheet(style_sheet(0.38, font_family()))
    bar.setParent(screen)
    bar.setGeometry(0, 0, *SMALLEST)
    screen.resize(*SMALLEST)
    screen.show()
    bar.show_alarms((Alarm(cause, Priority.MEDIUM, sounding=True), Alarm(cause, Priority.LOW, sounding=False)), "")
    qtbot.wait(10)
    assert bar.words.text() == say(cause)
    assert bar.words.heightForWidth(bar.words.width()) <= bar.height()


def test_what_has_no_room_in_its_lines_ends_in_an_ellipsis_after_a_whole_word(qtbot: QtBot) -> None:
    words = ElidedLabel("", lines=2)
    qtbot.addWidget(words)
    words.resize(120, 60)
    words.show()
    words.set_whole("one two three four five six seven eight nine ten eleven twelve thirteen")
    shown = words.text().removesuffix(" …")
    assert shown != words.text()
    assert words.whole().startswith(shown + " ")
    assert words.heightForWidth(120) <= 2 * words.fontMetrics().lineSpacing() + 4
