"""Steps of follow-me, delegates and urgent calls, from YAML or a command line to the core's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ari_absence.config import checks
from ari_absence.config.handling_schema import StepShape
from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.outside_numbers import NO_SUCH_NUMBER, OutsideNumbers, number_of
from ari_absence.config.reader import Block, Items
from ari_absence.config.references import STEP, Reference
from ari_absence.core.steps import Destination, Step, Way

_ONE_OF_SEVERAL = re.compile(r"\+[0-9 ().-]+|[^+]+")
_SECONDS = re.compile(r"(.+):([0-9]{1,3})", re.ASCII)


def destination_of(text: str) -> Destination:
    """A word, an extension, a team or an outside number -> what it means.

    Raises:
        ValueError: it is none of them; the text is a sentence without the number.
    """
    checks.destination(text)
    if text in checks.STEP_WORDS:
        return Destination(Way(text))
    if not text.startswith("+"):
        return Destination(Way.NAMED, text)
    number = number_of(text)
    if number is None:
        raise ValueError(NO_SUCH_NUMBER)
    return Destination(Way.NUMBER, number=number)


def typed_step(text: str) -> Step:
    """A step as a command takes it: ``mobile``, ``mobile+desk:12``, ``"+81 3 1234 5678:20"``.

    Raises:
        ValueError: it is none; the text is a sentence without any number.
    """
    timed = _SECONDS.fullmatch(text)
    words, seconds = (timed[1], int(timed[2])) if timed else (text, None)
    if seconds is not None and not 1 <= seconds <= checks.RING_SECONDS_MAX:
        raise ValueError(f"{seconds} seconds is not possible; write 1 to {checks.RING_SECONDS_MAX}")
    destinations = tuple(destination_of(word) for word in _words(words))
    if len(destinations) > 1 and any(each.way is Way.MESSAGE for each in destinations):
        raise ValueError(checks.MESSAGE_ALONE)
    return Step(destinations, seconds)


def _words(text: str) -> Iterator[str]:
    """``"mobile++81312345678+102"`` -> its three parts: a plus that begins a number is one of two."""
    at = 0
    while at < len(text):
        found = _ONE_OF_SEVERAL.match(text, at)
        if found is None:
            break
        yield found[0]
        at = found.end() + 1
    if at != len(text) + 1:
        raise ValueError('this is not a step; write such as mobile, "102" or mobile+desk:12')


def note_after_message(steps: Sequence[Step]) -> int | None:
    """The index of the first step behind ``message``, which is never reached."""
    for index, step in enumerate(steps[:-1]):
        if any(each.way is Way.MESSAGE for each in step.destinations):
            return index + 1
    return None


class _Written(NamedTuple):
    """One destination as it was written, and where."""

    text: str
    at: int


class StepReader:
    """Reads the steps of one owner: an extension, or "" for the whole site.

    ``lacks`` names the ways that lead nowhere for this owner, each with what is missing.
    """

    def __init__(
        self,
        owner: str,
        mistakes: FileMistakes,
        numbers: OutsideNumbers,
        lacks: dict[Way, str] | None = None,
    ) -> None:
        self._owner = owner
        self._mistakes = mistakes
        self._numbers = numbers
        self._lacks = lacks or {}
        self.file = mistakes.file
        self.references: list[Reference] = []

    def read(self, shapes: Sequence[StepShape], items: Items) -> tuple[Step, ...]:
        """The steps, in order; what makes no sense is noted and left out."""
        steps = [
            Step(tuple(self._destinations(shape, items, index)), shape.seconds)
            for index, shape in enumerate(shapes)
        ]
        behind = note_after_message(steps)
        if behind is not None:
            self._mistakes.add(items.places[behind], checks.BEHIND_MESSAGE)
        return tuple(step for step in steps if step.destinations)

    def _destinations(self, shape: StepShape, items: Items, index: int) -> Iterator[Destination]:
        for text, at in self._written(shape, items, index):
            try:
                destination = destination_of(text)
            except ValueError as error:
                self._mistakes.add(at, str(error))
            else:
                self._check(destination, at)
                yield destination

    @staticmethod
    def _written(shape: StepShape, items: Items, index: int) -> Iterator[_Written]:
        item, at = items[index], items.places[index]
        places = item["ring"].places if isinstance(item, Block) else [at]
        return (_Written(*each) for each in zip(shape.ring, places, strict=True))

    def _check(self, destination: Destination, at: int) -> None:
        match destination.way:
            case Way.NAMED:
                self.references.append(Reference(self._mistakes.file, at, self._owner, destination.key, STEP))
            case Way.NUMBER if destination.number is not None:
                self._numbers.judge(destination.number, at)
                self._numbers.note_step(at)
            case way if way in self._lacks:
                self._mistakes.warn(
                    at, f"{self._lacks[way]}, and this step reaches nobody; add it or remove the step"
                )
            case Way.MOBILE:
                self._numbers.note_step(at)
