"""A person's own mailbox, with the keys of app_voicemail.

1 first message, 4 and 6 previous and next, 5 again, 7 delete and undelete, 8 forward, 9 save, 2 folders (while calls
are owed: those calls; while one is owed for the message: call back), 3 more, 0 options, * help, # leave. What is said
to be done is done; who hangs up leaves the mailbox as it is at that moment.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from functools import partial

from ari_absence.attendant.mailbox_book import Fill
from ari_absence.attendant.mailbox_callback import call_back, more
from ari_absence.attendant.mailbox_forward import forward
from ari_absence.attendant.mailbox_menus import folders, menu, more_of_main_menu
from ari_absence.attendant.mailbox_options import options
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.attendant.welcome_back import say_news, words
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.greetings import to_be_reminded_of
from ari_absence.core.mailbox import FASTER, Folder, Letter, envelope, opening
from ari_absence.core.mailbox_phrases import GreetingStillOn, MailboxPhrase
from ari_absence.core.phrases import Fixed, MessageAudio, Name, Phrase
from ari_absence.errors import EffectFailed, LedgerError, SpeechError

LEAVE, SKIP, FOLDERS, BACK = "#", "#", "2", "*"
SPEED, RESTART = "1", "2"
KEYS_MAX = 1000  # who presses more is a stuck key, and a hundred messages need fewer

_FOLDER_KEYS = {"1": Folder.NEW, "2": Folder.OLD, "3": Folder.SAVED}
_FOLDER_NAMES = {
    Folder.NEW: MailboxPhrase.NEW_MESSAGES,
    Folder.OLD: MailboxPhrase.OLD_MESSAGES,
    Folder.SAVED: MailboxPhrase.SAVED_MESSAGES,
}
_FILL = {Fill.FILLING: MailboxPhrase.GETTING_FULL, Fill.FULL: MailboxPhrase.FULL}


async def open_mailbox(talk: MailboxTalk) -> None:
    """The session from the first word to the last. The call goes on: whoever began it ends it."""
    try:
        content = await talk.book.open(talk.owner.extension)
    except LedgerError:
        leave = () if talk.goes_on else (MailboxPhrase.LEAVE,)
        await talk.call.say(MailboxPhrase.NO_ACCESS, *leave)
        return
    talk.take(content)
    await _welcome(talk)
    talk.news = [
        *_opening(talk),
        *([_FILL[content.fill]] if content.fill in _FILL else []),
    ]
    await _serve(talk)
    if not talk.goes_on:
        await talk.call.say(MailboxPhrase.LEAVE)


async def _welcome(talk: MailboxTalk) -> None:
    """Say what came while the owner was away, if that is over and was not said yet. Its menu is the mailbox's own,
    where 2 leads to the calls that are owed."""
    if talk.returns is not None:
        in_mailbox = partial(words, in_mailbox=True)
        _, talk.pressed = await say_news(talk.call, talk.returns, talk.owner, in_mailbox)


def _opening(talk: MailboxTalk) -> list[DeskUtterance]:
    """How many messages there are, how many calls are owed, and which greeting may have been forgotten."""
    whose = None if talk.own_phone else Name.of(talk.owner)
    old = to_be_reminded_of(talk.greetings, talk.now(), present=talk.present())
    reminders: list[DeskUtterance] = [GreetingStillOn(each.kind) for each in old]
    return [
        *opening(list(talk.letters.values()), talk.calls_owed, whose),
        *reminders,
        *([MailboxPhrase.GREETING_REMINDER] if reminders else []),
    ]


async def _serve(talk: MailboxTalk) -> None:
    """Ask and do, until # or three rounds of silence."""
    silent_rounds = 0
    for _ in range(KEYS_MAX):
        key = await talk.ask(*menu(talk))
        if key == LEAVE:
            return
        silent_rounds = silent_rounds + 1 if key is None else 0
        if silent_rounds == talk.limits.menu_rounds:
            return
        if key is not None:
            await _act(talk, key)


async def _act(talk: MailboxTalk, key: str) -> None:
    if key in _ANYWHERE:
        await _ANYWHERE[key](talk)
    elif talk.letter is None and key in _WITH_A_MESSAGE:
        talk.news.append(MailboxPhrase.FOLDER_EMPTY if not talk.listed else Fixed(Phrase.NOT_UNDERSTOOD))
    elif key in _WITH_A_MESSAGE:
        await _WITH_A_MESSAGE[key](talk)
    else:
        talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))


# -- going through the messages


async def _first(talk: MailboxTalk) -> None:
    await _go_to(talk, 0)


async def _previous(talk: MailboxTalk) -> None:
    await _go_to(talk, (talk.position or 0) - 1)


async def _next(talk: MailboxTalk) -> None:
    await _go_to(talk, 0 if talk.position is None else talk.position + 1)


async def _again(talk: MailboxTalk) -> None:
    await _go_to(talk, talk.position or 0)


async def _go_to(talk: MailboxTalk, position: int) -> None:
    if not talk.listed:
        talk.news.append(MailboxPhrase.FOLDER_EMPTY)
    elif position < 0:
        talk.news.append(MailboxPhrase.NO_EARLIER)
    elif position >= len(talk.listed):
        talk.news.append(MailboxPhrase.NO_MORE)
    else:
        talk.position = position
        await _present(talk)


async def _present(talk: MailboxTalk) -> None:
    """The envelope, then the message. A key in the envelope acts like one in the menu; # goes on to the message."""
    letter = talk.letter
    if letter is None:
        return
    number = (talk.position or 0) + 1
    key = await talk.tell(*envelope(letter, number, talk.now(), talk.zone, talk.name_of))
    if key not in (None, SKIP):
        talk.pressed = key
        return
    try:
        talk.pressed = await _listen(talk, letter)
    except (SpeechError, EffectFailed):
        talk.news.append(MailboxPhrase.NOT_PLAYABLE)


async def _listen(talk: MailboxTalk, letter: Letter) -> str | None:
    """Play the message, as fast as wanted; gives the key that ended it. It counts as heard once it begins."""
    at_seconds, lent = 0.0, dict[bool, MessageAudio]()
    async with AsyncExitStack() as stack:
        while True:
            fast = talk.fast
            if fast not in lent:
                lent[fast] = await stack.enter_async_context(talk.book.lend(letter.audio_id, fast=fast))
            await _note_heard(talk, letter)
            speed = FASTER if fast else 1.0
            heard = await talk.call.listen(lent[fast], letter.seconds / speed, at_seconds / speed)
            if heard.key == SPEED:
                talk.fast, at_seconds = not fast, heard.at_seconds * speed
            elif heard.key == RESTART:
                at_seconds = 0.0
            else:
                return heard.key


async def _note_heard(talk: MailboxTalk, letter: Letter) -> None:
    if talk.letters[letter.message_id].heard:
        return
    with suppress(LedgerError):  # it stays new, and is heard all the same
        if await talk.book.mark_heard(letter.message_id, talk.by):
            talk.change(letter.message_id, heard=True)


# -- what is done with a message


async def _delete(talk: MailboxTalk) -> None:
    """Delete, or get back what was deleted in this session."""
    letter = talk.letter
    if letter is None:
        return
    message_id = letter.message_id
    if message_id in talk.deleted:
        if await talk.done(talk.book.restore(message_id, talk.by), [MailboxPhrase.RESTORED]):
            talk.deleted.discard(message_id)
    elif await talk.done(talk.book.delete(message_id, talk.by), [MailboxPhrase.DELETED]):
        talk.deleted.add(message_id)
        talk.change(message_id, heard=True)


async def _save(talk: MailboxTalk) -> None:
    letter = talk.letter
    if letter is not None and await talk.done(
        talk.book.save(letter.message_id, talk.by), [MailboxPhrase.SAVED]
    ):
        talk.deleted.discard(letter.message_id)
        talk.change(letter.message_id, saved=True, heard=True)


async def _two(talk: MailboxTalk) -> None:
    if talk.letter is None and talk.calls_owed:
        await _return_calls(talk)
    elif talk.can_call_back:
        await call_back(talk)
    else:
        await _choose_folder(talk)


async def _return_calls(talk: MailboxTalk) -> None:
    """The calls that are owed, the oldest first, as by their own code."""
    await talk.return_calls(talk.call, talk.owner, talk.by)
    await talk.look_at_calls()


async def _three(talk: MailboxTalk) -> None:
    """What the menu has not named; its other keys do what they do everywhere."""
    if talk.letter is not None:
        await more(talk)
        return
    key = await talk.ask(*more_of_main_menu(talk))
    if key == FOLDERS:
        await _choose_folder(talk)
    else:
        talk.pressed = key


async def _choose_folder(talk: MailboxTalk) -> None:
    if not talk.filled_folders():
        talk.open_folder(talk.folder)
        talk.news.append(MailboxPhrase.MAILBOX_EMPTY)
        return
    key = await talk.ask(*folders(talk))
    if key in (None, BACK):
        return
    folder = _FOLDER_KEYS.get(key)
    if folder is None:
        talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))
        return
    talk.open_folder(folder)
    talk.news.append(_FOLDER_NAMES[folder] if talk.listed else MailboxPhrase.FOLDER_EMPTY)


async def _help(talk: MailboxTalk) -> None:
    talk.news.append(MailboxPhrase.HELP)


_Deed = Callable[[MailboxTalk], Awaitable[None]]

_ANYWHERE: Mapping[str, _Deed] = {
    "1": _first,
    "2": _two,
    "3": _three,
    "4": _previous,
    "5": _again,
    "6": _next,
    "0": options,
    "*": _help,
}
_WITH_A_MESSAGE: Mapping[str, _Deed] = {"7": _delete, "8": forward, "9": _save}
