"""What a machine is told to be set to, whether it took it, and its own slowest speed."""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Protocol

from drivers.treadmill.port import Answer, Machine, Request
from teststation.ports import TripReason

DIFFERS_TIMES = 3
LOWEST_MAX_KMH = 1.0  # a machine that takes no speed up to here is not started

# A Trackmaster's setting and where it is read back.
_READ_BACK = {Request.SET_SPEED: Request.SPEED_SETTING, Request.SET_INCLINE: Request.INCLINE_SETTING}


class Ask(Protocol):
    """One exchange; None where there was no answer, or a stop has overtaken it."""

    def __call__(self, request: Request, value: float | None = None, *, retry: bool = True) -> Answer | None:
        """Ask the machine."""
        ...


class _Taken(Enum):
    """What became of a setting."""

    TAKEN = auto()
    REFUSED = auto()
    DIFFERS = auto()  # acknowledged, and another value is read back
    UNKNOWN = auto()  # no answer, or a stop has overtaken it


class Setting:
    """One machine's speed and incline as they were last taken; None is unknown, and set anew.

    ``ask``: one exchange. ``trip``: with a reason and its words. ``note``: takes in a value
    that was read back. ``tell_lowest``: the slowest speed was found to be another one.
    """

    def __init__(
        self,
        machine: Machine,
        options: Mapping[str, str],
        ask: Ask,
        trip: Callable[[TripReason, str], None],
        note: Callable[[Answer], None],
        tell_lowest: Callable[[], None],
    ) -> None:
        self._machine = machine
        self._traits = machine.traits
        self._ask, self._trip, self._note, self._tell_lowest = ask, trip, note, tell_lowest
        self.lowest_kmh = self._told_lowest_kmh = self._first_lowest(options)
        self.sent_kmh: float | None = None
        self.sent_incline_pct: float | None = None
        self._differs = dict.fromkeys(_READ_BACK, 0)  # settings that were not taken over, of late

    def forget(self) -> None:
        """The belt has come to rest: the next start sets both anew."""
        self.sent_kmh = self.sent_incline_pct = None

    def _first_lowest(self, options: Mapping[str, str]) -> float:
        """The lowest speed to try first: the family's, or what was found on this machine when it was put into use."""
        found_kmh = float(options.get("min_kmh", 0.0))
        if found_kmh <= self._traits.lowest_kmh:
            return self._traits.lowest_kmh
        return self._machine.nearest(Request.SET_SPEED, found_kmh)

    def next_lowest(self) -> float | None:
        """One step above the lowest speed, where the machine would not take that; None where there is no further."""
        higher_kmh = self._machine.nearest(Request.SET_SPEED, self.lowest_kmh + self._traits.speed_step_kmh)
        return higher_kmh if higher_kmh <= LOWEST_MAX_KMH + 1e-6 else None

    def set_lowest(self) -> bool:
        """Set the lowest speed, at rest; find it, where this machine's own is higher, and tell it."""
        taken, own_kmh = self._try(Request.SET_SPEED, self.lowest_kmh)
        while taken in (_Taken.REFUSED, _Taken.DIFFERS):
            # A machine that does not refuse what is too slow for it may take its own lowest instead.
            higher_kmh = own_kmh if taken is _Taken.DIFFERS else self.next_lowest()
            if higher_kmh is None or not self.lowest_kmh < higher_kmh <= LOWEST_MAX_KMH + 1e-6:
                break
            self.lowest_kmh = higher_kmh
            taken, own_kmh = self._try(Request.SET_SPEED, self.lowest_kmh)
        if taken is _Taken.TAKEN and self.lowest_kmh != self._told_lowest_kmh:
            self._told_lowest_kmh = self.lowest_kmh
            self._tell_lowest()
        return self._settled(Request.SET_SPEED, self.lowest_kmh, taken)

    def set(self, request: Request, value: float) -> bool:
        """Set one value; whether it was taken."""
        taken, _ = self._try(request, value)
        return self._settled(request, value, taken)

    def _try(self, request: Request, value: float) -> tuple[_Taken, float | None]:
        """Set one value, and read it back where the machine can tell it: what became of it, and what it has instead."""
        answer = self._ask(request, value)
        if answer is None:
            return _Taken.UNKNOWN, None
        if answer.refused:
            return _Taken.REFUSED, None
        read_back = _READ_BACK[request]
        if read_back in self._traits.requests:
            confirmed = self._ask(read_back)
            if confirmed is None:
                return _Taken.UNKNOWN, None
            self._note(confirmed)
            if confirmed.value is None or abs(confirmed.value - value) > 1e-6:
                return _Taken.DIFFERS, None if confirmed.refused else confirmed.value
        return _Taken.TAKEN, value

    def _settled(self, request: Request, value: float, taken: _Taken) -> bool:
        """Whether a setting was taken. Trips where it was refused, or is not taken over again and again."""
        said = f"{value:.1f} {'km/h' if request is Request.SET_SPEED else '%'}"
        if taken is _Taken.REFUSED:
            self._trip(TripReason.REFUSED, said)
        elif taken is _Taken.DIFFERS:
            # One that is taken in between takes one back, and no more.
            self._differs[request] += 1
            if self._differs[request] >= DIFFERS_TIMES:
                self._trip(TripReason.REFUSED, f"{said} is not taken over")
        elif taken is _Taken.TAKEN:
            self._differs[request] = max(0, self._differs[request] - 1)
            if request is Request.SET_SPEED:
                self.sent_kmh = value
            else:
                self.sent_incline_pct = value
        return taken is _Taken.TAKEN
