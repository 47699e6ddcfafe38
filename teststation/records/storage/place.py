"""Where a record is: a file of its own, or the tables of a server with this station's own spool."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from teststation.cause import Cause
from teststation.errors import RecordError

if TYPE_CHECKING:  # a file's place is found before SQLAlchemy is read from the disk
    from sqlalchemy.engine import URL

DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class Place:
    """``file``: the record's file, or the spool of the server at ``url``. ``name``: what sentences call it."""

    file: Path
    name: str
    url: "URL | None" = None


def data_folder() -> Path:
    """This user's data folder."""
    return platformdirs.user_data_path("teststation", appauthor=False)


def place_of(location: str | Path) -> Place:
    """Read a location: a path, or ``postgresql+psycopg://user@host/database?sslmode=verify-full``.

    Raises:
        RecordError: an address that is neither, and what to write.
    """
    text = str(location)
    if "://" not in text:
        return Place(Path(location).expanduser(), text)
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    form = f"{DRIVER}://USER@HOST/DATABASE"
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise RecordError(Cause("place_unreadable", {"form": form})) from None
    if url.drivername not in (DRIVER, "postgresql"):
        raise RecordError(Cause("place_other_kind", {"kind": url.drivername, "form": form}))
    if not url.database:
        raise RecordError(Cause("place_no_database", {"name": shown(url), "form": form}))
    url = url.set(drivername=DRIVER)
    # Which record it is, not how it is reached: a changed password or certificate keeps its spool.
    target = f"{url.host or url.query.get('host', '')}:{url.port or 5432}/{url.database}"
    digest = hashlib.sha256(target.encode("utf-8")).hexdigest()[:16]
    return Place(data_folder() / "servers" / f"{digest}.spool", shown(url), url)


def shown(url: "URL") -> str:
    """A server's address as it may be shown: without a password, user or options."""
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database}"
