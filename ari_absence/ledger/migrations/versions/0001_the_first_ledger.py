"""The first ledger: calls, audio, messages, callbacks, mailboxes, absences, outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    """What the model calls UtcInstant, as it was when this was written."""
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of an empty ledger."""
    op.create_table(
        "absences",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("begins_at", instant(), nullable=False),
        sa.Column("until", instant(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("delegate", sa.String(length=32), nullable=True),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.Column("set_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_absences"),
    )
    op.create_index("ix_absences_ended_at", "absences", ["ended_at"])
    op.create_index("ix_absences_extension", "absences", ["extension"])

    op.create_table(
        "audio",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("possibly_cut", sa.Boolean(), nullable=False),
        sa.Column("kept_at", instant(), nullable=False),
        sa.Column("recording_name", sa.String(length=200), nullable=True),
        sa.Column("discarded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audio"),
    )
    op.create_index("ix_audio_recording_name", "audio", ["recording_name"])

    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("caller_number", sa.String(length=64), nullable=True),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("caller_extension", sa.String(length=32), nullable=True),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("state_kind", sa.String(length=32), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("began_at", instant(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_began_at", "calls", ["began_at"])
    op.create_index("ix_calls_extension", "calls", ["extension"])

    op.create_table(
        "destinations",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("not_before", instant(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_destinations"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("warned_at", instant(), nullable=True),
        sa.Column("full_told_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("extension", name="pk_mailboxes"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "places",
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("reserved_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_places"),
    )
    op.create_index("ix_places_extension", "places", ["extension"])

    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("wish", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("name_audio_id", sa.String(length=40), nullable=True),
        sa.Column("due", instant(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_callbacks_call_id"),
        sa.ForeignKeyConstraint(["name_audio_id"], ["audio.id"], name="fk_callbacks_name_audio_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.UniqueConstraint("name_audio_id", name="uq_callbacks_name_audio_id"),
    )
    op.create_index("ix_callbacks_at", "callbacks", ["at"])
    op.create_index("ix_callbacks_call_id", "callbacks", ["call_id"])
    op.create_index("ix_callbacks_extension", "callbacks", ["extension"])
    op.create_index("ix_callbacks_state", "callbacks", ["state"])

    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("call_id", sa.String(length=120), nullable=False),
        sa.Column("extension", sa.String(length=32), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("audio_id", sa.String(length=40), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("due", instant(), nullable=True),
        sa.Column("heard_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(["audio_id"], ["audio.id"], name="fk_messages_audio_id"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_messages_call_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("audio_id", name="uq_messages_audio_id"),
    )
    op.create_index("ix_messages_at", "messages", ["at"])
    op.create_index("ix_messages_call_id", "messages", ["call_id"])
    op.create_index("ix_messages_extension", "messages", ["extension"])

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("topic", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=True),
        sa.Column("callback_id", sa.String(length=40), nullable=True),
        sa.Column("notice", sa.JSON(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", instant(), nullable=False),
        sa.Column("not_before", instant(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("lease_until", instant(), nullable=True),
        sa.Column("delivered_at", instant(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["callback_id"], ["callbacks.id"], name="fk_outbox_callback_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_outbox_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_callback_id", "outbox", ["callback_id"])
    op.create_index("ix_outbox_channel_state_not_before", "outbox", ["channel", "state", "not_before"])
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_state", "outbox", ["state"])


def downgrade() -> None:
    """Refuse, as every revision does.

    Raises:
        NotImplementedError: always; what to do instead is its text.
    """
    raise NotImplementedError("a ledger goes back by restoring the backup made before its upgrade")
