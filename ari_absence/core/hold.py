"""What is due when, while somebody is on hold or parked: recalls, a word now and then, and what displays show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from ari_absence.core.people import Limits

RECALLS_BEFORE_OPERATOR = 2
"""How often who put somebody on hold is reminded before the operator is rung."""

LATER_SECONDS = 60.0
"""How often they are reminded afterwards, until the hold is over: nobody on hold is ever forgotten."""


class Whom(StrEnum):
    """Whose phone is rung for somebody who waits."""

    HOLDER = "holder"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Recall:
    """One attempt to have somebody taken back, ``wait_seconds`` after the end of the one before."""

    wait_seconds: float
    whom: Whom


def recalls(limits: Limits, *, operator: bool) -> Iterator[Recall]:
    """The recalls for one hold, without end. ``operator``: there is one, and it is not the holder."""
    for _ in range(RECALLS_BEFORE_OPERATOR):
        yield Recall(limits.hold_reminder_seconds, Whom.HOLDER)
    if operator:
        yield Recall(0.0, Whom.OPERATOR)
    while True:
        yield Recall(max(LATER_SECONDS, limits.hold_reminder_seconds), Whom.HOLDER)


def clock_text(seconds: float) -> str:
    """How long somebody has waited, as a display shows it.

    >>> clock_text(80.4), clock_text(3725)
    ('1:20', '1:02:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def held_label(seconds: float, party: str, holder: str | None = None) -> str:
    """What the display of a phone that is rung for somebody on hold shows; ``holder`` only to others.

    >>> held_label(80, "Hans Huber"), held_label(200, "Hans Huber", "Alice Tanaka")
    ('On hold 1:20 Hans Huber', 'On hold 3:20 Hans Huber, for Alice Tanaka')
    """
    label = " ".join(filter(None, ("On hold", clock_text(seconds), party)))
    return label if holder is None else f"{label}, for {holder}"


def parked_label(slot: str, party: str, parker: str | None = None) -> str:
    """The same for somebody who is parked.

    >>> parked_label("701", "Hans Huber")
    'Parked 701 Hans Huber'
    """
    label = " ".join(filter(None, ("Parked", slot, party)))
    return label if parker is None else f"{label}, for {parker}"
