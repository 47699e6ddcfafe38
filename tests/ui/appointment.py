"""The whole appointment with one hand: a new record, its first user and person, practice, test, signature, hand-over.

python -m tests.ui.appointment keys|mouse nb|nn|en WIDTH HEIGHT [TIME-SCALE]
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.hands import Hand, Keys, Mouse, find, until
from teststation.device_names import device_name
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.records.tests.earlier_result import EarlierResult
from teststation.run.record import Outcome
from teststation.run.state import Phase
from teststation.subject import Sex
from ui.desktop.application import ask_passphrase
from ui.desktop.i18n import core_texts, tr
from ui.desktop.i18n.numbers import day, today
from ui.desktop.opening.hall import Hall
from ui.desktop.standing import Standing
from ui.desktop.window import MainWindow
from ui.station.apart.record_process import RecordProcess
from ui.station.apart.report_process import ReportProcess
from ui.station.settings import Settings
from ui.station.station import Station

Language = Literal["nb", "nn", "en"]
PASSWORD = "gå tur i skogen"
FIT = 97  # a patient of the emulator who walks all four loads well below the limit of who is tested here
OVERDUE = "Ola Nordmann"
HANDS: dict[str, type[Keys] | type[Mouse]] = {"keys": Keys, "mouse": Mouse}


def first_passphrase(hand: Hand, file: Path, settings: Settings) -> str:
    """Choose the passphrase of a record that is new, in the window that asks for it."""
    failed: list[Exception] = []

    def answer() -> None:
        hall = next(one for one in QApplication.topLevelWidgets() if isinstance(one, Hall) and one.isVisible())
        try:
            until(lambda: hall.isActiveWindow() and QApplication.focusWidget() is not None, 10, "a field to type in")
            hand.write(hall, tr("opening.passphrase"), PASSWORD)
            hand.write(hall, tr("opening.again"), PASSWORD)
            hand.enter(hall, tr("opening.next"))
            hand.press(hall, tr("opening.sheet_written"))
            hand.press(hall, tr("opening.start"))
        except Exception as error:  # noqa: BLE001 - the window would wait for an answer for good
            failed.append(error)
            hall.close()

    QTimer.singleShot(100, answer)
    found = ask_passphrase(file, file.name, settings)
    if failed:
        raise failed[0]
    assert found == PASSWORD
    return found


def somebody_overdue(record: Record) -> None:
    """One person who was measured long ago, as a clinic that brought its earlier results in has many."""
    person = record.people.add(given_name="Ola", family_name="Nordmann", born="1980-01-01", sex=Sex.MALE)
    record.imported.keep([EarlierResult(person.id, "2025-05-01", 31.5, "ergospirometri")], "ab" * 32)


class Appointment:
    """One appointment in a window that is new."""

    def __init__(self, hand: Hand, window: MainWindow, record: Record, folder: Path) -> None:
        self.hand, self.window, self.record, self.folder = hand, window, record, folder

    def whole(self) -> None:
        """From the first words to the list of who is due."""
        self.first_start()
        self.devices()
        self.person()
        self.pretest()
        self.practise()
        self.test()
        self.after()

    def press(self, key: str) -> None:
        """Press what is called so."""
        self.hand.press(self.window, tr(key))

    def go_on(self, key: str) -> None:
        """Press the button that leads on, which is called so."""
        self.hand.go_on(self.window, tr(key))

    def write(self, key: str, words: str) -> None:
        """Fill in the field that is called so."""
        self.hand.write(self.window, tr(key), words)

    def comes(self, screen: Callable[[], QWidget], what: str, within_s: float = 30) -> None:
        """Wait for a screen."""
        until(lambda: self.window.stack.currentWidget() is screen(), within_s, what)

    def first_start(self) -> None:
        """Intended use and the first user."""
        self.press("intended.accept")
        self.write("users.name", "Anne Berg")
        self.write("login.login", "anne")
        self.write("login.password", PASSWORD)
        self.write("password.again", PASSWORD)
        self.go_on("first_user.make")
        until(lambda: self.window.sheet is None, 20, "nothing more is asked")
        assert [(user.login, user.role) for user in self.record.users.all()] == [("anne", Role.ADMINISTRATOR)]

    def devices(self) -> None:
        """The clinic, what it tests with, and where its pages go."""
        self.press("app.settings")
        self.write("settings.clinic", "Klinikken")
        emulated = device_name("emulated", core_texts())
        self.hand.choose(self.window, tr("settings.treadmill"), emulated)
        self.hand.choose(self.window, tr("settings.heart_rate"), emulated)
        self.press("paper_settings.open")
        self.press("paper_settings.choose_folder")
        self.hand.answer_folder(self.window, self.folder)
        self.go_on("form.save")
        self.go_on("form.save")
        until(lambda: self.window.sheet is None, 20, "the settings are kept")
        kept = self.window.station.settings
        assert (kept.clinic_name, kept.treadmill, kept.heart_rate) == ("Klinikken", "emulated", "emulated")
        assert Path(kept.hand_over_folder) == self.folder

    def person(self) -> None:
        """Somebody new, and their test."""
        self.press("person.new")
        self.write("form.given", "Kari")
        self.write("form.family", "Ødegård")
        self.write("form.born", "12.4.1979")
        self.hand.press(self.window, tr("sex.female"))
        self.write("form.height", "168")
        self.go_on("form.save")
        assert {person.full_name for person in self.record.people.all()} == {"Kari Ødegård", OVERDUE}
        self.go_on("person.test")
        self.comes(lambda: self.window.pretest, "the pre-test")

    def pretest(self) -> None:
        """What is asked before."""
        self.press("pretest.confirm")
        self.write("pretest.weight", "82")
        self.press("screening.all_no")

    def started(self) -> None:
        """Hold the start until the belt is let go."""
        self.comes(lambda: self.window.run, "the run")
        until(lambda: self.window.run.start_words.text() == tr("start.ready"), 40, "all is ready")
        flow = self.window.flow
        assert flow is not None
        self.hand.hold(self.window, tr("start.label"), lambda: flow.session.begun)
        until(lambda: flow.session.controller.state.phase is Phase.STAGES, 40, "the belt walks")

    def practise(self) -> None:
        """A short walk that is not kept."""
        self.press("practice.open")
        self.started()
        self.press("do.cool_down")
        self.comes(lambda: self.window.pretest, "the practice is over", 60)
        find(self.window, QWidget, tr("practice.done"))
        assert self.record.tests.list() == []

    def test(self) -> None:
        """The test to its own end, with an answer and an event."""
        self.go_on("pretest.prepare")
        self.started()
        flow = self.window.flow
        assert flow is not None
        self.hand.exertion(self.window, tr("rpe.one", rpe=11), 11)
        until(lambda: flow.session.snapshot().rpe.answer == 11, 10, "the answer is lit")
        self.press("do.event")
        self.press("note.stumbled")
        self.comes(lambda: self.window.result, "the result", 900 / self.window.station.scale.factor + 60)
        (stored,) = self.record.tests.list()
        assert stored.run.outcome is Outcome.COMPLETED, stored.run.reason
        assert len(stored.run.stages) == len(stored.run.plan.stages)
        assert any(mark.kind == "note" for mark in stored.run.marks)

    def after(self) -> None:
        """Sign, hand over, all tests, who is due."""
        self.press("sign.do")
        self.write("sign.comment", "Rolig og jevn gange.")
        self.go_on("sign.do")
        until(lambda: self.window.sheet is None, 20, "it is signed")
        self.press("result.hand_over_name")
        until(lambda: list(self.folder.glob("*.pdf")), 60, "the page is in the journal's folder")
        self.go_on("result.done")
        self.comes(lambda: self.window.people, "the first screen")
        (stored,) = self.record.tests.list()
        assert stored.signature is not None
        assert stored.signature.comment == "Rolig og jevn gange."
        self.write("person.search", "kari")
        self.press("person.history")
        self.comes(lambda: self.window.history, "all tests")
        assert self.window.history.table.rowCount() == 1
        when = self.window.history.table.item(0, 1)
        assert when is not None
        assert when.text() == day(stored.run.started_at)
        self.press("common.back")
        self.press("due.open")
        find(self.window, QWidget, tr("common.close"))
        assert self.window.sheet is not None
        assert self.window.sheet.accessibleName() == tr("due.title")
        self.hand.press(self.window, tr("due.choose_name", name=OVERDUE))  # and nobody else: Kari was tested today
        assert self.window.sheet is None
        chosen = self.window.people.chosen
        assert chosen is not None
        assert chosen.full_name == OVERDUE
        assert [person.full_name for person, _ in self.record.people.due(today())] == [OVERDUE]


def walk(hand: Hand, language: Language, size: tuple[int, int], time_scale: float, folder: Path) -> None:
    """One appointment on a record of its own."""
    handed = folder / "journal"
    handed.mkdir()
    settings = Settings(language=language)
    file = folder / "clinic.record"
    passphrase = first_passphrase(hand, file, settings)
    with RecordProcess() as process, process.open(file, passphrase) as record, closing(ReportProcess()) as reports:
        somebody_overdue(record)
        standing = Standing(
            Station(record, settings, time_scale, make_papers=reports), save=lambda _: None, demo=False, seed=FIT
        )
        window = standing.window
        try:
            window.resize(*size)
            window.show()
            window.activateWindow()
            until(window.isActiveWindow, 10, "the window has the keyboard")
            window.welcome()
            Appointment(hand, window, record, handed).whole()
        finally:
            while window.sheet is not None:
                window.sheet.finish()
            if window.flow is not None:
                window.flow.session.stop()
                window.flow.bridge.confirm_at_rest()
                window.closing.let_go_of_the_run()
            window.close()
            window.deleteLater()
            standing.let_go()
            # While there is a record yet: a list that was on its way to the screen asks for it.
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main(hand: str, language: Language, width: str, height: str, time_scale: str = "20") -> int:
    """One appointment, without a test runner."""
    application = QApplication(sys.argv[:1])  # before the first timer: one set without it never comes
    with tempfile.TemporaryDirectory() as folder:
        walk(HANDS[hand](), language, (int(width), int(height)), float(time_scale), Path(folder))
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))  # type: ignore[arg-type]
