"""What the ledger remembers of digests and reports that were sent, as typed rows; see ``ledger.model``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ari_absence.ledger.model import Row

_NOW = text("back_at IS NULL")


class AwayRow(Row):
    """An absence of somebody that was seen: since when, of which kind first, and when they were back.

    ``mailed_at`` and ``spoken_at``: when they were told what had come meanwhile, or that was found needless.
    """

    __tablename__ = "aways"
    __table_args__ = (
        Index("ix_aways_extension_back_at", "extension", "back_at"),
        Index("uq_aways_now", "extension", unique=True, sqlite_where=_NOW, postgresql_where=_NOW),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    extension: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(32))
    began_at: Mapped[datetime]
    back_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    spoken_at: Mapped[datetime | None]


class DigestRow(Row):
    """A digest or report that was sent to ``extension``: which (``morning``), and of which day or week."""

    __tablename__ = "digests"

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    extension: Mapped[str] = mapped_column(String(32), primary_key=True)
    period: Mapped[str] = mapped_column(String(32), primary_key=True)
    sent_at: Mapped[datetime]
