"""While somebody may be on a belt, the computer neither goes to sleep by itself nor turns its screen off.

Hands are at the person then, and not at mouse or keyboard. A computer that sleeps leaves its belt to the treadmill's
watchdog, which stops it dead, and one that the operator sets to nobody; behind a dark or locked screen STOPP is not in
reach. What somebody asks for (a lid, a power button, the clinic's own lock) is not held up.
"""

import contextlib
import ctypes
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable

from drivers.processes import quiet_flags

# Windows' own flags, and for how long they hold: until the thread that asked for them takes them back.
CONTINUOUS, SYSTEM, DISPLAY = 0x80000000, 0x00000001, 0x00000002
ENDS_WITHIN_S = 2.0
# systemd keeps its word for as long as the program runs that it starts: one that ends with its standard input.
INHIBIT = ("--what=idle:sleep", "--who=teststation", "--why=somebody is on a treadmill", "--mode=block", "cat")


class Awake:
    """Holds from its making to ``end``, whoever calls that; at the latest until this process ends, however it does."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: _hold(self._over.wait), name="awake", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Let the computer do as it likes again. A second call does nothing."""
        self._over.set()
        self._thread.join(ENDS_WITHIN_S)


def _hold(until: Callable[[], object]) -> None:
    """Ask the system, wait, take it back. A system that cannot be asked, or says no, is left as it is."""
    if sys.platform == "win32":
        tell = ctypes.windll.kernel32.SetThreadExecutionState
        tell(ctypes.c_uint(CONTINUOUS | SYSTEM | DISPLAY))
        until()
        tell(ctypes.c_uint(CONTINUOUS))
    else:
        inhibit = shutil.which("systemd-inhibit")
        if inhibit is not None:
            with contextlib.suppress(OSError):
                _inhibit(inhibit, until)


def _inhibit(program: str, until: Callable[[], object]) -> None:
    process = subprocess.Popen(
        [program, *INHIBIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **quiet_flags(),
    )
    until()
    process.communicate()
