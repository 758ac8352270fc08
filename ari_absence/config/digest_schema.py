"""The shape of ``callbacks`` and ``digests``: who is reminded of calls that are owed, and what is summed up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ari_absence.config.value_types import Length, Shape


class CallbacksShape(Shape):
    """Who is reminded of a call that is owed, and when (docs/digests.md)."""

    remind_before: Length = Field(
        default="30min", description="How long before the promised time whoever owes the call is reminded."
    )
    escalate_after: Annotated[list[Length], Field(max_length=5)] = Field(
        default_factory=lambda: ["30min", "2h"],
        description="How long after the promised time, in the owner's working hours, first the delegate and then the"
        " manager is told; `[]`: nobody.",
    )


class DigestsShape(Shape):
    """What is summed up for people who were away, managers and the operator, by mail if there is a mail server."""

    welcome: bool = Field(
        default=True,
        description="Whether whoever was away is told, at their phone and by mail, what came meanwhile.",
    )
    welcome_after: Length = Field(
        default="90min", description="Absences that were shorter than this are left alone, as lunch is."
    )
    morning: bool = Field(
        default=True,
        description="Whether managers get what their people owe, and the operator what the house owes, when their"
        " working day begins.",
    )
    weekly: bool = Field(
        default=True, description="Whether managers and the operator get a report of the week on Monday."
    )
