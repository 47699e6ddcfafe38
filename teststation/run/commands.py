"""What a run asks of the outside. Names are imperative; the controller carries them out, in order."""

from dataclasses import dataclass

from teststation.ports import Setpoint
from teststation.run.state import RunState


@dataclass(frozen=True, slots=True)
class ArmBelt:
    """Ask the guard to accept leases up to these limits."""

    max_speed_kmh: float
    max_incline_pct: float


@dataclass(frozen=True, slots=True)
class GrantBelt:
    """Renew the lease on this setpoint; ``None`` is off."""

    setpoint: Setpoint | None


@dataclass(frozen=True, slots=True)
class StopBelt:
    """Trip the guard."""


Command = ArmBelt | GrantBelt | StopBelt

Step = tuple[RunState, tuple[Command, ...]]  # what one event leads to
