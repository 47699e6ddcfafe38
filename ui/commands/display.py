"""Whether there is a screen to open a window on."""

import os
import sys


def display_at_hand() -> bool:
    """Whether a window can be opened on this machine."""
    if sys.platform in ("win32", "darwin"):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in names)
