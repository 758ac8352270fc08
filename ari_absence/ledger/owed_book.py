"""The calls that are owed, for the service: the deeds of ``ledger.owed_calls``, each in its own transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial

from ari_absence.core.people import Team
from ari_absence.ledger import owed_calls, owed_reading
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.owed_calls import Attempt, Refusal
from ari_absence.ledger.owed_purge import expire_owed
from ari_absence.ledger.owed_reading import OwedCall, OwedChange
from ari_absence.ledger.pages import FIRST_PAGE, Page
from ari_absence.ledger.thread import LedgerThread


class LedgerOwedCalls:
    """Everybody's calls that are owed. Every method raises :class:`LedgerError` on a fault; nothing was changed then.

    ``by`` says who does it and from where; ``on_queued`` is called on the event loop when somebody is to be told.
    """

    def __init__(self, thread: LedgerThread, addressees: Addressees, on_queued: Callable[[], None]) -> None:
        self._thread = thread
        self._addressees = addressees
        self._on_queued = on_queued

    async def owed(self, extension: str | None = None, page: Page = FIRST_PAGE) -> list[OwedCall]:
        """What ``extension`` (None: anybody) owes, due first."""
        return await self._thread.read(partial(owed_reading.owed_calls, extension=extension, page=page))

    async def waiting_for(
        self, extensions: Sequence[str], members: Mapping[str, Sequence[str]]
    ) -> list[OwedCall]:
        """What the first of ``extensions`` may do: what any of them owes, and what the first has claimed; with what
        is put off. ``members``: who is in the teams among them."""
        return await self._thread.read(
            partial(owed_reading.waiting_for, extensions=extensions, members=members)
        )

    async def by_code(self, extensions: Sequence[str], code: str) -> list[OwedCall]:
        """The live entries that the first of ``extensions`` may do with that code."""
        return await self._thread.read(partial(owed_reading.owed_by_code, extensions=extensions, code=code))

    async def owed_to(self, caller: str, extension: str) -> OwedCall | None:
        """The live entry for ``caller`` (its key), who had called ``extension``."""
        return await self._thread.read(partial(owed_reading.owed_to, caller=caller, extension=extension))

    async def get(self, owed_id: str) -> OwedCall | None:
        """One entry, over or not."""
        return await self._thread.read(partial(owed_reading.owed_call, owed_id=owed_id))

    async def history(self, owed_id: str) -> list[OwedChange]:
        """What became of an entry, in order."""
        return await self._thread.read(partial(owed_reading.history_of, owed_id=owed_id))

    async def claim(self, owed_id: str, extension: str, by: str, now: datetime) -> Refusal | None:
        """``extension`` does it, and everyone else sees it taken."""
        deed = partial(owed_calls.claim, owed_id=owed_id, extension=extension, by=by, now=now)
        return await self._thread.write(deed)

    async def release(self, owed_id: str, by: str, now: datetime) -> Refusal | None:
        """Nobody has taken it any more."""
        return await self._thread.write(partial(owed_calls.release, owed_id=owed_id, by=by, now=now))

    async def decline(
        self, owed_id: str, extension: str, by: str, now: datetime, *, team: Team, absent: Collection[str]
    ) -> Refusal | None:
        """``extension`` of ``team`` leaves it to the others, unless all of them have declined or are ``absent``."""
        deed = partial(owed_calls.decline, owed_id=owed_id, extension=extension, by=by, now=now)
        return await self._thread.write(partial(deed, team=team, absent=absent))

    async def begin_attempt(self, owed_id: str, extension: str, by: str, now: datetime) -> Attempt | Refusal:
        """``extension`` calls them now; one attempt at a time."""
        deed = partial(owed_calls.begin_attempt, owed_id=owed_id, extension=extension, by=by, now=now)
        return await self._thread.write(deed)

    async def end_attempt(
        self,
        attempt: Attempt,
        end: str,
        by: str,
        now: datetime,
        *,
        reached: bool = False,
        retry_at: datetime | None = None,
    ) -> bool:
        """How the attempt ended; False when it was void."""
        deed = partial(
            owed_calls.end_attempt,
            attempt=attempt,
            end=end,
            by=by,
            now=now,
            reached=reached,
            retry_at=retry_at,
        )
        return await self._thread.write(deed)

    async def put_off(self, owed_id: str, until: datetime, by: str, now: datetime) -> Refusal | None:
        """Offer it again from ``until`` on."""
        deed = partial(owed_calls.put_off, owed_id=owed_id, until=until, by=by, now=now)
        return await self._thread.write(deed)

    async def hand_over(
        self, owed_id: str, to: str, by: str, now: datetime, who: str | None = None
    ) -> Refusal | None:
        """Have ``to`` owe it, who is told; not what somebody else than ``who`` has taken."""
        there = self._addressees.of(to)
        deed = partial(
            owed_calls.hand_over, owed_id=owed_id, to=to, by=by, destinations=there, now=now, who=who
        )
        refused = await self._thread.write(deed)
        if refused is None and there:
            self._on_queued()
        return refused

    async def settle(
        self, owed_id: str, by: str, now: datetime, what: str = "settled", who: str | None = None
    ) -> Refusal | None:
        """They were called back, or need not be; not what somebody else than ``who`` has taken."""
        return await self._thread.write(
            partial(owed_calls.settle, owed_id=owed_id, by=by, now=now, what=what, who=who)
        )

    async def settle_answered(self, extension: str, caller: str, by: str, now: datetime) -> int:
        """Somebody who answers for ``extension`` and ``caller`` (its key) have talked: how many were settled."""
        deed = partial(owed_calls.settle_answered, extension=extension, caller=caller, by=by, now=now)
        return await self._thread.write(deed)

    async def expire(self, days: int, now: datetime) -> list[str]:
        """Give up what nobody has done for ``days``; gives the ids."""
        return await self._thread.write(partial(expire_owed, days=days, now=now))
