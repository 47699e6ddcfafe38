"""Nothing of Qt's ends outside the window's thread, whatever other threads make or drop."""

import gc
import runpy
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from ui import desktop
from ui.desktop import application, collecting, work
from ui.desktop.collecting import ALL, ALL_EVERY, MIDDLE, MIDDLE_EVERY, YOUNG, Collector
from ui.desktop.work import GIVES_WAY_AFTER_S, Work


@pytest.fixture(autouse=True)
def as_python_begins() -> Iterator[None]:
    """With the collector as every program has it; what was frozen is let go."""
    gc.enable()
    yield
    gc.unfreeze()


class Part(QObject):
    """Refers to itself, as a screen and its timer do: only the collector ends it."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def make_much() -> None:
    """What a report does: so many objects that the collector is called again and again."""
    kept: list[object] = [[number] for number in range(50_000)]
    for _ in range(50):
        kept.append([kept[:]])


def ends_in_its_own_thread() -> None:
    parent = QObject()
    collector = Collector(parent)
    collector._timer.stop()
    gc.collect()
    ended: list[int] = []
    part = Part()
    weakref.finalize(part, lambda: ended.append(threading.get_ident()))
    del part
    assert Work(make_much, parent).start().wait(20)
    assert ended == []
    collector.look()
    assert ended == [threading.get_ident()]
    QCoreApplication.processEvents()


def test_nothing_is_looked_through_while_the_window_is_read_and_made() -> None:
    assert desktop.__file__ is not None
    runpy.run_path(desktop.__file__)
    assert not gc.isenabled()


def test_the_collector_ends_qts_objects_in_the_windows_thread(qtbot: QtBot) -> None:
    ends_in_its_own_thread()


def test_an_asker_that_is_gone_is_told_nothing_and_nothing_is_raised(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells_nobody(qtbot, monkeypatch)


def tells_nobody(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    go_on, told = threading.Event(), []
    asker = QObject()
    begun = Work(lambda: go_on.wait(10), asker)
    begun.done.connect(told.append)
    begun.start()
    asker.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go_on.set()
    assert begun.wait(10)
    QCoreApplication.processEvents()
    assert (told, raised) == ([], [])


def test_work_that_nobody_holds_ends_in_the_windows_thread(qtbot: QtBot) -> None:
    ended: list[int] = []
    go_on = threading.Event()
    work_ = Work(lambda: go_on.wait(10))
    thread = work_._thread
    weakref.finalize(work_, lambda: ended.append(threading.get_ident()))
    work_.start()
    del work_
    go_on.set()
    thread.join(10)
    del thread
    qtbot.waitUntil(lambda: bool(ended), timeout=5_000)
    assert ended == [threading.get_ident()]


def looked_at(collector: Collector, times: int) -> list[int]:
    seen: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(info["generation"])

    gc.callbacks.append(note)
    try:
        for _ in range(times):
            collector.look()
    finally:
        gc.callbacks.remove(note)
    return seen


def no_long_look_while_a_belt_may_move() -> None:
    moving = [True]
    parent = QObject()
    collector = Collector(parent)
    collector._timer.stop()
    collector.leave_out_what_is_there(lambda: not moving[0])
    seen = looked_at(collector, 2 * ALL_EVERY)
    assert ALL not in seen
    assert (seen.count(MIDDLE), seen.count(YOUNG)) == (2 * ALL_EVERY // MIDDLE_EVERY, 2 * ALL_EVERY * 9 // 10)
    moving[0] = False
    assert looked_at(collector, 3)[0] == ALL  # what was put off is made good at the first quiet moment
    assert ALL not in looked_at(collector, ALL_EVERY - 10)
    assert ALL in looked_at(collector, 10)


def what_is_there_is_left_out() -> None:
    gc.unfreeze()
    parent = QObject()
    collector = Collector(parent)
    collector._timer.stop()
    collector.leave_out_what_is_there(lambda: True)
    assert len(gc.get_objects()) < 1_000
    library = [[number] for number in range(collecting.STAYS_FROM + 1)]
    looked_at(collector, ALL_EVERY)
    assert len(gc.get_objects()) < 1_000
    assert library
    rooms = [[number] for number in range(5_000)]
    collector.leave_out_the_rooms()
    assert len(gc.get_objects()) < 1_000
    assert rooms


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="one generation is looked at in steps there")
def test_no_long_look_is_taken_while_a_belt_may_move(qtbot: QtBot) -> None:
    no_long_look_while_a_belt_may_move()


def test_what_stood_when_the_window_stood_is_not_looked_at_again(qtbot: QtBot) -> None:
    what_is_there_is_left_out()


QUIET = "if self._looks >= ALL_EVERY and self._quiet():"
FAULTS: list[tuple[types.ModuleType, str, str, Callable[[], None]]] = [
    (collecting, QUIET, "if self._looks >= ALL_EVERY:", no_long_look_while_a_belt_may_move),
    (collecting, "        gc.freeze()\n\n    def leave", "        pass\n\n    def leave", what_is_there_is_left_out),
    (collecting, "        gc.freeze()\n\n    def look", "        pass\n\n    def look", what_is_there_is_left_out),
    (collecting, "                gc.freeze()", "                pass", what_is_there_is_left_out),
]


@pytest.mark.parametrize(("module", "old", "new", "fact"), FAULTS)
def test_the_looks_fail_with_a_fault_planted(
    module, old: str, new: str, fact: Callable[[], None], qtbot: QtBot
) -> None:
    fails_with(module, old, new, fact)


def test_the_rest_fails_with_a_fault_planted(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(collecting, "        gc.disable()", "        gc.enable()", ends_in_its_own_thread)
    fails_with(
        work,
        "            asker.destroyed.connect(self._for_nobody)",
        "            pass",
        lambda: tells_nobody(qtbot, monkeypatch),
    )


def a_thread_that_computes_gives_way_to_the_window() -> None:
    as_every_program_s = 0.005
    sys.setswitchinterval(as_every_program_s)
    try:
        with application.opening("nb"):
            assert sys.getswitchinterval() == pytest.approx(GIVES_WAY_AFTER_S)
            assert as_every_program_s >= 10 * GIVES_WAY_AFTER_S
    finally:
        sys.setswitchinterval(as_every_program_s)


def test_a_thread_that_computes_gives_way_to_the_window(qtbot: QtBot) -> None:
    fails_with(
        application,
        "    give_way_to_the_window()\n",
        "",
        a_thread_that_computes_gives_way_to_the_window,
    )
