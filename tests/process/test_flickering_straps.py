"""``teststation run`` with straps that flicker: lines written by hand on a socket, as another maker's bridge would."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import chain, cycle, repeat
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.process.floor import short_protocol, side_by_side, station_environment

pytestmark = pytest.mark.process

SCALE = 10.0
LINE_EVERY_S = 1.0  # test seconds
SHORT = short_protocol((0, 4), cool_down_s=20)
NONE = '{"hr":0}\n'
AGE = 44  # 85 % of 211 - 0.64 * 44 is 155 beats a minute


@contextmanager
def bridge(lines: Iterator[str]) -> Generator[str]:
    """A bridge on a socket that says one of these lines a second; its DEVICE string."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                wire, _ = server.accept()
            except TimeoutError:
                continue
            with wire:
                while not over.wait(LINE_EVERY_S / SCALE):
                    try:
                        wire.sendall(next(lines).encode("ascii"))
                    except OSError:
                        break

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"bridge:socket://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        thread.join()
        server.close()


def hr(*bpm: int) -> Iterator[str]:
    """Plain lines of the smallest bridge, over and over."""
    return cycle([f"HR:{one}\n" for one in bpm])


def counted(*bpm: int) -> Iterator[str]:
    """Lines with a counter that moves with each."""
    return (f'{{"hr":{one},"seq":{n % 256}}}\n' for n, one in enumerate(cycle(bpm)))


def walked(lines: Iterator[str], folder: Path) -> tuple[int, dict, str]:
    """Exit status, result and last words of a short test on this strap."""
    (folder / "short.toml").write_text(SHORT, "utf-8")
    with bridge(lines) as device:
        command = [sys.executable, "-m", "ui.cli", "run", "--yes", "--protocol", "short.toml"]
        command += ["--treadmill", "emulated", "--heart-rate", device, "--time-scale", str(SCALE)]
        command += ["--sex", "male", "--age", str(AGE), "--weight", "88", "--record", "a.record", "--json", "a.json"]
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            env=station_environment(),
            cwd=folder,
            timeout=90 * PATIENCE,
            check=False,
        )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads((folder / "a.json").read_text("utf-8"))["test"], done.stderr


def ends(lines: Callable[[], Iterator[str]], status: int, outcome: str, said: str) -> Callable[[Path], None]:
    def scenario(folder: Path) -> None:
        found, test, words = walked(lines(), folder)
        assert (found, test["outcome"], test["belt_at_rest"]) == (status, outcome, True), words
        assert said in words, words

    return scenario


LIMIT = (0, "limit", "over the limit of 155 bpm")
LOST = (4, "fault", "no heart rate")
SCENARIOS = {
    "195 and none in turn": ends(lambda: hr(195, 0), *LIMIT),
    "one beat in fifty seconds": ends(lambda: chain(hr_once(*[110] * 120), one_in_fifty()), *LOST),
}
# The same windows from another side; on paper all of them are in tests/unit/run.
MORE = {
    "14 s over and one below": ends(lambda: hr(*[170] * 14, 90), *LIMIT),
    "195 and 90 in turn": ends(lambda: counted(195, 90), *LIMIT),
    "one in four cannot be": ends(lambda: counted(195, 195, 195, 255), *LIMIT),
    "a steady pulse": ends(lambda: counted(110, 111, 112), 0, "completed", "the planned end was reached"),
}


def hr_once(*bpm: int) -> Iterator[str]:
    return iter([f"HR:{one}\n" for one in bpm])


def one_in_fifty() -> Iterator[str]:
    return cycle(["HR:112\n", *repeat(NONE, 49)])


@pytest.mark.long
def test_a_strap_that_flickers_ends_as_its_pulse_does(tmp_path: Path) -> None:
    side_by_side(SCENARIOS, tmp_path, at_once=3)


@pytest.mark.nightly
def test_and_so_do_others(tmp_path: Path) -> None:
    side_by_side(MORE, tmp_path, at_once=3)
