"""Faults an emulated treadmill or strap can be given, from the command line or by a test while it runs."""

from dataclasses import dataclass

from teststation.errors import BadInput

TREADMILL_FAULTS = {
    "unplug": "the connection closes and stays closed",
    "mute": "commands are obeyed, replies never come (one broken wire)",
    "deaf": "nothing gets through in either direction; the watchdog acts",
    "garbage": "replies are other bytes than they should be",
    "partial": "replies end after their first byte",
    "echo": "every byte comes back before its reply",
    "slow": "replies come 300 ms late",
    "over_speed": "the belt runs 4 km/h faster than it is set",
    "deck_rises": "the deck rises to its top whatever is set; a stop is obeyed",
    "stuck": "the belt keeps its speed whatever is set; a stop is obeyed",
    "ignore_stop": "stops and lower speeds are acknowledged and not obeyed, by the watchdog neither",
    "e_stop": "the red button: the belt is cut off and reports 999.9",
    "lockout": "every start is left without an answer",
    "false_start": "a start is acknowledged and the belt stays off",
    "refuse": "every set command is answered BE",
    "restarted_elsewhere": "the belt reports that it runs without its watchdog",
    "stopped_elsewhere": "somebody stops the belt at its own console",
    "drop": "fec: the machine is out of the stick's range",
    "bicycle": "fec: the machine says that it is a bicycle trainer",
    "no_speed": "fec: the machine tells no speed",
    "no_incline": "fec: the machine tells no incline",
    "no_distance": "fec: the machine tells no distance",
    "zero": "fec: the machine tells a speed of zero while its belt moves",
    "flicker": "fec: every third speed it tells is zero",
    "frozen": "fec: its distance and time stand still while its belt moves",
}

STRAP_FAULTS = {
    "unplug": "the connection closes and stays closed",
    "drop": "no more lines",
    "freeze": "the last line again and again, its sequence number frozen",
    "zero": "0 bpm",
    "spike": "every tenth value is 60 bpm too high",
    "no_contact": "the strap says it has no skin contact",
    "garbage": "lines or messages that are none",
    "lost": "one message in a few is lost on the way",
    "second_strap": "somebody else's strap is in range too",
    "battery": "the battery is nearly empty: the last value again and again, then silence",
}


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault and when it begins, in test seconds after the belt first moved (for a strap: after its start)."""

    name: str
    at_s: float = 0.0


def parse_fault(text: str, known: dict[str, str]) -> PlannedFault:
    """``NAME`` or ``NAME@SECONDS``. Raises BadInput with the names there are."""
    name, _, seconds = text.partition("@")
    try:
        at_s = float(seconds or 0.0)
    except ValueError:
        raise BadInput(f"--fault {text}: {seconds!r} is no number of seconds; write NAME@SECONDS") from None
    if name not in known:
        raise BadInput(f"--fault {text}: no such fault; choose from {', '.join(known)}")
    return PlannedFault(name, at_s)


class Faulty:
    """A device whose faults begin and end while it runs."""

    def __init__(self) -> None:
        self.active_faults: set[str] = set()

    def give(self, fault: str) -> None:
        """Begin a fault now."""
        self.active_faults.add(fault)

    def take(self, fault: str) -> None:
        """End a fault."""
        self.active_faults.discard(fault)

    @property
    def unplugged(self) -> bool:
        """Whether the cable is out."""
        return "unplug" in self.active_faults
