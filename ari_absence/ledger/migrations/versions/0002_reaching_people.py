"""Reaching people: attempts, dials and their caps, forwards and an absence's steps set by command, escalations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    """What the model calls UtcInstant, as it was when this was written."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring a ledger of revision 0001 to this one."""
    op.add_column("absences", sa.Column("steps", sa.JSON(), nullable=True))

    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("ring_seconds", sa.Integer(), nullable=False),
        sa.Column("began_at", instant(), nullable=False),
        sa.Column("end", sa.String(length=32), nullable=False),
        sa.Column("ended_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_attempts_call_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_call_id", "attempts", ["call_id"])

    op.create_table(
        "dials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dials"),
    )
    op.create_index("ix_dials_extension_at", "dials", ["extension", "at"])

    op.create_table(
        "dialers",
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("extension", name="pk_dialers"),
    )

    op.create_table(
        "forwards",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("occasion", sa.String(length=32), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("until", instant(), nullable=True),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.Column("set_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_forwards"),
    )
    op.create_index("ix_forwards_ended_at", "forwards", ["ended_at"])
    op.create_index("ix_forwards_extension", "forwards", ["extension"])

    op.create_table(
        "forward_digests",
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.PrimaryKeyConstraint("extension", name="pk_forward_digests"),
    )

    op.create_table(
        "escalations",
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", instant(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("lease_until", instant(), nullable=True),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name="fk_escalations_message_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_escalations"),
    )
    op.create_index("ix_escalations_state_next_at", "escalations", ["state", "next_at"])


def downgrade() -> None:
    """Refuse, as every revision does.

    Raises:
        NotImplementedError: always; what to do instead is its text.
    """
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
