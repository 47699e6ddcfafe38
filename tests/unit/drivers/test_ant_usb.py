"""An ANT stick on libusb, with a stick of our own in its place: packets, padding, and every way it can fail."""

import errno
import time
from collections.abc import Callable
from typing import Any

import pytest
import usb.core
import usb.util

from drivers.radio import ant_usb
from drivers.radio.ant_codec import Deframer, frame
from drivers.radio.ant_usb import UsbStick
from drivers.serial_line import LinkLost


class Endpoint:
    """One direction of the stick."""

    def __init__(self, address: int) -> None:
        self.bEndpointAddress = address
        self.packets: list[bytes] = []
        self.written: list[bytes] = []
        self.error: Exception | None = None

    def read(self, size: int, timeout_ms: int) -> bytes:
        if self.error is not None:
            raise self.error
        if not self.packets:
            raise usb.core.USBTimeoutError("timed out", errno=errno.ETIMEDOUT)
        return self.packets.pop(0)

    def write(self, data: bytes, timeout_ms: int) -> None:
        if self.error is not None:
            raise self.error
        self.written.append(data)


class Stick:
    """What pyusb gives of a stick."""

    def __init__(self, refuses: Exception | None = None) -> None:
        self.ends = [Endpoint(0x81), Endpoint(0x01)]
        self.refuses = refuses
        self.detached = False

    def is_kernel_driver_active(self, _: int) -> bool:
        return True

    def detach_kernel_driver(self, _: int) -> None:
        self.detached = True

    def set_configuration(self) -> None:
        if self.refuses is not None:
            raise self.refuses

    def get_active_configuration(self) -> dict[tuple[int, int], list[Endpoint]]:
        return {(0, 0): self.ends}


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Callable[[Stick | None], None]:
    def plugged(stick: Stick | None) -> None:
        monkeypatch.setattr(usb.core, "find", lambda **_: stick)

    def descriptor(interface: list[Endpoint], custom_match: Callable[[Any], bool]) -> Any:
        return next(end for end in interface if custom_match(end))

    monkeypatch.setattr(usb.util, "find_descriptor", descriptor)
    monkeypatch.setattr(usb.util, "dispose_resources", lambda _: None)
    monkeypatch.setattr(ant_usb, "_backend", lambda: None)
    return plugged


def test_packets_are_read_until_the_deadline_with_their_padding(plug: Callable[[Stick | None], None]) -> None:
    stick = Stick()
    plug(stick)
    stream = UsbStick()
    message = frame(0x6F, 0x20)
    stick.ends[0].packets = [message + bytes(64 - len(message)), message]
    data = stream.read(4096, time.monotonic() + 1.0)
    assert [m.id for m in Deframer().feed(data)] == [0x6F, 0x6F]
    assert stream.read(4096, time.monotonic() + 1.0) == b""
    stream.write(b"\xa4")
    assert stick.ends[1].written == [b"\xa4"]
    assert stick.detached
    stream.close()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENODEV, "plug it in again"),
        (errno.EACCES, "may not use"),
        (errno.EBUSY, "another program"),
        (None, "lost"),
    ],
)
def test_a_stick_that_fails_is_a_lost_link_with_its_reason(
    plug: Callable[[Stick | None], None], number: int | None, words: str
) -> None:
    stick = Stick()
    plug(stick)
    stream = UsbStick()
    for end in stick.ends:
        end.error = usb.core.USBError("pipe", errno=number)
    with pytest.raises(LinkLost, match=words):
        stream.read(64, time.monotonic() + 1.0)
    with pytest.raises(LinkLost, match=words):
        stream.write(b"\xa4")


def test_a_stick_that_may_not_be_opened_says_so(plug: Callable[[Stick | None], None]) -> None:
    plug(Stick(refuses=usb.core.USBError("access", errno=errno.EACCES)))
    with pytest.raises(LinkLost, match="give it the right"):
        UsbStick()


def test_a_stick_that_windows_gave_another_driver_is_one_sentence(plug: Callable[[Stick | None], None]) -> None:
    plug(Stick(refuses=NotImplementedError("Operation not supported or unimplemented on this platform")))
    with pytest.raises(LinkLost, match="another driver than WinUSB"):
        UsbStick()


def test_no_stick_and_no_libusb_are_told_apart(
    plug: Callable[[Stick | None], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug(None)
    with pytest.raises(LinkLost, match="no ANT stick on USB"):
        UsbStick()

    def no_backend(**_: object) -> None:
        raise usb.core.NoBackendError("No backend available")

    monkeypatch.setattr(usb.core, "find", no_backend)
    with pytest.raises(LinkLost, match="needs libusb"):
        UsbStick()
