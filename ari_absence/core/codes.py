"""The codes a desk phone dials: what each means, and which of them would be in each other's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from ari_absence.core.facts import Kind

_DIGITS = frozenset("0123456789")
KEYS = frozenset("0123456789*#")
EXTENSION_KEYS_MAX = 32


class Act(StrEnum):
    """What a code asks for."""

    BACK = "back"
    SET = "set"
    OWN_STATE = "own_state"
    TOGGLE = "toggle"
    NEXT_CALLBACK = "next_callback"
    OWN_MAILBOX = "own_mailbox"
    ANY_MAILBOX = "any_mailbox"
    OTHER_STATE = "other_state"


@dataclass(frozen=True, slots=True)
class Command:
    """One code as it was dialled.

    ``kind`` is what :attr:`Act.SET` sets; ``typed`` the return behind it, or until when somebody is here behind
    :attr:`Act.BACK`, None if it is still to be asked for, and ``""`` if it was said to be unknown. ``extension`` is
    whose state it is about, where that was dialled; ``owed`` the code of the call to return.
    """

    act: Act
    kind: Kind | None = None
    typed: str | None = None
    extension: str | None = None
    owed: str | None = None


@dataclass(frozen=True, slots=True)
class Codes:
    """The site's codes. Behind ``back`` and those of a kind a ``*`` and a time may follow, behind ``next_callback`` a
    ``*`` and the code of one call, behind ``toggle`` and ``other_state`` an extension. ``toggle_kind`` is what one's
    own lamp key sets."""

    back: str = "*30"
    away: str = "*31"
    meeting: str = "*32"
    out: str = "*33"
    business_trip: str = "*34"
    left: str = "*35"
    day_off: str = "*36"
    dnd: str = "*37"
    next_callback: str = "*38"
    own_state: str = "*39"
    toggle: str = "*39"
    other_state: str = "*930"
    own_mailbox: str = "*97"
    any_mailbox: str = "*98"
    toggle_kind: Kind = Kind.AWAY

    def named(self) -> Iterator[tuple[str, str]]:
        """Each code with the name it has in the configuration."""
        for field in fields(self):
            if field.name != "toggle_kind":
                yield field.name, getattr(self, field.name)

    def parse(self, dialled: str) -> Command | None:
        """What ``dialled`` asks for; None if it is no code of ours."""
        return next(self._readings(dialled), None)

    def _readings(self, dialled: str) -> Iterator[Command]:
        for name, code in self.named():
            if dialled.startswith(code):
                command = _command(name, dialled[len(code) :])
                if command is not None:
                    yield command

    def clashes(self) -> Iterator[tuple[str, str]]:
        """Pairs of names whose codes could be meant by one and the same string of keys."""
        named = list(self.named())
        for place, (name, code) in enumerate(named):
            for other, others_code in named[place + 1 :]:
                if _clash(name, code, other, others_code) or _clash(other, others_code, name, code):
                    yield name, other

    def patterns(self) -> Iterator[tuple[str, str, str]]:
        """(name, code, what may follow it: nothing, ``return``, ``code`` or ``extension``)."""
        for name, code in self.named():
            yield name, code, _follows(name)


KINDS = {
    "away": Kind.AWAY,
    "meeting": Kind.MEETING,
    "out": Kind.OUT,
    "business_trip": Kind.BUSINESS_TRIP,
    "left": Kind.LEFT,
    "day_off": Kind.DAY_OFF,
    "dnd": Kind.DND,
}
"""What the codes of a kind set, by their names; in the order of the digits 1 to 7 of a menu."""


def kind_of_digit(digit: str) -> Kind | None:
    """The kind that a digit from 1 to 7 sets, where it is asked for by one key."""
    return dict(zip("1234567", KINDS.values(), strict=True)).get(digit)


def _command(name: str, rest: str) -> Command | None:
    """What the code ``name`` means with ``rest`` dialled behind it."""
    if _may_have_time(name):
        return _timed_command(Act.BACK if name == Act.BACK else Act.SET, KINDS.get(name), rest)
    if name == Act.NEXT_CALLBACK and rest:
        return _callback_command(rest)
    if _wants_extension(name):
        return Command(Act(name), extension=rest) if 0 < len(rest) <= EXTENSION_KEYS_MAX else None
    return None if rest else Command(Act(name))


def _timed_command(act: Act, kind: Kind | None, rest: str) -> Command | None:
    if not rest:
        return Command(act, kind)
    typed = rest[1:].removesuffix("#")
    if rest[0] != "*" or not _DIGITS.issuperset(typed):
        return None
    return Command(act, kind, typed if typed or rest.endswith("#") else None)


def _may_have_time(name: str) -> bool:
    return name in KINDS or name == Act.BACK


def _callback_command(rest: str) -> Command | None:
    code = rest[1:].removesuffix("#")
    if rest[0] != "*" or not code or not _DIGITS.issuperset(code):
        return None
    return Command(Act.NEXT_CALLBACK, owed=code)


def _wants_extension(name: str) -> bool:
    return name in (Act.TOGGLE, Act.OTHER_STATE)


def _follows(name: str) -> str:
    if _may_have_time(name):
        return "return"
    if name == Act.NEXT_CALLBACK:
        return "code"
    return "extension" if _wants_extension(name) else ""


def _clash(name: str, code: str, other: str, longer: str) -> bool:
    """Whether ``longer``, the code of ``other``, could be that of ``name``, or that with something behind it.

    The toggle and one's own state may share a code: something stands behind the one, and nothing behind the other.
    """
    if not longer.startswith(code):
        return False
    rest = longer[len(code) :]
    if _wants_extension(name):
        return bool(rest) or _wants_extension(other)
    if not rest:
        return not _wants_extension(other)
    return (_may_have_time(name) or name == Act.NEXT_CALLBACK) and rest.startswith("*")
