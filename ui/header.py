"""The strip above all screens but the test: where in the appointment we are, settings, about."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from ui.i18n import tr
from ui.widgets.base import button, label, row, set_shown, set_state

STEPS = ("person", "pretest", "run", "result")


class Header(QFrame):
    """The steps of an appointment, the present one marked by weight, line and colour."""

    settings_wanted = Signal()
    about_wanted = Signal()

    def __init__(self, *, demo: bool) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.steps = [
            label(tr("app.step", number=number, name=tr(f"step.{name}")), "step")
            for number, name in enumerate(STEPS, start=1)
        ]
        self.demo = label(tr("app.demo"), "chip")
        set_state(self.demo, "caution")
        self.settings_button = button(tr("app.settings"), self.settings_wanted.emit, "link")
        self.about_button = button(tr("app.about"), self.about_wanted.emit, "link")
        brand = label(tr("app.title"), "brand")
        parts = (brand, 1, *self.steps, 1, self.demo, self.settings_button, self.about_button)
        self.setLayout(row(*parts, gap=6, margin=(18, 6, 14, 6)))
        set_shown(self.demo, demo)

    def show_step(self, index: int) -> None:
        """Mark the step we are at; settings belong to the first."""
        for place, step in enumerate(self.steps):
            set_state(step, "here" if place == index else "")
            step.setAccessibleDescription(tr("app.here") if place == index else "")
        self.settings_button.setEnabled(index == 0)
