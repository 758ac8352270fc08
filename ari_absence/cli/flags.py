"""Help without a type behind the options that take no value: typer writes ``<bool>`` there."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup


class Command(TyperCommand):
    """A command whose flags are shown as flags."""

    def get_params(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own classes, which change with its versions
        """All options and arguments."""
        return _without_types(super().get_params(ctx))


class Group(TyperGroup):
    """A group of commands whose flags are shown as flags."""

    def get_params(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """All options and arguments."""
        return _without_types(super().get_params(ctx))


def show_flags_as_flags(app: typer.Typer) -> None:
    """For all commands that were added to ``app``, and those of its groups."""
    app.info.cls = Group
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            show_flags_as_flags(group.typer_instance)


def _without_types(params: list[Any]) -> list[Any]:
    for each in params:
        if getattr(each, "is_flag", False) and each.metavar is None:
            each.metavar = ""
    return params


__all__ = ["Command", "Group", "show_flags_as_flags"]
