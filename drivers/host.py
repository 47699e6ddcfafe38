"""A driver process: ``python -m drivers.host treadmill|heart-rate DEVICE --time-scale N [--recover] [--bound STRAP]``.

Lines in on standard input, lines out on standard output. Neither may ever block the poll loop: a reader thread fills
a queue, a writer thread empties one that drops old telemetry when the station does not read.
"""

import argparse
import collections
import queue
import signal
import sys
import threading

import msgspec

from drivers import lines
from drivers.machines import bound
from drivers.processes import come_first, stdin_lines
from drivers.registry import HEART_RATE, TREADMILL, load_runner, parse_device, refuse_time_scale
from drivers.treadmill.loop import SystemEnds
from teststation.clock import TimeScale
from teststation.errors import StationError

OUT_MAX_LINES = 2000


class Outbox:
    """Lines to the station, written by a thread of their own; ``emit`` never blocks."""

    def __init__(self) -> None:
        self._lines: collections.deque[bytes] = collections.deque()
        self._kept: collections.deque[bytes] = collections.deque()
        self._wake = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._thread.start()

    def emit(self, line: lines.FromDriver) -> None:
        """Queue one line. Telemetry and raw bytes give way when the station does not read; words to it never do."""
        data = lines.encode(line)
        with self._wake:
            if isinstance(line, lines.Hello | lines.Failed | lines.Refused):
                self._kept.append(data)
            else:
                self._lines.append(data)
                if len(self._lines) > OUT_MAX_LINES:
                    self._lines.popleft()
            self._wake.notify()

    def close(self) -> None:
        """Write what is left, as far as the station takes it."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        self._thread.join(1.0)

    def _write(self) -> None:
        out = sys.stdout.buffer
        while True:
            with self._wake:
                while not (self._lines or self._kept or self._ending):
                    self._wake.wait()
                data = b"".join((*self._kept, *self._lines))
                self._kept.clear()
                self._lines.clear()
                ending = self._ending
            try:
                out.write(data)
                out.flush()
            except (OSError, ValueError):
                return  # the station is gone; standard input tells the poll loop
            if ending:
                return


def _read_lines(inbox: "queue.Queue[lines.ToDriver | Exception | None]") -> None:
    for data in stdin_lines():
        try:
            inbox.put(lines.decode_to_driver(data))
        except msgspec.MsgspecError as error:
            inbox.put(error)
    inbox.put(None)


def _end_in_order(inbox: "queue.Queue[lines.ToDriver | Exception | None]") -> None:
    """Who logs out or shuts down ends every process at once: a belt is brought to rest, not left to its watchdog."""

    def leave(*_: object) -> None:
        # A thread puts it there: this one may be holding the queue's own lock.
        threading.Thread(target=inbox.put, args=(SystemEnds(),), name="leave", daemon=True).start()

    signal.signal(signal.SIGTERM, leave)


def main(argv: list[str]) -> int:
    """Run one device. Returns 0 when the station has quit and nothing moves."""
    parser = argparse.ArgumentParser(prog="drivers.host")
    parser.add_argument("kind", choices=[TREADMILL, HEART_RATE])
    parser.add_argument("device")
    parser.add_argument("--time-scale", type=float, default=1.0)
    parser.add_argument("--recover", action="store_true", help="stop a belt that is found moving; never start one")
    parser.add_argument("--bound", default="", help="the strap a driver before this one listened to; take no other")
    arguments = parser.parse_args(argv)
    come_first()
    # Ctrl-C in a terminal is for the station; it decides what happens to the belt.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outbox = Outbox()
    inbox: queue.Queue[lines.ToDriver | Exception | None] = queue.Queue()
    threading.Thread(target=_read_lines, args=(inbox,), name="inbox", daemon=True).start()
    if arguments.kind == TREADMILL:
        _end_in_order(inbox)
    try:
        device = parse_device(arguments.device, arguments.kind)
        refuse_time_scale(device, arguments.time_scale)
        scale = TimeScale(arguments.time_scale)
        if arguments.kind == TREADMILL and not arguments.recover:
            # The clinic's own limits, from the driver's own reading of the clinic's own file. Who may only stop the
            # belt needs none, and is not kept from it by a file that is wrong.
            device = bound(device)
        run = load_runner(arguments.kind, device.family)
        if arguments.kind == TREADMILL:
            run(device.port, device.options, outbox.emit, inbox, scale, recover=arguments.recover)
        else:
            run(device.port, device.options, outbox.emit, inbox, scale, bound=arguments.bound)
    except StationError as error:
        outbox.emit(lines.Failed(causes=error.causes))
        return error.exit_status
    finally:
        outbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
