"""What Bluetooth stacks throw, on Linux and on Windows, in words that say what to do."""

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)

from drivers.radio.ble_errors import RADIO_ERRORS, cause_of
from teststation.texts import english

ERRORS = [
    (FileNotFoundError(2, "No such file or directory"), "no system D-Bus"),
    (PermissionError(13, "Permission denied"), "no system D-Bus"),
    (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["no"]), "systemctl start bluetooth"),
    (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["no"]), "may not use Bluetooth"),
    (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]), "le-connection-abort-by-local"),
    (BleakDeviceNotFoundError("X"), "not in range"),
    (TimeoutError(), "free it from any watch or phone"),
    (OSError(-2147023729, "The device is not ready for use"), "the Bluetooth link failed"),  # WinRT
    (OSError(-2147221164, "Class not registered"), "no Bluetooth adapter"),  # WinRT
    (BleakError("Not connected"), "Not connected"),
    (EOFError(), "EOFError"),
]


@pytest.mark.parametrize(("error", "words"), ERRORS)
def test_an_error_is_one_sentence_that_says_what_to_do(error: Exception, words: str) -> None:
    said = english(cause_of(error, "HRM 1"))
    assert words in said
    assert "\n" not in said
    assert isinstance(error, RADIO_ERRORS)


@pytest.mark.parametrize("reason", BleakBluetoothNotAvailableReason)
def test_bluetooth_that_is_not_there_is_told_with_its_reason(reason: BleakBluetoothNotAvailableReason) -> None:
    said = english(cause_of(BleakBluetoothNotAvailableError("raw words of a library", reason), "HRM 1"))
    assert "raw words" not in said
    assert "luetooth" in said
