"""Which protocol is walked, and at which starting speed."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox

from teststation.errors import StationError
from teststation.protocol.plan import Plan
from ui.desktop.i18n import core_texts, knows, tr
from ui.desktop.i18n.numbers import clock, number
from ui.desktop.widgets.base import label, set_text
from ui.desktop.widgets.fields import short_choice
from ui.station.station import Station


class ProtocolChoice(QObject):
    """Two lists and the words on what was chosen in them; ``changed`` with every other choice."""

    changed = Signal()

    def __init__(self, station: Station, parent: QObject) -> None:
        super().__init__(parent)
        self._station, self._words = station, ""
        self.protocol, self.speed = short_choice(tr("pretest.protocol")), short_choice(tr("pretest.speed"))
        self.stages = label("", "soft", wrap=True)
        self.protocol.currentIndexChanged.connect(lambda *_: self._chosen())
        self.speed.currentIndexChanged.connect(lambda *_: self._look())
        self.protocol.fitted.connect(self._say)

    @property
    def filled(self) -> bool:
        """Whether there is anything to choose yet."""
        return self.protocol.count() > 0

    def plan(self) -> Plan:
        """The protocol at the chosen speed."""
        return self._station.plan(self.protocol.currentData(), self.speed.currentData())

    def fill(self, chosen: str = "") -> None:
        """Offer what there is now; ``chosen`` is taken where it is there, else what the settings want."""
        offered = [(identifier, core_texts().name_of(title)) for identifier, title in self._station.protocols_now()]
        wanted = self._station.settings.default_protocol
        if wanted not in dict(offered):
            try:
                offered.append((wanted, self._station.plan(wanted).title))
            except StationError:
                wanted = ""
        _fill(self.protocol, [(title, identifier) for identifier, title in offered])
        place = self.protocol.findData(chosen) if chosen else -1
        _silently(self.protocol, max(0, self.protocol.findData(wanted)) if place < 0 else place)
        self._chosen()

    def choose(self, protocol: str, speed: str) -> None:
        """Choose what was walked before, where there still is such a protocol."""
        place = self.protocol.findData(protocol)
        if place >= 0:
            self.protocol.setCurrentIndex(place)
            self.speed.setCurrentIndex(max(0, self.speed.findData(speed)))

    def _chosen(self) -> None:
        offered = self._station.speeds(self.protocol.currentData())
        lines = [(_speed_words(name, speed_kmh), name) for name, speed_kmh in offered.items()]
        _fill(self.speed, lines or [(tr("pretest.speed_fixed"), None)])
        _silently(self.speed, max(0, self.speed.findData(self._station.settings.default_speed)))
        self.speed.setEnabled(bool(offered))
        self._look()

    def _look(self) -> None:
        self._words = stages_words(self.plan())
        self._say()
        self.protocol.setToolTip(self.protocol.currentText())
        self.changed.emit()

    def _say(self) -> None:
        """The stages; where the list is too narrow for its name, the whole name before them."""
        name = f"{self.protocol.currentText()}\n" if self.protocol.cut else ""
        set_text(self.stages, f"{name}{self._words}")


def stages_words(plan: Plan) -> str:
    """How many stages, how long, how fast and how steep."""
    loads = " → ".join(f"{number(s.incline_pct, 0 if s.incline_pct % 1 == 0 else 1)} %" for s in plan.stages)
    slow, fast = min(s.speed_kmh for s in plan.stages), max(s.speed_kmh for s in plan.stages)
    speed = number(slow, 1) if slow == fast else f"{number(slow, 1)}–{number(fast, 1)}"
    return tr("pretest.stages", n=len(plan.stages), time=clock(plan.duration_s), speed=speed, loads=loads)


def _speed_words(name: str, speed_kmh: float) -> str:
    words = tr(f"speed.{name}") if knows(f"speed.{name}") else name
    return tr("pretest.speed_item", name=words, speed=number(speed_kmh, 1))


def _fill(choice: QComboBox, lines: list[tuple[str, str]] | list[tuple[str, None]]) -> None:
    choice.blockSignals(True)
    choice.clear()
    for words, data in lines:
        choice.addItem(words, data)
    choice.blockSignals(False)


def _silently(choice: QComboBox, place: int) -> None:
    choice.blockSignals(True)
    choice.setCurrentIndex(place)
    choice.blockSignals(False)
