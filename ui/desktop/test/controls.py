"""The operator's hand during a test: one button that says what it will do next, the rest a touch away, and exertion."""

import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from teststation.run.holds import BY_HAND
from teststation.run.state import Phase
from teststation.snapshot import Exertion, Snapshot
from ui.desktop.i18n import tr
from ui.desktop.widgets.base import button, column, row, set_shown, set_state, set_text
from ui.desktop.widgets.rpe_strip import RpeStrip

# A finger that was on its way when the button came to mean something else has not asked for that.
SETTLES_S = 0.8


class Main(StrEnum):
    """What the main button does now."""

    HOLD = "hold"
    RELEASE = "release"
    COOL_DOWN = "cool_down"  # a limit asks
    DONE = "done"  # the cool-down is enough
    NOTHING = "nothing"


def main_of(moment: Snapshot) -> Main:
    """What the main button does at this moment."""
    match moment.phase:
        case Phase.STAGES if moment.limit_notice is not None:
            return Main.COOL_DOWN
        case Phase.STAGES if moment.holds & BY_HAND:
            return Main.RELEASE
        case Phase.STAGES:
            return Main.HOLD
        case Phase.COOL_DOWN:
            return Main.DONE
    return Main.NOTHING


def place_words(moment: Snapshot) -> str:
    """Which part of a session is walked, within a sentence; of a test nothing: its stages have numbers."""
    now = moment.session
    return "" if now is None else tr(f"interval.place_{now.part}", n=now.bout)


def _answers(moment: Snapshot) -> tuple[Exertion, tuple[int | None, ...]]:
    """What is asked and what was answered, stage by stage; of a session bout by bout, which are counted alone."""
    bouts, asked, stages = moment.record.plan.bouts, moment.rpe, moment.record.stages
    if moment.session is None:
        return asked, tuple(stage.rpe for stage in stages)
    of_bouts = replace(
        asked,
        stage=None if asked.stage is None else bouts.index(asked.stage),
        missing=tuple(bouts.index(index) for index in asked.missing),
    )
    return of_bouts, tuple(stage.rpe for stage in stages if stage.index in bouts)


class RunControls(QWidget):
    """Buttons only; the window carries them out. None takes the keyboard by being touched."""

    hold = Signal()
    release = Signal()
    next = Signal()
    extend = Signal()
    cool_down = Signal()
    pressure = Signal()
    event_asked = Signal()
    load_asked = Signal()
    more_asked = Signal()

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._main, self._main_since_s = Main.NOTHING, float("-inf")
        self.main_button = button(tr("do.main_hold", index=1, place=""), self.press_main, "main")
        self.longer_button = button(tr("do.longer"), self.extend.emit, "touch", name=tr("do.longer"))
        self.cool_button = button(tr("do.cool_down"), self.cool_down.emit, "touch")
        self.event_button = button(tr("do.event"), self.event_asked.emit, "touch")
        self.more_button = button(tr("do.more"), self.more_asked.emit, "touch")
        set_state(self.longer_button, "caution")
        self.rpe = RpeStrip()
        kept = self.cool_button.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # no button moves when the main one takes over what this one does
        self.cool_button.setSizePolicy(kept)
        parts = (self.main_button, self.longer_button, self.cool_button, self.event_button, self.more_button)
        for control in (*parts, *self.rpe.buttons.values()):
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.longer_button.hide()
        self.setLayout(column(row(*parts, gap=8, shares=(5, 4, 2, 2, 2)), self.rpe, gap=4))

    def show_moment(self, moment: Snapshot) -> None:
        """Show one snapshot."""
        main = main_of(moment)
        if main is not self._main:
            self._main, self._main_since_s = main, self._monotonic()
        if main is not Main.NOTHING:
            # One act has one word, whichever button it is on.
            words = tr("do.cool_down")
            if main is not Main.COOL_DOWN:
                words = tr(f"do.main_{main.value}", index=moment.stage_index + 1, place=place_words(moment))
            set_text(self.main_button, words)
            self.main_button.setAccessibleName(words.replace("\n", " "))
        walking = moment.phase is Phase.STAGES
        for control, possible in (
            (self.main_button, main is not Main.NOTHING),
            (self.cool_button, moment.phase in (Phase.STARTING, Phase.STAGES)),
            (self.more_button, walking or moment.phase is Phase.COOL_DOWN),
        ):
            if control.isEnabled() is not possible:
                control.setEnabled(possible)
        set_shown(self.cool_button, main is not Main.COOL_DOWN)
        # Over a limit nobody is offered more of the same.
        set_shown(self.longer_button, moment.still_rises and moment.limit_notice is None)
        self.rpe.show_exertion(*_answers(moment))

    def press_main(self) -> None:
        """Do what the main button says, by a finger or by its key."""
        if self._monotonic() - self._main_since_s < SETTLES_S:
            return
        match self._main:
            case Main.HOLD:
                self.hold.emit()
            case Main.RELEASE:
                self.release.emit()
            case Main.COOL_DOWN:
                self.cool_down.emit()
            case Main.DONE:
                self.next.emit()
