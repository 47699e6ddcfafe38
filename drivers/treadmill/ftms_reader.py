"""What is believed of a fitness machine's own words, sans-io: values of its characteristics in, readings out.

A speed that is not told is unknown, and so is a zero that the machine's own distance contradicts. Its targets are
requests and its totals are no proof of anything: both are left aside. Its pulse is nobody's here.
"""

from drivers.radio import ftms_codec
from drivers.radio.ftms_codec import Joiner, Range, Record
from drivers.treadmill.doubt import Doubt
from drivers.treadmill.gauge import Reading, Tops

SAFETY_KEY = "the safety key is out"


class FtmsReader:
    """The words of one machine. ``reads_incline`` False: what it calls an incline is a level, and is left aside."""

    def __init__(self, *, reads_incline: bool = True) -> None:
        self._reads_incline = reads_incline
        self._unread = 0
        self._joiner = Joiner()
        self._doubt = Doubt()
        self.speed_range: Range | None = None
        self.incline_range: Range | None = None

    def forget(self) -> None:
        """The link is lost; what comes next has nothing to do with what came before."""
        self._unread += self._joiner.damaged
        self._joiner = Joiner()
        self._doubt = Doubt()

    @property
    def damaged(self) -> int:
        """How many frames could not be read since the start."""
        return self._unread + self._joiner.damaged

    @property
    def tops(self) -> Tops:
        """The most that the machine says it can do."""
        speed, incline = self.speed_range, self.incline_range
        return Tops(
            None if speed is None or speed.high <= 0 else speed.high,
            None if incline is None or not self._reads_incline else max(0.0, incline.high),
        )

    def take(self, channel: str, value: bytes, now_s: float) -> Reading | None:
        """One value of the characteristic whose short name is given (``2acd``); a reading if it tells of the belt."""
        match channel:
            case "2acd":
                record = self._joiner.take(value, now_s)
                if record is None or record.speed_kmh is None:
                    return None
                if self._doubt.of(record.speed_kmh, record.distance_m, now_s):
                    return Reading(None, self._incline(record), doubtful=True)
                return Reading(record.speed_kmh, self._incline(record))
            case "2ada":
                change = ftms_codec.decode_status(value)
                return Reading(fault=SAFETY_KEY) if change is not None and change.safety_key else None
            case "2ad4":
                self.speed_range = ftms_codec.decode_speed_range(value)
            case "2ad5":
                self.incline_range = ftms_codec.decode_incline_range(value)
        return None

    def _incline(self, record: Record) -> float | None:
        incline_pct, known = record.incline_pct, self.incline_range
        if incline_pct is None or not self._reads_incline:
            return None
        # What lies outside the machine's own range is a level, or the share of a motor's travel, and no grade.
        inside = known is None or known.low == known.high or known.low <= incline_pct <= known.high
        return incline_pct if inside else None
