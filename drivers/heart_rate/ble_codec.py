"""What a Bluetooth strap says, sans-io: the Heart Rate Measurement (2A37) and its neighbours as bytes.

``flags u8 | HR u8 or u16le | [energy u16le, kJ] | [RR u16le, 1/1024 s, oldest first]``. Flags: bit 0 HR is u16, bit 1
contact, bit 2 contact is measured at all, bit 3 energy, bit 4 RR. Bits 5 to 7 are reserved and ignored.
Source: Bluetooth SIG, Heart Rate Service 1.0; vectors of Polar, Auuki and pycycling in the tests.
"""

from dataclasses import dataclass, field

from drivers.heart_rate.ble_repetition import Repetition
from drivers.heart_rate.samples import Sample

HEART_RATE_SERVICE = "0000180d-0000-1000-8000-00805f9b34fb"
MEASUREMENT = "00002a37-0000-1000-8000-00805f9b34fb"
LOCATION = "00002a38-0000-1000-8000-00805f9b34fb"
BATTERY = "00002a19-0000-1000-8000-00805f9b34fb"

LOCATIONS = ("other", "chest", "wrist", "finger", "hand", "ear lobe", "foot")

_HR_IS_U16, _CONTACT, _CONTACT_MEASURED, _ENERGY, _RR = 1, 2, 4, 8, 16


@dataclass(frozen=True, slots=True)
class Measurement:
    """One 2A37 frame as it was sent. ``contact`` is None where the strap does not measure it."""

    bpm: int
    contact: bool | None = None
    energy_kj: int | None = None
    rr_1024: tuple[int, ...] = ()
    odd_tail: bool = False  # a last byte that is no interval; dropped


def decode_measurement(frame: bytes) -> Measurement | None:
    """One frame, or None where it is too short for what its flags promise. Never raises."""
    if len(frame) < 2:
        return None
    flags = frame[0]
    wide = bool(flags & _HR_IS_U16)
    at = 3 if wide else 2
    energy_at, at = at, at + (2 if flags & _ENERGY else 0)
    if len(frame) < at:
        return None
    rr = tuple(_u16(frame, n) for n in range(at, len(frame) - 1, 2)) if flags & _RR else ()
    return Measurement(
        bpm=_u16(frame, 1) if wide else frame[1],
        contact=bool(flags & _CONTACT) if flags & _CONTACT_MEASURED else None,
        energy_kj=_u16(frame, energy_at) if flags & _ENERGY else None,
        rr_1024=rr,
        odd_tail=bool(flags & _RR) and (len(frame) - at) % 2 == 1,
    )


def _u16(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 2], "little")


def decode_battery(value: bytes) -> int | None:
    """2A19: percent, or None for what is none."""
    return value[0] if value and value[0] <= 100 else None


def decode_location(value: bytes) -> str:
    """2A38: where the sensor sits, in English; empty where it is not told."""
    return LOCATIONS[value[0]] if value and value[0] < len(LOCATIONS) else ""


@dataclass(slots=True)
class BleDecoder:
    """Values of a strap's characteristics in, samples out. ``junk`` counts frames and tails that were dropped."""

    sensor: str = ""
    junk: int = 0
    battery_pct: int | None = None
    location: str = ""
    _repetition: Repetition = field(default_factory=Repetition)

    def take(self, characteristic: str, value: bytes) -> Sample | None:
        """One value of the characteristic whose short name is given (``2a37``); a sample if it was a pulse."""
        if characteristic == "2a19":
            self.battery_pct = decode_battery(value)
        elif characteristic == "2a38":
            self.location = decode_location(value)
        if characteristic != "2a37":
            return None
        measured = decode_measurement(value)
        if measured is None:
            self.junk += 1
            return None
        self.junk += measured.odd_tail
        return Sample(
            bpm=measured.bpm,
            rr_1024=tuple(ticks for ticks in measured.rr_1024 if ticks > 0),
            contact=measured.contact,
            battery_pct=self.battery_pct,
            sensor=self.sensor,
            location=self.location,
            evidence=(self._repetition.news(value, measured.rr_1024),),
        )
