"""Reports made in a process of their own: a thread that draws pages keeps the window, and STOPP with it, waiting."""

import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from drivers.processes import child_environment, last_flags
from teststation.cause import Cause
from teststation.errors import StationError
from ui.station.apart.ending import killed_after, let_go_of
from ui.station.apart.frames import read

if TYPE_CHECKING:  # read from the disk when a first report is asked for
    from teststation.report.model import Report
    from ui.station.apart import report_frames as frames

log = logging.getLogger("teststation.report")

COMMAND = (sys.executable, "-m", "ui.station.apart.report_child")
MADE_WITHIN_S = 120.0  # then it hangs: a large one takes a second or two, on a machine that does nothing else
END_WITHIN_S = 2.0


class ReportProcess:
    """Makes reports as ``make_papers`` does, for any thread that may wait. Started when it is first asked.

    A process that has died or hangs costs the report that was asked of it, which is told in one sentence; the next one
    is asked of another process.
    """

    def __init__(self, command: Sequence[str] = COMMAND, within_s: float = MADE_WITHIN_S) -> None:
        self._command, self._within_s = command, within_s
        self._process: subprocess.Popen[Any] | None = None
        self._asking = threading.Lock()
        self._closed = False

    def __call__(self, report: "Report", test_id: str) -> tuple[bytes, str]:
        """The page and the five lines. Raises StationError."""
        from ui.station.apart import report_frames as frames

        data = frames.frame(frames.Wanted(report, test_id))
        with self._asking:
            answer = self._ask(data)
        match answer:
            case frames.Made(pdf=pdf, words=words):
                return pdf, words
            case frames.NotMade(causes=causes):
                raise StationError(*causes)
            case frames.Mistake(kind=kind, traceback=traceback):
                log.error("a mistake of the program in a report:\n%s", traceback)
                raise StationError(Cause("report_not_made", {"why": kind}))
            case None:
                raise StationError(Cause("report_process_ended"))

    def close(self) -> None:
        """End it, in the middle of a report too; none is made any more."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
            _end(process)

    def _ask(self, data: bytes) -> "frames.Answer | None":
        for _ in range(2):
            process = self._started()
            if process is None:
                return None
            told = self._told_by(process, data)
            if told is not None:
                return told
            _end(process)
            self._process = None
            if process.returncode != 0:
                return None
            # It had just ended by itself, as one does that is asked nothing for a while.
        return None

    def _started(self) -> "subprocess.Popen[Any] | None":
        if self._closed:
            return None
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                _end(self._process)
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    env=child_environment(), cwd=Path.home(), **last_flags(),
                )  # fmt: skip
            except OSError as error:
                log.warning("no process for a report: %s", error)
                self._process = None
            if self._closed:  # meanwhile
                self.close()
        return self._process

    def _told_by(self, process: "subprocess.Popen[Any]", data: bytes) -> "frames.Answer | None":
        from ui.station.apart import report_frames as frames

        assert process.stdin is not None
        assert process.stdout is not None
        with killed_after(process, self._within_s):
            try:
                process.stdin.write(data)
                process.stdin.flush()
                answer = read(process.stdout.read)
                return None if answer is None else frames.answer(answer)
            except (OSError, ValueError, msgspec.MsgspecError):  # a pipe that is closed, or what is no answer
                process.kill()
                return None


def _end(process: "subprocess.Popen[Any]") -> None:
    """Let go of it, and see it ended."""
    let_go_of(process, END_WITHIN_S)
    if process.stdout is not None:
        with suppress(OSError, ValueError):
            process.stdout.close()
