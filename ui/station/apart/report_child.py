"""The process that makes reports: ``python -m ui.station.apart.report_child``. It reads no record and writes no file.

It ends when whoever started it lets go of its input or has died, in the middle of a page too, and by itself when
nothing has been asked of it for a while.
"""

import os
import queue
import sys
import threading
import traceback

from drivers.processes import come_last
from teststation.errors import StationError
from teststation.report.papers import make_papers
from ui.station.apart import report_frames as frames
from ui.station.apart.frames import read

ENDS_UNASKED_AFTER_S = 60.0


def main() -> None:
    """Make what is asked for, one after the other, and do not come back."""
    come_last()
    asked: queue.Queue[bytes] = queue.Queue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    while True:
        try:
            data = asked.get(timeout=ENDS_UNASKED_AFTER_S)
        except queue.Empty:
            os._exit(0)  # beside a thread that waits for input
        _say(_made(data))


def _listen(asked: "queue.Queue[bytes]") -> None:
    # Not by ``sys.stdin``: a thread that waits in it would hold its lock when the interpreter ends.
    with os.fdopen(os.dup(0), "rb") as source:
        while (data := read(source.read)) is not None:
            asked.put(data)
    os._exit(0)  # for nobody: the page that is being made, too


def _made(data: bytes) -> frames.Answer:
    try:
        wanted = frames.wanted(data)
        return frames.Made(*make_papers(wanted.report, wanted.test_id))
    except StationError as error:
        return frames.NotMade(error.causes)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next report may be made
        return frames.Mistake(type(error).__name__, traceback.format_exc())


def _say(answer: frames.Answer) -> None:
    sys.stdout.buffer.write(frames.frame(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
