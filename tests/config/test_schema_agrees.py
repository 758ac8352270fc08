"""An editor that checks by the JSON Schema says what the loader says, as far as a schema can say it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ari_absence.config.schema import FILES, json_schema
from tests.config.folder import EXAMPLES, PEOPLE, SITE, mistakes

MIS_WRITTEN: tuple[Any, ...] = (None, True, 7, -1, 1.5, "", " ", "x", "\n", [], [None], ["x"], {}, {"x": 1})
STEPS = ["desk", {"ring": ["mobile", "100", "+81 3 1234 5678"], "seconds": 12}, "message"]
TRUNKS = [
    {"dial": "PJSIP/{number}@a", "countries": ["JP"], "shows": "own", "own_number": "+81 3 5555 {extension}"},
    {"dial": "PJSIP/0{national}@b", "shows": "company", "company_number": "+81 3 5555 0000"},
]
DOCUMENTS: dict[str, dict[str, Any]] = {
    "absence": {
        **yaml.load((EXAMPLES / "absence.yaml").read_text(), Loader=yaml.BaseLoader),  # noqa: S506
        "holidays": {"public": True, "days": [{"from": "2026-12-29", "until": "2027-01-03", "name": "Rest"}]},
        "dialing": {
            "internal": ["1XX"],
            "outside": ["JP"],
            "trunks": TRUNKS,
            "types": ["mobile", "fixed"],
            "per_hour": 20,
        },
        "handling": {
            "meeting": {"ring": False, "ask": True, "reach": STEPS, "urgent": ["mobile"], "promise": "1h"},
            "at_once": {"reach": ["100"]},
        },
        "delivery": {
            "email": {"smtp": "127.0.0.1:25", "from": "a@example.com", "attach_audio": True},
            "hooks": {
                "sales_chat": {"kind": "slack"},
                "ops": {"kind": "matrix", "room": "!abc:example.org"},
            },
            "rules": [
                {
                    "for": ["message"],
                    "urgent": True,
                    "then": [{"by": ["email"]}, {"after": "15min", "by": ["sales_chat", "phone"]}],
                },
                {"hours": "outside", "between": ["22:00-06:00"], "by": ["email"]},
            ],
            "quiet": ["22:00-07:00"],
        },
        "answers": [{"title": "our hours", "text": "From nine."}],
        "limits": {"menu_seconds": 6.5, "hops": 5, "urgent_again_minutes": [15]},
        "keys": {"message": "1"},
        "storage": {"folder": "data", "keep_days": 90},
    },
    "people": {
        "people": {
            "101": {
                "name": "Alice",
                "phones": ["PJSIP/101"],
                "mobile": "+81 90 1234 5678",
                "email": "alice@example.com",
                "manager": "100",
                "delegates": ["100"],
                "absences": [
                    {
                        "kind": "out",
                        "from": "2026-11-25",
                        "until": "2026-11-26",
                        "note": "-",
                        "delegate": "us",
                        "reach": ["desk", {"ring": ["mobile", "us"]}],
                    },
                    {
                        "kind": "meeting",
                        "every": ["mon", "wed"],
                        "except": ["2026-11-30"],
                        "ending": "2027-01-01",
                    },
                    {
                        "kind": "meeting",
                        "every": "month",
                        "day": "last fri",
                        "from": "10:00",
                        "until": "11:00",
                    },
                    {"kind": "day_off", "every": "other fri", "starting": "2026-01-09"},
                ],
                "hours": {"mon-fri": ["09:00-12:00"]},
                "timezone": "Asia/Tokyo",
                "country": "JP",
                "holidays": True,
                "may": "Confirm dates.",
                "rights": ["set_others"],
                "disclosure": "class",
                "handling": {"meeting": {"ring": True, "promise": "30min", "urgent": ["mobile", "us"]}},
                "delivery": {"rules": [{"by": ["email"]}], "quiet": ["12:00-13:00"]},
            },
            "100": {"name": "Reception"},
        },
        "teams": {"us": {"name": "Us", "members": ["100"], "ring": "all"}},
    },
}
# What needs other values, the calendar or a list of the world's zones, countries and numbers.
BEYOND_A_SCHEMA = re.compile(
    "the (zone|country|operator|manager|delegate|member|step) .* is not known|is not dialled"
    "|is missing here; add it, or|no public holidays are known|no regions"
    "|not a region|does not exist|that exists|is missing; add it, or|goes with|which day|which of the two"
    "|neither a date|is not a time|overlaps|would mean|is above|begins together|can't be their own|not a weekday"
    "|the channel .* is not known|needs its room|never reached|is not after|fits everything"
    '|is not a day of a month|"from" is missing here|control characters'
)


def variants(value: Any) -> Iterator[tuple[str, Any]]:
    """``value`` with one thing in it written wrong, or left out, or one unknown key more."""
    for wrong in MIS_WRITTEN:
        yield f" = {wrong!r}", wrong
    if isinstance(value, dict):
        yield ": unknown key", {**value, "x-y z": "-"}
        for key in value:
            yield f".{key} left out", {other: each for other, each in value.items() if other != key}
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for what, each in variants(value[key]):
            changed = deepcopy(value)
            changed[key] = each
            yield f".{key}{what}", changed


def told(folder: Path, file: str, document: Any) -> list[str]:
    """What the loader says of ``document``: JSON is YAML in which nothing is a trap."""
    text = json.dumps(document)
    found = (
        mistakes(folder, text, PEOPLE.replace("102", "100"))
        if file == "absence"
        else mistakes(folder, SITE, text)
    )
    return [line for line in found if line.startswith(file)]


@pytest.mark.parametrize("file", FILES)
def test_schema_and_loader_agree_on_whatever_is_written_wrong(tmp_path: Path, file: str) -> None:
    schema = Draft202012Validator(json_schema(file))
    assert told(tmp_path, file, DOCUMENTS[file]) == []
    differ = {}
    for what, document in variants(DOCUMENTS[file]):
        found = told(tmp_path, file, document)
        refused = not schema.is_valid(document)
        if refused != bool(found) and not (found and all(map(BEYOND_A_SCHEMA.search, found))):
            differ[what] = found or [each.message for each in schema.iter_errors(document)]
    assert differ == {}


@pytest.mark.parametrize("file", FILES)
def test_schema_allows_null_nowhere(file: str) -> None:
    assert "null" not in json.dumps(json_schema(file))
