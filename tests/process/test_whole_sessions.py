"""``teststation session run`` takes a whole 4x4 to its end on each kind of belt, and a broken one to rest, kept."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.faults import TREADMILL_FAULTS, PlannedFault
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.treadmills import Wanted, device_string, make
from drivers.emulators.wire import TcpServer
from tests.patience import PATIENCE
from tests.process.floor import KILLED, OWN_CONSOLE, freeze, interrupt, kill, side_by_side, station_environment, thaw
from teststation.clock import TimeScale

pytestmark = pytest.mark.process
SCALE = 20.0
PULSE = "replay:pulse.csv"


def pulse_of(second: int) -> int:
    """A pulse that answers a 4x4: a minute up to 160 in each bout, a minute down again."""
    into = (second - 300) % 420
    if second < 300 or second > 1800:
        return 110 + second % 3
    rises = min(1.0, into / 60) if into < 240 else max(0.0, 1 - (into - 240) / 60)
    return 115 + round(45 * rises) + second % 3


def command(treadmill: str, strap: str = PULSE) -> list[str]:
    words = [
        "session",
        "run",
        "--treadmill",
        treadmill,
        "--heart-rate",
        PULSE,
        "--yes",
        "--speed",
        "5",
        "--incline",
        "6",
    ]
    words += ["--sex", "male", "--age", "44", "--weight", "88", "--time-scale", str(SCALE)]
    return [sys.executable, "-m", "ui.cli", *words, "--record", "a.record", "--json", "out.json"]


def lay_out(folder: Path) -> None:
    folder.joinpath("pulse.csv").write_text(
        "t_s,hr_bpm\n" + "".join(f"{n},{pulse_of(n)}\n" for n in range(2400)), "utf-8"
    )


def run(folder: Path, treadmill: str, answers: str = "", strap: str = PULSE) -> tuple[str, dict]:
    lay_out(folder)
    done = subprocess.run(
        command(treadmill, strap), input=answers, capture_output=True, text=True, encoding="utf-8",
        env=station_environment(), cwd=folder, timeout=230 * PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr, json.loads((folder / "out.json").read_text("utf-8"))


def whole(said: str, result: dict, borg: list[int | None]) -> None:
    assert (result["session"]["outcome"], result["session"]["belt_at_rest"]) == ("completed", True), said
    assert (result["bouts_planned"], result["bouts_done"]) == (4, 4)
    assert [bout["rpe"] for bout in result["bouts"]] == borg
    for bout in result["bouts"]:
        assert bout["speed_kmh"] == pytest.approx(5.0, abs=0.15)
        assert bout["incline_pct"] == pytest.approx(6.0, abs=0.5)
        assert bout["duration_s"] == pytest.approx(240, abs=6)
        assert bout["last_two_bpm"] > 100


def a_belt_with_a_patient_on_it(family: str, folder: Path) -> None:
    """The patient's pulse follows the belt, and what it held in the bouts is evidence of HRmax: Borg was 17."""
    said, result = run(folder, f"emulated:{family}", "15\n16\n16\n17\n", strap="emulated")
    whole(said, result, [15, 16, 16, 17])
    assert result["peak"]["bpm"] == pytest.approx(max(bout["last_two_bpm"] for bout in result["bouts"]), abs=6)
    assert result["hr_max"]["after"]["source"] == "intervals"
    if family == "csafe":
        assert "set the treadmill to 5.0 km/h and 6.0 %" in said


def a_belt_without_a_wire(folder: Path) -> None:
    said, result = run(folder, "manual", "\n" * 10)
    assert said.count("press Enter when it is so") == 10
    whole(said, result, [None] * 4)


@pytest.mark.long
@pytest.mark.timeout(280)
def test_a_whole_session_is_completed_on_each_kind_of_belt(tmp_path: Path) -> None:
    side_by_side(
        {
            **{name: partial(a_belt_with_a_patient_on_it, name) for name in ("trackmaster", "woodway", "csafe")},
            "manual": a_belt_without_a_wire,
        },
        tmp_path,
        at_once=2,
    )


# --- what breaks -----------------------------------------------------------------------------------------------


Harm = Callable[[subprocess.Popen[str]], None]


def broken(folder: Path, harm: Harm | None, fault: str, *, status: int) -> dict | None:
    """A session on a Trackmaster that is harmed in its warm-up; what was told, if the station lived to tell it."""
    lay_out(folder)
    if fault == "pulse_lost":
        lines = "".join(f"{n},{pulse_of(n)}\n" for n in range(120))
        folder.joinpath("pulse.csv").write_text("t_s,hr_bpm\n" + lines, "utf-8")
    planned = (PlannedFault(fault, 60.0),) if fault in TREADMILL_FAULTS else ()
    wanted = Wanted("trackmaster", TimeScale(SCALE), "kmh", faults=planned)
    emulator = make(wanted)
    assert isinstance(emulator, TrackmasterEmulator)
    with TcpServer(emulator) as server:
        station = subprocess.Popen(
            command(device_string(wanted, server.url)), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", env=station_environment(), cwd=folder, creationflags=OWN_CONSOLE,
        )  # fmt: skip
        assert station.stderr is not None
        said: list[str] = []
        for line in station.stderr:
            said.append(line)
            if "warm-up" in line:
                break
        if harm is not None:
            time.sleep(3.0)
            assert emulator.belt.speed_kmh > 3.0, said
            harm(station)
        else:
            said.append(station.communicate(timeout=100 * PATIENCE)[1] or "")
        began_s = time.monotonic()
        while emulator.belt.speed_kmh > 0.0 and time.monotonic() - began_s < 30:
            time.sleep(0.1)
        assert emulator.belt.speed_kmh == 0.0, "the belt was not brought to rest"
        if station.poll() is None:
            thaw(station.pid)
            said.append(station.communicate(timeout=60 * PATIENCE)[1] or "")
    assert station.returncode == status, said
    out = folder / "out.json"
    return json.loads(out.read_text("utf-8")) if out.exists() else None


def kept(folder: Path) -> list[dict]:
    listing = subprocess.run(
        [sys.executable, "-m", "ui.cli", "session", "list", "--record", "a.record", "--json", "-"],
        capture_output=True, text=True, encoding="utf-8", env=station_environment(), cwd=folder,
        timeout=60 * PATIENCE, check=True,
    )  # fmt: skip
    return json.loads(listing.stdout)


def breaks(harm: Harm | None, fault: str, status: int, outcome: str, folder: Path) -> None:
    told = broken(folder, harm, fault, status=status)
    if told is not None:
        assert told["session"]["outcome"] == outcome
    (one,) = kept(folder)
    assert (one["outcome"], one["bouts_done"], one["bouts_planned"]) == (outcome, 0, 4)


@pytest.mark.long
@pytest.mark.timeout(240)
def test_a_session_that_breaks_ends_at_rest_and_is_kept(tmp_path: Path) -> None:
    rows = {
        "killed": partial(breaks, lambda station: kill(station.pid), "", KILLED, "interrupted"),
        "frozen": partial(breaks, lambda station: freeze(station.pid), "", 4, "fault"),
        "stopped": partial(breaks, interrupt, "", 3, "operator"),
        "unplugged": partial(breaks, None, "unplug", 4, "fault"),
        "stuck": partial(breaks, None, "stuck", 4, "fault"),
        "over-speed": partial(breaks, None, "over_speed", 4, "fault"),
        "pulse lost": partial(breaks, None, "pulse_lost", 4, "fault"),
    }
    side_by_side(rows, tmp_path, at_once=3)


def test_what_is_wrong_is_said_at_once_and_nothing_moves(tmp_path: Path) -> None:
    lay_out(tmp_path)
    for more, sentence in (
        (["--plan", "submax-13"], "this is a test, and no interval session"),
        (["--plan", "nothing"], "there is no such protocol or file"),
    ):
        words = [word for word in command("emulated") if word]
        done = subprocess.run(
            [*words, *more], capture_output=True, text=True, encoding="utf-8", env=station_environment(), cwd=tmp_path,
            timeout=60 * PATIENCE, check=False, input="",
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    without = [word for word in command("emulated") if word not in ("--speed", "5", "--incline", "6")]
    done = subprocess.run(
        without, capture_output=True, text=True, encoding="utf-8", env=station_environment(), cwd=tmp_path,
        timeout=60 * PATIENCE, check=False, input="",
    )  # fmt: skip
    assert done.returncode == 2
    assert "there is no test of this person" in done.stderr
