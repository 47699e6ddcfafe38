"""A machine is commissioned from the command line, on a real wire: what moves the belt, what is kept, what binds."""

import subprocess
import sys
from pathlib import Path

import pytest

from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.machines import ENVIRONMENT, load_machines
from drivers.treadmill_client import TreadmillClient
from tests.process.floor import station_environment, wait_for
from teststation.clock import TimeScale

pytestmark = pytest.mark.process
SCALE = 20.0


def commission(
    folder: Path, server: TcpServer, answers: str, *words: str, units: str = "kmh"
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
        timeout=60,
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
