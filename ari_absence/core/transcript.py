"""What a machine has heard in a message, as text, and which words of it are not to be taken for facts.

A recogniser is at its worst where it matters most: a name it does not know becomes a word it knows, and one digit of
a number is soon another. Such words are marked as heard, and better one too many than one too few. Nothing else is
changed: without its marks the text is the text again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ari_absence.core import transcript_words as words
from ari_absence.core.text import for_mail_body

LENGTH_MAX = 10_000  # characters; five minutes of hurried speech are 6 000
BYTES_MAX = 64 * 1024  # what an engine may print: that many characters in any script, and some room
OPENING, CLOSING = "[", "]"

_UNMARKED = str.maketrans(OPENING + CLOSING, "()")
_RUBBISH_SHARE = 0.1  # of signs that nobody can speak: then it is no text
_WORD = re.compile(r"\+?\w+(?:[-:.,/'\u2019]\w+)*\.?(?<=m\.)|\+?\w+(?:[-:.,/'\u2019]\w+)*")
_SMALL_GAP = re.compile(r"[\s,/\u2013-]*")  # between two words of one number; a full stop ends it
_GAP_OF_TITLE = re.compile(r"\.?\s*")
_JOINED_MAX = 2  # "two (in the) afternoon"
_NAME_WORDS_MAX = 2  # after "my name is": a first and a last name
_CAPITALS_SHARE = 0.6  # beyond it capitals say nothing: German, or shouting


class Doubt(StrEnum):
    """Why some words are marked."""

    NAME = "name"
    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a transcript; ``doubt`` None: as good as the rest of it."""

    text: str
    doubt: Doubt | None = None


def understood(printed: bytes) -> str | None:
    """What an engine printed, as one clean line; None if it is no text, or says nothing.

    >>> understood(b"call me\\n[soon]\\n")
    'call me (soon)'
    """
    try:
        text = printed.decode("utf-8")
    except UnicodeDecodeError:
        return None
    rubbish = sum(not (sign.isprintable() or sign.isspace()) for sign in text)
    if rubbish > _RUBBISH_SHARE * len(text):
        return None
    line = for_mail_body(text.translate(_UNMARKED), LENGTH_MAX)
    return line if any(sign.isalnum() for sign in line) else None


def marked(text: str, names: Iterable[str] = ()) -> str:
    """``text`` with the doubtful words in brackets; ``names`` are those of people who may be spoken of.

    >>> marked("call four one five before half past two")
    'call [four one five] before [half past two]'
    """
    parts = (
        f"{OPENING}{span.text}{CLOSING}" if span.doubt else span.text
        for span in spans(text.translate(_UNMARKED), names)
    )
    return "".join(parts)


def unmarked(text: str) -> str:
    """A marked text without its marks."""
    return text.replace(OPENING, "").replace(CLOSING, "")


def spans(text: str, names: Iterable[str] = ()) -> tuple[Span, ...]:
    """``text`` in pieces, doubtful and not; together they are ``text``."""
    found = list(_WORD.finditer(text))
    doubts = _Doubts(text, found, _known(names)).of_words()
    return tuple(_pieces(text, found, doubts))


def _known(names: Iterable[str]) -> frozenset[str]:
    parts = (each.group().casefold() for name in names for each in _WORD.finditer(name or ""))
    return frozenset(part for part in parts if len(part) > 1 and part not in words.NO_NAME)


def _pieces(text: str, found: Sequence[re.Match[str]], doubts: Sequence[Doubt | None]) -> Iterator[Span]:
    """Words of one doubt that follow each other are one piece, with what stands between them."""
    plain_from, number = 0, 0
    while number < len(found):
        last, doubt = number, doubts[number]
        while doubt and last + 1 < len(found) and _together(text, found, doubts, last):
            last += 1
        if doubt:
            begin, end = found[number].start(), found[last].end()
            if begin > plain_from:
                yield Span(text[plain_from:begin])
            yield Span(text[begin:end], doubt)
            plain_from = end
        number = last + 1
    if plain_from < len(text):
        yield Span(text[plain_from:])


def _together(text: str, found: Sequence[re.Match[str]], doubts: Sequence[Doubt | None], number: int) -> bool:
    return doubts[number] is doubts[number + 1] and _is_near(text, found, number)


def _is_near(text: str, found: Sequence[re.Match[str]], number: int) -> bool:
    """Whether nothing but a space or a comma is between a word and the next; after "Dr" a full stop, too."""
    gap = _GAP_OF_TITLE if found[number].group().casefold() in words.TITLES else _SMALL_GAP
    return gap.fullmatch(text, found[number].end(), found[number + 1].start()) is not None


class _Doubts:
    """The doubt of each word of one text."""

    def __init__(self, text: str, found: Sequence[re.Match[str]], names: Collection[str]) -> None:
        self._text = text
        self._found = found
        self._words = [each.group().casefold() for each in found]
        self._near = [_is_near(text, found, number) for number in range(len(found) - 1)] + [False]
        self._names = names

    def of_words(self) -> list[Doubt | None]:
        counted = self._counted()
        doubts: list[Doubt | None] = [None] * len(self._words)
        for run in _runs(counted, self._near):
            told = any(words.tells_time(self._words[each]) for each in run)
            for each in run:
                doubts[each] = Doubt.TIME if told else Doubt.NUMBER
        for each in (*self._known_names(), *self._introduced(counted), *self._capitalised()):
            doubts[each] = doubts[each] or Doubt.NAME
        return doubts

    def _counted(self) -> set[int]:
        """The words that belong to a number or a time."""
        counted = {number for number, word in enumerate(self._words) if words.counts(word)}
        for number in range(len(self._words)):  # "two o'clock", "five in the afternoon"
            if self._words[number] in words.BESIDE and self._follows(counted, number):
                counted.add(number)
        for number in reversed(range(len(self._words))):  # "may third"
            if number + 1 in counted and self._near[number] and self._words[number] in words.BESIDE:
                counted.add(number)
        return counted | set(self._joining(sorted(counted)))

    def _follows(self, counted: Collection[int], number: int) -> bool:
        """Whether the word comes after a counted one, at most some joining words between them."""
        for before in range(number - 1, max(number - 2 - _JOINED_MAX, -1), -1):
            if not self._near[before]:
                return False
            if before in counted or self._words[before] not in words.JOINING:
                return before in counted
        return False

    def _joining(self, counted: Sequence[int]) -> Iterator[int]:
        """The words between two counted ones that make them one: "half past two"."""
        for before, after in pairwise(counted):
            between = range(before + 1, after)
            joins = all(self._words[each] in words.JOINING for each in between)
            if len(between) <= _JOINED_MAX and joins and all(self._near[before:after]):
                yield from between

    def _known_names(self) -> Iterator[int]:
        for number, word in enumerate(self._words):
            if word in self._names or word.removesuffix("'s") in self._names:
                yield number

    def _introduced(self, counted: Collection[int]) -> Iterator[int]:
        """What follows "my name is"."""
        for number in range(len(self._words)):
            for phrase in words.INTRODUCTIONS:
                first = number + len(phrase)
                if tuple(self._words[number:first]) == phrase:
                    yield from self._name_from(first, counted)

    def _name_from(self, first: int, counted: Collection[int]) -> Iterator[int]:
        for number in range(first, min(first + _NAME_WORDS_MAX, len(self._words))):
            if self._words[number] in words.NO_NAME or number in counted or not self._near[number - 1]:
                return
            yield number

    def _capitalised(self) -> Iterator[int]:
        """Capitals within a sentence, of an engine that writes them."""
        large = [number for number, each in enumerate(self._found) if each.group()[0].isupper()]
        if len(large) > _CAPITALS_SHARE * len(self._words):
            return
        for number in large:
            begins = number == 0 or not self._near[number - 1]
            if not begins and self._words[number] not in words.NO_NAME:
                yield number


def _runs(counted: Collection[int], near: Sequence[bool]) -> Iterator[list[int]]:
    """Neighbours among the counted words."""
    run: list[int] = []
    for number in sorted(counted):
        if run and not (run[-1] + 1 == number and near[run[-1]]):
            yield run
            run = []
        run.append(number)
    if run:
        yield run
