"""What goes with a transferred caller: who transferred, and a note typed or spoken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring a ledger of revision 0005 to this one."""
    op.create_table(
        "handovers",
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("by_extension", sa.String(length=32), nullable=True),
        sa.Column("by_name", sa.String(length=200), nullable=True),
        sa.Column("digits", sa.String(length=40), nullable=True),
        sa.Column("audio_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_handovers_call_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["audio_id"], ["audio.id"], name="fk_handovers_audio_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("call_id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_audio_id", "handovers", ["audio_id"])


def downgrade() -> None:
    """Refuse, as every revision does.

    Raises:
        NotImplementedError: always; what to do instead is its text.
    """
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
