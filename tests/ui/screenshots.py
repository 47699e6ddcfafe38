"""Walk through the window with the emulators and save a picture of every screen into ``docs/screens``.

Run it on a display of its own, once for each size::

    xvfb-run -s "-screen 0 1920x1080x24" python -m tests.ui.screenshots
    xvfb-run -s "-screen 0 1366x768x24" python -m tests.ui.screenshots
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from drivers.adapters import PortHere
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.heart_rate.ble_scan import StrapSeen
from teststation.clock import TimeScale
from teststation.ports import BeltState
from teststation.protocol.load import find, load_plan
from teststation.protocol.own import OwnProtocols
from teststation.records.access.users import Role
from teststation.records.database import Record, open_record
from teststation.run.state import Phase
from teststation.subject import Sex
from ui.desktop.application import ask_passphrase
from ui.desktop.clinic.record_settings import RecordSettingsSheet
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.desk.login import FirstUserSheet, LoginCover
from ui.desktop.opening.hall import Hall
from ui.desktop.opening.passphrase import ChooseCover
from ui.desktop.result.report import ReportSheet
from ui.desktop.result.sign import SignSheet
from ui.desktop.window import MainWindow
from ui.station.emulated import patient_of_seed
from ui.station.protocols import save_version
from ui.station.session import Session
from ui.station.settings import Settings
from ui.station.station import Station

SCALE = 40.0
EARLIER = """family_name,given_name,born,sex,tested_on,vo2max_ml_kg_min,method
Aasen,Kari,1979-04-12,female,2025-06-02,34.1,Ebbeling
Berg,Ola Nordmann,1968-11-02,male,2025-06-09,31.5,Ebbeling
Lund,Nina,1985-02-30,female,2025-06-10,38,Ebbeling
"""
STRAPS = (
    StrapSeen(name="Polar H10 8C1A2B", address="A0:9E:1A:8C:1A:2B", rssi_dbm=-52, bpm=78, contact=True, battery_pct=90),
    StrapSeen(name="TICKR 41D0", address="E3:41:D0:55:10:02", rssi_dbm=-81, contact=False),
)
SEED = 3
PASSWORD = "gå tur i skogen"
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"
PEOPLE = (
    ("Aasen", "Kari", "1979-04-12", Sex.FEMALE),
    ("Berg", "Ola Nordmann", "1968-11-02", Sex.MALE),
    ("Ødegård", "Åse", "1990-07-30", Sex.FEMALE),
    ("Hansen", "Per", "1955-01-19", Sex.MALE),
)


def wait(until: Callable[[], object], seconds: float) -> None:
    """Let the window live until something is true."""
    end_s = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end_s:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents()
        time.sleep(0.01)


def let_live(seconds: float) -> None:
    """Let the window live for a while."""
    end_s = time.monotonic() + seconds
    wait(lambda: time.monotonic() >= end_s, seconds + 5)


def screen_size() -> str:
    """The screen's, as the pictures' names begin."""
    screen = QGuiApplication.primaryScreen().geometry()
    return f"{screen.width()}x{screen.height()}"


def picture(window: QWidget, name: str) -> None:
    """Save a whole window into ``docs/screens``."""
    let_live(0.15)
    FOLDER.mkdir(parents=True, exist_ok=True)
    drawn = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    drawn.save(str(FOLDER / f"{screen_size()}-{name}.png"), quality=0)


class Walk:
    """One walk through the window."""

    def __init__(self, record: Record) -> None:
        settings = Settings(clinic_name="Demoklinikken", operator="Demo", treadmill="emulated", heart_rate="emulated")
        truth = patient_of_seed(SEED)
        for family, given, born, sex in PEOPLE:
            record.people.add(family_name=family, given_name=given, born=born, sex=sex)
        born = date(date.today().year - round(truth.age_years), 3, 8)  # noqa: DTZ011 - the clinic's own day
        self.person = record.people.add(
            family_name="Demo",
            given_name="Pasient",
            born=born.isoformat(),
            sex=Sex(truth.sex),
            height_cm=truth.height_cm,
        )
        self.truth = truth
        own = OwnProtocols(record.path.with_name("protocols"))
        self.window = MainWindow(Station(record, settings, SCALE, own), demo=True, seed=SEED)
        self.window.resize(QGuiApplication.primaryScreen().geometry().size())
        self.window.show()
        let_live(0.3)

    def save(self, name: str) -> None:
        """A picture of the whole window."""
        picture(self.window, name)

    def close_sheet(self) -> None:
        """Close what lies on top."""
        assert self.window.sheet is not None
        self.window.sheet.finish()
        let_live(0.1)

    def whole(self) -> None:
        """From the first start to the result, twice, so that there is a change to show."""
        window = self.window
        window.welcome()
        self.save("00-intended-use")
        self.close_sheet()
        self.save("01-people")
        window.people.search.setText("demo")
        self.save("02-person-chosen")
        window.persons.edit(self.person)
        self.save("03-person-form")
        self.close_sheet()
        window.clinic.edit_settings()
        assert isinstance(window.sheet, SettingsSheet)
        self.save("04-settings")
        window.sheet.straps.show_found(STRAPS)
        window.sheet.straps.found.setCurrentIndex(1)
        self.save("08-straps")
        window.sheet.record_button.click()
        assert isinstance(window.sheet, RecordSettingsSheet)
        window.sheet.record.setText("postgresql+psycopg://stasjon@tjener/klinikken?sslmode=verify-full")
        self.save("06-record-settings")
        self.close_sheet()
        self.close_sheet()
        self.bring_in()
        self.protocols()
        self.commissioning()
        self.pretest()
        self.run(pictures=True)
        self.save("30-result")
        window.result.done.emit()
        self.pretest(pictures=False)
        self.run(pictures=False)
        self.save("31-result-with-change")
        window.result.print_button.click()
        wait(lambda: isinstance(window.sheet, ReportSheet), 30)
        self.save("38-report")
        self.close_sheet()
        window.result.done.emit()
        window.persons.show_history(self.person)
        self.save("32-history")
        window.history.compare_button.click()
        self.save("33-compare")
        self.close_sheet()
        window.history.audit_button.click()
        self.save("34-audit")
        self.close_sheet()
        window.history.back.emit()
        self.users()
        self.pretest(pictures=False)
        self.stopped()
        window.close()

    def protocols(self) -> None:
        """The library with one of the clinic's own, and the editor on it."""
        text = find("submax-13")[0].replace('id = "submax-13"', 'id = "klinikkens-13"')
        for number, steepest in enumerate((12, 11)):
            named = text.replace(load_plan(text, "").title, "Klinikkens 13 minutter")
            named = named.replace("incline_pct = 12", f"incline_pct = {steepest}").replace("12 %", f"{steepest} %")
            name = ("Første", "Litt slakere")[number]
            save_version(self.window.station.own_protocols, named, name, "Demo", number)
        self.window.protocols.open()
        self.save("70-protocols")
        assert self.window.protocols.library is not None
        self.window.protocols.library.edit_button.click()
        self.save("71-protocol-editor")
        self.close_sheet()
        self.close_sheet()

    def commissioning(self) -> None:
        """A treadmill is put into use, every page."""
        window, screen = self.window, self.window.commissioning
        machine = TrackmasterEmulator("kmh", TimeScale(SCALE))
        ports = (
            PortHere("COM3", "USB Serial Port (FTDI)", "usb=0403:6001:A10K4F2W"),
            PortHere("COM4", "Silicon Labs CP210x USB to UART Bridge", "usb=10c4:ea60:0001"),
            PortHere("COM1", "Communications Port", "COM1"),
        )
        with TcpServer(machine) as server:
            screen.ports._find = lambda: ports
            window.machines.begin()
            flow = window.machines.commissioning
            assert flow is not None
            screen.ports.choose(ports[0].port)
            flow._port_answered(("trackmaster", "woodway"))
            self.save("60-commissioning-port")
            screen.ports.choose(server.url)
            flow._port_answered(("trackmaster", "woodway"))
            screen.next.click()
            screen.families.kinds["woodway"].click()
            self.save("61-commissioning-verify")
            screen.families.kinds["trackmaster"].click()
            screen.families.units["kmh"].click()
            self.save("62-commissioning-family")
            screen.next.click()
            wait(screen.command.hold.isEnabled, 20)
            self.save("63-commissioning-command")
            QTest.mousePress(screen.command.hold, Qt.MouseButton.LeftButton)
            wait(lambda: flow._moved_kmh is not None, 20)
            self.save("64-commissioning-held")
            QTest.mouseRelease(screen.command.hold, Qt.MouseButton.LeftButton)
            wait(lambda: not flow.belt_may_move, 20)
            screen.command.console.setText("4,8")
            screen.command.console.textEdited.emit("")
            screen.next.click()
            self.save("65-commissioning-console")
            screen.command.console.setText("3,0")
            screen.command.console.textEdited.emit("")
            screen.next.click()
            wait(screen.check.hold.isEnabled, 20)
            self.save("66-commissioning-check")
            flow.begin()
            wait(lambda: flow.trial is not None and flow.trial.phase == "running", 20)
            screen.check.zero.click()
            self.save("67-commissioning-turns")
            let_live(0.6)
            screen.check.last.click()
            screen.check.length.setText("3,20")
            screen.check.count.setText("8")
            wait(lambda: not flow.belt_may_move, 20)
            flow.measure._seconds = 30.5
            screen.check.count.textEdited.emit("")
            self.save("68-commissioning-checked")
            screen.next.click()
            screen.limits.name.setText("Rom 2")
            screen.limits.limits["max_kmh"].setText("10")
            self.save("69-commissioning-limits")
            screen.next.click()
            self.save("70-commissioning-summary")
            screen.leave.click()
            window.machines.close(10.0)

    def bring_in(self) -> None:
        """A table of earlier tests with a row that cannot be read."""
        with tempfile.TemporaryDirectory() as folder:
            table = Path(folder, "tidligere.csv")
            table.write_text(EARLIER, "utf-8")
            self.window.persons.bring_in(table)
        self.save("07-bring-in")
        self.close_sheet()

    def users(self) -> None:
        """The first user, the door, signing, merging and who is due."""
        window, record = self.window, self.window.station.record
        window.header.users_missing.emit()
        sheet = window.sheet
        assert isinstance(sheet, FirstUserSheet)
        self.save("50-first-user")
        for field, text in (
            (sheet.name, "Kari Berg"), (sheet.login, "kari"), (sheet.fresh, PASSWORD), (sheet.again, PASSWORD)
        ):  # fmt: skip
            field.setText(text)
        sheet.make()
        window.door.show_account()
        self.save("51-account")
        self.close_sheet()
        record.users.add("nils", "Nils Dal", Role.THERAPIST)
        window.door._account("users")
        self.save("52-users")
        self.close_sheet()
        window.door.leave()
        self.save("53-login")
        cover = window.door.cover
        assert isinstance(cover, LoginCover)
        cover.login.setText("kari")
        cover.password.setText(PASSWORD)
        cover.try_it()
        window.show_result(record.tests.history(self.person.id)[-1])
        window.result.sign_button.click()
        sign = window.sheet
        assert isinstance(sign, SignSheet)
        self.save("35-sign")
        sign.comment.setPlainText("Rolig og jevn gange.")
        sign.sign()
        self.save("36-signed")
        window.result.sign_button.click()
        self.save("37-amend")
        self.close_sheet()
        window.result.done.emit()
        record.people.add(family_name="Demoe", given_name="Pasient", born=self.person.born, sex=self.person.sex)
        window.people.refresh(choose=self.person.id)
        window.people.merge_button.click()
        self.save("05-merge")
        self.close_sheet()

    def pretest(self, *, pictures: bool = True) -> None:
        """Fill in the pre-test."""
        window, form = self.window, self.window.pretest
        window.people.search.setText("demo")
        window.people.refresh(choose=self.person.id)
        window.people.test_button.click()
        if pictures:
            self.save("10-pretest-empty")
            form.prepare_button.click()
            self.save("11-pretest-missing")
        form.confirmed.setChecked(True)
        form.weight.setText(f"{self.truth.weight_kg:.0f}")
        form.screening.answer_no()
        if pictures:
            form.screening.yes["medicine"].click()
            form.screening.reason["medicine"].setText("Fast medisin, uendret siden sist. Avklart med lege.")
            self.save("12-pretest-filled")
        form.prepare_button.click()

    def ready(self) -> None:
        """Wait for belt and strap, and start."""
        session = self.session()
        wait(lambda: session.controller.state.at_rest and session.controller.state.hr_bpm is not None, 30)

    def session(self) -> Session:
        """The session there is."""
        assert self.window.flow is not None
        return self.window.flow.session

    def run(self, *, pictures: bool) -> None:
        """One whole test."""
        window = self.window
        if pictures:
            self.save("20-run-connecting")
        self.ready()
        session = self.session()
        if pictures:
            self.save("21-run-ready")
        session.begin()
        wait(lambda: session.controller.state.phase is Phase.STAGES, 60)
        last = -1
        while not session.ended:
            state = session.controller.state
            left_s = state.stage_remaining_s(session.controller.now_s())
            if state.phase is Phase.STAGES and state.stage_index != last and left_s < 25:
                last = state.stage_index
                if pictures and last == 1:
                    self.save("22-run-ask-rpe")
                    session.hold()
                    self.sheets()
                    session.release()
                session.rpe(10 + 2 * last)
                if pictures and last == 2:
                    self.save("23-run-third-stage")
            if state.notice is not None and pictures:
                self.save("24-run-limit")
                pictures = False
            let_live(0.03)
        wait(lambda: window.stack.currentWidget() is window.result, 30)

    def sheets(self) -> None:
        """Every question of a run."""
        flow = self.window.flow
        assert flow is not None
        for name, ask in (
            ("25-cool-down-reasons", flow.ask_cool_down),
            ("26-override", flow.ask_override),
            ("27-event", flow.ask_event),
            ("28-pressure", flow.ask_pressure),
            ("29-load", flow.ask_load),
        ):
            ask()
            self.save(name)
            self.close_sheet()

    def stopped(self) -> None:
        """The run screen with a high alarm, drawn from a snapshot that no emulator gives on demand."""
        import dataclasses

        from teststation.cause import Cause
        from teststation.run.alarms import Alarm, Priority

        self.ready()
        flow = self.window.flow
        assert flow is not None
        flow.bridge.halt()
        moment = dataclasses.replace(
            flow.session.snapshot(),
            phase=Phase.STOPPING,
            belt_state=BeltState.OFFLINE,
            press_red_button=True,
            reason=Cause("trip_no_answer"),
            alarms=(
                Alarm(Cause("press_red_button"), Priority.HIGH, True),
                Alarm(Cause("belt_offline"), Priority.HIGH, True),
            ),
        )
        self.window.run.show_moment(moment)
        self.save("40-red-button")
        flow.bridge.start()


def main() -> int:
    """Both the walk and its pictures."""
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    with tempfile.TemporaryDirectory() as folder, open_record(Path(folder) / "screens.record", "screens") as record:
        Walk(record).whole()
        first_start(Path(folder) / "new.record")
    return 0


def first_start(file: Path) -> None:
    """What is asked before there is a record."""

    def open_hall() -> Hall:
        return next(one for one in QApplication.topLevelWidgets() if isinstance(one, Hall) and one.isVisible())

    def taken() -> None:
        hall = open_hall()
        choose = hall.findChild(ChooseCover)
        assert isinstance(choose, ChooseCover)
        choose.fresh.setText(PASSWORD)
        choose.again.setText(PASSWORD)
        picture(hall, "80-passphrase-choose")
        choose.take()
        picture(hall, "81-passphrase-keep")
        hall.close()

    QTimer.singleShot(500, taken)
    ask_passphrase(file, "teststation.record", Settings(clinic_name="Klinikken"))
    with open_record(file, PASSWORD, create=True):
        pass

    def asked() -> None:
        hall = open_hall()
        picture(hall, "82-passphrase-ask")
        hall.close()

    QTimer.singleShot(500, asked)
    ask_passphrase(file, "teststation.record", Settings(clinic_name="Klinikken"))


if __name__ == "__main__":
    sys.exit(main())
