"""Trackmaster / Full Vision. Source: Trackmaster service manual 317-160-406, chapter 8; unit from commissioning.

A1 starts without the half-second watchdog: it is not in the table, so it cannot be sent.
"""

import queue
from collections.abc import Callable, Mapping

from drivers import lines
from drivers.treadmill.controlled import drive
from drivers.treadmill.opcode_codec import Dialect
from drivers.treadmill.opcode_machine import OpcodeMachine
from drivers.treadmill.port import Request, Running
from teststation.clock import TimeScale
from teststation.units import KMH_PER_MPH

KMH_PER_UNIT = {"kmh": 1.0, "mph": KMH_PER_MPH}
BAD_QUERY = 0xDF


def dialect(units: str) -> Dialect:
    """The table, for a machine set up in ``kmh`` or ``mph``: nothing on the wire tells which."""
    return Dialect(
        family="trackmaster",
        opcodes={
            Request.START: 0xA0,
            Request.STOP: 0xA2,
            Request.SET_SPEED: 0xA3,
            Request.SET_INCLINE: 0xA4,
            Request.AUTO_STOP: 0xAA,
            Request.STATUS: 0xC0,
            Request.SPEED: 0xC1,
            Request.INCLINE: 0xC2,
            Request.SPEED_SETTING: 0xC3,
            Request.INCLINE_SETTING: 0xC4,
        },
        kmh_per_unit=KMH_PER_UNIT[units],
        lowest_tenths=2,  # what its only public client assumes
        highest_tenths=9998,  # the machine answers BE above its model's own top; 9999 is its emergency stop
        highest_incline_tenths=250,
        incline_step_tenths=5,
        refusals=frozenset({0xBE, 0xBF, BAD_QUERY}),
        statuses={0x31: Running.STOPPED, 0x32: Running.GUARDED, 0x33: Running.UNGUARDED},
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
    """Run one Trackmaster until the station quits or is gone and the belt is at rest."""
    table = dialect(options["units"])
    drive(lambda log: OpcodeMachine(table, port, log), port, options, emit, inbox, scale, recover=recover)
