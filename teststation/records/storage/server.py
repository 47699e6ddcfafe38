"""The same tables in PostgreSQL, for several stations on one record.

Writers take turns by an advisory lock, as they do in a file: what one reads before it writes is still true when it
writes. Time-outs are short, because a station whose server does not answer works on by itself.
"""

import os
from ipaddress import ip_address

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.place import shown
from teststation.records.storage.store import EngineDatabase

CONNECT_TIMEOUT_S = 3
ANSWER_TIMEOUT_S = 20
_TLS = ("require", "verify-ca", "verify-full")  # the others go on in the clear where a server wants it so
_WRITERS_TURN = 0x74_65_73_74  # any number, the same in every station
_BYTE_ORDERS = ("C", "POSIX", "C.UTF-8", "C.utf8")
_CODES = {
    "55P03": "server_in_use",
    "57014": "server_in_use",
    "40001": "server_in_use",
    "40P01": "server_in_use",
    "53100": "server_disk_full",
    "42501": "server_no_right",
    "25006": "server_read_only",
    "23505": "server_just_kept",
    "22001": "server_too_long",
    "XX001": "record_damaged",
    "XX002": "record_damaged",
}  # by SQLSTATE
# What libpq says of a connection that came to nothing, without a SQLSTATE; first match first.
_UNREACHED = (
    ("no encryption", "server_wants_tls"),
    ("SSL off", "server_wants_tls"),
    ("does not support SSL", "server_has_no_tls"),
    ("certificate", "server_certificate"),
    ("SSL error", "server_certificate"),  # signed by another key under the authority's own name
    ("password", "server_login"),
)
_AWAY = ("08", "57P", "53300")  # beginnings: connection lost, shutting down or starting, no free connection


class Server(EngineDatabase):
    """A record's tables on a PostgreSQL server."""

    def __init__(self, url: URL) -> None:
        """Prepare the engine; nothing is connected yet.

        Raises:
            RecordError: the driver is not installed, or the way to the server is not to be encrypted.
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
            raise RecordError(Cause("server_no_driver", {"name": self.name})) from error
        if not _is_this_machine(url) and _tls_of(url) not in _TLS:
            raise RecordError(Cause("server_needs_tls", {"name": self.name}))

    def check(self) -> None:
        """Refuse a database that would sort or keep letters differently. Raises RecordError, ServerAway."""
        query = text(
            "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
        )
        with self.reading() as connection:
            encoding, order = connection.execute(query).one()
        if encoding != "UTF8" or order not in _BYTE_ORDERS:
            raise RecordError(Cause("server_other_order", {"name": self.name, "encoding": encoding, "order": order}))

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
        known = _CODES.get(state or "")
        if known is not None:
            return RecordError(Cause(known, {"name": self.name}))
        if error.connection_invalidated or (state or "").startswith(_AWAY) or _is_unreached(error, state):
            said = " ".join(str(error.orig).split()) or "no answer"
            code = next((code for words, code in _UNREACHED if state is None and words in said), "server_away")
            return ServerAway(Cause(code, {"name": self.name, "said": said}))
        return None


def _is_this_machine(url: URL) -> bool:
    """Whether nothing leaves this machine: a loopback address or a socket, wherever the address names it."""
    told = [url.host, *_of_query(url, "host"), *_of_query(url, "hostaddr")]
    hosts = [host for names in told if names for host in names.split(",")] or [os.environ.get("PGHOST", "")]
    return all(host == "" or host.startswith(("/", "@")) or _is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _tls_of(url: URL) -> str:
    told = _of_query(url, "sslmode")
    return told[-1] if told else os.environ.get("PGSSLMODE", "prefer")


def _of_query(url: URL, name: str) -> tuple[str, ...]:
    found = url.query.get(name, ())
    return (found,) if isinstance(found, str) else tuple(found)


def _is_unreached(error: DBAPIError, state: str | None) -> bool:
    """Whether no connection came about or it broke: libpq reports both without a SQLSTATE."""
    return state is None and type(error.orig).__name__ in ("OperationalError", "ConnectionTimeout")
