"""A machine is commissioned from the command line, on a real wire: what moves the belt, what is kept, what binds."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.machines import load_machines
from drivers.machines_file import ENVIRONMENT
from drivers.treadmill_client import TreadmillClient
from tests.patience import PATIENCE
from tests.process.floor import side_by_side, station_environment, wait_for
from tests.process.strict_treadmill import Belt, StrictTreadmill
from tests.virtual_bluetooth.fitness_machine import FitnessMachine
from tests.virtual_bluetooth.shared import MachineOnAir
from teststation.clock import TimeScale

pytestmark = pytest.mark.process
SCALE = 20.0


def commission(
    folder: Path, server: TcpServer | StrictTreadmill, answers: str, *words: str, units: str = "kmh"
) -> subprocess.CompletedProcess[str]:
    device = f"trackmaster:{server.url},units={units}"
    command = [sys.executable, "-m", "ui.cli", "devices", "commission", "--treadmill", device]
    return subprocess.run(
        [*command, "--time-scale", str(SCALE), *words],
        input=answers,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**station_environment(), ENVIRONMENT: str(folder / "machines.toml")},
        cwd=folder,
        timeout=60 * PATIENCE,
        check=False,
    )


def test_a_machine_is_tried_checked_kept_and_its_limits_bind_the_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    treadmill = TrackmasterEmulator("kmh", TimeScale(SCALE))
    with TcpServer(treadmill) as server:
        done = commission(tmp_path, server, "MOVE\n3.0\n3,06\n", "--max-kmh", "7", "--name", "Rom 2")
        assert done.returncode == 0, done.stderr
        assert "+2.0 %" in done.stderr
        assert "the belt is at rest" in done.stderr
        assert treadmill.true_speed_kmh == 0.0
        (machine,) = load_machines(tmp_path / "machines.toml")
        assert (machine.name, machine.max_kmh) == ("Rom 2", 7.0)
        assert machine.last_check is not None
        assert machine.last_check.error_pct == pytest.approx(2.0, abs=0.1)
        monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
        client = TreadmillClient(f"trackmaster:{server.url},units=kmh,max_kmh=11", TimeScale(SCALE))
        try:
            wait_for(lambda: bool(client.telemetry()) and client.info() is not None, 10, "the driver")
            info = client.info()
            assert info is not None
            assert info.max_speed_kmh == 7.0
        finally:
            client.close()


def test_a_machine_that_does_not_obey_its_stop_is_told_and_not_put_into_use(tmp_path: Path) -> None:
    with StrictTreadmill(Belt(stops="half", scale=SCALE)) as treadmill:
        done = commission(tmp_path, treadmill, "MOVE\n3.0\n3.0\n")
        assert done.returncode == 4, done.stderr
        assert "PRESS THE RED BUTTON: the belt does not obey its stop" in done.stderr
        assert "nothing was kept" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "machines.toml").exists()
        assert treadmill.speed_kmh == 0.0


def test_its_own_slowest_speed_is_found_kept_and_known_to_the_next_driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StrictTreadmill(Belt(lowest=0.5, scale=SCALE)) as treadmill:
        done = commission(tmp_path, treadmill, "MOVE\n3.0\n3.0\n")
        assert done.returncode == 0, done.stderr
        assert "the slowest speed that this treadmill takes is 0.50 km/h" in done.stderr
        (machine,) = load_machines(tmp_path / "machines.toml")
        assert machine.min_kmh == 0.5
        assert treadmill.refused == [b"\xa30002", b"\xa30003", b"\xa30004"]
        # Put into use once more: what is known is kept, and nothing is refused.
        done = commission(tmp_path, treadmill, "MOVE\n3.0\n3.0\n")
        assert done.returncode == 0, done.stderr
        (machine,) = load_machines(tmp_path / "machines.toml")
        assert machine.min_kmh == 0.5
        assert len(treadmill.refused) == 3


@pytest.mark.parametrize(
    ("answers", "words", "starts"),
    [
        ("yes\n", "nobody typed MOVE, so nothing moved", 0),
        ("", "nobody typed MOVE, so nothing moved", 0),
        ("MOVE\n4.8\n", "is units= right? Nothing was kept", 1),
        ("MOVE\n3.0\nfast\n", "is no number, so nothing was kept", 1),
    ],
)
def test_without_the_word_nothing_moves_and_a_wrong_answer_keeps_nothing(
    answers: str, words: str, starts: int, tmp_path: Path
) -> None:
    treadmill = TrackmasterEmulator("kmh", TimeScale(SCALE))
    with TcpServer(treadmill) as server:
        done = commission(tmp_path, server, answers)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "machines.toml").exists()
        assert treadmill.true_speed_kmh == 0.0
        said = b"".join(data for _, way, data in treadmill.transcript if way == "in")
        assert said.count(b"\xa0") == starts


def while_the_belt_runs(how: str, folder: Path) -> None:
    """Whoever leaves in the middle of a trial leaves a belt at rest, and nothing kept."""
    from tests.process.terminal import Terminal

    treadmill = TrackmasterEmulator("kmh", TimeScale(SCALE))
    with TcpServer(treadmill) as server:
        words = ("devices", "commission", "--treadmill", f"trackmaster:{server.url},units=kmh", "--time-scale")
        terminal = Terminal(folder, *words, str(SCALE))
        try:
            terminal.wait_for("type MOVE")
            time.sleep(3.0)  # nobody hurries: the belt is looked at all the while
            terminal.type("MOVE\n")
            terminal.wait_for("own console show now", 20)
            assert treadmill.true_speed_kmh > 2.5
            match how:
                case "end of input":
                    terminal.type("\x04")
                case "terminal gone":
                    terminal.hang_up()
                case _:
                    os.kill(terminal.process.pid, getattr(signal, how))
            assert terminal.end(30) == 3, terminal.said
            assert treadmill.true_speed_kmh == 0.0
        finally:
            terminal.close()
    assert "Traceback" not in terminal.said
    assert how == "terminal gone" or "nothing was kept" in terminal.said
    assert not (folder.parent / "machines.toml").exists()


def at_the_question(how: str, folder: Path) -> None:
    from tests.process.terminal import Terminal

    treadmill = TrackmasterEmulator("kmh", TimeScale(SCALE))
    with TcpServer(treadmill) as server:
        words = ("devices", "commission", "--treadmill", f"trackmaster:{server.url},units=kmh", "--time-scale")
        terminal = Terminal(folder, *words, str(SCALE))
        try:
            terminal.wait_for("type MOVE")
            os.kill(terminal.process.pid, getattr(signal, how))
            assert terminal.end(30) == 3, terminal.said
            assert "before anything moved; nothing was kept" in terminal.said
        finally:
            terminal.close()
        said = b"".join(data for _, way, data in treadmill.transcript if way == "in")
        assert b"\xa0" not in said


@pytest.mark.skipif(sys.platform == "win32", reason="needs the terminals and signals of POSIX")
def test_whoever_leaves_in_the_middle_leaves_a_belt_at_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
    scenarios = {how: partial(while_the_belt_runs, how) for how in ("SIGINT", "end of input", "terminal gone")}
    side_by_side(scenarios | {"at the question": partial(at_the_question, "SIGINT")}, tmp_path)


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform == "win32", reason="needs the terminals and signals of POSIX")
def test_and_so_does_whoever_is_signalled_to_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "machines.toml"))
    scenarios = {how: partial(while_the_belt_runs, how) for how in ("SIGTERM", "SIGHUP")}
    side_by_side(scenarios | {"at the question": partial(at_the_question, "SIGTERM")}, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio speaks to BlueZ's place on a D-Bus")
@pytest.mark.parametrize(
    ("units", "status", "words"), [("kmh", 0, "+2.0 %"), ("mph", 2, "as far as miles are from kilometres")]
)
def test_a_machine_on_bluetooth_is_checked_by_what_it_tells_and_miles_for_kilometres_are_refused(
    units: str, status: int, words: str, tmp_path: Path
) -> None:
    machine = FitnessMachine("generic", TimeScale(SCALE), units=units)
    machine.operator_sets(3.0, 0.0)
    on_air = MachineOnAir(machine)
    try:
        command = ["devices", "commission", "--treadmill", f"ftms:{on_air.url}", "--check", "tachometer"]
        done = subprocess.run(
            [sys.executable, "-m", "ui.cli", *command, "--time-scale", str(SCALE)],
            input="3.0\n3.06\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**station_environment(), ENVIRONMENT: str(tmp_path / "machines.toml")},
            cwd=tmp_path,
            timeout=60 * PATIENCE,
            check=False,
        )
    finally:
        on_air.close()
    assert (done.returncode, words in done.stderr) == (status, True), done.stderr
    kept = load_machines(tmp_path / "machines.toml")
    assert [machine.device for machine in kept] == ([f"ftms:{on_air.url}"] if status == 0 else [])
