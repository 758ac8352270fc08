"""Calling back whoever left a message, from the mailbox: 3 then 2, or 2 at once while a call is owed.

Only from a phone of the house, and only numbers that the dial policy allows now: a mailbox that dials for whoever knows
a PIN is how phones are robbed.
"""

from __future__ import annotations

from contextlib import suppress

from ari_absence.attendant.call import LegEnd
from ari_absence.attendant.call_again import IF_NOBODY_SAYS, ask_when_again, comes_again
from ari_absence.attendant.calling_back import ring_back, targets_of
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.core.mailbox import Letter, envelope
from ari_absence.core.mailbox_phrases import MailboxPhrase, MailboxUtterance
from ari_absence.core.numbers import DialTarget
from ari_absence.core.owed import again_at
from ari_absence.core.phrases import Fixed, Phrase
from ari_absence.core.status_phrases import TakenBy
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
    elif not await _taken(talk, letter):
        await talk.call.say(MailboxPhrase.CALLING_BACK)
        await _ring(talk, letter, targets)


def _targets(talk: MailboxTalk, letter: Letter) -> tuple[DialTarget, ...] | MailboxUtterance:
    """What is rung, or what is said instead."""
    caller = letter.caller
    if not talk.call.caller.inside:
        return MailboxPhrase.ONLY_INSIDE
    if targets := targets_of(caller, talk.directory, talk.number_of):
        return targets
    if caller.extension in talk.directory.people:
        return MailboxPhrase.NO_ANSWER
    return MailboxPhrase.NUMBER_NOT_ALLOWED if caller.number is not None else Fixed(Phrase.CALLER_WITHHELD)


async def _may_be_dialled(talk: MailboxTalk, targets: tuple[DialTarget, ...]) -> bool:
    """Inside always. Outside only while the cap is not used up; when that can't be known, not."""
    if not any(target.outside for target in targets):
        return True
    try:
        return await talk.book.book_dial(talk.owner.extension)
    except LedgerError:
        return False


async def _taken(talk: MailboxTalk, letter: Letter) -> bool:
    """Whether a colleague calls them already, or has said so; that is told."""
    by = None
    with suppress(LedgerError):  # better called twice than not at all
        by = await talk.book.begin_attempt(letter.message_id, talk.owner.extension, talk.by)
    colleague = talk.name_of(by) if by else None
    if colleague is not None:
        talk.news.append(TakenBy(colleague))
    return by is not None


async def _ring(talk: MailboxTalk, letter: Letter, targets: tuple[DialTarget, ...]) -> None:
    end = LegEnd.CANCELLED
    try:
        end = await ring_back(talk.call, talk.owner, targets, talk.limits.step_ring_seconds)
    finally:
        if end is not LegEnd.TALKED:
            await _note_attempt(talk, letter, end)
    if end is LegEnd.TALKED:
        if await talk.done(talk.book.settle(letter.message_id, talk.by), [MailboxPhrase.BACK_IN_MAILBOX]):
            talk.change(letter.message_id, settled=True)
    elif comes_again(end):
        await _ask_again(talk, letter, end)


async def _note_attempt(talk: MailboxTalk, letter: Letter, end: LegEnd) -> None:
    hour = again_at(IF_NOBODY_SAYS, talk.owner, talk.now()) if comes_again(end) else None
    with suppress(LedgerError):  # that it was tried is worth knowing, no more
        await talk.book.note_attempt(letter.message_id, end, talk.by, hour)


async def _ask_again(talk: MailboxTalk, letter: Letter, end: LegEnd) -> None:
    """Only who is owed a call is called again."""
    told = MailboxPhrase.LINE_BUSY if end is LegEnd.BUSY else MailboxPhrase.NO_ANSWER
    if not letter.owed:
        talk.news.append(told)
        return
    again = await ask_when_again(talk.call, told, talk.limits.menu_seconds)
    if again is not IF_NOBODY_SAYS:
        with suppress(LedgerError):
            until = again_at(again, talk.owner, talk.now())
            await talk.book.put_off(letter.message_id, until, talk.by)
