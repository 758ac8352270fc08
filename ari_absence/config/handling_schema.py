"""The shape of ``handling``: the steps that a call goes through. The site has it, and every person."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from ari_absence.config import checks
from ari_absence.config.value_types import DESTINATION, AnyDestination, Length, Shape


class StepShape(Shape):
    """One step: what rings at the same time. Written as one text, it is one thing that rings as long as usual."""

    ring: list[AnyDestination] = Field(
        min_length=1,
        description="What rings at the same time. A step that is only one of these may be written without `ring`.",
    )
    seconds: Annotated[int, Field(ge=1, le=checks.RING_SECONDS_MAX)] | None = Field(
        default=None, description="For how long it rings; as `limits` say if left out."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_thing(cls, value: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
        if isinstance(value, list):
            raise ValueError(
                "a list stands where a step is expected; write {ring: [...]} for what rings at the same time"
            )
        return value if value is None or isinstance(value, dict) else {"ring": [value]}

    @model_validator(mode="after")
    def _message_is_alone(self) -> StepShape:
        if "message" in self.ring and len(self.ring) > 1:
            raise ValueError(checks.MESSAGE_ALONE)
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A text or a mapping."""
        mapping = handler.resolve_ref_schema(handler(schema))
        return {"anyOf": [DESTINATION, dict(mapping)]}


class HandlingShape(Shape):
    """What happens to calls during one kind of absence, or in one situation."""

    ring: bool | None = Field(default=None, description="Whether the desk phone rings first.")
    reach: list[StepShape] | None = Field(
        default=None, description="Steps that are tried before a message is taken, in order."
    )
    ask: bool | None = Field(
        default=None,
        description="Whether somebody else is offered by name (key 4) instead of being rung at once; `true` at first.",
    )
    urgent: list[StepShape] | None = Field(
        default=None, description="Steps that are tried when the caller says it is urgent."
    )
    promise: Length | None = Field(
        default=None,
        description="Within how much of the person's working time they call back: `1h`, `30min`.",
    )
