"""The clinic's machines in the window: the reminder of the belt check, and putting a treadmill into use."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from drivers.machines import Machine
from drivers.machines_file import machines_path
from teststation.records.access.user import Permission
from ui.desktop.i18n import tr
from ui.desktop.machines.commissioning import CommissioningScreen
from ui.desktop.machines.commissioning_flow import CommissioningFlow
from ui.desktop.work import Work
from ui.station.desk import Desk
from ui.station.settings import Settings
from ui.station.station import Station


class Window(Protocol):
    """What the machines need of the window."""

    def tell(self, title: str, sentences: Sequence[str]) -> None:
        """Say something and wait to be seen."""
        ...

    def go_to(self, screen: QWidget) -> None:
        """Show one screen."""
        ...

    def keep_settings(self, settings: Settings) -> None:
        """Use settings from now on."""
        ...

    def look_at_sheets(self) -> None:
        """With every look at the belt: none of the sheets hides how it comes to rest."""
        ...

    def machine_left(self) -> None:
        """The pages of a machine are left; the belt is at rest."""
        ...


class MachineFlow(QObject):
    """The pages of a machine: never open with a test. ``commissioning`` is there while they are."""

    def __init__(
        self,
        station: Station,
        desk: Desk,
        screen: CommissioningScreen,
        window: Window,
        busy: Callable[[], bool],
    ) -> None:
        super().__init__(screen)
        self._station, self._desk, self.screen, self._window, self._busy = station, desk, screen, window, busy
        self.commissioning: CommissioningFlow | None = None
        self.goodbyes: list[Work] = []

    def begin(self) -> None:
        """Put a treadmill into use: for who may, and never during a test."""
        if self._busy() or self.commissioning is not None or not self._desk.may(Permission.COMMISSION):
            return
        by = self._desk.user.name if self._desk.user is not None else self._station.settings.operator
        self.commissioning = CommissioningFlow(self.screen, self._station, by, self)
        self.commissioning.left.connect(self._left)
        self.commissioning.looked.connect(self._window.look_at_sheets)
        self._window.go_to(self.screen)

    def _left(self, kept: Machine | None) -> None:
        assert self.commissioning is not None
        flow, self.commissioning = self.commissioning, None
        self.goodbyes += flow.goodbyes
        flow.deleteLater()
        self._window.machine_left()
        if kept is not None:
            self._window.keep_settings(msgspec.structs.replace(self._station.settings, treadmill=kept.device))
            self._window.tell(tr("commission.saved"), [tr("commission.saved_words", path=machines_path())])

    def close(self) -> list[Work]:
        """The window closes: let go of the driver. What is returned sees each ended."""
        if self.commissioning is not None:
            self.commissioning.close()
            self.goodbyes += self.commissioning.goodbyes
        return self.goodbyes
