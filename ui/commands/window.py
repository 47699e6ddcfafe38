"""``teststation`` without a command: the window on the clinic's own record."""

import argparse

from teststation.errors import BadInput
from ui.commands.common import the_record
from ui.commands.demo import display_at_hand
from ui.station.settings import load_settings


def run(arguments: argparse.Namespace) -> int:
    """Open the window."""
    if not display_at_hand():
        raise BadInput("there is no display here; use teststation run, or see teststation --help")
    settings = load_settings()
    with the_record(arguments, create=True) as record:
        from ui.desktop.application import run_app

        return run_app(record, settings)
