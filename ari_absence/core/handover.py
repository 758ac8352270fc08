"""What goes with a caller whom somebody of the house transfers to us: by whom, with which wish, with which note."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ari_absence.core.steps import Way


@dataclass(frozen=True, slots=True)
class Note:
    """What who transfers wants known: typed, or spoken. Never said or shown to the caller.

    ``recording`` is its name in Asterisk, ``audio_id`` that of our own copy, once there is one.
    """

    digits: str | None = field(default=None, repr=False)
    recording: str | None = None
    audio_id: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took the caller while phones still rang for who transfers: since ``began_at`` (UTC), after so many seconds of
    ringing at most."""

    extension: str
    way: Way
    ring_seconds: int
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """``by``: the extension of who transfers; None if it is none of ours.

    ``to_message``: the caller is asked for a message at once. ``tried``: who can be rung without asking was rung
    already, for who transfers. ``taken``: by whom, and the caller and they have talked since.
    """

    by: str | None
    to_message: bool = False
    tried: bool = False
    note: Note | None = None
    taken: Taken | None = None
