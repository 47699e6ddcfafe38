"""Which tests begin, and on which worker, so that two cores are neither idle nor fought for.

Each worker begins with a block of the list and later takes from the end of another's (``--dist worksteal``). A quarter
of them begins with tests that start whole stations, several processes each that compute in bursts: more of those beside
each other would starve each other's belts. Half begin with the others in real time: they mostly wait. The last quarter
begins with what only computes, what needs no wire first, so that a mistake shows early.
"""

from collections.abc import Callable, Hashable, Sequence
from itertools import groupby
from typing import TypeVar

Item = TypeVar("Item")


def shared_out(
    items: Sequence[Item],
    *,
    workers: int,
    in_real_time: Callable[[Item], bool],
    whole_stations: Callable[[Item], bool],
    long: Callable[[Item], bool],
    quick: Callable[[Item], bool],
    module: Callable[[Item], Hashable],
) -> list[Item]:
    """``items`` in the order in which ``workers``, who begin with a block each, equal but for one, do best.

    A module stays in one piece where it can, as its fixtures are made anew for each worker that meets it.
    """
    computing = sorted(
        (item for item in items if not in_real_time(item)), key=lambda item: (not quick(item), not long(item))
    )
    timed = [item for item in items if in_real_time(item)]
    stations = [item for item in timed if whole_stations(item)]
    waiting = [item for item in timed if not whole_stations(item)]
    quarter = max(1, workers // 4)
    hands = max(1, workers - quarter)
    if hands == 1:
        dealt = _dealt([*stations, *waiting], 1, long, module)
    else:
        dealt = [*_dealt(stations, quarter, long, module), *_dealt(waiting, hands - quarter, long, module)]
    if workers == 1:
        return [*computing, *dealt[0]]
    order: list[Item] = []
    ends = [len(items) * number // workers for number in range(1, workers + 1)]
    # What is quick fills the blocks of those who only compute; what is left waits behind what runs in real time.
    last = computing[: len(items) - ends[hands - 1]]
    left = computing[len(last) :]
    for begin, end in zip(dealt, ends, strict=False):
        room = max(0, end - len(order) - len(begin))
        order += [*begin, *left[:room]]
        left = left[room:]
    return [*order, *left, *last]


def _dealt(
    timed: Sequence[Item], hands: int, long: Callable[[Item], bool], module: Callable[[Item], Hashable]
) -> list[list[Item]]:
    """What each of ``hands`` begins with: its share of the long ones, and of the other modules."""
    dealt: list[list[Item]] = [[] for _ in range(hands)]
    for number, item in enumerate(item for item in timed if long(item)):
        dealt[number % hands].append(item)
    for _, piece in groupby((item for item in timed if not long(item)), key=module):
        min(dealt, key=len).extend(piece)
    return dealt
