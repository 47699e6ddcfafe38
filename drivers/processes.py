"""How this program starts its own helper processes, on Linux and on Windows."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def child_environment() -> dict[str, str]:
    """The environment of a child that runs one of our modules with ``-m``, wherever the program is started from."""
    root = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([root, inherited]) if inherited else root
    return {**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def quiet_flags() -> dict[str, Any]:
    """``Popen`` options of a child that Ctrl-C in the terminal does not reach, and that opens no console window."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
