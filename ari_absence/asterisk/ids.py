"""The names we give to things in Asterisk, so that an event finds its call and nothing foreign is touched.

Every leg, bridge, playback and recording carries the id of the call it serves: ``abs-<call id>-p3``.
"""

from __future__ import annotations

import re
import uuid

PREFIX = "abs-"
"""How the ids of our legs, bridges and playbacks begin."""

RECORDING_FOLDER = "abs/"
"""Where our recordings lie below Asterisk's recording folder; the beginning of their names."""

_OURS = re.compile(r"abs[-/]([0-9a-f]{32})-[a-z][0-9]{1,6}", re.ASCII)


def new_call_id() -> str:
    """A call id that was never given before: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def of_playback(call_id: str, count: int) -> str:
    """The id of the call's ``count``-th playback."""
    return f"{PREFIX}{call_id}-p{count}"


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
    ours = _OURS.fullmatch(thing_id)
    return ours[1] if ours else None
