"""``ari-absence callbacks dial``, in the service: checked at once, rung in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ari_absence.app.callback_list import offered
from ari_absence.app.parts import cancelled
from ari_absence.attendant.dialling_back import DiallingBack
from ari_absence.clock import Clock
from ari_absence.core.owed import OwedState
from ari_absence.core.people import Person
from ari_absence.ledger.owed_book import LedgerOwedCalls

_BY_MAX = 200


class CallbackDialling:
    """Answers the command, and keeps the calls it has begun until they end."""

    def __init__(self, dialling: DiallingBack, owed_calls: LedgerOwedCalls, clock: Clock) -> None:
        self._dialling = dialling
        self._owed_calls = owed_calls
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()

    async def dial(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """``id``, ``extension`` (who calls) and ``by``; gives ``done``, or why not as ``refused``."""
        owner = self._dialling.directory().people.get(str(question.get("extension")))
        if owner is None:
            return {"refused": "nobody has that extension"}
        why_not = await self._begin(str(question.get("id")), owner, str(question.get("by"))[:_BY_MAX])
        return {"done": True} if why_not is None else {"refused": why_not}

    async def _begin(self, owed_id: str, owner: Person, by: str) -> str | None:
        owed = await self._owed_calls.get(owed_id)
        if owed is None:
            return "there is no such call"
        if owed.state == OwedState.EXPIRED:
            return "it has expired; when they call again, a new entry begins"
        begun = await self._dialling.begin(offered(owed, owner, self._clock.now()), owner, by)
        if isinstance(begun, str):
            return begun

        async def ring() -> None:
            await begun

        task = asyncio.create_task(ring(), name=f"call back {owed_id}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return None

    async def close(self) -> None:
        """Break off the calls under way, and note that."""
        for task in tuple(self._under_way):
            await cancelled(task)
