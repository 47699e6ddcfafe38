"""``teststation devices check``: reads both devices on a real wire, says what they said, and never moves a belt."""

from pathlib import Path

import pytest

from drivers.emulators.wire import TcpServer
from drivers.emulators.woodway import WoodwayEmulator
from tests.process.floor import Floor, cli
from teststation.clock import TimeScale

pytestmark = pytest.mark.process


def test_both_devices_are_read_and_nothing_moves(tmp_path: Path) -> None:
    with Floor(1.0) as floor:
        words = ("--treadmill", floor.treadmill_device, "--heart-rate", floor.heart_rate_device)
        done = cli(tmp_path, "devices", "check", *words)
        assert done.returncode == 0, done.stderr
        assert "at rest, 0.0 km/h" in done.stdout
        assert "bpm" in done.stdout
        assert floor.starts_after(0) == 0


def test_a_machine_whose_maker_documents_nothing_is_to_be_verified(tmp_path: Path) -> None:
    with TcpServer(WoodwayEmulator(TimeScale())) as server:
        done = cli(tmp_path, "devices", "check", "--treadmill", f"woodway:{server.url}")
    assert done.returncode == 0, done.stderr
    assert "VERIFY ON YOUR MACHINE" in done.stdout


def test_a_device_that_is_not_there_is_one_sentence_and_status_4(tmp_path: Path) -> None:
    done = cli(tmp_path, "devices", "check", "--treadmill", "trackmaster:socket://127.0.0.1:9,units=kmh")
    assert done.returncode == 4
    assert "nobody answers there" in done.stderr
    assert "Traceback" not in done.stderr
