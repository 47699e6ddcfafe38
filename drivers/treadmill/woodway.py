"""Woodway, the 4800-baud opcode protocol. Verify on your machine: one public client is the only source.

Source: pyWoodway 0.2.4 (Munroe-Meyer Institute). Speeds are miles an hour. A9 starts the belt without its
communication timer here: it is not in the table, so it cannot be sent; nor can a first digit of 3, which is reverse.
Not known, and so not built on: what the status byte means, how long the timer is, when BD is sent. A speed or an
incline that was set cannot be read back; what the belt does is seen by its measured speed alone.
"""

import queue
from collections.abc import Callable, Mapping

from drivers import lines
from drivers.treadmill.controlled import drive
from drivers.treadmill.opcode_codec import Dialect
from drivers.treadmill.opcode_machine import OpcodeMachine
from drivers.treadmill.port import Request
from teststation.clock import TimeScale
from teststation.units import KMH_PER_MPH

DIALECT = Dialect(
    family="woodway",
    opcodes={
        Request.START: 0xA0,
        Request.STOP: 0xA2,  # takes the drive's power away: only where the auto stop is ignored
        Request.SET_SPEED: 0xA3,
        Request.SET_INCLINE: 0xA4,
        Request.AUTO_STOP: 0xAA,
        Request.SPEED: 0xC1,
        Request.INCLINE: 0xC2,
    },
    kmh_per_unit=KMH_PER_MPH,
    lowest_tenths=0,
    highest_tenths=299,
    highest_incline_tenths=299,
    incline_step_tenths=1,
    timed_out=0xBD,
    finish=Request.AUTO_STOP,
    silence_s=3.0,  # the timer's length is not known; this is a guess on the long side
)


def run(
    port: str,
    options: Mapping[str, str],
    emit: Callable[[lines.FromDriver], None],
    inbox: "queue.Queue[lines.ToDriver | Exception | None]",
    scale: TimeScale,
    *,
    recover: bool = False,
) -> None:
    """Run one Woodway until the station quits or is gone and the belt is at rest."""
    drive(lambda log: OpcodeMachine(DIALECT, port, log), port, options, emit, inbox, scale, recover=recover)
