"""The last pages of putting a treadmill into use: the machine's limits, and what will be kept."""

from collections.abc import Sequence

import msgspec
from PySide6.QtWidgets import QWidget

from drivers.guard import Limits
from drivers.machines import Machine
from drivers.registry import FAMILIES, TREADMILL
from teststation.ports import BeltCheck
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import day, exact, parse_number, signed
from ui.desktop.widgets.base import card, column, label, set_text
from ui.desktop.widgets.fields import BELT_LENGTH_M, Bounds, form, line_edit

DEFAULTS = Limits()
_UNITS = {"max_kmh": "unit.kmh", "max_incline": "unit.percent", "accel": "unit.kmh_s", "decel": "unit.kmh_s"}
_OWN = {
    "max_kmh": DEFAULTS.max_speed_kmh,
    "max_incline": DEFAULTS.max_incline_pct,
    "accel": DEFAULTS.accel_kmh_s,
    "decel": DEFAULTS.decel_kmh_s,
}
_REMINDER = Bounds(1, 3650, "unit.days")


class LimitsPage(QWidget):
    """What the guard in the driver keeps. An empty field is the driver's own value."""

    def __init__(self) -> None:
        super().__init__()
        self.name = line_edit("", tr("commission.name"))
        self.limits = {
            key: line_edit("", tr(f"commission.{key}"), tr("commission.default", value=exact(own)))
            for key, own in _OWN.items()
        }
        self.length = line_edit("", tr("commission.belt_length"))
        self.reminder = line_edit("", tr("commission.reminder_days"))
        fields = (self.name, *self.limits.values(), self.length, self.reminder)
        self.fields = form(*((field.accessibleName(), field) for field in fields))
        words = label(tr("commission.limits_words"), "soft", wrap=True)
        self.setLayout(column(card(tr("commission.page_limits"), words, self.fields), 1))
        self._family = ""

    def show_machine(self, machine: Machine, family: str) -> None:
        """What is kept of the machine now."""
        self._family = family
        self.name.setText(machine.name)
        for key, field in self.limits.items():
            value = getattr(machine, key)
            field.setText(exact(value))
            self.fields.setRowVisible(field, key in FAMILIES[TREADMILL, family].options)
        self.length.setText(exact(machine.belt_length_m))
        self.reminder.setText(str(machine.reminder_days))

    def read(self, machine: Machine) -> tuple[Machine, list[str]]:
        """The machine with what stands in the fields, and what is wrong with them."""
        problems: list[str] = []
        options = FAMILIES[TREADMILL, self._family].options

        def value(text: str, name: str, bounds: Bounds) -> float | None:
            found = parse_number(text)
            if text.strip() and not bounds.holds(found):
                problems.append(bounds.sentence(name))
            return found

        limits = {
            key: value(field.text(), field.accessibleName(), Bounds(options[key].low, options[key].high, _UNITS[key]))
            for key, field in self.limits.items()
            if key in options
        }
        length_m = value(self.length.text(), self.length.accessibleName(), BELT_LENGTH_M)
        days = value(self.reminder.text(), self.reminder.accessibleName(), _REMINDER)
        return msgspec.structs.replace(
            machine,
            name=self.name.text().strip(),
            belt_length_m=length_m,
            reminder_days=machine.reminder_days if days is None else round(days),
            **limits,
        ), problems


class SummaryPage(QWidget):
    """What will be kept, before it is."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = label("", "lead", wrap=True)
        words = label(tr("commission.summary_words"), "soft", wrap=True)
        self.verify = label(tr("commission.verify"), "problem", wrap=True)
        self.setLayout(column(card(tr("commission.page_summary"), self.facts, self.verify, words), 1))

    def show_facts(self, facts: Sequence[str], *, verify: bool) -> None:
        """One line for each fact."""
        set_text(self.facts, "\n\n".join(facts))
        self.verify.setVisible(verify)


def facts(machine: Machine, family: str, trial: str, check: BeltCheck | None) -> list[str]:
    """What will be kept, a line each. ``trial``: guided, console or no_console."""
    moved = tr("commission.summary_guided")
    if trial != "guided":
        moved = tr("commission.summary_moved", console=tr(f"commission.summary_{trial}"))
    last = machine.last_check
    if check is not None:
        method = tr(f"commission.method_{check.method}").lower()
        checked = tr("commission.summary_check", percent=signed(check.error_pct), method=method)
    elif last is not None:
        checked = tr("commission.summary_last", when=day(last.day), percent=signed(last.error_pct))
    else:
        checked = tr("commission.summary_never")
    return [tr("commission.summary_device", device=machine.device), moved, checked, limits_words(machine, family)]


def limits_words(machine: Machine, family: str) -> str:
    """The limits that will bind, the driver's own where the clinic has none."""
    kept = {key: own if getattr(machine, key) is None else getattr(machine, key) for key, own in _OWN.items()}
    values = {key: exact(value) for key, value in kept.items()}
    key = "commission.summary_limits" if "accel" in FAMILIES[TREADMILL, family].options else "commission.summary_reads"
    return tr(key, speed=values["max_kmh"], incline=values["max_incline"], accel=values["accel"], decel=values["decel"])
