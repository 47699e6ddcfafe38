"""Language and theme are changed while the window stands: another takes its place, with who is logged in."""

import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.conftest import SETTINGS, live_while
from tests.ui.desk.test_login import PASSWORD, kari, log_in, quick  # noqa: F401 - fixtures
from tests.ui.slow_end import SlowEnd
from teststation.records.access.actions import Action
from teststation.records.access.user import User
from teststation.records.database import Record
from ui.desktop import standing as standing_module
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.collecting import Collector
from ui.desktop.i18n import use_language
from ui.desktop.standing import Standing
from ui.desktop.theme.palette import DARK, LIGHT, use_theme
from ui.desktop.window import MainWindow
from ui.station.settings import Settings
from ui.station.station import Station

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # two windows on a platform without any


@pytest.fixture
def saved() -> list[Settings]:
    return []


@pytest.fixture
def standing(record: Record, saved: list[Settings], qtbot: QtBot) -> Iterator[Standing]:
    made = Standing(Station(record, SETTINGS), save=saved.append, demo=False, seed=1)
    made.window.resize(1366, 768)
    made.window.show()
    yield made
    made.let_go()
    made.window.close()
    made.window.deleteLater()
    use_language("nb")
    use_theme("light")


def test_another_language_and_theme_are_there_at_once_and_who_is_logged_in_stays(
    kari: User,  # noqa: F811 - the fixture
    standing: Standing,
    record: Record,
    saved: list[Settings],
    qtbot: QtBot,
) -> None:
    first = standing.window
    log_in(first)
    hook, place = sys.excepthook, first.geometry()
    assert first.people.test_button.text() == "Start ny test"
    first.clinic.edit_settings()
    sheet = first.sheet
    assert isinstance(sheet, SettingsSheet)
    sheet.language.setCurrentIndex(sheet.language.findData("en"))
    sheet.theme.setCurrentIndex(sheet.theme.findData("dark"))
    sheet.save()
    qtbot.waitUntil(lambda: standing.window is not first)
    now = standing.window
    assert (saved[-1].language, saved[-1].theme) == ("en", "dark")
    assert now.people.test_button.text() == "Begin a new test"
    assert now.geometry() == place
    assert str(DARK["BACKGROUND"]) in now.styleSheet()
    assert str(LIGHT["BACKGROUND"]) not in now.styleSheet()
    assert [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()] == [now]
    assert (now.desk.user, now.door.cover) == (kari, None), "nobody has to log in for another colour"
    assert record.audit.newest(1)[0].action is not Action.LOGGED_OUT
    assert sys.excepthook is not hook, "a mistake is told in the window of now"
    now.door.leave()
    assert now.door.cover is not None
    QApplication.processEvents()


def test_other_settings_leave_the_window_as_it_is(standing: Standing, qtbot: QtBot) -> None:
    first = standing.window
    with qtbot.assertNotEmitted(first.look_changed):
        first.clinic.edit_settings()
        sheet = first.sheet
        assert isinstance(sheet, SettingsSheet)
        sheet.clinic.setText("Klinikken 2")
        sheet.save()
    assert standing.window is first
    assert standing.window.station.settings.clinic_name == "Klinikken 2"


def test_when_every_room_is_there_they_are_looked_through_no_more(
    record: Record, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, qapp: QApplication
) -> None:
    left_out: list[int] = []
    pieces = iter([True, True])
    Collector(qapp)
    monkeypatch.setattr(Collector, "leave_out_the_rooms", lambda _: left_out.append(1))
    monkeypatch.setattr(MainWindow, "warm_up", lambda _: next(pieces, False))
    monkeypatch.setattr(standing_module, "WARM_UP_EVERY_MS", 1)
    made = Standing(Station(record, SETTINGS), save=lambda _: None, demo=False, seed=1)
    qtbot.waitUntil(lambda: bool(left_out))
    qtbot.wait(10)
    assert left_out == [1], "once, and not in between"
    made.let_go()
    made.window.close()
    made.window.deleteLater()


def test_the_former_window_ends_what_it_is_at_unseen_and_the_one_of_now_answers(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, gone, slow = standing.window, [], SlowEnd()
    first.destroyed.connect(lambda: gone.append(1))
    monkeypatch.setattr(first.upkeep, "close", lambda: [slow.work])
    standing.renew()
    assert standing.window is not first
    shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()]
    assert shown == [standing.window]
    assert not slow.done
    assert gone == []
    slow.may_end.set()
    live_while(lambda: not gone, "it never ends")
    assert slow.done
    assert standing.window.isVisible()
