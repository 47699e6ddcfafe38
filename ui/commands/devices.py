"""``teststation devices``: which ports there are, and whether the devices answer. It reads and never moves a belt."""

import argparse
import time
from collections.abc import Callable

from serial.tools import list_ports

from drivers.client import HeartRateClient, TreadmillClient
from drivers.registry import HEART_RATE, TREADMILL, parse_device
from teststation.clock import TimeScale
from teststation.errors import BadInput, DeviceError
from teststation.ports import BeltState, HeartRateStatus

LISTEN_S = 6.0


def list_all(_: argparse.Namespace) -> int:
    """Serial ports with what identifies their adapter."""
    ports = list(list_ports.comports())
    for port in ports:
        ids = "" if port.vid is None else f" {port.vid:04x}:{port.pid:04x} {port.serial_number or ''}"
        print(f"{port.device}{ids}  {port.description}")
    if not ports:
        print("no serial port on this machine; plug the adapter in and try again")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Listen to both devices for a few seconds and say what they said."""
    if arguments.treadmill is None and arguments.heart_rate is None:
        raise BadInput("name a device to check: --treadmill DEVICE, --heart-rate DEVICE or both")
    failures: list[str] = []
    if arguments.treadmill is not None:
        parse_device(arguments.treadmill, TREADMILL)
        failures += _check_treadmill(arguments.treadmill)
    if arguments.heart_rate is not None:
        parse_device(arguments.heart_rate, HEART_RATE)
        failures += _check_heart_rate(arguments.heart_rate)
    if failures:
        raise DeviceError(*failures)
    return 0


def _check_treadmill(spec: str) -> list[str]:
    client = TreadmillClient(spec, TimeScale())

    def heard() -> str | None:
        for seen in client.telemetry():
            if seen.state is not BeltState.OFFLINE and seen.measured_speed_kmh is not None:
                rest = "at rest" if seen.at_rest else "MOVING"
                return f"{rest}, {seen.measured_speed_kmh:.1f} km/h, {seen.measured_incline_pct or 0:.1f} %"
        return None

    return _listen(spec, client, heard, "no answer; check cable, power and the family's port settings")


def _check_heart_rate(spec: str) -> list[str]:
    client = HeartRateClient(spec, TimeScale())

    def heard() -> str | None:
        good = [seen for seen in client.readings() if seen.status is HeartRateStatus.OK]
        return f"{good[-1].bpm} bpm {good[-1].sensor}".rstrip() if good else None

    return _listen(spec, client, heard, "no pulse; wet the strap, move closer, or check the port")


def _listen(
    spec: str, client: TreadmillClient | HeartRateClient, heard: Callable[[], str | None], silence: str
) -> list[str]:
    """Wait for the device's first word and print it; what failed, else."""
    try:
        until_s = time.monotonic() + LISTEN_S
        while time.monotonic() < until_s:
            word = heard()
            if word is not None:
                print(f"{spec}: {word}")
                return []
            failure = client.failure()
            if failure is not None:
                return [f"{spec}: {failure}"]
            time.sleep(0.05)
        return [client.trouble or f"{spec}: {silence}"]
    finally:
        client.close()
