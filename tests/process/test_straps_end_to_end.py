"""``teststation run`` on every kind of strap, from the wire to the kept test; a kept test replayed from its bytes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.ant_stick import DUMMY_KEY, AntStick
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.wire import TcpServer
from tests.fit_file import fit_bytes
from tests.process.floor import Floor, cli, running, short_protocol, side_by_side
from tests.process.strap_room import bluetooth_room
from tests.virtual_bluetooth.radio import VirtualRadio
from tests.virtual_bluetooth.worn import WornBluetoothStrap
from teststation.clock import TimeScale

pytestmark = pytest.mark.process

SCALE = 20.0
SHIFTED_BPM = 12.0  # what a stage's pulse may differ by where it is a little earlier or later in a recording
PULSE = [min(150, 95 + second // 5) for second in range(600)]
SHORT = short_protocol((0, 4, 8))


@pytest.fixture
def floor() -> Iterator[Floor]:
    with Floor(SCALE) as machines:
        yield machines


def run(floor: Floor, folder: Path, heart_rate: str) -> dict:
    """One whole short test on this strap; its result."""
    (folder / "short.toml").write_text(SHORT, "utf-8")
    with running(floor, folder, "--protocol", "short.toml", "--heart-rate", heart_rate) as station:
        said = station.end(90)
        assert station.process.returncode == 0, said
        assert "Traceback" not in said
        result = station.result()
    assert (result["test"]["outcome"], result["test"]["belt_at_rest"]) == ("completed", True)
    assert [stage["hr_coverage"] > 0.8 for stage in result["stages"]] == [True] * 3, result["stages"]
    return result


def worn(floor: Floor) -> tuple[Patient, TimeScale]:
    return Patient(draw_body(1), 1), TimeScale(SCALE)


def load_of(floor: Floor) -> tuple[float, float]:
    return floor.treadmill.true_speed_kmh, floor.treadmill.incline_pct


def on_a_bluetooth_strap(radio: VirtualRadio, folder: Path) -> None:
    with Floor(SCALE) as floor:
        strap = radio.strap()
        patient, scale = worn(floor)
        radio.begin(WornBluetoothStrap(strap, patient, lambda: load_of(floor), scale).beat())
        run(floor, folder, f"ble:{strap.name}")


def on_an_ant_strap_and_again_from_its_own_bytes(folder: Path) -> None:
    with Floor(SCALE) as floor:
        patient, scale = worn(floor)
        with TcpServer(AntStick(patient, lambda: load_of(floor), scale)) as stick:
            first = run(floor, folder, f"ant:{stick.url},number=12345")
    words = ("records", "--record", "clinic.record", "raw", first["test"]["id"], "--out")
    raw = cli(folder, *words, "kept.raw")
    assert raw.returncode == 0, raw.stderr
    kept = (folder / "kept.raw").read_text("utf-8")
    assert kept.count("a40e4e00") > 700  # broadcasts with their sender: four a second
    assert DUMMY_KEY.hex() not in kept
    wrong = cli(folder, *words, "kept.txt")
    assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
    with Floor(SCALE) as another:
        again = run(another, folder, "replay:kept.raw")
    # The second run may start a second of wall time sooner or later in the recording, twenty times that in the test:
    # its stages are the recording's pulses, rising as they did, though not from the very same seconds.
    before, after = ([stage["hr_bpm"] for stage in result["stages"]] for result in (first, again))
    assert after == sorted(after)
    assert all(abs(one - two) < SHIFTED_BPM for one, two in zip(before, after, strict=True))


def on_a_recording(name: str, folder: Path) -> None:
    if name.endswith(".fit"):
        (folder / name).write_bytes(fit_bytes([(n, bpm, []) for n, bpm in enumerate(PULSE)]))
    else:
        rows = "".join(f"{n},{bpm}\n" for n, bpm in enumerate(PULSE))
        (folder / name).write_text("t_s,hr_bpm\n" + rows, "utf-8")
    with Floor(SCALE) as floor:
        result = run(floor, folder, f"replay:{name}")
    pulses = [stage["hr_bpm"] for stage in result["stages"]]
    assert pulses == sorted(pulses)


@pytest.mark.long
def test_a_whole_test_on_every_kind_of_strap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a bridge and on a recording whole tests are walked in test_fault_matrix and test_whole_runs."""
    with ExitStack() as room:
        monkeypatch.setenv("TESTSTATION_ANT_KEY", DUMMY_KEY.hex())
        straps: dict[str, Callable[[Path], None]] = {"ant": on_an_ant_strap_and_again_from_its_own_bytes}
        radio = bluetooth_room(room, monkeypatch)
        if radio is not None:
            straps["ble"] = partial(on_a_bluetooth_strap, radio)
        side_by_side(straps, tmp_path)


@pytest.mark.nightly
def test_a_whole_test_on_recordings_of_both_forms(tmp_path: Path) -> None:
    side_by_side({name: partial(on_a_recording, name) for name in ("pulse.csv", "pulse.fit")}, tmp_path)


def test_a_recording_that_is_none_is_told_before_anything_moves(floor: Floor, tmp_path: Path) -> None:
    with running(floor, tmp_path, "--heart-rate", "replay:none.fit") as station:
        said = station.end(30)
        assert (station.process.returncode, said.count("\n")) == (2, 1)
        assert "there is no such file" in said
    assert floor.starts_after(0) == 0


def test_without_a_network_key_nothing_moves_and_one_sentence_says_why(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TESTSTATION_ANT_KEY", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with running(floor, tmp_path, "--heart-rate", "ant:socket://127.0.0.1:9") as station:
        said = station.end(30)
        assert station.process.returncode == 2
        assert "ANT+ is not set up" in said
        assert said.count("\n") == 1
    assert floor.starts_after(0) == 0
