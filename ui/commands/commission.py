"""``teststation devices commission``: limits, a command test with nobody on the belt, and a belt check."""

import argparse
import queue
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime

import msgspec

from drivers.machines import LIMITS, Machine, machine_of, machines_path, save_machine
from drivers.registry import FAMILIES, TREADMILL, parse_device, refuse_time_scale
from teststation.clock import TimeScale
from teststation.errors import BadInput, DeviceError
from teststation.ports import BeltCheck
from teststation.run.belt_trial import TRIAL_KMH, TrialPhase, turns_speed_kmh
from ui.station.commissioning import BeltTrial, belt_check, console_agrees, units_of
from ui.station.settings import load_settings

READY_WITHIN_S = 10.0
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
    bare += "".join(f",{key}={value}" for key, value in device.options.items() if key not in LIMITS)
    known = machine_of(bare)
    before = known or Machine(device=bare)
    machine = Machine(
        device=bare,
        name=arguments.name or before.name,
        **{name: _chosen(arguments, device.options, before, name) for name in LIMITS},
        belt_length_m=arguments.belt_length or before.belt_length_m,
        reminder_days=arguments.reminder_days or before.reminder_days,
        checks=before.checks,
    )
    if arguments.check == "turns" and machine.belt_length_m is None:
        raise BadInput("--check turns: the belt's length is missing; add --belt-length METRES (measure the whole belt)")
    if arguments.check != "none":
        check = _try(machine, arguments)
        machine = msgspec.structs.replace(machine, checks=(*machine.checks, check))
        _say(f"belt check: the belt is {check.error_pct:+.1f} % off what the treadmill says")
    elif not machine.checks and FAMILIES[TREADMILL, device.family].unit_on_no_wire:
        _say("the unit is NOT verified: check the belt (--check turns or tachometer) before anybody walks on it")
    save_machine(machine)
    _say(f"kept in {machines_path()}; the driver keeps these limits from now on")
    return 0


def _chosen(arguments: argparse.Namespace, options: object, before: Machine, name: str) -> float | None:
    given = getattr(arguments, name)
    named = options.get(name) if isinstance(options, dict) else None
    return given if given is not None else float(named) if named is not None else getattr(before, name)


def _try(machine: Machine, arguments: argparse.Namespace) -> BeltCheck:
    """Command test and belt check. The belt is at rest again whatever happens."""
    trial = BeltTrial(machine.device, TimeScale(arguments.time_scale))
    try:
        _until(trial, lambda: trial.info is not None and _rests(trial), READY_WITHIN_S, "the treadmill did not answer")
        info = trial.info
        assert info is not None
        if not info.controls_belt:
            return _check_by_hand(machine, arguments)
        _say(f"the treadmill answers and the belt is at rest; it will move at about {TRIAL_KMH:.1f} km/h")
        if _ask(trial, f"nobody on the belt, red button within reach: type {WORD} and press Enter") != WORD:
            raise BadInput(f"nobody typed {WORD}, so nothing moved")
        trial.begin()
        _until(trial, lambda: trial.phase is TrialPhase.RUNNING, STEADY_WITHIN_S, "the belt did not reach its speed")
        return _measure(trial, machine, arguments)
    except KeyboardInterrupt:
        raise BadInput("stopped by the operator; nothing was kept") from None
    finally:
        _bring_to_rest(trial)
        trial.close()


def _measure(trial: BeltTrial, machine: Machine, arguments: argparse.Namespace) -> BeltCheck:
    belt, info = trial.trial and trial.trial.belt, trial.info
    assert belt is not None
    assert info is not None
    sent_kmh = belt.sent_speed_kmh or 0.0
    unit = "mph" if units_of(info) == "mph" else "km/h"
    shown = _ask_number(trial, f"what does the treadmill's own console show now, in {unit}? (Enter alone: it has none)")
    if shown is not None and not console_agrees(shown, sent_kmh, info.speed_step_kmh):
        sent = sent_kmh / (info.speed_step_kmh * 10)
        raise BadInput(
            f"the console shows {shown:g} where {sent:.1f} {unit} was sent: is units= right? Nothing was kept"
        )
    if arguments.check == "turns":
        true_kmh = _count_turns(trial, machine.belt_length_m or 0.0, arguments.time_scale)
    else:
        measured = _ask_number(trial, "hold the tachometer to the belt: its reading in km/h?")
        if measured is None or measured <= 0:
            raise BadInput("no reading was given, so nothing was kept")
        true_kmh = measured
    now = trial.trial and trial.trial.belt
    said_kmh = (None if now is None else now.measured_speed_kmh) or sent_kmh
    today = datetime.now().astimezone().date()
    return belt_check(true_kmh, said_kmh, arguments.check, load_settings().operator, today)


def _check_by_hand(machine: Machine, arguments: argparse.Namespace) -> BeltCheck:
    """A belt that the operator sets: both numbers are the operator's."""
    _say(f"this station does not move this belt: set it to {TRIAL_KMH:.1f} km/h at its console, nobody on it")
    shown = _number(_line("what does the console show, in km/h?"))
    true = _number(_line("the tachometer's reading in km/h?"))
    if not shown or not true:
        raise BadInput("both numbers are needed; nothing was kept")
    today = datetime.now().astimezone().date()
    return belt_check(true, shown, arguments.check, load_settings().operator, today)


def _count_turns(trial: BeltTrial, belt_length_m: float, time_scale: float) -> float:
    _ask(trial, "put a mark on the belt's edge and watch it: press Enter as it passes you (that is turn 0)")
    began_s = time.monotonic()
    turns = _ask_number(
        trial, "count 20 turns or more; as the mark passes for the last, type their number and press Enter"
    )
    seconds = (time.monotonic() - began_s) * time_scale
    if turns is None or turns < 1:
        raise BadInput("no turns were counted, so nothing was kept")
    return turns_speed_kmh(round(turns), belt_length_m, seconds)


def _rests(trial: BeltTrial) -> bool:
    belt = None if trial.trial is None else trial.trial.belt
    hand = trial.info is not None and not trial.info.controls_belt
    return belt is not None and (belt.at_rest or hand)


def _until(trial: BeltTrial, fact: Callable[[], bool], within_s: float, otherwise: str) -> None:
    end_s = time.monotonic() + within_s
    while not fact():
        trial.tick()
        if time.monotonic() > end_s or trial.phase is TrialPhase.STOPPING:
            raise DeviceError(*(trial.problems or (f"{otherwise}; check cable, power and the red button",)))
        time.sleep(TICK_S)


def _bring_to_rest(trial: BeltTrial) -> None:
    if trial.phase is TrialPhase.READY:
        return
    trial.stop()
    end_s = time.monotonic() + REST_WITHIN_S
    while trial.phase is not TrialPhase.ENDED:
        if time.monotonic() > end_s:
            _say("PRESS THE RED BUTTON: the belt is not known to be at rest")
            return
        trial.tick()
        time.sleep(TICK_S)
    _say("the belt is at rest")


def _ask(trial: BeltTrial, question: str) -> str:
    """One line from the operator, while the lease is renewed beside the waiting."""
    answers: queue.Queue[str] = queue.Queue()
    threading.Thread(target=lambda: answers.put(_line(question)), daemon=True).start()
    while True:
        trial.tick()
        if trial.phase is TrialPhase.STOPPING:
            raise DeviceError(*(trial.problems or ("the belt was stopped",)))
        try:
            return answers.get(timeout=TICK_S)
        except queue.Empty:
            continue


def _ask_number(trial: BeltTrial, question: str) -> float | None:
    return _number(_ask(trial, question))


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise BadInput(f"{text!r} is no number, so nothing was kept") from None


def _line(question: str) -> str:
    print(f"teststation: {question}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _say(sentence: str) -> None:
    print(f"teststation: {sentence}", file=sys.stderr, flush=True)
