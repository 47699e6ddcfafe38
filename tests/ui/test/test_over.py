"""What is left of a test when it is over: its result, and nothing that stood behind the screens while it was walked."""

import gc
import weakref
from collections import Counter
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QGraphicsView
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from tests.ui.conftest import Bench
from tests.ui.result.test_report_window import quick_report
from teststation.ports import BeltState
from teststation.records.tests.stored import StoredTest
from teststation.run.controller import Controller
from teststation.run.record import RunRecord
from teststation.subject import Sex
from ui.desktop import work as work_module
from ui.desktop.result.report import ReportSheet
from ui.desktop.test.flow import RunFlow
from ui.desktop.window import MainWindow
from ui.station.session import Session

__all__ = ["quick_report"]

OF_A_TEST = (Session, Controller, RunRecord, StoredTest)


def left_alive(bench: Bench, qtbot: QtBot) -> list[str]:
    """What is still there of a test that was stopped, kept, seen and left, by its kind."""
    bench.to_stages()
    window, flow = bench.window, bench.window.flow
    assert flow is not None
    there = [weakref.ref(one) for one in (flow, flow.bridge, flow.session, flow.session.controller)]
    del flow
    window.stop()
    bench.pass_s(10)
    window.sheets.finish_all()  # the question why it was stopped is left without an answer
    qtbot.waitUntil(lambda: window.flow is None, timeout=5_000)
    window.back_to_people()
    qtbot.waitUntil(lambda: all(work.wait(0.0) for work in window.closing._goodbyes), timeout=5_000)
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    return [type(found).__name__ for one in there if (found := one()) is not None]


def test_a_test_that_is_over_leaves_nothing_of_its_walk_in_memory(used_bench: Bench, qtbot: QtBot) -> None:
    assert left_alive(used_bench, qtbot) == []


def test_a_flow_that_is_not_let_go_of_is_found_alive(
    used_bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunFlow, "deleteLater", lambda _: None)
    assert "RunFlow" in left_alive(used_bench, qtbot)


def walked_and_seen(bench: Bench, qtbot: QtBot) -> None:
    """A person's test, stopped in its stages, kept, and its report seen."""
    window = bench.window
    bench.person = window.station.record.people.add(family_name="Neste", born="1979-04-12", sex=Sex.FEMALE)
    bench.treadmill.state = BeltState.IDLE
    bench.to_stages()
    window.stop()
    bench.pass_s(10)
    window.sheets.finish_all()
    qtbot.waitUntil(lambda: window.flow is None, timeout=5_000)
    assert window.result.stored is not None
    window.papers.open_report(window.result.stored)
    qtbot.waitUntil(lambda: isinstance(window.sheet, ReportSheet), timeout=60_000)
    QCoreApplication.processEvents()
    window.sheets.finish_all()
    window.back_to_people()


def _is_a_part_of_ours(one: object) -> bool:
    return isinstance(one, QObject) and type(one).__module__.startswith("ui.")


def there(window: MainWindow, qtbot: QtBot) -> Counter[str]:
    """Whatever of Qt's is in the window, or is held by Python, and what is large of tests, by its kind."""
    for _ in range(3):
        qtbot.waitUntil(lambda: all(work.wait(0.0) for work in window.closing._goodbyes), timeout=5_000)
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    # Of Qt's own kinds Python makes something to hold when this here looks at them.
    held = [one for one in gc.get_objects() if isinstance(one, OF_A_TEST) or _is_a_part_of_ours(one)]
    drawn = [item for view in window.findChildren(QGraphicsView) for item in view.scene().items()]
    found = Counter(f"held: {type(one).__name__}" for one in held)
    found += Counter(f"drawn: {type(one).__name__}" for one in drawn)
    return found + Counter(f"in it: {one.metaObject().className()}" for one in window.findChildren(QObject))


def more_after_three_tests(bench: Bench, qtbot: QtBot) -> Counter[str]:
    """What there is more of than before them, when every room has been seen."""
    for _ in range(2):
        walked_and_seen(bench, qtbot)
    before = there(bench.window, qtbot)
    assert before["in it: RunScreen"] == 1
    assert sum(before.values()) > 500
    for _ in range(3):
        walked_and_seen(bench, qtbot)
    return there(bench.window, qtbot) - before


@pytest.mark.usefixtures("quick_report")
def test_however_many_tests_are_walked_and_seen_there_is_no_more_in_the_window(used_bench: Bench, qtbot: QtBot) -> None:
    assert more_after_three_tests(used_bench, qtbot) == Counter()


@pytest.mark.usefixtures("quick_report")
@pytest.mark.parametrize(
    ("kind", "found"), [(RunFlow, "held: RunFlow"), (ReportSheet, "held: ReportSheet")], ids=["a run", "a report"]
)
def test_one_thing_that_each_test_leaves_is_found(
    used_bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kind: type[QObject], found: str
) -> None:
    monkeypatch.setattr(kind, "deleteLater", lambda _: None)
    assert more_after_three_tests(used_bench, qtbot)[found] == 3


@pytest.mark.usefixtures("quick_report")
def test_a_part_that_no_python_holds_is_found_too(
    used_bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = RunFlow.start

    def leaving(flow: RunFlow) -> None:
        QTimer(used_bench.window)
        start(flow)

    monkeypatch.setattr(RunFlow, "start", leaving)
    assert more_after_three_tests(used_bench, qtbot)["in it: QTimer"] == 3


def what_is_done_holds_nothing(qtbot: QtBot) -> None:
    class Large:
        """Something large."""

    held = Large()
    seen = weakref.ref(held)
    work = work_module.Work(lambda held=held: None)
    del held
    with qtbot.waitSignal(work.done):
        work.start()
    gc.collect()
    assert seen() is None


def test_work_that_is_done_holds_nothing_that_it_worked_on(qtbot: QtBot) -> None:
    fact = partial(what_is_done_holds_nothing, qtbot)
    fails_with(work_module, "        self._function = None", "        pass", fact)
