"""Which straps are in range: those on Bluetooth, and the one that an ANT stick hears. No Qt."""

import time
from collections.abc import Callable, Sequence

from drivers.heart_rate.straps_seen import StrapSeen, straps_in_range
from drivers.heart_rate_client import HeartRateClient
from drivers.registry import HEART_RATE, parse_device
from teststation.clock import TimeScale
from teststation.errors import BadInput
from teststation.ports import HeartRateStatus

HEARD_WITHIN_S = 15.0


def needs_a_choice(device: str) -> bool:
    """Whether a DEVICE string leaves open which strap is meant: an ANT+ strap without its number."""
    try:
        read = parse_device(device, HEART_RATE)
    except BadInput:
        return False
    return read.family == "ant" and "number" not in read.options


def strap_on_stick(
    device: str,
    key: str,
    client: Callable[..., HeartRateClient] = HeartRateClient,
    within_s: float = HEARD_WITHIN_S,
) -> list[StrapSeen]:
    """The strap an ANT stick hears, with its pulse, to be chosen or not; nothing where it hears none in time.

    A channel hears one strap at a time: another one is found by searching again with this one out of range.
    """
    name = device.partition(",")[0]
    heard = client(name, TimeScale(), ant_key=key)
    until_s = time.monotonic() + within_s
    try:
        while time.monotonic() < until_s and heard.failure() is None:
            found = strap_heard(heard, name)
            if found is not None:
                return [found]
            time.sleep(0.05)
        return []
    finally:
        heard.close()


def strap_heard(client: HeartRateClient, device: str) -> StrapSeen | None:
    """The strap that has just told a pulse with its number, as ``device`` would name it."""
    for reading in client.readings():
        number = reading.sensor.rpartition(" ")[2]
        if reading.status is HeartRateStatus.OK and number.isdigit():
            return StrapSeen(name=reading.sensor, device=f"{device},number={number}", bpm=reading.bpm)
    return None


def search(device: str, key: str) -> Sequence[StrapSeen]:
    """All straps in range. ``device``: what is set now; where that is an ANT stick, it is listened to as well."""
    on_stick = strap_on_stick(device, key) if key and device.startswith("ant:") else []
    return [*on_stick, *straps_in_range()]
