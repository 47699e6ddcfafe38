"""In which language a person reads their page."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add it; null is the clinic's, which it was for everybody. A null breaks no seal."""
    op.add_column("person", sa.Column("language", sa.String(8), nullable=True))
