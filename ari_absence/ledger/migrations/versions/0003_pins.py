"""PINs of the people of the house, and the locks that guessing closes."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
