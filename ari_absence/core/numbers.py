"""Numbers: cleaning what a caller sends or keys in, and the policy that alone makes dial targets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ari_absence.core.people import Person, Trunk

_ENDPOINT = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,64}", re.ASCII)
_CALLER_NUMBER = re.compile(r"\+?[0-9]{2,32}", re.ASCII)
_WITHHELD = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private", "asterisk", "s"})
_LEGAL_PUNCTUATION = str.maketrans("", "", " -.()/")


def caller_number(received: str | None) -> str | None:
    """The number in a caller ID, or None if it is withheld, empty or not a number at all.

    >>> caller_number("+81 3-1234-5678"), caller_number("anonymous"), caller_number("${SHELL(x)}")
    ('+81312345678', None, None)
    """
    if received is None or received.strip().lower() in _WITHHELD:
        return None
    compact = received.strip().translate(_LEGAL_PUNCTUATION)
    return compact if _CALLER_NUMBER.fullmatch(compact) else None


def keyed_number(digits: str, digits_min: int, digits_max: int) -> str | None:
    """The number a caller keyed in, or None when it has too few or too many digits.

    ``**`` before the number is the handset's way to write ``+``.
    """
    plus, rest = ("+", digits[2:]) if digits.startswith("**") else ("", digits)
    if not (rest.isascii() and rest.isdigit()):
        return None
    return plus + rest if digits_min <= len(rest) <= digits_max else None


@dataclass(frozen=True, slots=True)
class DialTarget:
    """Something that may be dialled. Only :class:`DialPolicy` makes one; a test holds that.

    ``endpoint`` is an ARI endpoint (``PJSIP/101``); that of an outside number holds a private number and is for
    the originate request alone, so it prints as a placeholder. ``trunk`` is the way out of an outside number.
    """

    endpoint: str
    trunk: Trunk | None = None

    @property
    def outside(self) -> bool:
        """Whether it leaves the house: the cap, the screening and the trunk's policy of caller id apply."""
        return self.trunk is not None

    def __repr__(self) -> str:
        return "DialTarget(<outside>)" if self.outside else f"DialTarget({self.endpoint})"

    __str__ = __repr__


class DialPolicy:
    """Says what may be dialled. So far only the phones of our own people: nothing outside."""

    def phones_of(self, person: Person) -> tuple[DialTarget, ...]:
        """The desk phones of ``person``; an endpoint with characters of a dial string is left out."""
        return tuple(DialTarget(phone) for phone in person.phones if _ENDPOINT.fullmatch(phone))
