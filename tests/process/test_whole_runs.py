"""``teststation run`` takes a whole test to its planned end on every family, each on its emulator on a real wire."""

import itertools
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.operated_belt import OperatedBelt
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.emulators.treadmills import Wanted, device_string, make
from drivers.emulators.wire import TcpServer
from tests.patience import PATIENCE
from tests.process.floor import short_protocol, side_by_side, station_environment
from teststation.clock import TimeScale

pytestmark = pytest.mark.process
SCALE = 20.0
PULSE = "replay:pulse.csv"
PROTOCOL = short_protocol((0, 3))


def lay_out(folder: Path) -> None:
    """The protocol, and a recorded pulse."""
    (folder / "short.toml").write_text(PROTOCOL, "utf-8")
    (folder / "pulse.csv").write_text("t_s,hr_bpm\n" + "".join(f"{n},{95 + n // 10}\n" for n in range(600)), "utf-8")


def run(
    folder: Path, treadmill: str, answers: str = "", strap: str = PULSE
) -> tuple[subprocess.CompletedProcess[str], dict]:
    lay_out(folder)
    words = ["run", "--protocol", "short.toml", "--treadmill", treadmill, "--heart-rate", strap, "--yes"]
    words += ["--sex", "male", "--age", "44", "--weight", "88", "--time-scale", str(SCALE)]
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *words, "--record", "a.record", "--json", "out.json"],
        input=answers,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=station_environment(),
        cwd=folder,
        timeout=90 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done, json.loads((folder / "out.json").read_text("utf-8"))


def a_belt_the_station_moves(family: str, units: str, speed_kmh: float, folder: Path, strap: str = PULSE) -> None:
    wanted = Wanted(family, TimeScale(SCALE), units)
    with TcpServer(make(wanted)) as server:
        _, result = run(folder, device_string(wanted, server.url), strap=strap)
    assert (result["test"]["outcome"], result["test"]["belt_at_rest"]) == ("completed", True)
    # The last minute of such a short stage has the ramp in it.
    assert [stage["actual"]["incline_pct"] for stage in result["stages"]] == pytest.approx([0.0, 2.7], abs=0.4)
    assert result["stages"][0]["actual"]["speed_kmh"] == pytest.approx(speed_kmh, abs=0.02)
    assert result["link"]["worst_gap_ms"] > 0


def a_belt_that_is_read_and_set_by_its_operator(family: str, folder: Path, strap: str = PULSE) -> None:
    done, result = run(folder, f"emulated:{family}", strap=strap)
    assert (result["test"]["outcome"], result["test"]["belt_at_rest"]) == ("completed", True)
    assert "set the treadmill to 4.8 km/h and 3.0 %" in done.stderr
    assert [stage["actual"]["duration_s"] for stage in result["stages"]] == pytest.approx([60.0, 60.0], abs=3.0)


ASKED = re.compile(r"set the treadmill to ([\d.]+) km/h and ([\d.]+) %")
ON_AIR = pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio speaks to BlueZ's place on a D-Bus")


def run_at_the_machine(folder: Path, machine: OperatedBelt, treadmill: str, strap: str) -> tuple[str, dict]:
    """The same with somebody at the machine's own console who does what the station asks for."""
    lay_out(folder)
    words = ["run", "--protocol", "short.toml", "--treadmill", treadmill, "--heart-rate", strap, "--yes"]
    words += ["--sex", "male", "--age", "44", "--weight", "88", "--time-scale", str(SCALE)]
    command = [sys.executable, "-m", "ui.cli", *words, "--record", "a.record", "--json", "out.json"]
    said: list[str] = []
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=station_environment(), cwd=folder
    ) as station:
        ending = threading.Timer(90.0, station.kill)
        ending.start()
        assert station.stderr is not None
        for line in station.stderr:
            said.append(line)
            if asked := ASKED.search(line):
                machine.operator_sets(float(asked[1]), float(asked[2]))
            elif "STOP THE BELT" in line:
                machine.operator_sets(0.0, 0.0)
        ending.cancel()
    assert station.returncode == 0, "".join(said)
    return "".join(said), json.loads((folder / "out.json").read_text("utf-8"))


def a_belt_on_the_air(folder: Path, strap: str = PULSE, layout: str = "lifefitness") -> None:
    from tests.virtual_bluetooth.fitness_machine import FitnessMachine
    from tests.virtual_bluetooth.shared import MachineOnAir

    machine = FitnessMachine(layout, TimeScale(SCALE), heart_rate=199)
    on_air = MachineOnAir(machine)
    try:
        said, result = run_at_the_machine(folder, machine, f"ftms:{on_air.url}", strap)
    finally:
        on_air.close()
    assert (result["test"]["outcome"], result["test"]["belt_at_rest"]) == ("completed", True), said
    assert [stage["actual"]["incline_pct"] for stage in result["stages"]] == pytest.approx([0.0, 3.0], abs=0.4)
    assert [stage["actual"]["speed_kmh"] for stage in result["stages"]] == pytest.approx([4.8, 4.8], abs=0.1)
    assert all(stage["hr_bpm"] < 180 for stage in result["stages"]), "the machine's own pulse was taken"
    assert not [entry for entry in machine.transcript if entry[1] == "in"], "the machine was written to"


def a_belt_without_a_wire_and_an_operator_who_confirms(folder: Path, strap: str = PULSE) -> None:
    done, result = run(folder, "manual", "\n" * 4, strap)
    assert (result["test"]["outcome"], result["test"]["belt_at_rest"]) == ("completed", True)
    assert done.stderr.count("press Enter when it is so") == 4


STRAPS = itertools.count(1)
EMULATED = ("csafe", "fec", "woodway standard")  # their straps are emulated with them
BELTS: dict[str, Callable[..., None]] = {
    "trackmaster kmh": partial(a_belt_the_station_moves, "trackmaster", "kmh", 4.8),
    "trackmaster mph": partial(a_belt_the_station_moves, "trackmaster", "mph", 4.83),
    "woodway": partial(a_belt_the_station_moves, "woodway", "mph", 4.83),
    "csafe": partial(a_belt_that_is_read_and_set_by_its_operator, "csafe"),
    "fec": partial(a_belt_that_is_read_and_set_by_its_operator, "fec"),
    **({"ftms": a_belt_on_the_air} if sys.platform == "linux" else {}),
    "woodway standard": partial(a_belt_that_is_read_and_set_by_its_operator, "woodway-standard"),
    "manual": a_belt_without_a_wire_and_an_operator_who_confirms,
}


# The same dialect with another unit, and one more machine that is asked and set by its operator.
AT_NIGHT = ("trackmaster mph", "woodway standard")


@pytest.mark.long
def test_a_test_is_completed_on_every_family(tmp_path: Path) -> None:
    side_by_side({name: belt for name, belt in BELTS.items() if name not in AT_NIGHT}, tmp_path, at_once=3)


def with_a_strap(name: str, kind: str) -> Callable[[Path], None]:
    """A belt with a strap on a wire: an emulated belt with an emulated strap, any other with one on a port."""
    belt = BELTS[name]
    return partial(belt, strap=f"emulated:{kind}") if name in EMULATED else partial(on_a_wire, kind, belt)


def on_a_wire(kind: str, belt: Callable[..., None], folder: Path) -> None:
    make_strap = AntStick if kind == "ant" else StrapBridge
    strap = make_strap(Patient(draw_body(1), 1), lambda: (4.8, 2.0), TimeScale(SCALE))
    with TcpServer(strap) as server:
        belt(folder, strap=f"{kind}:{server.url}")


def with_a_bluetooth_strap(belt: Callable[..., None], folder: Path) -> None:
    from tests.virtual_bluetooth.shared import shared_radio
    from tests.virtual_bluetooth.worn import WornBluetoothStrap

    number = next(STRAPS)
    radio = shared_radio()
    strap = radio.strap(name=f"Strap {number}", address=f"C0:00:00:00:00:{number:02X}")
    patient = Patient(draw_body(1), 1)
    radio.begin(WornBluetoothStrap(strap, patient, lambda: (4.8, 2.0), TimeScale(SCALE)).beat())
    belt(folder, strap=f"ble:{strap.name}")


@pytest.mark.nightly  # a belt on the air and a strap on each radio are walked alone by day
@ON_AIR
def test_belt_and_strap_share_one_bluetooth_adapter_or_one_ant_stick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())
    runs: dict[str, Callable[[Path], None]] = {
        "ftms ble": partial(with_a_bluetooth_strap, BELTS["ftms"]),
        "fec ant": with_a_strap("fec", "ant"),
    }
    side_by_side(runs, tmp_path)


@pytest.mark.nightly
@pytest.mark.timeout(900)
@ON_AIR
def test_and_on_every_family_with_every_strap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())
    recording = tmp_path / "pulse.csv"
    recording.write_text("t_s,hr_bpm\n" + "".join(f"{n},{min(150, 95 + n // 5)}\n" for n in range(600)), "utf-8")

    runs: dict[str, Callable[[Path], None]] = {}
    for name, belt in BELTS.items():
        runs |= {f"{name} {kind}": with_a_strap(name, kind) for kind in ("bridge", "ant")}
        runs[f"{name} ble"] = partial(with_a_bluetooth_strap, belt)
        runs[f"{name} replay"] = partial(belt, strap=f"replay:{recording}")
    side_by_side(runs, tmp_path, at_once=3)
    for name in runs:
        record_property("cell", f"{name}: completed")
