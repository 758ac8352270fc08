"""English grammar: which clips, in which order, say an utterance.

As few joins as possible, and those where a speaker breathes: after the name, before the day, before the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from ari_absence.core.facts import PrivateNote
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
    DayPart,
    DayWord,
    Fixed,
    MayNote,
    MessageAudio,
    Moment,
    Name,
    PublishedAnswer,
    QuestionChoice,
    Reaching,
    ReadBack,
    Recorded,
    UrgentMessageFor,
    Welcome,
    Whereabouts,
)
from ari_absence.speech import english_catalogue as words
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

GROUP, LAST_GROUP = 3, 4  # a listener keeps three or four digits in mind at once


class English:
    """American English."""

    code = "en"

    @property
    def catalogue(self) -> Mapping[str, str]:
        """Every clip that ships, by id, with its text."""
        return words.catalogue()

    def clips(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        """The clips that say ``utterance``, in order."""
        return tuple(_clips(utterance))

    def simpler(self, utterance: AnyUtterance) -> tuple[Clip, ...]:
        """The same without the return, the name or the time: less, but true."""
        return tuple(_simpler(utterance))

    def text(self, utterance: AnyUtterance) -> str:
        """What is said, as prose; a placeholder for what may not be written."""
        return prose(self._text_of(clip) for clip in self.clips(utterance))

    def custom_clips(self, directory: Directory) -> tuple[OwnClip, ...]:
        """The welcome, all names, the site's questions with their answers, and what delegates may do."""
        bearers: list[Person | Team] = [*directory.people.values(), *directory.teams.values()]
        names = [_name(Name.of(bearer), "somebody") for bearer in bearers]
        answers = [clip for answer in directory.site.answers for clip in (_title(answer), _answer(answer))]
        notes = [_note(each.may, f"may-{each.extension}") for each in directory.people.values() if each.may]
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


def _clips(utterance: AnyUtterance) -> Iterator[Clip]:
    match utterance:
        case Fixed(phrase):
            yield CatalogueClip(f"say-{_dashed(phrase.value)}")
        case Welcome(company):
            yield _welcome(company)
        case Whereabouts():
            yield from _whereabouts(utterance)
        case CallPromise(who, due):
            yield _name(who, "somebody")
            yield from _promise(due)
        case Choice():
            yield from _choice(utterance)
        case ReadBack(digits):
            yield CatalogueClip("number-is" if grouped(digits) else "say-not-a-number")
            yield from _digits(digits)
        case QuestionChoice(key, answer):
            yield _title(answer)
            yield CatalogueClip(f"press-{_key_name(key)}")
        case PublishedAnswer(answer):
            yield _answer(answer)
        case _:
            yield from _while_reaching(utterance)


def _while_reaching(utterance: AnyUtterance) -> Iterator[Clip]:
    """What the caller hears while somebody is rung, and what those hear who are."""
    match utterance:
        case Reaching(who):
            yield from _around("reaching", _name(who, "somebody"))
        case ConnectingWith(who):
            yield from _around("connecting-with", _name(who, "a-colleague"))
        case CallFor(whom):
            yield from _around("call-for", _name(whom, "a-colleague"))
        case CallerNamed(who):
            yield _name(who, "a-colleague")
            yield CatalogueClip("is-calling")
        case CallerNumber(digits):
            yield CatalogueClip("their-number-is" if grouped(digits) else "say-caller-withheld")
            yield from _digits(digits)
        case Recorded(name):
            yield RecordedClip(name)
        case MayNote(note):
            yield _note(note)
        case UrgentMessageFor(whom):
            yield from _around("urgent-message-for", _name(whom, "a-colleague"))
        case MessageAudio(audio_id):
            yield LentClip(audio_id, (CatalogueClip("cannot-be-played"),))


def _around(stem: str, name: Clip) -> Iterator[Clip]:
    """A sentence with a name inside it: a name is spoken as if going on, and can't end one."""
    yield CatalogueClip(stem)
    yield name
    yield CatalogueClip(f"{stem}-end")


def _simpler(utterance: AnyUtterance) -> Iterator[Clip]:
    match utterance:
        case Whereabouts(absence_class=AbsenceClass.OFFICE_CLOSED):
            yield CatalogueClip("office-closed")
        case Whereabouts(absence_class=absence):
            yield CatalogueClip("somebody")
            yield CatalogueClip(f"who-{_dashed(absence.value)}")
        case CallPromise():
            yield CatalogueClip("say-callback-noted")
        case Choice(key, action):
            yield CatalogueClip(f"for-{_dashed(action.value)}")
            yield CatalogueClip(f"press-{_key_name(key)}")
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
        case UrgentMessageFor():
            yield from _around("urgent-message-for", CatalogueClip("a-colleague"))
        case _:
            yield CatalogueClip("cannot-be-played")


def _whereabouts(said: Whereabouts) -> Iterator[Clip]:
    stem = f"who-{_dashed(said.absence_class.value)}"
    if said.absence_class is AbsenceClass.OFFICE_CLOSED:
        yield CatalogueClip("office-closed")
        if said.back is None and not said.shortly:
            return
        stem = "who-back"
    yield _name(said.who, "somebody")
    if said.shortly:
        yield CatalogueClip(f"{stem}-shortly")
    elif said.back is not None:
        yield CatalogueClip(f"{stem}-until")
        yield from _moment(said.back)
    else:
        yield CatalogueClip(stem)


def _promise(due: Moment) -> Iterator[Clip]:
    near = due.day_word in (DayWord.TODAY, DayWord.TOMORROW)
    yield CatalogueClip("who-calls-by" if near else "who-calls-latest")
    if due.day_word is DayWord.TODAY and not due.time_known:
        yield CatalogueClip("day-today-promised")
    else:
        yield from _moment(due)


def _moment(moment: Moment) -> Iterator[Clip]:
    match moment.day_word:
        case DayWord.THIS_PART:
            yield from _clock(moment)
        case DayWord.TODAY | DayWord.TOMORROW:
            yield from _near(moment)
        case DayWord.WEEKDAY:
            yield from _weekday(moment)
        case DayWord.DATE | DayWord.DATE_AND_YEAR:
            yield from _date(moment)


def _near(moment: Moment) -> Iterator[Clip]:
    day = moment.day_word.value
    whole = CatalogueClip(f"{day}-{moment.hour:02}-{moment.minute:02}")
    if not moment.time_known:
        yield CatalogueClip(f"day-{day}-end")
    elif whole.id in words.catalogue():
        yield whole
    elif _is_midnight(moment) and moment.day_word is DayWord.TOMORROW:
        yield CatalogueClip("day-today-night")
        yield CatalogueClip("at-midnight")
    else:
        yield CatalogueClip(f"day-{day}-{moment.part.value}")
        yield from _clock(moment)


def _weekday(moment: Moment) -> Iterator[Clip]:
    day = f"day-{moment.day.isoweekday()}"
    if not moment.time_known:
        yield CatalogueClip(f"{day}-end")
        return
    part = DayPart.NOON if _is_midnight(moment) else moment.part
    yield CatalogueClip(f"{day}-{part.value}")
    yield from _clock(moment)


def _date(moment: Moment) -> Iterator[Clip]:
    year_said = moment.day_word is DayWord.DATE_AND_YEAR and _year_is_known(moment)
    # Nobody plans the hour a year ahead: with a year, the time is left out.
    time_said = moment.time_known and moment.day_word is DayWord.DATE
    opening, time = _time_of_date(moment) if time_said else ("date", ())
    yield CatalogueClip(f"day-{moment.day.isoweekday()}-{opening}")
    yield CatalogueClip(f"month-{moment.day.month:02}")
    yield CatalogueClip(f"date-{moment.day.day:02}{'' if year_said or time_said else '-end'}")
    if year_said:
        yield CatalogueClip(f"year-{moment.day.year}")
    yield from time


def _time_of_date(moment: Moment) -> tuple[str, tuple[Clip, ...]]:
    """How the day begins and the time ends a date: one of the two says the part of the day."""
    whole = CatalogueClip(f"date-{moment.hour:02}-{moment.minute:02}")
    if whole.id in words.catalogue():
        return "date", (whole,)
    if _is_midnight(moment) or moment.part is DayPart.NOON:
        return "date", tuple(_clock(moment))
    return moment.part.value, tuple(_clock(moment))


def _year_is_known(moment: Moment) -> bool:
    return words.FIRST_YEAR <= moment.day.year <= words.LAST_YEAR


def _clock(moment: Moment) -> Iterator[Clip]:
    """A time at the end of a sentence, where the part of the day was said before."""
    if _is_midnight(moment):
        yield CatalogueClip("at-midnight")
    elif moment.part is DayPart.NOON:
        yield CatalogueClip("at-noon")
    elif moment.minute % 5 == 0:
        yield CatalogueClip(f"at-{_twelve(moment.hour):02}-{moment.minute:02}-end")
    else:
        yield CatalogueClip(f"at-{_twelve(moment.hour):02}")
        yield CatalogueClip(f"minute-{moment.minute:02}-end")


def _choice(choice: Choice) -> Iterator[Clip]:
    stem = f"for-{_dashed(choice.action.value)}"
    if choice.action is Action.COLLEAGUE and choice.colleague is not None:
        yield _name(choice.colleague, "a-colleague")
        stem = "can-help"
    if words.DEFAULT_KEYS[choice.action] == choice.key:
        yield CatalogueClip(f"{stem}-default")
    else:
        yield CatalogueClip(stem)
        yield CatalogueClip(f"press-{_key_name(choice.key)}")


def _digits(digits: str) -> Iterator[Clip]:
    groups = grouped(digits)
    for number, group in enumerate(groups, start=1):
        *first, last = (f"digit-{_key_name(digit)}" for digit in group)
        yield from map(CatalogueClip, first)
        yield CatalogueClip(f"{last}-end" if number == len(groups) else f"{last}-pause")


def grouped(number: str) -> list[str]:
    """The digits of ``number`` in groups as they are read aloud: threes, and four at the end."""
    plus = "+" if number.startswith("+") else ""
    digits = "".join(sign for sign in number if sign in words.KEYS)
    if len(digits) <= LAST_GROUP:
        return [plus + digits] if digits else []
    head, tail = _split_before_last(digits)
    first = len(head) % GROUP or GROUP
    starts = [0, *range(first, len(head), GROUP)]
    groups = [head[start:end] for start, end in zip(starts, [*starts[1:], len(head)], strict=True)]
    return [plus + groups[0], *groups[1:], tail]


def _split_before_last(digits: str) -> tuple[str, str]:
    last = GROUP if len(digits) <= 2 * GROUP else LAST_GROUP
    return digits[:-last], digits[-last:]


def _welcome(company: Name) -> CustomClip:
    return CustomClip(f"Thank you for calling {company.text}.", "welcome", (CatalogueClip("welcome"),))


def _name(name: Name, instead: str) -> CustomClip:
    return CustomClip(name.text, name.extension or slug(name.text), (CatalogueClip(instead),))


def _title(answer: SiteAnswer) -> CustomClip:
    text = f"For {answer.title.strip().rstrip('.')},"
    return CustomClip(text, f"title-{slug(answer.title)}", (CatalogueClip("some-question"),))


def _answer(answer: SiteAnswer) -> CustomClip:
    return CustomClip(answer.text, f"answer-{slug(answer.title)}", (CatalogueClip("no-answer-known"),))


def _note(note: PrivateNote, recording: str = "may") -> NoteClip:
    return NoteClip(note, (CatalogueClip("cannot-be-played"),), recording)


def _is_midnight(moment: Moment) -> bool:
    return (moment.hour, moment.minute) == (0, 0)


def _twelve(hour: int) -> int:
    return (hour + 11) % 12 + 1


def _dashed(value: str) -> str:
    return value.replace("_", "-")


def _key_name(key: str) -> str:
    return words.KEY_NAMES.get(key, key)
