"""Lines typed on standard input, read beside whatever goes on meanwhile: nothing that moves a belt waits for them."""

import queue
import sys
import threading

from drivers.processes import stdin_lines

LINES_KEPT = 100


class Keyboard:
    """Takes lines from standard input once it listens. Never blocks."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue(LINES_KEPT)
        self._reader: threading.Thread | None = None
        self._back: str | None = None
        self.closed = False  # nothing comes any more, and what came has been taken

    def listen(self) -> None:
        """Begin to read, if that has not begun."""
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="keyboard", daemon=True)
            self._reader.start()

    def forget(self) -> None:
        """Leave out what was typed before a question: it was no answer to it. A script's lines are meant in order."""
        if not is_terminal():
            return
        while self.line() is not None:
            pass

    def line(self) -> str | None:
        """The next line without its blanks and its end; None while there is none."""
        if self._back is not None:
            line, self._back = self._back, None
            return line
        try:
            line = self._lines.get_nowait()
        except queue.Empty:
            return None
        if line is None:
            self.closed = True
        return line

    def put_back(self, line: str) -> None:
        """Give a line back that answers something else: it is the next one again."""
        self._back = line

    def _read(self) -> None:
        try:
            for line in stdin_lines(unended=True):
                self._lines.put(line.decode("utf-8", "replace").strip())
        except (OSError, ValueError, AttributeError):
            pass  # a terminal that is gone, or no standard input at all
        self._lines.put(None)


def is_terminal() -> bool:
    try:
        return sys.stdin.isatty()
    except (OSError, ValueError, AttributeError):
        return False
