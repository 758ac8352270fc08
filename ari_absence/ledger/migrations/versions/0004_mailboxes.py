"""Mailboxes: what an owner has done with a message, and greetings recorded by phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    """What the model calls UtcInstant, as it was when this was written."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring a ledger of revision 0003 to this one."""
    for name in ("saved_at", "deleted_at", "settled_at"):
        op.add_column("messages", sa.Column(name, instant(), nullable=True))
    op.add_column("messages", sa.Column("forwarded_by", sa.String(length=32), nullable=True))
    op.add_column("messages", sa.Column("history", sa.JSON(), nullable=True))
    op.create_index("ix_messages_deleted_at", "messages", ["deleted_at"])

    op.create_table(
        "greetings",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("audio_id", sa.String(length=40), nullable=False),
        sa.Column("recorded_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=True),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["audio_id"], ["audio.id"], name="fk_greetings_audio_id"),
        sa.PrimaryKeyConstraint("id", name="pk_greetings"),
        sa.UniqueConstraint("audio_id", name="uq_greetings_audio_id"),
    )
    op.create_index("ix_greetings_extension_kind", "greetings", ["extension", "kind"], unique=True)


def downgrade() -> None:
    """Refuse, as every revision does.

    Raises:
        NotImplementedError: always; what to do instead is its text.
    """
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
