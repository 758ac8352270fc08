"""Numbers: cleaning what a caller sends or keys in, and the policy that alone makes dial targets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ari_absence.core.facts import PrivateNumber
from ari_absence.core.people import Dialing, Person, Trunk

_ENDPOINT = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,64}", re.ASCII)
_CALLER_NUMBER = re.compile(r"\+?[0-9]{2,32}", re.ASCII)
_WITHHELD = frozenset({"", "anonymous", "unknown", "unavailable", "restricted", "private", "asterisk", "s"})
DIALLABLE_TYPES = frozenset({"fixed", "mobile", "voip", "toll-free"})
"""Types of numbers that a site may allow; all others cost more than a call, or nobody knows what."""

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


@lru_cache(maxsize=4096)
def international(written: str, country: str) -> str | None:
    """``+81312345678`` for a number as the network sent it or somebody keyed it in, read as ``country`` writes it.

    None: by its plan there is no such number. Not to dial it: only :class:`DialPolicy` says what may be dialled.

    >>> international("0312345678", "JP"), international("+81 3-1234-5678", ""), international("4711", "JP")
    ('+81312345678', '+81312345678', None)
    """
    import phonenumbers  # takes 100 ms

    try:
        number = phonenumbers.parse(written, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True, slots=True)
class DialTarget:
    """Something that may be dialled. Only :class:`DialPolicy` makes one; a test holds that.

    ``endpoint`` is an ARI endpoint (``PJSIP/101``); that of an outside number holds a private number and is for
    the create request alone, so it prints as a placeholder. ``trunk`` is the way out of an outside number.
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

    def __reduce__(self) -> str:
        raise TypeError("what may be dialled can't be pickled")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a number is not dialled; a sentence's end without the number."""

    why: str


class DialPolicy:
    """Says what may be dialled: the phones of our own people, and outside what ``dialing`` allows.

    Premium, shared-cost, satellite and personal numbers, short codes and emergency numbers are refused whatever
    it allows. When in doubt, refuse.
    """

    def __init__(self, dialing: Dialing) -> None:
        self._dialing = dialing

    def phones_of(self, person: Person) -> tuple[DialTarget, ...]:
        """The desk phones of ``person``; an endpoint with characters of a dial string is left out."""
        return tuple(DialTarget(phone) for phone in person.phones if _ENDPOINT.fullmatch(phone))

    def outside(self, number: PrivateNumber) -> DialTarget | Refusal:
        """The way to dial an outside number (E.164), or why it is not dialled."""
        if not self._dialing.trunks or not self._dialing.outside:
            return Refusal("no outside calls are allowed (dialing)")
        nature = _nature(number.digits_for_dialling())
        if nature is None:
            return Refusal("it is not an ordinary telephone number")
        if nature.country not in self._dialing.outside:
            return Refusal(f"calls to {nature.where} are not allowed (dialing: outside)")
        if not nature.types & self._dialing.types & DIALLABLE_TYPES:
            return Refusal(f"calls to {' or '.join(sorted(nature.types))} numbers are not allowed")
        if nature.is_emergency:
            return Refusal(f"it is an emergency number of {nature.country}")
        return self._target(nature)

    def mobile(self, number: str, country: str) -> str | None:
        """A caller's number in E.164, if a text message may be sent there: a mobile one that might be dialled, too."""
        e164 = international(number, country)
        nature = _nature(e164) if e164 else None
        if e164 is None or nature is None or "mobile" not in nature.types & self._dialing.types:
            return None
        return None if isinstance(self.outside(PrivateNumber(e164)), Refusal) else e164

    def _target(self, nature: _Nature) -> DialTarget | Refusal:
        for trunk in self._dialing.trunks:
            if not trunk.countries or nature.country in trunk.countries:
                if "{national}" in trunk.dial and nature.country != self._dialing.home:
                    return Refusal(
                        f"its trunk would dial a number of {nature.country} as one of here ({{national}})"
                    )
                if "{national}" in trunk.dial and nature.begins_as_emergency:
                    return Refusal(_MAY_BE_EMERGENCY)
                return DialTarget(_filled(trunk.dial, nature), trunk)
        return Refusal(f"no trunk serves {nature.country} (dialing: trunks)")


_MAY_BE_EMERGENCY = (
    "dialled without its country code, as its trunk does ({national}), it begins with an emergency number"
)


@dataclass(frozen=True, slots=True)
class _Nature:
    """What kind of number it is: its country, what it may be (in some countries fixed or mobile), its spellings.

    ``begins_as_emergency``: an exchange that is sent ``national`` may call the emergency services at its first digits.
    """

    country: str
    types: frozenset[str]
    e164: str
    national: str
    is_emergency: bool
    begins_as_emergency: bool
    shared_code: str = ""

    @property
    def where(self) -> str:
        """The country, in words that tell why a number of ``+44`` is none of Great Britain."""
        return f"{self.country} ({self.shared_code})" if self.shared_code else self.country


_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_NATIONAL = re.compile(r"[0-9]{3,15}", re.ASCII)


def _filled(dial: str, nature: _Nature) -> str:
    """``{number}`` is E.164 with its plus, ``{digits}`` without it, ``{national}`` as dialled within the country."""
    spellings = {"{number}": nature.e164, "{digits}": nature.e164[1:], "{national}": nature.national}
    for place, digits in spellings.items():
        dial = dial.replace(place, digits)
    return dial


@lru_cache(maxsize=4096)
def _nature(digits: str) -> _Nature | None:
    """What the number is by its country's numbering plan, or None for whatever is not an ordinary number."""
    import phonenumbers  # takes 100 ms, and most sites forward nothing

    if not _E164.fullmatch(digits):
        return None
    try:
        number = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return None
    country = phonenumbers.region_code_for_number(number)
    if not phonenumbers.is_valid_number(number) or country is None or len(country) != 2:
        return None  # satellite and other worldwide numbers belong to no country
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    national = "".join(sign for sign in national if sign in "0123456789")
    if not _NATIONAL.fullmatch(national):
        return None
    kinds = phonenumbers.PhoneNumberType
    types = {
        kinds.FIXED_LINE: "fixed",
        kinds.MOBILE: "mobile",
        kinds.FIXED_LINE_OR_MOBILE: "fixed mobile",
        kinds.VOIP: "voip",
        kinds.TOLL_FREE: "toll-free",
        kinds.PREMIUM_RATE: "premium",
        kinds.SHARED_COST: "shared-cost",
        kinds.PERSONAL_NUMBER: "personal",
        kinds.PAGER: "pager",
        kinds.UAN: "company-wide",
        kinds.VOICEMAIL: "mailbox",
    }
    names = types.get(phonenumbers.number_type(number), "unknown")
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    exact = {national, phonenumbers.national_significant_number(number)}
    return _Nature(
        country,
        frozenset(names.split()),
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        national,
        is_emergency=any(phonenumbers.is_emergency_number(each, country) for each in exact),
        begins_as_emergency=phonenumbers.connects_to_emergency_number(national, country),
        shared_code="" if main == country else f"which shares +{number.country_code} with {main}",
    )
