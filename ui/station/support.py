"""A file for whoever helps with the program: versions, settings and what went wrong lately, and nothing of a patient.

What is written is chosen, not cleaned: of a message in the log its place in the program, of an exception its kind and
the lines of code, of a setting that somebody has typed only that it is set. So nothing of a record can be in it.
"""

import logging
import platform
import sys
import traceback
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import msgspec

from drivers.registry import FAMILIES, HEART_RATE, TREADMILL
from teststation import __version__
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.writing import write_whole
from teststation.records.storage.place import place_of
from ui.station.components import commit, components
from ui.station.settings import Settings

# Settings that are chosen from a list or are numbers: what they say is the program's own.
CHOSEN = frozenset(
    {
        "default_speed", "language", "headline", "use_earlier_tests", "intervals_may_run", "person_in_file_names",
        "report_ledger", "csv_style", "report_number", "backup_days", "intended_use_accepted", "lock_after_min",
        "work_without_login", "theme",
    }
)  # fmt: skip
DEVICES = (TREADMILL, HEART_RATE)


def log_line(record: logging.LogRecord) -> str:
    """When and where in the program; an exception by its kind and its lines of code."""
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds")
    line = f"{when} {record.levelname} {record.name} {Path(record.pathname).name}:{record.lineno}"
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        frames = "".join(
            f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}\n"
            for frame in traceback.extract_tb(error.__traceback__)
        )
        line = f"{line}\n{frames}  {kind}"
    return line


def setting_words(settings: Settings) -> dict[str, str]:
    """Each setting as it may be told."""
    told: dict[str, str] = {}
    for name, value in msgspec.to_builtins(settings).items():
        if name in CHOSEN:
            told[name] = f"{value}"
        elif name in DEVICES:
            family = str(value).partition(":")[0]
            told[name] = family if (name, family) in FAMILIES else ("set" if value else "not set")
        elif name == "record":
            told[name] = "default" if not value else ("server" if _is_server(str(value)) else "file")
        else:
            told[name] = "set" if value else "not set"
    return told


def screen_line(size_px: tuple[int, int], scale: float, size_mm: tuple[float, float]) -> str:
    """A screen of the machine."""
    return f"{size_px[0]}x{size_px[1]} at {scale:.0%}, {size_mm[0]:.0f}x{size_mm[1]:.0f} mm"


def support_files(
    settings: Settings, recent: Iterable[logging.LogRecord], screens: Iterable[str] = ()
) -> Mapping[str, str]:
    """What goes into the file, by name.

    Args:
        screens: One line for each screen of the machine, as a window system describes them.
    """
    versions = [
        f"teststation {__version__} {commit()}".strip(),
        f"python {platform.python_version()} {sys.executable and Path(sys.executable).name}",
        f"system {platform.system()} {platform.release()} {platform.machine()}",
        *(f"{part.name} {part.version}" for part in components()),
    ]
    return {
        "versions.txt": "\n".join(versions) + "\n",
        "settings.txt": "".join(f"{name}: {value}\n" for name, value in setting_words(settings).items()),
        "screens.txt": "".join(f"{screen}\n" for screen in screens),
        "log.txt": "".join(f"{log_line(record)}\n" for record in recent),
    }


def write_support(path: Path, files: Mapping[str, str]) -> None:
    """Write them as one archive, whole or not at all. Raises BadInput where it cannot be written."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    try:
        write_whole(path, packed.getvalue())
    except OSError as error:
        raise BadInput(Cause("output_unwritable", {"path": str(path), "why": error.strerror or ""})) from error


def _is_server(location: str) -> bool:
    try:
        return place_of(location).url is not None
    except (BadInput, ValueError):
        return False
