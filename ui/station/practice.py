"""The practice walk before a test: an ordinary run on the guarded path, of which nothing is kept but that it was done.

It has a held start, every limit and alarm, and STOPP like any other run: what a belt does with a person on it knows no
second way. Its journal is discarded as it ends, and one that was interrupted is discarded when it is found.
"""

import msgspec

from teststation.protocol.load import load_plan
from teststation.protocol.plan import Plan

PRACTICE = "practice-walk"
DRILL = "staff-drill"
SPEEDS_KMH = (2.0, 3.0, 4.0)
PRACTICE_SPEEDS = ("slow", "normal", "fast")
_TEXT = f"""
id = "{PRACTICE}"
title = "{{title}}"
citation = "The clinic's practice before a test: level, slow, the rail at hand."
default_speed = "normal"

[speeds]
slow = {SPEEDS_KMH[0]}
normal = {SPEEDS_KMH[1]}
fast = {SPEEDS_KMH[2]}

[[stages]]
name = "1"
duration_s = 300
speed = "v"
incline_pct = 0

[cool_down]
duration_s = 10
speed_kmh = 2.0
incline_pct = 0
"""


def practice_plan(title: str, speed: str = "normal") -> Plan:
    """Five minutes on the level at 2 to 4 km/h."""
    plan = load_plan(_TEXT.format(title=title), PRACTICE, speed)
    getting_used = tuple(msgspec.structs.replace(stage, habituation=True) for stage in plan.stages)
    return msgspec.structs.replace(plan, stages=getting_used)  # a protocol would need a stage that counts


def is_practice(plan: Plan) -> bool:
    """Whether this is the walk before a test."""
    return plan.id == PRACTICE


def nothing_is_kept(plan: Plan) -> bool:
    """Whether nothing of a run by this plan is kept: a practice walk, or a drill of the staff."""
    return plan.id in (PRACTICE, DRILL)
