"""An ANT stick without a serial port, by libusb: the same stream of bytes as on a serial one.

Windows shows ANTUSB2 and ANTUSB-m so. Needs the extra ``ant-usb`` (pyusb and a libusb) and, on Windows, the WinUSB
driver for the stick; both are said in words where they are missing.
"""

import contextlib
import errno
import time
from typing import Any, cast

from drivers.adapters import ANT_MAKER
from drivers.serial_line import LinkLost
from teststation.cause import Cause

STICKS = ((ANT_MAKER, 0x1008), (ANT_MAKER, 0x1009))  # ANTUSB2, ANTUSB-m; 0x1004 has a serial port
WRITE_TIMEOUT_MS = 200
PACKET_BYTES = 64
_DENIED = (errno.EACCES, errno.EPERM)


class UsbStick:
    """The first ANT stick on USB. Reads have deadlines; nothing blocks for ever."""

    def __init__(self) -> None:
        """Raises LinkLost with a sentence that says what is missing."""
        try:
            import usb.core
            import usb.util
        except ImportError as error:
            raise LinkLost(Cause("ant_usb_no_pyusb")) from error
        self._core, self._util = usb.core, usb.util
        try:
            found = next(
                (
                    stick
                    for ids in STICKS
                    if (stick := usb.core.find(idVendor=ids[0], idProduct=ids[1], backend=_backend()))
                ),
                None,
            )
        except usb.core.NoBackendError as error:
            raise LinkLost(Cause("ant_usb_no_libusb")) from error
        if found is None:
            raise LinkLost(Cause("ant_usb_none"))
        self._stick = cast("Any", found)  # pyusb says nothing of its types
        self._in: Any
        self._out: Any
        try:
            # Linux may have given the stick a serial port; ours is the one user now.
            with contextlib.suppress(NotImplementedError):
                if self._stick.is_kernel_driver_active(0):
                    self._stick.detach_kernel_driver(0)
            self._stick.set_configuration()
            interface = self._stick.get_active_configuration()[(0, 0)]
            self._in, self._out = (
                usb.util.find_descriptor(
                    interface,
                    custom_match=lambda end, way=way: usb.util.endpoint_direction(end.bEndpointAddress) == way,
                )
                for way in (usb.util.ENDPOINT_IN, usb.util.ENDPOINT_OUT)
            )
        except usb.core.USBError as error:
            self.close()
            raise self._lost(error) from error
        except NotImplementedError as error:
            # What libusb says on Windows of a stick that has another driver than WinUSB.
            self.close()
            raise LinkLost(Cause("ant_usb_driver")) from error

    def write(self, data: bytes) -> None:
        """Send bytes. Raises LinkLost."""
        try:
            self._out.write(data, WRITE_TIMEOUT_MS)
        except self._core.USBError as error:
            raise self._lost(error) from error

    def read(self, size: int, deadline_s: float) -> bytes:
        """Up to ``size`` bytes by ``deadline_s`` of ``time.monotonic``; padding is the deframer's to skip."""
        got = bytearray()
        while len(got) < size and (left_s := deadline_s - time.monotonic()) > 0:
            try:
                got += bytes(self._in.read(PACKET_BYTES, max(1, round(left_s * 1000))))
            except self._core.USBTimeoutError:
                break
            except self._core.USBError as error:
                raise self._lost(error) from error
        return bytes(got)

    def close(self) -> None:
        """Give the stick back."""
        with contextlib.suppress(self._core.USBError):
            self._util.dispose_resources(self._stick)

    def _lost(self, error: Exception) -> LinkLost:
        number = getattr(error, "errno", None)
        if number in _DENIED:
            return LinkLost(Cause("ant_usb_forbidden"))
        if number == errno.EBUSY:
            return LinkLost(Cause("ant_usb_taken"))
        return LinkLost(Cause("ant_usb_lost"))


def _backend() -> Any:
    """The libusb that came along as a package, else the system's own."""
    try:
        import libusb_package
    except ImportError:
        return None
    return libusb_package.get_libusb1_backend()
