"""Standing alarms, the most urgent first, and a word about what comes next when there is none."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy

from teststation.run.alarms import Alarm, Priority
from ui.desktop.i18n import say, tr
from ui.desktop.widgets.base import ElidedLabel, button, label, row, set_shown, set_state, set_text

_STATE = {Priority.HIGH: "high", Priority.MEDIUM: "caution", Priority.LOW: ""}


class MessageBar(QFrame):
    """Two lines at most, and nothing moves when an alarm comes. ``acknowledged`` carries its code and silenced."""

    acknowledged = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        self.priority = label("", "strong")
        self.words = ElidedLabel("", "lead", lines=2)
        self.more = label("", "strong")
        self.seen = button(tr("alarm.seen"), lambda: self._acknowledge(False), name=tr("alarm.seen_name"))
        self.silence = button(tr("alarm.silence"), lambda: self._acknowledge(True), name=tr("alarm.silence_name"))
        for control in (self.seen, self.silence):
            kept = control.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            control.setSizePolicy(kept)
        parts = (self.priority, self.words, self.more, self.seen, self.silence)
        self.setLayout(row(*parts, gap=10, margin=(14, 4, 8, 4), shares=(0, 1)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._code = ""

    def show_alarms(self, alarms: tuple[Alarm, ...], otherwise: str) -> None:
        """Show the first alarm and how many more there are, or the sentence instead."""
        top = alarms[0] if alarms else None
        set_state(self, "" if top is None else _STATE[top.priority])
        set_shown(self.priority, top is not None)
        set_shown(self.more, len(alarms) > 1)
        set_shown(self.seen, top is not None and top.sounding)
        set_shown(self.silence, top is not None and top.priority is not Priority.HIGH)
        if top is None:
            self._code = ""
            self.words.set_whole(otherwise)
            return
        self._code = top.code
        set_text(self.priority, tr(f"alarm.priority_{top.priority.name.lower()}"))
        self.words.set_whole(say(top.cause))
        others = " · ".join(say(alarm.cause) for alarm in alarms[1:])
        set_text(self.more, tr("alarm.more", n=len(alarms) - 1))
        if self.more.toolTip() != others:
            self.more.setToolTip(others)

    def _acknowledge(self, silenced: bool) -> None:
        if self._code:
            self.acknowledged.emit(self._code, silenced)
