"""What happens to calls, per kind of absence and situation, from its YAML to the core's."""

from __future__ import annotations

from collections.abc import Mapping

from ari_absence.config import times
from ari_absence.config.handling_schema import HandlingShape
from ari_absence.config.mistakes import line_of
from ari_absence.config.reader import Block
from ari_absence.config.steps_of import StepReader
from ari_absence.core.people import DEFAULT_HANDLING, NOWHERE, OCCASIONS, Handling, Occasion, Source
from ari_absence.core.steps import Step


def source_of(key: str, block: Block, file: str) -> Source:
    """The line of ``key`` in ``block``, or the default if nobody wrote it."""
    return Source(file, line_of(block.key_at(key))) if key in block else NOWHERE


def handling_of(
    shapes: Mapping[str, HandlingShape],
    block: Block,
    reader: StepReader,
    base: Mapping[Occasion, Handling],
) -> dict[Occasion, Handling]:
    """Handling per occasion; what a shape leaves out is as in ``base``."""
    found = {}
    for word, shape in shapes.items():
        occasion = OCCASIONS[word]
        known = base.get(occasion) or DEFAULT_HANDLING[occasion]
        found[occasion] = _One(shape, block.below(word), reader).over(known)
    return found


class _One:
    """The handling of one occasion as it is written."""

    def __init__(self, shape: HandlingShape, block: Block, reader: StepReader) -> None:
        self._shape = shape
        self._block = block
        self._reader = reader

    def over(self, known: Handling) -> Handling:
        """``known`` with what is written in its place."""
        shape = self._shape
        reach, urgent = self._steps("reach"), self._steps("urgent")
        promise = None if shape.promise is None else times.seconds_in(shape.promise)
        return Handling(
            ring=known.ring if shape.ring is None else shape.ring,
            reach=known.reach if reach is None else reach,
            urgent=known.urgent if urgent is None else urgent,
            ask=known.ask if shape.ask is None else shape.ask,
            promise_seconds=known.promise_seconds if promise is None else promise,
            promise_source=self._source("promise", known.promise_source),
            ring_source=self._source("ring", known.ring_source),
            reach_source=self._source("reach", known.reach_source),
            urgent_source=self._source("urgent", known.urgent_source),
        )

    def _steps(self, key: str) -> tuple[Step, ...] | None:
        shapes = getattr(self._shape, key)
        return None if shapes is None else self._reader.read(shapes, self._block[key])

    def _source(self, key: str, known: Source) -> Source:
        return source_of(key, self._block, self._reader.file) if key in self._block else known
