"""Symptoms that somebody told of after a test, with the signature that adds them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add them; null is none, which it was for every signature. A null breaks no seal."""
    op.add_column("signature", sa.Column("symptoms_json", sa.Text, nullable=True))
