"""What somebody has claimed is found by an index: it is asked for whenever they ask what they are to return."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_owed_calls_claimed_by",
        "owed_calls",
        ["claimed_by"],
        sqlite_where=sa.text("claimed_by IS NOT NULL"),
        postgresql_where=sa.text("claimed_by IS NOT NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
