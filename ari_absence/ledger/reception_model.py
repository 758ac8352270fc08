"""The tables of the receptionist, as typed rows; see ``ledger.model``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ari_absence.ledger.model import Row


class CampOnRow(Row):
    """A wish to be rung when somebody is back; one for each pair. ``tries``: how often it was not answered."""

    __tablename__ = "camp_ons"

    extension: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[str] = mapped_column(String(32), primary_key=True)
    until: Mapped[datetime]
    next_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
