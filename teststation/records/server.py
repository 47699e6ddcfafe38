"""The same tables in PostgreSQL, for several stations on one record.

Writers take turns by an advisory lock, as they do in a file: what one reads before it writes is still true when it
writes. Time-outs are short, because a station whose server does not answer works on by itself.
"""

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from teststation.errors import RecordError
from teststation.records.place import shown
from teststation.records.store import EngineDatabase, ServerAway

CONNECT_TIMEOUT_S = 3
ANSWER_TIMEOUT_S = 20
_WRITERS_TURN = 0x74_65_73_74  # any number, the same in every station
_BYTE_ORDERS = ("C", "POSIX", "C.UTF-8", "C.utf8")
_IN_USE = "it is in use by another station; try again, nothing was changed"
_SENTENCES = {
    "55P03": _IN_USE,
    "57014": _IN_USE,
    "40001": _IN_USE,
    "40P01": _IN_USE,
    "53100": "the server's disk is full; nothing was changed; have its administrator free some space",
    "42501": "this login may not use its tables; have the server's administrator make it the database's owner",
    "25006": "the server is read-only at present; nothing was changed; ask its administrator",
    "23505": "another station has just kept the same; nothing was changed; look again, then decide",
    "22001": "a text is too long to be kept; shorten it, nothing was changed",
    "XX001": "it is damaged; leave it as it is and restore the latest backup",
    "XX002": "it is damaged; leave it as it is and restore the latest backup",
}  # by SQLSTATE
_AWAY = ("08", "57P", "53300")  # beginnings: connection lost, shutting down or starting, no free connection


class Server(EngineDatabase):
    """A record's tables on a PostgreSQL server."""

    def __init__(self, url: URL) -> None:
        """Prepare the engine; nothing is connected yet.

        Raises:
            RecordError: the driver is not installed.
        """
        self.name = shown(url)
        options = (
            f"-c statement_timeout={ANSWER_TIMEOUT_S * 1000} -c lock_timeout=5000 "
            f"-c idle_in_transaction_session_timeout={ANSWER_TIMEOUT_S * 1000}"
        )
        try:
            self.engine = create_engine(
                url,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={
                    "connect_timeout": CONNECT_TIMEOUT_S,
                    "tcp_user_timeout": 5000,
                    "keepalives_idle": 5,
                    "keepalives_interval": 2,
                    "keepalives_count": 3,
                    "options": options,
                    "application_name": "teststation",
                },
            )
        except ImportError as error:
            raise RecordError(
                f"{self.name}: the PostgreSQL driver is not installed; install teststation[postgresql]"
            ) from error

    def check(self) -> None:
        """Refuse a database that would sort or keep letters differently. Raises RecordError, ServerAway."""
        query = text(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
        )
        with self.reading() as connection:
            encoding, order = connection.execute(query).one()
        if encoding != "UTF8" or order not in _BYTE_ORDERS:
            raise RecordError(
                f"{self.name}: the database is in {encoding} with the order {order}; make it with: "
                "createdb --template=template0 --encoding=UTF8 --locale=C"
            )

    def _prepare(self, connection: Connection, *, writing: bool) -> None:
        if writing:
            # After its turn has come, each statement must see what the writer before has committed.
            connection.execution_options(isolation_level="READ COMMITTED")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _take_turn(self, connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _WRITERS_TURN})

    def _error(self, error: DBAPIError) -> RecordError | None:
        state = getattr(error.orig, "sqlstate", None)
        sentence = _SENTENCES.get(state or "")
        if sentence is not None:
            return RecordError(f"{self.name}: {sentence}")
        if error.connection_invalidated or (state or "").startswith(_AWAY) or _is_unreached(error, state):
            said = " ".join(str(error.orig).split()) or "no answer"
            return ServerAway(f"{self.name}: the server does not answer ({said}); see that it runs and can be reached")
        return None


def _is_unreached(error: DBAPIError, state: str | None) -> bool:
    """Whether no connection came about or it broke: libpq reports both without a SQLSTATE."""
    return state is None and type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
