"""What a Bluetooth stack throws, as one sentence that says what to do."""

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)

RADIO_ERRORS: tuple[type[Exception], ...] = (BleakError, OSError, TimeoutError, EOFError)

_REASONS = {
    BleakBluetoothNotAvailableReason.POWERED_OFF: "Bluetooth is off; turn it on in the system's settings",
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "this machine has no Bluetooth adapter; plug one in",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "this Bluetooth adapter cannot talk to straps; plug in one with Bluetooth 4.0 or newer"
    ),
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "this program may not use Bluetooth; allow it in the system",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "this user may not use Bluetooth; ask who runs this machine",
}
_NO_SERVICE = (
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.Spawn.ExecFailed",
)


def sentence(error: Exception, strap: str) -> str:
    """One sentence on what went wrong with ``strap`` (its name or address), for the operator."""
    match error:
        case BleakBluetoothNotAvailableError():
            return _REASONS.get(error.reason, "Bluetooth is not available; see the system's Bluetooth settings")
        case BleakDeviceNotFoundError():
            return f"{strap}: the strap is not in range; wet it, put it on and come closer"
        case BleakDBusError() if error.dbus_error in _NO_SERVICE:
            return "the Bluetooth service does not run; start it (systemctl start bluetooth)"
        case BleakDBusError() if "AccessDenied" in error.dbus_error:
            return "this user may not use Bluetooth; ask who runs this machine"
        case TimeoutError():
            return f"{strap}: the strap does not answer; free it from any watch or phone that holds it"
        case FileNotFoundError() | ConnectionRefusedError() | PermissionError():
            return "there is no Bluetooth on this machine (no system D-Bus); use a bridge or an ANT stick"
    said = str(error).strip().split("\n")[0] or type(error).__name__
    return f"{strap}: the Bluetooth link failed ({said}); the station tries again"
