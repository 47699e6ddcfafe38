"""What takes long to make and is the same for every test that asks for it: made by one worker, read by the others.

A sample test is minutes of walking in simulated time. Each worker of a run used to walk it anew, for each of the rooms
that wanted one. What is made lies beside the run's other temporary files, and goes with them; a run alone in its
process keeps it in memory and nothing else.
"""

import functools
import pickle
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")

_folder: list[Path] = []  # of this run, where it has several workers


def share_in(folder: Path) -> None:
    """From now on, in this process: keep what is made where the run's other workers find it."""
    folder.mkdir(parents=True, exist_ok=True)
    _folder[:] = [folder]


def made_once(make: Callable[..., Made]) -> Callable[..., Made]:
    """``make`` of plain words and numbers, called once for each of them in a whole run."""

    @functools.cache
    def made(*of: Any) -> Made:
        if not _folder:
            return make(*of)
        place = _folder[0] / f"{make.__module__}.{make.__name__}-{'-'.join(map(str, of))}"
        if place.exists():
            return pickle.loads(place.read_bytes())
        one = make(*of)
        beside = place.with_name(uuid.uuid4().hex)
        beside.write_bytes(pickle.dumps(one))
        beside.replace(place)  # two workers may have made it side by side: it is the same
        return one

    return made
