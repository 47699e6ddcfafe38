"""What the operator is to set at the treadmill's own console, large, and one large button to say that it is set."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from teststation.run.state import Phase
from teststation.snapshot import BeltPrompt, Snapshot
from teststation.units import KMH_PER_MPH
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import number
from ui.desktop.widgets.base import button, column, label, row, set_shown, set_state, set_text


class PromptPanel(QFrame):
    """Shown while a load is asked for and not yet set, or while a treadmill waits for its own start button."""

    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "message")
        set_state(self, "caution")
        self.words = label("", "large", wrap=True)
        self.detail = label("", wrap=True)
        self.button = button(tr("prompt.is_set"), self.confirmed.emit, "main")
        self.setLayout(
            row(column(self.words, self.detail, gap=0), self.button, gap=20, margin=(12, 2, 12, 2), shares=(1,))
        )

    def rescale(self, scale: float) -> None:
        """A button for a thumb."""
        self.button.setMinimumSize(round(330 * scale), round(94 * scale))

    @staticmethod
    def asked(moment: Snapshot) -> bool:
        """Whether there is something to set at the treadmill."""
        return moment.prompt is not None or moment.start_at_machine

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        prompt = moment.prompt
        if prompt is None:
            set_text(self.words, tr("prompt.start_at_machine"))
            set_text(self.detail, "")
            set_shown(self.button, False)
            return
        stop = prompt.setpoint is None
        set_text(self.words, tr("prompt.stop") if stop else tr("prompt.set", load=_load(prompt)))
        set_text(self.detail, _detail(prompt, moment))
        set_shown(self.button, prompt.needs_word)
        set_text(self.button, tr("prompt.at_rest") if stop else tr("prompt.is_set"))
        self.button.setAccessibleName(self.button.text())


def _load(prompt: BeltPrompt) -> str:
    assert prompt.setpoint is not None
    speed_kmh, incline = prompt.setpoint.speed_kmh, number(prompt.setpoint.incline_pct, 1)
    if prompt.console_units == "mph":
        return tr("prompt.load_mph", speed=number(speed_kmh / KMH_PER_MPH, 1), incline=incline)
    return tr("run.load", speed=number(speed_kmh, 1), incline=incline)


def _detail(prompt: BeltPrompt, moment: Snapshot) -> str:
    if prompt.needs_word:
        return tr("prompt.say_so")
    if moment.measured_speed_kmh is None:
        return tr("prompt.not_read")
    read = tr("run.load", speed=number(moment.measured_speed_kmh, 1), incline=number(moment.measured_incline_pct, 1))
    key = "prompt.read_stop" if moment.phase is Phase.STOPPING else "prompt.read"
    return tr(key, load=read)
