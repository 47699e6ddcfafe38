"""Records that are not written through to the disk, for tests that make them by the hundred.

Each change of a record waits for the disk two or three times, and all workers wait for one. The product never
does this; ``test_power_cuts_and_broken_links_are_guarded_against`` asks a record that is written through, and the power
cuts are tried on processes of their own.
"""

from typing import Any

from teststation.records.storage.cipher import CipherFile

written_through = CipherFile.connect


def use_fast_disk() -> None:
    """From now on, for the whole process."""
    CipherFile.connect = _connect


def _connect(self: CipherFile) -> Any:
    raw = written_through(self)
    raw.execute("PRAGMA synchronous = OFF")
    return raw
