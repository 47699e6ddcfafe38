"""The clinic's logo as a file: read, and refused in a sentence where no page could show it."""

from pathlib import Path

from teststation.cause import Cause
from teststation.errors import BadInput

BYTES_MAX = 2_000_000


def read_logo(path: Path) -> bytes:
    """A PNG or SVG file. Raises BadInput."""
    from teststation.report.logo import picture_of  # the makers of PDF are wanted late

    try:
        data = path.expanduser().read_bytes()
    except OSError as error:
        raise BadInput(Cause("clinic_logo_wrong", {"path": str(path), "why": error.strerror or ""})) from error
    if len(data) > BYTES_MAX:
        raise BadInput(Cause("clinic_logo_wrong", {"path": str(path), "why": f"> {BYTES_MAX // 1_000_000} MB"}))
    try:
        picture_of(data)
    except ValueError as error:
        raise BadInput(Cause("clinic_logo_wrong", {"path": str(path), "why": str(error)})) from error
    return data
