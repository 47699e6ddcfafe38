"""Alembic's entry: migrate on the connection that ``schema.upgrade`` brings, inside its transaction."""

from alembic import context

from teststation.records.storage.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
