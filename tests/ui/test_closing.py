"""The window closes, or opens, over a run that the record does not take: it is said, and nothing is lost with it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.mutants import fails_with
from teststation.cause import Cause
from teststation.errors import AfterTheTest, RecordError
from ui.desktop import closing, shutdown, window
from ui.desktop.closing import Closing
from ui.desktop.i18n import use_language
from ui.station.settings import Settings


class Room:
    """What closing needs of a window, with an ended run that is not kept yet."""

    def __init__(self) -> None:
        self.log: list[str] = []
        waits = SimpleNamespace(wait=lambda _: None)
        self.bridge, self.papers, self.upkeep, self.drills = None, waits, waits, None
        self.preparing = SimpleNamespace(abandon=list)
        self.dialogs = SimpleNamespace(close_all=lambda: None)
        session = SimpleNamespace(ended=True, to_keep=True, close=lambda: self.log.append("drivers ended"))
        self.flow: Any = SimpleNamespace(
            session=session,
            abandon=lambda: None,
            finish=lambda: self.log.append("is being kept"),
            disconnect_screen=lambda: None,
            deleteLater=lambda: None,
        )

    def end_rooms(self, seconds: float) -> None: ...


def a_run_that_is_over_is_kept_before_the_window_goes() -> None:
    room: Any = Room()
    closing_ = Closing(room)
    assert not closing_.close(), "it stays until the run is kept"
    assert (room.log, closing_.wanted) == (["is being kept"], True)
    assert not closing_.close(), "however often somebody asks"
    assert "drivers ended" not in room.log
    closing_.let_go_of_the_run()  # as when it is kept
    assert closing_.close()
    assert room.log[-1] == "drivers ended"


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
