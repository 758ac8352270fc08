"""Digests are queued once: the row that remembers one and what is to be delivered are one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import ItemKind
from ari_absence.core.digests import worth_mailing, worth_speaking
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.aways import Away, note_back, note_told
from ari_absence.ledger.deliveries import Notice, queue_notice
from ari_absence.ledger.digest_model import DigestRow
from ari_absence.ledger.digest_reading import AwayDigest, away_digest, facts_of


class DigestKind(StrEnum):
    """Which digest was sent."""

    MORNING = "morning"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Sending:
    """A digest to be sent once: ``kind`` to ``extension`` for ``period`` (a day, a week), with what it tells."""

    kind: DigestKind
    extension: str
    period: str
    notice: Notice
    facts: Mapping[str, Any]


def welcome_back(
    session: Session, extension: str, least: timedelta, addressees: Addressees, now: datetime
) -> AwayDigest | None:
    """Somebody is back: they are mailed what came meanwhile, if it is worth a mail; None: they had not been away.

    What is not worth a word is noted as said.
    """
    away = note_back(session, extension, now)
    if away is None:
        return None
    digest = digest_of(session, away, now)
    if worth_mailing(digest.tally, away.lasted, least):
        facts = facts_of(digest, str(addressees.zone(extension)))
        to = addressees.of(extension)
        queue_notice(session.connection(), Notice.WELCOME_BACK, facts, to, now, ItemKind.DIGEST)
    needless = not worth_speaking(digest.tally, away.lasted, least)
    note_told(session, away.away_id, now, mailed=True, spoken=needless)
    return digest


def digest_of(session: Session, away: Away, now: datetime) -> AwayDigest:
    """What came during an absence, as it stands now."""
    return away_digest(session, away.extension, away.began_at, now)


def send_once(session: Session, sending: Sending, addressees: Addressees, now: datetime) -> bool:
    """Queue a digest; False, and nothing changes, when it was sent before."""
    key = (sending.kind.value, sending.extension, sending.period)
    if session.get(DigestRow, key) is not None:
        return False
    session.add(DigestRow(kind=key[0], extension=key[1], period=key[2], sent_at=now))
    to = addressees.of(sending.extension)
    queue_notice(session.connection(), sending.notice, sending.facts, to, now, ItemKind.DIGEST)
    return True


def was_sent(session: Session, kind: DigestKind, extension: str, period: str) -> bool:
    """Whether that digest was sent."""
    return session.get(DigestRow, (kind.value, extension, period)) is not None
