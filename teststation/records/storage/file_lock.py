"""One lock that the operating system takes back when its process dies: who holds it is alive.

Advisory ``flock`` on POSIX. Windows locks are mandatory for the locked bytes, so there one byte far behind the end
of any file of ours is locked: others may still read what was written.
"""

import sys

if sys.platform == "win32":
    import msvcrt
    import os

    _FAR_BYTE = 0x7FFF_0000

    def try_lock(descriptor: int) -> bool:
        """Lock an open file without waiting; False when another opening of it holds the lock."""
        os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file without waiting; False when another opening of it holds the lock."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
