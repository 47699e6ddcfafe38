"""The record in a process of its own: whatever it takes of time, memory and crashes is not the window's, nor STOPP's.

The window's process has the record's values and none of its database. What is asked of a ``FarRecord`` is asked of the
``Record`` in the other process, by the same names and with the same errors; a function among the arguments, as the one
that says whether a backup may go on, is called here, in the thread that asks.
"""

import subprocess
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import msgspec

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.storage.head_file import Known
from teststation.records.storage.place import place_of
from ui.station.apart import record_calls as calls
from ui.station.apart.far_record import FarRecord
from ui.station.apart.record_line import ANSWERS_WITHIN_S, Line
from ui.station.apart.record_start import COMMAND, started

if TYPE_CHECKING:
    from teststation.records.database import Record

LONG_WITHIN_S = 1800.0  # a whole record copied, checked or brought to a server, between two things that it asks
CLOSED_WITHIN_S = 15.0
_LONG = frozenset({"upkeep.backup_into", "upkeep.scheduled_backup", "upkeep.restore", "hand_over"})
_NEEDS_NO_RECORD = "upkeep.rescue"
_PUTS_ANOTHER_IN_PLACE = "upkeep.restore"
_LETS_SOMEBODY_IN = "users.log_in"


class RecordProcess:
    """Started at once, before anybody knows which record: what it needs is read from the disk meanwhile."""

    def __init__(self, first: "subprocess.Popen[Any] | None" = None, command: Sequence[str] = COMMAND) -> None:
        """``first``: one that is started already. Raises RecordError where none can be started."""
        self._command, self._within_s = command, ANSWERS_WITHIN_S
        self._line: Line | None = Line(first or started(command), self._again, self._learn)
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
            self._line = line = Line(started(self._command), self._again, self._learn)
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
        line = Line(started(self._command), lambda: None, lambda known: None)
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

    def _alive(self) -> "Line":
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
            self._line = line = Line(started(self._command), self._again, self._learn)
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
