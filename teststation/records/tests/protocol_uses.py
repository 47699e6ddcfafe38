"""How often each protocol was walked, by its id and the hash of its text. Demonstrations and sessions count nothing."""

from sqlalchemy import Connection, func, not_, select

from teststation.records.people.last_tested import DEMONSTRATION
from teststation.records.storage.tables import RESULT, TEST


def uses_of_protocols(connection: Connection) -> dict[tuple[str, str], int]:
    """Numbers of kept tests by protocol id and sha256; what was never walked is not in it."""
    query = (
        select(TEST.c.protocol_id, TEST.c.protocol_sha256, func.count())
        .where(not_(DEMONSTRATION))
        .where(select(RESULT.c.test_id).where(RESULT.c.test_id == TEST.c.id).exists())  # a session is no test
        .group_by(TEST.c.protocol_id, TEST.c.protocol_sha256)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}
