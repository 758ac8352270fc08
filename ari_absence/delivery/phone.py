"""A call that reads a message out, as a channel: it is delivered when somebody has pressed the key to hear it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from ari_absence.clock import Clock
from ari_absence.core.delivery_rules import PHONE
from ari_absence.delivery.ports import Memo, RecipientAway

AGAIN_AFTER = timedelta(minutes=15)  # nobody wants to be rung ten seconds after they did not answer

Tell = Callable[[str, str], Awaitable[bool]]
"""Calls the phones of an extension with the message of an id; whether somebody has heard it."""


class PhoneNotifier:
    """``delivery.ports.Notifier`` by telephone.

    ``rounds_after`` gives how long after it was left an urgent message goes round the ladder by itself (None: never);
    from then on it is not told here, too, unless ``has_round`` (of its id) knows of none: nobody is on that ladder.
    """

    channel = PHONE
    destination = "asterisk:phone"

    def __init__(
        self,
        tell: Tell,
        rounds_after: Callable[[], timedelta | None],
        clock: Clock,
        has_round: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._tell = tell
        self._rounds_after = rounds_after
        self._clock = clock
        self._has_round = has_round

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        """Ring them; a hang-up, a mailbox or silence is no delivery, and they are rung again later."""
        del key  # who has heard it is not rung again: the ledger knows
        if await self._goes_round(memo):
            raise RecipientAway("urgent messages that nobody hears go round by phone anyway", AGAIN_AFTER)
        if not await self._tell(recipient, memo.item_id):
            raise RecipientAway(f"nobody at extension {recipient} wanted to hear it", AGAIN_AFTER)

    async def _goes_round(self, memo: Memo) -> bool:
        after = self._rounds_after()
        if not memo.urgent or after is None or self._clock.now() - memo.at < after:
            return False
        return await self._has_round(memo.item_id)
