"""The first two pages of putting a treadmill into use: where it is connected, and what it is."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QScrollArea, QVBoxLayout, QWidget

from drivers.adapters import PortHere, ports_here
from drivers.registry import FAMILIES, TREADMILL
from drivers.treadmill.machines_seen import MachineSeen
from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, card, choice_button, clear, column, label, row, set_shown, set_text
from ui.desktop.widgets.fields import line_edit

KINDS = ("trackmaster", "woodway", "csafe", "woodway-standard", "ftms", "fec")
NO_CABLE = "manual"
UNITS = ("kmh", "mph")


def kind_name(family: str) -> str:
    """What a family is called on the screen."""
    return tr(f"commission.family_{_key(family)}")


def _key(family: str) -> str:
    return family.replace("-", "_")


class PortPage(QWidget):
    """The ports there are, by what identifies their adapter."""

    ask_wanted = Signal()
    air_wanted = Signal()
    changed = Signal()

    def __init__(self, ports: Callable[[], Sequence[PortHere]] = ports_here) -> None:
        super().__init__()
        self._find = ports
        self._on_air: tuple[MachineSeen, ...] = ()
        self._group = QButtonGroup(self)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.other = line_edit("", tr("commission.port_other"), tr("commission.port_other_hint"))
        self.other.textEdited.connect(lambda _: self._write_other())
        self.other_choice = choice_button(tr("commission.port_other"))
        self.no_cable = choice_button(tr("commission.port_no_cable"))
        self.again = button(tr("commission.port_again"), self.search, "touch")
        self.ask = button(tr("commission.port_ask"), self.ask_wanted.emit, "touch")
        self.air = button(tr("commission.air_search"), self.air_wanted.emit, "touch")
        self.answer = label("", "lead", wrap=True)
        self.none_here = label(tr("commission.port_none"), "soft", wrap=True)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inside.setLayout(column(self._list, self.none_here, 1))
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        other = column(row(self.other_choice, self.other, shares=(0, 1)), self.no_cable, gap=8)
        left = card(tr("commission.page_port"), label(tr("commission.port_words"), "soft", wrap=True), scroll, other,
                    shares=(0, 0, 1))  # fmt: skip
        right = card(tr("commission.port_ask"), label(tr("commission.port_ask_words"), "soft", wrap=True), self.ask,
                     label(tr("commission.air_words"), "soft", wrap=True), self.air, self.answer, 1,
                     self.again)  # fmt: skip
        self.setLayout(row(left, right, shares=(3, 2)))
        self._ports: dict[QPushButton, str] = {}
        for extra in (self.other_choice, self.no_cable):
            self._group.addButton(extra)
            extra.toggled.connect(lambda *_: self.changed.emit())
        self.search()

    @property
    def port(self) -> str:
        """The port for a DEVICE string; empty where none is chosen, or where there is no cable."""
        if self.other_choice.isChecked():
            return self.other.text().strip()
        return next((port for choice, port in self._ports.items() if choice.isChecked()), "")

    def search(self) -> None:
        """Show the ports there are now."""
        for choice in self._ports:
            self._group.removeButton(choice)
        clear(self._list)
        self._ports = {}
        for here in self._find():
            key = "commission.port_item" if here.port == here.name else "commission.port_remembered"
            words = tr(key, name=here.name, description=here.description or here.name, port=here.port)
            choice = choice_button(words)
            choice.toggled.connect(lambda *_: self.changed.emit())
            self._group.addButton(choice)
            self._list.addWidget(choice)
            self._ports[choice] = here.port
        for machine in self._on_air:
            choice = choice_button(tr("commission.air_item", name=machine.name, address=machine.address))
            choice.toggled.connect(lambda *_: self.changed.emit())
            self._group.addButton(choice)
            self._list.addWidget(choice)
            self._ports[choice] = machine.address
        set_shown(self.none_here, not self._ports)
        self.changed.emit()

    @property
    def on_air(self) -> bool:
        """Whether the chosen port is a machine that was found on Bluetooth."""
        return self.port in {machine.address for machine in self._on_air}

    def show_on_air(self, machines: Sequence[MachineSeen]) -> None:
        """Offer the treadmills that were found on Bluetooth, or say why there are none."""
        self._on_air = tuple(one for one in machines if not one.trouble and one.treadmill is not False)
        self.search()
        trouble = next((one.trouble for one in machines if one.trouble), "")
        found = tr("commission.air_found") if self._on_air else tr("commission.air_none")
        self.air.setEnabled(True)
        set_text(self.answer, tr("commission.air_trouble") if trouble else found)

    def choose(self, port: str) -> None:
        """Choose the port a machine is known by."""
        choice = next((choice for choice, there in self._ports.items() if there == port), None)
        if choice is None:
            self.other.setText(port)
            choice = self.other_choice
        choice.setChecked(True)

    def show_answer(self, text: str, *, asking: bool = False) -> None:
        """What was heard on the port."""
        set_text(self.answer, text)
        self.ask.setEnabled(not asking and bool(self.port))

    def _write_other(self) -> None:
        self.other_choice.setChecked(True)
        self.changed.emit()


class FamilyPage(QWidget):
    """What the machine is, in which unit it counts, and what the station can do with it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._group, self._units = QButtonGroup(self), QButtonGroup(self)
        self.kinds = {family: choice_button(kind_name(family)) for family in (*KINDS, NO_CABLE)}
        self.units = {unit: choice_button(tr(f"commission.units_{unit}")) for unit in UNITS}
        for group, choices in ((self._group, self.kinds), (self._units, self.units)):
            for choice in choices.values():
                group.addButton(choice)
                choice.toggled.connect(lambda *_: self._show())
        self.can = label("", "lead", wrap=True)
        self.verify = label(tr("commission.verify"), "problem", wrap=True)
        self.number = line_edit("", tr("commission.ant_number"), tr("commission.ant_number_hint"))
        self.number.textEdited.connect(lambda _: self.changed.emit())
        self.number_title = label(tr("commission.ant_number"), "strong")
        self.number_words = label(tr("commission.ant_number_words"), "soft", wrap=True)
        self.units_title = label(tr("commission.units"), "strong")
        self.units_fixed = label(tr("commission.units_fixed"), "soft", wrap=True)
        units = row(*self.units.values(), gap=8, shares=(1, 1))
        words = label(tr("commission.family_words"), "soft", wrap=True)
        left = card(tr("commission.page_family"), words, *self.kinds.values(), 1, gap=8)
        number = (self.number_title, self.number, self.number_words)
        parts = (self.can, self.verify, 1, *number, self.units_title, units, self.units_fixed)
        right = card(tr("commission.can_title"), *parts)
        self.setLayout(row(left, right, shares=(1, 1)))
        self._show()

    @property
    def family(self) -> str:
        """The family that is chosen; empty where none is."""
        return next((family for family, choice in self.kinds.items() if choice.isChecked()), "")

    @property
    def unit(self) -> str:
        """The unit that is chosen, where the family has one to choose; else empty."""
        if not self._may_choose_units():
            return ""
        return next((unit for unit, choice in self.units.items() if choice.isChecked()), "")

    @property
    def asks_number(self) -> bool:
        """Whether the family that is chosen is told by a number: several machines may be in range of one stick."""
        return bool(self.family) and "number" in FAMILIES[TREADMILL, self.family].options

    def offer(self, *, cable: bool, answered: Sequence[str]) -> None:
        """Only what can be at such a port; what has answered there is marked."""
        for family, choice in self.kinds.items():
            name = kind_name(family)
            set_text(choice, tr("commission.answers_here", family=name) if family in answered else name)
            set_shown(choice, (family != NO_CABLE) is cable)
            if choice.isHidden() and choice.isChecked():
                _uncheck(self._group, choice)
        if not cable:
            self.kinds[NO_CABLE].setChecked(True)
        elif len(answered) == 1:
            self.kinds[answered[0]].setChecked(True)
        self._show()

    def _may_choose_units(self) -> bool:
        return bool(self.family) and "units" in FAMILIES[TREADMILL, self.family].options

    def _show(self) -> None:
        family = self.family
        set_text(self.can, tr(f"commission.can_{_key(family)}") if family else "")
        set_shown(self.verify, bool(family) and FAMILIES[TREADMILL, family].verify)
        chooses = self._may_choose_units()
        for part in (self.units_title, *self.units.values()):
            set_shown(part, chooses)
        for part in (self.number_title, self.number, self.number_words):
            set_shown(part, self.asks_number)
        set_shown(self.units_fixed, bool(family) and not chooses and not self.asks_number)
        self.changed.emit()


def _uncheck(group: QButtonGroup, choice: QPushButton) -> None:
    group.setExclusive(False)
    choice.setChecked(False)
    group.setExclusive(True)
