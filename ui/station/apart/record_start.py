"""Starts the process that has the record: before the window reads anything from the disk but this."""

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from drivers.processes import child_environment, quiet_flags

# -P: whatever lies in the folder that the program is started from is none of its modules.
COMMAND = (sys.executable, "-P", "-m", "ui.station.apart.record_child")


def started(command: Sequence[str] = COMMAND) -> "subprocess.Popen[Any]":
    """The process, which reads the database's libraries until it is told which record. Raises RecordError."""
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=child_environment(with_the_servers=True), **quiet_flags(),
        )  # fmt: skip
    except OSError as error:
        from teststation.cause import Cause
        from teststation.errors import RecordError

        raise RecordError(Cause("record_process_not_started", {"why": error.strerror or ""})) from error
