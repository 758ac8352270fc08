"""Where a call may go on to: the steps of follow-me, delegates and urgent calls, as they are written down.

``core.ladder`` makes of them, for one call, the phones that are really rung.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ari_absence.core.facts import PrivateNumber


class Situation(StrEnum):
    """What makes a call go on to somebody or something else, besides a kind of absence."""

    AT_ONCE = "at_once"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"


class Way(StrEnum):
    """What a destination means. All but the last two are written as this very word."""

    DESK = "desk"
    MOBILE = "mobile"
    DELEGATE = "delegate"
    MANAGER = "manager"
    OPERATOR = "operator"
    MESSAGE = "message"
    NAMED = "named"
    NUMBER = "number"

    @property
    def is_own(self) -> bool:
        """Whether it reaches the very person who was called."""
        return self in (Way.DESK, Way.MOBILE, Way.NUMBER)


@dataclass(frozen=True, slots=True)
class Destination:
    """One thing to ring: by its meaning, by ``key`` (an extension or a team, ``NAMED``) or ``number`` (``NUMBER``)."""

    way: Way
    key: str = ""
    number: PrivateNumber | None = None

    def __str__(self) -> str:
        return self.key or self.way.value


@dataclass(frozen=True, slots=True)
class Step:
    """Destinations that ring at the same time, and for how many seconds; None means as usual for them."""

    destinations: tuple[Destination, ...]
    ring_seconds: int | None = None

    def __str__(self) -> str:
        return " + ".join(map(str, self.destinations))


MOBILE = Step((Destination(Way.MOBILE),))
DELEGATE = Step((Destination(Way.DELEGATE),))
