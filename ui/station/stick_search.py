"""What an ANT stick hears: straps and treadmills, each with its number, to be chosen or not. No Qt.

A port is known for a stick by its USB maker, or because somebody calls it one. A port of which nothing is known is
never asked as a stick is: the first byte of that question is an order to some treadmills.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.adapters import is_ant_stick
from drivers.heart_rate.straps_seen import StrapSeen
from drivers.heart_rate_client import HeartRateClient
from drivers.treadmill_client import TreadmillClient
from teststation.cause import Cause, Problem
from teststation.clock import TimeScale
from teststation.texts import english
from ui.station.strap_search import HEARD_WITHIN_S, strap_heard

USB = "usb"
_CALLED_SO = ("ant:", "fec:")
_EXPECTED = frozenset({"ant_none_here", "fec_none_here", "fec_choose"})  # what a search says of itself


@dataclass(frozen=True, slots=True)
class StickHears:
    """One stick: a channel hears one of a kind at a time, another with the first out of range.

    ``trouble``: why the stick cannot be listened to, or not in full.
    """

    strap: StrapSeen | None = None
    treadmill: int | None = None  # the number of a fitness machine
    trouble: tuple[Problem, ...] = ()


def stick_of(port: str, known: Callable[[str], bool] = is_ant_stick) -> str | None:
    """The port of an ANT stick, where this is one or is called so (``ant:PORT``, ``fec:PORT``); else None."""
    for family in _CALLED_SO:
        if port.startswith(family):
            return port.removeprefix(family).partition(",")[0]
    return port if port == USB or known(port) else None


def heard_on_stick(port: str, key: str, within_s: float = HEARD_WITHIN_S) -> StickHears:
    """Listen on both profiles at once. Takes up to ``within_s`` wall seconds; nothing is chosen."""
    strap_device = f"ant:{port}"
    straps = HeartRateClient(strap_device, TimeScale(), ant_key=key)
    machines = TreadmillClient(f"fec:{port}", TimeScale(), ant_key=key)
    strap: StrapSeen | None = None
    number: int | None = None
    trouble: tuple[Problem, ...] = ()
    until_s = time.monotonic() + within_s
    try:
        while time.monotonic() < until_s and (strap is None or number is None):
            strap = strap or strap_heard(straps, strap_device)
            machines.telemetry()
            said = (*machines.problems(), *straps.trouble)
            number = number or next((told for one in said if (told := _number_in(one)) is not None), None)
            trouble = tuple({english(one): one for one in said if not _is_expected(one)}.values())
            if straps.failure() is not None and machines.failure() is not None:
                break
            time.sleep(0.05)
        return StickHears(strap, number, trouble if strap is None or number is None else ())
    finally:
        straps.close()
        machines.close()


def _number_in(problem: Problem) -> int | None:
    if isinstance(problem, Cause) and problem.code == "fec_choose":
        return int(problem.values["number"])
    return None


def _is_expected(problem: Problem) -> bool:
    return isinstance(problem, Cause) and problem.code in _EXPECTED
