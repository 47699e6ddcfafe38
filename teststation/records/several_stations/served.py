"""A server's record on one station: the server while it answers, the station's own spool while it does not.

The spool is a record file with the same tables. It holds the key of this station's journals, the people who may come
today, and what was kept while the server was away. Once away, the station stays with its spool until ``hand_over`` has
brought everything to the server, so that nobody looks for what was kept here in a place that does not have it yet.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from teststation.errors import RecordError
from teststation.records.people.person import Person
from teststation.records.several_stations.handed_over import HandedOver
from teststation.records.several_stations.handover import (
    bring_at_hand,
    hand_over,
    kept_here,
    renew_people,
    station_in,
    take_servers,
    was_served,
)
from teststation.records.several_stations.run_now import elsewhere_until, mark, marks_of, unmark, unmark_all_but
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.failures import ServerAway
from teststation.records.storage.schema import upgrade
from teststation.records.storage.server import Server
from teststation.records.storage.store import Database


class ServedDatabase(Database):
    """The tables of a server, with this station's spool behind them."""

    def __init__(self, server: Server, spool: CipherFile) -> None:
        self.server = server
        self.spool = spool
        self.name = server.name
        self._away: ServerAway | None = None

    @property
    def away(self) -> ServerAway | None:
        """Why the station works by itself; None while the server answers."""
        return self._away

    def open(
        self, before: Callable[[str], None] = lambda found: None, is_it: Callable[[], None] = lambda: None
    ) -> None:
        """Bring the server's tables to this version, hand over what is due, and take today's people along.

        A server that does not answer is no hindrance once this station has seen it.

        Args:
            before: As for ``schema.upgrade``.
            is_it: Raises RecordError where the server has another record than is known; asked before it is changed.
        Raises:
            RecordError: the server refuses, or this station has never seen it and it does not answer.
        """
        try:
            self.server.check()
            is_it()
            upgrade(self.server, before)
            self.hand_over()
        except ServerAway as away:
            if not was_served(self.spool):
                raise
            self._away = away

    def hand_over(self) -> HandedOver:
        """Bring what was kept here to the server, exactly once, and work with the server again.

        Raises:
            ServerAway: it still does not answer; everything stays here.
            RecordError: the server refuses; everything stays here.
        """
        try:
            handed = hand_over(self.spool, self.server)
            renew_people(self.spool, self.server)
        except ServerAway as away:
            self._away = away
            raise
        self._away = None
        return handed

    # --- whom this station prepares or walks, told to the others (``run_now``) ---

    @cached_property
    def station(self) -> str:
        """This station's own name on the server."""
        with self.spool.writing() as local:
            return station_in(local)

    def mark_run(self, run_id: str, person_id: str) -> None:
        """Make or move on the mark of a run. Safe from another thread. Raises RecordError; the station stays served."""
        with self.server.writing() as remote:
            mark(remote, self.station, run_id, person_id)

    def mark_run_in(self, connection: Connection, run_id: str, person_id: str) -> None:
        """The same in a transaction of this database; nothing where it is the spool's."""
        if connection.engine is self.server.engine:
            mark(connection, self.station, run_id, person_id)

    def unmark_run(self, run_id: str) -> None:
        """The run is over. What a server that is away keeps of it is taken away at the next hand-over."""
        if self._away is None:
            with suppress(RecordError), self.server.writing() as remote:
                unmark(remote, run_id)

    def unmark_all_but(self, run_ids: Iterable[str]) -> None:
        """Take away the marks of this station's other runs, which are over. Raises RecordError."""
        going_on = frozenset(run_ids)
        with self.server.reading() as remote:
            left = marks_of(remote, self.station) - going_on
        if left:
            with self.server.writing() as remote:
                unmark_all_but(remote, self.station, going_on)

    def runs_elsewhere_until(self, connection: Connection, people: Sequence[str] | None = None) -> datetime | None:
        """Until when a run of one of these people, or of anybody, is believed at another station."""
        return elsewhere_until(connection, self.station, people)

    def bring_at_hand(self, person_id: str) -> None:
        """Take a person and their tests along, so that a test goes on if the server goes away in the middle."""
        if self._away is None:
            try:
                bring_at_hand(self.spool, self.server, person_id)
            except ServerAway as away:
                self._away = away

    def kept_here(self, person_id: str) -> tuple[Person | None, Person] | None:
        """While the server answers: what this station wrote alone and the server did not take (``handover``)."""
        return None if self._away is not None else kept_here(self.spool, person_id)

    def settle(self, person_id: str) -> None:
        """Somebody has chosen, and the server has it. Raises ServerAway."""
        take_servers(self.spool, self.server, person_id)

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A transaction that sees one state of the record. Raises RecordError."""
        with self._where_it_is(lambda database: database.reading()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A transaction that is kept whole or not at all. Raises RecordError.

        A server that goes away in the middle raises ServerAway: nobody knows whether it has kept it. Doing the same
        again then goes to the spool, and the hand-over finds out.
        """
        with self._where_it_is(lambda database: database.writing()) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.server.close()
        self.spool.close()

    @contextmanager
    def _where_it_is(self, begin: Callable[[Database], AbstractContextManager[Connection]]) -> Generator[Connection]:
        try:
            with ExitStack() as stack:
                yield self._begun(stack, begin)
        except ServerAway as away:
            self._away = away
            raise

    def _begun(self, stack: ExitStack, begin: Callable[[Database], AbstractContextManager[Connection]]) -> Connection:
        if self._away is None:
            try:
                return stack.enter_context(begin(self.server))
            except ServerAway as away:
                self._away = away
        return stack.enter_context(begin(self.spool))
