"""Symbolic links, where this system makes them for this user: Windows asks for a right that few have, and Wine says yes
and makes none."""

from pathlib import Path


def link(place: Path, target: Path) -> bool:
    """Make one; False where the system makes none, and nothing lies there."""
    try:
        place.symlink_to(target)
    except OSError:
        return False
    return place.is_symlink()
