"""As much of the FIT format as a recorded pulse needs, written byte by byte so that its reader is tested by itself.

Header of 14 bytes, definition and data messages, CRC-16/ARC at the end. Source: Garmin, FIT protocol (D00001275).
"""

import struct
from collections.abc import Sequence

FIT_ZERO_UNIX_S = 631_065_600  # 1989-12-31T00:00:00Z
_FILE_ID, _RECORD, _HRV, _HR = 0, 20, 78, 132
_ENUM, _U8, _BYTE, _U16, _U32 = 0x00, 0x02, 0x0D, 0x84, 0x86
_RR_PER_MESSAGE = 5
_NO_RR = 0xFFFF


def fit_bytes(rows: Sequence[tuple[int, int | None, Sequence[float]]]) -> bytes:
    """Rows of second, heart rate (None: not recorded) and the beat intervals in seconds since the row before."""
    body = _definition(0, _FILE_ID, [(0, 1, _ENUM)]) + b"\x00\x04"
    body += _definition(1, _RECORD, [(253, 4, _U32), (3, 1, _U8)])
    body += _definition(2, _HRV, [(0, 2 * _RR_PER_MESSAGE, _U16)])
    for t_s, bpm, rr_s in rows:
        for at in range(0, len(rr_s), _RR_PER_MESSAGE):
            told = [round(s * 1000) for s in rr_s[at : at + _RR_PER_MESSAGE]]
            body += struct.pack("<B5H", 2, *told, *[_NO_RR] * (_RR_PER_MESSAGE - len(told)))
        body += struct.pack("<BIB", 1, 1_000_000_000 + t_s, 0xFF if bpm is None else bpm)
    return _whole(body)


def hr_fit_bytes(
    beats: Sequence[tuple[float, int]], records: Sequence[tuple[int, int | None]] = (), began_ticks: int = 5000
) -> bytes:
    """Beats as a strap that stores hands them over: second and pulse, in ``hr`` messages of eight after the first.

    ``records``: second and pulse of ``record`` messages beside them. ``began_ticks``: the strap's own clock, 1/1024 s.
    """
    body = _definition(0, _FILE_ID, [(0, 1, _ENUM)]) + b"\x00\x04"
    body += _definition(1, _RECORD, [(253, 4, _U32), (3, 1, _U8)])
    for t_s, bpm in records:
        body += struct.pack("<BIB", 1, 1_000_000_000 + t_s, 0xFF if bpm is None else bpm)
    body += _definition(2, _HR, [(253, 4, _U32), (0, 2, _U16), (6, 1, _U8), (9, 4, _U32)])
    body += _definition(3, _HR, [(6, 8, _U8), (10, 12, _BYTE)])
    ticks = [began_ticks + round(t_s * 1024) for t_s, _ in beats]
    if beats:
        fraction = round(beats[0][0] % 1 * 32768)
        body += struct.pack("<BIHBI", 2, 1_000_000_000 + int(beats[0][0]), fraction, beats[0][1], ticks[0])
    for at in range(1, len(beats), 8):
        eight = beats[at : at + 8]
        times = [tick & 0xFFF for tick in ticks[at : at + 8]]
        times += times[-1:] * (8 - len(times))
        pulses = [bpm for _, bpm in eight] + [0xFF] * (8 - len(eight))
        packed = (
            bytes((one & 0xFF, one >> 8 | (other & 0xF) << 4, other >> 4))
            for one, other in zip(times[::2], times[1::2], strict=True)
        )
        body += bytes((3, *pulses)) + b"".join(packed)
    return _whole(body)


def _whole(body: bytes) -> bytes:
    head = struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    head += struct.pack("<H", _crc(head))
    return head + body + struct.pack("<H", _crc(head + body))


def _definition(local: int, message: int, fields: list[tuple[int, int, int]]) -> bytes:
    return struct.pack("<BBBHB", 0x40 | local, 0, 0, message, len(fields)) + b"".join(bytes(f) for f in fields)


def _crc(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc
