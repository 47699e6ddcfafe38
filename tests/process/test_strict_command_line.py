"""``teststation run --yes`` on belts that are strict, slow, or obey their stop half: exit status, cause, and how soon.

The treadmill is a stand-in apart from the product's own dialect; the station, its driver and its strap are real
processes.
"""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from tests.process.floor import side_by_side, station_environment, wait_for
from tests.process.strict_treadmill import Belt, StrictTreadmill

pytestmark = [pytest.mark.process, pytest.mark.long]
TOLD_WITHIN_S = 5.0
REST_WITHIN_S = 20.0
RED_BUTTON = re.compile(r"red button", re.IGNORECASE)
PROTOCOL = """
id = "brief"
title = "Brief"
citation = "Two stages for a test of the station."
[[stages]]
name = "1"
duration_s = 20
speed_kmh = 4.0
incline_pct = 0
[[stages]]
name = "2"
duration_s = 20
speed_kmh = {top}
incline_pct = 0
[cool_down]
duration_s = {cool_down_s}
speed_kmh = 3.0
incline_pct = 0
"""


@dataclass(slots=True)
class Run:
    """One ``teststation run`` and what it said, with the moment of every line."""

    process: subprocess.Popen[bytes]
    folder: Path
    said: list[tuple[float, str]]
    reader: threading.Thread

    @property
    def words(self) -> str:
        return "\n".join(line for _, line in self.said)

    def told_s(self) -> float | None:
        """When the operator was first told of the red button."""
        return next((at_s for at_s, line in list(self.said) if RED_BUTTON.search(line)), None)

    def ended(self, within_s: float) -> dict:
        """The test's part of the result, once the process has ended."""
        self.process.wait(within_s)
        self.reader.join(2.0)
        return json.loads((self.folder / "out.json").read_text("utf-8"))["test"]


def begin(treadmill: StrictTreadmill, folder: Path, units: str, top_kmh: float, cool_down_s: float) -> Run:
    (folder / "brief.toml").write_text(PROTOCOL.format(top=top_kmh, cool_down_s=cool_down_s), "utf-8")
    words = ["run", "--protocol", "brief.toml", "--treadmill", f"trackmaster:{treadmill.url},units={units}"]
    pulse = "".join(f"{second},{100 + second // 7 % 5}\n" for second in range(7200))
    (folder / "pulse.csv").write_text(
        f"t_s,hr_bpm\n{pulse}", "utf-8"
    )  # no emulated strap on a belt that is none of ours
    words += ["--heart-rate", "replay:pulse.csv", "--yes", "--sex", "male", "--age", "44", "--weight", "88"]
    words += ["--time-scale", str(treadmill.belt.scale), "--record", "a.record", "--json", "out.json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", *words],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=station_environment(),
        cwd=folder,
    )
    said: list[tuple[float, str]] = []

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            said.append((time.monotonic(), line.decode("utf-8")))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    return Run(process, folder, said, reader)


def on(belt: Belt, folder: Path, then: Callable[[StrictTreadmill, Run], None], *, top_kmh: float = 4.8,
       cool_down_s: float = 20.0, units: str = "kmh") -> None:  # fmt: skip
    with StrictTreadmill(belt) as treadmill:
        run = begin(treadmill, folder, units, top_kmh, cool_down_s)
        try:
            then(treadmill, run)
            assert "Traceback" not in run.words
            assert sum(data[0] in (0xA0, 0xA1) for _, data in treadmill.heard) == 1, "a belt was started again"
        finally:
            if run.process.poll() is None:
                run.process.kill()
            run.process.wait(5)
            run.reader.join(2.0)
            assert run.process.stderr is not None
            run.process.stderr.close()


def is_told_and_rests(treadmill: StrictTreadmill, run: Run, since_s: float, told_within_s: float) -> None:
    wait_for(lambda: run.told_s() is not None, told_within_s + 3, "the operator's word")
    told_s = run.told_s()
    assert told_s is not None
    assert told_s - since_s <= told_within_s, f"told after {told_s - since_s:.1f} s"
    left_s = max(0.1, REST_WITHIN_S - (time.monotonic() - since_s))
    wait_for(lambda: treadmill.speed_kmh == 0.0, left_s, "standstill")


def completes(treadmill: StrictTreadmill, run: Run) -> None:
    test = run.ended(110)
    assert run.process.returncode == 0, run.words
    assert (test["outcome"], test["belt_at_rest"]) == ("completed", True)
    assert run.told_s() is None, run.words
    assert (treadmill.watchdog_fired, treadmill.lost) == (0, 0)


def completes_above_its_slowest(treadmill: StrictTreadmill, run: Run) -> None:
    completes(treadmill, run)
    assert all(data[:1] == b"\xa3" for data in treadmill.refused)
    # Nothing was refused any more once the belt was on: its slowest speed was found before.
    started_s = treadmill.first(0xA0)
    assert started_s is not None
    orders = [(at_s, int(data[1:])) for at_s, data in treadmill.heard if data[0] == 0xA3]
    lowest = round(treadmill.belt.lowest * 10)
    # It starts with just that. The ramps up and down may step over it, between one order and the next, and never below.
    assert [order for at_s, order in orders if at_s < started_s][-1] == lowest
    assert min(order for at_s, order in orders if at_s > started_s) >= lowest


def is_a_fault_after_its_planned_end(
    treadmill: StrictTreadmill, run: Run, told_within_s: float = TOLD_WITHIN_S
) -> None:
    belt = treadmill.belt

    def ending() -> float | None:
        """When it was first told to run more slowly than its cool-down."""
        past = [at_s for at_s, data in list(treadmill.heard) if data[0] == 0xA3 and int(data[1:]) > 31]
        later = [at_s for at_s, data in list(treadmill.heard) if past and at_s > past[-1]]
        return next(
            (
                at_s
                for at_s, data in list(treadmill.heard)
                if later and at_s >= later[0] and (data[0] in (0xA2, 0xAA) or (data[0] == 0xA3 and int(data[1:]) < 30))
            ),
            None,
        )

    wait_for(lambda: ending() is not None, 60, "the planned end")
    since_s = ending()
    assert since_s is not None
    is_told_and_rests(treadmill, run, since_s, told_within_s)
    test = run.ended(60)
    assert run.process.returncode == 4, (belt, run.words)
    assert test["outcome"] == "fault"
    assert test["reason"], test
    assert test["belt_at_rest"] is True


def is_a_fault_after_ctrl_c(treadmill: StrictTreadmill, run: Run, told_within_s: float = TOLD_WITHIN_S) -> None:
    wait_for(lambda: treadmill.reported_kmh > 3.9, 40, "the first stage")
    time.sleep(1.0)
    run.process.send_signal(signal.SIGINT)
    since_s = time.monotonic()
    is_told_and_rests(treadmill, run, since_s, told_within_s)
    test = run.ended(60)
    assert run.process.returncode == 4, run.words
    assert (test["outcome"], test["belt_at_rest"]) == ("fault", True)


# Four times as fast: the treadmill's own watchdog and the word to the operator stay in wall time.
QUICK = Belt(scale=4.0)
SLOW = replace(QUICK, accel_kmh_s=0.5, decel_kmh_s=0.5)
HALF = replace(QUICK, stops="half", floor_kmh=3.0, decel_kmh_s=0.8)
RUNS: dict[str, Callable[[Path], None]] = {
    "slow, mean of 5 s, holds": lambda folder: on(
        replace(SLOW, mean_s=5.0, holds_s=1.0), folder, completes, top_kmh=10.0, cool_down_s=40.0
    ),
    "its end half obeyed, 0.2": lambda folder: on(
        replace(HALF, floor_kmh=0.2, falls_kmh=0.0),
        folder,
        partial(is_a_fault_after_its_planned_end, told_within_s=8.0),
    ),
    "stopped, falls 0.7": lambda folder: on(replace(HALF, floor_kmh=0.0), folder, is_a_fault_after_ctrl_c),
}
# The same rules on other figures; which of them the driver keeps is in test_strict_treadmill.
MORE: dict[str, Callable[[Path], None]] = {
    "minimum 0.5 mph": lambda folder: on(
        replace(QUICK, lowest=0.5, unit_kmh=1.609344), folder, completes_above_its_slowest, units="mph"
    ),
    "its end ignored": lambda folder: on(replace(HALF, falls_kmh=0.0), folder, is_a_fault_after_its_planned_end),
    "slow, mean of 3 s": lambda folder: on(
        replace(SLOW, mean_s=3.0), folder, completes, top_kmh=10.0, cool_down_s=40.0
    ),
    "minimum 0.3": lambda folder: on(replace(QUICK, lowest=0.3), folder, completes_above_its_slowest),
    "minimum 0.5": lambda folder: on(replace(QUICK, lowest=0.5), folder, completes_above_its_slowest),
    "its end half obeyed, 0.7": lambda folder: on(
        replace(HALF, floor_kmh=2.3), folder, is_a_fault_after_its_planned_end
    ),
    "its end half obeyed, 2.0": lambda folder: on(
        replace(HALF, floor_kmh=1.0), folder, partial(is_a_fault_after_its_planned_end, told_within_s=6.0)
    ),
    "stopped, falls 2.0": lambda folder: on(
        replace(HALF, floor_kmh=0.0, falls_kmh=2.0), folder, is_a_fault_after_ctrl_c
    ),
    "stopped, ignores it": lambda folder: on(
        replace(HALF, floor_kmh=0.0, falls_kmh=0.0), folder, is_a_fault_after_ctrl_c
    ),
}
if sys.platform == "win32":  # no Ctrl-C for a process that shares no console
    RUNS, MORE = ({name: run for name, run in runs.items() if not name.startswith("stopped")} for runs in (RUNS, MORE))


@pytest.mark.timeout(400)
def test_every_run_ends_as_its_belt_deserves(tmp_path: Path) -> None:
    side_by_side(RUNS, tmp_path, at_once=3)


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_and_so_do_others(tmp_path: Path) -> None:
    side_by_side(MORE, tmp_path, at_once=3)
