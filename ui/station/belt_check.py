"""When a machine's belt was last checked. Apart from the check itself: the window asks before a belt is thought of."""

from datetime import date

from drivers.machines import Machine, load_machines, machine_of
from drivers.registry import TREADMILL, parse_device
from teststation.ports import BeltCheck
from ui.station.settings import Settings


def check_reminder(settings: Settings, today: date) -> Machine | None:
    """The clinic's treadmill where its belt has to be checked again; None where it need not, or is not known."""
    machines = load_machines()
    if not settings.treadmill or not machines:
        return None
    machine = machine_of(settings.treadmill, machines)
    return machine if machine is not None and machine.check_due(today) else None


def last_belt_check(device: str) -> BeltCheck | None:
    """The latest belt check of a treadmill; None for one that was never checked, and for the emulator."""
    if parse_device(device, TREADMILL).family == "emulated":
        return None
    machine = machine_of(device)
    return None if machine is None else machine.last_check
