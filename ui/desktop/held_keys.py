"""Which keys are merely held: systems repeat them in three ways, and none of them is a second press."""

from PySide6.QtGui import QKeyEvent

REPEATED_WITHIN_MS = 20  # a hand takes longer between letting a key go and pressing it again


class HeldKeys:
    """Sees every press and every letting go, once each, in their order."""

    def __init__(self) -> None:
        self._down: set[int] = set()
        self._came_up_ms: dict[int, int] = {}  # by the system's own clock, where it tells it

    def pressed(self, event: QKeyEvent) -> bool:
        """Take in a press; whether it only says that the key is held.

        Told so by Qt, or never let go before, or let go and pressed faster than a hand can.
        """
        key = event.key()
        came_up_ms = self._came_up_ms.get(key, 0)
        at_once = came_up_ms > 0 and 0 <= event.timestamp() - came_up_ms <= REPEATED_WITHIN_MS
        held = event.isAutoRepeat() or key in self._down or at_once
        self._down.add(key)
        return held

    def released(self, event: QKeyEvent) -> None:
        """Take in a key that came up."""
        if not event.isAutoRepeat():
            self._down.discard(event.key())
            self._came_up_ms[event.key()] = event.timestamp()

    def forget(self) -> None:
        """Whatever was down is another window's now."""
        self._down.clear()
