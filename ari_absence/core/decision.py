"""(call, directory, instant) -> Decision: what to say, what to offer, whom to try, and why.

The same pure function answers the live call, ``explain`` and, later, the simulator.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ari_absence.core.people import Caller, Person, Source, Why
from ari_absence.core.phrases import Action, Utterance
from ari_absence.core.schedule import State


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A call to somebody, as it reaches us. ``at`` is aware, in UTC."""

    call_id: str
    extension: str
    caller: Caller
    why: Why
    at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the caller may choose, and its key."""

    key: str
    action: Action


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a decision, with the place it comes from."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Decision:
    """What is said, offered and tried for one call, with the reasons."""

    enquiry: Enquiry
    person: Person
    state: State
    back_at: datetime | None
    greeting: tuple[Utterance, ...]
    menu: tuple[Utterance, ...]
    offers: tuple[Offer, ...]
    promise: datetime | None
    reasons: tuple[Reason, ...]
