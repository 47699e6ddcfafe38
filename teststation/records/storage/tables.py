"""The tables of a record. Portable types only: identifiers and times are text, bodies are JSON text as written.

JSON is kept as text, not as a database type, so that what is read is byte for byte what was written.
Every change here needs a migration beside it (``migrations/versions``); a test compares the two.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

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
    Column("revision", Integer, nullable=False, server_default="1"),  # who saves an older one is told so
    Column("merged_into", String(36)),  # the person this duplicate was merged into; it is then in no list
    Column("salt", String(32), nullable=False, server_default=""),  # of chance: what seals it in the log tells nobody
    Column("demo", Integer, nullable=False, server_default="0"),  # 1: the demonstration's own, and nobody
    Column("language", String(8)),  # of what this person reads; null: the clinic's
)

PERSON_VERSION = Table(  # what a person was before a change: corrections add, they overwrite nothing
    "person_version",
    METADATA,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("body", Text, nullable=False),  # with a salt: the audit log holds its hash
    Column("replaced_at", String(32), nullable=False),
)

PERSON_MERGE = Table(
    "person_merge",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("kept_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("duplicate_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("kept_revision", Integer, nullable=False),  # of both people, before the merge
    Column("duplicate_revision", Integer, nullable=False),
    Column("merged_at", String(32), nullable=False),
    Column("undone_at", String(32)),
)

PERSON_MERGE_TEST = Table(  # the tests that moved with a merge
    "person_merge_test",
    METADATA,
    Column("merge_id", ForeignKey("person_merge.id"), primary_key=True),
    Column("test_id", ForeignKey("test.id"), primary_key=True),
)

STATION_USER = Table(  # nobody is deleted from it: the audit log names them
    "station_user",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("login", String(64), nullable=False),
    Column("name", Text, nullable=False),  # as it stands under a report
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),  # argon2id, with its parameters and salt
    Column("password_set_at", String(32), nullable=False),
    Column("must_change", Integer, nullable=False),  # 1: a one-time password
    Column("active", Integer, nullable=False),  # 0 or 1
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("login"),
)

LOGIN_GUESS = Table(  # wrong guesses, of logins that exist and of others; they survive a restart
    "login_guess",
    METADATA,
    Column("login_sha256", String(64), primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("blocked_until", String(32)),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),  # 1, 2, 3 …
    Column("at", String(32), nullable=False),
    Column("user_id", String(36)),  # None: nobody was logged in
    Column("actor", Text, nullable=False),  # login, or "command line (…)"
    Column("action", String(32), nullable=False),
    Column("person_id", String(36)),
    Column("test_id", String(64)),
    Column("detail", Text, nullable=False),  # JSON; codes and figures, nothing that tells who a person is
    Column("previous_sha256", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Index("ix_audit_person_seq", "person_id", "seq"),
)

AUDIT_HEAD = Table(  # the last row's number and hash, one row: a log cut short does not fit it
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
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

SESSION_RESULT = Table(  # what an interval session came to; the run itself is a row of ``test`` without a result
    "session_result",
    METADATA,
    Column("test_id", ForeignKey("test.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # 1 is the first; the highest counts
    Column("created_at", String(32), nullable=False),
    Column("algorithm_version", String(32), nullable=False),
    Column("software_version", String(32), nullable=False),
    Column("bouts_planned", Integer, nullable=False),
    Column("bouts_done", Integer, nullable=False),
    Column("bouts_reached", Integer),  # None: not judged by the pulse
    Column("minutes", Float, nullable=False),
    Column("in_band_s", Float),
    Column("peak_bpm", Float),  # the highest pulse held for five seconds; HRmax lies at or above it
    Column("peak_all_out", Integer, nullable=False),  # 0 or 1
    Column("session_json", Text, nullable=False),
)

SIGNATURE = Table(  # the first signs a test, each further one amends it; no row is ever changed
    "signature",
    METADATA,
    Column("test_id", ForeignKey("test.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1; the highest counts
    Column("user_id", ForeignKey("station_user.id"), nullable=False),
    Column("user_name", Text, nullable=False),  # as it was then
    Column("user_role", String(16), nullable=False),
    Column("signed_at", String(32), nullable=False),
    Column("result_number", Integer, nullable=False),  # the result that was signed
    Column("comment", Text, nullable=False),
    Column("reason", Text, nullable=False),  # empty for the first, unless it corrects the subject
    Column("subject_json", Text),  # what was wrong of the subject, corrected; None: as the test was run
    Column("content_sha256", String(64), nullable=False),  # of the test as it was signed
    Column("audit_seq", Integer, nullable=False),  # the head of the audit log before the signature: a second anchor
    Column("audit_sha256", String(64), nullable=False),
    Column("symptoms_json", Text),  # codes of symptoms told of after the test, and what was said before; None: none
)

IMPORTED_RESULT = Table(  # measured by somebody else; never among our own results
    "imported_result",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("tested_on", String(10), nullable=False),  # ISO date
    Column("vo2max_ml_kg_min", Float, nullable=False),
    Column("method", Text, nullable=False),
    Column("hr_max_bpm", Float),
    Column("weight_kg", Float),
    Column("comment", Text, nullable=False),
    Column("source_sha256", String(64), nullable=False),  # of the file it came from
    Column("imported_at", String(32), nullable=False),
    Column("imported_by", Text, nullable=False),
)

RUN_NOW = Table(  # on a server: whom stations prepare or walk now, so that nobody erases them; in a file, nothing
    "run_now",
    METADATA,
    Column("run_id", String(64), primary_key=True),
    Column("person_id", String(36), nullable=False),  # no reference: a mark that was left behind hinders nothing
    Column("station_id", String(36), nullable=False),  # as the station's spool is called
    Column("until", String(32), nullable=False),  # by the server's clock; a station that lives moves it on
)

TRAINING = Table(  # a plan, a diary row, a 1RM or an interview, each version a row of its own; none is ever changed
    "training",
    METADATA,
    Column("id", String(36), primary_key=True),  # of the thing, the same in each of its versions
    Column("number", Integer, primary_key=True),  # from 1; the highest counts
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("withdrawn", Integer, nullable=False),  # 1: it was taken back, and the body is what it was
    Column("reason", Text, nullable=False),  # why it was changed or taken back
    Column("written_at", String(32), nullable=False),
    Column("written_by", Text, nullable=False),
    Column("salt", String(32), nullable=False),  # of chance: what seals it in the log tells nobody
)
