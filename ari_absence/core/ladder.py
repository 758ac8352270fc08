"""Steps -> the phones that are really rung for one call: delegates' chains, teams, and who is skipped and why."""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.core.numbers import DialTarget
from ari_absence.core.people import Source
from ari_absence.core.phrases import Name
from ari_absence.core.private import PrivateNote
from ari_absence.core.steps import Way


@dataclass(frozen=True, slots=True)
class Leg:
    """One phone to ring. ``extension`` and ``name`` say whose it is; ``note`` is what its owner may do as a delegate.

    ``own``: it reaches the very person who was called.
    """

    way: Way
    target: DialTarget
    extension: str
    name: Name
    own: bool
    screened: bool
    note: PrivateNote | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """Phones that are rung at the same time, and for how long."""

    legs: tuple[Leg, ...]
    ring_seconds: int
    source: Source


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody else who can help: the name that is offered, and how they are reached."""

    name: Name
    attempts: tuple[Attempt, ...]
