"""The command line at a real terminal of its own, as a person has it: a pseudo-terminal whose hang-up hangs it up."""

import os
import select
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.process.faulty_child import faulty_source
from tests.process.floor import Floor, station_environment, wait_for

# The terminal becomes the child's own, so that closing it reaches the child as a hang-up does.
_TAKE = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.executable, sys.argv[1:])"
Fault = tuple[str, str, str]


class Terminal:
    """One command on a terminal. ``fault``: planted in one of the command's own modules, as (module, old, new)."""

    def __init__(self, folder: Path, *words: str, fault: Fault | None = None) -> None:
        if fault is not None:
            faulty_source(fault[0], fault[1], fault[2])
        ours, theirs = os.openpty()
        settings = termios.tcgetattr(theirs)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, settings)
        self.theirs: int | None = theirs
        program = ["-m", "ui.cli"] if fault is None else ["-m", "tests.process.faulty_child", *fault]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _TAKE, sys.executable, *program, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=station_environment(),
            cwd=folder,
            start_new_session=True,
        )
        self._ours: int | None = ours
        self._said = b""
        self._reader = threading.Thread(target=self._read, args=(ours,), daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        """All that was written to the terminal so far."""
        return self._said.decode("utf-8", "replace").replace("\r\n", "\n")

    def wait_for(self, words: str, within_s: float = 40.0, times: int = 1) -> None:
        """Until words stand on the terminal."""
        wait_for(lambda: self.said.count(words) >= times or self.process.poll() is not None, within_s, words)
        assert self.said.count(words) >= times, self.said

    def type(self, text: str) -> None:
        """Type; a control character does what it does at a terminal."""
        assert self._ours is not None
        os.write(self._ours, text.encode("latin-1"))

    def hold(self) -> None:
        """What Ctrl-S does: nothing more is taken from whoever writes."""
        assert self.theirs is not None
        termios.tcflow(self.theirs, termios.TCOOFF)

    def hang_up(self) -> None:
        """The terminal's window is closed."""
        assert self._ours is not None
        assert self.theirs is not None
        os.close(self.theirs)
        self.theirs = None
        ours, self._ours = self._ours, None
        self._reader.join(5)  # whoever reads a terminal keeps it open
        os.close(ours)

    def end(self, within_s: float = 60.0) -> int:
        """Wait for the end; the exit status."""
        return self.process.wait(within_s)

    def close(self) -> None:
        """End it, however far it is."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        ours, self._ours = self._ours, None
        self._reader.join(5)
        for number in (self.theirs, ours):
            if number is not None:
                os.close(number)

    def _read(self, number: int) -> None:
        while self._ours is not None:
            if select.select([number], [], [], 0.05)[0]:
                try:
                    self._said += os.read(number, 65536)
                except OSError:
                    return  # nobody has the other side open any more


@contextmanager
def at_a_terminal(floor: Floor, folder: Path, *more: str, fault: Fault | None = None) -> Generator[Terminal]:
    """``teststation run`` that asks before it starts."""
    words = ["run", "--protocol", "submax-13", "--treadmill", floor.treadmill_device]
    words += ["--heart-rate", floor.heart_rate_device, "--sex", "male", "--age", "44", "--weight", "88"]
    words += ["--time-scale", str(floor.scale), "--record", "clinic.record", *more]
    terminal = Terminal(folder, *words, fault=fault)
    try:
        yield terminal
    finally:
        with suppress(OSError):
            terminal.close()


def stays(fact: Callable[[], bool], for_s: float) -> bool:
    """Whether a fact holds for a while."""
    end_s = time.monotonic() + for_s
    while time.monotonic() < end_s:
        if not fact():
            return False
        time.sleep(0.02)
    return True
