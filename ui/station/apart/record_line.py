"""The conversation with one process that has a record: what is said, and what is answered to whom."""

import itertools
import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, cast

from teststation.cause import Cause
from teststation.errors import RecordError, StationError
from teststation.records.storage.head_file import Known
from ui.station.apart import record_calls as calls
from ui.station.apart.ending import killed_after, let_go_of
from ui.station.apart.frames import read

log = logging.getLogger("teststation.record")

ANSWERS_WITHIN_S = 60.0  # then it hangs: a transaction takes milliseconds, and waits 5 s for another program
PIPE_TAKES = 4096  # bytes, on every system


class Line:
    """One process, and the conversation with it. Safe to use from several threads."""

    def __init__(
        self, process: "subprocess.Popen[Any]", broke: Callable[[], None], learn: Callable[[Known], None]
    ) -> None:
        """``broke``: called in a thread of its own when the process ends without having been let go of.

        ``learn``: told what the record is known by, before the answer to what changed that.
        """
        self._process, self._broke, self._learn = process, broke, learn
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[Any]] = {}
        self.ended = self._let_go = self.stands = False
        threading.Thread(target=self._listen, name="record-answers", daemon=True).start()

    def open(self, wanted: calls.Open, within_s: float) -> calls.Opened:
        answer = self._asked(0, wanted, {}, within_s)
        assert isinstance(answer, calls.Opened)
        return answer

    def rescue(self, wanted: calls.Rescue, within_s: float) -> Any:
        return cast("calls.Done", self._asked(0, wanted, {}, within_s)).value

    def call(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], within_s: float) -> calls.Done:
        number = next(self._numbers)
        given: dict[int | str, Any] = {**dict(enumerate(args)), **kwargs}
        functions = {place: one for place, one in given.items() if callable(one) and not isinstance(one, type)}
        for place in functions:
            given[place] = calls.Function(place)
        call = calls.Call(
            number, name, [given[place] for place in range(len(args))], {word: given[word] for word in kwargs}
        )
        return cast("calls.Done", self._asked(number, call, functions, within_s))

    def read(self, name: str, within_s: float) -> calls.Done:
        number = next(self._numbers)
        return cast("calls.Done", self._asked(number, calls.Read(number, name), {}, within_s))

    def act(self, actor: Any, within_s: float) -> calls.Done:
        number = next(self._numbers)
        return cast("calls.Done", self._asked(number, calls.Acting(number, actor), {}, within_s))

    def close(self, within_s: float) -> None:
        """Let go of it; what it is at is done to its end, unless that takes longer."""
        self._let_go = True
        let_go_of(self._process, within_s)

    def _asked(
        self, number: int, said: object, functions: Mapping[int | str, Callable[..., Any]], within_s: float
    ) -> Any:
        waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._waiting[number] = waiting
        try:
            self._say(said)
            if self.ended:
                waiting.put(None)
            while True:
                try:
                    answer = waiting.get(timeout=within_s)
                except queue.Empty:
                    self.ended = True  # at once: whoever asks next asks another one
                    self._process.kill()
                    answer = None
                match answer:
                    case None:
                        raise RecordError(Cause("record_process_ended"))
                    case calls.Asked(place=place, args=args):
                        self._say(_said(number, functions[place], args))
                    case calls.Failed(error=error, where=where):
                        if not isinstance(error, StationError):
                            log.warning("raised in the record's process: %s\n%s", type(error).__name__, where)
                        raise error
                    case _:
                        return answer
        finally:
            self._waiting.pop(number, None)

    def _say(self, said: object) -> None:
        data = calls.packed(said)
        assert self._process.stdin is not None
        # A small one goes into the pipe whoever reads it; of a large one the rest waits to be read.
        bound = killed_after(self._process, ANSWERS_WITHIN_S) if len(data) > PIPE_TAKES else nullcontext()
        with bound, self._writing:
            try:
                self._process.stdin.write(data)
                self._process.stdin.flush()
            except (OSError, ValueError):
                self.ended = True

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while (data := read(self._process.stdout.read)) is not None:
                said = calls.unpacked(data)
                if isinstance(said, Known):
                    self._learn(said)
                    continue
                number = 0 if isinstance(said, calls.Opened) else said.number
                waiting = self._waiting.get(number)
                if waiting is not None:
                    waiting.put(said)
        except Exception as error:  # noqa: BLE001 - whatever it says that is no answer: it is not believed any more
            log.warning("the record's process said what is no answer: %s", type(error).__name__)
            self._process.kill()
        self.ended = True
        for waiting in list(self._waiting.values()):
            waiting.put(None)
        self._process.stdout.close()
        if self.stands and not self._let_go:
            log.warning("the record's process has ended")
            self._broke()


def _said(number: int, function: Callable[..., Any], args: Sequence[Any]) -> calls.Said:
    try:
        return calls.Said(number, function(*args))
    except Exception as error:  # noqa: BLE001 - raised again where it was asked
        return calls.Said(number, None, error)
