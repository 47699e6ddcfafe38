"""Marks on a server that tell whom a station prepares or walks now: nobody is erased, and nothing restored, meanwhile.

A mark is made before a run, moved on while it lasts, and taken away when it is over. One whose station died is believed
until it is old: longer than a server may be away in the middle of a run, and no longer than an erasure can wait.
Moments are the server's: no two stations' clocks need to agree.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from teststation.records.storage.tables import PERSON, RUN_NOW

BELIEVED_FOR = timedelta(hours=1)


def mark(connection: Connection, station: str, run_id: str, person_id: str) -> None:
    """Make this run's mark, or move it on. Of somebody whom the server does not know there is nothing to mark."""
    until = _told(_now(connection) + BELIEVED_FOR)
    moved = connection.execute(update(RUN_NOW).where(RUN_NOW.c.run_id == run_id).values(until=until))
    if moved.rowcount:
        return
    if connection.execute(select(PERSON.c.id).where(PERSON.c.id == person_id)).first() is not None:
        connection.execute(insert(RUN_NOW).values(run_id=run_id, person_id=person_id, station_id=station, until=until))


def unmark(connection: Connection, run_id: str) -> None:
    """The run is over. One without a mark is none of our business."""
    connection.execute(delete(RUN_NOW).where(RUN_NOW.c.run_id == run_id))


def unmark_all_but(connection: Connection, station: str, run_ids: Iterable[str]) -> None:
    """Take away what a station left behind when it died, or ended a run while the server was away."""
    connection.execute(delete(RUN_NOW).where(RUN_NOW.c.station_id == station, RUN_NOW.c.run_id.not_in(sorted(run_ids))))


def marks_of(connection: Connection, station: str) -> frozenset[str]:
    """The runs that a station has marked."""
    return frozenset(connection.execute(select(RUN_NOW.c.run_id).where(RUN_NOW.c.station_id == station)).scalars())


def elsewhere_until(connection: Connection, station: str, people: Sequence[str] | None = None) -> datetime | None:
    """Until when a run of one of these people, or of anybody, is believed at another station; None where there is none.

    Returns:
        By the server's clock.
    """
    others = select(func.max(RUN_NOW.c.until)).where(RUN_NOW.c.station_id != station)
    query = others.where(RUN_NOW.c.until > _told(_now(connection)))
    if people is not None:
        query = query.where(RUN_NOW.c.person_id.in_(people))
    until = connection.execute(query).scalar()
    return None if until is None else datetime.fromisoformat(until)


def _now(connection: Connection) -> datetime:
    """The server's own moment."""
    return connection.execute(select(func.now())).scalar_one()


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
