"""While a run lasts, its mark on the server is moved on, in a thread of its own: no belt waits for a server."""

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from teststation.errors import RecordError

if TYPE_CHECKING:  # values are enough here: whose record it is reads the tables
    from teststation.records.database import Record

MOVED_ON_EVERY_S = 300.0  # well within the hour that other stations believe a mark (``several_stations.run_now``)


class RunMark:
    """The mark of one run: other stations see by it that this person is not to be erased now."""

    def __init__(self, record: "Record", run_id: str, person_id: str, every_s: float = MOVED_ON_EVERY_S) -> None:
        """The mark is there already, if the server answered when the run's journal was begun."""
        self._record, self._run_id, self._person_id, self._every_s = record, run_id, person_id, every_s
        self._ending = threading.Event()
        threading.Thread(target=self._move_on, name="run-mark", daemon=True).start()

    def end(self) -> None:
        """Move it on no more. Waits for nobody; who keeps or discards the run takes the mark away."""
        self._ending.set()

    def _move_on(self) -> None:
        while not self._ending.wait(self._every_s):
            with suppress(RecordError):
                self._record.mark_run(self._run_id, self._person_id)
                if self._ending.is_set():  # it may have been taken away just before
                    self._record.unmark_run(self._run_id)
