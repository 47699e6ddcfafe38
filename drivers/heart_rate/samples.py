"""What a strap's codec hands on: one line or frame, decoded, before anything is believed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement as it was told. ``bpm`` 0, 255 or whatever can be no pulse is no reading.

    Beat intervals are in 1/1024 s, oldest first.
    """

    bpm: int
    rr_1024: tuple[int, ...] = ()
    contact: bool | None = None  # None: not measured, which proves nothing
    battery_pct: int | None = None
    sensor: str = ""
    location: str = ""  # where the sensor sits, in English
    steps_per_min: float | None = None
    remarks: tuple[str, ...] = ()  # what the link itself has to remark
    # Each moves with every new measurement; None where nothing of the kind is told, one by one or at all.
    evidence: tuple[int | None, ...] | None = None
