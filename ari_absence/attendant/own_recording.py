"""Something that the owner of a mailbox records: an introduction, a greeting, the own name. Recorded, heard, redone."""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.attendant.call import Recording, RecordingEnd, RecordingTerms
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.attendant.notebook import KeptAudio
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.mailbox_phrases import MailboxPhrase
from ari_absence.errors import CallerGone, EffectFailed, LedgerError

KEEP, LISTEN, AGAIN, AWAY = "1", "2", "3", "*"
TAKES_MAX = 5  # nobody needs more; a stuck key must not record for ever
REVIEW_ROUNDS = 12  # as above


@dataclass(frozen=True, slots=True)
class OwnRecording:
    """What was recorded: in Asterisk, and our own copy."""

    recording: Recording
    audio: KeptAudio


async def record_own(
    talk: MailboxTalk,
    invitation: DeskUtterance,
    review: DeskUtterance,
    terms: RecordingTerms,
    min_seconds: float,
) -> OwnRecording | None:
    """Record until its speaker is content with it; None: nothing is to be kept, and nothing is.

    Whoever hangs up before has not decided: then nothing is kept either.
    """
    for _ in range(TAKES_MAX):
        take = await _take(talk, invitation, terms, min_seconds)
        if take is None:
            continue
        try:
            verdict = await _review(talk, take, review)
        except (CallerGone, EffectFailed):
            await talk.book.discard(take.recording, take.audio)
            raise
        if verdict == KEEP:
            return take
        await talk.book.discard(take.recording, take.audio)
        if verdict != AGAIN:
            return None
    return None


async def _take(
    talk: MailboxTalk, invitation: DeskUtterance, terms: RecordingTerms, min_seconds: float
) -> OwnRecording | None:
    news, talk.news = talk.news, []
    await talk.call.say(*news, invitation)
    recording = await talk.call.record(terms)
    try:
        kept = await talk.book.keep(recording, min_seconds)
    except LedgerError:
        if recording.ended_by is not RecordingEnd.HANGUP:
            talk.news.append(MailboxPhrase.NOT_DONE)
        return None
    if isinstance(kept, KeptAudio):
        return OwnRecording(recording, kept)
    talk.news.append(MailboxPhrase.TOO_SHORT)
    return None


async def _review(talk: MailboxTalk, take: OwnRecording, review: DeskUtterance) -> str | None:
    """The key that decides; None: silence did, and three rounds of it throw it away."""
    silent_rounds = 0
    for _ in range(REVIEW_ROUNDS):
        key = await talk.ask(review)
        if key == LISTEN:
            key = await talk.call.play(take.recording)
        if key in (KEEP, AGAIN, AWAY):
            return key
        silent_rounds += key is None
        if silent_rounds == talk.limits.menu_rounds:
            return None
    return None
