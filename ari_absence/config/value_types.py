"""What single values of the configuration files may be, each with its check and what editors are told of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from ari_absence.config import checks


def _pattern(pattern: str) -> WithJsonSchema:
    """What editors are told of a text."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


Name = Annotated[str, AfterValidator(checks.public_name), _pattern(r"^\S(.{0,78}\S)?$")]
Line = Annotated[str, AfterValidator(checks.one_line), _pattern(r"^(?=.*\S).{1,1000}$")]
Extension = Annotated[str, AfterValidator(checks.extension), _pattern(r"^[0-9*#A-Za-z_-]{1,32}$")]
Endpoint = Annotated[
    str, AfterValidator(checks.endpoint), _pattern(r"^(PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,64}$")
]
Mobile = Annotated[str, _pattern(r"^(\+[0-9][0-9 ().-]{3,40}|[0-9 ().-]{1,42})$")]  # read by PeopleReader
Email = Annotated[str, AfterValidator(checks.email), _pattern(r"^[^@\s]+@[^@\s]+$")]
Zone = Annotated[str, AfterValidator(checks.zone)]
Url = Annotated[str, AfterValidator(checks.http_url), _pattern(r"^https?://")]
HostPort = Annotated[str, AfterValidator(checks.host_and_port), _pattern(r"^\S+:[0-9]+$")]
Span = Annotated[
    str, AfterValidator(checks.span), _pattern(r"^ *[0-9]{1,2}:[0-9]{2} *[-\u2013] *[0-9]{1,2}:[0-9]{2} *$")
]
Date = Annotated[str, AfterValidator(checks.day), _pattern(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Length = Annotated[str, AfterValidator(checks.length), _pattern(r"^[0-9]+ ?(min|h)$")]
Key = Annotated[str, AfterValidator(checks.key), _pattern(r"^[0-9*#]$")]
Code = Annotated[str, AfterValidator(checks.code), _pattern(r"^[0-9*]{2,8}$")]
Country = Annotated[str, AfterValidator(checks.country_code), _pattern(r"^[A-Z]{2}$")]
Trunk = Annotated[
    str, AfterValidator(checks.trunk), _pattern(r"^[A-Za-z0-9_]+/.*\{(number|digits|national)\}")
]
OwnNumber = Annotated[
    str,
    AfterValidator(checks.shown_number),
    _pattern(r"^(?=.*[0-9{])\+?[0-9 ().-]{0,30}(\{extension\})?[0-9]{0,10}$"),
]
CompanyNumber = Annotated[
    str, AfterValidator(checks.company_number), _pattern(r"^(?=.*[0-9])\+?[0-9 ().-]{1,40}$")
]
DialPattern = Annotated[str, AfterValidator(checks.dial_pattern), _pattern(r"^[0-9XZN]{1,20}$")]
AnyOccasion = Annotated[
    str, AfterValidator(checks.occasion), WithJsonSchema({"type": "string", "enum": list(checks.OCCASIONS)})
]
DESTINATION = {"type": "string", "pattern": r"^(\+[0-9][0-9 ().-]{3,40}|[0-9*#A-Za-z_-]{1,32})$"}
AnyDestination = Annotated[
    str,
    BeforeValidator(checks.quoted_destination),
    AfterValidator(checks.destination),
    WithJsonSchema(DESTINATION),
]
Note = Annotated[
    str, AfterValidator(checks.note), WithJsonSchema({"type": "string", "maxLength": checks.LINE_MAX})
]
SetKind = Annotated[
    str,
    AfterValidator(checks.kind_to_set),
    WithJsonSchema({"type": "string", "enum": list(checks.KINDS_TO_SET)}),
]
_WEEKDAYS = {"type": "string", "pattern": r"^(month|(other )?[A-Za-z]{3}[A-Za-z, -]*)$"}
Weekdays = Annotated[
    list[str],
    BeforeValidator(checks.as_list),
    AfterValidator(checks.every),
    WithJsonSchema(
        {"type": ["string", "array"], "items": _WEEKDAYS, "minItems": 1, "pattern": _WEEKDAYS["pattern"]}
    ),
]
DayOfMonth = Annotated[
    str,
    BeforeValidator(checks.number_as_text),
    AfterValidator(checks.day_of_month),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": r"^ *([1-9]|[12][0-9]|3[01]|[A-Za-z]+ +[A-Za-z]+) *$",
            "minimum": 1,
            "maximum": 31,
        }
    ),
]
WeeklySpans = dict[
    Annotated[str, AfterValidator(checks.weekdays), _pattern("^ *[A-Za-z]{3}[A-Za-z, -]*$")], list[Span]
]


class Shape(BaseModel):
    """A mapping with known keys and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=False, frozen=True)
