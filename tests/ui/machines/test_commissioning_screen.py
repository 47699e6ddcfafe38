"""A treadmill is put into use in the window, on an emulator over a real wire: what moves the belt, and what ends it."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

import ui.desktop.machines.commissioning_flow as flow_module
from drivers.adapters import PortHere
from drivers.emulators.csafe import CsafeEmulator
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.treadmills import EmulatedTreadmill
from drivers.heart_rate.straps_seen import StrapSeen
from drivers.machines import load_machines
from drivers.machines_file import ENVIRONMENT
from drivers.treadmill.machines_seen import MachineSeen
from tests.contract.treadmill_rig import Served, serve
from tests.mutants import planted_fault
from tests.ui.conftest import ended
from tests.virtual_bluetooth.fitness_machine import FitnessMachine
from teststation.clock import TimeScale
from teststation.ports import BeltCheck
from teststation.records.access.user import Role
from teststation.run.belt_trial import TRIAL_KMH
from ui.desktop.clinic.settings import SettingsSheet
from ui.desktop.i18n import tr
from ui.desktop.machines import flow as machine_flow
from ui.desktop.machines.commissioning import CommissioningScreen
from ui.desktop.machines.commissioning_flow import CommissioningFlow
from ui.desktop.machines.commissioning_start import PortPage
from ui.desktop.widgets import hold_button
from ui.desktop.widgets.hold_button import RunWhileHeld
from ui.desktop.window import MainWindow
from ui.station.stick_search import StickHears

pytestmark = pytest.mark.process
SCALE = 20.0
HOLD_S = 0.2  # three seconds for a hand


class Room:
    """A window on its pages, and the machine behind them."""

    def __init__(self, window: MainWindow, treadmill: EmulatedTreadmill, server: Served, folder: Path) -> None:
        self.window, self.treadmill, self.server = window, treadmill, server
        self.file = folder / "machines.toml"

    @property
    def screen(self) -> CommissioningScreen:
        return self.window.commissioning

    @property
    def flow(self) -> CommissioningFlow:
        flow = self.window.machines.commissioning
        assert flow is not None
        return flow

    @property
    def heard(self) -> bytes:
        return b"".join(data for _, way, data in self.treadmill.transcript if way == "in")

    @property
    def starts(self) -> int:
        return self.heard.count(b"\xa0")

    def open(self) -> "Room":
        self.window.machines.begin()
        return self

    def to_family(self) -> "Room":
        self.screen.ports.other.setText(self.server.url)
        self.screen.ports.other.textEdited.emit(self.server.url)
        self.screen.next.click()
        return self

    def to_command(self, family: str = "trackmaster", unit: str = "kmh") -> "Room":
        self.open().to_family()
        self.screen.families.kinds[family].click()
        if unit:
            self.screen.families.units[unit].click()
        self.screen.next.click()
        return self.until(lambda: self.screen.page == "command" and self.flow.trial is not None, "the trial's page")

    def ready(self) -> "Room":
        return self.until(lambda: self.screen.command.hold.isEnabled(), "the belt known to be at rest")

    def hold(self) -> "Room":
        """Press and go on holding."""
        QTest.mousePress(self.screen.command.hold, Qt.MouseButton.LeftButton)
        return self

    def release(self) -> "Room":
        QTest.mouseRelease(self.screen.command.hold, Qt.MouseButton.LeftButton)
        return self

    def moved(self) -> "Room":
        """The trial done, the belt at rest again."""
        self.ready().hold().until(lambda: self.flow._moved_kmh is not None, "the belt at its speed")
        return self.release().rested()

    def rested(self) -> "Room":
        return self.until(lambda: not self.flow.belt_may_move and self.treadmill.true_speed_kmh == 0.0, "standstill")

    def to_check(self) -> "Room":
        self.moved()
        self.screen.command.console.setText("3,0")
        self.screen.command.console.textEdited.emit("3,0")
        self.screen.next.click()
        assert self.screen.page == "check", self.screen.problem.text()
        return self

    def at_check(self) -> "Room":
        """On the page of the check, as after a trial whose console shows no number."""
        self.ready()
        self.flow._moved_kmh = TRIAL_KMH
        self.screen.command.no_console.setChecked(True)
        self.screen.next.click()
        return self

    def running_check(self) -> "Room":
        self.until(lambda: self.screen.check.hold.isEnabled(), "the belt known to be at rest")
        QTest.mousePress(self.screen.check.hold, Qt.MouseButton.LeftButton)
        self.until(lambda: self.flow.trial is not None and self.flow.trial.phase == "running", "the belt at its speed")
        QTest.mouseRelease(self.screen.check.hold, Qt.MouseButton.LeftButton)
        return self

    def until(self, fact: Callable[[], bool], what: str, within_s: float = 20.0) -> "Room":
        until_s = time.monotonic() + within_s
        while not fact():
            assert time.monotonic() < until_s, f"waited in vain for {what}; {self.screen.problem.text()}"
            QApplication.processEvents()
            time.sleep(0.005)
        return self

    def live(self, seconds: float) -> "Room":
        until_s = time.monotonic() + seconds
        return self.until(lambda: time.monotonic() >= until_s, "time")


@pytest.fixture
def enter(
    make_window: Callable[..., MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> Iterator[Callable[..., Room]]:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
    monkeypatch.setattr(hold_button, "HOLD_S", HOLD_S)
    rooms: list[Room] = []

    def make(treadmill: EmulatedTreadmill | None = None) -> Room:
        machine = treadmill or TrackmasterEmulator("kmh", TimeScale(SCALE))
        rooms.append(Room(make_window(time_scale=SCALE), machine, serve(machine), tmp_path))
        return rooms[-1]

    yield make
    for room in rooms:
        ended(room.window.machines.close())
        room.server.close()


@pytest.fixture
def room(enter: Callable[..., Room]) -> Room:
    return enter()


def test_a_treadmill_is_put_into_use_from_the_port_to_the_file(room: Room) -> None:
    room.to_command().to_check()
    screen, check = room.screen, room.screen.check
    assert room.treadmill.true_speed_kmh == 0.0
    room.running_check().live(0.5)
    wall_s = [100.0]
    room.flow.measure._monotonic = lambda: wall_s[0]
    check.zero.click()
    wall_s[0] += 30.0 / SCALE  # half a minute of the belt's own time
    check.last.click()
    check.count.setText("8")
    # Eight turns of such a belt are 2 % further than 3.0 km/h go in that time.
    check.length.setText(f"{1.02 * TRIAL_KMH / 3.6 * 30.0 / 8:.3f}".replace(".", ","))
    check.length.textEdited.emit("")
    assert "fortere enn tredemøllen viser" in check.result.text()
    room.rested()
    screen.next.click()
    assert screen.page == "limits", screen.problem.text()
    screen.limits.limits["max_kmh"].setText("99")
    screen.next.click()
    assert "fra 1 til 25 km/t" in screen.problem.text()
    screen.limits.limits["max_kmh"].setText("7,5")
    screen.limits.name.setText("Rom 2")
    screen.next.click()
    assert screen.page == "summary"
    assert "Kontroll av farten i dag: +" in screen.summary.facts.text()
    assert not room.file.exists()
    screen.next.click()
    (machine,) = load_machines(room.file)
    assert (machine.name, machine.max_kmh, machine.device) == ("Rom 2", 7.5, f"trackmaster:{room.server.url},units=kmh")
    assert machine.last_check is not None
    assert (machine.last_check.method, machine.last_check.by) == ("turns", "Anne")
    assert machine.last_check.error_pct == pytest.approx(2.0, abs=0.5)
    assert room.window.station.settings.treadmill == machine.device
    assert room.window.stack.currentWidget() is room.window.people
    assert room.window.sheet is not None
    assert room.starts == 2


def test_a_machine_on_ant_is_told_by_its_number(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_module, "ant_key", lambda settings: "00" * 8)
    heard = StickHears(StrapSeen(name="ANT+ 12345", device="ant:fec,number=12345", bpm=70), 4711)
    monkeypatch.setattr(flow_module, "heard_on_stick", lambda port, key: heard)
    monkeypatch.setattr(flow_module, "stick_of", lambda port: port)
    ports, families = room.open().screen.ports, room.screen.families
    ports.other.setText(room.server.url)
    ports.other.textEdited.emit(room.server.url)
    ports.ask.click()
    room.until(lambda: "4711" in ports.answer.text(), "what the stick hears")
    assert "En ANT-pinne" in ports.answer.text()
    assert "ANT+ 12345" in ports.answer.text()
    room.screen.next.click()
    assert (families.family, families.number.text()) == ("fec", "4711")
    families.units["kmh"].click()
    for wrong in ("", "0", "x", "-1", "4711,max_kmh=25"):
        families.number.setText(wrong)
        room.screen.next.click()
        assert room.screen.page == "family", wrong
        assert "ANT+-nummer" in room.screen.problem.text()
    families.number.setText(" 4711 ")
    room.screen.next.click()
    assert room.flow.machine.device == f"fec:{room.server.url},units=kmh,number=4711"
    families.kinds["trackmaster"].click()
    assert families.number.isHidden()


def test_a_unit_that_is_on_no_wire_is_measured_once_before_the_machine_is_used(room: Room) -> None:
    room.to_command().to_check()
    room.screen.next.click()
    room.screen.next.click()
    assert room.screen.page == "check"
    assert "Mål båndets fart før møllen tas i bruk" in room.screen.problem.text()
    known = BeltCheck(day="2026-01-02", error_pct=0.4, method="tachometer")
    room.flow.machine = msgspec.structs.replace(room.flow.machine, checks=(known,))
    room.screen.next.click()
    assert room.screen.page == "limits"


def test_nothing_moves_before_the_button_was_held_to_its_end(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold_button, "HOLD_S", 60.0)  # longer than the slowest machine makes this test
    room.to_command().ready().hold().live(0.4).release()
    assert room.screen.command.hold.text() == tr("hold_button.early"), "a hand that let go too early is told so"
    room.live(0.4)
    QTest.mouseClick(room.screen.command.hold, Qt.MouseButton.LeftButton)
    room.live(0.4)
    room.screen.next.click()
    assert "Hold knappen inne" in room.screen.problem.text()
    assert room.flow.trial is not None
    assert room.flow.trial.phase == "ready"  # nobody asked for a belt, not even for a moment
    assert room.starts == 0
    assert room.treadmill.true_speed_kmh == 0.0


def test_the_belt_stops_when_the_button_is_let_go(room: Room) -> None:
    room.to_command().ready().hold().until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    assert not room.screen.next.isEnabled()
    room.release()
    room.until(lambda: b"\xaa" in room.heard, "the stop on the wire", 2.0)
    room.rested()
    assert room.starts == 1


def test_the_start_key_holds_and_letting_it_go_stops(room: Room) -> None:
    room.to_command().ready()
    QTest.keyPress(room.window, Qt.Key.Key_F2)
    room.until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    QTest.keyRelease(room.window, Qt.Key.Key_F2)
    room.rested()
    assert room.starts == 1


@pytest.mark.parametrize("how", ["button", "Escape", "Space"])
def test_stop_stops_while_the_button_is_still_held(room: Room, how: str) -> None:
    room.to_command().ready().hold().until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    stop = room.window.stop_button
    assert stop.isVisible()
    assert stop.focusPolicy() & Qt.FocusPolicy.TabFocus
    if how == "button":
        QTest.mousePress(stop, Qt.MouseButton.LeftButton)
    else:
        QTest.keyClick(room.window, getattr(Qt.Key, f"Key_{how}"))
    assert not room.screen.command.hold.acting
    room.rested().live(HOLD_S * 2)
    assert room.treadmill.true_speed_kmh == 0.0
    assert room.starts == 1


def test_the_check_runs_without_a_hand_until_it_is_stopped(room: Room) -> None:
    room.to_command().at_check().running_check().live(0.3)
    assert room.treadmill.true_speed_kmh > 2.0
    QTest.keyClick(room.window, Qt.Key.Key_Space)
    room.rested()
    assert room.screen.check.last.isHidden() or not room.screen.check.last.isEnabled()


@pytest.mark.parametrize("where", ["command", "check"])
def test_leaving_stops_the_belt_and_waits_for_it(room: Room, where: str) -> None:
    room.to_command()
    if where == "check":
        room.at_check().running_check()
    else:
        room.ready().hold().until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    room.screen.leave.click()
    assert room.window.machines.commissioning is not None
    assert room.window.stop_button.isVisible()
    room.until(lambda: room.window.machines.commissioning is None, "the pages to be left")
    assert room.treadmill.true_speed_kmh == 0.0
    assert room.window.stack.currentWidget() is room.window.people
    assert not room.file.exists()


def test_the_window_does_not_close_over_a_moving_belt_but_stops_it(room: Room) -> None:
    room.to_command().ready().hold().until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    assert not room.window.close()
    room.until(lambda: room.treadmill.true_speed_kmh == 0.0, "standstill")
    assert room.starts == 1


def test_losing_the_window_is_letting_go(room: Room) -> None:
    room.to_command().ready().hold().until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    room.screen.command.hold.hide()
    room.screen.command.hold.show()
    room.rested()


def test_a_driver_that_dies_calls_for_the_red_button(room: Room) -> None:
    room.to_command().ready().hold().until(lambda: room.treadmill.true_speed_kmh > 1.0, "the belt to move")
    trial = room.flow.trial
    assert trial is not None
    trial.treadmill.driver.process.kill()  # type: ignore[attr-defined]
    room.until(lambda: not room.screen.banner.isHidden(), "the red button")
    assert "driver sviktet" in room.screen.problem.text()
    room.until(lambda: room.treadmill.true_speed_kmh == 0.0, "the treadmill's own watchdog")
    room.screen.leave.click()
    assert room.window.machines.commissioning is not None
    room.screen.at_rest_button.click()
    assert room.window.machines.commissioning is None


def test_a_step_back_waits_for_no_driver_and_the_next_trial_for_a_port_that_is_free(room: Room) -> None:
    room.to_command().ready()
    first = room.flow.trial
    assert first is not None
    may_end, close = threading.Event(), first.close
    closed_in: list[int] = []

    def slowly() -> None:
        closed_in.append(threading.get_ident())
        assert may_end.wait(20)
        close()

    first.close = slowly  # type: ignore[method-assign]
    room.flow._monotonic = lambda: 100.0
    try:
        room.screen.back.click()
        assert room.screen.page == "family"
        room.screen.next.click()
        assert (room.screen.page, room.flow.trial) == ("command", None)
        room.until(lambda: closed_in != [], "the driver's end")
        assert closed_in != [threading.get_ident()]
        room.flow._open_when_free()
        assert room.flow.trial is None, "the port is not free yet"
    finally:
        may_end.set()
    room.until(lambda: room.flow.trial is not None and room.flow.trial is not first, "the next trial")


def test_a_driver_that_does_not_end_is_not_waited_for_longer_than_a_moment_nor_after_it_was_left(room: Room) -> None:
    room.to_command().ready()
    assert room.flow.trial is not None
    may_end, close = threading.Event(), room.flow.trial.close
    room.flow.trial.close = lambda: may_end.wait(20) and close()  # type: ignore[assignment, method-assign, return-value]
    now_s = [100.0]
    room.flow._monotonic = lambda: now_s[0]
    try:
        room.screen.back.click()
        room.screen.next.click()
        assert room.flow.trial is None
        room.screen.back.click()
        now_s[0] += flow_module.CLOSE_WITHIN_S
        room.flow._open_when_free()
        assert room.flow.trial is None, "nobody wants it any more"
        room.screen.next.click()
        assert room.flow.trial is None
        now_s[0] += flow_module.CLOSE_WITHIN_S
        room.flow._open_when_free()
        assert room.flow.trial is not None
    finally:
        may_end.set()


def test_a_console_that_shows_another_number_lets_nobody_on(room: Room) -> None:
    room.to_command().moved()
    room.screen.next.click()
    assert "Skriv tallet konsollen viste" in room.screen.problem.text()
    room.screen.command.console.setText("4,8")
    room.screen.command.console.textEdited.emit("4,8")
    assert "Er enheten riktig?" in room.screen.command.verdict.text()
    room.screen.next.click()
    assert room.screen.page == "command"


def test_a_wrong_unit_is_found_at_the_belt_check_and_nothing_is_kept(enter: Callable[..., Room]) -> None:
    room = enter(TrackmasterEmulator("mph", TimeScale(SCALE)))
    room.to_command().at_check()
    check = room.screen.check
    check.tachometer.click()
    room.running_check().until(lambda: room.treadmill.true_speed_kmh > 4.7, "the belt at three miles an hour")
    true_kmh = room.treadmill.true_speed_kmh
    check.read.click()
    check.reading.setText(f"{true_kmh:.1f}".replace(".", ","))
    check.reading.textEdited.emit("")
    assert "engelske mil" in check.result.text()
    room.rested()
    for _ in range(3):
        room.screen.next.click()
    assert room.screen.page == "check"
    assert "velg den andre enheten" in room.screen.problem.text()
    assert not room.file.exists()


def test_a_machine_that_is_only_read_is_set_by_the_operator(enter: Callable[..., Room]) -> None:
    machine = CsafeEmulator("kmh", TimeScale(SCALE))
    room = enter(machine)
    room.to_command("csafe", "kmh")
    room.until(lambda: room.flow.trial is not None and room.flow.trial.rests, "a reading")
    assert room.screen.command.hold.isHidden()
    machine.operator_sets(3.0, 0.0)
    room.until(lambda: "3,0 km/t" in room.screen.command.belt.text(), "the operator's speed")
    room.until(lambda: room.flow.trial is not None and room.flow.trial.told_kmh() == 3.0, "that it stands")
    room.screen.next.click()
    check = room.screen.check
    assert check.hold.isHidden()
    check.tachometer.click()
    for field, text in ((check.reading, "3,09"), (check.shown, "3,0")):
        field.setText(text)
        field.textEdited.emit(text)
    assert check.result.text() == "Båndet går 3,0 % fortere enn tredemøllen viser."
    machine.operator_sets(0.0, 0.0)


def measured_by_hand(room: Room, shown: str, reading: str) -> str:
    """From the kind to the check of a machine on Bluetooth, with these two numbers; what the page says of them."""
    address = room.server.url
    screen = room.open().screen
    found = [
        MachineSeen("CTM 1", address, -60, treadmill=True),
        MachineSeen("Sykkel", "D0:00:00:00:00:09", -50, treadmill=False),
    ]
    screen.ports.show_on_air(found)
    (choice,) = [one for one, port in screen.ports._ports.items() if port == address]
    assert choice.text() == f"CTM 1 · Bluetooth {address}"
    assert "D0:00:00:00:00:09" not in screen.ports._ports.values(), "a bicycle was offered"
    choice.click()
    screen.next.click()
    assert screen.families.family == "ftms", "what was found on Bluetooth is of that kind"
    screen.families.units["kmh"].click()
    screen.next.click()
    machine = room.treadmill
    assert isinstance(machine, FitnessMachine)
    machine.operator_sets(3.0, 0.0)
    room.until(lambda: machine.true_speed_kmh == 3.0 and bool(room.flow.trial and room.flow.trial.said_kmh), "a speed")
    room.live(1.0)
    screen.next.click()
    check = screen.check
    assert check.hold.isHidden()
    check.tachometer.click()
    for field, text in ((check.reading, reading), (check.shown, shown)):
        field.setText(text)
        field.textEdited.emit(text)
    machine.operator_sets(0.0, 0.0)
    return check.result.text()


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio speaks to BlueZ's place on a D-Bus")
def test_a_machine_on_bluetooth_is_found_chosen_and_checked_by_what_it_tells(enter: Callable[..., Room]) -> None:
    room = enter(FitnessMachine("generic", TimeScale(SCALE)))
    assert measured_by_hand(room, "3,0", "3,09") == "Båndet går 3,0 % fortere enn tredemøllen viser."


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio speaks to BlueZ's place on a D-Bus")
def test_a_machine_that_sends_miles_for_kilometres_is_refused_at_its_check(enter: Callable[..., Room]) -> None:
    room = enter(FitnessMachine("generic", TimeScale(SCALE), units="mph"))
    assert "engelske mil" in measured_by_hand(room, "3,0", "3,0")
    for _ in range(3):
        room.screen.next.click()
    assert room.screen.page == "check"
    assert not room.file.exists()


def test_every_missing_choice_is_one_sentence(room: Room) -> None:
    room.open()
    screen = room.screen
    screen.next.click()
    assert screen.problem.text() == "Velg en port, eller skriv en annen."
    room.to_family()
    screen.next.click()
    assert screen.problem.text() == "Velg type."
    screen.families.kinds["trackmaster"].click()
    screen.next.click()
    assert "feil enhet" in screen.problem.text()
    screen.families.kinds["woodway"].click()
    assert screen.families.verify.isVisible()
    screen.back.click()
    screen.ports.other.setText("COM77")
    screen.ports.other.textEdited.emit("COM77")
    screen.next.click()
    screen.next.click()
    assert screen.problem.text() == "COM77: tidsskala er for etterligninger; la den være av på en ekte maskin"
    assert room.starts == 0


def test_a_port_is_asked_with_readings_alone(room: Room) -> None:
    room.open().screen.ports.other.setText(room.server.url)
    room.screen.ports.other.textEdited.emit(room.server.url)
    room.screen.ports.ask.click()
    room.until(lambda: "Her svarer: Trackmaster" in room.screen.ports.answer.text(), "the answer")
    assert {data for _, way, data in room.treadmill.transcript if way == "in"} == {b"\xc1"}
    room.screen.next.click()
    assert "svarte på porten" in room.screen.families.kinds["trackmaster"].text()


def test_an_adapter_is_remembered_by_what_it_is(qtbot: QtBot) -> None:
    ports = [PortHere("COM7", "FTDI", "usb=0403:6001:A9"), PortHere("COM1", "", "COM1")]
    page = PortPage(lambda: ports)
    qtbot.addWidget(page)
    page.choose("usb=0403:6001:A9")
    assert page.port == "usb=0403:6001:A9"
    assert any("huskes som usb=0403:6001:A9" in choice.text() for choice in page._ports)
    page.no_cable.click()
    assert page.port == ""


def test_an_adapter_with_a_long_name_is_read_whole_in_a_narrow_window(qtbot: QtBot) -> None:
    page = PortPage(lambda: [PortHere("COM4", "Silicon Labs CP210x USB to UART Bridge", "usb=10c4:ea60:0001")])
    window = QWidget()
    qtbot.addWidget(window)
    page.setParent(window)
    page.resize(600, 500)
    window.show()
    (choice,) = page._ports
    around = choice.parentWidget()
    seen = None if around is None else around.parentWidget()
    assert seen is not None
    assert choice.mapTo(seen, choice.rect().topRight()).x() < seen.width()
    qtbot.waitUntil(lambda: choice.height() > choice.fontMetrics().size(0, QPushButton.text(choice)).height())
    assert choice.fontMetrics().size(0, QPushButton.text(choice)).width() < choice.width()


@pytest.mark.parametrize(
    ("role", "may"), [(Role.THERAPIST, False), (Role.TECHNICIAN, True), (Role.ADMINISTRATOR, True)]
)
def test_only_technician_and_administrator_may(room: Room, role: Role, may: bool) -> None:
    users = room.window.station.record.users
    users.add("boss", "B", Role.ADMINISTRATOR)
    user, _ = users.add("x", "X", role)
    room.window.desk.user = user
    room.window.clinic.edit_settings()
    sheet = room.window.sheet
    assert isinstance(sheet, SettingsSheet)
    assert (sheet.commission.parent() is not None) is may
    sheet.finish()
    room.window.machines.begin()
    assert (room.window.machines.commissioning is not None) is may


def test_never_during_a_test(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.window.machines, "_busy", lambda: True)
    room.window.machines.begin()
    assert room.window.machines.commissioning is None


# --- the rules, each broken once on purpose ---


def test_the_confirmation_fact_fails_where_a_tap_begins(
    enter: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    with planted_fault(hold_button, "elif self.share >= 1.0 and not self.acting:", "elif not self.acting:") as broken:
        monkeypatch.setattr(RunWhileHeld, "look", broken.RunWhileHeld.look)
        with pytest.raises(AssertionError):
            test_nothing_moves_before_the_button_was_held_to_its_end(enter(), monkeypatch)


def test_the_letting_go_fact_fails_where_nobody_hears_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    with planted_fault(flow_module, "(screen.command.released, self.stop),", "") as broken:
        monkeypatch.setattr(machine_flow, "CommissioningFlow", broken.CommissioningFlow)
        with pytest.raises(AssertionError):
            test_the_belt_stops_when_the_button_is_let_go(room)
        room.flow.stop()
        room.rested()


def test_the_leaving_fact_fails_where_the_page_is_left_at_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "        if self.belt_may_move:\n            self._leaving = True"
    with planted_fault(flow_module, rule, rule.replace("self.belt_may_move", "False")) as broken:
        monkeypatch.setattr(machine_flow, "CommissioningFlow", broken.CommissioningFlow)
        with pytest.raises(AssertionError):
            test_leaving_stops_the_belt_and_waits_for_it(room, "command")
