"""What the station and the process that makes its reports say to each other."""

from collections.abc import Callable

import msgspec

from teststation.cause import Problem
from teststation.report.model import Report
from ui.station.apart.frames import framed


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
    return framed(msgspec.msgpack.encode(said))
