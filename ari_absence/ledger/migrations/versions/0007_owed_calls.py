"""The calls that are owed: one entry for each caller and owner, with everything that becomes of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ari_absence.ledger.migrations.owed_before import carry_over

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_LIVE = sa.text("state NOT IN ('settled', 'expired')")


def upgrade() -> None:
    _create_owed_calls()
    _create_owed_changes()
    for table in ("messages", "callbacks"):
        # no constraint: SQLite can't add one to a table that is there
        op.add_column(table, sa.Column("owed_id", sa.String(length=40), nullable=True))
        op.create_index(f"ix_{table}_owed_id", table, ["owed_id"])
    carry_over(op.get_bind())
    op.drop_index("ix_callbacks_state", "callbacks")
    for table, column in (("callbacks", "state"), ("callbacks", "history"), ("messages", "settled_at")):
        op.drop_column(table, column)


def _create_owed_calls() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "owed_calls",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("called", sa.String(length=32), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("caller_extension", sa.String(length=32), nullable=True),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("name_audio_id", sa.String(length=40), nullable=True),
        sa.Column("first_at", instant, nullable=False),
        sa.Column("last_at", instant, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("wish", sa.String(length=32), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due", instant, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claimed_by", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", instant, nullable=True),
        sa.Column("attempt", sa.String(length=32), nullable=True),
        sa.Column("attempt_by", sa.String(length=32), nullable=True),
        sa.Column("attempt_until", instant, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("declined", sa.JSON(), nullable=True),
        sa.Column("retry_at", instant, nullable=True),
        sa.Column("notice_step", sa.Integer(), nullable=False),
        sa.Column("notice_at", instant, nullable=True),
        sa.Column("over_at", instant, nullable=True),
        sa.ForeignKeyConstraint(
            ["name_audio_id"], ["audio.id"], name="fk_owed_calls_name_audio_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_owed_calls"),
    )
    for name, column in (("uq_owed_calls_live", "caller"), ("uq_owed_calls_code", "code")):
        op.create_index(
            name,
            "owed_calls",
            ["extension", column],
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        )
    op.create_index("ix_owed_calls_extension_state_due", "owed_calls", ["extension", "state", "due"])
    op.create_index("ix_owed_calls_caller_state", "owed_calls", ["caller", "state"])
    op.create_index("ix_owed_calls_state_notice_at", "owed_calls", ["state", "notice_at"])
    op.create_index("ix_owed_calls_over_at", "owed_calls", ["over_at"])


def _create_owed_changes() -> None:
    op.create_table(
        "owed_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owed_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["owed_id"], ["owed_calls.id"], name="fk_owed_changes_owed_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_owed_changes"),
    )
    op.create_index("ix_owed_changes_owed_id", "owed_changes", ["owed_id"])


def downgrade() -> None:
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
