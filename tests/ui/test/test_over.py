"""What is left of a test when it is over: its result, and nothing that stood behind the screens while it was walked."""

import gc
import weakref
from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from tests.mutants import fails_with
from tests.ui.conftest import Bench
from ui.desktop import work as work_module
from ui.desktop.test.flow import RunFlow


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
