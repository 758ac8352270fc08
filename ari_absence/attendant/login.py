"""Who is there, by extension and PIN: from outside, and at phones that are not one's own."""

from __future__ import annotations

from ari_absence.attendant.call import DeskCall
from ari_absence.attendant.pins import PinBook, PinCheck
from ari_absence.core.status_phrases import StatusPhrase
from ari_absence.errors import LedgerError

ROUNDS = 3
DIGITS_MAX = 12  # of an extension, and of a PIN
PATIENCE_SECONDS = 6.0  # a little more than a menu's silence: digits are read off a note


async def identify(call: DeskCall, pins: PinBook) -> str | None:
    """Ask for the extension and the PIN; gives the extension, or None after three rounds without a right pair.

    It is never told which of the two was wrong, nor whether a lock is on.
    """
    for _ in range(ROUNDS):
        extension = await _digits(call, StatusPhrase.ENTER_EXTENSION)
        pin = await _digits(call, StatusPhrase.ENTER_PIN)
        if await _check(call, pins, extension, pin) is PinCheck.RIGHT:
            return extension
        await call.say(StatusPhrase.NO_SUCH_PAIR)
    await call.say(StatusPhrase.TOO_MANY_TRIES)
    return None


async def ask_pin(call: DeskCall, pins: PinBook, extension: str) -> bool:
    """Ask for the PIN of ``extension``; whether it was given within three rounds."""
    if not await _is_set(pins, extension):
        await call.say(StatusPhrase.NO_PIN_SET)
        return False
    for _ in range(ROUNDS):
        pin = await _digits(call, StatusPhrase.ENTER_PIN)
        match await _check(call, pins, extension, pin):
            case PinCheck.RIGHT:
                return True
            case PinCheck.LOCKED:
                await call.say(StatusPhrase.PIN_LOCKED)
                return False
            case _:
                await call.say(StatusPhrase.PIN_WRONG)
    await call.say(StatusPhrase.TOO_MANY_TRIES)
    return False


async def _digits(call: DeskCall, question: StatusPhrase) -> str:
    return await call.ask_digits([question], DIGITS_MAX, PATIENCE_SECONDS)


async def _check(call: DeskCall, pins: PinBook, extension: str, pin: str) -> PinCheck:
    """What can't be looked up is not right."""
    number = None if call.caller.inside else call.caller.number
    try:
        return await pins.check(extension, pin, number)
    except LedgerError:
        return PinCheck.WRONG


async def _is_set(pins: PinBook, extension: str) -> bool:
    try:
        return await pins.is_set(extension)
    except LedgerError:
        return False
