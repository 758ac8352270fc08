"""Absences that were seen to begin and end, with what was told of them, and the digests that were sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "aways",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spoken_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_aways"),
    )
    op.create_index("ix_aways_extension_back_at", "aways", ["extension", "back_at"])
    op.create_index(
        "uq_aways_now",
        "aways",
        ["extension"],
        unique=True,
        sqlite_where=sa.text("back_at IS NULL"),
        postgresql_where=sa.text("back_at IS NULL"),
    )
    op.create_table(
        "digests",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "extension", "period", name="pk_digests"),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
