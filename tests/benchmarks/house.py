"""The window as the program opens it, on a throw-away record, and what its event loop is held up by."""

import os
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import ui.desktop  # noqa: F401 - before Qt, as in the program: else the source of all that is imported is read, and kept

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication

from teststation.subject import Sex, Subject
from ui.desktop.application import _application
from ui.desktop.collecting import Collector
from ui.desktop.i18n import tr
from ui.desktop.standing import Standing
from ui.desktop.window import MainWindow
from ui.station.apart.record_process import RecordProcess
from ui.station.apart.report_process import ReportProcess
from ui.station.settings import Settings
from ui.station.station import Setup, Station, load_plan_of

if TYPE_CHECKING:  # read from the disk by the window, where that is measured
    from ui.desktop.test.flow import RunFlow

SETTINGS = Settings(treadmill="emulated", heart_rate="emulated", intended_use_accepted=True)
TO_HOLD_MS = 50.0
BEATS_EVERY_MS = 5
LOOKED_AT_FROM_S = 0.015
LOOKS_EVERY_S = 0.005
HERE = Path(__file__).parent
QT = "Qt by itself"  # paints, lays out, hands round: no line of ours is at it


@contextmanager
def open_window(scale: float) -> Generator[tuple[MainWindow, Setup]]:
    """The window and what a test of its one person needs."""
    application = _application("nb")
    with (
        tempfile.TemporaryDirectory() as folder,
        RecordProcess() as process,
        process.open(Path(folder) / "r", secrets.token_hex(8)) as record,
    ):
        reports = ReportProcess()
        station = Station(record, SETTINGS, scale, make_papers=reports)
        person = record.people.add(family_name="Måling", sex=Sex.MALE)
        subject = Subject(sex=Sex.MALE, age_years=44, weight_kg=88)
        standing = Standing(station, lambda _: None, demo=True, seed=1)
        window = standing.window
        window.resize(1920, 1080)
        window.show()
        collector = application.findChild(Collector)
        assert isinstance(collector, Collector)
        collector.leave_out_what_is_there(lambda: window.bridge is None or not window.bridge.belt_may_move)
        try:
            yield window, Setup(load_plan_of("submax-13"), subject, "emulated", "emulated", person.id)
        finally:
            standing.let_go()
            window.close()
            reports.close()


def live_until(fact: Callable[[], object], within_s: float, what: str) -> None:
    """Let the window live as in its own event loop until ``fact()`` holds."""
    end_s = time.monotonic() + within_s
    while not fact():
        if time.monotonic() > end_s:
            raise TimeoutError(f"it did not come to this: {what}")
        QApplication.processEvents()
        # Else it waits for an event loop: sheets that were closed, with the pages drawn on them.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.001)


def prepared(window: MainWindow, setup: Setup) -> "RunFlow":
    """A run that is ready to be begun as soon as its devices are."""
    window.prepare(setup)
    live_until(lambda: window.flow is not None, 60, "prepared")
    assert window.flow is not None
    return window.flow


def left_unsaid(window: MainWindow) -> bool:
    """Whether the test is kept, once the question why it was stopped, where it stands, is left without an answer."""
    sheet = window.sheet
    if sheet is None or sheet.accessibleName() != tr("why_stopped.title"):
        return False
    sheet.finish()
    return window.flow is None


@dataclass(slots=True)
class Held:
    """One stretch in which the event loop took nothing in."""

    when: str
    wall_ms: float
    computed_ms: float  # of it, by the window's own thread: what another machine, or a quiet one, would wait, too
    doing: str


def _told_frame(frame: FrameType) -> str:
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}"


def _seen(frame: FrameType | None) -> tuple[str, str]:
    """What the loop has called, and the last four that are at it now."""
    above: list[FrameType] = []
    while frame is not None and Path(frame.f_code.co_filename).parent != HERE:
        above.append(frame)
        frame = frame.f_back
    if not above:
        return QT, ""
    return above[-1].f_code.co_qualname, " < ".join(_told_frame(one) for one in above[:4])


class Stalls:
    """Beats in the event loop; a second thread looks at what holds it up."""

    def __init__(self) -> None:
        self.when = ""
        self.held: list[Held] = []
        self._main = threading.get_ident()
        self._looks: list[tuple[str, str]] = []
        self._ending = threading.Event()
        self._beat = (time.monotonic(), time.thread_time())
        self._timer = QTimer(interval=BEATS_EVERY_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beats)
        self._timer.start()
        threading.Thread(target=self._look, daemon=True).start()

    def _beats(self) -> None:
        now = (time.monotonic(), time.thread_time())
        wall_s, computed_s = (after - before for before, after in zip(self._beat, now, strict=True))
        late_ms = wall_s * 1000 - BEATS_EVERY_MS
        if late_ms > 20.0:
            self.held.append(Held(self.when, late_ms, min(late_ms, computed_s * 1000), self._doing()))
        self._beat, self._looks = now, []

    def _look(self) -> None:
        while not self._ending.wait(LOOKS_EVERY_S):
            if time.monotonic() - self._beat[0] > LOOKED_AT_FROM_S:
                self._looks.append(_seen(sys._current_frames().get(self._main)))

    def _doing(self) -> str:
        """Each turn in the order it was seen in, how often it was seen, and where it was seen most."""
        turns = Counter(turn for turn, _ in self._looks)
        told = ", ".join(f"{turn} {seen}" for turn, seen in turns.items())
        within = Counter(where for _, where in self._looks if where).most_common(1)
        return f"of {len(self._looks)} looks: {told}" + (f"; most at {within[0][0]}" if within else "")

    def end(self) -> None:
        """Look no more, and tell for each part of the appointment the worst, and how many a hand may not wait for."""
        self._timer.stop()
        self._ending.set()
        if not self.held:
            print("  the event loop was never held up by more than 20 ms")
        for when in dict.fromkeys(one.when for one in self.held):
            there = [one for one in self.held if one.when == when]
            worst = max(there, key=lambda one: one.computed_ms)
            longest = max(there, key=lambda one: one.wall_ms)
            over = sum(one.wall_ms > TO_HOLD_MS for one in there)
            computed = sum(one.computed_ms > TO_HOLD_MS for one in there)
            print(
                f"  {when}: worst {longest.wall_ms:.0f} ms, {over} over {TO_HOLD_MS:.0f}; computed by the window "
                f"itself: worst {worst.computed_ms:.0f} ms, {computed} over   (to hold: none over {TO_HOLD_MS:.0f} ms)"
            )
            most = sorted(there, key=lambda one: -one.computed_ms)[:3]
            for one in [*most, *([] if longest in most else [longest])]:
                print(f"      {one.computed_ms:.0f} ms of {one.wall_ms:.0f}: {one.doing}")
