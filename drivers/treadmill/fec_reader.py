"""What is believed of an ANT+ treadmill, sans-io: pages in, readings out.

Every kind of fitness machine broadcasts alike, so a machine counts as a treadmill once it says that it is one. Its
pulse is nobody's here, and its words of a workout that is paused or finished are no standstill.
"""

from drivers.treadmill import fec_codec
from drivers.treadmill.doubt import Doubt
from drivers.treadmill.fec_codec import Belt, General, Settings, Way
from drivers.treadmill.gauge import Reading

INCLINES_PCT = (-40.0, 40.0)  # what lies outside is no belt's incline; the resolution allows 327 %


class FecReader:
    """The pages of one machine. ``reads_incline`` False: what it calls an incline is a level, and is left aside."""

    def __init__(self, factor: float = 1.0, *, reads_incline: bool = True) -> None:
        self.kind: int | None = None  # of fitness equipment, once it has told
        self.damaged = 0
        self._factor = factor  # of test time to wall time: the counters wrap in test time
        self._reads_incline = reads_incline
        self.forget()

    def forget(self) -> None:
        """The machine was lost; its counters begin anew."""
        self._way, self._doubt = Way(), Doubt()

    @property
    def is_treadmill(self) -> bool:
        """Whether the machine has said that it is one."""
        return self.kind == fec_codec.TREADMILL

    def take(self, page: bytes, now_s: float) -> Reading | None:
        """One page that came at ``now_s`` wall seconds; a reading if it tells of a belt."""
        read = fec_codec.decode_page(page)
        self.damaged += len(page) != fec_codec.PAGE_BYTES
        match read:
            case General(kind=kind):
                self.kind = kind
            case Belt():
                self.kind = fec_codec.TREADMILL
        if not self.is_treadmill or fec_codec.state_of(page) == fec_codec.OFF:
            return None
        match read:
            case General(speed_kmh=float() as speed_kmh, distance_m=distance_m):
                way_m = self._way.take(distance_m, now_s * self._factor)
                doubtful = self._doubt.of(speed_kmh, way_m, now_s)
                return Reading(None if doubtful else speed_kmh, doubtful=doubtful)
            case Settings(incline_pct=incline_pct) if incline_pct is not None and self._reads_incline:
                low, high = INCLINES_PCT
                return Reading(incline_pct=incline_pct) if low <= incline_pct <= high else None
        return None
