"""Key 2: please call me back. The number is read back and can be corrected; then the promise."""

from __future__ import annotations

from ari_absence.attendant.names import record_name
from ari_absence.attendant.notebook import Outcome, Wish
from ari_absence.attendant.take_message import take_message
from ari_absence.attendant.talk import Talk
from ari_absence.core.numbers import keyed_number
from ari_absence.core.phrases import Phrase, ReadBack
from ari_absence.errors import CallerGone

RIGHT, ANOTHER = "1", "2"
NUMBER_TRIES = 2  # asked again once, then a message (fault F33)
NUMBERS_READ_BACK = 3  # the one that was shown, and two that were keyed in


async def request_callback(talk: Talk) -> Outcome | None:
    """Agree on a number, ask for the name, write the callback down, and promise it."""
    try:
        number = await _agree_on_number(talk)
    except CallerGone:
        return await _write_down(talk, talk.call.caller.number)
    if number is None:
        await talk.say(Phrase.NO_NUMBER_MESSAGE_INSTEAD)
        return await take_message(talk)
    return await _write_down(talk, number)


async def _agree_on_number(talk: Talk) -> str | None:
    """The number to call back, or None if the caller leaves none that can be used."""
    if talk.call.caller.inside:
        return talk.call.caller.extension
    number = talk.call.caller.number
    for _ in range(NUMBERS_READ_BACK):
        number = number or await _ask_number(talk)
        if number is None or await _is_right(talk, number):
            return number
        number = None
    return None


async def _is_right(talk: Talk, number: str) -> bool:
    """Read the number back. Silence is consent: the number shown is most often right. So is a hang-up: it was
    keyed in a moment ago."""
    try:
        key = await talk.ask(ReadBack(number), Phrase.IS_NUMBER_RIGHT)
        if key not in (RIGHT, ANOTHER, None):
            key = await talk.ask(Phrase.NOT_UNDERSTOOD, ReadBack(number), Phrase.IS_NUMBER_RIGHT)
    except CallerGone:
        return True
    return key != ANOTHER


async def _ask_number(talk: Talk) -> str | None:
    for _ in range(NUMBER_TRIES):
        number = await _keyed_in(talk)
        if number is not None:
            return number
        await talk.say(Phrase.NOT_A_NUMBER)
    return None


async def _keyed_in(talk: Talk) -> str | None:
    limits = talk.limits
    keys = await talk.ask_digits(limits.number_digits_max + 1, Phrase.ENTER_NUMBER)
    return keyed_number(keys, limits.number_digits_min, limits.number_digits_max)


async def _write_down(talk: Talk, number: str | None) -> Outcome:
    await record_name(talk)
    draft = talk.callback(Wish.CALL_BACK, number)
    return await talk.write_down(draft, Outcome.CALLBACK, Phrase.CALLBACK_NOTED, *talk.promise())
