"""``teststation emulate``: hands over to the emulators, which have their own options."""

import argparse

from drivers.emulators.main import main


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    return main(arguments.rest)
