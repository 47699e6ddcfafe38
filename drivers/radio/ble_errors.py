"""What a Bluetooth stack throws, as a cause that says what to do."""

from dataclasses import dataclass

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)

from teststation.cause import Cause

RADIO_ERRORS: tuple[type[Exception], ...] = (BleakError, OSError, TimeoutError, EOFError)

_REASONS = {
    BleakBluetoothNotAvailableReason.POWERED_OFF: "ble_off",
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "ble_no_adapter",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "ble_too_old",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "ble_denied_program",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "ble_denied_user",
}
_NO_SERVICE = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.Spawn.ExecFailed",
)
# REGDB_E_CLASSNOTREG of WinRT: this Windows has no Bluetooth in it at all.
_CLASS_NOT_REGISTERED = -2147221164


@dataclass(frozen=True, slots=True)
class Words:
    """The causes that are told of one kind of device: a strap is wetted, a treadmill is switched on."""

    away: str
    namesakes: str
    another: str
    lost: str
    silent: str
    failed: str


STRAP = Words("ble_away", "ble_namesakes", "ble_another", "ble_lost", "ble_silent", "ble_failed")
FITNESS_MACHINE = Words("ftms_away", "ftms_namesakes", "ftms_another", "ftms_lost", "ftms_silent", "ftms_failed")


def cause_of(error: Exception, name: str, words: Words = STRAP) -> Cause:
    """What went wrong with the device of this name or address, for the operator."""
    match error:
        case BleakBluetoothNotAvailableError():
            return Cause(_REASONS.get(error.reason, "ble_not_available"))
        case BleakDeviceNotFoundError():
            return Cause(words.away, {"name": name})
        case BleakDBusError() if error.dbus_error in _NO_SERVICE:
            return Cause("ble_no_service")
        case BleakDBusError() if "AccessDenied" in error.dbus_error:
            return Cause("ble_denied_user")
        case TimeoutError():
            return Cause(words.silent, {"name": name})
        case OSError() if _CLASS_NOT_REGISTERED in (error.errno, getattr(error, "winerror", None)):
            return Cause("ble_no_adapter")
        case FileNotFoundError() | ConnectionRefusedError() | PermissionError():
            return Cause("ble_no_bus")
    said = str(error).strip().split("\n")[0] or type(error).__name__
    return Cause(words.failed, {"name": name, "why": said})
