"""How the station ends what it has in processes of their own: one that hangs, and one that it lets go of."""

import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def killed_after(process: "subprocess.Popen[Any]", seconds: float) -> Generator[None]:
    """What is done within ends by then: who waits for a process on a pipe waits for its end, too."""
    hangs = threading.Timer(seconds, process.kill)
    hangs.daemon = True
    hangs.start()
    try:
        yield
    finally:
        hangs.cancel()


def let_go_of(process: "subprocess.Popen[Any]", within_s: float) -> None:
    """Close its input, and see it ended: by itself, or killed when it takes longer."""
    if process.stdin is not None:
        with killed_after(process, within_s), suppress(OSError, ValueError):
            process.stdin.close()
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
