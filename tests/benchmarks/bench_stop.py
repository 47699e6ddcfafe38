"""STOP key, click and touch to the stop byte on the wire, through the real window, while a report is being made.

    python -m tests.benchmarks.bench_stop [PRESSES]

Each press ends a run of its own, since a stopped run never walks on. Time is scaled: the wire, the processes and the
window are not.
"""

import os
import secrets
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from drivers.treadmill_client import TreadmillClient
from tests.sample_tests import sample
from tests.unit.report.test_report import report
from teststation.records.database import open_record
from teststation.report.archive import archive
from teststation.report.pdf import render
from teststation.subject import Sex, Subject
from ui.desktop.i18n import tr
from ui.desktop.window import MainWindow
from ui.desktop.work import give_way_to_the_window
from ui.station.settings import Settings
from ui.station.station import Setup, Station, load_plan_of

SCALE = 20.0
SETTINGS = Settings(treadmill="emulated", heart_rate="emulated", intended_use_accepted=True)


def live_until(fact: object, within_s: float) -> None:
    """Let the window live until ``fact()`` holds."""
    end_s = time.monotonic() + within_s
    while not fact():  # type: ignore[operator]
        if time.monotonic() > end_s:
            raise TimeoutError("the run did not get there")
        QApplication.processEvents()
        time.sleep(0.001)


def _left_unsaid(window: MainWindow) -> bool:
    sheet = window.sheet
    if sheet is None or sheet.accessibleName() != tr("why_stopped.title"):
        return False
    sheet.finish()
    return window.flow is None


def lay(window: MainWindow, what: int) -> None:
    """Nothing, a drawer, a sheet, or the question whether to close: each in its turn lies there at the press."""
    flow = window.flow
    assert flow is not None
    asks = (
        lambda: None,
        flow.ask_more,
        flow.ask_event,
        flow.ask_load,
        lambda: window.tell("Måling", ["noe å se"]),
        window.close,
    )
    assert len(asks) == LAID
    asks[what % LAID]()


LAID = 6
BY = ("key", "click", "touch")


def press_stop(window: MainWindow, by: str, pad: QPointingDevice) -> None:
    """As a hand does it: with a key, the mouse, or a finger, at whatever lies there on the screen."""
    handle = window.windowHandle()
    at = window.stop_button.geometry().center()
    match by:
        case "key":
            QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Escape)
        case "click":
            QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        case _:
            QTest.touchEvent(handle, pad).press(0, at, handle).commit()


def let_go(window: MainWindow, by: str, pad: QPointingDevice) -> None:
    """The hand is taken away."""
    handle = window.windowHandle()
    at = window.stop_button.geometry().center()
    if by == "click":
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    elif by == "touch":
        QTest.touchEvent(handle, pad).release(0, at, handle).commit()


def press_once(
    window: MainWindow, setup: Setup, what: int, by: str, pad: QPointingDevice
) -> tuple[float, float] | None:
    """One run up to a moving belt, one press; milliseconds to the stop byte, and the worst poll gap before it.

    None where the belt was stopped already when it was pressed: a machine that is too busy for the emulator's answers.
    """
    window.prepare(setup)
    flow = window.flow
    assert flow is not None
    controller = flow.session.controller
    live_until(lambda: not flow.session.snapshot().not_ready_because, 20)
    flow.session.begin()
    live_until(lambda: (controller.state.measured_speed_kmh or 0) > 2.0, 20)
    lay(window, what)
    QApplication.processEvents()
    treadmill = controller.devices.treadmill
    assert isinstance(treadmill, TreadmillClient)
    pressed_s = time.monotonic()
    press_stop(window, by, pad)
    live_until(lambda: flow.session.ended, 30)
    let_go(window, by, pad)
    stops = [wire.t_mono_s for wire in treadmill.wire_log() if wire.direction == "out" and wire.data_hex == "aa"]
    gap_ms = controller.recording.record(controller.state).link.worst_gap_ms
    # The stop asked nothing; why it was, is asked of a belt that stands.
    live_until(lambda: window.flow is None or _left_unsaid(window), 20)
    window.sheets.finish_all()
    after = [t for t in stops if t >= pressed_s]
    return ((min(after) - pressed_s) * 1000, gap_ms) if after else None


def main(presses: int) -> None:
    """Press, and print the figures."""
    application = QApplication([])
    give_way_to_the_window()
    made = 0
    ending = threading.Event()

    def make_reports() -> None:
        nonlocal made
        run, found = sample()
        while not ending.is_set():
            archive(render(report(run, found)))
            made += 1

    with tempfile.TemporaryDirectory() as folder, open_record(Path(folder) / "r", secrets.token_hex(8)) as record:
        station = Station(record, SETTINGS, SCALE)
        person = record.people.add(family_name="Måling", sex=Sex.MALE)
        subject = Subject(sex=Sex.MALE, age_years=44, weight_kg=88)
        setup = Setup(load_plan_of("submax-13"), subject, "emulated", "emulated", person.id)
        window = MainWindow(station, demo=True)
        window.resize(1366, 768)
        window.show()
        window.move(QPoint(0, 0))
        worker = threading.Thread(target=make_reports)
        worker.start()
        pad = QTest.createTouchDevice()
        hands = [BY[n // LAID % len(BY)] for n in range(presses)]  # each with each that may lie there
        tried = [press_once(window, setup, n, by, pad) for n, by in enumerate(hands)]
        ending.set()
        worker.join()
        window.close()
    print(f"STOP to stop byte, {presses} presses, with and without sheets and drawers, {made} reports made meanwhile:")
    results = [(hand, *one) for one, hand in zip(tried, hands, strict=True) if one is not None]
    if len(results) < presses:
        print(f"  {presses - len(results)} runs had stopped by themselves before the press, and are not counted")
    for by in BY:
        waits = sorted(wait for hand, wait, _ in results if hand == by)
        if not waits:
            continue
        p99 = waits[min(len(waits) - 1, int(0.99 * len(waits)))]
        print(
            f"  {by}, {len(waits)}: median {median(waits):.1f} ms   p99 {p99:.1f} ms   worst {waits[-1]:.1f} ms"
            "   (to hold: p99 50 ms)"
        )
    print(f"  worst poll gap {max(gap for *_, gap in results):.0f} ms   (to hold: 300 ms)")
    application.quit()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
