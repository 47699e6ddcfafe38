"""Every way a session can break × every kind of belt: how it ends, that nothing starts again, and what is kept.

The rows are those of a test (test_fault_matrix). A belt that is told is brought to rest by the station, its driver or
its own watchdog. One that is read is stopped by the operator, and so it moves on where the station is gone: nothing of
ours may hold it. Of a belt without a wire nothing is read: that it is unplugged, sticks or runs too fast is nothing
that a station could see, and these rows fall away. In the suite one cell of a belt that is told and one of a belt that
is read; all of them, in a whole 4x4, are walked at night.
"""

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.faults import TREADMILL_FAULTS, PlannedFault
from drivers.emulators.operated_belt import OperatedBelt
from drivers.emulators.treadmills import EmulatedTreadmill, Wanted, device_string, make
from drivers.emulators.wire import TcpServer
from tests.fast_keys import ordinary_keys
from tests.patience import PATIENCE
from tests.process.floor import (
    KILLED,
    OWN_CONSOLE,
    PASSPHRASE,
    cli,
    freeze,
    interrupt,
    kill,
    side_by_side,
    station_environment,
    thaw,
    wait_for,
)
from tests.process.session_room import FOUR_BY_FOUR, SCALE, SHORT, Shape, command
from tests.unit.texts.test_of_session import of_a_test
from teststation.clock import TimeScale
from teststation.records.database import open_record
from teststation.records.tests.stored import SessionLine
from teststation.run.record import Outcome

pytestmark = pytest.mark.process

TOLD, READ, UNWIRED = ("trackmaster", "woodway"), ("csafe",), ("manual",)
Harm = Callable[[subprocess.Popen[bytes]], None]
START = b"\xa0"
ALONE_S = 4.0  # longer than a driver waits for its station
IN_SUITE = ("killed trackmaster", "stuck csafe")
_SET = re.compile(r"set the treadmill to ([0-9.]+) km/h and ([0-9.]+) %")


@dataclass(frozen=True, slots=True)
class Row:
    """One way to break: what is done to whom, and how the session ends."""

    status: int
    outcome: Outcome
    harm: Harm | None = None  # done to the station as it walks
    alone: bool = False  # the station can ask nobody for anything
    fault: str = ""  # of the treadmill, half a minute into its walk
    pulse_s: int = 2400  # how long the strap tells a pulse
    belts: tuple[str, ...] = (*TOLD, *READ, *UNWIRED)


ROWS = {
    "killed": Row(KILLED, Outcome.INTERRUPTED, harm=lambda station: kill(station.pid), alone=True),
    "frozen": Row(4, Outcome.FAULT, harm=lambda station: freeze(station.pid), alone=True),
    "stopped": Row(3, Outcome.OPERATOR, harm=interrupt),
    "pulse lost": Row(4, Outcome.FAULT, pulse_s=40),
    "unplugged": Row(4, Outcome.FAULT, fault="unplug", belts=(*TOLD, *READ)),
    "stuck": Row(4, Outcome.FAULT, fault="stuck", belts=(*TOLD, *READ)),  # one km/h below the bout that follows
    "over-speed": Row(4, Outcome.FAULT, fault="over_speed", belts=(*TOLD, *READ)),
}
assert all(row.fault in (*TREADMILL_FAULTS, "") for row in ROWS.values())


class Operator:
    """Stands at the belt and does what the station asks for, where the belt is set by hand."""

    def __init__(self, station: subprocess.Popen[bytes], said: Path, belt: EmulatedTreadmill | None) -> None:
        self._station, self._said, self._belt = station, said, belt
        self._read = 0
        self.asked: list[str] = []
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._stand_by, daemon=True)
        self._thread.start()

    def _stand_by(self) -> None:
        while not self._gone.wait(0.05):
            lines = self._said.read_text("utf-8").splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]
            for line in whole[self._read :]:
                self._do(line)
            self._read = len(whole)

    def _do(self, line: str) -> None:
        load = _SET.search(line)
        if load is not None:
            self._set(float(load[1]), float(load[2]))
        elif "STOP THE BELT" in line:
            self._set(0.0, 0.0)
        elif "press Enter" in line and self._station.stdin is not None and self._station.poll() is None:
            self._station.stdin.write(b"\n")
            self._station.stdin.flush()
        else:
            return
        self.asked.append(line)

    def _set(self, speed_kmh: float, incline_pct: float) -> None:
        if isinstance(self._belt, OperatedBelt):
            self._belt.operator_sets(speed_kmh, incline_pct)

    def stop_the_belt(self) -> None:
        """By the operator's own eyes, where no station asks."""
        self._set(0.0, 0.0)

    def leave(self) -> None:
        """Do nothing any more."""
        self._gone.set()
        self._thread.join()


@contextmanager
def on_belt(name: str, fault: str) -> Generator[tuple[str, EmulatedTreadmill | None]]:
    """The DEVICE string of a belt, and the belt where there is one to look at."""
    if name in UNWIRED:
        yield name, None
        return
    wanted = Wanted(name, TimeScale(SCALE), faults=(PlannedFault(fault, 30.0),) if fault else ())
    belt = make(wanted)
    with TcpServer(belt) as server:
        yield device_string(wanted, server.url), belt


def breaks(way: str, name: str, shape: Shape, folder: Path) -> None:
    """One cell, to its end, and what is kept of it."""
    row, said = ROWS[way], folder / "said.txt"
    shape.lay_out(folder, row.pulse_s)
    with on_belt(name, row.fault) as (device, belt), said.open("w", encoding="utf-8") as errors:
        station = subprocess.Popen(
            command(shape, device), stdin=subprocess.PIPE if belt is None else subprocess.DEVNULL, stderr=errors,
            env=station_environment(), cwd=folder, creationflags=OWN_CONSOLE,
        )  # fmt: skip
        operator = Operator(station, said, belt)
        try:
            wait_for(lambda: walks(belt, said), 60 * PATIENCE, "the belt to come to its warm-up")
            if row.harm is not None:
                row.harm(station)
            if row.alone and name not in TOLD:
                time.sleep(ALONE_S)
                assert belt is None or belt.true_speed_kmh > 3.0, "somebody stopped a belt that is only read"
            else:
                wait_for(lambda: stands(belt), 100 * PATIENCE, "the belt to be at rest")
            thaw(station.pid)
            wait_for(lambda: station.poll() is not None, 100 * PATIENCE, "the station to end")
            if row.outcome is Outcome.INTERRUPTED:
                operator.stop_the_belt()
            wait_for(lambda: stands(belt), 10 * PATIENCE, "the belt to be at rest")
        finally:
            operator.leave()
            station.kill()
            station.communicate()
    told = said.read_text("utf-8")
    assert station.returncode == row.status, told
    assert "Traceback" not in told
    assert not of_a_test("en", told), told
    if belt is not None:
        wire = b"".join(data for _, way, data in belt.transcript if way == "in")
        assert wire.count(START) == (1 if name in TOLD else 0), "a belt was started again"
    if row.outcome is not Outcome.INTERRUPTED:
        session = json.loads((folder / "out.json").read_text("utf-8"))["session"]
        assert (session["outcome"], session["belt_at_rest"]) == (row.outcome.value, way != "unplugged"), told
    else:
        assert cli(folder, "session", "list", "--record", "a.record").returncode == 0  # takes it in
    (one,) = kept(folder)
    assert (one.outcome, one.bouts_planned) == (row.outcome, shape.bouts)
    assert one.bouts_done < shape.bouts
    assert one.minutes > 0


def walks(belt: EmulatedTreadmill | None, said: Path) -> bool:
    return "warm-up," in said.read_text("utf-8") if belt is None else belt.true_speed_kmh > 3.9


def stands(belt: EmulatedTreadmill | None) -> bool:
    """As a tachometer sees it; of a belt without a wire there is nothing to see."""
    return belt is None or belt.true_speed_kmh == 0.0


def kept(folder: Path) -> list[SessionLine]:
    with ordinary_keys(), open_record(folder / "a.record", PASSPHRASE, create=False) as record:
        return record.sessions.lines()


CELLS = {f"{way} {name}": partial(breaks, way, name) for way, row in ROWS.items() for name in row.belts}


@pytest.mark.long
@pytest.mark.timeout(240 * PATIENCE)
def test_a_session_that_breaks_ends_at_rest_and_is_kept(tmp_path: Path) -> None:
    side_by_side({one: partial(CELLS[one], SHORT) for one in IN_SUITE}, tmp_path, at_once=2)


@pytest.mark.nightly
@pytest.mark.timeout(900 * PATIENCE)
def test_a_4x4_that_breaks_in_whatever_way_on_whatever_belt_ends_at_rest_and_is_kept(tmp_path: Path) -> None:
    side_by_side({name: partial(cell, FOUR_BY_FOUR) for name, cell in CELLS.items()}, tmp_path, at_once=2)
