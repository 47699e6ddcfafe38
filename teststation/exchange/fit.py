"""A run as FIT (Garmin's Flexible and Interoperable Data Transfer), the binary form of sports watches.

Source: FIT SDK, protocol and profile documents: message and field numbers, base types, scales, the CRC.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from teststation.exchange.track import Lap, Track, track_of
from teststation.run.record import RunRecord

EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_PROTOCOL, _PROFILE = 0x10, 2132
_ENUM, _UINT8, _SINT16, _UINT16, _UINT32, _UINT32Z = 0x00, 0x02, 0x83, 0x84, 0x86, 0x8C
_STRING = 0x07  # here always of 16 bytes, with its closing zero
_FORMS = {_ENUM: "B", _UINT8: "B", _SINT16: "h", _UINT16: "H", _UINT32: "I", _UINT32Z: "I", _STRING: "16s"}
_NONE = {_ENUM: 0xFF, _UINT8: 0xFF, _SINT16: 0x7FFF, _UINT16: 0xFFFF, _UINT32: 0xFFFFFFFF, _UINT32Z: 0}
_CRC_OF_NIBBLE = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip
_ACTIVITY_FILE, _DEVELOPMENT = 4, 255
_RUNNING, _WALKING, _TREADMILL, _INDOOR_WALKING = 1, 11, 1, 27
_STOPPED, _OF_LAP, _OF_SESSION, _OF_ACTIVITY = 1, 9, 8, 26


@dataclass(frozen=True, slots=True)
class _Message:
    """A message of the profile: its global number and its fields as (number, base type)."""

    local: int
    number: int
    fields: tuple[tuple[int, int], ...]

    def definition(self) -> bytes:
        """The definition record, little-endian."""
        head = struct.pack("<BBBHB", 0x40 | self.local, 0, 0, self.number, len(self.fields))
        return head + b"".join(
            struct.pack("<BBB", number, struct.calcsize("<" + _FORMS[base]), base) for number, base in self.fields
        )

    def data(self, *values: float | bytes | None) -> bytes:
        """A data record; None is the base type's own word for nothing."""
        form = "<B" + "".join(_FORMS[base] for _, base in self.fields)
        whole = [
            _NONE[base] if value is None else value if isinstance(value, bytes) else round(value)
            for value, (_, base) in zip(values, self.fields, strict=True)
        ]
        return struct.pack(form, self.local, *whole)


_FILE_ID = _Message(0, 0, ((0, _ENUM), (1, _UINT16), (2, _UINT16), (3, _UINT32Z), (4, _UINT32)))
_DEMO_FILE_ID = _Message(0, 0, (*_FILE_ID.fields, (8, _STRING)))  # with a product's name
_RECORD = _Message(1, 20, ((253, _UINT32), (3, _UINT8), (6, _UINT16), (5, _UINT32), (9, _SINT16)))
_LAP = _Message(
    2, 19,
    ((254, _UINT16), (253, _UINT32), (2, _UINT32), (7, _UINT32), (8, _UINT32), (9, _UINT32), (15, _UINT8),
     (16, _UINT8), (0, _ENUM), (1, _ENUM)),
)  # fmt: skip
_SESSION = _Message(
    3, 18,
    ((253, _UINT32), (2, _UINT32), (5, _ENUM), (6, _ENUM), (7, _UINT32), (8, _UINT32), (9, _UINT32), (16, _UINT8),
     (17, _UINT8), (25, _UINT16), (26, _UINT16), (0, _ENUM), (1, _ENUM)),
)  # fmt: skip
_ACTIVITY = _Message(4, 34, ((253, _UINT32), (0, _UINT32), (1, _UINT16), (2, _ENUM), (3, _ENUM), (4, _ENUM)))


def fit_of(run: RunRecord) -> bytes:
    """The file. Says nothing of who the person is."""
    track = track_of(run)
    body = b"".join(_records(track, demo=run.demo))
    head = struct.pack("<BBHI4s", 14, _PROTOCOL, _PROFILE, len(body), b".FIT")
    whole = head + struct.pack("<H", crc(head)) + body
    return whole + struct.pack("<H", crc(whole))


def crc(data: bytes) -> int:
    """FIT's CRC-16, a nibble at a time."""
    value = 0
    for byte in data:
        for nibble in (byte & 0xF, byte >> 4):
            value = (value >> 4) ^ _CRC_OF_NIBBLE[value & 0xF] ^ _CRC_OF_NIBBLE[nibble]
    return value


def _records(track: Track, *, demo: bool) -> list[bytes]:
    end_s = track.points[-1].t_s if track.points else 0.0
    begin, end = _stamp(track, 0.0), _stamp(track, end_s)
    file_id, name = (_DEMO_FILE_ID, (b"DEMONSTRATION",)) if demo else (_FILE_ID, ())
    made = [file_id.definition(), file_id.data(_ACTIVITY_FILE, _DEVELOPMENT, 0, None, begin, *name)]
    made.append(_RECORD.definition())
    for point in track.points:
        made.append(
            _RECORD.data(
                _stamp(track, point.t_s),
                point.bpm,
                None if point.speed_m_s is None else point.speed_m_s * 1000,
                point.distance_m * 100,
                None if point.incline_pct is None else point.incline_pct * 100,
            )
        )
    made.append(_LAP.definition())
    for number, lap in enumerate(track.laps):
        made.append(_lap(track, number, lap))
    beats = [point.bpm for point in track.points if point.bpm is not None]
    sport = (_RUNNING, _TREADMILL) if track.runs else (_WALKING, _INDOOR_WALKING)
    distance_m = track.points[-1].distance_m if track.points else 0.0
    made += [
        _SESSION.definition(),
        _SESSION.data(
            end, begin, *sport, end_s * 1000, end_s * 1000, distance_m * 100, _mean(beats), max(beats, default=None),
            0, len(track.laps), _OF_SESSION, _STOPPED,
        ),
        _ACTIVITY.definition(),
        _ACTIVITY.data(end, end_s * 1000, 1, 0, _OF_ACTIVITY, _STOPPED),
    ]  # fmt: skip
    return made


def _lap(track: Track, number: int, lap: Lap) -> bytes:
    length_ms = (lap.ended_s - lap.began_s) * 1000
    return _LAP.data(
        number, _stamp(track, lap.ended_s), _stamp(track, lap.began_s), length_ms, length_ms, lap.distance_m * 100,
        _mean(lap.heart_bpm), max(lap.heart_bpm, default=None), _OF_LAP, _STOPPED,
    )  # fmt: skip


def _stamp(track: Track, t_s: float) -> int:
    return round((track.at(t_s) - EPOCH).total_seconds())


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
