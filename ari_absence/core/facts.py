"""The words everything else is told in: kinds of absence, where a fact stands, and what is private.

What is private has a type of its own that cannot be printed by accident.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why somebody is not at the desk. The last ones are computed, never chosen.

    ``PRESENT`` is what ending a planned absence early comes to: it holds in its place, and hours go on as ever.
    ``HERE`` is presence that somebody has set themselves, beyond their hours: calls come to them until it ends.
    """

    AWAY = "away"
    MEETING = "meeting"
    OUT = "out"
    BUSINESS_TRIP = "business_trip"
    LEFT = "left"
    DAY_OFF = "day_off"
    VACATION = "vacation"
    LEAVE = "leave"
    REMOTE = "remote"
    DND = "dnd"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    PRESENT = "present"
    HERE = "here"

    @property
    def can_be_set(self) -> bool:
        """Whether a person, the YAML or a star code may choose it."""
        return self not in (Kind.HOLIDAY, Kind.CLOSED) and not self.is_presence

    @property
    def is_presence(self) -> bool:
        """Whether it stands for being there, not for an absence."""
        return self in (Kind.PRESENT, Kind.HERE)


class _Private:
    """Text that must not leave by accident: it prints as a placeholder and does not pickle."""

    __slots__ = ("_content",)
    _placeholder = "<private>"

    def __init__(self, content: str) -> None:
        self._content = content

    def __repr__(self) -> str:
        return self._placeholder

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return format(self._placeholder, format_spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, _Private) and other._content == self._content

    def __hash__(self) -> int:
        return hash((type(self), self._content))

    def __reduce__(self) -> str:
        raise TypeError("what is private can't be pickled")


class PrivateNumber(_Private):
    """A number that is dialled for its owner and never spoken, shown or logged.

    Only ``core.numbers``, to dial it, and ``ledger.steps``, to keep what was set by command, hash it or mail it to
    its owner, call :meth:`digits_for_dialling`; a test holds that.
    """

    __slots__ = ()
    _placeholder = "<private number>"

    def digits_for_dialling(self) -> str:
        """The number in E.164 form, for the dial policy and for the ledger's file alone."""
        return self._content


class PrivateNote(_Private):
    """An absence's free-text note: for its owner's own mail and screen only."""

    __slots__ = ()
    _placeholder = "<private note>"

    def text_for_owner(self) -> str:
        """The note, for a medium that only its owner sees."""
        return self._content


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact stands: a configuration file and line, or whoever set it by phone."""

    where: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.where}:{self.line}" if self.line else self.where


NOWHERE = Source("default")


__all__ = ["NOWHERE", "Kind", "PrivateNote", "PrivateNumber", "Source"]
