"""The record in a process of its own: whatever it takes of time, memory and crashes is not the window's, nor STOPP's.

The window's process has the record's values and none of its database. What is asked of a ``FarRecord`` is asked of the
``Record`` in the other process, by the same names and with the same errors; a function among the arguments, as the one
that says whether a backup may go on, is called here, in the thread that asks.
"""

import itertools
import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from teststation.cause import Cause
from teststation.errors import RecordError, StationError
from teststation.records.storage.head_file import Known
from teststation.records.storage.place import place_of
from teststation.records.tests.journals import Journals
from ui.station.apart import record_calls as calls
from ui.station.apart.ending import killed_after, let_go_of
from ui.station.apart.frames import read
from ui.station.apart.record_start import COMMAND, started

if TYPE_CHECKING:
    from teststation.records.database import Record

log = logging.getLogger("teststation.record")

ANSWERS_WITHIN_S = 60.0  # then it hangs: a transaction takes milliseconds, and waits 5 s for another program
LONG_WITHIN_S = 1800.0  # a whole record copied, checked or brought to a server, between two things that it asks
CLOSED_WITHIN_S = 15.0
PIPE_TAKES = 4096  # bytes, on every system
_LONG = frozenset({"upkeep.backup_into", "upkeep.scheduled_backup", "upkeep.restore", "hand_over"})
_NEEDS_NO_RECORD = "upkeep.rescue"
_PUTS_ANOTHER_IN_PLACE = "upkeep.restore"
_PROPERTIES = frozenset({"away", "in_place"})
_LETS_SOMEBODY_IN = "users.log_in"


class RecordProcess:
    """Started at once, before anybody knows which record: what it needs is read from the disk meanwhile."""

    def __init__(self, first: "subprocess.Popen[Any] | None" = None, command: Sequence[str] = COMMAND) -> None:
        """``first``: one that is started already. Raises RecordError where none can be started."""
        self._command, self._within_s = command, ANSWERS_WITHIN_S
        self._line: _Line | None = _Line(first or started(command), self._again, self._learn)
        self._known: Known | None = None
        self._another_may_come = False  # a backup is being restored
        self._wanted: calls.Open | None = None
        self._opening: Future[Record] | None = None
        self._acting: Any = None
        self._starting = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self, location: str | Path, passphrase: str, *, create: bool = True) -> "Record":
        """Open the record there, as ``open_record`` does and with its errors; close it, or use it as a context."""
        wanted = calls.Open(str(location), passphrase, create)
        line = self._line
        if self._closed:
            raise RecordError(Cause("record_process_ended"))
        if line is None or line.ended:
            self._line = line = _Line(started(self._command), self._again, self._learn)
        opened = line.open(wanted, LONG_WITHIN_S)  # one of an earlier version is backed up and changed
        with self._starting:
            if self._acting is None:
                self._acting = opened.acting
            else:
                line.act(self._acting, self._within_s)
            # Another process opens it again, and makes none where it is gone.
            self._wanted = calls.Open(wanted.location, wanted.passphrase, create=False)
            line.stands = True
        return cast("Record", FarRecord(self, location, Path(opened.path)))

    def begin(self, location: str | Path, passphrase: str) -> "Record":
        """The same, and it opens meanwhile: what is asked of it first waits for that, and raises its errors.

        Where it is tells where its file is; of a server's spool that is known when it has opened.
        """
        if "://" in str(location):
            return self.open(location, passphrase)
        self._opening = opening = Future()

        def open_it() -> None:
            try:
                opening.set_result(self.open(location, passphrase))
            except BaseException as error:  # noqa: BLE001 - raised where somebody waits for it
                opening.set_exception(error)

        threading.Thread(target=open_it, name="record-opens", daemon=True).start()
        return cast("Record", FarRecord(self, location, Path(location).expanduser()))

    def opened(self) -> None:
        """Wait for a record that was begun. Raises RecordError where it does not open."""
        if self._opening is not None:
            self._opening.result()

    def ask(self, name: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        """What a method says.

        Raises:
            RecordError: what it raises, or the process has ended; the next one is asked of another process.
        """
        within_s = LONG_WITHIN_S if name in _LONG else self._within_s
        try:
            line = self._alive()
        except RecordError:
            if name != _NEEDS_NO_RECORD or self._wanted is None or self._closed:
                raise
            return self._rescued(self._wanted, args)
        self._another_may_come |= name == _PUTS_ANOTHER_IN_PLACE
        try:
            done = line.call(name, args, kwargs or {}, within_s)
        finally:
            if name == _PUTS_ANOTHER_IN_PLACE and not line.ended:
                self._another_may_come = False
        if name == _LETS_SOMEBODY_IN:
            self.acting = done.acting  # told again: another process may have come meanwhile
        return done.value

    def _rescued(self, wanted: calls.Open, what: Sequence[Any]) -> Any:
        """What is to be rescued, by a process that has no record: the one that was open, and its process, are gone."""
        line = _Line(started(self._command), lambda: None, lambda known: None)
        try:
            return line.rescue(
                calls.Rescue(str(place_of(wanted.location).file), wanted.passphrase, what), LONG_WITHIN_S
            )
        finally:
            line.close(CLOSED_WITHIN_S)

    def read(self, name: str) -> Any:
        """What a property says. Errors as ``ask``."""
        return self._alive().read(name, self._within_s).value

    @property
    def acting(self) -> Any:
        """Who acts."""
        return self._acting

    @acting.setter
    def acting(self, actor: Any) -> None:
        with self._starting:
            self._acting = actor
            if self._wanted is None:  # it opens yet, and is told then
                return
        with suppress(RecordError):  # whoever asks next is told, and another process is told who acts
            self._alive().act(actor, self._within_s)

    def close(self) -> None:
        """Let the record be closed, and see the process ended."""
        self._closed = True
        line, self._line = self._line, None
        if line is not None:
            line.close(CLOSED_WITHIN_S)

    def _again(self) -> None:
        """It has ended, and nobody let go of it: the next is there before it is asked for in the middle of a run."""
        with suppress(RecordError):
            if self._wanted is not None:
                self._alive()

    def _learn(self, known: Known) -> None:
        """Which record it is, by the last that was done in it."""
        self._known = known

    def _alive(self) -> "_Line":
        """The process, or another one in its place, with the same record and the same person at work.

        Another file that has come where the record was, or an earlier copy of it, is not taken for it.
        """
        self.opened()
        with self._starting:
            if self._line is not None and not self._line.ended:
                return self._line
            if self._closed or self._wanted is None:
                raise RecordError(Cause("record_process_ended"))
            if self._line is not None:
                self._line.close(0.0)
            self._line = line = _Line(started(self._command), self._again, self._learn)
            known = None if self._another_may_come else self._known
            try:
                if self._closed:  # meanwhile
                    raise RecordError(Cause("record_process_ended"))
                line.open(msgspec.structs.replace(self._wanted, known=known), self._within_s)
                line.act(self._acting, self._within_s)
            except BaseException:
                line.ended = True
                line.close(0.0)
                raise
            line.stands = True
            self._another_may_come = False
            return line


class _Line:
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


class FarRecord(Journals):
    """A ``Record`` in another process, by the names of its rooms, methods and properties."""

    def __init__(self, process: RecordProcess, location: str | Path, path: Path) -> None:
        self._process = process
        self.location, self.path = location, path
        self.audit = _Audit(process)

    def close(self) -> None:
        """Close the record, and end its process."""
        self._process.close()

    def journal_key(self) -> bytes:
        """The 32 random bytes that open this record's journals."""
        return cast("bytes", self._process.ask("journal_key"))

    def mark_walker(self, run_id: str, person_id: str) -> None:
        """As the record's."""
        self._process.ask("mark_walker", (run_id, person_id))

    def discard_journal(self, run_id: str) -> None:
        """As the record's."""
        self._process.ask("discard_journal", (run_id,))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in _PROPERTIES:
            return self._process.read(name)
        made: Any = _Room(self._process, name) if name in calls.ROOMS else _Method(self._process, name)
        setattr(self, name, made)
        return made


class _Method:
    """One method there."""

    def __init__(self, process: RecordProcess, name: str) -> None:
        self._process, self._name = process, name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._process.ask(self._name, args, kwargs)


class _Room:
    """One room's methods."""

    def __init__(self, process: RecordProcess, name: str) -> None:
        self._of, self._room = process, name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        made = _Method(self._of, f"{self._room}.{name}")
        setattr(self, name, made)
        return made


class _Audit(_Room):
    """The log, and who acts."""

    def __init__(self, process: RecordProcess) -> None:
        super().__init__(process, "audit")

    @property
    def acting(self) -> Any:
        """Who acts: known here."""
        return self._of.acting

    @acting.setter
    def acting(self, actor: Any) -> None:
        self._of.acting = actor
