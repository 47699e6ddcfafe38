"""The tables of a record. Portable types only: identifiers and times are text, bodies are JSON text as written.

JSON is kept as text, not as a database type, so that what is read is byte for byte what was written.
Every change here needs a migration beside it (``migrations/versions``); a test compares the two.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SETTING = Table(
    "setting",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

PERSON = Table(
    "person",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("family_name", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("born", String(10)),  # ISO date
    Column("sex", String(8), nullable=False),
    Column("number", String(64), unique=True),  # the clinic's own or the national number; optional
    Column("height_cm", Float),
    Column("note", Text, nullable=False),
    Column("search_key", Text, nullable=False),
    Column("sort_key", Text, nullable=False, index=True),
    Column("created_at", String(32), nullable=False),  # ISO 8601, UTC, as all times of rows
    Column("updated_at", String(32), nullable=False),
)

TEST = Table(
    "test",
    METADATA,
    Column("id", String(64), primary_key=True),  # the run's id
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("started_at", String(40), nullable=False),  # as the run says it, with its zone
    Column("started_utc", String(32), nullable=False),
    Column("protocol_id", Text, nullable=False),
    Column("protocol_sha256", String(64), nullable=False),
    Column("protocol_text", Text, nullable=False),
    Column("subject_json", Text, nullable=False),
    Column("conditions_json", Text, nullable=False),
    Column("outcome", String(16)),
    Column("reason_json", Text),
    Column("treadmill", Text, nullable=False),
    Column("heart_rate", Text, nullable=False),
    Column("run_json", Text, nullable=False),
    Column("events_count", Integer, nullable=False),
    Column("events_sha256", String(64), nullable=False),
    Column("software_version", String(32), nullable=False),
    Column("saved_at", String(32), nullable=False),
    Index("ix_test_person_started", "person_id", "started_utc"),
)

STAGE = Table(
    "stage",
    METADATA,
    Column("test_id", ForeignKey("test.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # in the order walked, from 0
    Column("plan_index", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("planned_duration_s", Float, nullable=False),
    Column("planned_speed_kmh", Float, nullable=False),
    Column("planned_incline_pct", Float, nullable=False),
    Column("began_s", Float, nullable=False),
    Column("ended_s", Float),
    Column("extended_s", Float, nullable=False),
    Column("gait", String(8), nullable=False),
    Column("handrail", Integer, nullable=False),  # 0 or 1
    Column("rpe", Integer),
    Column("systolic_mmhg", Integer),
    Column("diastolic_mmhg", Integer),
)

EVENT = Table(
    "event",
    METADATA,
    Column("test_id", ForeignKey("test.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # from 0, as in the journal
    Column("t_s", Float, nullable=False),  # test time of the station's clock
    Column("kind", String(64), nullable=False),
    Column("body", Text, nullable=False),
)

RESULT = Table(
    "result",
    METADATA,
    Column("test_id", ForeignKey("test.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 1 is the first; the highest counts
    Column("created_at", String(32), nullable=False),
    Column("algorithm_version", String(32), nullable=False),
    Column("software_version", String(32), nullable=False),
    Column("headline", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("vo2max_ml_kg_min", Float),
    Column("low_ml_kg_min", Float),
    Column("high_ml_kg_min", Float),
    Column("hr_max_bpm", Float, nullable=False),
    Column("hr_max_source", String(32), nullable=False),
    Column("fitness_age_years", Float),
    Column("assessment_json", Text, nullable=False),
)
