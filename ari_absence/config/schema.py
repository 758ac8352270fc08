"""The shape of the two configuration files: one source for checking, for editors (JSON Schema) and for the docs.

The shapes are in ``site_schema`` and ``people_schema``; what a key means is in its description. What concerns more than
one value (overlaps, who knows whom) is checked by the modules that build the directory.
"""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ari_absence.config.people_schema import PeopleFile
from ari_absence.config.site_schema import AbsenceFile
from ari_absence.config.value_types import Shape


class _EditorSchema(GenerateJsonSchema):
    """As strict as the files are read: a key with nothing behind it and a key that does not fit are refused."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be left out may not be null."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Null is no default that could be written."""
        return (
            super().default_schema(schema)
            if schema.get("default") is not None or ("default_factory" in schema)
            else self.generate_inner(schema["schema"])
        )

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Keys that fit no pattern are refused."""
        made = super().dict_schema(schema)
        return {**made, "additionalProperties": False} if "patternProperties" in made else made


FILES: dict[str, type[Shape]] = {"absence": AbsenceFile, "people": PeopleFile}


def json_schema(file: str) -> dict[str, Any]:
    """The JSON Schema of ``absence`` (``absence.yaml``) or ``people`` (``people.yaml``), for editors.

    Raises:
        KeyError: there is no such configuration file.
    """
    schema = FILES[file].model_json_schema(by_alias=True, schema_generator=_EditorSchema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": f"{file}.yaml"}
