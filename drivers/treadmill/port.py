"""What a poll loop asks of a treadmill, whatever its dialect: the one abstract port of every belt this station moves.

Values are km/h and percent here; a family turns them into its own units and steps, and says which it has. The port is
wide enough for h/p/cosmos coscom v4: control that must be asked for, a fail-safe that must be renewed, a start that
is confirmed at the machine, a speed order in m/s with an acceleration. A family without them leaves them out.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class Request(Enum):
    """Everything that can be asked. What is not here cannot be said: a start without a watchdog, or reverse."""

    REQUEST_CONTROL = auto()  # before the first start, where the machine grants control
    KEEP_ALIVE = auto()  # renews the machine's own fail-safe; goes out only under a fresh lease
    START = auto()  # always with the machine's watchdog or fail-safe on
    STOP = auto()
    AUTO_STOP = auto()  # speed and incline to their lowest, then off: the first answer to every trip
    SET_SPEED = auto()
    SET_INCLINE = auto()
    SPEED = auto()
    STATUS = auto()
    INCLINE = auto()
    SPEED_SETTING = auto()
    INCLINE_SETTING = auto()


class Running(Enum):
    """What a machine says of its belt."""

    STOPPED = auto()
    GUARDED = auto()  # on, with the watchdog on
    UNGUARDED = auto()  # on, without it: started by somebody else
    UNKNOWN = auto()  # a byte nobody documents


@dataclass(frozen=True, slots=True)
class Order:
    """A value to set. ``accel_kmh_s`` is the ramp wanted, for machines that ramp by themselves at a rate they are told.

    Incline orders carry percent in ``value`` and no ramp.
    """

    value: float
    accel_kmh_s: float = 0.0

    @property
    def speed_m_s(self) -> float:
        """A speed order in m/s."""
        return self.value / 3.6

    @property
    def accel_m_s2(self) -> float:
        """Its ramp in m/s²."""
        return self.accel_kmh_s / 3.6


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer. ``value`` is km/h or percent, ``running`` the answer to STATUS.

    ``refused``: the machine did not take the request. ``faulted``: it reports a fault in place of a value.
    ``timed_out``: it says that its own communication timer ran out.
    """

    request: Request
    value: float | None = None
    running: Running | None = None
    refused: bool = False
    faulted: bool = False
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Traits:
    """What one machine can do and how it wants to be treated. Times in wall seconds."""

    family: str
    requests: frozenset[Request]
    speed_step_kmh: float
    lowest_kmh: float  # the lowest speed it can be told; a start begins there
    highest_kmh: float
    incline_step_pct: float
    highest_incline_pct: float
    finish: Request = Request.STOP  # what ends an ordinary run once the speed is down
    silence_s: float = 1.2  # longer than its watchdog: what the stop ladder keeps when nothing else helps
    start_confirmed_at_machine: bool = False

    @property
    def looks(self) -> tuple[Request, ...]:
        """What is read in every round, the speed first."""
        return tuple(r for r in (Request.SPEED, Request.STATUS, Request.INCLINE) if r in self.requests)


@dataclass(slots=True)
class WireCounts:
    """What went over the line since the arming."""

    commands: int = 0
    retries: int = 0
    worst_gap_s: float = 0.0
    last_sent_s: float | None = None

    def sent(self, now_s: float) -> None:
        """Note one request."""
        if self.last_sent_s is not None:
            self.worst_gap_s = max(self.worst_gap_s, now_s - self.last_sent_s)
        self.last_sent_s = now_s


class Machine(Protocol):
    """One treadmill on its wire, one request in flight."""

    traits: Traits
    counts: WireCounts

    @property
    def is_open(self) -> bool:
        """Whether the port is open; an open port may still be mute."""
        ...

    @property
    def garbled(self) -> bool:
        """Whether the latest missing answers were there and unreadable, rather than absent."""
        ...

    def open(self) -> None:
        """Open the port. Raises LinkLost."""
        ...

    def close(self) -> None:
        """Close the port."""
        ...

    def nearest(self, request: Request, value: float) -> float:
        """What the machine can really be set to, nearest to a speed (km/h) or incline (%). Raises OutOfRange."""
        ...

    def ask(self, request: Request, order: Order | None = None, *, retry: bool = True) -> Answer | None:
        """One exchange; None when no whole answer came. Raises LinkLost when the port is gone; it is then closed."""
        ...
