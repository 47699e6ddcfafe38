"""A window on a real record; its runs are driven by real core parts over scripted ports, or by the emulators."""

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

if sys.platform == "linux" and not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fast_disk import use_fast_disk
from tests.fast_keys import use_fast_keys
from tests.ui.asked_beside import Waited, asked_beside
from tests.ui.used_window import UsedWindow, close
from teststation.cause import Problem
from teststation.clock import ScaledClock
from teststation.physiology.assess import hr_limit_bpm
from teststation.ports import (
    BeltState,
    BeltTelemetry,
    HeartRateReading,
    HeartRateStatus,
    RawFrame,
    Setpoint,
    TreadmillInfo,
)
from teststation.records.database import Record, open_record
from teststation.records.people.person import Person
from teststation.run import events as ev
from teststation.run.controller import Controller, Devices
from teststation.subject import Sex
from ui.desktop.collecting import Collector
from ui.desktop.i18n.qt_words import QtWords
from ui.desktop.window import MainWindow
from ui.desktop.work import Work
from ui.station.session import Keeping, Session
from ui.station.settings import Settings
from ui.station.station import Setup, Station


@pytest.fixture(scope="session", autouse=True)
def fast_records() -> None:
    """Nearly every test here opens a record."""
    use_fast_disk()
    use_fast_keys()


@pytest.fixture(scope="session")
def waited() -> Iterator[Waited]:
    found = Waited()
    restore = asked_beside(found)
    yield found
    restore()


@pytest.fixture(autouse=True)
def nobody_waits_for_the_record_in_the_windows_thread_during_a_run(waited: Waited) -> Iterator[None]:
    """The record may hang for a minute: whoever has a belt to stop asks it beside the window."""
    waited.taken()
    yield
    found = waited.taken()
    assert found == []


@pytest.fixture(scope="module", autouse=True)
def what_stands_is_not_walked_again() -> None:
    """What earlier tests of this worker have read and kept is millions of objects, and each collection walks them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def collected_in_this_thread() -> Iterator[None]:
    """A window of an earlier test must not be destroyed by the collector in a driver's or speaker's thread.

    Nor may it live on: what is to be deleted later waits for an event loop that a test does not have, and each window
    that is left hears every event of all that come after it.
    """
    gc.disable()
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.enable()
    gc.collect()


@pytest.fixture(autouse=True)
def nothing_left_in_the_application(qapp: QApplication) -> Iterator[None]:
    """What a test puts into Qt of the window's words, and its collector, do not stay for others."""
    yield
    for one in qapp.findChildren(Collector):
        one.setParent(None)
    for one in qapp.findChildren(QtWords):
        qapp.removeTranslator(one)
        one.setParent(None)


SETTINGS = Settings(
    clinic_name="Klinikken", operator="Anne", treadmill="emulated", heart_rate="emulated", intended_use_accepted=True
)


@dataclass
class Wall:
    """A monotonic source that moves only when told."""

    now_s: float = 100.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class BenchTreadmill:
    """An obedient belt, unless told that it does not stop."""

    wall: Wall
    speed_kmh: float = 0.0
    incline_pct: float = 0.0
    state: BeltState = BeltState.IDLE
    stops: bool = True
    trouble: tuple[Problem, ...] = ()
    log: list[str] = field(default_factory=list)

    def info(self) -> TreadmillInfo | None:
        return None

    def telemetry(self) -> Sequence[BeltTelemetry]:
        return (
            BeltTelemetry(
                t_mono_s=self.wall(),
                state=self.state,
                measured_speed_kmh=self.speed_kmh,
                measured_incline_pct=self.incline_pct,
                at_rest=self.speed_kmh == 0.0,
            ),
        )

    def failure(self) -> str | None:
        return None

    def arm(self, max_speed_kmh: float, max_incline_pct: float) -> None:
        self.log.append("arm")
        self.state = BeltState.ARMED

    def grant(self, setpoint: Setpoint | None, lease_s: float) -> None:
        self.log.append("grant")
        self.speed_kmh = 0.0 if setpoint is None else setpoint.speed_kmh
        self.incline_pct = 0.0 if setpoint is None else setpoint.incline_pct
        self.state = BeltState.MOVING if setpoint else BeltState.IDLE

    def stop(self) -> None:
        self.log.append("stop")
        self.state = BeltState.TRIPPED
        if self.stops:
            self.speed_kmh = 0.0

    def close(self) -> None:
        self.log.append("close")


@dataclass
class BenchStrap:
    """A strap with one pulse, or none."""

    wall: Wall
    bpm: int | None = 120
    battery_pct: int | None = None
    flags: tuple[str, ...] = ()
    trouble: tuple[Problem, ...] = ()

    def frames(self) -> Sequence[RawFrame]:
        return ()

    def readings(self) -> Sequence[HeartRateReading]:
        status = HeartRateStatus.OK if self.bpm is not None else HeartRateStatus.STALE
        return (
            HeartRateReading(
                t_mono_s=self.wall(),
                status=status,
                bpm=self.bpm,
                battery_pct=self.battery_pct,
                sensor="HRM 1",
                flags=self.flags,
            ),
        )

    def failure(self) -> str | None:
        return None

    def close(self) -> None:
        return


def live_while(going_on: Callable[[], bool], what: str) -> None:
    """Let the window live while something goes on beside it."""
    end_s = time.monotonic() + 20.0
    while going_on():
        assert time.monotonic() < end_s, what
        QApplication.processEvents()
        time.sleep(0.001)


def prepared(window: MainWindow) -> None:
    """Let the window live until a run that was asked for is prepared, or refused."""
    live_while(lambda: window.preparing.running, "the run is not prepared")


def kept(window: MainWindow) -> None:
    """Let the window live until a run that has ended is kept, or refused."""
    live_while(lambda: window.flow is not None and window.flow.is_being_kept, "the run is not kept")


def ended(works: Sequence[Work]) -> None:
    """Wait for the end of what goes on beside a window."""
    assert all(work.wait(20.0) for work in works)


def closed(window: MainWindow) -> None:
    """Close a window that is not over a moving belt: at once, or when what it awaits has ended."""
    window.close()
    live_while(window.isVisible, "the window does not close")


class Bench:
    """A window whose next run is on scripted ports. ``pass_s`` lets test time pass without waiting for it."""

    def __init__(self, station: Station, window: MainWindow, person: Person) -> None:
        self.window, self.person = window, person
        self.wall = Wall()
        self.treadmill, self.strap = BenchTreadmill(self.wall), BenchStrap(self.wall)
        self._station = station

    def session(self, setup: Setup) -> Session:
        """A session as the station prepares it, but for its ports and its clock."""
        clock = ScaledClock(self.wall)
        first = ev.RunPrepared(
            t_s=clock.now_s(),
            run_id=f"bench-{time.monotonic_ns()}",
            started_at="2026-03-04T10:00:00+01:00",
            plan=setup.plan,
            subject=setup.subject,
            hr_limit_bpm=hr_limit_bpm(setup.subject, setup.plan),
            treadmill="trackmaster:socket://bench:1,units=kmh",
            heart_rate="bridge:socket://bench:2",
            person_id=setup.person_id,
            conditions=setup.conditions,
        )
        record = self._station.record
        journal = record.new_journal(first.run_id)
        keeping = Keeping(
            keep=lambda run, found: self._station._keep(setup.person_id, run, lambda _events: found),
            discard=lambda: record.discard_journal(first.run_id),
        )
        return Session(Controller(first, Devices(self.treadmill, self.strap), journal, clock), journal, keeping)

    def to_pretest(self) -> "Bench":
        self.window.begin_pretest(self.person)
        form = self.window.pretest
        form.confirmed.setChecked(True)
        form.weight.setText("82")
        form.screening.answer_no()
        return self

    def to_run(self) -> "Bench":
        self.to_pretest()
        self.window.pretest.prepare_button.click()
        prepared(self.window)
        assert self.window.flow is not None
        self.window.flow.bridge.halt()
        return self.pass_s(1.0)

    def to_stages(self) -> "Bench":
        self.to_run()
        assert self.window.flow is not None
        self.window.flow.session.begin()
        return self.pass_s(1.0)

    def pass_s(self, seconds: float, dt_s: float = 0.5) -> "Bench":
        end_s = self.wall.now_s + seconds
        while self.wall.now_s < end_s and self.window.flow is not None:
            self.wall.now_s += dt_s
            self.window.flow.bridge.tick()
        if self.window.flow is not None:
            # The estimate is renewed by the wall's clock, which hardly moved.
            self.window.flow.session._assessed_at_s = float("-inf")
            self.window.flow.bridge.tick()
        kept(self.window)
        return self

    @property
    def running(self) -> Session:
        assert self.window.flow is not None
        return self.window.flow.session


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with open_record(tmp_path / "clinic.record", "hemmelig nok") as opened:
        yield opened


@pytest.fixture
def person(record: Record) -> Person:
    return record.people.add(family_name="Ødegård", given_name="Kari", born="1979-04-12", sex=Sex.FEMALE, height_cm=168)


@pytest.fixture
def make_window(record: Record, qtbot: QtBot) -> Iterator[Callable[..., MainWindow]]:
    made: list[MainWindow] = []

    def make(time_scale: float = 1.0, settings: Settings = SETTINGS, size: tuple[int, int] = (1366, 768)) -> MainWindow:
        window = MainWindow(Station(record, settings, time_scale))
        made.append(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        return window

    yield make
    for window in made:
        close(window)


@pytest.fixture
def window(make_window: Callable[..., MainWindow]) -> MainWindow:
    return make_window()


@pytest.fixture
def bench(window: MainWindow, person: Person, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(window.station, window, person)
    monkeypatch.setattr(window.station, "prepare", made.session)
    window.people.refresh()
    return made


@pytest.fixture(scope="module")
def used_window(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UsedWindow]:
    """The window of all ``used_bench`` of a file."""
    used = UsedWindow(tmp_path_factory.mktemp("used"), SETTINGS)
    yield used
    used.end()


@pytest.fixture
def used_bench(
    used_window: UsedWindow, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    """A bench on the window that the file's other tests have used, with another person."""
    failed = request.session.testsfailed
    window = used_window.window()
    person = window.station.record.people.add(
        family_name="Ødegård", given_name="Kari", born="1979-04-12", sex=Sex.FEMALE, height_cm=168
    )
    made = Bench(window.station, window, person)
    monkeypatch.setattr(window.station, "prepare", made.session)
    window.people.refresh()
    yield made
    monkeypatch.undo()  # what a test planted does not stand in the way of an end in good order
    if request.session.testsfailed != failed:
        used_window.throw_away()
    used_window.put_back()
