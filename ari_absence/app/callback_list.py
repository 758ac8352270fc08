"""The calls that somebody owes, from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import structlog

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.callback_list import Begun, OwedCallback, Taken
from ari_absence.clock import Clock
from ari_absence.core.owed import TEAM, members_of, owners_for
from ari_absence.core.people import Directory, Person, Team
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.owed_book import LedgerOwedCalls
from ari_absence.ledger.owed_calls import Attempt, NotDone, Refusal
from ari_absence.ledger.owed_reading import OwedCall
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.speech.library import SoundLibrary

log = structlog.get_logger()


class LedgerCallbackList:
    """The port ``attendant.callback_list.CallbackList``. Who is handed a call is told by mail."""

    def __init__(
        self,
        owed_calls: LedgerOwedCalls,
        notebook: LedgerNotebook,
        directory: Callable[[], Directory],
        sounds: SoundLibrary,
        store: RecordingStore,
        clock: Clock,
    ) -> None:
        self._owed_calls = owed_calls
        self._notebook = notebook
        self._directory = directory
        self._sounds = sounds
        self._store = store
        self._clock = clock

    async def owed(self, owner: Person) -> Sequence[OwedCallback]:
        """What somebody is to return."""
        members = members_of(self._directory().teams.values())
        found = await self._owed_calls.waiting_for(self._owners(owner), members)
        return [offered(each, owner, self._clock.now()) for each in found]

    async def by_code(self, owner: Person, code: str) -> Sequence[OwedCallback]:
        """Those with that code."""
        found = await self._owed_calls.by_code(self._owners(owner), code)
        return [offered(each, owner, self._clock.now()) for each in found]

    def _owners(self, owner: Person) -> Sequence[str]:
        return owners_for(owner.extension, self._directory().teams.values())

    async def begin(self, callback_id: str, owner: Person, by: str) -> Begun | Taken:
        """Have nobody else call them meanwhile. Who calls for a team has taken it."""
        now, extension = self._clock.now(), owner.extension
        owed = await self._owed_calls.get(callback_id)
        if owed is not None and owed.extension.startswith(TEAM):
            refused = await self._owed_calls.claim(callback_id, extension, by, now)
            if refused is not None:
                return Taken(refused.by)
        begun = await self._owed_calls.begin_attempt(callback_id, extension, by, now)
        return Taken(begun.by) if isinstance(begun, Refusal) else Begun(begun.owed_id, begun.token)

    async def end(self, begun: Begun, end: LegEnd, by: str, again_at: datetime | None) -> None:
        """How the call ended."""
        reached = end is LegEnd.TALKED
        if reached:
            log.info("callback.settled", callback=begun.callback_id, by=by)
        attempt = Attempt(begun.callback_id, begun.token)
        now = self._clock.now()
        await self._owed_calls.end_attempt(attempt, end.value, by, now, reached=reached, retry_at=again_at)

    async def put_off(self, callback_id: str, until: datetime, by: str) -> None:
        """Offer it again at ``until``."""
        await self._owed_calls.put_off(callback_id, until, by, self._clock.now())

    async def decline(
        self, callback_id: str, owner: Person, team: Team, absent: Collection[str], by: str
    ) -> Taken | bool:
        """Leave it to the others of ``team``, if there are any."""
        refused = await self._owed_calls.decline(
            callback_id, owner.extension, by, self._clock.now(), team=team, absent=absent
        )
        if refused is not None and refused.why is NotDone.NOBODY_LEFT:
            return False
        return refused is None or Taken(refused.by)

    async def settle(self, callback_id: str, owner: Person, by: str) -> Taken | None:
        """Note that it is done."""
        refused = await self._owed_calls.settle(callback_id, by, self._clock.now(), who=owner.extension)
        if refused is not None:
            return Taken(refused.by)
        log.info("callback.settled", callback=callback_id, by=by)
        return None

    async def hand_over(self, callback_id: str, to: str, owner: Person, by: str) -> Taken | None:
        """Have somebody else owe it."""
        refused = await self._owed_calls.hand_over(callback_id, to, by, self._clock.now(), owner.extension)
        if refused is not None:
            return Taken(refused.by)
        log.info("callback.handed_over", callback=callback_id, to=to, by=by)
        return None

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number; False when the cap of this hour or day is used up."""
        return await self._notebook.book_dial(extension)

    def lend_name(self, audio_id: str) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the recorded name as long as the block lasts."""
        return self._sounds.lend(audio_id, self._store.path_of(audio_id))


def offered(owed: OwedCall, owner: Person, now: datetime) -> OwedCallback:
    """How ``owed`` is offered to ``owner`` at ``now``."""
    taken_by = owed.taken_by(now)
    return OwedCallback(
        owed.id,
        owed.number,
        owed.caller_extension,
        CallbackWish(owed.wish),
        owed.last_at,
        owed.name_audio_id,
        owed.called,
        owed.times,
        None if taken_by == owner.extension else taken_by,
        owed.extension.removeprefix(TEAM) if owed.extension.startswith(TEAM) else None,
        tuple(owed.declined or ()),
        owed.retry_at if owed.retry_at is not None and owed.retry_at > now else None,
    )
