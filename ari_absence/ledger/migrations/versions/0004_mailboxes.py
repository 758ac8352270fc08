"""Mailboxes: where a message lies, greetings and recorded names."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
