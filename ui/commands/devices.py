"""``teststation devices``: which ports there are, and whether the devices answer. It reads and never moves a belt."""

import argparse
import time
from collections.abc import Callable
from datetime import datetime

from serial.tools import list_ports

from drivers.adapters import ANT_MAKER, adapter_of
from drivers.detect import detect
from drivers.heart_rate.straps_seen import StrapSeen, straps_in_range
from drivers.heart_rate_client import HeartRateClient
from drivers.machines import machine_of
from drivers.registry import FAMILIES, HEART_RATE, TREADMILL, parse_device
from drivers.treadmill.machines_seen import machines_in_range
from drivers.treadmill_client import TreadmillClient
from teststation.cause import Cause
from teststation.clock import TimeScale
from teststation.errors import BadInput, DeviceError
from teststation.ports import BeltState, HeartRateStatus
from teststation.texts import english
from ui.commands.telling import tell
from ui.station.settings import ant_key, load_settings
from ui.station.stick_search import heard_on_stick, stick_of

LISTEN_S = 10.0
REST_KNOWN_S = 4.0  # a belt that stands is known to after so long
SEARCH_S = 20.0  # a radio has to search first


def list_all(_: argparse.Namespace) -> int:
    """Serial ports with what identifies their adapter, and Bluetooth straps in range with their live pulse."""
    ports = list(list_ports.comports())
    for port in ports:
        adapter = adapter_of(port)
        kind = "  an ANT stick: devices detect tells what it hears" if port.vid == ANT_MAKER else ""
        tell(f"{port.device}{'' if adapter is None else f'  {adapter}'}  {port.description}{kind}")
    if not ports:
        print("no serial port on this machine; plug the adapter in and try again")
    straps = straps_in_range()
    for strap in straps:
        tell(f"Bluetooth: {strap.trouble}" if strap.trouble else _strap_line(strap))
    if not straps:
        print("no Bluetooth strap in range; wet one, put it on and come closer")
    if not any(strap.trouble for strap in straps):
        _list_machines()
    return 0


def _list_machines() -> None:
    """The fitness machines in range; which of them is this station's, its console tells."""
    machines = machines_in_range()
    for machine in machines:
        if machine.trouble:
            tell(f"Bluetooth: {machine.trouble}")
            continue
        kind = {True: "treadmill", False: "another fitness machine", None: "fitness machine"}[machine.treadmill]
        tell(f"ftms:{machine.address}  {machine.name}  {machine.rssi_dbm} dBm  {kind}")
    if not machines:
        print("no treadmill on Bluetooth in range; switch it on, and free it from any tablet or phone that holds it")


def _strap_line(strap: StrapSeen) -> str:
    pulse = "no skin contact" if strap.contact is False else "no pulse" if strap.bpm is None else f"{strap.bpm} bpm"
    battery = "" if strap.battery_pct is None else f"  battery {strap.battery_pct} %"
    return f"ble:{strap.address}  {strap.name}  {strap.rssi_dbm} dBm  {pulse}{battery}"


def check(arguments: argparse.Namespace) -> int:
    """Listen to both devices for a few seconds and say what they said."""
    if arguments.treadmill is None and arguments.heart_rate is None:
        raise BadInput("name a device to check: --treadmill DEVICE, --heart-rate DEVICE or both")
    failures: list[str] = []
    if arguments.treadmill is not None:
        family = parse_device(arguments.treadmill, TREADMILL).family
        failures += _check_treadmill(arguments.treadmill)
        _tell_belt_check(arguments.treadmill)
        if FAMILIES[TREADMILL, family].verify:
            words = "is documented by others than its maker, or its makers differ"
            print(f"{arguments.treadmill}: VERIFY ON YOUR MACHINE: {family} {words}")
    if arguments.heart_rate is not None:
        parse_device(arguments.heart_rate, HEART_RATE)
        failures += _check_heart_rate(arguments.heart_rate)
    if failures:
        raise DeviceError(*failures)
    return 0


def detect_family(arguments: argparse.Namespace) -> int:
    """Which family answers on a port. It asks what is a read on every family, and moves nothing."""
    stick = stick_of(arguments.port)
    if stick is not None:
        return _tell_stick(arguments.port, stick)
    families = detect(arguments.port)
    if not families:
        raise DeviceError(f"{arguments.port}: no known family answers; check cable and power, or choose by the machine")
    print(
        f"{arguments.port}: {' or '.join(families)} answers; choose the family by the machine's own manual all the same"
    )
    return 0


def _tell_stick(port: str, stick: str) -> int:
    """An ANT stick, and whom it hears; which of them is this station's, its label or console tells."""
    print(f"{port}: an ANT stick")
    key = ant_key(load_settings())
    if not key:
        raise BadInput(Cause("ant_key_missing"))
    heard = heard_on_stick(stick, key)
    if heard.treadmill is not None:
        print(f"fec:{stick},number={heard.treadmill}  fitness machine {heard.treadmill} (ANT+ FE-C)")
    if heard.strap is not None:
        tell(f"{heard.strap.device}  {heard.strap.name}  {heard.strap.bpm} bpm")
    if heard.trouble:
        raise DeviceError(*heard.trouble)
    if heard.treadmill is None and heard.strap is None:
        print("it hears no strap and no treadmill; wear the strap, switch the treadmill on, and come closer")
    return 0


def _tell_belt_check(spec: str) -> None:
    """The last belt check of a treadmill the clinic has commissioned."""
    machine = machine_of(spec)
    if machine is None:
        return
    last, today = machine.last_check, datetime.now().astimezone().date()
    told = "never checked" if last is None else f"belt checked {last.day}, {last.error_pct:+.1f} %"
    print(f"{spec}: {told}{'; CHECK THE BELT: teststation devices commission' if machine.check_due(today) else ''}")


def _check_treadmill(spec: str) -> list[str]:
    client = TreadmillClient(spec, TimeScale(), ant_key=ant_key(load_settings()))

    first_s: list[float] = []  # when a speed was heard first

    def heard() -> str | None:
        for seen in client.telemetry():
            if seen.state is not BeltState.OFFLINE and seen.measured_speed_kmh is not None:
                first_s.append(time.monotonic())
                # One zero is no rest, and no motion either.
                if seen.measured_speed_kmh == 0.0 and not seen.at_rest and first_s[-1] - first_s[0] < REST_KNOWN_S:
                    continue
                rest = "at rest" if seen.at_rest else "MOVING"
                incline_pct = seen.measured_incline_pct
                incline = "no incline is read" if incline_pct is None else f"{incline_pct:.1f} %"
                return f"{rest}, {seen.measured_speed_kmh:.1f} km/h, {incline}"
        return None

    searches = parse_device(spec, TREADMILL).family in ("ftms", "fec")
    within_s = SEARCH_S if searches else LISTEN_S
    return _listen(spec, client, heard, within_s, "no answer; check cable, power and the family's port settings")


def _check_heart_rate(spec: str) -> list[str]:
    client = HeartRateClient(spec, TimeScale(), ant_key=ant_key(load_settings()))

    def heard() -> str | None:
        good = [seen for seen in client.readings() if seen.status is HeartRateStatus.OK]
        if not good:
            return None
        last = good[-1]
        battery = "" if last.battery_pct is None else f"battery {last.battery_pct} %"
        return " ".join(part for part in (f"{last.bpm} bpm", last.sensor, last.location, battery) if part)

    searches = parse_device(spec, HEART_RATE).family in ("ble", "ant", "ftms")
    within_s = SEARCH_S if searches else LISTEN_S
    return _listen(spec, client, heard, within_s, "no pulse; wet the strap, move closer, or check the port")


def _listen(
    spec: str,
    client: TreadmillClient | HeartRateClient,
    heard: Callable[[], str | None],
    within_s: float,
    silence: str,
) -> list[str]:
    """Wait for the device's first word and print it; what failed, else."""
    try:
        until_s = time.monotonic() + within_s
        while time.monotonic() < until_s:
            word = heard()
            if word is not None:
                print(f"{spec}: {word}")
                return []
            failure = client.failure()
            if failure is not None:
                return [f"{spec}: {failure}"]
            if client.trouble and time.monotonic() > until_s - within_s + LISTEN_S:
                break
            time.sleep(0.05)
        return [english(*client.trouble) or f"{spec}: {silence}"]
    finally:
        client.close()
