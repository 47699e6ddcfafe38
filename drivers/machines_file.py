"""Where the clinic's own machines are kept: the window asks whether there are any before it thinks of a belt."""

import os
from pathlib import Path

import platformdirs

ENVIRONMENT = "TESTSTATION_MACHINES"  # another file, for a machine with several users and for tests


def machines_path() -> Path:
    """Where the machines are kept."""
    named = os.environ.get(ENVIRONMENT)
    return (
        Path(named).expanduser()
        if named
        else platformdirs.user_data_path("teststation", appauthor=False) / "machines.toml"
    )
