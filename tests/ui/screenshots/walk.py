"""One walk through the window on the emulators: an appointment, twice, and all that lies around it."""

import tempfile
from datetime import date
from pathlib import Path

import msgspec
from PySide6.QtGui import QGuiApplication

from drivers.heart_rate.straps_seen import StrapSeen
from tests.ui.screenshots.between import (
    SEED,
    appointments,
    drills,
    earlier,
    group,
    patients_view,
    sessions,
    sessions_kept,
    training,
)
from tests.ui.screenshots.camera import Camera, let_live, wait
from tests.ui.screenshots.machine import commissioning
from teststation.ports import BeltState
from teststation.protocol.load import find, load_plan
from teststation.protocol.own import OwnProtocols
from teststation.records.access.user import Role
from teststation.records.database import Record
from teststation.run.state import Phase
from teststation.subject import Sex
from ui.desktop.clinic.backups import BackupsSheet
from ui.desktop.clinic.record_settings import RecordSettingsSheet
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.desk.login import FirstUserSheet, LoginCover
from ui.desktop.result.report import ReportSheet
from ui.desktop.result.sign import SignSheet
from ui.desktop.window import MainWindow
from ui.station.emulated import patient_of_seed
from ui.station.protocols import save_version
from ui.station.session import Session
from ui.station.settings import Settings
from ui.station.station import Station

SCALE = 10.0  # faster, and a picture of a walking belt takes longer than its driver waits for a word
EARLIER = """family_name,given_name,born,sex,tested_on,vo2max_ml_kg_min,method
Aasen,Kari,1979-04-12,female,2025-06-02,34.1,Ebbeling
Berg,Ola Nordmann,1968-11-02,male,2025-06-09,31.5,Ebbeling
Lund,Nina,1985-02-30,female,2025-06-10,38,Ebbeling
"""
STRAPS = (
    StrapSeen(name="Polar H10 8C1A2B", address="A0:9E:1A:8C:1A:2B", rssi_dbm=-52, bpm=78, contact=True, battery_pct=90),
    StrapSeen(name="TICKR 41D0", address="E3:41:D0:55:10:02", rssi_dbm=-81, contact=False),
)
THIRD_LEFT_S = 165.0  # of three minutes: what is shown is the stage, not its beginning
PASSWORD = "gå tur i skogen"
PEOPLE = (
    ("Aasen", "Kari", "1979-04-12", Sex.FEMALE),
    ("Berg", "Ola Nordmann", "1968-11-02", Sex.MALE),
    ("Ødegård", "Åse", "1990-07-30", Sex.FEMALE),
    ("Hansen", "Per", "1955-01-19", Sex.MALE),
)


class Walk:
    """One walk through the window."""

    def __init__(self, record: Record, camera: Camera, scale: float = SCALE) -> None:
        self.camera, self.scale = camera, scale
        settings = Settings(
            clinic_name="Demoklinikken", operator="Demo", treadmill="emulated", heart_rate="emulated",
            language=camera.language, theme=camera.theme,
        )  # fmt: skip
        truth = patient_of_seed(SEED)
        people = [
            record.people.add(family_name=family, given_name=given, born=born, sex=sex)
            for family, given, born, sex in PEOPLE
        ]
        appointments(record, people)
        born = date(date.today().year - round(truth.age_years), 3, 8)  # noqa: DTZ011 - the clinic's own day
        self.person = record.people.add(
            family_name="Demo",
            given_name="Pasient",
            born=born.isoformat(),
            sex=Sex(truth.sex),
            height_cm=truth.height_cm,
        )
        self.truth = truth
        earlier(record, self.person)
        own = OwnProtocols(record.path.with_name("protocols"))
        self.window = MainWindow(Station(record, settings, scale, own), demo=True, seed=SEED)
        self.window.resize(QGuiApplication.primaryScreen().geometry().size())
        self.window.show()
        let_live(0.3)

    def save(self, name: str) -> None:
        """A picture of the whole window."""
        self.camera.picture(self.window, name)

    def close_sheet(self) -> None:
        """Close what lies on top."""
        assert self.window.sheet is not None
        self.window.sheet.finish()
        let_live(0.1)

    def whole(self) -> None:
        """From the first start to the result, which has an earlier one to be laid beside."""
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
        self.backups()
        self.bring_in()
        self.protocols()
        commissioning(window, self.save, self.scale)
        training(window, self.person, self.save, self.close_sheet)
        self.pretest()
        self.run()
        self.save("31-result-with-change")
        window.result.print_button.click()
        wait(lambda: isinstance(window.sheet, ReportSheet), 30)
        self.save("38-report")
        self.close_sheet()
        window.show_result(window.station.record.tests.history(self.person.id)[0])
        self.save("30-result")
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
        sessions(window, self.person, self.save)
        sessions_kept(window, self.person, self.save, self.close_sheet)
        group(window, self.person, self.save, self.close_sheet)
        self.pretest(pictures=False)
        self.stopped()
        window.close()
        drills(self.camera, self.scale)

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
        library = self.window.protocols.library
        assert library is not None
        library.table.setCurrentCell([one.id for one in library._shelf].index("4x4"), 0)
        self.save("73-session-in-library")
        library.copy_button.click()
        self.save("74-session-editor")
        self.close_sheet()
        self.close_sheet()

    def backups(self) -> None:
        """A backup made just now, and the way back from one."""
        station = self.window.station
        with tempfile.TemporaryDirectory() as folder:
            station.settings = msgspec.structs.replace(station.settings, backup_folder=folder)
            self.window.clinic.show_backups()
            sheet = self.window.sheet
            assert isinstance(sheet, BackupsSheet)
            sheet.now_button.click()
            wait(sheet.now_button.isEnabled, 30)
            (made,) = Path(folder).iterdir()
            sheet.file.setText(str(Path("/mnt/kopier", made.name)))
            self.save("0a-backups")
            self.close_sheet()
            station.settings = msgspec.structs.replace(station.settings, backup_folder="")

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
        for test in record.tests.list():
            if not test.run.demo:
                record.signing.sign(test.id, record.users.all()[0])
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
        window.people.search.clear()
        window.people.today_button.click()
        self.save("09-today")
        window.people.waiting_button.click()
        self.save("39-waiting")
        self.close_sheet()
        window.people.due_button.click()
        self.save("39-due")
        self.close_sheet()
        window.header.about_button.click()
        self.save("54-about")
        self.close_sheet()
        window.show_help()
        self.save("55-help")
        self.close_sheet()
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
            form.screening.reason["medicine"].setText("Fast dose, avklart med lege.")
            self.save("12-pretest-filled")
        form.prepare_button.click()
        wait(lambda: window.flow is not None, 30)

    def ready(self) -> None:
        """Wait for belt and strap, and start."""
        session = self.session()
        wait(lambda: session.controller.state.at_rest and not session.snapshot().not_ready_because, 60)

    def session(self) -> Session:
        """The session there is."""
        assert self.window.flow is not None
        return self.window.flow.session

    def run(self) -> None:
        """One whole test."""
        window = self.window
        self.save("20-run-connecting")
        self.ready()
        session = self.session()
        self.save("21-run-ready")
        session.begin()
        wait(lambda: session.controller.state.phase is Phase.STAGES, 60)
        last = -1
        while not session.ended:
            state = session.controller.state
            left_s = state.stage_remaining_s(session.controller.now_s())
            if state.phase is Phase.STAGES and state.stage_index != last and left_s < 25:
                last = state.stage_index
                if last == 1:
                    self.save("22-run-ask-rpe")
                    session.hold()
                    self.sheets()
                    session.release()
                session.rpe(10 + 2 * last)
            # Before the pulse is over its limit: when that is depends on how long the questions were looked at.
            third = state.phase is Phase.STAGES and state.stage_index == 2 and left_s < THIRD_LEFT_S
            if third and "23-run-third-stage" not in self.camera.taken:
                self.save("23-run-third-stage")
                patients_view(window, self.camera, "42-patients-view")
            if state.notice is not None and "24-run-limit" not in self.camera.taken:
                self.save("24-run-limit")
            let_live(0.03)
        wait(lambda: window.stack.currentWidget() is window.result, 30)
        self.camera.must_have("22-run-ask-rpe", "23-run-third-stage", "24-run-limit", "42-patients-view")

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
            ("23-run-more", flow.ask_more),
        ):
            ask()
            assert self.window.stack.currentWidget() is self.window.run, "the run was over before its questions"
            self.save(name)
            self.window.sheets.finish_all()  # a drawer may have closed by itself: the belt went on

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
            measured_speed_kmh=None,  # as of a belt that does not answer
            measured_incline_pct=None,
            reason=Cause("trip_no_answer"),
            alarms=(
                Alarm(Cause("press_red_button"), Priority.HIGH, True),
                Alarm(Cause("belt_offline"), Priority.HIGH, True),
            ),
        )
        self.window.run.show_moment(moment)
        self.save("40-red-button")
        flow.bridge.start()
