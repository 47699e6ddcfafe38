"""Results that somebody else measured, brought in from a table."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "imported_result",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("tested_on", sa.String(10), nullable=False),
        sa.Column("vo2max_ml_kg_min", sa.Float, nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("hr_max_bpm", sa.Float),
        sa.Column("weight_kg", sa.Float),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("source_sha256", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.String(32), nullable=False),
        sa.Column("imported_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imported_result"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_imported_result_person_id_person"),
    )
    op.create_index("ix_imported_result_person_id", "imported_result", ["person_id"])
