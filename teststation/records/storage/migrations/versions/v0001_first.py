"""Person, test, stages, events, results and settings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "setting",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("born", sa.String(10)),
        sa.Column("sex", sa.String(8), nullable=False),
        sa.Column("number", sa.String(64)),
        sa.Column("height_cm", sa.Float),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("search_key", sa.Text, nullable=False),
        sa.Column("sort_key", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("number", name="uq_person_number"),
    )
    op.create_index("ix_person_sort_key", "person", ["sort_key"])
    op.create_table(
        "test",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("started_at", sa.String(40), nullable=False),
        sa.Column("started_utc", sa.String(32), nullable=False),
        sa.Column("protocol_id", sa.Text, nullable=False),
        sa.Column("protocol_sha256", sa.String(64), nullable=False),
        sa.Column("protocol_text", sa.Text, nullable=False),
        sa.Column("subject_json", sa.Text, nullable=False),
        sa.Column("conditions_json", sa.Text, nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("reason_json", sa.Text),
        sa.Column("treadmill", sa.Text, nullable=False),
        sa.Column("heart_rate", sa.Text, nullable=False),
        sa.Column("run_json", sa.Text, nullable=False),
        sa.Column("events_count", sa.Integer, nullable=False),
        sa.Column("events_sha256", sa.String(64), nullable=False),
        sa.Column("software_version", sa.String(32), nullable=False),
        sa.Column("saved_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_test"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_test_person_id_person"),
    )
    op.create_index("ix_test_person_started", "test", ["person_id", "started_utc"])
    op.create_table(
        "stage",
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("plan_index", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("planned_duration_s", sa.Float, nullable=False),
        sa.Column("planned_speed_kmh", sa.Float, nullable=False),
        sa.Column("planned_incline_pct", sa.Float, nullable=False),
        sa.Column("began_s", sa.Float, nullable=False),
        sa.Column("ended_s", sa.Float),
        sa.Column("extended_s", sa.Float, nullable=False),
        sa.Column("gait", sa.String(8), nullable=False),
        sa.Column("handrail", sa.Integer, nullable=False),
        sa.Column("rpe", sa.Integer),
        sa.Column("systolic_mmhg", sa.Integer),
        sa.Column("diastolic_mmhg", sa.Integer),
        sa.PrimaryKeyConstraint("test_id", "number", name="pk_stage"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_stage_test_id_test"),
    )
    op.create_table(
        "event",
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("t_s", sa.Float, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("test_id", "seq", name="pk_event"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_event_test_id_test"),
    )
    op.create_table(
        "result",
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("algorithm_version", sa.String(32), nullable=False),
        sa.Column("software_version", sa.String(32), nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("vo2max_ml_kg_min", sa.Float),
        sa.Column("low_ml_kg_min", sa.Float),
        sa.Column("high_ml_kg_min", sa.Float),
        sa.Column("hr_max_bpm", sa.Float, nullable=False),
        sa.Column("hr_max_source", sa.String(32), nullable=False),
        sa.Column("fitness_age_years", sa.Float),
        sa.Column("assessment_json", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("test_id", "number", name="pk_result"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_result_test_id_test"),
    )
