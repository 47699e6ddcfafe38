"""What interval sessions came to; their runs lie where tests' do."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "session_result",
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("algorithm_version", sa.String(32), nullable=False),
        sa.Column("software_version", sa.String(32), nullable=False),
        sa.Column("bouts_planned", sa.Integer, nullable=False),
        sa.Column("bouts_done", sa.Integer, nullable=False),
        sa.Column("bouts_reached", sa.Integer),
        sa.Column("minutes", sa.Float, nullable=False),
        sa.Column("in_band_s", sa.Float),
        sa.Column("peak_bpm", sa.Float),
        sa.Column("peak_all_out", sa.Integer, nullable=False),
        sa.Column("session_json", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("test_id", "number", name="pk_session_result"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_session_result_test_id_test"),
    )
