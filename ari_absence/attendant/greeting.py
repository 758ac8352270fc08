"""Pick up, tell who is absent until when, and find out what the caller wants."""

from __future__ import annotations

from ari_absence.attendant import wishes
from ari_absence.attendant.notebook import Outcome
from ari_absence.attendant.talk import Talk
from ari_absence.attendant.transfer_recall import is_recalled, recall
from ari_absence.core.phrases import Action, Fixed, Phrase, Utterance, Welcome

SILENT_ROUNDS = 2  # silence twice means: take a message (docs/conversation.md)
MENU_VISITS = 12  # greeting and menu heard so often, a key is stuck: a message ends it


async def greet(talk: Talk) -> Outcome:
    """The conversation from the first word: greeting, choice, and what was chosen."""
    handover = talk.call.handover
    talk.attempted = handover is not None and (handover.tried or handover.to_message)
    if talk.decision.rings_as_desk and not talk.attempted:
        outcome = await wishes.rings_as_the_desk(talk)
        if outcome is not None:
            return outcome
    await talk.call.answer()
    if is_recalled(talk) and (recalled := await recall(talk)) is not None:
        return recalled
    opening, outcome = await _open(talk)
    for _ in range(MENU_VISITS):
        if outcome is not None:
            return outcome
        action = await choose(talk, opening)
        if action is Action.REPEAT:
            opening = [*talk.decision.greeting, *talk.menu()]
            continue
        outcome = await wishes.fulfil(talk, action)
        opening = talk.opening()
    return outcome or await wishes.fulfil(talk, last_resort(talk)) or await wishes.note_the_call(talk)


async def _open(talk: Talk) -> tuple[list[Utterance], Outcome | None]:
    """What is said before the first choice, and the outcome if somebody was reached without asking."""
    decision, handover = talk.decision, talk.call.handover
    greeting = _greeting(talk)
    if decision.attempts and not decision.rings_as_desk and not talk.attempted:
        outcome = await wishes.reach_at_once(talk, greeting)
        greeting = []
        if outcome is not None:
            return [], outcome
    straight = decision.straight_to_message or (handover is not None and handover.to_message)
    if straight and talk.offered(Action.MESSAGE):
        await talk.say(*greeting)
        return talk.menu(), await wishes.fulfil(talk, Action.MESSAGE)
    return [*greeting, *talk.opening()], None


def _greeting(talk: Talk) -> list[Utterance]:
    """A transferred caller has been welcomed already, and one whose call comes back has been spoken with."""
    if talk.call.handover is None and not talk.attempted and not is_recalled(talk):
        return list(talk.decision.greeting)
    rest = [each for each in talk.decision.greeting if not isinstance(each, Welcome)]
    return [Fixed(Phrase.THANKS_FOR_WAITING), *rest]


async def choose(talk: Talk, opening: list[Utterance]) -> Action:
    """Ask until a key that was offered is pressed; silence twice, or wrong keys to the end, is a message."""
    silent_rounds, spoken = 0, opening
    for _ in range(talk.limits.menu_rounds):
        key = await talk.ask(*spoken)
        action = talk.offered(talk.decision.action_for(key)) if key else None
        if action is not None:
            return action
        silent_rounds += key is None
        if silent_rounds == SILENT_ROUNDS:
            break
        spoken = talk.menu() if key is None else [Fixed(Phrase.NOT_UNDERSTOOD), *talk.menu()]
    return last_resort(talk)


def last_resort(talk: Talk) -> Action:
    """What is done for a caller who chooses nothing."""
    return talk.offered(Action.MESSAGE) or Action.JUST_CALLED
