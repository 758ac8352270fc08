"""``ari-absence schema``: JSON Schema for editors, from the models that check the files."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ari_absence.cli.options import print_json


class ConfigurationFile(StrEnum):
    """The files that have a schema."""

    ABSENCE = "absence"
    PEOPLE = "people"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)


def schema(
    file: Annotated[
        ConfigurationFile, typer.Argument(help="Which file's schema.")
    ] = ConfigurationFile.PEOPLE,
) -> None:
    """Print the JSON Schema of absence.yaml or people.yaml, for completion and checks in an editor."""
    from ari_absence.config.schema import json_schema

    print_json(json_schema(file.value))
