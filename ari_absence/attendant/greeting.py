"""Pick up, tell who is absent until when, and find out what the caller wants."""

from __future__ import annotations

from ari_absence.attendant import wishes
from ari_absence.attendant.call import Connection
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Action, Choice, Fixed, Phrase, Utterance

SILENT_ROUNDS = 2  # silence twice means: take a message (docs/conversation.md)
MENU_VISITS = 12  # greeting and menu heard so often, a key is stuck: a message ends it


async def greet(talk: Talk) -> Outcome:
    """The conversation from the first word: greeting, choice, and what was chosen."""
    if await _reached_at_the_desk(talk):
        return Outcome.CONNECTED
    await talk.call.answer()
    opening = [*talk.decision.greeting, *menu(talk)]
    for _ in range(MENU_VISITS):
        action = await choose(talk, opening)
        if action is Action.REPEAT:
            opening = [*talk.decision.greeting, *menu(talk)]
            continue
        outcome = await wishes.fulfil(talk, action)
        if outcome is not None:
            return outcome
        opening = menu(talk)
    return await wishes.fulfil(talk, last_resort(talk)) or await wishes.note_the_call(talk)


async def _reached_at_the_desk(talk: Talk) -> bool:
    for attempt in talk.decision.attempts:
        phones = talk.phones_of(attempt.extension)
        if await talk.call.connect(phones, attempt.ring_seconds) is Connection.TALKED:
            return True
    return False


def menu(talk: Talk) -> list[Utterance]:
    """The spoken choices, without those that turned out not to work in this call."""
    spoken = talk.decision.menu
    return [each for each in spoken if not (isinstance(each, Choice) and each.action in talk.gone_from_menu)]


async def choose(talk: Talk, opening: list[Utterance]) -> Action:
    """Ask until a key that was offered is pressed; silence twice, or wrong keys to the end, is a message."""
    silent_rounds, spoken = 0, opening
    for _ in range(talk.limits.menu_rounds):
        key = await talk.ask(*spoken)
        action = _offered(talk, talk.decision.action_for(key)) if key else None
        if action is not None:
            return action
        silent_rounds += key is None
        if silent_rounds == SILENT_ROUNDS:
            break
        spoken = menu(talk) if key is None else [Fixed(Phrase.NOT_UNDERSTOOD), *menu(talk)]
    return last_resort(talk)


def last_resort(talk: Talk) -> Action:
    """What is done for a caller who chooses nothing."""
    return _offered(talk, Action.MESSAGE) or Action.JUST_CALLED


def _offered(talk: Talk, action: Action | None) -> Action | None:
    offered = {offer.action for offer in talk.decision.offers} - talk.gone_from_menu
    return action if action in offered else None
