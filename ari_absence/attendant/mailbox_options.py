"""Key 0: the own name as it is spoken, a greeting for each kind of absence, the PIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ari_absence.attendant.call import RecordingTerms
from ari_absence.attendant.mailbox_talk import MailboxTalk
from ari_absence.attendant.own_recording import OwnRecording, record_own
from ari_absence.core.greetings import STAR_CODE_KINDS, Greeting, GreetingKind, coming_day
from ari_absence.core.localtime import instant_of_local
from ari_absence.core.mailbox_phrases import GreetingPlayedUntil, MailboxPhrase, NameIs
from ari_absence.core.phrases import DayPart, Fixed, MessageAudio, Moment, Name, Phrase
from ari_absence.core.pins import PinFlaw
from ari_absence.errors import CallError, LedgerError, SpeechError

OTHERS = "9"
ROUNDS_MAX = 20  # who goes round and round in the options is a stuck key
NAME_SECONDS_MAX = 10
NAME_MIN_SECONDS = 0.4  # "Ito" is a name
GREETING_SECONDS_MAX = 60
GREETING_MIN_SECONDS = 2.0
DAY_TRIES = 3
PIN_TRIES = 3
PIN_DIGITS_MAX = 20  # more than a PIN may have, so that one too long is told so

_FLAWS = {
    PinFlaw.TOO_SHORT: MailboxPhrase.PIN_TOO_SHORT,
    PinFlaw.TOO_LONG: MailboxPhrase.PIN_TOO_LONG,
    PinFlaw.NOT_DIGITS: MailboxPhrase.PIN_NOT_DIGITS,
    PinFlaw.RUN: MailboxPhrase.PIN_RUN,
    PinFlaw.REPEAT: MailboxPhrase.PIN_REPEAT,
    PinFlaw.OWN_EXTENSION: MailboxPhrase.PIN_OWN_EXTENSION,
}


async def options(talk: MailboxTalk) -> None:
    """1 greetings, 3 name, 5 PIN, * back; silence goes back, too."""
    for _ in range(ROUNDS_MAX):
        match await talk.ask(MailboxPhrase.OPTIONS):
            case "1":
                await _greetings(talk)
            case "3":
                await _name(talk)
            case "5":
                await _change_pin(talk)
            case None | "*":
                return
            case _:
                talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))


# -- the name


async def _name(talk: MailboxTalk) -> None:
    """1 record, 2 listen, 3 delete, * back; what is not recorded is not offered to be deleted."""
    for _ in range(ROUNDS_MAX):
        match await talk.ask(MailboxPhrase.NAME_MENU if await _has_name(talk) else MailboxPhrase.NAME_NONE):
            case "1":
                await _record_name(talk)
            case "2":
                talk.news.append(NameIs(Name.of(talk.owner)))
            case "3":
                await talk.done(_delete_name(talk), [MailboxPhrase.NAME_DELETED])
            case None | "*":
                return
            case _:
                talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))


async def _has_name(talk: MailboxTalk) -> bool:
    try:
        return await talk.book.has_name(talk.owner.extension)
    except LedgerError:
        return False


async def _record_name(talk: MailboxTalk) -> None:
    terms = RecordingTerms(NAME_SECONDS_MAX, silence_seconds=2)
    invitation, review = Fixed(Phrase.NAME_AFTER_TONE), MailboxPhrase.NAME_REVIEW
    take = await record_own(talk, invitation, review, terms, NAME_MIN_SECONDS)
    if take is None:
        talk.news.append(MailboxPhrase.NOT_RECORDED)
        return
    try:
        await talk.book.keep_name(talk.owner.extension, take.audio)
        talk.news.append(MailboxPhrase.NAME_KEPT)
    except (LedgerError, SpeechError):
        talk.news.append(MailboxPhrase.NOT_DONE)
    finally:
        await talk.book.discard(take.recording, take.audio)


async def _delete_name(talk: MailboxTalk) -> bool:
    """Nothing to delete is as good as deleted."""
    await talk.book.delete_name(talk.owner.extension)
    return True


# -- the greetings


async def _greetings(talk: MailboxTalk) -> None:
    """Choose the kind of absence by the last digit of its star code; three are named, 9 names the others."""
    kinds = MailboxPhrase.GREETING_KINDS
    for _ in range(ROUNDS_MAX):
        key = await talk.ask(kinds)
        if key in (None, "*"):
            return
        kinds = MailboxPhrase.MORE_GREETING_KINDS if key == OTHERS else MailboxPhrase.GREETING_KINDS
        if key == OTHERS:
            continue
        kind = STAR_CODE_KINDS.get(key or "")
        if kind is None:
            talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))
        else:
            await _greeting(talk, kind)


async def _greeting(talk: MailboxTalk, kind: GreetingKind) -> None:
    """1 record, 2 listen, 3 delete, * back; of one that is over only the first is offered."""
    for _ in range(ROUNDS_MAX):
        there = next(
            (each for each in talk.greetings if each.kind is kind and each.in_force(talk.now())), None
        )
        key = await talk.ask(MailboxPhrase.GREETING_MENU if there else MailboxPhrase.GREETING_NONE)
        if key in (None, "*"):
            return
        if key == "1":
            await _record_greeting(talk, kind)
        elif key == "2" and there:
            await _play_greeting(talk, there)
        elif key == "3" and there:
            await _delete_greeting(talk, kind)
        else:
            talk.news.append(Fixed(Phrase.NOT_UNDERSTOOD))


async def _play_greeting(talk: MailboxTalk, greeting: Greeting) -> None:
    try:
        async with talk.book.lend(greeting.audio_id) as audio:
            await talk.tell(MessageAudio(audio.audio_id))
    except SpeechError:
        talk.news.append(MailboxPhrase.NOT_PLAYABLE)
    if greeting.expires_at is not None:
        last_day = (greeting.expires_at - timedelta(seconds=1)).astimezone(talk.zone).date()
        talk.news.append(_played_until(talk, last_day))


async def _delete_greeting(talk: MailboxTalk, kind: GreetingKind) -> None:
    deleted = talk.book.delete_greeting(talk.owner.extension, kind)
    if await talk.done(deleted, [MailboxPhrase.GREETING_DELETED]):
        talk.greetings = tuple(each for each in talk.greetings if each.kind is not kind)


async def _record_greeting(talk: MailboxTalk, kind: GreetingKind) -> None:
    terms = RecordingTerms(GREETING_SECONDS_MAX, talk.limits.message_silence_seconds)
    invitation, review = MailboxPhrase.GREETING_AFTER_TONE, MailboxPhrase.GREETING_REVIEW
    take = await record_own(talk, invitation, review, terms, GREETING_MIN_SECONDS)
    if take is None:
        talk.news.append(MailboxPhrase.NOT_RECORDED)
        return
    try:
        term = await _ask_term(talk)
    except CallError:  # it was to be kept, but nobody has said for how long
        await talk.book.discard(take.recording, take.audio)
        raise
    if term is None:
        talk.news.append(MailboxPhrase.NOT_RECORDED)
        await talk.book.discard(take.recording, take.audio)
    else:
        await _keep_greeting(talk, kind, take, term.last_day)


@dataclass(frozen=True, slots=True)
class _Term:
    """The last day on which callers hear a greeting; None: it has no end."""

    last_day: date | None


async def _ask_term(talk: MailboxTalk) -> _Term | None:
    """For how long it is played; None after three days that are none: it must not go on for ever by mistake."""
    today = talk.now().astimezone(talk.zone).date()
    for _ in range(DAY_TRIES):
        digits = await talk.ask_digits(4, MailboxPhrase.GREETING_UNTIL)
        if not digits:
            return _Term(None)
        day = coming_day(digits, today)
        if day is not None:
            return _Term(day)
        talk.news.append(MailboxPhrase.NOT_A_COMING_DAY)
    return None


async def _keep_greeting(
    talk: MailboxTalk, kind: GreetingKind, take: OwnRecording, last_day: date | None
) -> None:
    expires_at = _end_of(last_day, talk) if last_day else None
    try:
        greeting = await talk.book.keep_greeting(talk.owner.extension, kind, take.audio, expires_at, talk.by)
    except LedgerError:
        talk.news.append(MailboxPhrase.NOT_DONE)
        await talk.book.discard(take.recording, take.audio)
        return
    talk.greetings = (*(each for each in talk.greetings if each.kind is not kind), greeting)
    until = [_played_until(talk, last_day)] if last_day else []
    talk.news += [MailboxPhrase.GREETING_KEPT, *until]


def _end_of(day: date, talk: MailboxTalk) -> datetime:
    return instant_of_local(day + timedelta(days=1), 0, talk.zone).astimezone(UTC)


def _played_until(talk: MailboxTalk, last_day: date) -> GreetingPlayedUntil:
    noon = datetime(last_day.year, last_day.month, last_day.day, 12)  # noqa: DTZ001 -- wall-clock, the day alone is said
    named = Moment.seen_from(talk.now().astimezone(talk.zone).date(), noon)
    return GreetingPlayedUntil(Moment(named.day_word, last_day, 12, 0, DayPart.NOON, time_known=False))


# -- the PIN


async def _change_pin(talk: MailboxTalk) -> None:
    """Twice the same new PIN that is not too easily guessed, or the old one stays."""
    for _ in range(PIN_TRIES):
        refused = await _try_pin(talk)
        if refused is None:
            talk.news.append(MailboxPhrase.PIN_CHANGED)
            return
        talk.news.append(refused)
    talk.news.append(MailboxPhrase.PIN_NOT_CHANGED)


async def _try_pin(talk: MailboxTalk) -> MailboxPhrase | None:
    pin = await talk.ask_digits(PIN_DIGITS_MAX, MailboxPhrase.NEW_PIN)
    if (flaw := talk.pins.flaw_of(talk.owner.extension, pin)) is not None:
        return _FLAWS[flaw]
    if pin != await talk.ask_digits(PIN_DIGITS_MAX, MailboxPhrase.NEW_PIN_AGAIN):
        return MailboxPhrase.PINS_DIFFER
    try:
        flaw = await talk.pins.change(talk.owner.extension, pin)
    except LedgerError:
        return MailboxPhrase.NOT_DONE
    return None if flaw is None else _FLAWS[flaw]
