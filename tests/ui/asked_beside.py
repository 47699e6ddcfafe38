"""A record as the window has it, which notes who waits for it in the window's thread while somebody walks or trains.

The record is another process: an answer takes milliseconds, and a minute where that hangs. What a window has to know
during a run it asks beside itself.
"""

import threading
import traceback
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

from teststation.records.database import Record
from ui.desktop.window import MainWindow
from ui.station.apart import record_calls
from ui.station.station import Station

# Without the other process; or of the tests, and no window has it.
_KNOWN_HERE = frozenset({"path", "location", "journal_folder", "journal_path", "database", "file", "head"})
_PRODUCT = Path(__file__).parents[2] / "ui"


class Waited:
    """What was asked, by its name and with where: for a test to say."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def taken(self) -> list[str]:
        """What was found, which is told by nobody else."""
        found, self.found = self.found, []
        return found

    def see(self, name: str, windows: Iterable[MainWindow]) -> None:
        """Something is asked of the record of these windows."""
        if threading.current_thread() is not threading.main_thread() or not any(runs(one) for one in windows):
            return
        where = [
            f"{Path(one.filename).name}:{one.lineno} {one.name}"
            for one in traceback.extract_stack()
            if _PRODUCT in Path(one.filename).parents
        ]
        if where:  # else a test asks
            self.found.append(f"{name} ({' < '.join(reversed(where))})")


def runs(window: MainWindow) -> bool:
    """Whether somebody is on the belt, or about to be, or a group trains."""
    begun = "flow" in vars(window)  # else it is being made
    return begun and (window.at_work is not None or window.in_group)


def asked_beside(waited: Waited) -> Callable[[], None]:
    """From now on every window has such a record; returns a function that puts back what was there."""
    made = MainWindow.__init__

    def make(window: MainWindow, station: Station, **more: Any) -> None:
        if not isinstance(station.record, _Asked):
            station.record = cast("Record", _Asked(station.record, waited))
        vars(station.record)["_windows"].add(window)
        made(window, station, **more)

    MainWindow.__init__ = make  # type: ignore[method-assign,assignment]

    def restore() -> None:
        MainWindow.__init__ = made  # type: ignore[method-assign]

    return restore


class _Asked:
    def __init__(self, record: Any, waited: Waited) -> None:
        windows: weakref.WeakSet[MainWindow] = weakref.WeakSet()
        vars(self).update(_record=record, _windows=windows, _see=lambda name: waited.see(name, windows))

    def __getattr__(self, name: str) -> Any:
        if name in record_calls.ROOMS:
            return _Room(getattr(self._record, name), name, self._see)
        return getattr(self._record, name) if name.startswith("_") else _noted(self._record, name, self._see)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._record, name, value)

    def __delattr__(self, name: str) -> None:
        vars(self._record).pop(name, None)  # what a test put there


class _Room:
    def __init__(self, room: Any, name: str, see: Callable[[str], None]) -> None:
        vars(self).update(_room=room, _name=name, _see=see)

    def __getattr__(self, name: str) -> Any:
        if name == "acting":
            return self._room.acting  # known in the window
        return _noted(self._room, name, self._see, f"{self._name}.")

    def __setattr__(self, name: str, value: object) -> None:
        if name == "acting":
            self._see("audit.acting")  # told to the process, and waited for
        setattr(self._room, name, value)

    def __delattr__(self, name: str) -> None:
        vars(self._room).pop(name, None)


def _noted(of: Any, name: str, see: Callable[[str], None], before: str = "") -> Any:
    if name in _KNOWN_HERE:
        return getattr(of, name)
    if not callable(getattr(of, name)):
        see(before + name)
        return getattr(of, name)
    method: Callable[..., Any] = getattr(of, name)

    def ask(*args: Any, **kwargs: Any) -> Any:
        see(before + name)
        return method(*args, **kwargs)

    return ask
