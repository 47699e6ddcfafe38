"""What was asked of the belt and what became of it: one row for each load, from asking to measuring."""

from collections.abc import Sequence

import msgspec

from teststation.ports import Setpoint, Value
from teststation.run.events import BeltRead

SPEED_REACHED_KMH, INCLINE_REACHED_PCT = 0.15, 0.3


class Order(Value, frozen=True):
    """One load until the next. Speeds in km/h, inclines in %; what nobody told is None."""

    t_s: float  # when it was asked for
    speed_kmh: float | None  # None: a stop, or nothing was asked yet
    incline_pct: float | None
    sent_speed_kmh: float | None = None  # what the guard last wrote to the wire
    sent_incline_pct: float | None = None
    confirmed_speed_kmh: float | None = None  # the treadmill's own set value, read back
    confirmed_incline_pct: float | None = None
    measured_speed_kmh: float | None = None
    measured_incline_pct: float | None = None
    reached_after_s: float | None = None

    @property
    def is_reached(self) -> bool:
        """Whether the belt does what was asked, as it was last measured. A stop is reached when it stands."""
        measured = self.measured_speed_kmh
        if measured is None or abs(measured - (self.speed_kmh or 0.0)) > SPEED_REACHED_KMH:
            return False
        if self.incline_pct is None or self.measured_incline_pct is None:
            return True
        return abs(self.measured_incline_pct - self.incline_pct) <= INCLINE_REACHED_PCT


def followed(orders: Sequence[Order], asked: Setpoint | None, read: BeltRead, t_s: float) -> list[Order]:
    """The orders after one more look at the belt, at ``t_s`` from the start."""
    load = (None, None) if asked is None else (asked.speed_kmh, asked.incline_pct)
    kept = list(orders)
    if not kept or (kept[-1].speed_kmh, kept[-1].incline_pct) != load:
        kept.append(Order(t_s, *load))
    last = msgspec.structs.replace(
        kept[-1],
        sent_speed_kmh=read.sent_speed_kmh,
        sent_incline_pct=read.sent_incline_pct,
        confirmed_speed_kmh=read.confirmed_speed_kmh,
        confirmed_incline_pct=read.confirmed_incline_pct,
        measured_speed_kmh=read.measured_speed_kmh,
        measured_incline_pct=read.measured_incline_pct,
    )
    if last.reached_after_s is None and last.is_reached:
        last = msgspec.structs.replace(last, reached_after_s=t_s - last.t_s)
    kept[-1] = last
    return kept
