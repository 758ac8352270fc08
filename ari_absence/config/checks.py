"""Checks of single values. Each raises ``ValueError`` with a sentence: what is wrong; what to write instead."""

from __future__ import annotations

import re
import zoneinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ari_absence.config import times
from ari_absence.core.people import Kind
from ari_absence.core.steps import Situation, Way

KINDS = tuple(kind.value for kind in Kind if not kind.is_presence)
KINDS_TO_SET = tuple(kind.value for kind in Kind if kind.can_be_set)
OCCASIONS = (*KINDS, *(situation.value for situation in Situation))
STEP_WORDS = tuple(way.value for way in Way if way not in (Way.NAMED, Way.NUMBER))
RING_SECONDS_MAX = 120
MESSAGE_ALONE = "message rings nobody, and nothing can ring together with it; make it a step of its own"
BEHIND_MESSAGE = "this is never reached: the steps end with message; move message to the end or remove this"
OTHER = "other "
MONTH = "month"
_NAME_MAX = 80
LINE_MAX = 1000
_EXTENSION = re.compile(r"[0-9*#A-Za-z_-]{1,32}", re.ASCII)
_ENDPOINT = re.compile(r"(?:PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,64}", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)
_HOST_PORT = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})", re.ASCII)
_TRUNK = re.compile(
    r"[A-Za-z0-9_]+/(?:[A-Za-z0-9_.-]+/)?[0-9]{0,8}\{(?:number|digits|national)\}(?:@[A-Za-z0-9_.-]+)?",
    re.ASCII,
)
_OWN_NUMBER = re.compile(r"\+?[0-9 ().-]{0,30}(?:\{extension\})?[0-9]{0,10}", re.ASCII)
_DESTINATION_NUMBER = re.compile(r"\+[0-9][0-9 ().-]{3,40}", re.ASCII)
_NATIONAL_NUMBER = re.compile(r"[0-9 ().-]{1,42}", re.ASCII)
_DIGITS_OF_NUMBERS = 7  # what has so many digits may be somebody's private number
_CODE = re.compile(r"[0-9*]{2,8}", re.ASCII)
_DIAL_PATTERN = re.compile(r"[0-9XZN]{1,20}", re.ASCII)
_DIGITS_OF_SIGN = {"X": "0123456789", "Z": "123456789", "N": "23456789"}
_EXTENSION_CHARACTER = re.compile(r"[0-9*#A-Za-z_-]", re.ASCII)


def nearest(word: str, known: Any) -> str:  # noqa: ANN401 - any iterable of words
    """``, nearest is "x"`` for the known word most like ``word``, or nothing."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.7)
    return close[0] if close else ""


def _shown(text: str) -> str:
    """``text`` as a sentence may quote it: on one line, and not at length."""
    clean = "".join(character if character.isprintable() else "\ufffd" for character in text[:61])
    return f'"{clean[:60]}…"' if len(clean) > 60 else f'"{clean}"'


def public_name(text: str) -> str:
    """A name that is spoken and shown."""
    if not text.strip() or text != text.strip():
        raise ValueError("a name can't be empty or begin or end with a space; write the name")
    if len(text) > _NAME_MAX:
        raise ValueError(f"a name has {_NAME_MAX} characters at most; shorten it")
    if not text.isprintable():
        raise ValueError("a name can't hold line breaks or control characters; write it on one line")
    return text


def one_line(text: str) -> str:
    """A line of text."""
    if not text.strip():
        raise ValueError("this is empty; write a text or leave the key out")
    if len(text) > LINE_MAX or not text.isprintable():
        raise ValueError(f"this must be one line of {LINE_MAX} characters at most; shorten it")
    return text


def note(text: str) -> str:
    """A private text; its content never appears in a sentence."""
    if len(text) > LINE_MAX:
        raise ValueError(f"a note has {LINE_MAX} characters at most; shorten it")
    return text


def extension(text: str) -> str:
    """An extension, or a team's word."""
    if _EXTENSION.fullmatch(text):
        return text
    wrong = next((character for character in text if not _EXTENSION_CHARACTER.match(character)), None)
    if wrong is None:
        raise ValueError(f"{_shown(text)} can't be an extension; write 1 to 32 of 0-9 * # A-Z a-z _ -")
    raise ValueError(
        f"{_shown(text)} holds {_shown(wrong)}; an extension is made of 0-9 * # A-Z a-z _ - only"
    )


def key_of_people(text: str) -> str:
    """What somebody or a team goes by: an extension that steps can name."""
    if text in STEP_WORDS:
        raise ValueError(f"{text} is a word for a step, and nobody else can be named so; write another")
    return extension(text)


def endpoint(text: str) -> str:
    """A phone as the dialplan dials it."""
    if not _ENDPOINT.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a phone; write such as PJSIP/101")
    return text


def email(text: str) -> str:
    """A mail address."""
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a mail address; write such as alice@example.com")
    return text


def zone(text: str) -> str:
    """The name of a time zone."""
    known_zone(text)
    return text


@lru_cache(maxsize=1024)
def known_zone(text: str) -> ZoneInfo:
    """The zone of that name; the same object every time."""
    try:
        return ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        like = nearest(text, zoneinfo.available_timezones())
        remedy = f"write {like}" if like else "write such as Europe/Berlin"
        raise ValueError(f"the zone {_shown(text)} is not known; {remedy}") from None


def http_url(text: str) -> str:
    """An address of Asterisk's HTTP server."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine or not text.isprintable() or " " in text:
        raise ValueError("this is not an address of a web server; write such as http://127.0.0.1:8088")
    if parts.username or parts.password or parts.query:
        raise ValueError(
            "user names and passwords do not belong here; write them to .env (ARI_USERNAME, ARI_PASSWORD)"
        )
    return text


def host_and_port(text: str) -> str:
    """``host:port``."""
    split_host_and_port(text)
    return text


def split_host_and_port(text: str) -> tuple[str, int]:
    """``"127.0.0.1:25"`` -> its two parts."""
    match = _HOST_PORT.fullmatch(text)
    if match is None or not 0 < int(match[2]) < 65_536:
        raise ValueError(f"{_shown(text)} is not a host with a port; write such as 127.0.0.1:25")
    return match[1].strip("[]"), int(match[2])


def span(text: str) -> str:
    """A span of working time."""
    times.span_of(text)
    return text


def day(text: str) -> str:
    """A date."""
    times.date_of(text)
    return text


def length(text: str) -> str:
    """A length of time."""
    times.seconds_in(text)
    return text


def key(text: str) -> str:
    """A key of a telephone."""
    if text not in tuple("0123456789*#"):
        raise ValueError(f'{_shown(text)} is not a key of a telephone; write one of "0" to "9", "*", "#"')
    return text


def code(text: str) -> str:
    """A code that phones of the house dial."""
    if not _CODE.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a code; write 2 to 8 of 0-9 and *, such as *33")
    return text


def country_code(text: str) -> str:
    """Two capital letters; whether there is such a country is checked where it is used."""
    if len(text) != 2 or not (text.isascii() and text.isalpha() and text.isupper()):
        raise ValueError(f"{_shown(text)} is not a country's code; write two capital letters, such as JP")
    return text


def trunk(text: str) -> str:
    """How an outside number is dialled."""
    if not _TRUNK.fullmatch(text):
        raise ValueError(f"{_shown(text)} does not say how to dial; write such as PJSIP/{{number}}@trunk")
    return text


def dial_pattern(text: str) -> str:
    """A pattern of extensions."""
    if not _DIAL_PATTERN.fullmatch(text):
        raise ValueError(
            f'{_shown(text)} is not a pattern; write digits and X (0-9), Z (1-9), N (2-9), such as "1XX"'
        )
    return text


def fits_pattern(text: str, pattern: str) -> bool:
    """Whether the extension ``text`` is one of ``pattern``: ``"1XX"``."""
    return len(text) == len(pattern) and all(map(_fits, text, pattern))


def _fits(digit: str, sign: str) -> bool:
    return digit in _DIGITS_OF_SIGN.get(sign, sign)


def may_be_private(text: str) -> bool:
    """Whether ``text`` may hold a telephone number, so that no sentence may repeat it."""
    return sum(character.isdigit() for character in text) >= _DIGITS_OF_NUMBERS


def quoted_destination(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """What is not text, unless it may be a number that nobody may read in a sentence."""
    if not isinstance(value, str | list | dict) and may_be_private(str(getattr(value, "text", value))):
        raise ValueError('an outside number is written in double quotes, such as "+81 3 1234 5678"')
    return value


def destination(text: str) -> str:
    """What a step rings: a word, an extension, a team or an outside number."""
    if text.startswith("+") or (may_be_private(text) and not _EXTENSION.fullmatch(text)):
        return _outside_number(text)
    return extension(text)


def mobile_number(text: str) -> str:
    """Somebody's own number: as a step's, or without its country code as it is written at home."""
    return text if _NATIONAL_NUMBER.fullmatch(text) else _outside_number(text)


def _outside_number(text: str) -> str:
    if not _DESTINATION_NUMBER.fullmatch(text):
        raise ValueError(
            "this is not an outside number; write it with + and its country code,"
            ' in double quotes, such as "+81 3 1234 5678"'
        )
    return text


def shown_number(text: str) -> str:
    """A number that called parties are shown: digits, perhaps with a plus and ``{extension}`` in it."""
    if not _OWN_NUMBER.fullmatch(text) or not (any(map(str.isdigit, text)) or "{" in text):
        raise ValueError(
            f'{_shown(text)} is not a number that can be shown; write such as "+81 3 5555 {{extension}}"'
        )
    return text


def company_number(text: str) -> str:
    """A number that is the same for all."""
    if "{" in text:
        raise ValueError("the company's number is the same for everybody; write it without {extension}")
    return shown_number(text)


def occasion(text: str) -> str:
    """Any kind of absence, or a situation."""
    return _one_of(text, OCCASIONS)


def kind(text: str) -> str:
    """Any kind of absence."""
    return _one_of(text, KINDS)


def _one_of(text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        like = nearest(text, known)
        remedy = f"write {like}" if like else f"write one of {', '.join(known)}"
        raise ValueError(f"the kind {_shown(text)} is not known; {remedy}")
    return text


def kind_to_set(text: str) -> str:
    """A kind of absence that somebody may choose."""
    if kind(text) not in KINDS_TO_SET:
        raise ValueError(
            f"{text} follows from hours and holidays and can't be set; write one of {', '.join(KINDS_TO_SET)}"
        )
    return text


def weekdays(text: str) -> str:
    """Weekdays as the key of working hours."""
    times.weekdays_of(text)
    return text


def as_list(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """One text instead of a list of one."""
    return [value] if isinstance(value, str) else value


def number_as_text(value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """A plain number where text is just as good."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def every(words: list[str]) -> list[str]:
    """Weekdays, every other week's weekdays, or ``month``."""
    if words in ([MONTH], []):
        if not words:
            raise ValueError("no days are named; write weekdays such as mon, or month")
        return words
    for word in words:
        times.weekdays_of(word.removeprefix(OTHER))
    if len({word.startswith(OTHER) for word in words}) > 1:
        raise ValueError("every week and every other week can't be mixed; write two absences")
    return words


def day_of_month(text: str) -> str:
    """A day of every month."""
    times.monthly_rule(text)
    return text
