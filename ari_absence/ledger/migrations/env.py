"""Runs migrations on the connection that ``ledger.schema`` hands over; there is no other way to run them."""

from __future__ import annotations

from alembic import context

from ari_absence.ledger.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite can't alter a column in place
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
