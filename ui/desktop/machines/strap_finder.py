"""Which straps are in range: asked for by a button, chosen by the person whose pulse can be felt."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox, QWidget

from drivers.heart_rate.straps_seen import StrapSeen, straps_in_range
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import DASH
from ui.desktop.widgets.base import button, row, set_shown
from ui.desktop.work import Work


class StrapFinder(QWidget):
    """A button that searches and, when it has found straps, their list. Nothing is chosen by itself."""

    def __init__(
        self,
        window: QWidget,
        chosen: Callable[[str], None],
        search: Callable[[], Sequence[StrapSeen]] = straps_in_range,
    ) -> None:
        super().__init__()
        self._window, self._chosen, self._search = window, chosen, search
        self.work: Work | None = None
        self.button = button(tr("straps.search"), self.begin)
        self.found = QComboBox()
        self.found.setAccessibleName(tr("straps.found"))
        self.found.activated.connect(self._choose)
        self.setLayout(row(self.button, self.found, shares=(0, 1)))
        set_shown(self.found, False)

    def begin(self) -> None:
        """Search beside the window; it takes some seconds."""
        self.button.setEnabled(False)
        self.button.setText(tr("straps.searching"))
        # The search outlives a sheet that is closed meanwhile; then its answer is for nobody.
        self.work = Work(lambda: self._search(), self._window)
        self.work.done.connect(self.show_found)
        self.work.failed.connect(self._found_none)
        self.work.start()

    def _found_none(self, _: Exception) -> None:
        self.show_found(())

    def show_found(self, straps: Sequence[StrapSeen]) -> None:
        """Offer what was found, or say why there is nothing."""
        self.button.setEnabled(True)
        self.button.setText(tr("straps.search"))
        self.found.clear()
        seen = any(not strap.trouble for strap in straps)
        trouble = bool(straps) and not seen
        self.found.addItem(tr("straps.no_bluetooth" if trouble else "straps.compare" if straps else "straps.none"), "")
        for strap in straps:
            if not strap.trouble:
                self.found.addItem(words(strap), strap.device or f"ble:{strap.address}")
        set_shown(self.found, True)

    def _choose(self, index: int) -> None:
        device = self.found.itemData(index)
        if device:
            self._chosen(device)


def words(strap: StrapSeen) -> str:
    """One strap in a line: name, pulse, signal and battery."""
    pulse = tr("strap.no_contact") if strap.contact is False else tr("straps.pulse", bpm=strap.bpm or DASH)
    battery = "" if strap.battery_pct is None else " · " + tr("straps.battery", percent=strap.battery_pct)
    signal = "" if strap.rssi_dbm is None else f" · {strap.rssi_dbm} dBm"
    return f"{strap.name} · {pulse}{signal}{battery}"
