"""Schema, reference and examples say the same as the models that check the files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from jsonschema import Draft202012Validator

from ari_absence.config.mistakes import FileMistakes, Mistakes
from ari_absence.config.reader import entries
from ari_absence.config.reference import tables
from ari_absence.config.schema import FILES, json_schema
from ari_absence.core.people import Limits
from ari_absence.core.schedule import instant_of_local

REPOSITORY = Path(__file__).parents[2]


def test_the_reference_lists_every_key_as_it_is() -> None:
    document = (REPOSITORY / "docs" / "configuration.md").read_text()
    assert tables().strip() in document, "put the output of `python -m ari_absence.config.reference` there"


def test_the_limits_of_the_files_are_those_of_the_core() -> None:
    shape = FILES["absence"].model_fields["limits"].get_default(call_default_factory=True)
    limits = {name: getattr(Limits(), name) for name in Limits.__slots__}
    assert shape.model_dump() == limits | {"urgent_again_minutes": list(Limits().urgent_again_minutes)}


@pytest.mark.parametrize("file", FILES)
def test_the_schema_refuses_unknown_keys_everywhere(file: str) -> None:
    schema = json_schema(file)
    assert schema["title"] == f"{file}.yaml"
    for shape in [schema, *map(_mapping, schema["$defs"].values())]:
        assert shape["additionalProperties"] is False, shape
        assert all("description" in each or "$ref" in each for each in shape["properties"].values())


def _mapping(shape: dict[str, Any]) -> dict[str, Any]:
    """``shape``, or what it is as a mapping if it may be a text, too."""
    return next((each for each in shape.get("anyOf", ()) if each["type"] == "object"), shape)


@pytest.mark.parametrize("file", FILES)
def test_every_key_is_in_the_commented_examples_or_has_its_default_explained(file: str) -> None:
    text = (REPOSITORY / "config" / f"{file}.yaml").read_text()
    assert set(yaml.load(text, Loader=yaml.BaseLoader)) == set(json_schema(file)["properties"])  # noqa: S506


def test_the_rules_of_the_document_are_those_of_the_code() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring = instant_of_local(date(2026, 3, 29), 150, berlin)
    autumn = instant_of_local(date(2026, 10, 25), 150, berlin)
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("folder", ["config", "tests/config/examples"])
def test_the_schema_takes_the_examples(file: str, folder: str) -> None:
    content = (REPOSITORY / folder / f"{file}.yaml").read_bytes()
    read = entries(content, FileMistakes(Mistakes(), file), frozenset())
    Draft202012Validator(json_schema(file)).validate({entry.path[0]: entry.value for entry in read})
