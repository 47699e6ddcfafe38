"""Olympiatoppen's intensity zones (2020), as the clinic teaches them."""

from dataclasses import dataclass

# Of HRmax. What reaches above it is hard training, and may have to wait: the 4x4's pulse begins here (Rusfeltet and
# NTNU: 85 to 95 %, "closer to 85"), and bouts that aim above it are intervals.
HARD_FROM_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone: shares of HRmax, Borg's numbers, and the key of its talk-test words."""

    name: str
    hr_share_low: float
    hr_share_high: float
    borg_low: int
    borg_high: int

    @property
    def hard(self) -> bool:
        """Whether some of it is hard training: I-3 holds the very pulse that the 4x4 aims at."""
        return self.hr_share_high > HARD_FROM_SHARE


ZONES = (
    Zone("I-1", 0.55, 0.72, 6, 10),
    Zone("I-2", 0.72, 0.82, 11, 12),
    Zone("I-3", 0.82, 0.87, 13, 14),
    Zone("I-4", 0.87, 0.92, 15, 16),
    Zone("I-5", 0.92, 1.00, 17, 20),
)
