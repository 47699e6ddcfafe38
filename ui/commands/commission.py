"""``teststation devices commission``: limits, a command test with nobody on the belt, and a belt check."""

import argparse
import time
from collections.abc import Callable
from datetime import datetime

import msgspec

from drivers.machines import LIMITS, Machine, check_machine, machine_of, save_machine
from drivers.machines_file import machines_path
from drivers.registry import FAMILIES, TREADMILL, parse_device, refuse_time_scale
from teststation.clock import TimeScale
from teststation.errors import BadInput, DeviceError, EndedByOperator
from teststation.files.table import number as to_number
from teststation.ports import BeltCheck
from teststation.run.belt_trial import TOLD_FOR_S, TRIAL_KMH, TrialPhase, turns_speed_kmh
from ui.commands import voice
from ui.commands.interrupt import Interrupt, orderly
from ui.commands.keyboard import Keyboard
from ui.commands.voice import say
from ui.station.commissioning import BeltTrial, belt_check, check_by_hand, console_agrees, units_of
from ui.station.settings import load_settings

READY_WITHIN_S = 10.0
FOUND_WITHIN_S = 25.0  # a machine on the air has to be found first
STEADY_WITHIN_S = 40.0
REST_WITHIN_S = 40.0
TICK_S = 0.1
WORD = "MOVE"


def run(arguments: argparse.Namespace) -> int:
    """Ask, try, measure, and keep the machine in the clinic's file."""
    device = parse_device(arguments.treadmill, TREADMILL)
    if device.family == "emulated":
        raise BadInput("emulated: commission a machine, or the emulator by its own DEVICE (teststation emulate)")
    refuse_time_scale(device, arguments.time_scale)
    bare = f"{device.family}:{device.port}"
    bare += "".join(f",{key}={value}" for key, value in device.options.items() if key not in (*LIMITS, "min_kmh"))
    known = machine_of(bare)
    before = known or Machine(device=bare)
    machine = Machine(
        device=bare,
        name=arguments.name or before.name,
        **{name: _chosen(arguments, device.options, before, name) for name in LIMITS},
        min_kmh=_chosen(arguments, device.options, before, "min_kmh"),
        belt_length_m=arguments.belt_length or before.belt_length_m,
        reminder_days=arguments.reminder_days or before.reminder_days,
        checks=before.checks,
    )
    check_machine(machine)  # before anything moves under limits that are none
    if arguments.check == "turns" and machine.belt_length_m is None:
        raise BadInput("--check turns: the belt's length is missing; add --belt-length METRES (measure the whole belt)")
    if arguments.check != "none":
        with orderly() as interrupt:
            check, lowest_kmh = _try(machine, arguments, interrupt)
        machine = msgspec.structs.replace(machine, checks=(*machine.checks, check))
        if lowest_kmh is not None:
            machine = msgspec.structs.replace(machine, min_kmh=round(lowest_kmh, 4))
            say(f"the slowest speed that this treadmill takes is {lowest_kmh:.2f} km/h; it starts there from now on")
        say(f"belt check: the belt is {check.error_pct:+.1f} % off what the treadmill says")
    elif not machine.checks and FAMILIES[TREADMILL, device.family].unit_on_no_wire:
        say("the unit is NOT verified: check the belt (--check turns or tachometer) before anybody walks on it")
    save_machine(machine)
    say(f"kept in {machines_path()}; the driver keeps these limits from now on")
    return 0


def _chosen(arguments: argparse.Namespace, options: object, before: Machine, name: str) -> float | None:
    given = getattr(arguments, name)
    named = options.get(name) if isinstance(options, dict) else None
    return given if given is not None else float(named) if named is not None else getattr(before, name)


def _try(machine: Machine, arguments: argparse.Namespace, interrupt: Interrupt) -> tuple[BeltCheck, float | None]:
    """Command test and belt check, and the slowest speed that was found. The belt is at rest again whatever happens."""
    trial = BeltTrial(machine.device, TimeScale(arguments.time_scale))
    asking = _Asking(trial, interrupt)
    try:
        on_air = parse_device(machine.device, TREADMILL).family in ("ftms", "fec")
        within_s = FOUND_WITHIN_S if on_air else READY_WITHIN_S
        asking.until(lambda: trial.info is not None and _rests(trial), within_s, "the treadmill did not answer")
        info = trial.info
        assert info is not None
        if not info.controls_belt:
            return _check_by_hand(asking, arguments), None
        say(f"the treadmill answers and the belt is at rest; it will move at about {TRIAL_KMH:.1f} km/h")
        if asking.ask(f"nobody on the belt, red button within reach: type {WORD} and press Enter") != WORD:
            raise BadInput(f"nobody typed {WORD}, so nothing moved")
        trial.begin()
        if trial.phase is TrialPhase.READY:
            raise DeviceError("the belt was not known to be at rest just then, so nothing moved; try again")
        asking.until(lambda: trial.phase is TrialPhase.RUNNING, STEADY_WITHIN_S, "the belt did not reach its speed")
        found = _measure(asking, machine, arguments), trial.lowest_kmh
    finally:
        _bring_to_rest(trial)
        trial.close()
    if trial.stop_ignored:
        raise DeviceError(
            "the treadmill did not obey its stop: nobody may walk on it before it is mended; nothing was kept"
        )
    return found


def _measure(asking: "_Asking", machine: Machine, arguments: argparse.Namespace) -> BeltCheck:
    trial = asking.trial
    moving, info = trial.trial, trial.info
    belt = None if moving is None else moving.belt
    assert belt is not None
    assert info is not None
    sent_kmh = belt.sent_speed_kmh or 0.0
    unit = "mph" if units_of(info) == "mph" else "km/h"
    shown = asking.number(f"what does the treadmill's own console show now, in {unit}? (Enter alone: it has none)")
    if shown is not None and not console_agrees(shown, sent_kmh, info.speed_step_kmh):
        sent = sent_kmh / (info.speed_step_kmh * 10)
        raise BadInput(
            f"the console shows {shown:g} where {sent:.1f} {unit} was sent: is units= right? Nothing was kept"
        )
    if arguments.check == "turns":
        true_kmh, of_last_s = _count_turns(asking, machine.belt_length_m or 0.0, arguments.time_scale)
    else:
        measured = asking.number("hold the tachometer to the belt: its reading in km/h?")
        if measured is None or measured <= 0:
            raise BadInput("no reading was given, so nothing was kept")
        true_kmh, of_last_s = measured, TOLD_FOR_S
    said_kmh = trial.told_kmh(of_last_s) or sent_kmh
    today = datetime.now().astimezone().date()
    return belt_check(true_kmh, said_kmh, arguments.check, load_settings().operator, today)


def _check_by_hand(asking: "_Asking", arguments: argparse.Namespace) -> BeltCheck:
    """A belt that the operator sets. What the machine tells counts, where it tells anything; else what it shows."""
    say(f"this station does not move this belt: set it to {TRIAL_KMH:.1f} km/h at its console, nobody on it")
    shown = asking.number("what does the console show, in km/h?")
    true = asking.number("the tachometer's reading in km/h?")
    if not shown or not true:
        raise BadInput("both numbers are needed; nothing was kept")
    info, told_kmh = asking.trial.info, asking.trial.told_kmh()
    assert info is not None
    return check_by_hand(true, shown, told_kmh, arguments.check, load_settings().operator, reads=info.reads_belt)


def _count_turns(asking: "_Asking", belt_length_m: float, time_scale: float) -> tuple[float, float]:
    """The belt's true speed, and how many seconds on the wall it was counted for."""
    asking.ask("put a mark on the belt's edge and watch it: press Enter as it passes you (that is turn 0)")
    began_s = time.monotonic()
    turns = asking.number("count 20 turns or more; as the mark passes for the last, type their number and press Enter")
    wall_s = time.monotonic() - began_s
    if turns is None or turns < 1:
        raise BadInput("no turns were counted, so nothing was kept")
    return turns_speed_kmh(round(turns), belt_length_m, wall_s * time_scale), wall_s


def _rests(trial: BeltTrial) -> bool:
    heard = trial.trial is not None and trial.trial.belt is not None
    hand = trial.info is not None and not trial.info.controls_belt
    return heard and (trial.rests or hand)


def _bring_to_rest(trial: BeltTrial) -> None:
    if trial.phase is TrialPhase.READY:
        return
    trial.stop()
    end_s, told = time.monotonic() + REST_WITHIN_S, False
    while trial.phase is not TrialPhase.ENDED:
        if time.monotonic() > end_s:
            say("PRESS THE RED BUTTON: the belt is not known to be at rest")
            return
        if trial.stop_ignored and not told:
            told = True
            say("PRESS THE RED BUTTON: the belt does not obey its stop")
        trial.tick()
        time.sleep(TICK_S)
    say("the belt is at rest")


class _Asking:
    """What is asked of the operator, and waited for, while the lease is renewed beside the waiting.

    Raises out of every wait:
        DeviceError: the treadmill failed, or stopped the belt.
        EndedByOperator: a signal, or a belt that runs and nobody left to answer.
    """

    def __init__(self, trial: BeltTrial, interrupt: Interrupt) -> None:
        self.trial = trial
        self._interrupt = interrupt
        self._keyboard = Keyboard()

    def until(self, fact: Callable[[], bool], within_s: float, otherwise: str) -> None:
        """Wait for a fact."""
        end_s = time.monotonic() + within_s
        while not fact():
            self._tick()
            if time.monotonic() > end_s:
                raise DeviceError(*(self.trial.problems or (f"{otherwise}; check cable, power and the red button",)))
            time.sleep(TICK_S)

    def ask(self, question: str) -> str:
        """One line from the operator; nothing where standard input has ended before the belt moved."""
        self._keyboard.listen()
        self._keyboard.forget()
        voice.ask(question)
        while True:
            self._tick()
            line = self._keyboard.line()
            if line is not None:
                return line
            if self._keyboard.closed:
                self._tick()  # a signal that closed the terminal says more than its end
                if self.trial.belt_may_move:
                    raise EndedByOperator("standard input is closed, so nobody can answer; nothing was kept")
                return ""
            time.sleep(TICK_S)

    def number(self, question: str) -> float | None:
        """A number from the operator; None for Enter alone."""
        text = self.ask(question)
        if not text:
            return None
        value = to_number(text)
        if value is None:
            raise BadInput(f"{text[:40]!r} is no number, so nothing was kept")
        return value

    def _tick(self) -> None:
        self.trial.tick()
        if self._interrupt.asked:
            when = "" if self.trial.belt_may_move else " before anything moved"
            raise EndedByOperator(f"ended by the operator{when}; nothing was kept")
        if self.trial.phase is TrialPhase.STOPPING:
            raise DeviceError(*(self.trial.problems or ("the belt was stopped",)))
        if self.trial.treadmill.failure() is not None:
            raise DeviceError(*self.trial.problems)
