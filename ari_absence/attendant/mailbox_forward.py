"""Key 8: a message goes on to a colleague or a team, with an introduction if its sender likes."""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.attendant.call import RecordingTerms
from ari_absence.attendant.mailbox_book import ForwardDraft, Forwarded
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.attendant.own_recording import OwnRecording, record_own
from ari_absence.core.desk_phrases import DeskUtterance
from ari_absence.core.mailbox_phrases import ForwardingTo, MailboxPhrase, TeamChoice
from ari_absence.core.people import Team
from ari_absence.core.phrases import Name
from ari_absence.errors import LedgerError

WITH_INTRODUCTION, AS_IT_IS = "1", "2"
TEAM = "*"
EXTENSION_DIGITS_MAX = 12
TRIES = 3
INTRODUCTION_SECONDS_MAX = 60
TEAMS_MAX = 9  # one key each
MIN_SECONDS = 1.0

_TOLD = {
    (True, False): MailboxPhrase.FORWARDED,
    (True, True): MailboxPhrase.FORWARDED_NOT_TO_ALL,
    (False, True): MailboxPhrase.MAILBOX_THERE_FULL,
    (False, False): MailboxPhrase.NO_LONGER_THERE,
}


@dataclass(frozen=True, slots=True)
class Recipients:
    """To whom it goes: the name that is said, and their extensions."""

    name: Name
    extensions: tuple[str, ...]


async def forward(talk: MailboxTalk) -> None:
    """Ask to whom, record an introduction, send."""
    letter = talk.letter
    if talk.is_deleted:  # it could be sent to nobody: that is said before anybody speaks an introduction
        talk.news.append(MailboxPhrase.NOT_FORWARDED)
        return
    recipients = await _choose(talk)
    if letter is None or recipients is None:
        talk.news.append(MailboxPhrase.NOT_FORWARDED)
        return
    introduction: OwnRecording | None = None
    match await talk.ask(ForwardingTo(recipients.name), MailboxPhrase.FORWARD_MENU):
        case "1":
            introduction = await _introduction(talk)
            wanted = introduction is not None
        case key:
            wanted = key == AS_IT_IS
    if not wanted:
        talk.news.append(MailboxPhrase.NOT_FORWARDED)
        return
    await _send(talk, letter.message_id, recipients, introduction)


async def _introduction(talk: MailboxTalk) -> OwnRecording | None:
    terms = RecordingTerms(INTRODUCTION_SECONDS_MAX, talk.limits.message_silence_seconds)
    review = MailboxPhrase.INTRODUCTION_REVIEW
    return await record_own(talk, MailboxPhrase.INTRODUCE_AFTER_TONE, review, terms, MIN_SECONDS)


async def _send(
    talk: MailboxTalk, message_id: str, recipients: Recipients, introduction: OwnRecording | None
) -> None:
    audio = introduction.audio if introduction else None
    draft = ForwardDraft(message_id, talk.owner.extension, recipients.extensions, audio)
    try:
        sent = await talk.book.forward(draft)
    except LedgerError:
        talk.news.append(MailboxPhrase.NOT_DONE)
    else:
        talk.news.append(_told(sent))
    finally:
        if introduction is not None:  # what was sent has a copy of its own
            await talk.book.discard(introduction.recording, introduction.audio)


def _told(sent: Forwarded) -> MailboxPhrase:
    return _TOLD[bool(sent.sent), bool(sent.full)]


# -- to whom


async def _choose(talk: MailboxTalk) -> Recipients | None:
    """Somebody by their extension, or a team; None: nobody, after three tries."""
    teams = [team for team in talk.directory.teams.values() if _others(talk, team)][:TEAMS_MAX]
    question = MailboxPhrase.FORWARD_TO if teams else MailboxPhrase.FORWARD_TO_EXTENSION
    for _ in range(TRIES):
        first = await talk.ask(question)
        if first in (None, "#"):
            return None
        if first == TEAM and teams:
            return await _choose_team(talk, teams)
        found = await _by_extension(talk, first or "")
        if isinstance(found, Recipients):
            return found
        talk.news.append(found)
    return None


async def _by_extension(talk: MailboxTalk, first: str) -> Recipients | MailboxPhrase:
    extension = first + await talk.ask_digits(EXTENSION_DIGITS_MAX)
    if extension == talk.owner.extension:
        return MailboxPhrase.OWN_MAILBOX
    name = talk.name_of(extension)
    return Recipients(name, (extension,)) if name else MailboxPhrase.NO_SUCH_EXTENSION


async def _choose_team(talk: MailboxTalk, teams: list[Team]) -> Recipients | None:
    choices: list[DeskUtterance] = [
        TeamChoice(Name.of(team), str(key)) for key, team in enumerate(teams, start=1)
    ]
    key = await talk.ask(MailboxPhrase.TEAMS, *choices)
    if key is None or not key.isdigit() or not 1 <= int(key) <= len(teams):
        return None
    team = teams[int(key) - 1]
    return Recipients(Name.of(team), _others(talk, team))


def _others(talk: MailboxTalk, team: Team) -> tuple[str, ...]:
    """The members who would get it: not its sender, and nobody who has left."""
    people = talk.directory.people
    return tuple(each for each in team.members if each != talk.owner.extension and each in people)
