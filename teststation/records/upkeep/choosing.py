"""Whether a place can hold the record or its backups, tried before a setting is kept. Nothing is made but a folder.

What knows servers is read from the disk where the place is one.
"""

import tempfile
from pathlib import Path

from teststation.cause import Cause, Problem
from teststation.errors import BadInput, RecordError
from teststation.files.reading import is_there
from teststation.records.storage.place import place_of

MASK = "***"
_PLAIN_SQLITE = b"SQLite format 3\0"


def masked_location(location: str) -> str:
    """A location as it may stand on a screen: the password of a server's address is not read over a shoulder."""
    if "://" not in location:
        return location
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(location).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return location


def unmasked_location(text: str, kept: str) -> str:
    """What was written, with the kept password where the mask was left standing."""
    if text == masked_location(kept):
        return kept
    if "://" not in text or "://" not in kept:
        return text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url, former = make_url(text), make_url(kept)
    except (ArgumentError, ValueError):
        return text
    if url.password != MASK:
        return text
    return url.set(password=former.password).render_as_string(hide_password=False)


def location_problem(location: str) -> Problem | None:
    """What is wrong with a record's place, in one sentence; a server is asked, for a few seconds at most."""
    try:
        place = place_of(location)
    except RecordError as error:
        return error.causes[0]
    if place.url is None:
        return _file_problem(place.file)
    from teststation.records.storage.server import Server

    try:
        server = Server(place.url)
    except RecordError as error:
        return error.causes[0]
    try:
        server.check()
    except RecordError as error:
        return error.causes[0]
    finally:
        server.close()
    return None


def folder_problem(folder: Path) -> Cause | None:
    """What is wrong with a folder in which files are to be written; one that is not there is made."""
    if not folder.is_absolute():
        return Cause("place_relative", {"path": str(folder)})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"\0")
    except OSError as error:
        return Cause("folder_unusable", {"folder": str(folder), "why": error.strerror or ""})
    return None


def _file_problem(path: Path) -> Problem | None:
    if not path.is_absolute():
        return Cause("place_relative", {"path": str(path)})
    try:
        is_there(path)
    except BadInput as error:
        return error.causes[0]
    if path.is_dir():
        return Cause("record_is_folder", {"name": str(path)})
    problem = folder_problem(path.parent)
    if problem is not None or not path.exists():
        return problem
    try:
        with path.open("r+b") as file:
            plain = file.read(len(_PLAIN_SQLITE)) == _PLAIN_SQLITE
    except OSError:
        return Cause("record_read_only", {"name": str(path)})
    return Cause("record_plain", {"name": str(path)}) if plain else None
