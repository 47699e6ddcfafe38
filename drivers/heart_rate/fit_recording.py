"""The pulse of a FIT file: of its ``record`` messages, or beat by beat of its ``hr`` messages where those have none.

Straps that store while they are under water hand over ``hr`` messages alone: a stamp with a fraction and an event time
in the first, then eight pulses each with the low twelve bits of their event time, in 1/1024 s.
Source: FIT SDK, profile (messages ``hr``, ``hrv`` and ``record``) and its notes on heart rates that are stored.
"""

import struct
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import fitdecode

from drivers.heart_rate.plausibility import is_interval
from drivers.heart_rate.recorded import Point, point
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import RECORDING_BYTES, read_bytes

TICKS_PER_S = 1024
_LOW_BITS = 0xFFF
_FIT_CRC = fitdecode.CrcCheck.RAISE
# The reader asserts where a file contradicts itself.
_FIT_ERRORS = (
    fitdecode.FitError,
    struct.error,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    OverflowError,
    TypeError,
    ValueError,
)


def read_fit(path: str) -> list[Point]:
    """The points of a file, in no order; those of which it says nothing among them. Raises BadInput."""
    records, beats = _Records(), _Beats()
    try:
        # What is odd in a file is a warning to its reader; what is wrong in it is an error, and told.
        with warnings.catch_warnings(action="ignore"), _reader(path) as file:
            for message in file:
                if isinstance(message, fitdecode.FitDataMessage):
                    records.take(message)
                    beats.take(message)
    except _FIT_ERRORS as error:
        raise BadInput(Cause("replay_no_fit", {"path": path, "why": str(error)})) from error
    alone = any(one.bpm for one in records.points)
    return records.points if alone else [*records.points, *beats.points]


def _reader(path: str) -> fitdecode.FitReader:
    return fitdecode.FitReader(read_bytes(path, RECORDING_BYTES), check_crc=_FIT_CRC)


class _Records:
    """``record`` messages; the beat intervals of ``hrv`` messages belong to the record with a pulse after them."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._rr: list[int] = []

    def take(self, message: Any) -> None:
        if message.name == "hrv":
            told = message.get_value("time", fallback=None)
            intervals_s = told if isinstance(told, tuple | list) else (told,)
            self._rr += [round(s * TICKS_PER_S) for s in intervals_s if isinstance(s, int | float) and 0 < s < 60]
        elif message.name == "record":
            stamp = message.get_value("timestamp", fallback=None)
            bpm = message.get_value("heart_rate", fallback=None)
            if not isinstance(stamp, datetime):
                return
            if isinstance(bpm, int):
                self.points.append(point(stamp.timestamp(), bpm, tuple(self._rr)))
                self._rr = []
            else:
                self.points.append(point(stamp.timestamp(), None))


class _Beats:
    """``hr`` messages: each beat with its own time."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._zero_s: float | None = None  # the moment of event time 0
        self._ticks: int | None = None  # event time of the last beat

    def take(self, message: Any) -> None:
        if message.name != "hr":
            return
        raw: dict[str, Any] = {}
        for field in message.fields:
            raw.setdefault(field.name, field.raw_value)
        low_bits = _several(raw.get("event_timestamp_12"))
        ticks = self._unpacked(low_bits) if low_bits else _several(raw.get("event_timestamp"))
        stamp = message.get_value("timestamp", fallback=None)
        if isinstance(stamp, datetime) and ticks:
            fraction_s = message.get_value("fractional_timestamp", fallback=None)
            self._zero_s = stamp.timestamp() + float(fraction_s or 0) - ticks[0] / TICKS_PER_S
        if self._zero_s is None:
            return
        for at, bpm in zip(ticks, _several(raw.get("filtered_bpm"), gaps=True), strict=False):
            if bpm is None:
                continue  # the rest of a message that is not full
            passed = None if self._ticks is None else at - self._ticks
            rr_1024 = (passed,) if passed is not None and is_interval(passed) else ()
            self.points.append(point(self._zero_s + at / TICKS_PER_S, bpm, rr_1024))
            self._ticks = at

    def _unpacked(self, packed: Sequence[int]) -> list[int]:
        """Whole event times from the low twelve bits of each, two in three bytes; each is later than the one before."""
        found: list[int] = []
        last = self._ticks
        if last is None:
            return found
        for first, both, second in zip(packed[::3], packed[1::3], packed[2::3], strict=False):
            for low in (first | (both & 0xF) << 8, both >> 4 | second << 4):
                last = (last & ~_LOW_BITS) + low + (_LOW_BITS + 1 if low < last & _LOW_BITS else 0)
                found.append(last)
        return found


def _several(value: Any, *, gaps: bool = False) -> list[Any]:
    """A field of one value or of several as a list; what is no number is left out, or stays as None."""
    values = value if isinstance(value, tuple | list) else (value,)
    numbers = [one if isinstance(one, int) else None for one in values]
    return numbers if gaps else [one for one in numbers if one is not None]
