"""A file is written whole or not at all: under another name beside its place, down to the disk, and then renamed."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

# What leaves the station tells of patients: for this user's eyes alone. Windows keeps a user's folder so by itself.
MODE, FOLDER_MODE = 0o600, 0o700


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``; what was there stays until the new file is whole. A link is followed.

    Raises:
        OSError: it could not be written; ``path`` is as it was, and no part of the new file is left.
    """
    target = Path(os.path.realpath(path))
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp gives 0600 on POSIX already; said here because it is meant.
        part.chmod(MODE)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can: Windows opens no folder."""
    if os.name == "nt":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
