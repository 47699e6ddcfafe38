"""What is written of a person in few words: on the command line, or in the lines before a table."""

import math
import re
from typing import Any

from teststation.errors import BadInput
from teststation.files.table import number, shown


def interval_peak(text: str) -> dict[str, Any]:
    """``168`` or ``168,all-out``: the highest pulse of an interval session, by the names of ``Subject``.

    Raises:
        BadInput: it is neither.
    """
    peak, comma, how = text.replace(";", ",").partition(",")
    bpm = number(peak)
    if bpm is None or (comma and how.strip().lower() not in ("all-out", "all out")):
        raise BadInput(
            f"{shown(text)!r} is not a pulse; write it as 168, or as 168,all-out where the session went all out"
        )
    return {"hr_max_intervals_bpm": bpm, "hr_max_intervals_all_out": bool(comma)}


def activity_index(text: str) -> float:
    """Nes 2011's activity index from a number, or from three answers as ``frequency x intensity x duration``.

    Raises:
        BadInput: it is neither.
    """
    parts = [number(part) for part in re.split(r"[x*×;\s]+", text.strip().lower())]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts) or len(known) not in (1, 3):
        raise BadInput(
            f"{shown(text)!r} is not an activity; write the index, or frequency x intensity x duration as 2.5x2x0.75"
        )
    return math.prod(known)
