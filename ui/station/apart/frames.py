"""Frames of a length and as many bytes, over the pipes to what the station has in processes of their own."""

import struct
from collections.abc import Callable

_LENGTH = struct.Struct("<Q")


def framed(data: bytes) -> bytes:
    """As it goes over the pipe."""
    return _LENGTH.pack(len(data)) + data


def read(take: Callable[[int], bytes]) -> bytes | None:
    """The next frame from what ``take`` gives, which is as much as is asked for unless it ends; None at the end."""
    head = take(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = take(length)
    return data if len(data) == length else None
