"""The whole conversation from picking up to the end, whichever way it ends.

Promises kept here: the caller hears something or is released (2), and whoever did not get through is
written down (9), also when they hang up in the middle of a word.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ari_absence.attendant.greeting import greet
from ari_absence.attendant.names import forget_name
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Phrase
from ari_absence.errors import CallerGone, CallerReplaced, EffectFailed, LedgerError


async def attend(talk: Talk, begin: Callable[[Talk], Awaitable[Outcome]] = greet) -> Outcome:
    """Hold the conversation that ``begin`` begins, and give how it ended. The call is over afterwards.

    Raises:
        CallerReplaced: somebody else is on the line, to be spoken with afresh.
    """
    try:
        outcome = await begin(talk)
    except CallerGone:
        outcome = await _note_missed(talk)
    except CallerReplaced:
        await forget_name(talk)
        raise
    except EffectFailed:
        outcome = await _part_with_an_apology(talk)
    await forget_name(talk)
    return outcome


async def _part_with_an_apology(talk: Talk) -> Outcome:
    """Asterisk refused something we can't do without: say so and note the call; if even that is refused,
    the dialplan's own announcement is the caller's best chance."""
    outcome = await _note_missed(talk)
    try:
        await talk.say(Phrase.SORRY_FAULT)
        await talk.call.hang_up()
    except CallerGone:
        return outcome
    except EffectFailed:
        await talk.call.release_to_dialplan()
    return outcome


async def _note_missed(talk: Talk) -> Outcome:
    """What was written down already stands; else the call itself is."""
    if talk.settled is not None:
        return talk.settled
    try:
        await talk.note(talk.callback(Wish.MISSED, talk.call.caller.number))
    except LedgerError:
        return Outcome.LOST
    return Outcome.MISSED
