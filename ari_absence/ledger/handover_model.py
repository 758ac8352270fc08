"""The table of what goes with a transferred caller, as a typed row; see ``ledger.model``."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ari_absence.ledger.model import AudioRow, Row


class HandoverRow(Row):
    """Who transferred the caller of a call to us, and the note that came along: typed digits, or audio."""

    __tablename__ = "handovers"

    call_id: Mapped[str] = mapped_column(
        String(120), ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True
    )
    by_extension: Mapped[str | None] = mapped_column(String(32))
    by_name: Mapped[str | None] = mapped_column(String(200))
    digits: Mapped[str | None] = mapped_column(String(40))
    audio_id: Mapped[str | None] = mapped_column(ForeignKey("audio.id", ondelete="SET NULL"), index=True)

    audio: Mapped[AudioRow | None] = relationship()
