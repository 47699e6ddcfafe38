"""What is said to the person at the keyboard, on standard error, and never waited for.

A terminal may be held (Ctrl-S, text that is being marked in a Windows console), or gone, and a pipe may have nobody who
reads it. The loop that a belt hangs on goes on all the same, and no test is lost for a sentence.
"""

import contextlib
import logging
import os
import queue
import sys
import threading

from teststation.texts import in_one_line

LINES_KEPT = 1000  # said while the terminal is held; what comes after is left out
SAID_WITHIN_S = 2.0  # how long the program's end waits for a held terminal

_lines: queue.Queue[str | threading.Event] = queue.Queue(LINES_KEPT)
_starting = threading.Lock()
_writer: threading.Thread | None = None


def say(sentence: str) -> None:
    """One line."""
    _put(f"teststation: {in_one_line(sentence)}\n")


def ask(question: str) -> None:
    """A question whose answer is typed behind it."""
    _put(f"teststation: {question}: ")


class LoggedWords(logging.Handler):
    """What is logged while nobody keeps a log, in a line each: Python would print a traceback where one goes with it.

    What the database's library logs is raised as well, and said by whoever asked.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("sqlalchemy"):
            say(record.getMessage())


def all_said(within_s: float = SAID_WITHIN_S) -> None:
    """Wait until everything is written, or until it is plain that nobody takes it."""
    if _writer is None:
        return
    said = threading.Event()
    with contextlib.suppress(queue.Full):
        _lines.put(said, timeout=within_s)
        said.wait(within_s)


def _put(text: str) -> None:
    if not _has_a_file():
        with contextlib.suppress(OSError, ValueError):
            print(text, end="", file=sys.stderr, flush=True)
        return
    _start()
    with contextlib.suppress(queue.Full):
        _lines.put_nowait(text)


def _has_a_file() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.fileno() >= 0
    except (OSError, ValueError):
        return False  # taken by a test


def _start() -> None:
    global _writer
    with _starting:
        if _writer is None:
            _writer = threading.Thread(target=_write, name="voice", daemon=True)
            _writer.start()


def _write() -> None:
    while True:
        line = _lines.get()
        if isinstance(line, threading.Event):
            line.set()
            continue
        data = line.encode("utf-8", "replace")
        # Not through Python's own buffer: a thread that is held in it would abort the interpreter's end.
        with contextlib.suppress(OSError, ValueError):
            while data:
                data = data[os.write(sys.stderr.fileno(), data) :]
