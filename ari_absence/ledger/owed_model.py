"""The tables of the calls that are owed, as typed rows; see ``ledger.model`` and ``core.owed``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ari_absence.ledger.model import Row

_CLAIMED = text("claimed_by IS NOT NULL")
_LIVE = text("state NOT IN ('settled', 'expired')")


class OwedRow(Row):
    """A call that ``extension`` (or a team, ``team:sales``) owes to one caller, who had called ``called`` so often.

    ``caller`` is what tells callers apart: ``+81312345678`` or ``ext:102``; there is one live row for each pair of
    owner and caller. ``number`` is how it is shown and dialled. ``code``: a few digits, no two of the owner's live
    rows have the same. ``claimed_by``: the extension of whoever does it. ``attempt``: the token of whoever is calling
    at the moment (``attempt_by``), and ``attempt_until`` when that is void. ``retry_at``: when it is offered again.
    ``declined``: the members of the team that leave it to the others.
    ``notice_step`` and ``notice_at``: who is reminded next, and when (None: nobody).
    """

    __tablename__ = "owed_calls"
    __table_args__ = (
        Index(
            "uq_owed_calls_live",
            "extension",
            "caller",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index(
            "uq_owed_calls_code",
            "extension",
            "code",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_owed_calls_claimed_by", "claimed_by", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("ix_owed_calls_extension_state_due", "extension", "state", "due"),
        Index("ix_owed_calls_caller_state", "caller", "state"),
        Index("ix_owed_calls_state_notice_at", "state", "notice_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    code: Mapped[str] = mapped_column(String(16))
    extension: Mapped[str] = mapped_column(String(32))
    called: Mapped[str] = mapped_column(String(32))
    caller: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(64))
    caller_extension: Mapped[str | None] = mapped_column(String(32))
    caller_name: Mapped[str | None] = mapped_column(String(200))
    name_audio_id: Mapped[str | None] = mapped_column(ForeignKey("audio.id", ondelete="SET NULL"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
    wish: Mapped[str] = mapped_column(String(32))
    urgent: Mapped[bool] = mapped_column(default=False)
    due: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(32))
    claimed_by: Mapped[str | None] = mapped_column(String(32))
    claimed_at: Mapped[datetime | None]
    attempt: Mapped[str | None] = mapped_column(String(32))
    attempt_by: Mapped[str | None] = mapped_column(String(32))
    attempt_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    declined: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    retry_at: Mapped[datetime | None]
    notice_step: Mapped[int] = mapped_column(default=0)
    notice_at: Mapped[datetime | None]
    over_at: Mapped[datetime | None] = mapped_column(index=True)


class OwedChangeRow(Row):
    """One change of a call that is owed: what, when, and who did it, from where (``101 by *38``)."""

    __tablename__ = "owed_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    owed_id: Mapped[str] = mapped_column(ForeignKey("owed_calls.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(200))
