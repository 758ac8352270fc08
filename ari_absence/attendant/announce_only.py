"""The conversation while nothing can be written down (fault F61): who is absent until when, that no message
can be taken, and what works without a notebook. Nobody is asked for words that would be lost."""

from __future__ import annotations

from typing import NoReturn

from ari_absence.attendant import wishes
from ari_absence.attendant.call import Recording
from ari_absence.attendant.greeting import MENU_VISITS, choose
from ari_absence.attendant.notebook import KeptAudio, Outcome
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Action
from ari_absence.errors import CallerGone, EffectFailed, LedgerError

UNWRITTEN = frozenset({Action.QUESTIONS, Action.OPERATOR})
"""What can be carried out without writing anything down."""


async def announce(talk: Talk) -> Outcome:
    """Hold the conversation, and give how it ended. The call is over afterwards."""
    try:
        return await _converse(talk)
    except CallerGone:
        return Outcome.LOST
    except EffectFailed:
        await talk.call.release_to_dialplan()
        return Outcome.RELEASED


async def _converse(talk: Talk) -> Outcome:
    if talk.decision.rings_as_desk and await wishes.rings_as_the_desk(talk):
        return Outcome.CONNECTED
    await talk.call.answer()
    opening = list(talk.decision.greeting)
    for _ in range(MENU_VISITS):
        if not UNWRITTEN & _offered(talk):
            break
        action = await choose(talk, [*opening, *talk.opening()])
        if action not in UNWRITTEN | {Action.REPEAT}:
            return await talk.take_leave(Outcome.LOST)
        opening = list(talk.decision.greeting) if action is Action.REPEAT else []
        if action in UNWRITTEN and await wishes.fulfil(talk, action) is not None:
            return Outcome.CONNECTED
    return await talk.take_leave(Outcome.LOST, *opening)


class NoNotebook:
    """Instead of a notebook: whatever is to be written down is refused."""

    async def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise LedgerError("nothing can be noted while the ledger can't be used")

    open_call = reserve_place = keep = save_message = save_callback = close_call = _refuse
    book_dial = note_attempts = calls_today = _refuse

    async def note_urgent(self, call_id: str, *, urgent: bool) -> None:
        """Nobody will know."""

    async def discard(self, recording: Recording, audio: KeptAudio | None = None) -> None:
        """Nothing was recorded."""


def _offered(talk: Talk) -> set[Action]:
    return {offer.action for offer in talk.decision.offers} - talk.gone_from_menu
