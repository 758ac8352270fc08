"""The lamp of reminders: whose phones show that a call back falls due, or is overdue. Pure; instants are in UTC.

It is lit from the moment on at which its owner is reminded (``callbacks.remind_before``), whether they are there or
not, until the call is over, is somebody else's, or is put off. Whoever has claimed a call is shown it; what nobody of
a team has claimed is shown to all who have not left it to the others, and to all of them when everybody has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory

OWED_LAMP = "Stasis:owed-"
"""Begins the device state; what follows is the extension."""


@dataclass(frozen=True, slots=True)
class PressingCall:
    """A call that ``owner`` (an extension, or ``team:sales``) owes soon, or should have returned."""

    owner: str
    claimed_by: str | None = None
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pressing:
    """What presses now, and when that is another without anybody doing anything; None: never."""

    calls: tuple[PressingCall, ...] = ()
    changes_at: datetime | None = None


def owed_lamps(calls: Iterable[PressingCall], directory: Directory) -> frozenset[str]:
    """The device states that are lit, by name; all others of this kind are dark."""
    return frozenset(OWED_LAMP + each for call in calls for each in _doing(call, directory))


def _doing(call: PressingCall, directory: Directory) -> list[str]:
    if call.claimed_by is not None and call.claimed_by in directory.people:
        return [call.claimed_by]
    team = directory.teams.get(call.owner.removeprefix(TEAM)) if call.owner.startswith(TEAM) else None
    owners = [each for each in ((call.owner,) if team is None else team.members) if each in directory.people]
    return [each for each in owners if each not in call.declined] or owners
