"""What no file that is written may touch: the record in use and the default one, and the station's own files."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from drivers.machines_file import machines_path
from teststation.errors import StationError
from teststation.files.outputs import MustLive
from teststation.records.storage.passphrase import default_record_path
from teststation.records.storage.place import place_of
from ui.station import settings


def must_live(
    location: str | Path | None = None, inputs: Iterable[str | Path] = (), secrets: Iterable[str | Path] = ()
) -> MustLive:
    """All of it, whatever this command uses of it.

    Args:
        location: The record that is used, a file or a server.
        inputs: What is read meanwhile.
        secrets: Files with passphrases.
    """
    own = settings.settings_path()
    return MustLive(
        records=tuple(dict.fromkeys(_records(location, own))),
        inputs=tuple(Path(one) for one in inputs),
        own=(
            own,
            machines_path(),
            settings.interview_path(),
            settings.protocols_path(),
            *settings.protocols_path().glob("*/*.toml"),  # each by itself: a link to one lies elsewhere
            *(Path(one) for one in secrets),
        ),
    )


def _records(location: str | Path | None, settings_file: Path) -> Iterable[Path]:
    yield default_record_path()
    places: list[str | Path] = [] if location is None else [location]
    with suppress(StationError):  # broken settings are told by who needs them, and name no record
        places.append(settings.load_settings(settings_file).record)
    for place in places:
        try:
            if place:
                yield place_of(place).file
        except StationError:
            continue  # an address that cannot be read names no file
