"""Everything the operator does during a test, in two rows of large buttons."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from teststation.run.state import HoldCause, Phase
from teststation.snapshot import Snapshot
from teststation.subject import Gait
from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, column, row, set_text
from ui.desktop.widgets.rpe_strip import RpeStrip


class RunControls(QWidget):
    """Buttons only; the window carries them out."""

    hold = Signal()
    release = Signal()
    next = Signal()
    extend = Signal()
    cool_down = Signal()
    pressure = Signal()
    event_asked = Signal()
    load_asked = Signal()
    gait = Signal(str)
    handrail = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._held = False
        self._gait = Gait.WALK
        self._handrail = False
        self.hold_button = button(tr("do.hold"), self._hold, "touch")
        self.hold_button.setCheckable(True)
        self.next_button = button(tr("do.next"), self.next.emit, "touch")
        self.extend_button = button(tr("do.extend"), self.extend.emit, "touch", tip=tr("do.extend_tip"))
        self.cool_button = button(tr("do.cool_down"), self.cool_down.emit, "touch")
        self.load_button = button(tr("do.load"), self.load_asked.emit, "touch")
        self.pressure_button = button(tr("do.pressure"), self.pressure.emit, "touch")
        self.event_button = button(tr("do.event"), self.event_asked.emit, "touch")
        self.gait_button = button("", lambda: self.gait.emit(_other(self._gait).value), "touch", tip=tr("do.gait_tip"))
        self.handrail_button = button(
            "", lambda: self.handrail.emit(not self._handrail), "touch", tip=tr("do.rail_tip")
        )
        self.handrail_button.setCheckable(True)
        self.rpe = RpeStrip()
        self.show_person(Gait.WALK, handrail=False)
        upper = row(
            self.hold_button, self.next_button, self.extend_button, self.cool_button, self.load_button,
            self.pressure_button, self.event_button, self.gait_button, self.handrail_button, gap=8,
        )  # fmt: skip
        for index in range(upper.count()):
            upper.setStretch(index, 1)
        self.setLayout(column(upper, self.rpe, gap=4))

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        walking = moment.phase is Phase.STAGES
        by_hand = moment.holds & {HoldCause.OPERATOR, HoldCause.LOAD_CHANGED}
        self._held = bool(by_hand)
        set_text(self.hold_button, tr("do.release") if self._held else tr("do.hold"))
        self.hold_button.setAccessibleName(self.hold_button.text().replace("\n", " "))
        self.hold_button.setChecked(self._held)
        for control, possible in (
            (self.hold_button, walking),
            (self.next_button, walking),
            (self.extend_button, walking and moment.may_extend),
            (self.cool_button, moment.phase in (Phase.STARTING, Phase.STAGES)),
            (self.load_button, walking),
            (self.pressure_button, walking or moment.phase is Phase.COOL_DOWN),
            (self.rpe, walking or moment.phase is Phase.COOL_DOWN),
        ):
            if control.isEnabled() is not possible:
                control.setEnabled(possible)
        self.rpe.show_answer(_answer(moment), due=moment.rpe_due)

    def show_person(self, gait: Gait, *, handrail: bool) -> None:
        """How the person goes now."""
        self._gait, self._handrail = gait, handrail
        set_text(self.gait_button, tr(f"do.gait_{gait.value}"))
        set_text(self.handrail_button, tr("do.rail_on") if handrail else tr("do.rail_off"))
        self.handrail_button.setChecked(handrail)
        for control in (self.gait_button, self.handrail_button):
            control.setAccessibleName(control.text().replace("\n", " "))

    def _change_gait(self) -> None:
        self.gait.emit(_other(self._gait).value)

    def _change_handrail(self) -> None:
        self.handrail.emit(not self._handrail)

    def _hold(self) -> None:
        (self.release if self._held else self.hold).emit()


def _other(gait: Gait) -> Gait:
    return Gait.RUN if gait is Gait.WALK else Gait.WALK


def _answer(moment: Snapshot) -> int | None:
    stages = moment.record.stages
    if moment.session is not None:  # of a session the last bout is asked about
        stages = tuple(stage for stage in stages if stage.index in moment.record.plan.bouts)
    return stages[-1].rpe if stages else None
