"""The first start and every start after it: a passphrase is chosen, taken care of, remembered or asked for."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import keyring
import pypdfium2
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.keyring_in_memory import MemoryKeyring
from tests.patience import PATIENCE
from teststation.records.database import open_record
from teststation.records.storage.passphrase import SERVICE, kept_passphrase
from ui import cli
from ui.desktop import application
from ui.desktop.i18n import tr
from ui.desktop.i18n.qt_words import QtWords
from ui.desktop.opening.hall import Hall, TellCover
from ui.desktop.opening.passphrase import AskCover, ChooseCover, KeepCover
from ui.station.settings import Settings

GOOD = "gul traktor under isen"
SETTINGS = Settings(clinic_name="Klinikken")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    made = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    return made


@pytest.fixture
def no_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", NoKeyring)


def open_hall(*kinds: type[QWidget]) -> Hall | None:
    """The window that asks or tells, once it does."""
    halls = [one for one in QApplication.topLevelWidgets() if isinstance(one, Hall) and one.isVisible()]
    return next((hall for hall in halls if any(hall.findChild(kind) for kind in kinds)), None)


def answering(*steps: Callable[[QWidget], object]) -> None:
    """Take one step after the other in the window that asks, once it is there. A step that fails closes it."""
    left = list(steps)

    def take() -> None:
        hall = open_hall(ChooseCover, KeepCover, AskCover, TellCover)
        if hall is None:
            QTimer.singleShot(20, take)
            return
        step = left.pop(0)
        if left:
            QTimer.singleShot(20, take)
        try:
            step(hall)
        except BaseException:
            left.clear()
            hall.close()
            raise

    QTimer.singleShot(20, take)


def choose(passphrase: str, again: str | None = None) -> Callable[[QWidget], None]:
    def step(hall: QWidget) -> None:
        cover = hall.findChild(ChooseCover)
        assert isinstance(cover, ChooseCover)
        cover.fresh.setText(passphrase)
        cover.again.setText(passphrase if again is None else again)
        cover.take()

    return step


def refused(words: str) -> Callable[[QWidget], None]:
    def step(hall: QWidget) -> None:
        cover = hall.findChild(ChooseCover) or hall.findChild(AskCover)
        assert isinstance(cover, ChooseCover | AskCover)
        assert cover.problems.text() == words

    return step


def with_keep(act: Callable[[KeepCover], object]) -> Callable[[QWidget], None]:
    def step(hall: QWidget) -> None:
        cover = hall.findChild(KeepCover)
        assert isinstance(cover, KeepCover)
        act(cover)

    return step


def written_down(cover: KeepCover) -> None:
    assert not cover.go_on.isEnabled()
    cover.written.setChecked(True)
    cover.go_on.click()


def typed(passphrase: str) -> Callable[[QWidget], None]:
    def step(hall: QWidget) -> None:
        cover = hall.findChild(AskCover)
        assert isinstance(cover, AskCover)
        cover.passphrase.setText(passphrase)
        cover.take()

    return step


def made_record(folder: Path) -> Path:
    path = folder / "clinic.record"
    with open_record(path, GOOD, create=True):
        pass
    return path


def test_a_new_record_gets_a_good_passphrase_that_somebody_has_kept(
    qtbot: QtBot, no_ring: None, tmp_path: Path
) -> None:
    path = tmp_path / "clinic.record"
    answering(
        choose("hest"),
        refused(tr("opening.too_short", least=12)),
        choose("sommer2026klinikk"),
        refused(tr("opening.too_weak")),
        choose(GOOD, "gul traktor under isen?"),
        refused(tr("opening.differ")),
        choose(GOOD),
        with_keep(written_down),
    )
    assert application.ask_passphrase(path, "clinic.record", SETTINGS) == GOOD
    assert not path.exists(), "who opens the record makes it, not who asks"


def test_the_sheet_that_is_saved_holds_it_and_lies_over_no_other_file(
    qtbot: QtBot, no_ring: None, tmp_path: Path
) -> None:
    path, sheet = tmp_path / "clinic.record", tmp_path / "ark.pdf"
    other = tmp_path / "other.txt"
    other.write_text("mine", "utf-8")

    def save(cover: KeepCover) -> None:
        cover.write(other)
        assert not cover.go_on.isEnabled()
        cover.write(sheet)
        assert cover.go_on.isEnabled()
        cover.pass_on()

    answering(choose(GOOD), with_keep(save))
    assert application.ask_passphrase(path, "clinic.record", SETTINGS) == GOOD
    assert other.read_text("utf-8") == "mine"
    document = pypdfium2.PdfDocument(sheet.read_bytes())
    assert GOOD.replace(" ", "") in "".join(document[0].get_textpage().get_text_bounded().split())
    document.close()
    assert os.name == "nt" or sheet.stat().st_mode & 0o077 == 0


def test_what_is_remembered_is_not_asked_again(qtbot: QtBot, ring: MemoryKeyring, tmp_path: Path) -> None:
    path = tmp_path / "clinic.record"
    answering(choose(GOOD), with_keep(written_down))
    assert application.ask_passphrase(path, "clinic.record", SETTINGS) == GOOD
    assert kept_passphrase(path, None, {}) == GOOD
    assert ring.kept == {(SERVICE, str(path.resolve())): GOOD}, "the trial of the keyring leaves nothing"


def test_a_record_from_elsewhere_is_asked_for_until_its_passphrase_opens_it(
    qtbot: QtBot, ring: MemoryKeyring, tmp_path: Path
) -> None:
    path = made_record(tmp_path)
    before = path.read_bytes()
    assert kept_passphrase(path, None, {}) is None
    answering(typed(""), refused(tr("opening.wrong")), typed("feil"), refused(tr("opening.wrong")), typed(GOOD))
    assert application.ask_passphrase(path, "clinic.record", SETTINGS) == GOOD
    assert path.read_bytes() == before
    assert kept_passphrase(path, None, {}) == GOOD


def test_who_closes_the_window_or_leaves_it_has_answered_nothing(qtbot: QtBot, no_ring: None, tmp_path: Path) -> None:
    path = made_record(tmp_path)
    answering(lambda hall: hall.close())
    assert application.ask_passphrase(path, "clinic.record", SETTINGS) is None
    answering(lambda hall: hall.close())
    assert application.ask_passphrase(tmp_path / "new.record", "new.record", SETTINGS) is None
    assert not (tmp_path / "new.record").exists()


def test_a_window_that_is_closed_as_it_comes_up_is_waited_for_by_nobody(qtbot: QtBot) -> None:
    class Shy(Hall):
        def showEvent(self, event: QShowEvent) -> None:
            super().showEvent(event)
            self.close()

    hall, waited = Shy("shy"), list[int]()
    late = QTimer(hall, interval=500)
    late.timeout.connect(lambda: (waited.append(1), hall.leave()))
    late.start()
    hall.wait()
    late.stop()
    assert waited == []
    hall.deleteLater()


def test_the_command_without_a_passphrase_opens_this_window_and_leaves_with_three(
    qtbot: QtBot, no_ring: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESTSTATION_PASSPHRASE", raising=False)
    answering(lambda hall: hall.close())
    assert cli.main(["--record", str(tmp_path / "new.record")]) == 3


def test_what_keeps_the_window_from_opening_is_said_in_a_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made_record(tmp_path)
    monkeypatch.setenv("TESTSTATION_PASSPHRASE", "en annen")
    seen: list[str] = []

    def look(hall: QWidget) -> None:
        cover = hall.findChild(TellCover)
        assert isinstance(cover, TellCover)
        seen.append(cover.words.text())
        hall.close()

    answering(look)
    assert cli.main(["--record", str(path)]) == 2
    assert "åpner" in seen[0]
    assert "this passphrase does not open it" in capsys.readouterr().err


def test_a_mistake_of_the_program_before_the_window_is_said_in_one_too(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[list[str]] = []

    def broken() -> Settings:
        raise ZeroDivisionError

    monkeypatch.setattr("teststation.records.storage.place.place_of", lambda _: broken())
    monkeypatch.setattr("ui.desktop.application.tell", lambda sentences: told.append(list(sentences)))
    assert cli.main([]) == 4
    assert "ZeroDivisionError" in told[0][0]
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    file = Path(said.split("please send ")[1].split(" to its makers")[0])
    assert str(file) in told[0][0]
    file.unlink()


def test_a_command_that_opens_no_window_tells_in_none(tmp_path: Path) -> None:
    path = made_record(tmp_path)
    words = [sys.executable, "-m", "ui.cli", "records", "list", "--record", str(path)]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=60 * PATIENCE,
        check=False,
        env={**os.environ, "TESTSTATION_PASSPHRASE": "en annen", "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 2
    assert "this passphrase does not open it" in done.stderr


def test_the_windows_words_are_put_into_qt_once(qapp: QApplication, no_ring: None, tmp_path: Path) -> None:
    for name in ("a.record", "b.record"):
        answering(lambda hall: hall.close())
        application.ask_passphrase(tmp_path / name, name, SETTINGS)
    assert len(qapp.findChildren(QtWords)) == 1


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_button_that_has_the_keyboard_before_there_is_a_window(qtbot: QtBot, key: Qt.Key) -> None:
    hall = Hall("")
    qtbot.addWidget(hall)
    cover = TellCover(hall, ["Noe"])
    cover.open()
    hall.show()
    hall.activateWindow()
    qtbot.waitUntil(hall.isActiveWindow)
    closed = cover.findChildren(QPushButton)[-1]
    closed.setFocus()
    QTest.keyClick(closed, key)
    assert not hall.isVisible()
