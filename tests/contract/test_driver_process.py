"""A driver's process as the station holds it: nothing blocks the window, and what is over is said no longer."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import drivers.driver_process as process
from drivers import lines
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.machines_file import ENVIRONMENT
from drivers.processes import BEFORE_OTHERS
from drivers.registry import TREADMILL
from drivers.treadmill_client import TreadmillClient, second_driver
from tests.mutants import fails_with
from tests.process.floor import freeze, thaw, wait_for
from teststation.clock import TimeScale
from teststation.ports import BeltState, BeltTelemetry, Setpoint, TripReason

pytestmark = pytest.mark.process
WITHIN_S = 15.0


def trips_in(driver: Any) -> set[TripReason | None]:
    return {line.telemetry.trip for line in list(driver.received) if isinstance(line, lines.Belt)}


@pytest.mark.skipif(sys.platform == "win32", reason="Linux alone shares its processors out among sessions")
def test_a_driver_runs_before_windows_and_reports_where_the_system_lets_it() -> None:
    def allowed(asked: str) -> bool:
        command = [sys.executable, "-c", asked]
        return subprocess.run(command, capture_output=True, start_new_session=True, check=False).returncode == 0

    one = allowed(f"import os; os.setpriority(os.PRIO_PROCESS, 0, {BEFORE_OTHERS})")
    session = allowed(f"print({BEFORE_OTHERS}, file=open('/proc/self/autogroup', 'w'))")
    driver = process.DriverProcess(TREADMILL, "manual", TimeScale())
    try:
        wait_for(lambda: driver.greeted, WITHIN_S, "the driver")
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, driver.process.pid) == (BEFORE_OTHERS if one else ours)
        if one and session:
            assert f"nice {BEFORE_OTHERS}\n" in Path(f"/proc/{driver.process.pid}/autogroup").read_text("ascii")
    finally:
        driver.close(5.0)


def test_no_broken_file_of_machines_keeps_a_second_driver_from_a_belt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = tmp_path / "machines.toml"
    machines.write_text("no toml", "utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(machines))
    belt = TrackmasterEmulator("kmh", TimeScale())
    for command in (b"\xa30030", b"\xa1"):  # on without its watchdog
        belt.receive(command, time.monotonic())
    with TcpServer(belt) as server:
        device = f"trackmaster:{server.url},units=kmh"
        first = process.DriverProcess(TREADMILL, device, TimeScale())
        wait_for(lambda: bool(first.fatal), WITHIN_S, "the refusal")
        assert not first.greeted
        second = process.DriverProcess(TREADMILL, device, TimeScale(), recover=True)
        try:
            wait_for(lambda: TripReason.DRIVER_LOST in trips_in(second), WITHIN_S, "the second driver")
            wait_for(lambda: belt.true_speed_kmh == 0.0, WITHIN_S, "the belt at rest")
        finally:
            first.close(5.0)
            second.close(5.0)


def test_a_driver_that_reads_no_more_blocks_nobody_and_has_its_stop() -> None:
    driver = process.DriverProcess(TREADMILL, "manual", TimeScale())
    try:
        wait_for(lambda: driver.greeted, WITHIN_S, "the driver")
        assert driver.process.stdin is not None
        if sys.platform != "win32":
            import fcntl

            fcntl.fcntl(driver.process.stdin.fileno(), fcntl.F_SETPIPE_SZ, 4096)  # what Windows gives
        freeze(driver.process.pid)

        def press() -> None:
            for _ in range(500):
                driver.send(lines.Lease(setpoint=Setpoint(speed_kmh=4.0, incline_pct=0.0), lease_s=1.0))
            for _ in range(500):
                driver.send(lines.Stop())
            driver.send(lines.Quit())

        window = threading.Thread(target=press, daemon=True)
        window.start()
        window.join(5.0)
        blocked = window.is_alive()
        thaw(driver.process.pid)
        assert not blocked, "the window hung on a full pipe"
        wait_for(lambda: TripReason.OPERATOR_STOP in trips_in(driver), WITHIN_S, "the stop")
    finally:
        driver.process.kill()
        driver.close(1.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks nobody before it ends a process without a window")
def test_a_driver_that_the_system_wants_to_end_brings_its_belt_to_rest_first() -> None:
    treadmill = TrackmasterEmulator("kmh", TimeScale(10))
    with TcpServer(treadmill) as server:
        client = TreadmillClient(f"trackmaster:{server.url},units=kmh", TimeScale(10))
        process = client.driver.process
        walk = Setpoint(speed_kmh=2.0, incline_pct=0.0)

        def walks() -> bool:
            client.grant(walk, 1.0)
            return treadmill.true_speed_kmh > 1.5

        try:
            wait_for(lambda: any(seen.at_rest for seen in client.telemetry()), WITHIN_S, "rest")
            client.arm(6.0, 12.0)
            wait_for(lambda: any(seen.state is BeltState.ARMED for seen in client.telemetry()), WITHIN_S, "an arming")
            wait_for(walks, WITHIN_S, "the belt")
            process.send_signal(signal.SIGTERM)
            seen: list[BeltTelemetry] = []
            wait_for(lambda: seen.extend(client.telemetry()) or any(one.at_rest for one in seen), WITHIN_S, "rest")
            assert seen[-1].trip is TripReason.STATION_GONE
            assert treadmill.true_speed_kmh == 0.0
            assert treadmill.watchdog_fired == 0, "it was left to the treadmill's watchdog, which stops it dead"
            assert process.poll() is None, "the station has not been told of it yet"
        finally:
            client.close()
        assert process.returncode == 0


def test_a_treadmill_that_is_there_at_last_is_complained_of_no_longer() -> None:
    with TcpServer(TrackmasterEmulator("kmh", TimeScale())) as server:
        url = server.url
    client = TreadmillClient(f"trackmaster:{url},units=kmh", TimeScale())
    try:
        wait_for(lambda: bool(client.problems()), WITHIN_S, "a complaint")
        with TcpServer(TrackmasterEmulator("kmh", TimeScale()), port=int(url.rpartition(":")[2])):
            wait_for(lambda: any(seen.at_rest for seen in client.telemetry()), WITHIN_S, "the belt")
            assert client.problems() == ()
            client.arm(6.0, 12.0)
            wait_for(lambda: any(seen.state is BeltState.ARMED for seen in client.telemetry()), WITHIN_S, "an arming")
            assert client.problems() == ()
    finally:
        client.close()


def test_why_an_arming_was_refused_stands_until_one_is_accepted() -> None:
    treadmill = TrackmasterEmulator("kmh", TimeScale(10))
    with TcpServer(treadmill) as server:
        client = TreadmillClient(f"trackmaster:{server.url},units=kmh", TimeScale(10))
        try:
            client.arm(6.0, 12.0)  # before the belt is known to be at rest
            wait_for(lambda: bool(client.telemetry()) and bool(client.problems()), WITHIN_S, "the refusal")
            wait_for(lambda: any(seen.at_rest for seen in client.telemetry()), WITHIN_S, "rest")
            assert [getattr(problem, "code", "") for problem in client.problems()] == ["arm_not_at_rest"]
            client.arm(6.0, 12.0)
            wait_for(lambda: any(seen.state is BeltState.ARMED for seen in client.telemetry()), WITHIN_S, "an arming")
            assert client.problems() == ()
        finally:
            client.close()


def test_a_second_driver_waits_for_the_first_to_end_and_the_caller_for_neither() -> None:
    """The first one lives, with a belt that does not answer it: it takes its time to give the port up."""
    treadmill = TrackmasterEmulator("kmh", TimeScale(10))
    with TcpServer(treadmill) as server:
        device = f"trackmaster:{server.url},units=kmh"
        first = TreadmillClient(device, TimeScale(10))
        second = None
        try:
            wait_for(lambda: any(seen.at_rest for seen in first.telemetry()), WITHIN_S, "rest")
            first.arm(6.0, 12.0)
            wait_for(lambda: any(seen.state is BeltState.ARMED for seen in first.telemetry()), WITHIN_S, "an arming")
            until_s = time.monotonic() + 3.0
            while time.monotonic() < until_s and treadmill.true_speed_kmh < 2.0:
                first.grant(Setpoint(speed_kmh=3.0, incline_pct=0.0), 1.0)
                time.sleep(0.05)
            treadmill.give("mute")
            began_s = time.monotonic()
            second = second_driver(first, device, TimeScale(10))
            assert first.driver.process.poll() is None
            assert time.monotonic() - began_s < 5.0, "the caller waited for the first driver's end"
            treadmill.take("mute")
            other = second
            wait_for(lambda: any(seen.at_rest for seen in other.telemetry()), 30.0, "rest, told by the second driver")
            assert treadmill.true_speed_kmh == 0.0
        finally:
            first.close()
            if second is not None:
                second.close()


def test_the_blocking_fact_fails_where_a_full_pipe_is_written_to() -> None:
    fact = test_a_driver_that_reads_no_more_blocks_nobody_and_has_its_stop
    fails_with(process, "if self._unread + len(data) >", "if 0 >", fact)
