"""What is no test of a person: a treadmill or strap that is emulated, or a pulse that is played from a file.

A test tells it by the devices it was made with, as its own events keep them; no copy of it can lose that.
"""

EMULATED, REPLAYED = "emulated", "replay"
EMULATED_BELTS, EMULATED_PULSES = (EMULATED,), (EMULATED, REPLAYED)  # families, which stand before the first colon


def is_demonstration(treadmill: str, heart_rate: str) -> bool:
    """Whether a test on these DEVICE strings shows the station, and tests nobody."""
    belt, pulse = (device.partition(":")[0] for device in (treadmill, heart_rate))
    return belt in EMULATED_BELTS or pulse in EMULATED_PULSES
