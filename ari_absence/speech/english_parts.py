"""The parts of English sentences that every room's grammar shares: names, moments, digits."""

from __future__ import annotations

from collections.abc import Iterator

from ari_absence.core.facts import PrivateNote
from ari_absence.core.phrases import DayPart, DayWord, Moment, Name
from ari_absence.speech import english_catalogue as words
from ari_absence.speech.language import CatalogueClip, Clip, CustomClip, NoteClip, slug

GROUP, LAST_GROUP = 3, 4  # a listener keeps three or four digits in mind at once


def around(stem: str, name: Clip) -> Iterator[Clip]:
    """A sentence with a name inside it: a name is spoken as if going on, and can't end one."""
    yield CatalogueClip(stem)
    yield name
    yield CatalogueClip(f"{stem}-end")


def moment_clips(moment: Moment) -> Iterator[Clip]:
    """When, at the end of a sentence: "tomorrow morning at nine"."""
    match moment.day_word:
        case DayWord.THIS_PART:
            yield from _clock(moment)
        case DayWord.TODAY | DayWord.TOMORROW:
            yield from _near(moment)
        case DayWord.WEEKDAY:
            yield from _weekday(moment)
        case DayWord.DATE | DayWord.DATE_AND_YEAR:
            yield from _date(moment)


def due_clips(due: Moment) -> Iterator[Clip]:
    """By when something is promised, behind "by" or "at the latest": "by today" is not "by later today"."""
    if due.day_word is DayWord.TODAY and not due.time_known:
        yield CatalogueClip("day-today-promised")
    else:
        yield from moment_clips(due)


def takes_by(due: Moment) -> bool:
    """Whether "by" or "until" may stand before the moment; what begins with "at" or "on" is "at the latest"."""
    return due.day_word in (DayWord.TODAY, DayWord.TOMORROW)


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


def clock_clips(moment: Moment) -> Iterator[Clip]:
    """The time alone, at the end of a sentence that has named the day and its part."""
    yield from _clock(moment)


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


def digit_clips(digits: str) -> Iterator[Clip]:
    """A number read aloud digit by digit, in groups, at the end of a sentence."""
    groups = grouped(digits)
    for number, group in enumerate(groups, start=1):
        *first, last = (f"digit-{key_name(digit)}" for digit in group)
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


def name_clip(name: Name, instead: str) -> CustomClip:
    """A public name; ``instead`` is the catalogue clip that stands for one that can't be spoken."""
    return CustomClip(name.text, name.extension or slug(name.text), (CatalogueClip(instead),))


def note_clip(note: PrivateNote, recording: str = "may") -> NoteClip:
    """What a delegate may do."""
    return NoteClip(note, (CatalogueClip("cannot-be-played"),), recording)


def _is_midnight(moment: Moment) -> bool:
    return (moment.hour, moment.minute) == (0, 0)


def _twelve(hour: int) -> int:
    return (hour + 11) % 12 + 1


def dashed(value: str) -> str:
    """A word of the vocabulary as part of a clip's id."""
    return value.replace("_", "-")


def key_name(key: str) -> str:
    """A key as part of a clip's id: ``star`` and ``pound`` for those that no file name can hold."""
    return words.KEY_NAMES.get(key, key)
