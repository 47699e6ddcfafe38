"""The strip above all screens but the test: where in the appointment we are, settings, about."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, label, row, set_shown, set_state, set_text

STEPS = ("person", "pretest", "run", "result")


class Header(QFrame):
    """The steps of an appointment, the present one marked by weight, line and colour."""

    settings_wanted = Signal()
    about_wanted = Signal()
    account_wanted = Signal()
    lock_wanted = Signal()
    users_missing = Signal()

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
        self.no_users = button(tr("account.no_users"), self.users_missing.emit, "reminder")
        self.account_button = button("", self.account_wanted.emit, "link")
        self.lock_button = button(tr("account.lock"), self.lock_wanted.emit, "link")
        brand = label(tr("app.title"), "brand")
        links = (self.account_button, self.lock_button, self.settings_button, self.about_button)
        self.setLayout(row(brand, 1, *self.steps, 1, self.demo, self.no_users, *links, gap=4, margin=(18, 6, 14, 6)))
        self._may_set = True
        self._step = 0
        set_shown(self.demo, demo)
        self.show_user(None, no_users=False)

    def show_step(self, index: int) -> None:
        """Mark the step we are at; settings belong to the first."""
        for place, step in enumerate(self.steps):
            set_state(step, "here" if place == index else "")
            step.setAccessibleDescription(tr("app.here") if place == index else "")
        self._step = index
        self.allow_settings(self._may_set)

    def show_user(self, name: str | None, *, no_users: bool) -> None:
        """Who is logged in; ``no_users`` reminds that nobody can."""
        set_text(self.account_button, name or "")
        self.account_button.setAccessibleName(tr("account.name", name=name or ""))
        for control in (self.account_button, self.lock_button):
            set_shown(control, name is not None)
        set_shown(self.no_users, no_users)

    def allow_settings(self, allowed: bool) -> None:
        """Settings are for those who may change them, between appointments."""
        self._may_set = allowed
        self.settings_button.setEnabled(allowed and self._step == 0)
