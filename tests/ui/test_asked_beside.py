"""Nobody waits for the record in the window's thread during a run: it may hang for a minute, and STOPP with it.

Every test of the window looks for that (``asked_beside``); here is what ends beside a run, and that the looking sees.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from tests.mutants import planted_fault
from tests.ui.asked_beside import Waited
from tests.ui.conftest import Bench, ended, live_while
from teststation.cause import Cause
from teststation.records.access.actions import Action
from teststation.records.several_stations.handed_over import HandedOver
from ui.desktop import rooms, window
from ui.desktop.clinic import upkeep
from ui.desktop.work import Work


def goes_on(bench: Bench, work: Work) -> None:
    """Let a work come to its end while somebody walks."""
    assert bench.window.flow is not None
    live_while(lambda: not work.wait(0.0), "it does not end")
    for _ in range(3):
        QApplication.processEvents()
        time.sleep(0.001)
    assert bench.window.flow is not None


def a_hand_over_to_the_server_ends_in_a_run(bench: Bench, waited: Waited, monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells of a person by the name."""
    bench.to_stages()
    station = bench.window.station
    two = HandedOver(kept_here=(Cause("person_two_stations", {"person": bench.person.id}),))
    monkeypatch.setattr(station.record, "hand_over", lambda: two)
    said: list[str] = []
    made = upkeep.Upkeep(station, lambda: True, said.extend)
    made._looks = upkeep.RENEW_EVERY - 1
    made.look()
    assert made._work is not None
    goes_on(bench, made._work)
    ended(made.close())
    assert len(said) == 1
    assert bench.person.full_name in said[0]
    assert waited.taken() == []


def a_hand_over_to_the_journal_ends_in_a_run(bench: Bench, waited: Waited) -> None:
    """The list is not seen, and is not asked for."""
    bench.to_stages()
    bench.window.papers.handed_over.emit()
    assert waited.taken() == []


def a_report_that_was_to_be_saved_is_not_put_over_a_run(bench: Bench, waited: Waited) -> None:
    """What it would be called is asked of the record, and a question where it goes lies over the run."""
    window_ = bench.window
    bench.to_stages().pass_s(5.0)
    bench.running.stop("patient")
    bench.pass_s(5.0)
    (stored,) = window_.station.record.tests.history(bench.person.id)
    asked: list[object] = []
    made = threading.Event()
    window_.papers._do(lambda: bytes(made.wait(20.0)), lambda _: asked.append(window_.papers._stem(stored)))
    work = window_.papers._work
    assert work is not None
    bench.to_stages()
    made.set()
    goes_on(bench, work)
    assert asked == []
    assert waited.taken() == []


FACTS: dict[str, Callable[[Bench, Waited, pytest.MonkeyPatch], None]] = {
    "server": a_hand_over_to_the_server_ends_in_a_run,
    "journal": lambda bench, waited, _: a_hand_over_to_the_journal_ends_in_a_run(bench, waited),
    "report": lambda bench, waited, _: a_report_that_was_to_be_saved_is_not_put_over_a_run(bench, waited),
}
FAULTS: list[tuple[str, Any, str, str, str, str]] = [
    (
        "server", upkeep, "Upkeep", "_say",
        "self._tell(told(problems))", "(self._station.record.away, self._tell(told(problems)))",
    ),
    ("journal", rooms, "Rooms", "_show_how_many_wait", "        if not self.occupied:\n", "        if True:\n"),
    ("report", window, "MainWindow", "_run", "        self.papers.show_no_more()\n", ""),
]  # fmt: skip


@pytest.mark.parametrize("fact", FACTS)
def test_nobody_waits_for_what_ends_beside_a_run(
    bench: Bench, waited: Waited, monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    FACTS[fact](bench, waited, monkeypatch)


@pytest.mark.parametrize(("fact", "module", "of", "method", "old", "new"), FAULTS)
def test_who_waits_for_it_is_found_out(
    bench: Bench, waited: Waited, fact: str, module: Any, of: str, method: str, old: str, new: str
) -> None:
    with planted_fault(module, old, new) as broken, pytest.MonkeyPatch.context() as patch:
        patch.setattr(getattr(module, of), method, getattr(getattr(broken, of), method))
        with pytest.raises(AssertionError):
            FACTS[fact](bench, waited, patch)
    waited.taken()


def test_who_waits_is_seen(bench: Bench, waited: Waited) -> None:
    bench.window.persons.show_today()
    assert waited.taken() == [], "nobody walks"
    bench.to_stages()
    bench.window.persons.show_today()
    bench.window.desk.saw(Action.AUDIT_SEEN, bench.person.id)
    found = waited.taken()
    assert any(one.startswith("people.due (today.py") for one in found), found
    assert found[-1].startswith("audit.note (desk.py"), found
    Work(bench.window.persons.station.record.people.all).start().wait(10.0)
    assert waited.taken() == []
