"""Python's cyclic collector in the window's own thread alone.

Left to itself it runs in whichever thread happens to make the next object: a report that is being made, a driver's
reader, a journal that is synced. What it finds may be a sheet or a timer of the window, and Qt's objects must not be
destroyed outside their thread. And a look at everything at once holds up the window, and STOPP with it: 130 ms of CPU
time over all that a started window holds, 1 ms when that is left out.
"""

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 100
YOUNG, MIDDLE, ALL = 0, 1, 2
MIDDLE_EVERY, ALL_EVERY = 10, 600  # looks
# So many objects that are alive are a library that was read, as the report's makers are: they stay, and are not
# looked at again.
STAYS_FROM = 20_000


class Collector(QObject):
    """Ends automatic collection in this process, and collects ten times a second in the thread that made it."""

    NAME = "collector"

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName(self.NAME)
        self._quiet: Callable[[], bool] = lambda: True
        self._looks = 0
        gc.disable()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def leave_out_what_is_there(self, quiet: Callable[[], bool]) -> None:
        """The window stands: what is there by now stays to the end.

        Args:
            quiet: Whether no belt may move, so that a longer look harms nobody.
        """
        self._quiet = quiet
        gc.freeze()

    def leave_out_the_rooms(self) -> None:
        """The window's rooms are there as well, and what was read from the disk for them."""
        gc.freeze()

    def look(self) -> None:
        """Collect what may be due: the young always, the rest more seldom, and all only while no belt moves."""
        self._looks += 1
        if self._looks >= ALL_EVERY and self._quiet():
            self._looks = 0
            gc.collect(ALL)
            if len(gc.get_objects()) > STAYS_FROM:
                gc.freeze()
        else:
            gc.collect(MIDDLE if self._looks % MIDDLE_EVERY == 0 else YOUNG)
