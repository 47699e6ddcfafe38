"""A test that only computes lets its neighbours in real time go first: a belt's half second is no matter of luck."""

import functools
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

BEHIND = 10  # of 20 steps below the ordinary: about a tenth of a core against an ordinary process that wants all of it


@functools.cache
def may_come_back() -> bool:
    """Whether a thread that has stepped back may step forward again: for root, mostly, on Linux. Tried in a thread of
    its own, which on that system alone has a priority of its own: a refusal harms nothing."""
    if sys.platform != "linux":
        return False
    came_back = False

    def there_and_back() -> None:
        nonlocal came_back
        before = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, 0, min(19, before + BEHIND))
        try:
            os.setpriority(os.PRIO_PROCESS, 0, before)
        except PermissionError:
            return
        came_back = True

    thread = threading.Thread(target=there_and_back)
    thread.start()
    thread.join()
    return came_back


@contextmanager
def yielding() -> Generator[None]:
    """This thread, and whatever it starts meanwhile, behind the ordinary. Only where ``may_come_back``."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, min(19, before + BEHIND))
    try:
        yield
    finally:
        os.setpriority(os.PRIO_PROCESS, 0, before)
