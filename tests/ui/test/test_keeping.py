"""A run that has ended is kept beside the window: it answers meanwhile, and nothing is lost whatever comes."""

import threading
from collections.abc import Iterator
from types import ModuleType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.mutants import planted_fault
from tests.ui.asked_beside import Waited
from tests.ui.conftest import Bench, kept, live_while
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.people.person import Person
from teststation.records.tests.stored import StoredTest
from teststation.records.upkeep.verify import verify
from teststation.run import controller as controller_module
from teststation.run.controller import Controller
from teststation.run.record import Outcome
from ui.desktop.i18n import tr
from ui.desktop.result.flow import ResultFlow, Seen
from ui.desktop.test import flow as flow_module
from ui.desktop.test.flow import RunFlow
from ui.desktop.window import MainWindow


class Slow:
    """A record that takes its time to keep a run."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        record = bench.window.station.record
        self.begun, self.may_go_on = threading.Event(), threading.Event()
        self.threads: list[int] = []
        keep, windows = record.keep, threading.get_ident()

        def slowly(*told: object) -> object:
            self.threads.append(threading.get_ident())
            self.begun.set()
            assert threading.get_ident() == windows or self.may_go_on.wait(20)
            return keep(*told)  # type: ignore[call-overload]

        monkeypatch.setattr(record, "keep", slowly)


@pytest.fixture
def slow(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow(bench, monkeypatch)
    yield made
    made.may_go_on.set()
    kept(bench.window)


def being_kept(bench: Bench, slow: Slow) -> RunFlow:
    """A walked run on its way into the record."""
    bench.to_stages().pass_s(5.0)
    flow = bench.window.flow
    assert flow is not None
    bench.running.stop("patient")
    while not flow.is_being_kept:
        bench.wall.now_s += 0.5
        flow.bridge.tick()
    assert slow.begun.wait(10)
    return flow


def the_window_answers_while_a_run_is_kept(bench: Bench, slow: Slow) -> None:
    window, record = bench.window, bench.window.station.record
    flow = being_kept(bench, slow)
    assert slow.threads != [threading.get_ident()], "what writes the record is not the window's thread"
    (journal,) = record.journals()
    written = journal.read_bytes()
    bench.treadmill.log.clear()
    flow.bridge.tick()
    window.stop()
    flow.session.mark("note", "for sent")
    flow.bridge.tick()
    assert bench.treadmill.log == ["stop"], "STOPP is answered, and a stop is all that it does"
    assert tr("run.keeping") in window.run.end_words.text()
    assert window.flow is flow
    assert record.journals() == [journal]
    assert journal.read_bytes() == written
    slow.may_go_on.set()
    kept(window)
    assert window.stack.currentWidget() is window.result
    assert record.journals() == []
    (stored,) = record.tests.list()
    assert not stored.run.marks or stored.run.marks[-1].text != "for sent"


def test_the_window_answers_while_a_run_is_kept(bench: Bench, slow: Slow) -> None:
    the_window_answers_while_a_run_is_kept(bench, slow)


def a_belt_that_runs_again_meanwhile_is_told_before_any_result(bench: Bench, slow: Slow) -> None:
    window = bench.window
    flow = being_kept(bench, slow)

    def ticks(seconds: float) -> None:
        for _ in range(round(seconds / 0.5)):
            bench.wall.now_s += 0.5
            if window.flow is flow:
                flow.bridge.tick()
            QApplication.processEvents()

    bench.treadmill.speed_kmh = 3.0
    ticks(4.0)
    assert flow.bridge.belt_may_move
    slow.may_go_on.set()
    assert flow._keeping is not None
    assert flow._keeping.wait(10)
    ticks(4.0)
    assert window.stack.currentWidget() is window.run, "the result would lie over a belt that runs"
    assert not window.run.banner.isHidden()
    bench.treadmill.log.clear()
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert "stop" in bench.treadmill.log
    ticks(4.0)
    kept(window)
    assert window.stack.currentWidget() is window.result


def test_a_belt_that_runs_again_meanwhile_is_told_before_any_result(bench: Bench, slow: Slow) -> None:
    a_belt_that_runs_again_meanwhile_is_told_before_any_result(bench, slow)


def test_a_result_over_a_belt_that_runs_is_found_out(bench: Bench, slow: Slow) -> None:
    old, new = "        if self.bridge.belt_may_move:\n            QTimer", "        if False:\n            QTimer"
    with planted_fault(flow_module, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunFlow, "_when_at_rest", broken.RunFlow._when_at_rest)
        with pytest.raises(AssertionError, match="over a belt that runs"):
            a_belt_that_runs_again_meanwhile_is_told_before_any_result(bench, slow)


def test_a_run_is_concluded_in_the_thread_that_ticks(bench: Bench, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    concluded_in: list[int] = []
    monkeypatch.setattr(Controller, "conclude", lambda _: concluded_in.append(threading.get_ident()))
    being_kept(bench, slow)
    assert concluded_in == [threading.get_ident()], "else a tick could write beside it"


def test_a_run_is_kept_once_however_often_it_is_asked_for(bench: Bench, slow: Slow) -> None:
    flow = being_kept(bench, slow)
    flow.finish()
    others = [threading.Thread(target=flow.session.finish) for _ in range(2)]
    for one in others:
        one.start()
    slow.may_go_on.set()
    for one in others:
        one.join(10)
    kept(bench.window)
    assert len(slow.threads) == 1
    record = bench.window.station.record
    assert [line.person_id for line in record.tests.summaries(bench.person.id)] == [bench.person.id]
    assert verify(record.database).problems == ()


@pytest.fixture
def alone(window: MainWindow, person: Person, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A window of its own, which is closed."""
    made = Bench(window.station, window, person)
    monkeypatch.setattr(window.station, "prepare", made.session)
    return made


def test_the_window_cannot_be_closed_over_a_run_that_is_being_kept_and_closes_by_itself(
    alone: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(alone, monkeypatch)
    being_kept(alone, slow)
    for _ in range(2):
        assert alone.window.close() is False
    assert alone.window.isVisible()
    slow.may_go_on.set()
    kept(alone.window)
    live_while(alone.window.isVisible, "it does not close by itself")
    (stored,) = alone.window.station.record.tests.list()
    assert stored.run.outcome is Outcome.OPERATOR


def test_killed_between_keeping_and_retiring_leaves_both(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    record = bench.window.station.record
    there: list[tuple[bool, bool]] = []
    retire = record.retire_journal

    def killed(run_id: str) -> None:
        there.append((record.journal_path(run_id).exists(), bool(record.tests.kept_among([run_id]))))
        raise OSError("killed")

    monkeypatch.setattr(record, "retire_journal", killed)
    bench.to_stages().pass_s(5.0)
    bench.running.stop("patient")
    bench.pass_s(5.0)
    assert there == [(True, True)], "the record has it before the journal goes"
    window = bench.window
    assert window.flow is None
    assert window.sheet is not None
    window.sheet.finish()
    assert len(record.journals()) == 1
    monkeypatch.setattr(record, "retire_journal", retire)
    assert all(work.wait(5.0) for work in window.closing._goodbyes)
    record.retire_kept_journals()  # as at the next start
    assert record.journals() == []
    assert len(record.tests.list()) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_what_stands_beside_a_kept_test_is_read_where_it_was_kept_and_anew_where_that_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    looked_in: list[int] = []
    look = ResultFlow.look

    def looked(self: ResultFlow, stored: StoredTest) -> Seen:
        looked_in.append(threading.get_ident())
        if fails and len(looked_in) == 1:
            raise RecordError(Cause("record_in_use", {"name": "x"}))
        return look(self, stored)

    monkeypatch.setattr(ResultFlow, "look", looked)
    bench.to_stages().pass_s(5.0)
    bench.running.stop("patient")
    bench.pass_s(5.0)
    assert bench.window.stack.currentWidget() is bench.window.result
    assert len(looked_in) == (2 if fails else 1)
    assert looked_in[0] != threading.get_ident()
    (stored,) = bench.window.station.record.tests.list()
    assert bench.window.result.stored == stored


FAULTS = [
    (controller_module, Controller, "_feed", "        if self._concluded:\n            return\n", ""),
    (flow_module, RunFlow, "finish", "        self._keeping.start()\n", "        self._keeping._run()\n"),
]


@pytest.mark.parametrize(("module", "owner", "name", "old", "new"), FAULTS)
def test_a_run_that_is_told_more_or_holds_up_the_window_is_found_out(
    module: ModuleType, owner: type, name: str, old: str, new: str, bench: Bench, slow: Slow, waited: Waited
) -> None:
    with planted_fault(module, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, vars(getattr(broken, owner.__name__))[name])
        with pytest.raises(AssertionError):
            the_window_answers_while_a_run_is_kept(bench, slow)
    slow.may_go_on.set()
    kept(bench.window)
    assert bool(waited.taken()) is (name == "finish")
