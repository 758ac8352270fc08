"""The keys by which calls that are owed settle themselves: shapes for ``absence.yaml``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

_OUTSIDE_LINE = re.compile(r"[0-9*#]{0,4}", re.ASCII)


def _outside_line(text: str) -> str:
    if not _OUTSIDE_LINE.fullmatch(text):
        raise ValueError(
            f'"{text[:20]}" is not what a phone dials for an outside line; write up to 4 of 0-9, * and #, such as "0"'
        )
    return text


_Digits = Annotated[
    str, AfterValidator(_outside_line), WithJsonSchema({"type": "string", "pattern": r"^[0-9*#]{0,4}$"})
]
OutsideLine = Annotated[
    _Digits | None,
    Field(
        description='What phones dial before a number outside, such as `"0"`: such calls settle what is owed to that'
        " number. It changes nothing about what is dialled."
    ),
]
SettlesAfterSeconds = Annotated[
    float,
    Field(
        ge=1,
        le=600,
        description="How long a talk lasts before it settles the calls that are owed to that number.",
    ),
]
