"""One heap for all of the window's threads, where the system's library would give each its own, and no pictures in it.

glibc makes a heap for every thread that asks for memory while another does, up to eight for each processor, and gives
it to the next thread when that one has ended. What a heap was once large enough for it keeps: a report in one, a test
that was read in another. So the window grew with each test though nothing of the test was left, until each heap had had
its largest. Python's own lock lets few threads ask at once: heaps of their own gain them nothing.

Measured on glibc 2.36 with two processors, over 15 tests in one window: from 154 to 180 MB, of which 16 MB were free in
thirteen heaps; with one heap from 148 to 164, and 5 free. What the tests themselves left in use was the same.

What is large comes from the system and goes back to it. But glibc takes each that has gone back for a sign that more of
its size come, and has the next ones in the heap, where something small that was made after it keeps the whole of it:
after a report that was seen and enlarged 15 MB of nothing, so many as its pictures have had. A fixed size ends that.

Windows has one heap for all threads, and what is large beside it; other libraries than glibc have no such wishes, and
are left as they are.
"""

import ctypes
import sys

MB = 1 << 20
# In glibc's malloc.h: M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD; the latter is twice the other there, too.
_WISHES = ((-8, 1), (-3, MB), (-1, 2 * MB))


def keep_one_heap() -> bool:
    """From now on no thread gets a heap of its own; whether the library takes such wishes. Before there are threads."""
    if sys.platform == "win32":
        return False
    wish = getattr(ctypes.CDLL(None), "mallopt", None)
    return wish is not None and all(wish(*one) == 1 for one in _WISHES)
