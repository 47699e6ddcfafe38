"""STOP key, click and touch to the stop byte on the wire, through the real window, while a report is being made.

    python -m tests.benchmarks.bench_stop [PRESSES]

Each press ends a run of its own, since a stopped run never walks on. Time is scaled: the wire, the processes and the
window are not.
"""

import os
import random
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from drivers.treadmill_client import TreadmillClient
from tests.benchmarks.house import left_unsaid, live_until, prepared
from tests.sample_tests import sample
from tests.unit.report.test_report import report
from teststation.records.database import open_record
from teststation.subject import Sex, Subject
from ui.desktop.window import MainWindow
from ui.desktop.work import give_way_to_the_window
from ui.station.apart.report_process import ReportProcess
from ui.station.settings import Settings
from ui.station.station import Setup, Station, load_plan_of

SCALE = 20.0
SETTINGS = Settings(treadmill="emulated", heart_rate="emulated", intended_use_accepted=True)


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
HOLDS = "   (to hold: p99 50 ms)"
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


@dataclass(frozen=True, slots=True)
class Press:
    """One press: what there was to stop, and what became of it."""

    by: str
    over: int  # what lay there, see ``lay``
    phase: str
    measured_kmh: float | None
    tripped: str  # why the driver had stopped the belt before the press, if it had
    in_the_window_ms: float  # to the line that goes to the driver
    of_a_core_ms: float  # of it, what the window's thread has computed
    waited_ms: float | None  # to the stop byte; None where none came after the press
    bytes_before: int
    gap_ms: float  # the worst between two polls

    def __str__(self) -> str:
        measured = "unknown" if self.measured_kmh is None else f"{self.measured_kmh:.1f} km/h"
        return (
            f"{self.by} over {self.over}: {self.phase}, belt {measured}, tripped before: {self.tripped or 'no'}, "
            f"stop bytes before: {self.bytes_before}, line to the driver after {self.in_the_window_ms:.1f} ms, "
            f"byte after {'none' if self.waited_ms is None else f'{self.waited_ms:.1f} ms'}, "
            f"worst poll gap {self.gap_ms:.0f} ms"
        )


def press_once(window: MainWindow, setup: Setup, over: int, by: str, pad: QPointingDevice) -> Press:
    """One run up to a moving belt, one press at a moment that does not ask what the window does just then."""
    flow = prepared(window, setup)
    controller = flow.session.controller
    live_until(lambda: not flow.session.snapshot().not_ready_because, 20, "ready")
    flow.session.begin()
    live_until(lambda: (controller.state.measured_speed_kmh or 0) > 2.0, 20, "a belt that runs")
    lay(window, over)
    treadmill = controller.devices.treadmill
    assert isinstance(treadmill, TreadmillClient)
    told_s: list[tuple[float, float]] = []
    tell = treadmill.stop

    def told() -> None:
        told_s.append((time.monotonic(), time.thread_time()))
        tell()

    treadmill.stop = told  # type: ignore[method-assign]
    comes_down_s = time.monotonic() + random.uniform(0.0, 0.2)
    live_until(lambda: time.monotonic() >= comes_down_s, 20, "the moment")
    state, belt = controller.state, controller.last_belt
    trip = belt.trip if belt is not None else None
    tripped = "" if trip is None else f"{trip.value} {belt.trip_detail}" if belt is not None else ""
    told_s.clear()
    computed_s = time.thread_time()
    press_stop(window, by, pad)
    told_at_s, computed_until_s = told_s[0] if told_s else (float("nan"), float("nan"))
    live_until(lambda: flow.session.ended, 30, "the end of the run")
    let_go(window, by, pad)
    stops = [wire.t_mono_s for wire in treadmill.wire_log() if wire.direction == "out" and wire.data_hex == "aa"]
    gap_ms = controller.recording.record(controller.state).link.worst_gap_ms
    # The stop asked nothing; why it was, is asked of a belt that stands.
    live_until(lambda: window.flow is None or left_unsaid(window), 20, "kept")
    window.sheets.finish_all()
    after = [t for t in stops if t >= comes_down_s]
    return Press(
        by=by,
        over=over,
        phase=state.phase.value,
        measured_kmh=state.measured_speed_kmh,
        tripped=tripped,
        in_the_window_ms=(told_at_s - comes_down_s) * 1000,
        of_a_core_ms=(computed_until_s - computed_s) * 1000,
        waited_ms=(min(after) - comes_down_s) * 1000 if after else None,
        bytes_before=len(stops) - len(after),
        gap_ms=gap_ms,
    )


def main(presses: int) -> None:
    """Press, and print the figures."""
    application = QApplication([])
    give_way_to_the_window()
    made = 0
    ending = threading.Event()
    make = ReportProcess()

    def make_reports() -> None:
        nonlocal made
        run, found = sample()
        while not ending.is_set():
            make(report(run, found), "a-test-of-many")
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
        late = Late()
        pad = QTest.createTouchDevice()
        tried: list[Press] = []
        for n in range(presses):  # each hand with each that may lie there
            tried.append(press_once(window, setup, n % LAID, BY[n // LAID % len(BY)], pad))
            if tried[-1].waited_ms is None or tried[-1].tripped or not tried[-1].in_the_window_ms > 0:
                print(f"  {n}: {tried[-1]}", flush=True)
        ending.set()
        worker.join()
        make.close()
        window.close()
    print(f"STOP to stop byte, {presses} presses, with and without sheets and drawers, {made} reports made meanwhile:")
    for by in BY:
        pressed = [one for one in tried if one.by == by]
        told("  " + by, [one.waited_ms for one in pressed if one.waited_ms is not None], HOLDS)
        told("    of it in the window", [one.in_the_window_ms for one in pressed])
        told("    of it computed by the window's thread", [one.of_a_core_ms for one in pressed])
    told("  a process that does nothing but sleep wakes up late by", late.end())
    silent = [one for one in tried if one.waited_ms is None]
    unheard = [one for one in silent if not one.bytes_before]
    print(f"  no stop byte after the press: {len(silent)}, of them where there was none before, either: {len(unheard)}")
    print(f"  worst poll gap {max(one.gap_ms for one in tried):.0f} ms   (to hold: 300 ms)")
    application.quit()


class Late:
    """A process of its own that tells what the machine is busy with: how late it wakes up, whoever else computes."""

    CODE = (
        "import sys, threading, time\n"
        "threading.Thread(target=lambda: (sys.stdin.read(), late.append(None)), daemon=True).start()\n"
        "late = []\n"
        "while None not in late:\n"
        "    due = time.monotonic() + 0.02\n"
        "    time.sleep(0.02)\n"
        "    late.append(time.monotonic() - due)\n"
        "print(*(one * 1000 for one in late if one is not None))\n"
    )

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen([sys.executable, "-c", self.CODE], stdin=pipe, stdout=pipe, text=True)

    def end(self) -> list[float]:
        """Milliseconds, for each time that it slept."""
        said, _ = self._process.communicate("")
        return [float(word) for word in said.split()]


def told(what: str, waits_ms: list[float], to_hold: str = "") -> None:
    """One line of figures."""
    if not waits_ms:
        return
    ordered = sorted(waits_ms)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    figures = f"median {median(ordered):.1f} ms   p99 {p99:.1f} ms   worst {ordered[-1]:.1f} ms"
    print(f"{what}, {len(ordered)}: {figures}{to_hold}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
