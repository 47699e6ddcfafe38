"""A run's journal whose once-in-a-while sync waits in a thread of its own, never in the loop that renews the lease."""

import threading

import msgspec

from teststation.records.tests.journal import SYNC_EVERY_S, JournalWriter


class SyncedJournal:
    """``teststation.ports.Journal`` over a writer.

    Durable events are synced by the writer before ``append`` returns. The others are synced here, so that a power cut
    costs a second at most on a disk that takes less than half of one for it. A sync that fails fails the next
    ``append``, and with it the run.
    """

    def __init__(self, writer: JournalWriter, every_s: float = SYNC_EVERY_S) -> None:
        self._writer = writer
        self.events: list[bytes] = []  # all of the run, some megabytes: what is left where the file is lost
        self._every_s = every_s
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._sync, name="journal-sync", daemon=True)
        self._thread.start()

    def append(self, event: msgspec.Struct, *, durable: bool) -> None:
        """Write one event; with ``durable`` it is on the disk when this returns. Raises RecordError.

        What cannot be written is remembered all the same.
        """
        self.events.append(msgspec.json.encode(event))
        self._writer.append(event, durable=durable)

    def close(self) -> None:
        """Sync the rest and close. A second call does nothing."""
        self._ending.set()
        # The writer's own close syncs too: a disk that hangs is waited for there in any case.
        self._thread.join()
        self._writer.close()

    def _sync(self) -> None:
        while not self._ending.wait(self._every_s):
            self._writer.sync()
