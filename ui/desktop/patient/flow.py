"""Opens the patient's view on another screen and feeds it: whatever becomes of that screen, the run goes on."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:  # read from the disk where a run may be shown
    from teststation.snapshot import Snapshot
    from ui.desktop.patient.view import PatientView

log = logging.getLogger("teststation.window")


FRAME_PX = 16  # a maximised window's frame may lie so far on the neighbour


def free_screen(screens: Sequence[QRect], operators: QRect, window: QRect) -> int | None:
    """Which screen shows nothing of the operator's; None where there is none.

    Args:
        operators: The screen that the operator's window is on; one that mirrors it lies over the same place.
        window: The operator's window, which may reach over two.
    """
    inside = window.adjusted(FRAME_PX, FRAME_PX, -FRAME_PX, -FRAME_PX)
    free = (index for index, one in enumerate(screens) if not (one.intersects(operators) or one.intersects(inside)))
    return next(free, None)


class SecondScreen(QObject):
    """At most one view. ``changed`` tells that it came or went, for whatever offers it."""

    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._view: PatientView | None = None
        self._wanted = False
        self._followed: tuple[str, bool] | None = None  # language and demonstration of the run that goes on
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._screen_gone)
        application.screenAdded.connect(lambda _: self.look())

    @property
    def view(self) -> "PatientView | None":
        """The view, while it is shown."""
        return self._view

    @property
    def wanted(self) -> bool:
        """Whether it is to be shown during a run, as soon as there is a screen for it."""
        return self._wanted

    @property
    def possible(self) -> bool:
        """Whether there is a screen that is not the operator's."""
        return self._free() is not None

    def want(self, wanted: bool) -> None:
        """Show it, or put it away."""
        self._wanted = wanted
        self.look()

    def follow(self, language: str, *, demo: bool) -> None:
        """A run goes on from here: of a person who reads this language."""
        import ui.desktop.patient.view  # noqa: F401 - nothing is read from the disk while somebody walks

        self._followed = (language, demo)
        self.look()

    def let_go(self) -> None:
        """The run is over."""
        self._followed = None
        self.look()

    def show_moment(self, moment: "Snapshot") -> None:
        """Show one snapshot of the run. Nothing that goes wrong here reaches the run."""
        try:
            self.look()
            if self._view is not None:
                from ui.desktop.patient.words import patient_moment

                self._view.show_moment(patient_moment(moment))
        except Exception:
            log.exception("the patient's view is put away")
            self._wanted = False
            self._put_away()

    def look(self) -> None:
        """Whether it is to be shown, and where: the operator's window may have moved, and a screen may have gone."""
        free = self._free() if self._wanted and self._followed is not None else None
        if free is None or self._followed is None:
            self._put_away()
            return
        if self._view is not None and not self._view.isVisible():
            self._wanted = False  # somebody has closed it
            self._put_away()
            return
        if self._view is None:
            from ui.desktop.patient.view import PatientView

            language, demo = self._followed
            self._view = PatientView(self._window, language, demo=demo)
            self._view.setScreen(free)
            self._view.setGeometry(free.geometry())
            self._view.show()
            self.changed.emit()
        elif self._view.geometry() != free.geometry():
            self._view.setScreen(free)
            self._view.setGeometry(free.geometry())

    def _free(self) -> QScreen | None:
        screens = QGuiApplication.screens()
        own = self._window
        index = free_screen([one.geometry() for one in screens], own.screen().geometry(), own.frameGeometry())
        return None if index is None else screens[index]

    def _screen_gone(self, _: QScreen) -> None:
        # Qt puts a window whose screen is gone on one that is left, over the operator's: it is away before that.
        self._put_away()

    def _put_away(self) -> None:
        if self._view is None:
            return
        view, self._view = self._view, None
        view.hide()
        view.deleteLater()
        self.changed.emit()
