"""English grammar: which clips, in which order, say an utterance.

As few joins as possible, and those where a speaker breathes: after the name, before the day, before the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType, ModuleType

from ari_absence.core.people import Directory, Person, SiteAnswer, Team
from ari_absence.core.phrases import (
    AbsenceClass,
    Action,
    CallerNamed,
    CallerNumber,
    CallFor,
    CallPromise,
    Choice,
    ConnectingWith,
    Fixed,
    IsBack,
    MayNote,
    MessageAudio,
    MessageFor,
    Name,
    OwnGreeting,
    PublishedAnswer,
    QuestionChoice,
    Reaching,
    ReadBack,
    Recorded,
    TriedToCall,
    UrgentMessageFor,
    Welcome,
    Whereabouts,
)
from ari_absence.speech import english_catalogue as words
from ari_absence.speech import english_mailbox, english_reception, english_status
from ari_absence.speech.english_parts import (
    around,
    dashed,
    digit_clips,
    due_clips,
    grouped,
    key_name,
    moment_clips,
    name_clip,
    note_clip,
    takes_by,
)
from ari_absence.speech.language import (
    AnyUtterance,
    CatalogueClip,
    Clip,
    CustomClip,
    LentClip,
    NoteClip,
    OwnClip,
    RecordedClip,
    slug,
)

# What is said to the people of the house at their own phones, a file for each room of their conversations.
_DESK_ROOMS = (english_status, english_mailbox, english_reception)


class English:
    """American English."""

    code = "en"

    @property
    def catalogue(self) -> Mapping[str, str]:
        """Every clip that ships, by id, with its text."""
        return _catalogue()

    def clips(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        """The clips that say ``utterance``, in order."""
        room = _desk_room(utterance)
        return tuple(room.clips(utterance) if room else _clips(utterance))

    def simpler(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        """The same without the return, the name or the time: less, but true."""
        room = _desk_room(utterance)
        return tuple(room.simpler(utterance) if room else _simpler(utterance))

    def text(self, utterance: AnyUtterance) -> str:
        """What is said, as prose; a placeholder for what may not be written."""
        return prose(self._text_of(clip) for clip in self.clips(utterance))

    def custom_clips(self, directory: Directory) -> tuple[OwnClip, ...]:
        """The welcome, all names, the site's questions with their answers, and what delegates may do."""
        bearers: list[Person | Team] = [*directory.people.values(), *directory.teams.values()]
        names = [name_clip(Name.of(bearer), "somebody") for bearer in bearers]
        answers = [clip for answer in directory.site.answers for clip in (_title(answer), _answer(answer))]
        notes = [
            note_clip(each.may, f"may-{each.extension}") for each in directory.people.values() if each.may
        ]
        return (_welcome(Name.of(directory.site)), *names, *answers, *notes)

    def _text_of(self, clip: Clip) -> str:
        match clip:
            case CatalogueClip(name):
                return self.catalogue[name]
            case CustomClip():
                return clip.text
            case NoteClip():
                return words.UNWRITTEN_NOTE
            case RecordedClip():
                return words.UNWRITTEN_RECORDING
            case LentClip():
                return words.UNWRITTEN_MESSAGE


def prose(texts: Iterable[str]) -> str:
    """Clips' texts as sentences: single spaces, a capital after each full stop."""
    joined = " ".join(text.strip() for text in texts if text.strip())
    return re.sub(r"(^|[.?!] )([a-z])", lambda found: found[1] + found[2].upper(), joined)


@cache
def _catalogue() -> Mapping[str, str]:
    rooms = {clip: text for room in _DESK_ROOMS for clip, text in room.CATALOGUE.items()}
    return MappingProxyType({**words.catalogue(), **rooms})


def _desk_room(utterance: AnyUtterance) -> ModuleType | None:
    return next((room for room in _DESK_ROOMS if isinstance(utterance, room.SPOKEN)), None)


def _clips(utterance: AnyUtterance) -> Iterator[Clip]:
    match utterance:
        case Fixed(phrase):
            yield CatalogueClip(f"say-{dashed(phrase.value)}")
        case Welcome(company):
            yield _welcome(company)
        case Whereabouts():
            yield from _whereabouts(utterance)
        case OwnGreeting(greeting):
            yield LentClip(greeting.audio_id, ())
        case CallPromise() | TriedToCall():
            yield from _promise(utterance)
        case Choice():
            yield from _choice(utterance)
        case ReadBack(digits):
            yield CatalogueClip("number-is" if grouped(digits) else "say-not-a-number")
            yield from digit_clips(digits)
        case QuestionChoice(key, answer):
            yield _title(answer)
            yield CatalogueClip(f"press-{key_name(key)}")
        case PublishedAnswer(answer):
            yield _answer(answer)
        case _:
            yield from _while_reaching(utterance)


def _while_reaching(utterance: AnyUtterance) -> Iterator[Clip]:
    """What the caller hears while somebody is rung, and what those hear who are."""
    match utterance:
        case Reaching(who):
            yield from around("reaching", name_clip(who, "somebody"))
        case ConnectingWith(who):
            yield from around("connecting-with", name_clip(who, "a-colleague"))
        case CallFor(whom):
            yield from around("call-for", name_clip(whom, "a-colleague"))
        case CallerNamed(who) | IsBack(who):
            yield name_clip(who, "a-colleague")
            yield CatalogueClip("is-back" if isinstance(utterance, IsBack) else "is-calling")
        case CallerNumber(digits):
            yield CatalogueClip("their-number-is" if grouped(digits) else "say-caller-withheld")
            yield from digit_clips(digits)
        case Recorded(name):
            yield RecordedClip(name)
        case MayNote(note):
            yield note_clip(note)
        case UrgentMessageFor(whom) | MessageFor(whom):
            yield from around(_message_for(utterance), name_clip(whom, "a-colleague"))
        case MessageAudio(audio_id):
            yield LentClip(audio_id, (CatalogueClip("cannot-be-played"),))


def _message_for(utterance: UrgentMessageFor | MessageFor) -> str:
    return "urgent-message-for" if isinstance(utterance, UrgentMessageFor) else "message-for"


def _simpler(utterance: AnyUtterance) -> Iterator[Clip]:
    match utterance:
        case OwnGreeting(instead=whereabouts):
            yield from _whereabouts(whereabouts)
        case Whereabouts(absence_class=AbsenceClass.OFFICE_CLOSED):
            yield CatalogueClip("office-closed")
        case Whereabouts(absence_class=absence):
            yield CatalogueClip("somebody")
            yield CatalogueClip(f"who-{dashed(absence.value)}")
        case CallPromise():
            yield CatalogueClip("say-callback-noted")
        case TriedToCall():
            yield CatalogueClip("tried-to-call")
        case Choice(key, action):
            yield CatalogueClip(f"for-{dashed(action.value)}")
            yield CatalogueClip(f"press-{key_name(key)}")
        case ReadBack():
            yield CatalogueClip("say-enter-number")
        case Fixed() | Welcome() | QuestionChoice() | PublishedAnswer():
            yield CatalogueClip("say-sorry-fault")
        case _:
            yield from _simpler_while_reaching(utterance)


def _simpler_while_reaching(utterance: AnyUtterance) -> Iterator[Clip]:
    match utterance:
        case Reaching():
            yield CatalogueClip("say-reaching-somebody")
        case ConnectingWith():
            yield CatalogueClip("say-connecting")
        case CallFor():
            yield CatalogueClip("say-call-for-you")
        case CallerNamed():
            yield CatalogueClip("a-colleague")
            yield CatalogueClip("is-calling")
        case IsBack():
            yield CatalogueClip("a-colleague")
            yield CatalogueClip("is-back")
        case UrgentMessageFor() | MessageFor():
            yield from around(_message_for(utterance), CatalogueClip("a-colleague"))
        case _:
            yield CatalogueClip("cannot-be-played")


def _whereabouts(said: Whereabouts) -> Iterator[Clip]:
    stem = f"who-{dashed(said.absence_class.value)}"
    if said.absence_class is AbsenceClass.OFFICE_CLOSED:
        yield CatalogueClip("office-closed")
        if said.back is None and not said.shortly:
            return
        stem = "who-back"
    yield name_clip(said.who, "somebody")
    if said.shortly:
        yield CatalogueClip(f"{stem}-shortly")
    elif said.back is not None:
        yield CatalogueClip(f"{stem}-until")
        yield from moment_clips(said.back)
    else:
        yield CatalogueClip(stem)


def _promise(said: CallPromise | TriedToCall) -> Iterator[Clip]:
    """What will be done, or was tried, for somebody who is owed a call."""
    if isinstance(said, TriedToCall):
        yield CatalogueClip("tried-to-call-at" if said.at else "tried-to-call")
        yield from moment_clips(said.at) if said.at else ()
        return
    yield name_clip(said.who, "somebody")
    yield CatalogueClip("who-calls-by" if takes_by(said.due) else "who-calls-latest")
    yield from due_clips(said.due)


def _choice(choice: Choice) -> Iterator[Clip]:
    stem = f"for-{dashed(choice.action.value)}{'-again' if choice.again else ''}"
    if choice.action is Action.COLLEAGUE and choice.colleague is not None:
        yield name_clip(choice.colleague, "a-colleague")
        stem = "can-help"
    if choice.action is Action.CAMP_ON and choice.colleague is not None:
        yield CatalogueClip("camp-on-when")
        yield name_clip(choice.colleague, "a-colleague")
        stem = "camp-on-back"
    if words.DEFAULT_KEYS[choice.action] == choice.key:
        yield CatalogueClip(f"{stem}-default")
    else:
        yield CatalogueClip(stem)
        yield CatalogueClip(f"press-{key_name(choice.key)}")


def _welcome(company: Name) -> CustomClip:
    return CustomClip(f"Thank you for calling {company.text}.", "welcome", (CatalogueClip("welcome"),))


def _title(answer: SiteAnswer) -> CustomClip:
    text = f"For {answer.title.strip().rstrip('.')},"
    return CustomClip(text, f"title-{slug(answer.title)}", (CatalogueClip("some-question"),))


def _answer(answer: SiteAnswer) -> CustomClip:
    return CustomClip(answer.text, f"answer-{slug(answer.title)}", (CatalogueClip("no-answer-known"),))
