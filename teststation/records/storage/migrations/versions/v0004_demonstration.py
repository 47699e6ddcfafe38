"""Who is the demonstration's own person, and nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the mark; nobody had it before."""
    op.add_column("person", sa.Column("demo", sa.Integer, nullable=False, server_default="0"))
