"""``callbacks`` and ``digests`` of ``absence.yaml``, from their shapes to what the core and the service know."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from ari_absence.config import times
from ari_absence.config.digest_schema import CallbacksShape, DigestsShape
from ari_absence.config.mistakes import FileMistakes
from ari_absence.config.reader import Block
from ari_absence.config.settings import DigestSettings
from ari_absence.core.reminding import ReminderRules


def reminder_rules_of(shape: CallbacksShape, block: Block, mistakes: FileMistakes) -> ReminderRules:
    """The rules; steps in the wrong order are noted."""
    steps = tuple(map(_length, shape.escalate_after))
    if any(later <= earlier for earlier, later in pairwise(steps)):
        mistakes.add(
            block.value_at("escalate_after"),
            "each step comes after the one before it; write the shorter first",
        )
    return ReminderRules(_length(shape.remind_before), steps)


def digests_of(shape: DigestsShape) -> DigestSettings:
    """What is summed up for whom."""
    return DigestSettings(shape.welcome, _length(shape.welcome_after), shape.morning, shape.weekly)


def _length(text: str) -> timedelta:
    return timedelta(seconds=times.seconds_in(text))
