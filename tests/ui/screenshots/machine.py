"""The pages of a treadmill that is put into use, on an emulated one behind a real line."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from drivers.adapters import PortHere
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from tests.ui.screenshots.camera import let_live, wait
from teststation.clock import TimeScale
from ui.desktop.window import MainWindow


def commissioning(window: MainWindow, save: Callable[[str], None], scale: float) -> None:
    """A treadmill is put into use, every page."""
    screen = window.commissioning
    machine = TrackmasterEmulator("kmh", TimeScale(scale))
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
        save("60-commissioning-port")
        screen.ports.choose(server.url)
        flow._port_answered(("trackmaster", "woodway"))
        screen.next.click()
        screen.families.kinds["woodway"].click()
        save("61-commissioning-verify")
        screen.families.kinds["trackmaster"].click()
        screen.families.units["kmh"].click()
        save("62-commissioning-family")
        screen.next.click()
        wait(screen.command.hold.isEnabled, 20)
        save("63-commissioning-command")
        QTest.mousePress(screen.command.hold, Qt.MouseButton.LeftButton)
        wait(lambda: flow._moved_kmh is not None, 20)
        save("64-commissioning-held")
        QTest.mouseRelease(screen.command.hold, Qt.MouseButton.LeftButton)
        wait(lambda: not flow.belt_may_move, 20)
        screen.command.console.setText("4,8")
        screen.command.console.textEdited.emit("")
        screen.next.click()
        save("65-commissioning-console")
        screen.command.console.setText("3,0")
        screen.command.console.textEdited.emit("")
        screen.next.click()
        wait(screen.check.hold.isEnabled, 20)
        save("66-commissioning-check")
        flow.begin()
        wait(lambda: flow.trial is not None and flow.trial.phase == "running", 20)
        screen.check.zero.click()
        save("67-commissioning-turns")
        let_live(0.6)
        screen.check.last.click()
        assert flow.measure._seconds, "the belt stood still before its turns were counted"
        screen.check.length.setText("3,20")
        screen.check.count.setText("8")
        wait(lambda: not flow.belt_may_move, 20)
        flow.measure._seconds = 30.5
        screen.check.count.textEdited.emit("")
        save("68-commissioning-checked")
        screen.next.click()
        screen.limits.name.setText("Rom 2")
        screen.limits.limits["max_kmh"].setText("10")
        assert screen.page == "limits", screen.problem.text()
        save("69-commissioning-limits")
        screen.next.click()
        save("72-commissioning-summary")
        screen.leave.click()
        for work in window.machines.close():
            work.wait(10.0)
