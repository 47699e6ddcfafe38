"""The process that has the record: ``python -m ui.station.apart.record_child``.

It reads the database's libraries from the disk while the window's are read, and derives the record's key meanwhile.
It ends when whoever started it lets go of its input or has died: what is being written then is written to its end.
"""

import gc
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.station.apart import record_calls as calls
from ui.station.apart.frames import read

if TYPE_CHECKING:
    from teststation.records.database import Record
    from teststation.records.storage.head_file import Known

AT_ONCE = 16  # calls: the window's own, and what goes on beside it
ENDS_WITHIN_S = 10.0  # of calls that are under way when nobody listens any more


class _Ended(Exception):
    """Nobody is there to answer."""


class Child:
    """One record, and who asks it."""

    def __init__(self, take: Callable[[int], bytes], give: Callable[[bytes], object]) -> None:
        self._take, self._give = take, give
        self._giving = threading.Lock()
        self._opens: queue.SimpleQueue[tuple[calls.Open | calls.Rescue, Future[Any]] | None] = queue.SimpleQueue()
        self._said: dict[int, queue.SimpleQueue[calls.Said | None]] = {}
        self._record: Record | None = None
        self._known: Known | None = None  # as it was told
        self._workers = ThreadPoolExecutor(AT_ONCE)
        self._over = threading.Event()

    def run(self) -> None:
        """Open what is named first, and answer until nobody asks any more."""
        threading.Thread(target=self._listen, daemon=True).start()
        from teststation.records.database import open_record  # which takes as long as the key does

        first = self._opens.get()
        if first is None:
            return
        wanted, ahead = first
        if isinstance(wanted, calls.Rescue):
            self._rescue(wanted)
            return
        try:
            self._record = open_record(
                wanted.location, wanted.passphrase, create=wanted.create, ahead=ahead.result(), known=wanted.known
            )
        except BaseException as error:  # noqa: BLE001 - told to who asked, whatever it is
            self._say(_failed(0, error))
            return
        self._say(calls.Opened(str(self._record.path), self._record.audit.acting))
        gc.freeze()  # what was read stays to the end: a look through it would take longer than any answer
        gc.enable()
        self._over.wait()
        ending = threading.Timer(ENDS_WITHIN_S, os._exit, (1,))
        ending.daemon = True
        ending.start()
        self._workers.shutdown(wait=True)
        self._record.close()
        ending.cancel()

    def _rescue(self, wanted: calls.Rescue) -> None:
        from teststation.records.upkeep.rescue import rescue_alone

        try:
            path = rescue_alone(Path(wanted.path), wanted.passphrase, *wanted.what)
        except BaseException as error:  # noqa: BLE001 - told to who asked, whatever it is
            self._say(_failed(0, error))
        else:
            self._say(calls.Done(0, path, None))

    def _listen(self) -> None:
        try:
            first = read(self._take)
            if first is None:
                self._opens.put(None)
                return
            wanted: calls.Open | calls.Rescue = calls.unpacked(first)
            if isinstance(wanted, calls.Rescue):
                self._opens.put((wanted, Future()))
                return
            from teststation.records.storage.key import connect_ahead

            ahead: Future[Any] = Future()
            self._opens.put((wanted, ahead))
            try:
                ahead.set_result(connect_ahead(wanted.location, wanted.passphrase))
            except BaseException as error:  # noqa: BLE001 - told where it is waited for
                ahead.set_exception(error)
            while (data := read(self._take)) is not None:
                said = calls.unpacked(data)
                if isinstance(said, calls.Said):
                    self._said[said.number].put(said)
                else:
                    if isinstance(said, calls.Call) and _has_functions(said):
                        self._said[said.number] = queue.SimpleQueue()
                    self._workers.submit(self._answer, said)
        finally:
            for waiting in list(self._said.values()):
                waiting.put(None)
            self._over.set()

    def _answer(self, said: calls.Call | calls.Read | calls.Acting) -> None:
        assert self._record is not None
        try:
            value = self._made(self._record, said)
            answer = calls.packed(calls.Done(said.number, value, self._record.audit.acting))
        except _Ended:
            pass  # nobody listens
        except BaseException as error:  # noqa: BLE001 - told to who asked, whatever it is
            self._say(_failed(said.number, error))
        else:
            self._write(answer)
        finally:
            self._said.pop(said.number, None)

    def _made(self, record: "Record", said: calls.Call | calls.Read | calls.Acting) -> object:
        match said:
            case calls.Acting(actor=actor):
                record.audit.acting = actor
                return None
            case calls.Read(name=name):
                return _of(record, name)
            case calls.Call(number=number, name=name, args=args, kwargs=kwargs):
                filled = [self._filled(number, one) for one in args]
                named = {word: self._filled(number, one) for word, one in (kwargs or {}).items()}
                return _of(record, name)(*filled, **named)

    def _filled(self, number: int, argument: object) -> object:
        if not isinstance(argument, calls.Function):
            return argument
        place, said = argument.place, self._said[number]

        def ask(*args: object) -> object:
            self._say(calls.Asked(number, place, args))
            answer = said.get()
            if answer is None:
                raise _Ended
            if answer.error is not None:
                raise answer.error
            return answer.value

        return ask

    def _say(self, said: object) -> None:
        self._write(calls.packed(said))

    def _write(self, data: bytes) -> None:
        with self._giving:
            known = None if self._record is None else self._record.head.known
            try:
                if known != self._known:  # told before the answer: whoever has that knows the record by it
                    self._known = known
                    self._give(calls.packed(known))
                self._give(data)
            except OSError:
                self._over.set()


def _has_functions(call: calls.Call) -> bool:
    return any(isinstance(one, calls.Function) for one in (*call.args, *(call.kwargs or {}).values()))


def _of(record: "Record", name: str) -> Any:
    """A method or a property of the record, or of one of its rooms."""
    *room, what = name.split(".")
    if len(room) > 1 or not calls.ROOMS.issuperset(room) or what.startswith("_"):
        raise ValueError(f"a record has no {name}")
    return getattr(getattr(record, room[0]) if room else record, what)


def _failed(number: int, error: BaseException) -> calls.Failed:
    # Without the error's own words, which may hold a person's data: it is for the log.
    frames = traceback.extract_tb(error.__traceback__)
    where = "\n".join(f"  {Path(one.filename).name}:{one.lineno} {one.name}" for one in frames)
    failed = calls.Failed(number, error, where)
    try:
        calls.packed(failed)
    except Exception:  # noqa: BLE001 - whatever it holds cannot travel: its kind and its words can
        return calls.Failed(number, RuntimeError(f"{type(error).__name__}: {error}"), where)
    return failed


def main() -> None:
    """Answer, and do not come back."""
    gc.disable()
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints is no answer

    def give(data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[sink.write(left) :]

    Child(source.read, give).run()
    sys.stderr.flush()
    os._exit(0)  # beside a thread that may wait for input


if __name__ == "__main__":
    main()
