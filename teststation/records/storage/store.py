"""A record's tables in any database: short transactions, and every known failure as one sentence."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.storage.failures import ServerAway

HEAD_WRITTEN = "head_written"  # in a connection's ``info``: number and hash of the audit log's last row


class Database(ABC):
    """A record's tables. Safe to use from several threads; transactions are short."""

    name: str  # as sentences call it: a file's path, or a server's address without a password

    @property
    def away(self) -> ServerAway | None:
        """Why this station works by itself; None while its server answers, and where there is none."""
        return None

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the record. Raises RecordError."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that is kept whole or not at all; one writer at a time. Raises RecordError."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""


def needs_the_server(database: Database) -> None:
    """Refuse, inside a transaction, what has to be done once for all stations. Raises RecordError."""
    if database.away is not None:
        raise RecordError(Cause("server_needed", {"name": database.name}))


class EngineDatabase(Database):
    """A database behind one SQLAlchemy engine."""

    engine: Engine
    keep_head: Callable[[int, str], None] | None = None  # told of the audit log's new head when it is committed

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one state of the record. Raises RecordError."""
        with self._sentences(), self.engine.connect() as connection:
            self._prepare(connection, writing=False)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that is kept whole or not at all; one writer at a time. Raises RecordError."""
        with self._sentences(), self.engine.connect() as connection:
            self._prepare(connection, writing=True)
            connection.info.pop(HEAD_WRITTEN, None)
            with connection.begin():
                self._take_turn(connection)
                yield connection
            head = connection.info.pop(HEAD_WRITTEN, None)
        if head is not None and self.keep_head is not None:
            self.keep_head(*head)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @abstractmethod
    def _prepare(self, connection: Connection, *, writing: bool) -> None:
        """Set a connection up for the transaction that is about to begin."""

    def _take_turn(self, connection: Connection) -> None:
        """Wait until this writer is the only one, where the beginning of a transaction does not see to it."""

    @abstractmethod
    def _error(self, error: DBAPIError) -> RecordError | None:
        """A known failure as a sentence; None for a bug."""

    @contextmanager
    def _sentences(self) -> Generator[None]:
        try:
            yield
        except DBAPIError as error:
            known = self._error(error)
            if known is None:
                raise
            raise known from error
