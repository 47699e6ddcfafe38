"""The serial line protocol of heart-rate bridges, sans-io. Described for makers in docs/bridge-protocol.md.

One line is one JSON object with ``hr``, or plain ``HR:72``, and may end in ``*`` and two hexadecimal digits: the XOR of
the bytes before. A bridge that has sent one such line is held to it. Lines are UTF-8, at most 256 bytes. What is no
such line is counted and dropped; nothing here raises on what comes in.
"""

import functools
import json
import operator
import re
from typing import Any

from drivers.heart_rate.samples import Sample
from drivers.naming import readable

LINE_MAX_BYTES = 256
_CHECKSUM = re.compile(rb"(.*)\*([0-9A-Fa-f]{2})\s*", re.DOTALL)
_PLAIN = re.compile(r"^\s*HR\s*[:=]\s*(\d{1,3})\b(?:.*?\bRR\s*[:=]\s*(\d+(?:\.\d+)?))?", re.IGNORECASE)


class BridgeDecoder:
    """Bytes in, samples out. ``junk`` counts dropped lines."""

    def __init__(self) -> None:
        self.junk = 0
        self._checked = False  # this bridge ends its lines in a checksum
        self._buffer = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[Sample]:
        """Every sample that is whole after these bytes."""
        samples: list[Sample] = []
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            if self._skipping or len(line) > LINE_MAX_BYTES:
                self._skipping = False
                self.junk += 1
                continue
            if not line.strip():
                continue
            body, right = _check(line)
            self._checked = self._checked or right is True
            sample = decode_line(body) if right or (right is None and not self._checked) else None
            if sample is None:
                self.junk += 1
            else:
                samples.append(sample)
        if len(self._buffer) > LINE_MAX_BYTES:
            self._buffer.clear()
            self._skipping = True
        return samples


def _check(line: bytes) -> tuple[bytes, bool | None]:
    """A line without its checksum, and whether that was right; None where it has none."""
    match = _CHECKSUM.fullmatch(line)
    if match is None:
        return line, None
    return match[1], functools.reduce(operator.xor, match[1], 0) == int(match[2], 16)


def decode_line(line: bytes) -> Sample | None:
    """One line without its checksum and end, or None if it is not in the protocol."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if text.lstrip().startswith("{"):
        return _from_json(text)
    match = _PLAIN.match(text)
    if match is None:
        return None
    rr = () if match[2] is None else _ticks([float(match[2])])
    return Sample(bpm=int(match[1]), rr_1024=rr)


def _from_json(text: str) -> Sample | None:
    try:
        message: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return None
    bpm = _whole(message.get("hr"), 0, 999)
    if bpm is None:
        return None
    rr = message.get("rr", message.get("rr_ms"))
    contact = message.get("contact")
    evidence = _whole(message.get("seq"), 0, 2**53), _whole(message.get("t_ms"), 0, 2**53)
    return Sample(
        bpm=bpm,
        rr_1024=_ticks(rr if isinstance(rr, list) else [rr]),
        contact=contact if isinstance(contact, bool) else None,
        battery_pct=_whole(message.get("batt"), 0, 100),
        sensor=readable(str(message.get("id", ""))),
        steps_per_min=_whole(message.get("spm"), 0, 400),
        evidence=None if evidence == (None, None) else evidence,
    )


def _whole(value: object, low: int, high: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    return round(value)


def _ticks(intervals_ms: list[object]) -> tuple[int, ...]:
    """Milliseconds to 1/1024 s; what is no interval is left out."""
    numbers = (v for v in intervals_ms if isinstance(v, int | float) and not isinstance(v, bool) and 0 < v < 60_000)
    return tuple(round(number * 1024 / 1000) for number in numbers)
