"""What the menus of a mailbox offer: only what works now, the most used keys first, the others behind 3 (more).

A key that is not named works all the same where it can, and says why where it can't; so do those of the menu before in
one behind 3. Silence and * go back.
"""

from __future__ import annotations

from ari_absence.attendant.calling_back import targets_of
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.core.mailbox import Folder
from ari_absence.core.mailbox_phrases import MailboxPhrase

_TO_FOLDER = {
    Folder.NEW: MailboxPhrase.TO_NEW,
    Folder.OLD: MailboxPhrase.TO_OLD,
    Folder.SAVED: MailboxPhrase.TO_SAVED,
}


def menu(talk: MailboxTalk) -> list[MailboxPhrase]:
    """What can be done at this moment."""
    if talk.letter is None:
        return _main_menu(talk)
    if talk.is_deleted:
        return [*_unless_just_said(talk), MailboxPhrase.TO_GET_BACK, *_next(talk), MailboxPhrase.FOR_MORE]
    if talk.can_call_back and is_reachable(talk):
        first = [MailboxPhrase.TO_CALL_BACK, MailboxPhrase.TO_DELETE]  # what is owed is not put away yet
    else:
        first = [MailboxPhrase.TO_DELETE, *([] if talk.letter.saved else [MailboxPhrase.TO_SAVE])]
    return [*first, *_next(talk), MailboxPhrase.FOR_MORE]


def _main_menu(talk: MailboxTalk) -> list[MailboxPhrase]:
    others = _other_folders(talk)
    if not (talk.listed or others):
        calls = [MailboxPhrase.TO_RETURN_CALLS] if talk.calls_owed else []
        return [*calls, MailboxPhrase.FOR_OPTIONS, MailboxPhrase.TO_LEAVE]
    choices = [MailboxPhrase.TO_LISTEN] if talk.listed else []
    if talk.calls_owed:
        choices.append(MailboxPhrase.TO_RETURN_CALLS)
    elif others:
        choices.append(MailboxPhrase.TO_CHANGE_FOLDERS)
    return [*choices, MailboxPhrase.FOR_MORE]


def more_of_main_menu(talk: MailboxTalk) -> list[MailboxPhrase]:
    """Behind 3, where no message is the current one."""
    folders = [MailboxPhrase.TO_CHANGE_FOLDERS] if _other_folders(talk) else []
    return [*folders, MailboxPhrase.FOR_OPTIONS, MailboxPhrase.FOR_HELP, MailboxPhrase.TO_LEAVE]


def more_of_message(talk: MailboxTalk) -> list[MailboxPhrase]:
    """Behind 3, after a message. Calling back is offered here where the menu before has not done so."""
    letter = talk.letter
    said_before = talk.can_call_back and not talk.is_deleted
    call_back = [MailboxPhrase.TO_CALL_BACK] if not said_before and is_reachable(talk) else []
    forward = [] if talk.is_deleted else [MailboxPhrase.TO_FORWARD]
    done = [MailboxPhrase.TO_MARK_DONE] if letter and letter.promised else []
    return [*call_back, MailboxPhrase.TO_HEAR_AGAIN, *forward, MailboxPhrase.TO_HEAR_ENVELOPE, *done]


def folders(talk: MailboxTalk) -> list[MailboxPhrase]:
    """The folders that hold messages."""
    filled = talk.filled_folders()
    return [words for folder, words in _TO_FOLDER.items() if folder in filled]


def is_reachable(talk: MailboxTalk) -> bool:
    """Whether whoever left the current message may be rung from here now."""
    letter = talk.letter
    if letter is None or not talk.call.caller.inside:
        return False
    return bool(targets_of(letter.caller, talk.directory, talk.number_of))


def _other_folders(talk: MailboxTalk) -> set[Folder]:
    return talk.filled_folders() - {talk.folder}


def _next(talk: MailboxTalk) -> list[MailboxPhrase]:
    is_last = talk.position is None or talk.position + 1 >= len(talk.listed)
    return [] if is_last else [MailboxPhrase.FOR_NEXT]


def _unless_just_said(talk: MailboxTalk) -> list[MailboxPhrase]:
    return [] if MailboxPhrase.DELETED in talk.news else [MailboxPhrase.IS_DELETED]
