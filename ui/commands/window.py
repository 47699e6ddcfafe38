"""``teststation`` without a command: the window on the clinic's own record.

Who starts it by a double-click sees no terminal: what is asked before the window opens, and what keeps it from opening,
is a window too.
"""

import argparse
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from teststation.cause import Problem
from teststation.errors import BadInput, StationError
from ui.commands.display import display_at_hand
from ui.station.settings import Settings, load_settings

EXIT_NOT_ANSWERED = 3


def run(arguments: argparse.Namespace) -> int:
    """Open the window. Something is on the screen before what takes time is even read from the disk."""
    if not display_at_hand():
        raise BadInput("there is no display here; use teststation run, or see teststation --help")
    settings = load_settings()
    from ui.desktop.application import opening

    with opening(settings.language, settings.theme) as hall:
        from teststation.records.storage.passphrase import default_record_path, kept_passphrase
        from teststation.records.storage.place import place_of
        from ui.desktop.application import ask_passphrase, opened_meanwhile, run_app

        location = arguments.record or settings.record or default_record_path()
        place = place_of(location)
        passphrase_file = Path(arguments.passphrase_file) if arguments.passphrase_file else None
        passphrase = kept_passphrase(place.file, passphrase_file, os.environ)
        if passphrase is None:
            hall.hide()
            passphrase = ask_passphrase(place.file, place.name, settings)
        if passphrase is None:
            return EXIT_NOT_ANSWERED
        with opened_meanwhile(location, passphrase) as record:
            from ui.commands.common import come_in

            come_in(record, arguments, None)
            return run_app(record, settings, instead_of=hall)


def show(problems: Sequence[Problem]) -> None:
    """What keeps the window from opening, in a window, where one can be opened."""
    if not display_at_hand():
        return
    language = Settings().language
    with suppress(StationError):  # broken settings may be what is told
        language = load_settings().language
    from ui.desktop.application import tell_before_window

    tell_before_window(problems, language)
