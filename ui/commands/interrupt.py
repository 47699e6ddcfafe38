"""Ctrl-C, a terminal that closes and the system's wish to end the program: each ends it in order, with its status."""

import signal
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], None] | signal.Handlers

# SIGBREAK is Windows' Ctrl-Break and its closing console, SIGHUP a terminal that is gone on POSIX.
ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK") if hasattr(signal, name)
)

# Ctrl-Z: a station that is suspended leaves its belt to the driver, and the person on it to nobody.
SUSPENDING = tuple(getattr(signal, name) for name in ("SIGTSTP",) if hasattr(signal, name))
# What suspends a program in the background that asks or tells something at its terminal.
_AT_THE_TERMINAL = tuple(getattr(signal, name) for name in ("SIGTTIN", "SIGTTOU") if hasattr(signal, name))


class Interrupt:
    """A wish to end, as a number to be looked at: an orderly stop, never a traceback."""

    def __init__(self) -> None:
        self.times = 0

    @property
    def asked(self) -> bool:
        """Whether the end was wished for at all."""
        return self.times > 0

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.times += 1


@contextmanager
def orderly() -> Generator[Interrupt]:
    """While a belt may be at stake: signals are counted, and whoever drives the belt looks."""
    interrupt = Interrupt()
    handlers: dict[int, Handler] = dict.fromkeys((*ENDING, *SUSPENDING), interrupt)
    handlers |= dict.fromkeys(_AT_THE_TERMINAL, signal.SIG_IGN)
    with _handled_by(handlers):
        yield interrupt


@contextmanager
def at_once() -> Generator[None]:
    """While no belt is at stake: every one of them unwinds what is open, as Ctrl-C does."""
    with _handled_by(dict.fromkeys(ENDING, _unwind)):
        yield


def _unwind(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _handled_by(handlers: Mapping[int, Handler]) -> Generator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # no other thread is asked
        return
    former = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, earlier in former.items():
            signal.signal(number, earlier)
