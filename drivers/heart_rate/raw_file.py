"""A test's raw strap frames as a file: one JSON object a line, a head and then each frame with its second.

``teststation records raw`` writes it, ``replay:FILE.raw`` plays it through the codec of the very family it came from.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from drivers.heart_rate.ant_pages import HrmDecoder
from drivers.heart_rate.ble_codec import BleDecoder
from drivers.heart_rate.bridge_codec import BridgeDecoder
from drivers.heart_rate.ftms_pulse import MachinePulse
from drivers.heart_rate.samples import Sample
from drivers.radio.ant_channel import AntChannel, Page
from drivers.registry import HEART_RATE, parse_device
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import RECORDING_BYTES, from_json, read_bytes

SUFFIX = ".raw"
FORM = 1
FAMILIES = ("bridge", "ant", "ble", "ftms")


class RawHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """First line: whose frames these are."""

    teststation_raw: int
    heart_rate: str  # the DEVICE string of the test
    test: str = ""
    started_at: str = ""


class RawLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One frame. ``t_s`` is test time, ``way`` in or out, ``hex`` the bytes."""

    t_s: float
    way: str
    hex: str
    channel: str = ""


_encode = msgspec.json.Encoder().encode
_head = msgspec.json.Decoder(RawHead)
_line = msgspec.json.Decoder(RawLine)


def write_raw(head: RawHead, frames: Iterable[RawLine]) -> bytes:
    """The file's bytes."""
    return b"".join(_encode(entry) + b"\n" for entry in (head, *frames))


@dataclass(frozen=True, slots=True)
class RawFile:
    """A raw file, read. Times begin at 0."""

    family: str
    number: int  # of the ANT+ strap; 0 where none was named
    frames: tuple[tuple[float, str, bytes], ...]  # second, channel, bytes that came in


def read_raw(path: str) -> RawFile:
    """Read a raw file. Raises BadInput: one sentence on the first thing that is wrong."""
    try:
        lines = read_bytes(path, RECORDING_BYTES).splitlines()
    except OSError as error:
        raise BadInput(Cause("replay_unreadable", {"path": path, "why": str(error.strerror)})) from error
    try:
        head = from_json(_head, lines[0] if lines else b"")
    except msgspec.MsgspecError as error:
        raise BadInput(Cause("replay_no_head", {"path": path})) from error
    device = parse_device(head.heart_rate, HEART_RATE)
    if head.teststation_raw != FORM or device.family not in FAMILIES:
        values = {"path": path, "form": head.teststation_raw, "family": device.family}
        raise BadInput(Cause("replay_form", values))
    frames: list[tuple[float, str, bytes]] = []
    for row, line in enumerate(lines[1:], start=2):
        try:
            entry = from_json(_line, line)
            data = bytes.fromhex(entry.hex)
        except (msgspec.MsgspecError, ValueError) as error:
            raise BadInput(Cause("replay_no_frame", {"path": path, "row": row})) from error
        if entry.way == "in":
            frames.append((entry.t_s, entry.channel, data))
    if not frames:
        raise BadInput(Cause("replay_no_frames", {"path": path}))
    frames.sort(key=lambda frame: frame[0])
    zero_s = frames[0][0]
    moved = tuple((t_s - zero_s, channel, data) for t_s, channel, data in frames)
    return RawFile(device.family, int(float(device.options.get("number", 0))), moved)


class RawPlayer:
    """Raw frames through the codec of their family."""

    def __init__(self, file: RawFile) -> None:
        self._family = file.family
        self._bridge, self._ble, self._pages = BridgeDecoder(), BleDecoder(sensor="replay"), HrmDecoder()
        self._machine = MachinePulse(sensor="replay")
        # No key: nothing is sent, and what the stick once answered is in the file.
        self._channel = AntChannel(b"", file.number)
        self._channel.listen_only()

    def feed(self, t_s: float, channel: str, data: bytes) -> list[Sample]:
        """Samples that are whole after this frame at ``t_s`` test seconds."""
        match self._family:
            case "bridge":
                if not data:
                    self._bridge = BridgeDecoder()  # the port was opened anew
                return self._bridge.feed(data)
            case "ble":
                sample = self._ble.take(channel, data)
                return [] if sample is None else [sample]
            case "ftms":
                sample = self._machine.take(channel, data, t_s)
                return [] if sample is None else [sample]
        events = self._channel.feed(data, t_s)
        pages = (event for event in events if isinstance(event, Page))
        samples = (self._pages.sample(page.data, t_s, f"ANT+ {page.number}") for page in pages)
        return [sample for sample in samples if sample is not None]
