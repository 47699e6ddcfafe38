"""Putting a treadmill into use in the window: what the pages lead to. The belt moves through ``BeltTrial`` alone."""

import time
from collections.abc import Callable

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from drivers.detect import detect
from drivers.machines import Machine, machine_of, save_machine
from drivers.registry import FAMILIES, TREADMILL, parse_device, refuse_time_scale
from drivers.treadmill.machines_seen import machines_in_range
from teststation.cause import Cause
from teststation.errors import StationError
from teststation.ports import BeltCheck
from teststation.run.belt_trial import TrialPhase
from ui.desktop.i18n import told, tr
from ui.desktop.i18n.numbers import exact
from ui.desktop.machines.commissioning import CommissioningScreen
from ui.desktop.machines.commissioning_belt import belt_words
from ui.desktop.machines.commissioning_end import facts
from ui.desktop.machines.commissioning_measure import BeltMeasure, console_words
from ui.desktop.machines.commissioning_start import NO_CABLE, kind_name
from ui.desktop.test.bridge import TICK_MS
from ui.desktop.widgets.base import set_shown, set_text
from ui.desktop.work import Work
from ui.station.commissioning import BeltTrial, units_of
from ui.station.settings import ant_key
from ui.station.station import Station
from ui.station.stick_search import StickHears, heard_on_stick, stick_of

REST_WITHIN_S = 20.0  # wall seconds after a stop; then it is the red button's turn
CLOSE_WITHIN_S = 3.0


class CommissioningFlow(QObject):
    """One walk through the pages. It is the window's belt mover while it lasts; ``left`` carries what was kept."""

    left = Signal(object)  # Machine, or None
    looked = Signal()  # ten times a second

    def __init__(
        self,
        screen: CommissioningScreen,
        station: Station,
        by: str,
        parent: QObject,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self.screen, self._station, self._monotonic = screen, station, monotonic
        self.trial: BeltTrial | None = None
        self.work: Work | None = None  # the port that is being asked
        self.goodbyes: list[Work] = []
        self._opens_by_s: float | None = None  # the next trial waits so long for the last one's end
        self.machine = Machine(device="")
        self._disobeyed = False  # the belt did not obey a stop: such a machine is not put into use
        self._family = ""
        self._answered: tuple[str, ...] = ()
        self._moved_kmh: float | None = None  # what was sent when the belt had reached its speed
        self._new_check: BeltCheck | None = None
        self.measure = BeltMeasure(screen.check, by, station.scale.factor, self.stop, monotonic)
        self._stopped_s: float | None = None
        self._seen_at_rest = False
        self._leaving = False
        self._warned = False
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._links = [
            (screen.leave_wanted, self.leave),
            (screen.back_wanted, self.back),
            (screen.next_wanted, self.next),
            (screen.seen_at_rest, self.confirm_at_rest),
            (screen.ports.ask_wanted, self.ask_port),
            (screen.ports.air_wanted, self.search_air),
            (screen.ports.changed, self._port_changed),
            (screen.command.begin, self.begin),
            (screen.command.released, self.stop),
            (screen.command.changed, self._judge_console),
            (screen.check.begin, self.begin),
            (screen.check.turn_zero, self.measure.turn_zero),
            (screen.check.read_now, self.measure.read_now),
            (screen.check.changed, self._check_changed),
            (screen.check.method_changed, self.measure.anew),
        ]
        for signal, slot in self._links:
            signal.connect(slot)
        screen.ports.search()
        screen.command.clear()
        screen.check.clear()
        self._go("port")

    # --- the window's belt mover ---

    @property
    def bridge(self) -> "CommissioningFlow":
        """What STOPP, the stop keys and closing ask."""
        return self

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt moves by this trial's doing, or is not known to have come to rest."""
        return self.trial is not None and self.trial.belt_may_move and not self._seen_at_rest

    @property
    def is_stopping(self) -> bool:
        """Whether the belt is being brought to rest."""
        return self.belt_may_move and self.trial is not None and self.trial.phase is TrialPhase.STOPPING

    @property
    def stop_key_stops(self) -> bool:
        """Whether Escape and Space stop the belt: where it may move, and where it is about to."""
        if self.belt_may_move:
            return True
        held = self.screen.command.hold.share > 0 or self.screen.check.hold.share > 0
        return self.trial is not None and (held or bool(self.trial.said_kmh))

    def stop(self, reason: str = "operator") -> None:
        """Stop the belt at once."""
        self.cut()
        self._leaving = self._leaving or reason == "window_closed"
        if self.trial is not None:
            if self._stopped_s is None:
                self._stopped_s = self._monotonic()
            self.trial.stop()
        self.screen.let_go()

    def cut(self) -> None:
        """The stop alone, before anything else."""
        if self.trial is not None:
            self.trial.treadmill.stop()

    def key_pressed(self, key: int, text: str) -> bool:
        """The start key is held; whether it was that key."""
        if key == Qt.Key.Key_F2:
            self.screen.hold()
        return key == Qt.Key.Key_F2

    def key_released(self, key: int) -> bool:
        """The start key let go; whether it was that key."""
        if key == Qt.Key.Key_F2:
            self.screen.loosen()
        return key == Qt.Key.Key_F2

    def key_still_held(self, key: int) -> None:
        """A held key was repeated."""
        if key == Qt.Key.Key_F2:
            self.screen.tighten()

    # --- pages ---

    def next(self) -> None:
        """Go on, or say in one sentence why not."""
        if self.belt_may_move:
            self.screen.show_problem(tr("commission.stop_first"))
            return
        leads = {
            "port": self._leave_port, "family": self._leave_family, "command": self._leave_command,
            "check": self._leave_check, "limits": self._leave_limits, "summary": self._save,
        }  # fmt: skip
        problem = leads[self.screen.page]()
        if problem:
            self.screen.show_problem(problem)

    def back(self) -> None:
        """One page back; behind the trial the driver is let go."""
        page = self.screen.page
        if self.belt_may_move:
            self.screen.show_problem(tr("commission.stop_first"))
        elif page == "command":
            self.close()
            self._go("family")
        else:
            self._go({"family": "port", "check": "command", "limits": "check", "summary": "limits"}.get(page, page))

    def leave(self) -> None:
        """Give up: a belt that may move is brought to rest first, and the page stays until it is."""
        if self.belt_may_move:
            self._leaving = True
            self.stop()
            self.screen.show_problem(tr("commission.stop_first"))
            return
        self._end(None)

    def confirm_at_rest(self) -> None:
        """The operator sees that the belt stands still."""
        self._seen_at_rest = True
        if self._leaving:
            self._end(None)
        else:
            self.close()
            self._go("family")

    def _go(self, page: str) -> None:
        screen = self.screen
        screen.let_go()
        self._warned = False
        if page == "family":
            screen.families.offer(cable=not screen.ports.no_cable.isChecked(), answered=self._answered)
        elif page == "check":
            screen.check.length.setText(exact(self.machine.belt_length_m))
            self.measure.anew()
        elif page == "limits":
            screen.limits.show_machine(self.machine, self._family)
        elif page == "summary":
            screen.summary.show_facts(self._facts(), verify=FAMILIES[TREADMILL, self._family].verify)
        screen.show_page(page)
        self.tick()

    # --- port and kind ---

    def ask_port(self) -> None:
        """Ask who answers on the chosen port, beside the window: what is asked is a reading everywhere."""
        port = self.screen.ports.port
        if not port or (self.work is not None and not self.work.wait(0.0)):
            return
        self.screen.ports.show_answer(tr("commission.port_asking"), asking=True)
        self.work = Work(lambda: self._who_answers(port), self)
        self.work.done.connect(self._port_answered)
        self.work.failed.connect(self._port_failed)
        self.work.start()

    def _who_answers(self, port: str) -> tuple[str, ...] | StickHears:
        """The families that answer on a port, or what a stick hears; beside the window."""
        stick = stick_of(port)
        if stick is None:
            return detect(port)
        key = ant_key(self._station.settings)
        return heard_on_stick(stick, key) if key else StickHears(trouble=(Cause("ant_key_missing"),))

    def _port_answered(self, answered: tuple[str, ...] | StickHears) -> None:
        if isinstance(answered, StickHears):
            self._stick_answered(answered)
            return
        families = self._answered = answered
        names = ", ".join(kind_name(family) for family in families)
        key = "commission.port_answers" if families else "commission.port_silent"
        self.screen.ports.show_answer(tr(key, families=names))

    def _stick_answered(self, heard: StickHears) -> None:
        self._answered = ("fec",)
        if heard.treadmill is not None:
            self.screen.families.number.setText(str(heard.treadmill))
        strap = "" if heard.strap is None else heard.strap.name
        words = [tr("commission.stick")]
        words += [tr("commission.stick_treadmill", number=heard.treadmill)] if heard.treadmill is not None else []
        words += [tr("commission.stick_strap", strap=strap)] if strap else []
        words += told(heard.trouble) if heard.trouble else [] if len(words) > 1 else [tr("commission.stick_nobody")]
        self.screen.ports.show_answer(" ".join(words))

    def search_air(self) -> None:
        """Look for treadmills on Bluetooth, beside the window; none is connected to."""
        if self.work is not None and not self.work.wait(0.0):
            return
        self.screen.ports.air.setEnabled(False)
        self.screen.ports.show_answer(tr("commission.air_searching"), asking=True)
        self.work = Work(machines_in_range, self)
        self.work.done.connect(self.screen.ports.show_on_air)
        self.work.failed.connect(self._air_failed)
        self.work.start()

    def _air_failed(self, _: Exception) -> None:
        self.screen.ports.show_on_air(())

    def _port_failed(self, error: Exception) -> None:
        words = told(error)[0] if isinstance(error, StationError) else tr("error.bug", kind=type(error).__name__)
        self.screen.ports.show_answer(words)

    def _port_changed(self) -> None:
        self._answered = ("ftms",) if self.screen.ports.on_air else ()
        self.screen.ports.show_answer("")
        self.screen.show_problem("")

    def _leave_port(self) -> str:
        ports = self.screen.ports
        if not ports.port and not ports.no_cable.isChecked():
            return tr("commission.port_missing")
        self._go("family")
        return ""

    def _leave_family(self) -> str:
        page, port = self.screen.families, self.screen.ports.port
        family, unit = page.family, page.unit
        if not family:
            return tr("commission.family_missing")
        options = FAMILIES[TREADMILL, family].options
        if "units" in options and not unit:
            return tr("commission.units_missing")
        device = (family if family == NO_CABLE else f"{family}:{port}") + (f",units={unit}" if unit else "")
        if page.asks_number and ",number=" not in port:
            number = page.number.text().strip()
            if not number.isascii() or not number.isdigit() or not int(number):
                return tr("commission.ant_number_missing")
            device += f",number={number}"
        try:
            refuse_time_scale(parse_device(device, TREADMILL), self._station.scale.factor)
            known = machine_of(device)
        except StationError as error:
            return told(error)[0]
        self._family = family
        # A machine that is put into use anew keeps what is known of it, under what it is now.
        self.machine = Machine(device=device) if known is None else msgspec.structs.replace(known, device=device)
        self._open_trial()
        self._go("command")
        return ""

    # --- the belt ---

    def begin(self) -> None:
        """The button was held to its end: nobody is on the belt."""
        if self.trial is not None:
            self.trial.again()
            self._stopped_s, self._seen_at_rest = None, False
            self.trial.begin()

    def tick(self) -> None:
        """Ten times a second: the lease is renewed, and the pages show the belt."""
        self._tick()
        self.looked.emit()

    def _tick(self) -> None:
        trial, screen = self.trial, self.screen
        if trial is None:
            screen.allow(moving=False)
            set_shown(screen.banner, False)
            return
        trial.tick()
        if trial.lowest_kmh is not None:
            self.machine = msgspec.structs.replace(self.machine, min_kmh=round(trial.lowest_kmh, 4))
        info, phase = trial.info, trial.phase
        if info is not None:
            screen.command.show_machine(moves=info.controls_belt, reads=info.reads_belt, unit=units_of(info))
        if phase is TrialPhase.RUNNING and screen.page == "command":
            self._moved_kmh = trial.sent_kmh
        if phase is TrialPhase.STOPPING and self._stopped_s is None:
            self._stopped_s = self._monotonic()  # the guard, or the trial's own time, has stopped it
        moving = self.belt_may_move
        if not moving:
            self._stopped_s = None
        for page in (screen.command, screen.check):
            belt_words(page.belt, self._belt_state(), trial.said_kmh)
            free = phase in (TrialPhase.READY, TrialPhase.ENDED) and trial.rests and bool(info and info.controls_belt)
            allowed = free or (moving and page is screen.command and screen.command.hold.acting)
            if page.hold.isEnabled() is not allowed:
                page.hold.setEnabled(allowed)
        self.measure.show()
        self._ask_console()
        overdue = self._stopped_s is not None and self._monotonic() - self._stopped_s > REST_WITHIN_S
        ignored = trial.stop_ignored
        self._disobeyed |= ignored
        lost = moving and trial.treadmill.failure() is not None
        set_shown(screen.banner, moving and (overdue or ignored or lost))
        screen.allow(moving=moving)
        said = told(trial.problems)
        if said and (moving or not trial.rests):
            screen.show_problem(said[0])
        if self._leaving and not moving:
            self._end(None)

    def _belt_state(self) -> str:
        trial = self.trial
        if trial is None or trial.trial is None or trial.trial.belt is None:
            return "waits"
        names = {TrialPhase.STARTING: "starting", TrialPhase.RUNNING: "running", TrialPhase.STOPPING: "stopping"}
        return names.get(trial.phase, "rests" if trial.rests else "running" if trial.said_kmh else "unknown")

    def _open_trial(self) -> None:
        self.close()
        self._moved_kmh = None
        self._seen_at_rest = False
        self.screen.command.clear()
        self._opens_by_s = self._monotonic() + CLOSE_WITHIN_S
        self._open_when_free()

    def _open_when_free(self) -> None:
        """Begin the trial when the driver before it has let go of the port, or has had a moment for it."""
        if self._opens_by_s is None:
            return  # it was left meanwhile
        self.goodbyes = [one for one in self.goodbyes if not one.wait(0.0)]
        if self.goodbyes and self._monotonic() < self._opens_by_s:
            QTimer.singleShot(TICK_MS, self, self._open_when_free)
            return
        self._opens_by_s = None
        self.trial = self.measure.trial = BeltTrial(self.machine.device, self._station.scale)
        self._timer.start()

    def close(self) -> None:
        """Let go of the driver, beside the window: it brings a belt to rest before it ends."""
        trial, self.trial, self.measure.trial = self.trial, None, None
        self._opens_by_s = None
        self._timer.stop()
        if trial is not None:
            self.goodbyes.append(Work(trial.close).start())

    # --- the command test ---

    def _ask_console(self) -> None:
        page, trial = self.screen.command, self.trial
        asks = self._moved_kmh is not None and trial is not None and not self.belt_may_move
        for control in (page.console, page.no_console):
            if control.isEnabled() is not asks:
                control.setEnabled(asks)

    def _judge_console(self) -> None:
        set_text(self.screen.command.verdict, console_words(self.screen.command, self.trial, self._moved_kmh)[1])
        self.screen.show_problem("")

    def _leave_command(self) -> str:
        info = None if self.trial is None else self.trial.info
        if info is None:
            return tr("commission.command_missing")
        if info.controls_belt:
            if self._moved_kmh is None:
                return tr("commission.command_missing")
            agrees, words = console_words(self.screen.command, self.trial, self._moved_kmh)
            if not agrees:
                set_text(self.screen.command.verdict, "")  # once is enough
                return words or tr("commission.console_missing")
        self.screen.check.show_machine(moves=info.controls_belt)
        self._go("check")
        return ""

    # --- the belt check and what follows ---

    def _check_changed(self) -> None:
        self.measure.judge_aloud()
        self.screen.show_problem("")

    def _leave_check(self) -> str:
        found = self.measure.judge()
        if found.wrong_unit:
            return found.problem
        if found.check is None and not self.machine.checks and FAMILIES[TREADMILL, self._family].unit_on_no_wire:
            return f"{found.problem if self.measure.begun else ''} {tr('commission.check_needed')}".strip()
        if found.check is None and self.measure.begun and not self._warned:
            self._warned = True
            return f"{found.problem} {tr('commission.check_open')}"
        self._new_check = found.check
        if self.measure.length_m is not None:
            self.machine = msgspec.structs.replace(self.machine, belt_length_m=self.measure.length_m)
        self._go("limits")
        return ""

    def _leave_limits(self) -> str:
        machine, problems = self.screen.limits.read(self.machine)
        if problems:
            return problems[0]
        self.machine = machine
        self._go("summary")
        return ""

    def _facts(self) -> list[str]:
        guided = self._moved_kmh is None
        trial = "guided" if guided else "no_console" if self.screen.command.no_console.isChecked() else "console"
        return facts(self.machine, self._family, trial, self._new_check)

    def _save(self) -> str:
        if self._disobeyed:
            return tr("commission.stop_ignored")
        checks = self.machine.checks if self._new_check is None else (*self.machine.checks, self._new_check)
        machine = msgspec.structs.replace(self.machine, checks=checks)
        try:
            save_machine(machine)
        except StationError as error:
            return told(error)[0]
        self._end(machine)
        return ""

    # --- the end ---

    def _end(self, kept: Machine | None) -> None:
        self.close()
        for signal, slot in self._links:
            signal.disconnect(slot)
        self._links = []
        self.left.emit(kept)
