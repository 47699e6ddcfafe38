"""Users, audit log, signatures; people with revisions, merges and newer search keys."""

import sqlalchemy as sa
from alembic import op

from teststation.records.storage.names import search_key, sort_key

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables and renew the keys of people who are there already."""
    op.add_column("person", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    op.add_column("person", sa.Column("merged_into", sa.String(36)))
    _people()
    _users()
    _audit()
    op.create_table(
        "signature",
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("user_role", sa.String(16), nullable=False),
        sa.Column("signed_at", sa.String(32), nullable=False),
        sa.Column("result_number", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("subject_json", sa.Text),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("audit_seq", sa.Integer, nullable=False),
        sa.Column("audit_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("test_id", "number", name="pk_signature"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_signature_test_id_test"),
        sa.ForeignKeyConstraint(["user_id"], ["station_user.id"], name="fk_signature_user_id_station_user"),
    )
    _renew_keys()


def _people() -> None:
    op.create_table(
        "person_version",
        sa.Column("person_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("replaced_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "revision", name="pk_person_version"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_version_person_id_person"),
    )
    op.create_table(
        "person_merge",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kept_id", sa.String(36), nullable=False),
        sa.Column("duplicate_id", sa.String(36), nullable=False),
        sa.Column("kept_revision", sa.Integer, nullable=False),
        sa.Column("duplicate_revision", sa.Integer, nullable=False),
        sa.Column("merged_at", sa.String(32), nullable=False),
        sa.Column("undone_at", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name="pk_person_merge"),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name="fk_person_merge_kept_id_person"),
        sa.ForeignKeyConstraint(["duplicate_id"], ["person.id"], name="fk_person_merge_duplicate_id_person"),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_duplicate_id", "person_merge", ["duplicate_id"])
    op.create_table(
        "person_merge_test",
        sa.Column("merge_id", sa.String(36), nullable=False),
        sa.Column("test_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", "test_id", name="pk_person_merge_test"),
        sa.ForeignKeyConstraint(["merge_id"], ["person_merge.id"], name="fk_person_merge_test_merge_id_person_merge"),
        sa.ForeignKeyConstraint(["test_id"], ["test.id"], name="fk_person_merge_test_test_id_test"),
    )


def _users() -> None:
    op.create_table(
        "station_user",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("password_set_at", sa.String(32), nullable=False),
        sa.Column("must_change", sa.Integer, nullable=False),
        sa.Column("active", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_station_user"),
        sa.UniqueConstraint("login", name="uq_station_user_login"),
    )
    op.create_table(
        "login_guess",
        sa.Column("login_sha256", sa.String(64), nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("blocked_until", sa.String(32)),
        sa.PrimaryKeyConstraint("login_sha256", name="pk_login_guess"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(36)),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(36)),
        sa.Column("test_id", sa.String(64)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous_sha256", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_person_seq", "audit", ["person_id", "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "sha256": "0" * 64}])


def _renew_keys() -> None:
    person = sa.table("person", *(sa.column(name) for name in (
        "id", "family_name", "given_name", "born", "number", "search_key", "sort_key")))  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(sa.select(person)).mappings().all():
        names = (row["given_name"], row["family_name"])
        connection.execute(
            sa.update(person)
            .where(person.c.id == row["id"])
            .values(
                search_key=search_key(*names, row["number"] or "", row["born"] or ""),
                sort_key=sort_key(row["family_name"], row["given_name"]),
            )
        )
