"""Key 1: the message. A place is reserved before the beep; "saved" is said after the commit.

A caller who hangs up in the middle of the message has left it: what was recorded is saved as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.attendant.call import Recording, RecordingEnd
from ari_absence.attendant.notebook import AudioFault, KeptAudio, MessageDraft, Outcome, Wish
from ari_absence.attendant.talk import Talk
from ari_absence.core.phrases import Action, Fixed, Phrase
from ari_absence.errors import CallerGone, CallerReplaced, DiskFull, EffectFailed, LedgerError

SEND, LISTEN, AGAIN, URGENT = "1", "2", "3", "4"
EMPTY_RECORDINGS = 3  # after three recordings with nothing in them a note serves the caller better
RETAKES = 10  # nobody needs more; a stuck key must not record for ever
REVIEW_ROUNDS = 12  # as above
SILENT_REVIEWS = 2  # silence twice after a message means it may go

_COMPLAINT = {AudioFault.TOO_SHORT: Phrase.TOO_SHORT, AudioFault.SILENT: Phrase.NOTHING_HEARD}


@dataclass(slots=True)
class Take:
    """One recording of the message, and what the caller made of it in the review."""

    recording: Recording
    audio: KeptAudio
    urgent: bool = False
    accepted: bool = True
    silent_reviews: int = 0


async def take_message(talk: Talk, *, urgent: bool = False, straight: bool = False) -> Outcome | None:
    """Record, let the caller review, save, confirm. None: the mailbox is full, back to the menu.

    ``urgent``: the caller has said so already; the review can still take it back. ``straight``: the caller knows
    what to do after the tone, and is told nothing before it.
    """
    try:
        if not await _has_place(talk):
            return None
    except DiskFull:  # said before anybody speaks for minutes to a full disk
        return await _note_instead(talk, Phrase.CANNOT_RECORD)
    if not straight:
        withheld = talk.call.caller.withheld
        await _invite(talk, Phrase.MESSAGE_AFTER_TONE_WITH_NUMBER if withheld else Phrase.MESSAGE_AFTER_TONE)
    try:
        take = await _accepted_take(talk, urgent=urgent)
    except EffectFailed:
        return await _note_instead(talk, Phrase.CANNOT_RECORD)
    except LedgerError:
        return await _note_instead(talk, Phrase.MESSAGE_NOT_SAVED)
    return await _save(talk, take) if take else await _note_instead(talk, Phrase.CALL_NOTED)


async def _invite(talk: Talk, *phrases: Phrase) -> None:
    """Ask for the message; the key that leads straight to the tone does so here, too."""
    beep = next((offer.key for offer in talk.decision.offers if offer.action is Action.BEEP), "")
    await talk.call.say(*map(Fixed, phrases), skip=beep)


async def _has_place(talk: Talk) -> bool:
    try:
        has_place = await talk.notebook.reserve_place(talk.call.call_id, talk.call.extension)
    except DiskFull:
        raise
    except LedgerError:
        return True  # the recording itself will show whether anything can be kept
    if not has_place:
        talk.gone_from_menu |= {Action.MESSAGE, Action.BEEP}
        await talk.say(Phrase.BOX_FULL)
    return has_place


async def _accepted_take(talk: Talk, *, urgent: bool) -> Take | None:
    """The take the caller agrees with; None if there was nothing in any of them."""
    for _ in range(RETAKES):
        take = await _take_with_something_in_it(talk)
        if take is None:
            return None
        take.urgent = urgent
        if await _is_accepted(talk, take):
            return take
        urgent = take.urgent
        await talk.notebook.discard(take.recording, take.audio)
        await _invite(talk, Phrase.MESSAGE_AFTER_TONE)
    return None


async def _take_with_something_in_it(talk: Talk) -> Take | None:
    for left in reversed(range(EMPTY_RECORDINGS)):
        recording = await talk.call.record(talk.message_terms())
        audio = await _kept(talk, recording)
        if isinstance(audio, KeptAudio):
            return Take(recording, audio)
        if left:  # "please try again" would be a lie after the last one
            await _invite(talk, _COMPLAINT[audio], Phrase.MESSAGE_AFTER_TONE)
    return None


async def _kept(talk: Talk, recording: Recording) -> KeptAudio | AudioFault:
    """Keep it. Of a caller who hung up in the beep there is nothing to be fetched: they are gone, no more."""
    try:
        return await talk.notebook.keep(recording, talk.limits.message_min_seconds)
    except LedgerError as error:
        if recording.ended_by is RecordingEnd.HANGUP:
            raise CallerGone("the caller has hung up, and no message could be kept") from error
        raise


async def _is_accepted(talk: Talk, take: Take) -> bool:
    """The review: 1 send, 2 listen, 3 again, 4 urgent on and off. Whoever hangs up here has sent it."""
    try:
        await _review(talk, take)
    except (CallerGone, EffectFailed):
        take.accepted = True
    except CallerReplaced:  # these were the words of who transferred the call away
        await talk.notebook.discard(take.recording, take.audio)
        raise
    return take.accepted


async def _review(talk: Talk, take: Take) -> None:
    news = [Phrase.MESSAGE_AT_LIMIT] if take.recording.ended_by is RecordingEnd.LIMIT else []
    for _ in range(REVIEW_ROUNDS):
        menu = Phrase.REVIEW_MENU_URGENT if take.urgent else Phrase.REVIEW_MENU
        key = await talk.ask(*news, menu)
        if key == LISTEN:
            key = await talk.call.play(take.recording)
        if key == SEND or (key is None and _is_silent_again(take)):
            return
        if key == AGAIN:
            take.accepted = False
            return
        news = await _answer_to(talk, key, take)


def _is_silent_again(take: Take) -> bool:
    take.silent_reviews += 1
    return take.silent_reviews >= SILENT_REVIEWS


async def _answer_to(talk: Talk, key: str | None, take: Take) -> list[Phrase]:
    if key == URGENT:
        take.urgent = not take.urgent
        await talk.mark_urgent(urgent=take.urgent)
        return [Phrase.MARKED_URGENT if take.urgent else Phrase.URGENT_REMOVED]
    return [] if key in (None, LISTEN) else [Phrase.NOT_UNDERSTOOD]


async def _save(talk: Talk, take: Take) -> Outcome:
    due, talk.urgent = talk.decision.promise, take.urgent
    try:
        await talk.notebook.save_message(MessageDraft(talk.decision, take.audio, take.urgent, due))
    except LedgerError:
        return await _note_instead(talk, Phrase.MESSAGE_NOT_SAVED)
    talk.settled = Outcome.MESSAGE
    return await talk.take_leave(Outcome.MESSAGE, Phrase.MESSAGE_SAVED, *talk.promise())


async def _note_instead(talk: Talk, explanation: Phrase) -> Outcome:
    """No message, but the call is not forgotten."""
    note = talk.callback(Wish.JUST_CALLED, talk.call.caller.number)
    return await talk.write_down(note, Outcome.JUST_CALLED, explanation)
