"""Cheap keys for tests that open records by the hundred: SQLCipher's own count of rounds costs a quarter of a second.

The product never does this; ``test_the_key_costs_what_sqlcipher_asks`` opens a record in a process of its own.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlcipher3 import dbapi2

ROUNDS = 10
ORDINARY_ROUNDS = 256_000  # SQLCipher 4's own
STATEMENT = f"PRAGMA cipher_default_kdf_iter = {ROUNDS}"
IN_A_CHILD = f"from sqlcipher3 import dbapi2\ndbapi2.connect(':memory:').execute('{STATEMENT}')\n"


def use_fast_keys() -> None:
    """From now on, for the whole process."""
    module: Any = dbapi2
    raw = module.connect(":memory:")
    raw.execute(STATEMENT)
    raw.close()


_one_at_a_time = threading.RLock()


@contextmanager
def ordinary_keys() -> Generator[None]:
    """For a record that the product itself has made, in another process: whatever this one's tests have set, and set
    again afterwards."""
    module: Any = dbapi2
    with _one_at_a_time:
        raw = module.connect(":memory:")
        ((before,),) = raw.execute("PRAGMA cipher_default_kdf_iter").fetchall()
        raw.execute(f"PRAGMA cipher_default_kdf_iter = {ORDINARY_ROUNDS}")
        try:
            yield
        finally:
            raw.execute(f"PRAGMA cipher_default_kdf_iter = {before}")
            raw.close()
