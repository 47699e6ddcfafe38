"""The window closes, or opens, over a run that the record does not take: it is said, and nothing is lost with it."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from tests.mutants import fails_with, planted_fault
from tests.ui.conftest import Bench, live_while
from tests.ui.slow_end import SlowEnd
from teststation.cause import Cause
from teststation.errors import AfterTheTest, RecordError
from teststation.records.people.person import Person
from ui.desktop import closing, shutdown, window
from ui.desktop.closing import Awaited, Closing, EndingCover
from ui.desktop.i18n import use_language
from ui.desktop.window import MainWindow
from ui.station.settings import Settings


class Room:
    """What closing needs of a window, with an ended run that is not kept yet."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.bridge, self.drills = None, None
        self.awaited: list[Awaited] = []
        self.preparing = SimpleNamespace(abandon=list)
        session = SimpleNamespace(ended=True, to_keep=True, close=lambda: self.log.append("drivers ended"))
        self.flow: Any = SimpleNamespace(
            session=session,
            abandon=lambda: None,
            finish=lambda: self.log.append("is being kept"),
            disconnect_screen=lambda: None,
            deleteLater=lambda: None,
        )

    def end_rooms(self) -> list[Awaited]:
        return self.awaited

    def show_ending(self, words: str) -> None:
        self.log.append(words)


def a_run_that_is_over_is_kept_before_the_window_goes() -> None:
    room: Any = Room()
    closing_ = Closing(room)
    assert not closing_.close(), "it stays until the run is kept"
    assert (room.log, closing_.wanted) == (["is being kept"], True)
    assert not closing_.close(), "however often somebody asks"
    assert "drivers ended" not in room.log
    closing_.let_go_of_the_run()  # as when it is kept
    end_s = time.monotonic() + 20.0
    while not closing_.close():
        assert time.monotonic() < end_s
    assert "drivers ended" in room.log


def test_a_run_that_is_over_is_kept_before_the_window_goes() -> None:
    a_run_that_is_over_is_kept_before_the_window_goes()


def test_closing_fails_on_planted_faults() -> None:
    fact = a_run_that_is_over_is_kept_before_the_window_goes
    fails_with(
        closing, "                window.flow.finish()\n                return False", "                pass", fact
    )
    fails_with(closing, "                self.wanted = True\n", "", fact)


def what_was_not_taken_in_is_told() -> None:
    use_language("nb")
    said: list[tuple[str, list[str]]] = []
    lost = [(Path("a.journal"), RecordError(Cause("event_newer", {"kind": "belt_flew"})).causes)]
    station = SimpleNamespace(
        recover=list, recovered_sessions=[], not_recovered=lost, settings=Settings(intended_use_accepted=True)
    )
    room: Any = SimpleNamespace(
        station=station,
        tell=lambda title, lines: said.append((title, lines)),
        door=SimpleNamespace(remind=lambda: None),
        drills=None,
        demo=True,
    )
    window.MainWindow.welcome(room)
    assert [(title, lines[1:]) for title, lines in said] == [("En avbrutt test er ikke hentet inn", ["a.journal"])]
    assert "oppdater stasjonen" in said[0][1][0]


def the_list_of_a_record_that_is_gone_hides_nothing() -> None:
    use_language("nb")
    said: list[str] = []

    def gone() -> None:
        raise RecordError("registeret er borte")

    room: Any = SimpleNamespace(
        flow=None,
        second=SimpleNamespace(let_go=lambda: None),
        closing=SimpleNamespace(let_go_of_the_run=lambda: None, wanted=True),
        look_at_sheets=lambda: None,
        back_to_people=gone,
        tell=lambda _, lines: said.extend(lines),
    )
    with pytest.raises(RecordError):
        window.MainWindow.not_kept(room, AfterTheTest("reddet til b.record"))
    assert said == ["reddet til b.record"]
    assert not room.closing.wanted, "the window stays until that is seen"


def test_an_interrupted_run_that_is_not_taken_in_is_told_in_the_window() -> None:
    fact = what_was_not_taken_in_is_told
    fails_with(window, "for path, problems in self.station.not_recovered:", "for path, problems in []:", fact)


def test_where_a_test_went_is_told_whatever_else_the_record_refuses() -> None:
    the_list_of_a_record_that_is_gone_hides_nothing()


@pytest.mark.parametrize("names", [("SIGINT", "SIGTERM", "SIGHUP"), ("SIGINT", "SIGTERM", "SIGBREAK")])
def test_the_systems_wish_to_end_closes_the_window_on_every_system(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGHUP is a terminal that goes on POSIX, SIGBREAK a console that is closed on Windows."""
    handlers: dict[int, Any] = {number: "before" for number, _ in enumerate(names)}

    def handle(number: int, handler: Any) -> Any:
        before, handlers[number] = handlers[number], handler
        return before

    numbers = {name: number for number, name in enumerate(names)}
    monkeypatch.setattr(shutdown, "signal", SimpleNamespace(**numbers, signal=handle))
    closed: list[int] = []
    restore = shutdown.close_on_signals(lambda: closed.append(1))
    for number, handler in dict(handlers).items():
        handler(number, None)
    assert len(closed) == len(names)
    restore()
    assert set(handlers.values()) == {"before"}


# --- what takes its time to end ---


def the_window_answers_until_all_has_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    window_ = bench.window
    slow = SlowEnd()
    monkeypatch.setattr(window_.upkeep, "close", lambda: [slow.work])
    bench.to_run()  # prepared, and nothing moves: its drivers are let go of
    began_s = time.monotonic()
    closes = window_.close()
    assert time.monotonic() - began_s < 5.0, "the window stands still"
    assert not closes
    ticks: list[int] = []
    QTimer.singleShot(0, lambda: ticks.append(1))
    live_while(lambda: not ticks, "the window does not answer")
    cover = window_.door.cover
    assert isinstance(cover, EndingCover)
    live_while(lambda: "tredemøllen" in cover._words.text(), "the drivers do not end")
    assert bench.treadmill.log[-1] == "close"
    assert cover._words.text() == "Venter på at registeret blir ferdig med sikkerhetskopi eller overføring."
    assert not window_.stop_button.isVisible(), "a STOPP that could stop nothing"
    assert not window_.close(), "however often somebody asks"
    assert window_.isVisible()
    assert not slow.done
    slow.may_end.set()
    live_while(window_.isVisible, "it does not close by itself")
    assert slow.done


def test_the_window_answers_and_says_what_it_awaits_until_all_has_ended(
    alone: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_window_answers_until_all_has_ended(alone, monkeypatch)


def test_a_window_that_stands_still_or_goes_at_once_is_found_out(alone: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = "all(one.work.wait(6.0) for one in self._awaited) or"
    with planted_fault(closing, "        if not left or", f"        if {waits}") as broken:
        monkeypatch.setattr(Closing, "close", broken.Closing.close)
        with pytest.raises(AssertionError, match="stands still"):
            the_window_answers_until_all_has_ended(alone, monkeypatch)
    live_while(alone.window.isVisible, "it does not close")


def test_a_window_is_not_held_for_ever(alone: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "GOODBYE_S", 0.3)
    slow = SlowEnd()
    monkeypatch.setattr(alone.window.upkeep, "close", lambda: [slow.work])
    assert not alone.window.close()
    live_while(alone.window.isVisible, "it does not close")
    assert not slow.done
    slow.may_end.set()


def test_the_belt_is_stopped_before_anything_is_awaited(alone: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    closed_: list[int] = []
    monkeypatch.setattr(alone.window.upkeep, "close", lambda: closed_.append(1) or [])
    alone.to_stages()
    alone.window.close_when_at_rest()
    assert alone.treadmill.log[-1] == "stop"
    assert closed_ == []
    assert alone.window.isVisible()
    alone.pass_s(5.0)
    live_while(alone.window.isVisible, "it does not close")
    assert closed_ == [1]
    assert len(alone.window.station.record.tests.list()) == 1


@pytest.fixture
def alone(make_window: Callable[..., MainWindow], person: Person, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A window of its own, which is closed."""
    window_ = make_window()
    made = Bench(window_.station, window_, person)
    monkeypatch.setattr(window_.station, "prepare", made.session)
    return made
