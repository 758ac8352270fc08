"""English for ``core.mailbox_phrases``: the words, and which clips say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ari_absence.core.greetings import GreetingKind
from ari_absence.core.mailbox_phrases import (
    CallsToReturn,
    ForwardedBy,
    ForwardingTo,
    GreetingPlayedUntil,
    GreetingStillOn,
    LeftBy,
    MailboxPhrase,
    MailboxUtterance,
    MessageNumber,
    NameIs,
    Promised,
    Received,
    TeamChoice,
    Totals,
)
from ari_absence.core.phrases import DayPart, DayWord
from ari_absence.speech import english_catalogue as words
from ari_absence.speech.english_parts import (
    around,
    clock_clips,
    dashed,
    due_clips,
    key_name,
    moment_clips,
    name_clip,
    takes_by,
)
from ari_absence.speech.english_status import calls_to_return
from ari_absence.speech.language import CatalogueClip, Clip

# By the value of ``MailboxPhrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "mailbox_empty": "There are no messages.",
    "getting_full": "This mailbox is getting full. Please delete the messages that you no longer need.",
    "full": "This mailbox is full. Nobody can leave a message until you delete some.",
    "to_listen": "To listen, press one.",
    "to_return_calls": "For the calls to return, press two.",
    "to_change_folders": "To change folders, press two.",
    "for_options": "For your options, press zero.",
    "for_help": "For help, star.",
    "to_leave": "To leave, pound.",
    "for_more": "For more, three.",
    "help": (
        "One plays the first message, four the one before, five the same again, six the next. "
        "Seven deletes a message, and gets it back. Eight forwards it, nine saves it. "
        "Two leads to the folders, or to the calls you are to return. "
        "Three tells more of what can be done. Zero leads to your options, pound leaves. "
        "While a message plays, star goes back three seconds, "
        "pound goes forward, zero pauses, one makes it faster, and two begins again."
    ),
    "to_new": "For new messages, press one.",
    "to_old": "For old messages, two.",
    "to_saved": "For saved messages, three.",
    "new_messages": "New messages.",
    "old_messages": "Old messages.",
    "saved_messages": "Saved messages.",
    "folder_empty": "There are no messages in this folder.",
    "no_more": "There are no more messages.",
    "no_earlier": "This is the first message.",
    "not_playable": "I am sorry, this message cannot be played right now.",
    "not_done": "I am sorry, that could not be done right now.",
    "no_longer_there": "This message is no longer there.",
    "no_access": "I am sorry, the mailbox cannot be opened right now. Please try again later.",
    "urgent": "This message is urgent.",
    "called_back": "They have been called back.",
    "overdue": "A call back was promised, and is overdue.",
    "is_deleted": "This message is deleted.",
    "to_call_back": "To call back, press two.",
    "to_delete": "To delete it, press seven.",
    "to_get_back": "To get it back, press seven.",
    "to_save": "To save it, nine.",
    "for_next": "For the next, six.",
    "deleted": "Message deleted.",
    "restored": "You have the message back.",
    "saved": "Message saved.",
    "to_hear_again": "To hear it again, press five.",
    "to_forward": "To forward it, eight.",
    "to_hear_envelope": "For when and from whom, three.",
    "to_mark_done": "To mark it as done, nine.",
    "callback_done": "The call back is marked as done.",
    "nothing_owed": "No call back is owed for this message.",
    "calling_back": "I am calling them now. One moment, please.",
    "number_not_allowed": "I am sorry. That number may not be dialed from here.",
    "only_inside": "I am sorry. You can call back only from a phone in the office.",
    "calls_used_up": "I am sorry. No more outside calls can be made for now.",
    "no_answer": "Nobody answered.",
    "line_busy": "The line is busy.",
    "back_in_mailbox": "The call back is settled. You are in your mailbox again.",
    "forward_to": "Please enter the extension, then press pound. For a team, press star.",
    "forward_to_extension": "Please enter the extension, then press pound.",
    "teams": "Please choose a team.",
    "no_such_extension": "I do not know that extension.",
    "own_mailbox": "The message is in that mailbox already.",
    "forward_menu": "To record an introduction, press one. To send it as it is, two. To send nothing, star.",
    "introduce_after_tone": "Please speak your introduction after the tone, then press pound.",
    "introduction_review": "To send it, press one. To hear it, two. Again, three. To drop it, star.",
    "forwarded": "The message has been forwarded.",
    "forwarded_not_to_all": "The message has been forwarded, but some of the mailboxes are full.",
    "mailbox_there_full": "I am sorry. That mailbox is full, and can take no message.",
    "not_forwarded": "Nothing has been sent.",
    "options": "For your greetings, press one. Your name, three. Your PIN, five.",
    "name_menu": "To record your name, press one. To hear it, two. To delete it, three.",
    "name_none": "To record your name, press one. To hear it, two.",
    "name_review": "To keep it, press one. To hear it, two. Again, three. To drop it, star.",
    "name_kept": "Callers will hear your name like this from now on.",
    "name_deleted": "Your recorded name is deleted.",
    "greeting_kinds": "Out, press three. A meeting, two. A day off, six. For more, nine.",
    "more_greeting_kinds": "Away, press one. A business trip, four. Gone for today, five. Do not disturb, seven.",
    "greeting_none": "There is no greeting. To record one, press one. To go back, star.",
    "greeting_menu": "To record it again, press one. To hear it, two. To delete it, three.",
    "greeting_after_tone": "Please speak your greeting after the tone, then press pound.",
    "greeting_review": "To keep it, press one. To hear it, two. Again, three. To drop it, star.",
    "greeting_until": (
        "Until which day? Enter the month and the day, two digits each. Without an end, press pound."
    ),
    "not_a_coming_day": "That is not a day within the ten months to come.",
    "greeting_kept": "Your greeting is kept, and is played to your callers.",
    "greeting_deleted": "Your greeting is deleted.",
    "greeting_reminder": "To change it, press zero, and then one.",
    "too_short": "That was too short, or I did not hear anything. Please try again.",
    "not_recorded": "Nothing has been recorded.",
    "new_pin": "Please enter your new PIN, then press pound.",
    "new_pin_again": "Please enter it once more, then press pound.",
    "pins_differ": "These were not the same.",
    "pin_changed": "Your PIN is changed.",
    "pin_not_changed": "Your PIN stays as it was.",
    "pin_too_short": "That is too short. A PIN needs six digits at least.",
    "pin_too_long": "That is too long for a PIN.",
    "pin_not_digits": "A PIN has digits only.",
    "pin_run": "Digits in a row are too easy to guess.",
    "pin_repeat": "Repeated digits are too easy to guess.",
    "pin_own_extension": "A PIN must not contain your own extension.",
    "leave": "Goodbye.",
}

COUNT_MAX = 100
MORE_THAN_COUNT_MAX = "more than one hundred"

_KINDS: Mapping[GreetingKind, str] = {
    GreetingKind.AWAY: "Your greeting for when you are away from your desk is still on.",
    GreetingKind.MEETING: "Your greeting for meetings is still on.",
    GreetingKind.OUT: "Your greeting for when you are out of the office is still on.",
    GreetingKind.BUSINESS_TRIP: "Your greeting for business trips is still on.",
    GreetingKind.LEFT: "Your greeting for when you have left for today is still on.",
    GreetingKind.LEAVE: "Your greeting for days off is still on.",
    GreetingKind.DND: "Your greeting for do not disturb is still on.",
}

_YESTERDAY: Mapping[DayPart, str] = {
    DayPart.NIGHT: "early yesterday morning",
    DayPart.MORNING: "yesterday morning",
    DayPart.NOON: "yesterday",
    DayPart.AFTERNOON: "yesterday afternoon",
    DayPart.EVENING: "yesterday evening",
}

_PARTS: Mapping[str, str] = {
    "you-have": "You have",
    "in-the-mailbox-of": "In the mailbox of",
    "there-are": "there are",
    "there-is": "there is",
    "and": "and",
    "of-them-urgent": "of them urgent,",
    "of-them-urgent-end": "of them urgent.",
    "message": "Message",
    "received": "Received",
    "left-this": "left this message.",
    "forwarded-this": "has forwarded this message.",
    "promised-by": "A call back is promised by",
    "promised-latest": "A call back is promised at the latest",
    "forwarding-to": "This message goes to",
    "forwarding-to-end": "next.",
    "team": "For the team",
    "name-is": "Your name is spoken like this,",
    "name-is-end": "and that is how callers hear it.",
    "played-until": "Callers hear it for the last time",
    "played-today": "Callers hear it until the end of today.",
}


def count_words(number: int) -> str:
    """The words for a count from 1 to 100."""
    if number == COUNT_MAX:
        return "one hundred"
    if number < 60:
        return words.cardinal(number)
    tens, unit = divmod(number, 10)
    name = {6: "sixty", 7: "seventy", 8: "eighty", 9: "ninety"}[tens]
    return f"{name}-{words.UNITS[unit]}" if unit else name


def _catalogue() -> Iterator[tuple[str, str]]:
    yield from ((dashed(phrase), text) for phrase, text in SENTENCES.items())
    yield from _PARTS.items()
    for number in range(1, COUNT_MAX + 1):
        yield f"n-{number}", count_words(number)
    yield "n-more", MORE_THAN_COUNT_MAX
    for folder in ("new", "old", "saved"):
        for ending, stop in (("", ","), ("-end", ".")):
            yield f"{folder}-one{ending}", f"{folder} message{stop}"
            yield f"{folder}-many{ending}", f"{folder} messages{stop}"
    yield "new-one-urgent", "new message, which is urgent,"
    yield "new-one-urgent-end", "new message, which is urgent."
    yield from ((f"greeting-{dashed(kind.value)}", text) for kind, text in _KINDS.items())
    yield from ((f"yesterday-{part.value}", text) for part, text in _YESTERDAY.items())


CATALOGUE: Mapping[str, str] = {f"mailbox-{clip}": text for clip, text in _catalogue()}
"""Every clip of this room, by id."""

SPOKEN = (
    MailboxPhrase,
    Totals,
    CallsToReturn,
    MessageNumber,
    Received,
    LeftBy,
    ForwardedBy,
    Promised,
    ForwardingTo,
    TeamChoice,
    NameIs,
    GreetingStillOn,
    GreetingPlayedUntil,
)
"""The types of utterance that this room has words for."""


def clips(utterance: MailboxUtterance) -> Iterator[Clip]:
    """The clips that say ``utterance``, in order."""
    match utterance:
        case MailboxPhrase():
            yield _clip(dashed(utterance.value))
        case Totals():
            yield from _totals(utterance)
        case CallsToReturn(count):
            yield calls_to_return(count)
        case MessageNumber(number):
            yield _clip("message")
            yield _count(number)
        case Received(moment, yesterday):
            yield _clip("received")
            if yesterday:
                yield _clip(f"yesterday-{moment.part.value}")
                yield from clock_clips(moment)
            else:
                yield from moment_clips(moment)
        case Promised(due):
            yield _clip("promised-by" if takes_by(due) else "promised-latest")
            yield from due_clips(due)
        case _:
            yield from _with_names(utterance)


def _with_names(utterance: MailboxUtterance) -> Iterator[Clip]:
    match utterance:
        case LeftBy(who):
            yield name_clip(who, "a-colleague")
            yield _clip("left-this")
        case ForwardedBy(who):
            yield name_clip(who, "a-colleague")
            yield _clip("forwarded-this")
        case ForwardingTo(whom):
            yield from around("mailbox-forwarding-to", name_clip(whom, "a-colleague"))
        case TeamChoice(team, key):
            yield _clip("team")
            yield name_clip(team, "a-colleague")
            yield CatalogueClip(f"press-{key_name(key)}")
        case NameIs(who):
            yield from around("mailbox-name-is", name_clip(who, "somebody"))
        case GreetingStillOn(kind):
            yield _clip(f"greeting-{dashed(kind.value)}")
        case GreetingPlayedUntil(last_day) if last_day.day_word in (DayWord.THIS_PART, DayWord.TODAY):
            yield _clip("played-today")
        case GreetingPlayedUntil(last_day):
            yield _clip("played-until")
            yield from moment_clips(last_day)


def simpler(utterance: MailboxUtterance) -> Iterator[Clip]:
    """Fewer and commoner clips that still tell the truth."""
    match utterance:
        case LeftBy() | ForwardedBy():
            yield CatalogueClip("a-colleague")
            yield _clip("left-this" if isinstance(utterance, LeftBy) else "forwarded-this")
        case Totals():
            yield _clip("new-messages" if utterance.new else "old-messages")
        case Promised():
            yield CatalogueClip("say-callback-noted")
        case _:
            yield CatalogueClip("say-sorry-fault")


def _totals(said: Totals) -> Iterator[Clip]:
    groups = [
        (folder, count)
        for folder, count in (("new", said.new), ("old", said.old), ("saved", said.saved))
        if count
    ]
    if said.whose is None:
        yield _clip("you-have")
    else:
        yield _clip("in-the-mailbox-of")
        yield name_clip(said.whose, "a-colleague")
        yield _clip("there-is" if groups and groups[0][1] == 1 else "there-are")
    for place, (folder, count) in enumerate(groups, start=1):
        last = place == len(groups) and not said.goes_on
        if last and place > 1:
            yield _clip("and")
        yield from _group(folder, count, said.urgent if folder == "new" else 0, last=last)


def _group(folder: str, count: int, urgent: int, *, last: bool) -> Iterator[Clip]:
    yield _count(count)
    ending = "-end" if last else ""
    if urgent and count == 1:
        yield _clip(f"{folder}-one-urgent{ending}")
        return
    yield _clip(f"{folder}-{'one' if count == 1 else 'many'}{'' if urgent else ending}")
    if urgent:
        yield _count(urgent)
        yield _clip(f"of-them-urgent{ending}")


def _count(number: int) -> CatalogueClip:
    return _clip(f"n-{number}" if 1 <= number <= COUNT_MAX else "n-more")


def _clip(name: str) -> CatalogueClip:
    return CatalogueClip(f"mailbox-{name}")
