"""What the station and the process that makes its reports say to each other: frames of a length and as many bytes."""

import struct
from collections.abc import Callable

import msgspec

from teststation.cause import Problem
from teststation.report.model import Report

_LENGTH = struct.Struct("<Q")


class Wanted(msgspec.Struct):
    """Make this report."""

    report: Report
    test_id: str


class Made(msgspec.Struct, tag=True):
    """The page and the five lines."""

    pdf: bytes
    words: str


class NotMade(msgspec.Struct, tag=True):
    """A known error."""

    causes: tuple[Problem, ...]


class Mistake(msgspec.Struct, tag=True):
    """A mistake of the program; the traceback is for the log."""

    kind: str
    traceback: str


Answer = Made | NotMade | Mistake

wanted = msgspec.msgpack.Decoder(Wanted).decode
answer: Callable[[bytes], Answer] = msgspec.msgpack.Decoder(Answer).decode


def frame(said: Wanted | Answer) -> bytes:
    """As it goes over the pipe."""
    data = msgspec.msgpack.encode(said)
    return _LENGTH.pack(len(data)) + data


def read(take: Callable[[int], bytes]) -> bytes | None:
    """The next frame from what ``take`` gives, which is as much as is asked for unless it ends; None at the end."""
    head = take(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    data = take(length)
    return data if len(data) == length else None
