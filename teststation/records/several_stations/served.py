"""A server's record on one station: the server while it answers, the station's own spool while it does not.

The spool is a record file with the same tables. It holds the key of this station's journals, the people who may come
today, and what was kept while the server was away. Once away, the station stays with its spool until ``hand_over`` has
brought everything to the server, so that nobody looks for what was kept here in a place that does not have it yet.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from sqlalchemy import Connection

from teststation.records.people.people import Person
from teststation.records.several_stations.handover import (
    HandedOver,
    bring_at_hand,
    hand_over,
    kept_here,
    renew_people,
    take_servers,
    was_served,
)
from teststation.records.storage.cipher import CipherFile
from teststation.records.storage.schema import upgrade
from teststation.records.storage.server import Server
from teststation.records.storage.store import Database, ServerAway


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

    def open(self, before: Callable[[str], None] = lambda found: None) -> None:
        """Bring the server's tables to this version, hand over what is due, and take today's people along.

        A server that does not answer is no hindrance once this station has seen it.

        Args:
            before: As for ``schema.upgrade``.
        Raises:
            RecordError: the server refuses, or this station has never seen it and it does not answer.
        """
        try:
            self.server.check()
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
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of the record. Raises RecordError."""
        with self._where_it_is(lambda database: database.reading()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
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
    def _where_it_is(self, begin: Callable[[Database], AbstractContextManager[Connection]]) -> Iterator[Connection]:
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
