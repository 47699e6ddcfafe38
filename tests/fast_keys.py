"""Cheap keys for tests that open records by the hundred: SQLCipher's own count of rounds costs a quarter of a second.

The product never does this; ``test_the_key_costs_what_sqlcipher_asks`` opens a record in a process of its own.
"""

from typing import Any

from sqlcipher3 import dbapi2

ROUNDS = 10
STATEMENT = f"PRAGMA cipher_default_kdf_iter = {ROUNDS}"
IN_A_CHILD = f"from sqlcipher3 import dbapi2\ndbapi2.connect(':memory:').execute('{STATEMENT}')\n"


def use_fast_keys() -> None:
    """From now on, for the whole process."""
    module: Any = dbapi2
    raw = module.connect(":memory:")
    raw.execute(STATEMENT)
    raw.close()
