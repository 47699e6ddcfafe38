"""A treadmill and a strap on real sockets, and a real station process that runs a test on them."""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from drivers.emulators.faults import PlannedFault
from drivers.emulators.patient import Patient, draw_body
from drivers.emulators.strap_bridge import StrapBridge
from drivers.emulators.trackmaster import TrackmasterEmulator
from drivers.emulators.wire import TcpServer
from drivers.processes import child_environment
from tests.fast_keys import ordinary_keys
from tests.patience import PATIENCE
from teststation.clock import TimeScale
from teststation.records.database import open_record
from teststation.records.tests.stored import StoredTest

PASSPHRASE = "a passphrase for tests"
BORN = f"{datetime.now().astimezone().year - 44}-01-01"  # who is 44 today
# A console of its own on Windows, without a window: Ctrl-C goes to whoever shares one.
OWN_CONSOLE = subprocess.CREATE_NO_WINDOW if sys.platform == "win32" else 0
KILLED = signal.SIGTERM if sys.platform == "win32" else -signal.SIGKILL  # the exit status of whom psutil killed
# Windows hands Ctrl-C to everybody at a console: whoever sends it leaves his own, joins that one and does not listen.
CTRL_C = """
import ctypes, sys
kernel = ctypes.WinDLL("kernel32")
kernel.FreeConsole()
joined = kernel.AttachConsole(int(sys.argv[1])) and kernel.SetConsoleCtrlHandler(None, True)
raise SystemExit(not (joined and kernel.GenerateConsoleCtrlEvent(0, 0)))
"""


def short_protocol(inclines_pct: Sequence[float], cool_down_s: float = 30) -> str:
    """A protocol of one-minute stages at 4.8 km/h, as TOML: for tests with no time for 13."""
    stages = "".join(
        f'[[stages]]\nname = "{incline:g} %"\nduration_s = 60\nspeed_kmh = 4.8\nincline_pct = {incline:g}\n'
        for incline in inclines_pct
    )
    return (
        f'id = "short"\ntitle = "Kort"\ncitation = "For tests only."\n{stages}'
        f"[cool_down]\nduration_s = {cool_down_s:g}\nspeed_kmh = 3.0\nincline_pct = 0\n"
    )


def wait_for(fact: Callable[[], bool], within_s: float, what: str) -> float:
    """Wait for a fact and return how long it took."""
    began_s = time.monotonic()
    while not fact():
        if time.monotonic() - began_s > within_s:
            raise AssertionError(f"waited {within_s} s in vain for: {what}")
        time.sleep(0.02)  # the emulators are threads of this process, and want it
    return time.monotonic() - began_s


def side_by_side(scenarios: Mapping[str, Callable[[Path], None]], folder: Path, at_once: int = 3) -> None:
    """Run scenarios a few at a time, each in a folder of its own, since they mostly wait; tell every one that fails."""
    places = {name: folder / name.replace(" ", "-") for name in scenarios}
    for place in places.values():
        place.mkdir()
    with ThreadPoolExecutor(max(1, at_once // PATIENCE)) as pool:
        running = {name: pool.submit(scenario, places[name]) for name, scenario in scenarios.items()}
    failed = {name: error for name, future in running.items() if (error := future.exception()) is not None}
    assert not failed, "\n".join(f"{name}: {error!r}" for name, error in failed.items())


class Floor:
    """The machines: in this process, so that a test can watch and break them."""

    def __init__(self, scale: float, treadmill_faults: tuple[str, ...] = (), units: str = "kmh") -> None:
        self.scale = scale
        faults = tuple(PlannedFault(*_split(text)) for text in treadmill_faults)
        self.treadmill = TrackmasterEmulator(units, TimeScale(scale), faults=faults)
        self.strap = StrapBridge(Patient(draw_body(1), 1), self._load, TimeScale(scale))
        self.treadmill_server = TcpServer(self.treadmill)
        self.strap_server = TcpServer(self.strap)
        self.treadmill_device = f"trackmaster:{self.treadmill_server.url},units={units}"
        self.heart_rate_device = f"bridge:{self.strap_server.url}"

    def _load(self) -> tuple[float, float]:
        return self.treadmill.true_speed_kmh, self.treadmill.incline_pct

    def __enter__(self) -> "Floor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.treadmill_server.close()
        self.strap_server.close()

    def wait_until_walking(self, speed_kmh: float = 4.7) -> None:
        """Until the belt has the first stage's speed."""
        wait_for(lambda: self.treadmill.true_speed_kmh >= speed_kmh, 40 * PATIENCE, "the belt to reach the first stage")

    def starts_after(self, at_s: float) -> int:
        """How often the belt was told to start after a moment of ``time.monotonic``."""
        return sum(
            b"\xa0" in data or b"\xa1" in data for t, way, data in self.treadmill.transcript if way == "in" and t > at_s
        )

    def slows_within(self, at_s: float, within_s: float) -> float:
        """Seconds from ``at_s`` until the true speed has begun to fall."""
        top = self.treadmill.true_speed_kmh
        wait_for(lambda: self.treadmill.true_speed_kmh < top - 0.02, within_s + 2, "the belt to slow down")
        return time.monotonic() - at_s


def _split(text: str) -> tuple[str, float]:
    name, _, at_s = text.partition("@")
    return name, float(at_s or 0)


class StationProcess:
    """``teststation run`` in a process of its own."""

    def __init__(self, floor: Floor, folder: Path, *more: str) -> None:
        self.folder = folder
        self.json = folder / "result.json"
        self.record = folder / "clinic.record"
        command = [sys.executable, "-m", "ui.cli", "run", "--protocol", "submax-13", "--yes"]
        command += ["--treadmill", floor.treadmill_device, "--heart-rate", floor.heart_rate_device]
        command += ["--sex", "male", "--age", "44", "--weight", "88", "--name", "Kari Nordmann", "--born", BORN]
        command += ["--time-scale", str(floor.scale), "--record", str(self.record), "--json", str(self.json), *more]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, env=station_environment(), cwd=folder, creationflags=OWN_CONSOLE
        )

    def interrupt(self) -> None:
        """Ctrl-C at the station's terminal."""
        interrupt(self.process)

    def end(self, within_s: float = 60) -> str:
        """Wait for the end and return what was said on standard error."""
        _, said = self.process.communicate(timeout=within_s * PATIENCE)
        return said.decode("utf-8")

    def result(self) -> dict:
        """The JSON it left."""
        return json.loads(self.json.read_text("utf-8"))

    def driver_pids(self, kind: str) -> list[int]:
        """Processes of this station's drivers."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            # Of one that is just ending Wine says "Invalid parameter".
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied, OSError):
                words = child.cmdline()
                if "drivers.host" in words and kind in words:
                    found.append(child.pid)
        return found


def interrupt(station: subprocess.Popen[Any]) -> None:
    """Ctrl-C at a station's terminal; on Windows it was begun with OWN_CONSOLE."""
    if sys.platform == "win32":
        subprocess.run([sys.executable, "-c", CTRL_C, str(station.pid)], check=True, timeout=30 * PATIENCE)
    else:
        station.send_signal(signal.SIGINT)


def kill(pid: int) -> None:
    """End a process at once: SIGKILL, or what Windows has for it."""
    psutil.Process(pid).kill()


def freeze(pid: int) -> None:
    """Let a process stand still: SIGSTOP, or all its threads suspended on Windows."""
    psutil.Process(pid).suspend()


def thaw(pid: int) -> None:
    """Let it go on, if it is still there."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).resume()


def station_environment() -> dict[str, str]:
    """A station's environment with a passphrase and no display."""
    return {**child_environment(), "TESTSTATION_PASSPHRASE": PASSPHRASE, "PYTHONWARNINGS": "error::ResourceWarning"}


def cli(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of the command line, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=station_environment(),
        cwd=folder,
        timeout=120 * PATIENCE,
        check=False,
    )


def kept(record: Path) -> list[StoredTest]:
    """What a record has kept, read in this process: a command line of its own would start Python for it."""
    with ordinary_keys(), open_record(record, PASSPHRASE, create=False) as opened:
        return opened.tests.list()


@contextmanager
def running(floor: Floor, folder: Path, *more: str) -> Generator[StationProcess]:
    """A station that is ended however the test ends."""
    station = StationProcess(floor, folder, *more)
    try:
        yield station
    finally:
        if station.process.poll() is None:
            thaw(station.process.pid)
            station.process.kill()
        station.process.communicate()
