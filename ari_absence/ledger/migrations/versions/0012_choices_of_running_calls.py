"""What a running call has come to stands with it: should we die in it, whoever owes it is told when and how urgently."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("calls", sa.Column("due", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("covered_by", sa.String(length=64), nullable=True))
    op.add_column("calls", sa.Column("escalates", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
