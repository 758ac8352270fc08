"""The names we give to things in Asterisk, so that an event finds its call and nothing foreign is touched.

Every leg, bridge, playback and recording carries the id of the call it serves: ``abs-<call id>-p3``. What is
played to a leg carries that leg's name too: ``abs-<call id>-l2-p1``.
"""

from __future__ import annotations

import re
import uuid

PREFIX = "abs-"
"""How the ids of our legs, bridges and playbacks begin."""

RECORDING_FOLDER = "abs/"
"""Where our recordings lie below Asterisk's recording folder; the beginning of their names."""

_OURS = re.compile(r"abs[-/]([0-9a-f]{32})(-l[0-9]{1,6})?(?:-[a-z][0-9]{1,6})?", re.ASCII)
_CALL_CHARS = len("abs-") + 32


def new_call_id() -> str:
    """A call id that was never given before: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def of_playback(line: str, count: int) -> str:
    """The id of the ``count``-th playback on a line: the caller's is named like the call, a leg's as ``line`` says."""
    return f"{PREFIX}{line}-p{count}"


def of_leg(call_id: str, count: int) -> str:
    """The channel id of the ``count``-th phone rung for the call."""
    return f"{PREFIX}{call_id}-l{count}"


def of_bridge(call_id: str, count: int) -> str:
    """The id of the call's ``count``-th bridge; never used twice."""
    return f"{PREFIX}{call_id}-b{count}"


def of_recording(call_id: str, count: int) -> str:
    """The name of the call's ``count``-th recording."""
    return f"{RECORDING_FOLDER}{call_id}-r{count}"


def owner(thing_id: str) -> str | None:
    """The call that a leg, bridge, playback or recording belongs to; None for what is not ours."""
    ours = _match(thing_id)
    return ours[1] if ours else None


def line(thing_id: str) -> str | None:
    """The name of the line that a leg, playback or recording belongs to; None for what is not ours."""
    ours = _match(thing_id)
    return ours[1] + (ours[2] or "") if ours else None


def _match(thing_id: str) -> re.Match[str] | None:
    return _OURS.fullmatch(thing_id) if len(thing_id) > _CALL_CHARS else None
