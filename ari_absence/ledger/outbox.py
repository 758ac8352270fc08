"""The outbox in the ledger: what the delivery worker claims, learns about and settles.

Implements ``delivery.outbox.Outbox`` by its shape; the two rooms do not know each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, update
from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import EMAIL, Item, ItemKind
from ari_absence.core.owed import OwedWish
from ari_absence.core.people import Kind, Why
from ari_absence.errors import DeliveryNeedless, LedgerError
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.covering import BY_THE_SERVICE
from ari_absence.ledger.dead_letters import retry, stranded, told_again_at
from ari_absence.ledger.deliveries import Notice, Topic, queue_notice, routed
from ari_absence.ledger.handovers import handover_of
from ari_absence.ledger.mailbox_forwarding import forwarding_of
from ari_absence.ledger.model import (
    WAITING,
    AudioRow,
    CallbackRow,
    CallRow,
    DeliveryRow,
    DeliveryState,
    DestinationRow,
    MessageRow,
)
from ari_absence.ledger.needless import is_needless
from ari_absence.ledger.owed_memos import MemoOfOwed, memo_of_owed
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread
from ari_absence.ledger.transcripts import is_held_up, told_of

_CLAIM_BYTES = 8
_ERROR_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery leased to one worker. ``token`` proves it; ``attempts`` counts the failed ones before."""

    delivery_id: str
    token: str
    key: str
    channel: str
    recipient: str
    attempts: int
    queued_at: datetime


class Lease(Protocol):
    """As much of a claim as is needed to settle it."""

    @property
    def delivery_id(self) -> str:
        """The delivery."""

    @property
    def token(self) -> str:
        """Proof of the lease."""

    @property
    def attempts(self) -> int:
        """How many attempts failed before."""


@dataclass(frozen=True, slots=True)
class LedgerMemo:
    """Everything a notifier may tell about one item. ``zone`` is the IANA name of the owner's."""

    item_id: str
    about: str
    extension: str
    person_name: str
    zone: str
    at: datetime
    caller_number: str | None = None
    caller_name: str | None = None
    caller_extension: str | None = None
    number: str | None = None
    why: str | None = None
    due: datetime | None = None
    urgent: bool = False
    seconds: float | None = None
    possibly_cut: bool = False
    audio: Path | None = None
    transferred_by: str | None = None
    note_digits: str | None = field(default=None, repr=False)
    note_audio: Path | None = None
    transcript: str | None = field(default=None, repr=False)
    follows: str | None = None
    owed: MemoOfOwed | None = None
    facts: Mapping[str, Any] | None = field(default=None, repr=False)  # may hold its owner's private number


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when a destination is left in peace, after how many failures in a row."""

    failures: int
    not_before: datetime


class LedgerOutbox:
    """The deliveries owed, in the ledger. Every method raises :class:`LedgerError` if it can't be used."""

    def __init__(self, thread: LedgerThread, recordings: RecordingStore, addressees: Addressees) -> None:
        self._thread = thread
        self._recordings = recordings
        self._addressees = addressees

    async def claim(self, channel: str, now: datetime, lease_until: datetime) -> ClaimedDelivery | None:
        """Lease the next delivery of ``channel`` that is due, urgent ones first; None when there is none.

        What became needless meanwhile (``ledger.needless``) is withdrawn instead.
        """
        if not await self._thread.query(lambda connection: _is_due(connection, channel, now)):
            return None  # the usual answer; a transaction that writes would hold up the calls
        return await self._thread.write(lambda session: _claim(session, channel, now, lease_until))

    async def memo(self, claim: Lease) -> LedgerMemo:
        """What is to be told.

        Raises:
            DeliveryNeedless: what it calls for was done since it was claimed; it is withdrawn.
        """
        memo = await self._thread.read(lambda session: self._memo_if_needed(session, claim.delivery_id))
        if memo is None:
            await self._settle(claim, {"state": DeliveryState.WITHDRAWN.value})
            raise DeliveryNeedless(f"delivery {claim.delivery_id}: what it calls for is done")
        return memo

    async def delivered(self, claim: Lease, at: datetime) -> None:
        """Settle: it was accepted."""
        values = {"state": DeliveryState.DELIVERED.value, "delivered_at": at, "last_error": None}
        await self._settle(claim, values | {"attempts": claim.attempts + 1})

    async def postponed(self, claim: Lease, not_before: datetime, why: str) -> None:
        """Settle: it failed, and is tried again."""
        values = {"state": DeliveryState.RETRY.value, "not_before": not_before}
        await self._settle(claim, values | {"last_error": why, "attempts": claim.attempts + 1})

    async def dead(self, claim: Lease, at: datetime, why: str) -> None:
        """Settle: it is given up, and the operator is told."""
        await self._thread.write(lambda session: self._bury(session, claim, at, why))

    async def rest(self, destination: str) -> Rest | None:
        """Whether the destination failed as a whole lately."""
        return await self._thread.read(lambda session: _rest(session, destination))

    async def set_rest(self, destination: str, failures: int, not_before: datetime, why: str) -> None:
        """The destination failed as a whole."""
        row = DestinationRow(
            name=destination, failures=failures, not_before=not_before, last_error=why[:_ERROR_LENGTH_MAX]
        )
        await self._thread.write(lambda session: session.merge(row))

    async def clear_rest(self, destination: str) -> None:
        """The destination works again."""
        await self._thread.write(lambda session: _clear_rest(session, destination))

    async def bury_stranded(self, channels: Collection[str], before: datetime, now: datetime) -> int:
        """Give up what was queued before ``before`` for a channel that is none of ``channels``; gives how many."""
        which = stranded(channels, before)
        if not await self._thread.query(lambda connection: connection.scalar(which.limit(1)) is not None):
            return 0
        return await self._thread.write(lambda session: self._bury_all(session, which, now))

    async def next_due(self, channels: Collection[str]) -> datetime | None:
        """When the next delivery of these channels is due, or a lease runs out; None when nothing is owed."""
        return await self._thread.read(lambda session: _next_due(session, channels))

    async def retry(self, delivery_id: str, now: datetime) -> bool:
        """Try a dead or waiting delivery again from now on; False when there is none with that id."""
        return await self._thread.write(lambda session: retry(session, delivery_id, now))

    async def _settle(self, claim: Lease, values: Mapping[str, Any]) -> None:
        await self._thread.write(lambda session: _settle(session, claim, values))

    def _bury(self, session: Session, claim: Lease, at: datetime, why: str) -> None:
        values = {"state": DeliveryState.DEAD.value, "last_error": why, "attempts": claim.attempts + 1}
        if not _settle(session, claim, values):
            return
        row = session.get_one(DeliveryRow, claim.delivery_id)
        if row.topic == Topic.NOTICE:
            return  # a notice about a notice could go round for ever
        facts = {
            "delivery": row.id,
            "item": row.message_id or row.callback_id or row.topic,
            "channel": row.channel,
        }
        told_again = told_again_at(session, row.channel, at)
        if told_again is None:
            return  # who is about to be told of another one looks at all of them
        about = Item(ItemKind.NOTICE, name=Notice.DELIVERY_DEAD.value)
        there = routed(self._addressees.operator(), about, told_again)
        elsewhere = [
            replace(each, not_before=max(each.not_before or told_again, told_again))
            for each in there
            if each.channel != row.channel or (each.channel == EMAIL and each.recipient != row.recipient)
        ]
        facts |= {"extension": _extension(row), "error": why[:_ERROR_LENGTH_MAX]}
        queue_notice(session.connection(), Notice.DELIVERY_DEAD, facts, elsewhere, at)

    def _bury_all(self, session: Session, which: Select[Any], now: datetime) -> int:
        rows = [session.get_one(DeliveryRow, each) for each in session.scalars(which)]
        for row in rows:
            row.claim, why = secrets.token_hex(_CLAIM_BYTES), f"no channel {row.channel} is configured"
            session.flush()
            lease = ClaimedDelivery(
                row.id, row.claim, row.key, row.channel, row.recipient, row.attempts, row.queued_at
            )
            self._bury(session, lease, now, why)
        return len(rows)

    def _memo_if_needed(self, session: Session, delivery_id: str) -> LedgerMemo | None:
        row = session.get_one(DeliveryRow, delivery_id)
        return None if is_needless(session, row) else self._memo(session, row)

    def _memo(self, session: Session, row: DeliveryRow) -> LedgerMemo:
        if row.message is not None:
            memo = self._with_handover(session, row.message.call_id, self._message_memo(row.message))
            owed = self._owed(session, row.message.owed_id)
            return replace(memo, owed=owed, **told_of(session, row))
        if row.callback is not None:
            memo = self._with_handover(
                session, row.callback.call_id, self._callback_memo(row.callback, row.urgent)
            )
            return replace(memo, owed=self._owed(session, row.callback.owed_id))
        if row.notice is not None:
            return self._notice_memo(session, row.notice)
        raise LedgerError(f"delivery {row.id} is about nothing")

    def _owed(self, session: Session, owed_id: str | None) -> MemoOfOwed | None:
        """What is owed; of a team with its name."""
        owed = memo_of_owed(session, owed_id)
        if owed is None or owed.team is None:
            return owed
        return replace(owed, team_name=self._addressees.team_name(owed.team))

    def _notice_memo(self, session: Session, notice: Mapping[str, Any]) -> LedgerMemo:
        """With the message, if that is what somebody has to call back for who was not called themselves.

        Only a person hands on what was said for another: of what the service leaves to a team, the caller's number and
        wish are enough to call back, and the words stay in the box of whom they were for.
        """
        memo = _notice_memo(notice)
        handed_over = notice["about"] == Notice.CALLBACK_HANDED_OVER and notice.get("by") != BY_THE_SERVICE
        if not handed_over or notice.get("wish") != OwedWish.MESSAGE:
            return memo
        query = select(MessageRow).where(MessageRow.owed_id == notice.get("callback"))
        message = session.scalar(
            query.where(MessageRow.deleted_at.is_(None)).order_by(MessageRow.at.desc()).limit(1)
        )
        return memo if message is None else replace(memo, **self._audio_facts(message.audio))

    def _message_memo(self, message: MessageRow) -> LedgerMemo:
        return LedgerMemo(
            item_id=message.id,
            about=Topic.MESSAGE.value,
            at=message.at,
            due=message.due,
            urgent=message.urgent,
            number=message.call.caller_number,
            facts=forwarding_of(message),
            **_call_facts(message.call),
            **self._audio_facts(message.audio),
        )

    def _callback_memo(self, callback: CallbackRow, urgent: bool) -> LedgerMemo:
        return LedgerMemo(
            item_id=callback.id,
            about=callback.wish,
            at=callback.at,
            due=callback.due,
            urgent=urgent,
            number=callback.number,
            **_call_facts(callback.call),
            **(self._audio_facts(callback.name_audio) if callback.name_audio else {}),
        )

    def _with_handover(self, session: Session, call_id: str, memo: LedgerMemo) -> LedgerMemo:
        handover = handover_of(session, call_id)
        if handover is None:
            return memo
        return replace(
            memo,
            transferred_by=handover.by_name,
            note_digits=handover.digits,
            note_audio=self._recordings.path_of(handover.audio_id) if handover.audio_id else None,
        )

    def _audio_facts(self, audio: AudioRow) -> dict[str, Any]:
        return {
            "seconds": audio.seconds,
            "possibly_cut": audio.possibly_cut,
            "audio": self._recordings.path_of(audio.id),
        }


def _call_facts(call: CallRow) -> dict[str, Any]:
    return {
        "extension": call.extension,
        "person_name": call.person_name,
        "zone": call.zone,
        "caller_number": call.caller_number,
        "caller_name": call.caller_name,
        "caller_extension": call.caller_extension,
        "why": _FORWARDED if call.why == Why.ABSENT and call.state_kind in _PRESENT else call.why,
    }


_FORWARDED = "forwarded"
_PRESENT = (None, Kind.REMOTE)
"""The kinds noted for somebody who was there: the call passed over the desk phone because it is forwarded."""


def _notice_memo(notice: Mapping[str, Any]) -> LedgerMemo:
    return LedgerMemo(
        item_id=notice["id"],
        about=notice["about"],
        extension=str(notice.get("extension", "")),
        person_name=str(notice.get("person", "")),
        zone=str(notice.get("zone", "UTC")),
        at=datetime.fromisoformat(notice["at"]),
        urgent=notice.get("urgent") is True,
        facts=notice,
    )


def _extension(row: DeliveryRow) -> str:
    item = row.message or row.callback
    return item.extension if item else str((row.notice or {}).get("extension", ""))


def _due(channel: str, now: datetime) -> ColumnElement[bool]:
    due = DeliveryRow.state.in_(WAITING) & (DeliveryRow.not_before <= now)
    abandoned = (DeliveryRow.state == DeliveryState.CLAIMED.value) & (DeliveryRow.lease_until <= now)
    return (DeliveryRow.channel == channel) & or_(due, abandoned) & ~is_held_up()


def _is_due(connection: Connection, channel: str, now: datetime) -> bool:
    return connection.scalar(select(DeliveryRow.id).where(_due(channel, now)).limit(1)) is not None


def _claim(session: Session, channel: str, now: datetime, lease_until: datetime) -> ClaimedDelivery | None:
    while (row := _next(session, channel, now)) is not None and is_needless(session, row):
        row.state, row.claim, row.lease_until = DeliveryState.WITHDRAWN.value, None, None
        session.flush()
    if row is None:
        return None
    if row.state == DeliveryState.CLAIMED:
        row.attempts += 1  # whoever held it died of it, perhaps
    row.state = DeliveryState.CLAIMED.value
    row.claim = secrets.token_hex(_CLAIM_BYTES)
    row.lease_until = lease_until
    return ClaimedDelivery(
        row.id, row.claim, row.key, row.channel, row.recipient, row.attempts, row.queued_at
    )


def _next(session: Session, channel: str, now: datetime) -> DeliveryRow | None:
    return session.scalar(
        select(DeliveryRow)
        .where(_due(channel, now))
        .order_by(DeliveryRow.urgent.desc(), DeliveryRow.not_before, DeliveryRow.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _settle(session: Session, claim: Lease, values: Mapping[str, Any]) -> bool:
    """Only the holder of the lease settles; whoever lost it changes nothing."""
    held = (DeliveryRow.id == claim.delivery_id) & (DeliveryRow.claim == claim.token)
    error = values.get("last_error")
    cut = {"last_error": error[:_ERROR_LENGTH_MAX]} if error else {}
    settled = session.execute(
        update(DeliveryRow).where(held).values({**values, **cut, "claim": None, "lease_until": None})
    )
    return bool(getattr(settled, "rowcount", 0))


def _rest(session: Session, destination: str) -> Rest | None:
    row = session.get(DestinationRow, destination)
    return Rest(row.failures, row.not_before) if row else None


def _clear_rest(session: Session, destination: str) -> None:
    row = session.get(DestinationRow, destination)
    if row is not None:
        session.delete(row)


def _next_due(session: Session, channels: Collection[str]) -> datetime | None:
    of_channels = DeliveryRow.channel.in_(channels)
    waiting = select(func.min(DeliveryRow.not_before)).where(
        of_channels, DeliveryRow.state.in_(WAITING), ~is_held_up()
    )
    leased = select(func.min(DeliveryRow.lease_until)).where(
        of_channels, DeliveryRow.state == DeliveryState.CLAIMED.value
    )
    moments: Sequence[datetime | None] = (session.scalar(waiting), session.scalar(leased))
    return min((moment for moment in moments if moment is not None), default=None)
