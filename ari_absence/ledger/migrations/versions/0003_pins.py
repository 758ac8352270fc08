"""PINs of the people of the house, and the locks that guessing closes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    """What the model calls UtcInstant, as it was when this was written."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring a ledger of revision 0002 to this one."""
    op.create_table(
        "pins",
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=300), nullable=False),
        sa.Column("set_at", instant(), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("extension", name="pk_pins"),
    )

    op.create_table(
        "pin_tries",
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("locked_until", instant(), nullable=True),
        sa.Column("at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_pin_tries"),
    )


def downgrade() -> None:
    """Refuse, as every revision does.

    Raises:
        NotImplementedError: always; what to do instead is its text.
    """
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
