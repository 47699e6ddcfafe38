"""Takes a picture of a whole window, on whatever screen there is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.test_any_screen import problems
from ui.desktop.window import MainWindow


def wait(until: Callable[[], object], seconds: float) -> None:
    """Let the window live until something is true."""
    end_s = time.monotonic() + seconds
    while not until():
        if time.monotonic() > end_s:
            raise TimeoutError("the window did not get there")
        QApplication.processEvents()
        time.sleep(0.01)


def let_live(seconds: float) -> None:
    """Let the window live for a while."""
    end_s = time.monotonic() + seconds
    wait(lambda: time.monotonic() >= end_s, seconds + 5)


@dataclass(frozen=True, slots=True)
class Camera:
    """Saves pictures into a folder under names that begin with the screen's size."""

    folder: Path
    language: Literal["nb", "nn", "en"] = "nb"
    theme: Literal["light", "dark"] = "light"
    only: frozenset[str] | None = None  # names of files; None: every picture
    taken: set[str] = field(default_factory=set)
    unwritten: list[tuple[QImage, Path]] = field(default_factory=list)
    amiss: list[str] = field(default_factory=list)  # what the tests of every screen say of a picture

    def picture(self, window: QWidget, name: str) -> None:
        """Save a whole window."""
        let_live(0.15)
        QApplication.sendPostedEvents()  # what a last word has changed gets its place
        file = self.folder / f"{screen_size()}-{name}.png"
        if self.only is None or file.name in self.only:
            self.unwritten.append((window.grab().toImage(), file))
        self.taken.add(name)
        # While a belt walks it must be ticked: a stall of a tenth of a second is one of seconds to its driver.
        if isinstance(window, MainWindow) and not (window.flow and window.flow.bridge.belt_may_move):
            self.write()
            self.amiss.extend(f"{name}: {text}" for text in problems(window))

    def write(self) -> None:
        """Write what was taken while there was no time for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for drawn, file in self.unwritten:
            drawn.convertToFormat(QImage.Format.Format_RGB32).save(str(file), quality=40)
        self.unwritten.clear()

    def must_have(self, *names: str) -> None:
        """Raise where one of these is missing: a run on a busy machine may end before its picture."""
        missing = sorted(set(names) - self.taken)
        if missing:
            raise LookupError(f"no picture of {', '.join(missing)}; try a smaller --time-scale")


def screen_size() -> str:
    """The screen's, in its own points."""
    screen = QGuiApplication.primaryScreen().geometry()
    return f"{screen.width()}x{screen.height()}"
