"""What is put right when the service starts: whatever the last process left half-done.

No call is live then, so what still looks live is lost. A caller's audio that was kept but not yet saved
becomes a message; a caller who left nothing is owed a call; audio nobody can place waits in quarantine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.clock import Clock
from ari_absence.core.people import Limits
from ari_absence.ledger import writing
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.escalations import release_all
from ari_absence.ledger.mailboxes import MailboxKeeper, free_all_places
from ari_absence.ledger.model import AudioRow, CallbackRow, CallRow, MessageRow
from ari_absence.ledger.owed_calls import release_attempts
from ari_absence.ledger.owed_keys import tell_apart
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread

RECOVERY_LIMIT_SECONDS = 60.0  # nobody is on the line yet
FINDING = timedelta(minutes=1)
"""A lost caller may still be speaking a message, and we need Asterisk to find it: only then was the call missed."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found and done: ids of calls, messages and callbacks, and files set aside."""

    lost_calls: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()
    quarantined: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovery:
    """Puts the ledger right. ``call_of`` gives the call's id in the name of a recording, or None;
    by the plan of ``country`` callers' numbers are read."""

    addressees: Addressees
    limits: Limits
    clock: Clock
    call_of: Callable[[str], str | None]
    country: str = ""

    async def run(
        self,
        thread: LedgerThread,
        store: RecordingStore,
        still_live: Collection[str] = (),
        talking: Collection[str] = (),
    ) -> Recovered:
        """Before the first call is taken. Calls in ``still_live`` are left alone; the callers of those in ``talking``
        have been connected with somebody.

        Raises:
            LedgerError: the ledger or the data folder can't be used.
        """
        recovered = await thread.write(
            lambda session: self._rows(session, still_live, talking), RECOVERY_LIMIT_SECONDS
        )
        owned, unplaced = await thread.read(_audio_ids)
        moved = await thread.do(lambda: store.quarantine_except(owned), RECOVERY_LIMIT_SECONDS)
        # Only now: a row that is discarded has its file and its recording in Asterisk removed for good.
        await thread.write(lambda session: _discard(session, unplaced))
        found = Recovered(recovered.lost_calls, recovered.messages, recovered.callbacks, tuple(moved))
        if found != Recovered():
            _log.warning(
                "recovered",
                lost_calls=len(found.lost_calls),
                messages=found.messages,
                callbacks=found.callbacks,
                quarantined=[file.name for file in found.quarantined],
            )
        return found

    def _rows(self, session: Session, still_live: Collection[str], talking: Collection[str]) -> Recovered:
        now = self.clock.now()
        free_all_places(session.connection())
        release_all(session.connection())
        release_attempts(session, now)
        tell_apart(session, self.country, now)
        _forget_names(session, talking, self.call_of)
        messages = tuple(self._adopt_audio(session, now))
        ended = [call for call in _open_calls(session) if call.id not in still_live]
        lost = [call for call in ended if call.id not in talking]
        owed = [call for call in lost if call.outcome is None and _left_nothing(session, call)]
        callbacks = tuple(self._owe_call(session, call, now) for call in owed)
        for call in ended:
            outcome = Outcome.CONNECTED if call.id in talking else Outcome.LOST
            writing.end_call(session.connection(), call.id, outcome, now)
        return Recovered(tuple(call.id for call in lost), messages, callbacks)

    def _adopt_audio(self, session: Session, now: datetime) -> list[str]:
        mailboxes = MailboxKeeper(self.limits, self.addressees)
        adopted = []
        for audio in session.scalars(select(AudioRow).where(AudioRow.discarded.is_(False))):
            if writing.is_owned(session.connection(), audio.id):
                continue
            call_id = self.call_of(audio.recording_name) if audio.recording_name else None
            call = session.get(CallRow, call_id) if call_id is not None else None
            if call is not None:
                left = writing.LeftMessage.of_lost_call(call, audio.id, self.country)
                again_at = escalates_at(call, self.limits)
                saved = writing.save_message(
                    session.connection(), left, mailboxes, self.addressees, now, again_at
                )
                adopted.append(saved.id)
        return adopted

    def _owe_call(self, session: Session, call: CallRow, now: datetime) -> str:
        told_from = now + timedelta(seconds=self.limits.message_max_seconds) + FINDING
        noted = writing.NotedCallback(
            call.id,
            Wish.MISSED,
            call.caller_number,
            by="recovery",
            told_from=told_from,
            country=self.country,
            at=call.began_at,
            covered_by=call.covered_by,
            owed_due=call.due,
            urgent=call.urgent,
        )
        return writing.save_callback(session.connection(), noted, self.addressees, now).id


def escalates_at(call: CallRow, limits: Limits) -> datetime | None:
    """When others are told of what was said in a call that we died in (UTC; the past: at once); None: never."""
    minutes = limits.urgent_again_minutes
    tells = call.urgent and call.escalates and minutes
    return call.began_at + timedelta(minutes=minutes[0]) if tells else None


def _forget_names(session: Session, talking: Collection[str], call_of: Callable[[str], str | None]) -> None:
    """Who has got through has left no message: all that was kept of them is the name they said."""
    for audio in session.scalars(select(AudioRow).where(AudioRow.discarded.is_(False))).all():
        of_talk = audio.recording_name is not None and call_of(audio.recording_name) in talking
        if of_talk and not writing.is_owned(session.connection(), audio.id):
            writing.discard_audio(session.connection(), audio.id)


def _open_calls(session: Session) -> list[CallRow]:
    return list(session.scalars(select(CallRow).where(CallRow.ended_at.is_(None)).order_by(CallRow.began_at)))


def _left_nothing(session: Session, call: CallRow) -> bool:
    message = select(MessageRow.id).where(MessageRow.call_id == call.id)
    callback = select(CallbackRow.id).where(CallbackRow.call_id == call.id)
    return session.scalars(message).first() is None and session.scalars(callback).first() is None


def _audio_ids(session: Session) -> tuple[frozenset[str], frozenset[str]]:
    """Audio whose file stays where it is (until it is cleared away), and audio that nobody could place."""
    rows = session.scalars(select(AudioRow)).all()
    unplaced = frozenset(
        row.id for row in rows if not row.discarded and not writing.is_owned(session.connection(), row.id)
    )
    return frozenset(row.id for row in rows) - unplaced, unplaced


def _discard(session: Session, audio_ids: Collection[str]) -> None:
    for audio_id in audio_ids:
        writing.discard_audio(session.connection(), audio_id)
