"""The clinic's logo as a file: read, and refused in a sentence where no page could show it."""

from pathlib import Path

from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import read_bytes

BYTES_MAX = 2_000_000


def read_logo(path: Path) -> bytes:
    """A PNG or SVG file. Raises BadInput."""
    from teststation.report.logo import picture_of  # the makers of PDF are wanted late

    try:
        data = read_bytes(path.expanduser(), BYTES_MAX)
    except OSError as error:
        raise BadInput(Cause("clinic_logo_wrong", {"path": str(path), "why": error.strerror or ""})) from error
    try:
        picture_of(data)
    except ValueError as error:
        raise BadInput(Cause("clinic_logo_wrong", {"path": str(path), "why": str(error)})) from error
    return data
