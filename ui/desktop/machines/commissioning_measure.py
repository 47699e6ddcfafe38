"""The belt check on its page: what was taken while the belt moved, and what it makes of the numbers that were typed."""

from collections.abc import Callable
from dataclasses import dataclass

from teststation.errors import StationError
from teststation.ports import BeltCheck
from teststation.run.belt_trial import TOLD_FOR_S, TrialPhase, turns_speed_kmh
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import number, parse_number, today
from ui.desktop.machines.commissioning_belt import METHODS, TURNS_MIN, CheckPage, CommandPage
from ui.desktop.widgets.base import set_text
from ui.desktop.widgets.fields import BELT_LENGTH_M
from ui.station.commissioning import BeltTrial, belt_check, check_by_hand, console_agrees, units_of


@dataclass(frozen=True, slots=True)
class Judgement:
    """The check, or in one sentence what is missing; ``wrong_unit``: nothing that can be gone past."""

    check: BeltCheck | None = None
    problem: str = ""
    wrong_unit: bool = False


class BeltMeasure:
    """One measurement after the other, until one is a check. ``stop`` ends the belt's motion when it is done."""

    def __init__(
        self,
        page: CheckPage,
        by: str,
        time_scale: float,
        stop: Callable[[], object],
        monotonic: Callable[[], float],
    ) -> None:
        self.page = page
        self.trial: BeltTrial | None = None
        self._by, self._time_scale, self._stop, self._monotonic = by, time_scale, stop, monotonic
        self._began_s: float | None = None
        self._seconds: float | None = None
        self._said_kmh: float | None = None

    @property
    def begun(self) -> bool:
        """Whether anything was measured or typed."""
        typed = (self.page.count, self.page.reading, self.page.shown)
        return self._seconds is not None or self._said_kmh is not None or any(field.text().strip() for field in typed)

    @property
    def _moves(self) -> bool:
        info = None if self.trial is None else self.trial.info
        return info is not None and info.controls_belt

    def anew(self) -> None:
        """Forget everything; a belt that moves is stopped."""
        if self.trial is not None and self.trial.belt_may_move:
            self._stop()
        self._began_s = self._seconds = self._said_kmh = None
        self.page.clear()
        self.show()

    def turn_zero(self) -> None:
        """The mark passes for the first time."""
        self._began_s, self._seconds, self._said_kmh = self._monotonic(), None, None
        self.show()

    def read_now(self) -> None:
        """The last turn passes, or the tachometer has been read; with it, what the treadmill says."""
        wall_s = TOLD_FOR_S
        if self._began_s is not None:
            wall_s = self._monotonic() - self._began_s
            self._seconds = wall_s * self._time_scale
        self._began_s = None
        trial = self.trial
        if trial is not None:
            self._said_kmh = trial.told_kmh(wall_s) or trial.sent_kmh
            if trial.belt_may_move:
                self._stop()
        self.show()
        self.judge_aloud()

    def show(self) -> None:
        """What can be pressed now, and the time that runs."""
        running = self.trial is not None and self.trial.phase is TrialPhase.RUNNING
        if self._moves and not running:
            self._began_s = None  # stopped in the middle: that time is none
        counting = self._began_s is not None
        seconds = self._seconds
        if self._began_s is not None:
            seconds = (self._monotonic() - self._began_s) * self._time_scale
        self.page.show_moment(running=running, counting=counting, seconds=seconds)

    def judge_aloud(self) -> None:
        """Say what has come out, as soon as it can be said."""
        found, words = self.judge(), ""
        if found.wrong_unit:
            words = found.problem
        elif found.check is not None:
            off = round(found.check.error_pct, 1)
            which = tr("commission.faster" if off > 0 else "commission.slower")
            words = tr("commission.check_result", percent=number(abs(off), 1), which=which)
            words = words if off else tr("commission.check_exact")
        set_text(self.page.result, words)

    def judge(self) -> Judgement:
        """The check that the page holds."""
        page = self.page
        if page.method == METHODS[0]:
            length_m, turns = self.length_m, parse_number(page.count.text())
            if length_m is None:
                return Judgement(problem=tr("commission.length_missing"))
            if turns is None or turns < TURNS_MIN or turns != round(turns) or not self._seconds:
                return Judgement(problem=tr("commission.turns_missing"))
            true_kmh = turns_speed_kmh(round(turns), length_m, self._seconds)
        else:
            true_kmh = parse_number(page.reading.text()) or 0.0
            if true_kmh <= 0:
                return Judgement(problem=tr("commission.number_missing", name=tr("commission.tachometer")))
        said_kmh = self._said_kmh if self._moves else parse_number(page.shown.text())
        if said_kmh is None or said_kmh <= 0:
            missing = "commission.not_measured" if self._moves else "commission.number_missing"
            return Judgement(problem=tr(missing, name=tr("commission.shown")))
        try:
            if self._moves:
                return Judgement(belt_check(true_kmh, said_kmh, page.method, self._by, today()))
            trial = self.trial
            reads = trial is not None and trial.info is not None and trial.info.reads_belt
            told_kmh = None if trial is None else trial.told_kmh()
            return Judgement(check_by_hand(true_kmh, said_kmh, told_kmh, page.method, self._by, reads=reads))
        except StationError as error:
            return Judgement(problem=told(error)[0], wrong_unit=True)

    @property
    def length_m(self) -> float | None:
        """The belt's length where it is one."""
        length_m = parse_number(self.page.length.text())
        return length_m if BELT_LENGTH_M.holds(length_m) else None


def console_words(page: CommandPage, trial: BeltTrial | None, moved_kmh: float | None) -> tuple[bool, str]:
    """Whether the console's number is dealt with, and the words for it. ``moved_kmh``: what was sent."""
    info = None if trial is None else trial.info
    if page.no_console.isChecked():
        return True, ""
    shown = page.shown
    if shown is None or info is None or moved_kmh is None:
        return False, ""
    sent = number(moved_kmh / (info.speed_step_kmh * 10), 1)
    values = {"sent": sent, "unit": tr(f"commission.units_{units_of(info)}"), "shown": number(shown, 1)}
    agrees = console_agrees(shown, moved_kmh, info.speed_step_kmh)
    return agrees, tr("commission.console_agrees" if agrees else "commission.console_differs", **values)
