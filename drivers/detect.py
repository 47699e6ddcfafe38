"""Which family answers on a port: a hint for the technician, who chooses. It asks what is a read on every family alone.

A byte from 80 to AF may start a belt on one family and be a question on another (A0 is both), so none is ever sent to
a machine that is not known, and none arises where a probe is heard at another of the speeds that the known families use
(4800 and 9600). On a line of 19200 or more a probe can be heard as 80, which starts a Biodex: the speed of its line is
in no open source, so nothing is probed but at the technician's own wish.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.serial_line import SerialLine

ANSWER_WITHIN_S = 0.4


@dataclass(frozen=True, slots=True)
class Probe:
    """One question, and who it is that answers so."""

    baudrate: int
    question: bytes
    families: Callable[[bytes], tuple[str, ...]]


def _opcode_speed(answer: bytes) -> tuple[str, ...]:
    speaks = len(answer) >= 5 and answer[:1] == b"\xd1" and answer[1:5].isdigit()
    return ("trackmaster", "woodway") if speaks else ()


def _standard_speed(answer: bytes) -> tuple[str, ...]:
    speaks = len(answer) >= 6 and answer[:1] == b"\xc7" and answer[1:5].isdigit() and answer[5] == 0x0D
    return ("woodway-standard",) if speaks else ()


def _csafe_status(answer: bytes) -> tuple[str, ...]:
    speaks = len(answer) == 4 and answer[0] == 0xF1 and answer[1] == answer[2] and answer[3] == 0xF2
    return ("csafe",) if speaks else ()


PROBES = (
    Probe(4800, b"\xc1", _opcode_speed),
    Probe(9600, b"\xc7\x00", _standard_speed),
    Probe(9600, b"\xf1\x00\xf2", _csafe_status),
)


def detect(port: str) -> tuple[str, ...]:
    """The families that answer so; none where nobody does. Raises LinkLost where the port cannot be opened."""
    for probe in PROBES:
        line = SerialLine(port, probe.baudrate)
        try:
            line.drain()
            line.write(probe.question)
            families = probe.families(line.read(16, time.monotonic() + ANSWER_WITHIN_S))
        finally:
            line.close()
        if families:
            return families
    return ()
