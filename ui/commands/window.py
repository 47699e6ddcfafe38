"""``teststation`` without a command: the window on the clinic's own record.

Who starts it by a double-click sees no terminal: what is asked before the window opens, and what keeps it from opening,
is a window too.
"""

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from teststation.cause import Problem
from teststation.errors import BadInput, StationError
from ui.commands.display import display_at_hand
from ui.station.settings import Settings, load_settings

if TYPE_CHECKING:
    from teststation.records.database import Record
    from ui.station.apart.record_process import RecordProcess

EXIT_NOT_ANSWERED = 3


def run(arguments: argparse.Namespace) -> int:
    """Open the window. Something is on the screen before what takes time is even read from the disk."""
    if not display_at_hand():
        raise BadInput("there is no display here; use teststation run, or see teststation --help")
    from ui.station.apart.record_start import started

    # Before Qt is read from the disk: what opens a record is read, and its passphrase looked for, meanwhile.
    first = started()
    from ui.station.apart.record_process import RecordProcess

    # The process is let go of first: nobody waits for a record that does not answer.
    with ThreadPoolExecutor(1) as beside, RecordProcess(first) as process:
        settings = load_settings()
        opened = beside.submit(begun_with_what_is_kept, process, arguments, settings)
        from ui.desktop.application import opening

        with opening(settings.language, settings.theme) as hall:
            from ui.desktop.application import ask_passphrase, read_meanwhile, run_app

            record = read_meanwhile(opened)
            if record is None:
                from teststation.records.storage.place import place_of

                hall.hide()
                location = _location(arguments, settings)
                place = place_of(location)
                passphrase = ask_passphrase(place.file, place.name, settings)
                if passphrase is None:
                    return EXIT_NOT_ANSWERED
                record = process.open(location, passphrase)
            from ui.commands.common import act, tell_where_away

            act(record, arguments, None)
            beside.submit(tell_where_away, record)
            return run_app(record, settings, instead_of=hall, opened=process.opened)


def _location(arguments: argparse.Namespace, settings: Settings) -> str | Path:
    from teststation.records.storage.passphrase import default_record_path

    return arguments.record or settings.record or default_record_path()


def begun_with_what_is_kept(
    process: "RecordProcess", arguments: argparse.Namespace, settings: Settings
) -> "Record | None":
    """The record, which opens under the passphrase that is kept for it; None where somebody has to be asked.

    Raises RecordError.
    """
    from teststation.records.storage.passphrase import kept_passphrase
    from teststation.records.storage.place import place_of

    location = _location(arguments, settings)
    passphrase_file = Path(arguments.passphrase_file) if arguments.passphrase_file else None
    passphrase = kept_passphrase(place_of(location).file, passphrase_file, os.environ)
    return None if passphrase is None else process.begin(location, passphrase)


def show(problems: Sequence[Problem]) -> None:
    """What keeps the window from opening, in a window, where one can be opened."""
    if not display_at_hand():
        return
    language = Settings().language
    with suppress(StationError):  # broken settings may be what is told
        language = load_settings().language
    from ui.desktop.application import tell_before_window

    tell_before_window(problems, language)
