"""The eight bytes that an ANT+ fitness machine broadcasts four times a second, page by page.

A treadmill cannot be told anything by this profile, and nothing here can be sent. Counters wrap: elapsed time every
64 s, distance every 256 m. Source: the ANT+ FE-C profile as implemented by AntPlus (C#), openant, Auuki and
GoldenCheetah, whose tests are the oracle; no recording of a real treadmill is public.
"""

from dataclasses import dataclass

PAGE_BYTES = 8
GENERAL, SETTINGS, TREADMILL_PAGE, MANUFACTURER, PRODUCT = 16, 17, 19, 80, 81
TREADMILL = 19  # among the kinds of fitness equipment
KMH_PER_MM_S = 0.0036
_OF_EQUIPMENT = range(16, 27)  # pages that carry the machine's state in their last byte

OFF, READY, IN_USE, FINISHED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class General:
    """Page 16. ``speed_kmh`` is None where the machine has none, or computes it from something else than a belt."""

    kind: int
    elapsed_quarters: int  # of a second, modulo 256
    distance_m: int | None  # modulo 256
    speed_kmh: float | None
    hr_bpm: int | None


@dataclass(frozen=True, slots=True)
class Settings:
    """Page 17. Percent, uphill positive."""

    incline_pct: float | None


@dataclass(frozen=True, slots=True)
class Belt:
    """Page 19, which only treadmills send."""

    cadence_strides_min: int | None
    up_decimetres: int | None
    down_decimetres: int | None


@dataclass(frozen=True, slots=True)
class Manufacturer:
    """Page 80."""

    hardware: int
    manufacturer: int
    model: int


@dataclass(frozen=True, slots=True)
class Product:
    """Page 81."""

    software: float
    serial: int | None


Page = General | Settings | Belt | Manufacturer | Product


def decode_page(page: bytes) -> Page | None:
    """One page; None for what tells nothing of a treadmill, or is no page. Never raises."""
    if len(page) != PAGE_BYTES:
        return None
    match page[0]:
        case 16:
            speed = _u16(page, 4)
            virtual = bool(page[7] & 0x08)
            return General(
                kind=page[1] & 0x1F,
                elapsed_quarters=page[2],
                distance_m=page[3] if page[7] & 0x04 else None,
                speed_kmh=None if speed == 0xFFFF or virtual else speed * KMH_PER_MM_S,
                hr_bpm=None if page[6] in (0, 0xFF) else page[6],
            )
        case 17:
            incline = int.from_bytes(page[4:6], "little", signed=True)
            return Settings(None if incline == 0x7FFF else incline / 100)
        case 19:
            return Belt(
                cadence_strides_min=None if page[4] == 0xFF else page[4],
                up_decimetres=page[6] if page[7] & 0x01 else None,
                down_decimetres=page[5] if page[7] & 0x02 else None,
            )
        case 80:
            return Manufacturer(page[3], _u16(page, 4), _u16(page, 6))
        case 81:
            software = page[3] / 10 if page[2] == 0xFF else (page[3] * 100 + page[2]) / 1000
            serial = int.from_bytes(page[4:8], "little")
            return Product(software, None if serial == 0xFFFFFFFF else serial)
    return None


def state_of(page: bytes) -> int | None:
    """What the machine is doing (1 off, 2 ready, 3 in use, 4 finished or paused); None where the page does not tell."""
    return page[7] >> 4 & 7 if len(page) == PAGE_BYTES and page[0] in _OF_EQUIPMENT else None


def _u16(page: bytes, at: int) -> int:
    return int.from_bytes(page[at : at + 2], "little")


class Way:
    """A counter of metres that wraps, unrolled. A gap in which it may have wrapped begins it anew."""

    WRAPS_M = 256
    GAP_MAX_S = 30.0  # 256 m last for 37 s at 25 km/h, faster than any belt this station knows

    def __init__(self) -> None:
        self._last: int | None = None
        self._heard_s = 0.0
        self._total_m = 0.0

    def take(self, told_m: int | None, now_s: float) -> float | None:
        """The way since some beginning, metres; None where it is not told, or begins anew."""
        if told_m is None:
            self._last = None
            return None
        last, self._last = self._last, told_m
        gap_s, self._heard_s = now_s - self._heard_s, now_s
        if last is None or gap_s > self.GAP_MAX_S:
            self._total_m = 0.0
            return None
        self._total_m += (told_m - last) % self.WRAPS_M
        return self._total_m
