"""Every row is sealed in the audit log; what is there already is sealed as it is found, and told as such."""

import secrets

import sqlalchemy as sa
from alembic import op

from teststation.records.access.audit import seal_what_is_there

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Give each person a salt, then seal."""
    op.add_column("person", sa.Column("salt", sa.String(32), nullable=False, server_default=""))
    person = sa.table("person", sa.column("id"), sa.column("salt"))
    connection = op.get_bind()
    for person_id in connection.execute(sa.select(person.c.id)).scalars().all():
        connection.execute(sa.update(person).where(person.c.id == person_id).values(salt=secrets.token_hex(16)))
    seal_what_is_there(connection)
