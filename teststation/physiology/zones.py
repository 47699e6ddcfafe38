"""Olympiatoppen's intensity zones (2020), as the clinic teaches them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: shares of HRmax, Borg's numbers, and the key of its talk-test words."""

    name: str
    hr_share_low: float
    hr_share_high: float
    borg_low: int
    borg_high: int


ZONES = (
    Zone("I-1", 0.55, 0.72, 6, 10),
    Zone("I-2", 0.72, 0.82, 11, 12),
    Zone("I-3", 0.82, 0.87, 13, 14),
    Zone("I-4", 0.87, 0.92, 15, 16),
    Zone("I-5", 0.92, 1.00, 17, 20),
)
