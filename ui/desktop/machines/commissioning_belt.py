"""The pages on which a belt may move with nobody on it: the trial while a button is held, and the belt check."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QLabel, QWidget

from teststation.run.belt_trial import TRIAL_KMH
from ui.desktop.i18n import tr
from ui.desktop.i18n.numbers import number, parse_number
from ui.desktop.widgets.base import button, card, choice_button, column, label, row, set_shown, set_text
from ui.desktop.widgets.fields import form, line_edit
from ui.desktop.widgets.hold_button import HoldButton, RunWhileHeld

METHODS = ("turns", "tachometer")
TURNS_MIN = 5


class CommandPage(QWidget):
    """The belt moves while the button is held; then the console's number is compared with what was sent."""

    begin = Signal()
    released = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "lead", wrap=True)
        self.belt = label("", "figure", centred=True, wrap=True)
        self.hold = RunWhileHeld(
            tr("commission.command_hold"), tr("commission.command_holding"), tr("commission.command_release")
        )
        self.hold.completed.connect(self.begin)
        self.hold.ended.connect(self.released)
        self.console = line_edit("", tr("commission.console", unit=""))
        self.console_name = label("", "strong")
        self.console_name.setBuddy(self.console)
        self.no_console = QCheckBox(tr("commission.console_none"))
        self.verdict = label("", "lead", wrap=True)
        self.console.textEdited.connect(lambda _: self.changed.emit())
        self.no_console.toggled.connect(lambda _: self.changed.emit())
        self.asked = card(
            tr("commission.console_title"),
            self.console_name,
            row(self.console, self.no_console, shares=(1, 0)),
            self.verdict,
        )
        top = card(tr("commission.page_command"), self.words, self.belt, self.hold)
        self.setLayout(column(top, self.asked, 1))

    def show_machine(self, *, moves: bool, reads: bool, unit: str) -> None:
        """What this machine lets be tried."""
        speed = number(TRIAL_KMH, 0)
        unread = "commission.command_guided" if reads else "commission.command_unread"
        set_text(self.words, tr("commission.command_words", speed=speed) if moves else tr(unread))
        set_shown(self.hold, moves)
        set_shown(self.asked, moves)
        set_text(self.console_name, tr("commission.console", unit=tr(f"commission.units_{unit}")))
        self.console.setAccessibleName(self.console_name.text())

    def clear(self) -> None:
        """Nothing has been tried."""
        self.console.clear()
        self.no_console.setChecked(False)
        set_text(self.verdict, "")

    @property
    def shown(self) -> float | None:
        """The console's number as it was typed."""
        return parse_number(self.console.text())


class CheckPage(QWidget):
    """The belt's true speed: whole turns over a time, or a tachometer's reading."""

    begin = Signal()
    turn_zero = Signal()
    read_now = Signal()  # the last turn, or the tachometer has been read
    changed = Signal()
    method_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "lead", wrap=True)
        self.belt = label("", "figure", centred=True, wrap=True)
        self.methods = QButtonGroup(self)
        self.turns, self.tachometer = (choice_button(tr(f"commission.method_{name}")) for name in METHODS)
        for method in (self.turns, self.tachometer):
            self.methods.addButton(method)
        self.turns.setChecked(True)
        self.hold = HoldButton(tr("commission.check_hold"), tr("commission.command_holding"))
        self.hold.completed.connect(self.begin)
        self.zero = button(tr("commission.turns_zero"), self.turn_zero.emit, "main")
        self.last = button(tr("commission.turns_last"), self.read_now.emit, "main")
        self.read = button(tr("commission.read_now"), self.read_now.emit, "main")
        self.time = label("", "figure", centred=True)
        self.length = line_edit("", tr("commission.belt_length"))
        self.count = line_edit("", tr("commission.turns_count"))
        self.reading = line_edit("", tr("commission.tachometer"))
        self.shown = line_edit("", tr("commission.shown"))
        self.result = label("", "figure", wrap=True)
        for field in (self.length, self.count, self.reading, self.shown):
            field.textEdited.connect(lambda _: self.changed.emit())
        self.fields = form(
            (tr("commission.belt_length"), self.length),
            (tr("commission.turns_count"), self.count),
            (tr("commission.tachometer"), self.reading),
            (tr("commission.shown"), self.shown),
        )
        methods = row(self.turns, self.tachometer, gap=8, shares=(1, 1))
        turns = row(self.zero, self.time, self.last, gap=14, shares=(1, 1, 1))
        top = card(tr("commission.page_check"), self.words, methods, self.belt, self.hold, turns, self.read)
        self.setLayout(column(top, card(tr("commission.numbers_title"), self.fields, self.result), 1))
        self.turns.toggled.connect(lambda _: self.method_changed.emit())
        self._moves = True
        self.show_machine(moves=True)

    @property
    def method(self) -> str:
        """How the true speed is found."""
        return METHODS[0] if self.turns.isChecked() else METHODS[1]

    def show_machine(self, *, moves: bool) -> None:
        """Whether the station moves this belt, or the operator."""
        self._moves = moves
        speed = number(TRIAL_KMH, 0)
        set_text(self.words, tr("commission.check_words") if moves else tr("commission.check_guided", speed=speed))
        self.show_moment(running=False, counting=False, seconds=None)

    def show_moment(self, *, running: bool, counting: bool, seconds: float | None) -> None:
        """What can be done now."""
        turns = self.method == METHODS[0]
        set_shown(self.hold, self._moves and not running)
        can = running or not self._moves
        set_shown(self.zero, turns and can)
        set_shown(self.last, turns and can)
        set_shown(self.time, turns and can)
        self.zero.setEnabled(not counting)
        self.last.setEnabled(counting)
        set_shown(self.read, not turns and running)
        set_text(self.time, "" if seconds is None else tr("commission.turns_time", seconds=number(seconds, 1)))
        for field, wanted in (
            (self.length, turns), (self.count, turns), (self.reading, not turns), (self.shown, not self._moves)
        ):  # fmt: skip
            self.fields.setRowVisible(field, wanted)

    def clear(self) -> None:
        """Nothing has been measured."""
        for field in (self.count, self.reading, self.shown):
            field.clear()
        set_text(self.result, "")


def belt_words(target: QLabel, state: str, speed_kmh: float | None) -> None:
    """One line on the belt: what it does and what the treadmill says of its speed."""
    words = tr(f"commission.belt_{state}")
    told = words if speed_kmh is None else tr("commission.belt_now", state=words, speed=number(speed_kmh, 1))
    set_text(target, told[:1].upper() + told[1:])
