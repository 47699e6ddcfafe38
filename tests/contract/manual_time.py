"""An emulated device whose time moves only when told: what it answers, byte for byte."""

from typing import Generic, TypeVar

from drivers.emulators.wire import WireDevice

Device = TypeVar("Device", bound=WireDevice)


class Bench(Generic[Device]):
    """An emulator in manual time."""

    def __init__(self, device: Device, keep_alive: bytes = b"\xc1") -> None:
        self.device = device
        self.now_s = 0.0
        self._keep_alive = keep_alive
        self.device.advance(0.0)

    def say(self, hex_bytes: str, wait_s: float = 0.1) -> str:
        """Send bytes and return what is answered within ``wait_s``."""
        self.device.receive(bytes.fromhex(hex_bytes), self.now_s)
        return self.wait(wait_s)

    def wait(self, seconds: float, alive: bool = False) -> str:
        """Let time pass; with ``alive`` something is asked every tenth of a second, and the answers are dropped."""
        heard = b""
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            self.now_s = min(end_s, self.now_s + 0.1)
            if alive:
                self.device.receive(self._keep_alive, self.now_s)
            heard += self.device.transmit(self.now_s)
        if alive:
            self.now_s += 0.05
            self.device.transmit(self.now_s)
            return ""
        return heard.hex()
