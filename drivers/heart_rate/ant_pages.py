"""The eight bytes that an ANT+ heart-rate strap broadcasts four times a second, whatever their page.

Byte 0: bit 7 toggles every fourth message, the rest is the page. Bytes 4 and 5: time of the last beat, 1/1024 s, wraps
every 64 s; byte 6: beats counted, wraps; byte 7: computed heart rate, 0 invalid. Bytes 1 to 3 belong to the page and
mean something only on straps that toggle: older ones put anything there.
Source: ANT+ Heart Rate Device Profile as implemented by Nordic, openant and Auuki; 344 pages of a real strap.
"""

from dataclasses import dataclass

from drivers.heart_rate.samples import Sample
from teststation.pulse import possible

PAGE_BYTES = 8
TIME_WRAPS = 0x10000
COUNT_WRAPS = 0x100
HISTORY_S = 64.0  # after this the beat time has wrapped and means nothing
BATTERY_LOW_STATES = (4, 5)  # low, critical


@dataclass(frozen=True, slots=True)
class PageRead:
    """What one page added. ``beats`` beats took ``ticks`` of 1/1024 s; ``rr_1024`` holds those known one by one."""

    bpm: int
    beats: int = 0
    ticks: int = 0
    rr_1024: tuple[int, ...] = ()
    restarted: bool = False  # no history: the first page, or the first after a gap that hides too many beats


class HrmDecoder:
    """Pages of one strap, in order."""

    def __init__(self) -> None:
        self.battery_pct: int | None = None
        self.battery_v: float | None = None
        self.battery_low = False
        self.operating_s: int | None = None
        self.manufacturer: int | None = None
        self._toggles: set[int] = set()
        self._time: int | None = None
        self._count = 0
        self._heard_s = 0.0
        self._counts_beats = False

    def read(self, page: bytes, now_s: float) -> PageRead:
        """Take one page of eight bytes that came at ``now_s``, test seconds on any zero."""
        time, count, bpm = int.from_bytes(page[4:6], "little"), page[6], page[7]
        self._toggles.add(page[0] & 0x80)
        if len(self._toggles) == 2:
            self._background(page)
        before, last_count, gap_s = self._time, self._count, now_s - self._heard_s
        self._time, self._count, self._heard_s = time, count, now_s
        if before is None or gap_s >= HISTORY_S or gap_s * bpm / 60 > COUNT_WRAPS - 1:
            return PageRead(bpm, restarted=True)
        beats, ticks = (count - last_count) % COUNT_WRAPS, (time - before) % TIME_WRAPS
        return PageRead(bpm, beats, ticks, self._intervals(page, beats, ticks))

    def sample(self, page: bytes, now_s: float, sensor: str = "") -> Sample | None:
        """One page as a sample, or None while nothing shows that this strap counts beats and does not repeat itself."""
        read = self.read(page, now_s)
        self._counts_beats = not read.restarted and (self._counts_beats or read.beats > 0)
        if not self._counts_beats and possible(read.bpm):
            return None
        return Sample(
            bpm=read.bpm,
            rr_1024=read.rr_1024,
            battery_pct=self.battery_pct,
            sensor=sensor,
            remarks=("battery_low",) if self.battery_low else (),
            # A strap goes on sending its last page when no beat comes: the beat count is the evidence, not the message.
            evidence=(self._count,),
        )

    def _intervals(self, page: bytes, beats: int, ticks: int) -> tuple[int, ...]:
        """Beat intervals that are known for certain.

        One beat: the difference of beat times. Several, after lost messages: only the last, and only where page 4 tells
        the beat before it; a repeated page 4 says "no interval" and is never believed.
        """
        if beats == 1 and ticks > 0:
            return (ticks,)
        if beats > 1 and page[0] & 0x7F == 4 and len(self._toggles) == 2:
            last = (int.from_bytes(page[4:6], "little") - int.from_bytes(page[2:4], "little")) % TIME_WRAPS
            return (last,) if 0 < last < ticks else ()
        return ()

    def _background(self, page: bytes) -> None:
        match page[0] & 0x7F:
            case 1:
                self.operating_s = 2 * int.from_bytes(page[1:4], "little")
            case 2:
                self.manufacturer = page[1]
            case 7:
                self.battery_pct = page[1] if page[1] <= 100 else None
                coarse = page[3] & 0x0F
                self.battery_v = None if coarse == 0x0F else coarse + page[2] / 256
                self.battery_low = page[3] >> 4 & 0x07 in BATTERY_LOW_STATES
