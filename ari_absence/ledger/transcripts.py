"""Which messages are still to be listened to by a machine, and what it has heard; in the ledger.

Implements ``transcription.ports.Queue`` by its shape. Nobody who takes a message writes here: whoever transcribes
looks for messages without a row. So a call is not slowed by it, and no way by which a message comes about is forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from ari_absence.ledger.deliveries import Topic
from ari_absence.ledger.ids import Prefix, new_id
from ari_absence.ledger.model import WAITING, AudioRow, DeliveryRow, DeliveryState, MessageRow, table_of
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread
from ari_absence.ledger.transcript_model import TranscriptRow, TranscriptState

ATTEMPTS_MAX = 2  # what fails twice would fail for ever, and costs a processor each time
WANTED_FOR = timedelta(
    hours=24
)  # older messages were left before transcription was switched on, or are heard
CHANNEL = "email"  # its owner's own; a room of a chat reads no message
KEY_ENDING = ".transcript"

_BATCH = 200
_CLAIM_BYTES = 8
_WHY_LENGTH_MAX = 200
_SENT = (DeliveryState.CLAIMED.value, DeliveryState.DELIVERED.value)
_transcripts = table_of(TranscriptRow)


@dataclass(frozen=True, slots=True)
class ClaimedTranscript:
    """A message that one worker listens to. ``token`` proves the lease."""

    message_id: str
    token: str
    audio: Path
    seconds: float


class Lease(Protocol):
    """As much of a claim as is needed to settle it."""

    @property
    def message_id(self) -> str:
        """The message."""

    @property
    def token(self) -> str:
        """Proof of the lease."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """Where a transcript stands, for people. ``state`` is a ``TranscriptState``; ``text`` is foreign."""

    state: str
    text: str | None = field(repr=False)
    engine: str | None
    at: datetime | None
    why: str | None


class LedgerTranscripts:
    """The transcripts, for the service. Every method raises :class:`LedgerError` on a fault."""

    def __init__(self, thread: LedgerThread, recordings: RecordingStore) -> None:
        self._thread = thread
        self._recordings = recordings

    async def claim(self, now: datetime, lease_of: Callable[[float], timedelta]) -> ClaimedTranscript | None:
        """Lease the next message, urgent ones first; ``lease_of`` gives for how long, by the audio's seconds."""
        if not await self._thread.query(lambda connection: _is_due(connection, now)):
            return None  # the usual answer; a transaction that writes would hold up the calls
        return await self._thread.write(lambda session: self._claim(session, now, lease_of))

    async def done(self, claim: Lease, text: str, engine: str, at: datetime) -> int:
        """Keep what was heard, and queue it for those whose mail has gone without; gives to how many."""
        return await self._thread.write(partial(_done, claim=claim, heard=text, engine=engine, at=at))

    async def failed(self, claim: Lease, why: str, at: datetime, again_at: datetime | None) -> None:
        """There is no transcript; unless this was the last attempt, it is tried again at ``again_at``, if at all."""
        await self._thread.write(partial(_failed, claim=claim, why=why, at=at, again_at=again_at))

    async def put_back(self, claim: Lease) -> None:
        """We stop in the middle of it: as if it had not been begun."""
        facts = {"state": TranscriptState.PENDING.value, "attempts": TranscriptRow.attempts - 1}
        await self._thread.write(lambda session: _settle(session, claim, facts))

    async def release_all(self) -> None:
        """End every lease: for the start of the service, when nobody can be listening."""
        await self._thread.change(_release_all)

    async def next_due(self, now: datetime) -> datetime | None:
        """When there is more to do, as far as is known now."""
        return await self._thread.read(lambda session: _next_due(session, now))

    def _claim(
        self, session: Session, now: datetime, lease_of: Callable[[float], timedelta]
    ) -> ClaimedTranscript | None:
        _give_up(session, now)
        _enqueue(session, now)
        row = session.scalar(
            select(TranscriptRow)
            .join(MessageRow)
            .where(_due(now))
            .order_by(MessageRow.urgent.desc(), TranscriptRow.queued_at, TranscriptRow.message_id)
            .limit(1)
            .with_for_update(skip_locked=True, of=TranscriptRow)
        )
        if row is None:
            return None
        audio = row.message.audio
        row.state, row.claim = TranscriptState.CLAIMED.value, secrets.token_hex(_CLAIM_BYTES)
        row.attempts, row.lease_until = row.attempts + 1, now + lease_of(audio.seconds)
        return ClaimedTranscript(row.message_id, row.claim, self._recordings.path_of(audio.id), audio.seconds)


def transcripts_of(session: Session, message_ids: Collection[str]) -> dict[str, Transcript]:
    """Where the transcripts of these messages stand; of those that nobody wants there is none."""
    query = select(_transcripts).where(_transcripts.c.message_id.in_(message_ids))
    rows = session.execute(query)
    return {row.message_id: Transcript(row.state, row.text, row.engine, row.at, row.why) for row in rows}


def told_of(session: Session, delivery: DeliveryRow) -> dict[str, Any]:
    """What a delivery tells of the transcript of its message, as facts of a memo.

    A mail of a message tells it if it was there before, so that none follows; no other channel ever does.
    """
    row = session.get(TranscriptRow, delivery.message_id)
    if row is None or row.text is None or delivery.channel != CHANNEL:
        return {}
    if delivery.topic == Topic.TRANSCRIPT:
        follows = delivery.key.removesuffix(KEY_ENDING)
        alone = {"about": Topic.TRANSCRIPT.value, "at": row.at, "audio": None, "follows": follows}
        return {"transcript": row.text, **alone}
    return {} if _follows_later(session, delivery) else {"transcript": row.text}


def is_held_up() -> ColumnElement[bool]:
    """Of deliveries: a transcript whose mail is still on its way, and which would overtake it."""
    first = aliased(DeliveryRow)
    of_same = (first.message_id == DeliveryRow.message_id) & (first.key + KEY_ENDING == DeliveryRow.key)
    on_its_way = of_same & first.state.in_((*WAITING, DeliveryState.CLAIMED.value))
    return and_(DeliveryRow.topic == Topic.TRANSCRIPT.value, select(first.id).where(on_its_way).exists())


def _follows_later(session: Session, delivery: DeliveryRow) -> bool:
    query = select(DeliveryRow.id).where(DeliveryRow.key == delivery.key + KEY_ENDING)
    return session.scalar(query) is not None


def _wanted(now: datetime) -> ColumnElement[bool]:
    """Of messages: those to listen to that have no row yet. A copy is as old as its audio."""
    since = now - WANTED_FOR
    copy = and_(
        MessageRow.forwarded_by.is_not(None),
        select(AudioRow.id).where(AudioRow.id == MessageRow.audio_id, AudioRow.kept_at >= since).exists(),
    )
    known = select(TranscriptRow.message_id).where(TranscriptRow.message_id == MessageRow.id).exists()
    return and_(or_(MessageRow.at >= since, copy), MessageRow.deleted_at.is_(None), ~known)


def _due(now: datetime) -> ColumnElement[bool]:
    pending = (TranscriptRow.state == TranscriptState.PENDING.value) & (TranscriptRow.not_before <= now)
    abandoned = (TranscriptRow.state == TranscriptState.CLAIMED.value) & (TranscriptRow.lease_until <= now)
    return or_(pending, abandoned)


def _is_due(connection: Connection, now: datetime) -> bool:
    queries = (select(TranscriptRow.message_id).where(_due(now)), select(MessageRow.id).where(_wanted(now)))
    return any(connection.scalar(query.limit(1)) is not None for query in queries)


def _enqueue(session: Session, now: datetime) -> None:
    for message_id in session.scalars(select(MessageRow.id).where(_wanted(now)).limit(_BATCH)).all():
        pending = TranscriptState.PENDING.value
        session.add(TranscriptRow(message_id=message_id, state=pending, queued_at=now, not_before=now))
    session.flush()


def _give_up(session: Session, now: datetime) -> None:
    """On what nobody waits for any more, and on what somebody died of as often as it may be tried."""
    late = TranscriptRow.queued_at < now - WANTED_FOR
    spent = TranscriptRow.attempts >= ATTEMPTS_MAX
    for wrong, why in ((spent, "whoever listened to it died each time"), (late, "nobody listened in time")):
        values = {"state": TranscriptState.FAILED.value, "at": now, "why": why}
        session.execute(update(TranscriptRow).where(_due(now), wrong).values({**values, **_FREE}))


_FREE: dict[str, Any] = {"claim": None, "lease_until": None}


def _settle(session: Session, claim: Lease, facts: dict[str, Any]) -> bool:
    """Only the holder of the lease settles; whoever lost it changes nothing."""
    held = (TranscriptRow.message_id == claim.message_id) & (TranscriptRow.claim == claim.token)
    settled = session.execute(update(TranscriptRow).where(held).values({**facts, **_FREE}))
    return bool(getattr(settled, "rowcount", 0))


def _failed(session: Session, claim: Lease, why: str, at: datetime, again_at: datetime | None) -> None:
    row = session.get(TranscriptRow, claim.message_id)
    facts: dict[str, Any] = {"why": why[:_WHY_LENGTH_MAX]}
    if row is None or row.attempts >= ATTEMPTS_MAX or again_at is None:
        facts |= {"state": TranscriptState.FAILED.value, "at": at}
    else:
        facts |= {"state": TranscriptState.PENDING.value, "not_before": again_at}
    _settle(session, claim, facts)


def _done(session: Session, claim: Lease, heard: str, engine: str, at: datetime) -> int:
    facts = {"state": TranscriptState.DONE.value, "text": heard, "engine": engine, "at": at, "why": None}
    if not _settle(session, claim, facts):
        return 0
    message = session.get_one(MessageRow, claim.message_id)
    return _queue_after(session, message, at) if message.deleted_at is None else 0


def _queue_after(session: Session, message: MessageRow, now: datetime) -> int:
    """One delivery after each mail that is under way or there; a mail still to be written tells it itself."""
    of_message = (DeliveryRow.message_id == message.id) & (DeliveryRow.topic == Topic.MESSAGE.value)
    sent = of_message & (DeliveryRow.channel == CHANNEL) & DeliveryRow.state.in_(_SENT)
    rows = session.scalars(select(DeliveryRow).where(sent).with_for_update(of=DeliveryRow)).all()
    session.add_all(_delivery_after(row, now) for row in rows)
    return len(rows)


def _delivery_after(first: DeliveryRow, now: datetime) -> DeliveryRow:
    return DeliveryRow(
        id=new_id(Prefix.DELIVERY, now),
        key=first.key + KEY_ENDING,
        topic=Topic.TRANSCRIPT.value,
        message_id=first.message_id,
        channel=first.channel,
        recipient=first.recipient,
        state=DeliveryState.PENDING.value,
        queued_at=now,
        not_before=now,
    )


def _release_all(connection: Connection) -> None:
    claimed = _transcripts.c.state == TranscriptState.CLAIMED.value
    connection.execute(
        update(_transcripts).where(claimed).values(state=TranscriptState.PENDING.value, **_FREE)
    )


def _next_due(session: Session, now: datetime) -> datetime | None:
    if session.scalar(select(MessageRow.id).where(_wanted(now)).limit(1)) is not None:
        return now
    pending = TranscriptRow.state == TranscriptState.PENDING.value
    return session.scalar(select(func.min(TranscriptRow.not_before)).where(pending))
