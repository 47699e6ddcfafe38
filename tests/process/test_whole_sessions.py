"""``teststation session run`` takes a whole session to its end on each kind of belt, and a broken one to rest, kept.

In the suite a short one on two belts; the clinic's 4x4 on every belt and with every fault is walked at night.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.faults import TREADMILL_FAULTS, PlannedFault
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.treadmills import Wanted, device_string, make
from drivers.emulators.wire import TcpServer
from tests.patience import PATIENCE
from tests.process.floor import (
    KILLED,
    OWN_CONSOLE,
    freeze,
    interrupt,
    kill,
    side_by_side,
    station_environment,
    thaw,
    wait_for,
)
from teststation.clock import TimeScale

pytestmark = pytest.mark.process
SCALE = 20.0
PULSE = "replay:pulse.csv"
LOAD = ["--speed", "5", "--incline", "6"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A session as it is walked: seconds of its parts, and how often a belt without a wire is asked for."""

    plan: str
    bouts: int
    warm_up_s: int
    bout_s: int
    pause_s: int
    cool_down_s: int

    @property
    def prompts(self) -> int:
        return 2 * self.bouts + 2  # each part is set, and the belt is stopped

    def pulse_of(self, second: int) -> int:
        """A pulse that answers the bouts: a minute up to 160, a minute down again."""
        into = (second - self.warm_up_s) % (self.bout_s + self.pause_s)
        walked_s = self.warm_up_s + self.bouts * (self.bout_s + self.pause_s) - self.pause_s
        if second < self.warm_up_s or second > walked_s:
            return 110 + second % 3
        rises = min(1.0, into / 60) if into < self.bout_s else max(0.0, 1 - (into - self.bout_s) / 60)
        return 115 + round(45 * rises) + second % 3

    def lay_out(self, folder: Path, pulse_s: int = 2400) -> None:
        """The strap's recording, and the plan where it is none of the station's own."""
        lines = "".join(f"{n},{self.pulse_of(n)}\n" for n in range(pulse_s))
        folder.joinpath("pulse.csv").write_text("t_s,hr_bpm\n" + lines, "utf-8")
        if self.plan.endswith(".toml"):
            folder.joinpath(self.plan).write_text(
                f'id = "kort"\nkind = "session"\ntitle = "Kort"\ncitation = "For tests only."\nbouts = {self.bouts}\n'
                f"[warm_up]\nduration_s = {self.warm_up_s}\nhr_share = 0.7\nspeed_kmh = 4.0\nincline_pct = 0\n"
                f"[bout]\nduration_s = {self.bout_s}\nhr_share_low = 0.85\nhr_share_high = 0.95\n"
                "borg_low = 15\nborg_high = 17\n"
                f"[pause]\nduration_s = {self.pause_s}\nhr_share = 0.7\nspeed_kmh = 4.0\nincline_pct = 0\n"
                f"[cool_down]\nduration_s = {self.cool_down_s}\nspeed_kmh = 3.0\nincline_pct = 0\n"
                "[steps]\nspeed_kmh = 0.5\nincline_pct = 1.0\nup_max = 3\n"
                "[limits]\nhr_fraction_of_max = 1.0\nrpe_max = 20\n",
                "utf-8",
            )


FOUR_BY_FOUR = Shape("4x4", 4, 300, 240, 180, 300)
SHORT = Shape("short.toml", 2, 120, 180, 60, 60)


def command(shape: Shape, treadmill: str, strap: str = PULSE, load: Sequence[str] = LOAD) -> list[str]:
    words = ["session", "run", "--treadmill", treadmill, "--heart-rate", strap, "--yes", "--plan", shape.plan, *load]
    words += ["--sex", "male", "--age", "44", "--weight", "88", "--time-scale", str(SCALE)]
    return [sys.executable, "-m", "ui.cli", *words, "--record", "a.record", "--json", "out.json"]


def run(shape: Shape, folder: Path, treadmill: str, answers: str, strap: str = PULSE) -> tuple[str, dict]:
    shape.lay_out(folder)
    done = subprocess.run(
        command(shape, treadmill, strap), input=answers, capture_output=True, text=True, encoding="utf-8",
        env=station_environment(), cwd=folder, timeout=260 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr, json.loads((folder / "out.json").read_text("utf-8"))


def whole(shape: Shape, said: str, result: dict, borg: Sequence[int | None]) -> None:
    assert (result["session"]["outcome"], result["session"]["belt_at_rest"]) == ("completed", True), said
    assert (result["bouts_planned"], result["bouts_done"]) == (shape.bouts, shape.bouts)
    assert [bout["rpe"] for bout in result["bouts"]] == list(borg)
    for bout in result["bouts"]:
        assert bout["speed_kmh"] == pytest.approx(5.0, abs=0.15)
        assert bout["incline_pct"] == pytest.approx(6.0, abs=0.5)
        assert bout["duration_s"] == pytest.approx(shape.bout_s, abs=6)
        assert bout["last_two_bpm"] > 100


def a_belt_with_a_patient_on_it(shape: Shape, family: str, folder: Path) -> None:
    """The patient's pulse follows the belt, and what it held in the bouts is evidence of HRmax: Borg was 17."""
    borg = [15, 16, 16, 17][-shape.bouts :]
    said, result = run(shape, folder, f"emulated:{family}", "".join(f"{one}\n" for one in borg), strap="emulated")
    whole(shape, said, result, borg)
    assert result["peak"]["bpm"] == pytest.approx(max(bout["last_two_bpm"] for bout in result["bouts"]), abs=6)
    assert result["hr_max"]["after"]["source"] == "intervals"
    if family == "csafe":
        assert "set the treadmill to 5.0 km/h and 6.0 %" in said


def a_belt_without_a_wire(shape: Shape, folder: Path) -> None:
    said, result = run(shape, folder, "manual", "\n" * shape.prompts)
    assert said.count("press Enter when it is so") == shape.prompts
    whole(shape, said, result, [None] * shape.bouts)


@pytest.mark.long
@pytest.mark.timeout(240 * PATIENCE)
def test_a_session_is_completed_on_a_belt_that_is_told_and_on_one_that_is_set(tmp_path: Path) -> None:
    rows = {
        "told": partial(a_belt_with_a_patient_on_it, SHORT, "trackmaster"),
        "set": partial(a_belt_without_a_wire, SHORT),
    }
    side_by_side(rows, tmp_path, at_once=2)


@pytest.mark.nightly
@pytest.mark.timeout(900 * PATIENCE)
def test_a_whole_4x4_is_completed_on_each_kind_of_belt(tmp_path: Path) -> None:
    told = {
        name: partial(a_belt_with_a_patient_on_it, FOUR_BY_FOUR, name) for name in ("trackmaster", "woodway", "csafe")
    }
    side_by_side({**told, "manual": partial(a_belt_without_a_wire, FOUR_BY_FOUR)}, tmp_path, at_once=2)


# --- what breaks -----------------------------------------------------------------------------------------------


Harm = Callable[[subprocess.Popen[bytes]], None]


def broken(shape: Shape, folder: Path, harm: Harm | None, fault: str, *, status: int) -> dict | None:
    """A session on a Trackmaster that is harmed in its warm-up; what was told, if the station lived to tell it."""
    shape.lay_out(folder, 40 if fault == "pulse_lost" else 2400)
    planned = (PlannedFault(fault, 30.0),) if fault in TREADMILL_FAULTS else ()
    wanted = Wanted("trackmaster", TimeScale(SCALE), "kmh", faults=planned)
    emulator = make(wanted)
    assert isinstance(emulator, TrackmasterEmulator)
    with TcpServer(emulator) as server, folder.joinpath("said.txt").open("w", encoding="utf-8") as errors:
        station = subprocess.Popen(
            command(shape, device_string(wanted, server.url)), stdin=subprocess.DEVNULL, stderr=errors,
            env=station_environment(), cwd=folder, creationflags=OWN_CONSOLE,
        )  # fmt: skip
        try:
            wait_for(lambda: emulator.belt.speed_kmh > 3.9, 60 * PATIENCE, "the belt to come to its warm-up")
            if harm is not None:
                harm(station)
            within_s = 30 if harm is not None else 100  # a belt that sticks is found in the next part of the session
            wait_for(lambda: emulator.belt.speed_kmh == 0.0, within_s * PATIENCE, "the belt to be at rest")
            thaw(station.pid)
            wait_for(lambda: station.poll() is not None, 60 * PATIENCE, "the station to end")
            assert emulator.belt.speed_kmh == 0.0
        finally:
            station.kill()
            station.wait()
    assert station.returncode == status, folder.joinpath("said.txt").read_text("utf-8")
    out = folder / "out.json"
    return json.loads(out.read_text("utf-8")) if out.exists() else None


def kept(folder: Path) -> list[dict]:
    listing = subprocess.run(
        [sys.executable, "-m", "ui.cli", "session", "list", "--record", "a.record", "--json", "-"],
        capture_output=True, text=True, encoding="utf-8", env=station_environment(), cwd=folder,
        timeout=60 * PATIENCE, check=True,
    )  # fmt: skip
    return json.loads(listing.stdout)


def breaks(harm: Harm | None, fault: str, status: int, outcome: str, shape: Shape, folder: Path) -> None:
    told = broken(shape, folder, harm, fault, status=status)
    if told is not None:
        assert told["session"]["outcome"] == outcome
    (one,) = kept(folder)
    assert (one["outcome"], one["bouts_planned"]) == (outcome, shape.bouts)
    assert one["bouts_done"] < shape.bouts


BREAKS: dict[str, Callable[[Shape, Path], None]] = {
    "killed": partial(breaks, lambda station: kill(station.pid), "", KILLED, "interrupted"),
    "stuck": partial(breaks, None, "stuck", 4, "fault"),  # one km/h below the bout that follows
    "unplugged": partial(breaks, None, "unplug", 4, "fault"),
    "frozen": partial(breaks, lambda station: freeze(station.pid), "", 4, "fault"),
    "stopped": partial(breaks, interrupt, "", 3, "operator"),
    "over-speed": partial(breaks, None, "over_speed", 4, "fault"),
    "pulse lost": partial(breaks, None, "pulse_lost", 4, "fault"),
}


@pytest.mark.long
@pytest.mark.timeout(240 * PATIENCE)
def test_a_session_that_breaks_ends_at_rest_and_is_kept(tmp_path: Path) -> None:
    side_by_side({name: partial(BREAKS[name], SHORT) for name in ("killed", "stuck")}, tmp_path, at_once=2)


@pytest.mark.nightly
@pytest.mark.timeout(600 * PATIENCE)
def test_a_4x4_that_breaks_in_whatever_way_ends_at_rest_and_is_kept(tmp_path: Path) -> None:
    side_by_side({name: partial(row, FOUR_BY_FOUR) for name, row in BREAKS.items()}, tmp_path, at_once=2)


def test_what_is_wrong_is_said_at_once_and_nothing_moves(tmp_path: Path) -> None:
    FOUR_BY_FOUR.lay_out(tmp_path)
    for load, more, sentence in (
        (LOAD, ["--plan", "submax-13"], "this is a test, and no interval session"),
        (LOAD, ["--plan", "nothing"], "there is no such protocol or file"),
        ([], [], "there is no test of this person"),
    ):
        done = subprocess.run(
            [*command(FOUR_BY_FOUR, "emulated", load=load), *more], capture_output=True, text=True, encoding="utf-8",
            env=station_environment(), cwd=tmp_path, timeout=60 * PATIENCE, check=False, input="",
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
