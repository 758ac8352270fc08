"""Carrying out what the caller chose, and taking leave."""

from __future__ import annotations

from ari_absence.attendant.call import Connection
from ari_absence.attendant.callback_request import request_callback
from ari_absence.attendant.general_questions import answer_questions
from ari_absence.attendant.names import record_name
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.attendant.take_message import take_message
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Action, Phrase


async def fulfil(talk: Talk, action: Action) -> Outcome | None:
    """Do what was chosen. None means: back to the menu."""
    match action:
        case Action.CALLBACK:
            return await request_callback(talk)
        case Action.JUST_CALLED:
            return await note_the_call(talk)
        case Action.QUESTIONS:
            await answer_questions(talk)
            return None
        case Action.OPERATOR:
            return await connect_operator(talk)
        case _:
            return await take_message(talk, straight=action is Action.BEEP)


async def note_the_call(talk: Talk) -> Outcome:
    """The caller only wants it known that they called: their name, a thank-you, and the note."""
    note = talk.callback(Wish.JUST_CALLED, talk.call.caller.number, await record_name(talk))
    return await talk.write_down(note, Outcome.JUST_CALLED, Phrase.CALL_NOTED)


async def connect_operator(talk: Talk) -> Outcome | None:
    """Ring the operator; when nobody answers, say so and offer what is left."""
    operator = talk.directory.site.operator
    if operator is None:
        return None
    await talk.say(Phrase.CONNECTING)
    ring_seconds = talk.limits.operator_ring_seconds
    if await talk.call.connect(talk.phones_of(operator), ring_seconds) is Connection.TALKED:
        await talk.call.hang_up()
        return Outcome.CONNECTED
    talk.gone_from_menu.add(Action.OPERATOR)
    await talk.say(Phrase.OPERATOR_NOT_REACHED)
    return None
