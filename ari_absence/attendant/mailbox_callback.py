"""Calling back whoever left a message, from the mailbox: 3 then 2, or 2 at once while a call is owed.

Only from a phone of the house, and only numbers that the dial policy allows now: a mailbox that dials for whoever knows
a PIN is how phones are robbed.
"""

from __future__ import annotations

from contextlib import suppress

from ari_absence.attendant.call import Display, HuntEnd, LegEnd, Ring
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.attendant.ringing import until_a_key
from ari_absence.core.mailbox import Letter, envelope
from ari_absence.core.mailbox_phrases import MailboxPhrase, MailboxUtterance
from ari_absence.core.numbers import DialPolicy, DialTarget, Refusal
from ari_absence.core.phrases import Fixed, Phrase
from ari_absence.errors import LedgerError

CALL, ENVELOPE, DONE, BACK = "2", "3", "9", "*"


async def more(talk: MailboxTalk) -> None:
    """Key 3: 2 calls back, 3 tells when it came and from whom, 9 marks the call back as done."""
    letter = talk.letter
    if letter is None:
        return
    match await talk.ask(MailboxPhrase.MORE_MENU):
        case "2":
            await call_back(talk)
        case "3":
            number = (talk.position or 0) + 1
            talk.news.extend(envelope(letter, number, talk.now(), talk.zone, talk.name_of))
        case "9":
            await _mark_done(talk, letter)
        case None | "*":
            return
        case _:
            talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))


async def _mark_done(talk: MailboxTalk, letter: Letter) -> None:
    if letter.due is None or letter.settled:
        talk.news.append(MailboxPhrase.NOTHING_OWED)
    elif await talk.done(talk.book.settle(letter.message_id, talk.by), [MailboxPhrase.CALLBACK_DONE]):
        talk.change(letter.message_id, settled=True)


async def call_back(talk: MailboxTalk) -> None:
    """Ring whoever left the current message; when both have talked, nothing is owed any more."""
    letter = talk.letter
    if letter is None:
        return
    targets = _targets(talk, letter)
    if not isinstance(targets, tuple):
        talk.news.append(targets)
    elif not await _may_be_dialled(talk, targets):
        talk.news.append(MailboxPhrase.CALLS_USED_UP)
    else:
        await talk.call.say(MailboxPhrase.CALLING_BACK)
        await _ring(talk, letter, targets)


def _targets(talk: MailboxTalk, letter: Letter) -> tuple[DialTarget, ...] | MailboxUtterance:
    """What is rung, or what is said instead."""
    policy, caller = DialPolicy(talk.directory.dialing), letter.caller
    if not talk.call.caller.inside:
        return MailboxPhrase.ONLY_INSIDE
    colleague = talk.directory.people.get(caller.extension or "")
    if colleague is not None:
        return policy.phones_of(colleague) or MailboxPhrase.NO_ANSWER
    if caller.number is None:
        return Fixed(Phrase.CALLER_WITHHELD)
    number = talk.number_of(caller.number)
    target = policy.outside(number) if number else None
    return MailboxPhrase.NUMBER_NOT_ALLOWED if target is None or isinstance(target, Refusal) else (target,)


async def _may_be_dialled(talk: MailboxTalk, targets: tuple[DialTarget, ...]) -> bool:
    """Inside always. Outside only while the cap is not used up; when that can't be known, not."""
    if not any(target.outside for target in targets):
        return True
    try:
        return await talk.book.book_dial(talk.owner.extension)
    except LedgerError:
        return False


async def _ring(talk: MailboxTalk, letter: Letter, targets: tuple[DialTarget, ...]) -> None:
    shown = Display(talk.owner.extension, talk.owner.name)
    rings = [Ring(target, shown) for target in targets]
    hunt = await talk.call.hunt(rings, talk.limits.step_ring_seconds, until_a_key(talk.call))
    if hunt.end is HuntEnd.TALKED:
        if await talk.done(talk.book.settle(letter.message_id, talk.by), [MailboxPhrase.BACK_IN_MAILBOX]):
            talk.change(letter.message_id, settled=True)
        return
    given_up = hunt.end is HuntEnd.CALLER_CHOSE
    with suppress(LedgerError):  # that it was tried is worth knowing, no more
        end = LegEnd.CANCELLED if given_up else LegEnd(hunt.end.value)
        await talk.book.note_attempt(letter.message_id, end, talk.by)
    if not given_up:
        busy = hunt.end is HuntEnd.BUSY
        talk.news.append(MailboxPhrase.LINE_BUSY if busy else MailboxPhrase.NO_ANSWER)
