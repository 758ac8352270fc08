"""What an unquoted word of YAML is. YAML's own typing is never applied; where it would surprise, we say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}", re.ASCII)
_SEXAGESIMAL = re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
_OCTAL = re.compile(r"[-+]?0[0-7_]+", re.ASCII)
_OTHER_NUMBER = re.compile(
    r"[-+]?(?:0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9][0-9_]*|\.(?:inf|Inf|INF))"
    r"|\.(?:nan|NaN|NAN)",
    re.ASCII,
)
_WORDS = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON", "True", "TRUE"), "true"),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF", "False", "FALSE"), "false"),
}
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_LONGEST_WORD = len("false")
_BEGINS_NUMBERS = frozenset("+-.0123456789")
_CHARACTERS_OF_NUMBERS = re.compile(r"[-+._:0-9a-fA-FxXoONiIn]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Trap:
    """An unquoted word that YAML reads as something else than what stands there."""

    text: str
    reads_as: str

    @property
    def sentence(self) -> str:
        """What is wrong with it, and what to write instead."""
        remedy = f'write "{self.text}"'
        if self.reads_as in ("true", "false"):
            remedy += f", or {self.reads_as} if that is meant"
        return f"{self.text} is not quoted, and YAML reads it as {self.reads_as}; {remedy}"


Scalar = str | int | float | bool | None | Trap


def read_plain(text: str) -> Scalar:
    """What the unquoted ``text`` is: true, false, a plain number, nothing, text, or a trap."""
    if text[:1] in _BEGINS_NUMBERS:
        return _read_number(text)
    if len(text) > _LONGEST_WORD:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in _NOTHING:
        return None
    return Trap(text, _WORDS[text]) if text in _WORDS else text


def _read_number(text: str) -> Scalar:
    if not _CHARACTERS_OF_NUMBERS.fullmatch(text):
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _SEXAGESIMAL.fullmatch(text):
        return Trap(text, f"the number {_sexagesimal(text)}")
    if _OCTAL.fullmatch(text):
        return Trap(text, f"the number {int(text.replace('_', ''), 8)}")
    if _OTHER_NUMBER.fullmatch(text):
        return Trap(text, "a number")
    return text


def _sexagesimal(text: str) -> str:
    value = 0.0
    for part in text.lstrip("+-").replace("_", "").split(":"):
        value = value * 60 + float(part)
    return f"{'-' if text.startswith('-') else ''}{value:.10g}"
