"""The shape of ``delivery``: hooks, and the rules by which channels something is told."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema, model_validator

from ari_absence.config import delivery_checks as checks
from ari_absence.config.value_types import Length, Shape, Span

HookName = Annotated[
    str,
    AfterValidator(checks.hook_name),
    WithJsonSchema({"type": "string", "pattern": r"^(?!(email|display|phone|lamp)$)[a-z][a-z0-9_]{0,30}$"}),
]
Channel = Annotated[
    str,
    AfterValidator(checks.channel),
    WithJsonSchema({"type": "string", "pattern": r"^(?!lamp$)[a-z][a-z0-9_]{0,30}$"}),
]
AnyItem = Annotated[
    str, AfterValidator(checks.item), WithJsonSchema({"type": "string", "enum": list(checks.ITEMS)})
]
Room = Annotated[
    str, AfterValidator(checks.room), WithJsonSchema({"type": "string", "pattern": r"^![^\s/]{1,254}$"})
]


class HookShape(Shape):
    """A chat, or any program that takes a request. Its address is `HOOK_<NAME>_URL` in `.env`, never here."""

    kind: Literal["slack", "mattermost", "teams", "matrix", "json"] = Field(
        description="What stands behind it; `json` is any program (docs/delivery.md)."
    )
    room: Room | None = Field(
        default=None, description="The room's id, `!abc:example.org`. Goes with `kind: matrix`."
    )


class TellingShape(Shape):
    """One step of a rule."""

    by: list[Channel] = Field(
        min_length=1, description="`email`, `display`, `phone`, or the names of hooks: all of these at once."
    )
    after: Length | None = Field(
        default=None, description="How long after it was left; the first step needs none."
    )


class DeliveryRuleShape(Shape):
    """When it fits, and what is done then."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["by"]}, {"required": ["then"]}]})

    for_: list[AnyItem] = Field(
        default_factory=list,
        alias="for",
        description="`message`, `callback`, `just_called`, `will_call_again`, `missed`, `notice` or one by its name,"
        " `reminder`, `digest`, `transcript`; all of them if left out.",
    )
    urgent: bool | None = Field(default=None, description="Only what is urgent, or only what is not.")
    hours: Literal["inside", "outside"] | None = Field(
        default=None, description="Only inside, or outside, the person's working hours."
    )
    between: list[Span] = Field(
        default_factory=list, description="Only at these times of the person's day: `22:00-06:00`."
    )
    by: list[Channel] | None = Field(
        default=None, min_length=1, description="The channels, all at once. Short for a `then` of one step."
    )
    then: list[TellingShape] | None = Field(
        default=None,
        min_length=1,
        description="Steps; those after the first are taken only if nobody has heard or settled it by then.",
    )

    @model_validator(mode="after")
    def _one_of_the_two(self) -> DeliveryRuleShape:
        if (self.by is None) == (self.then is None):
            raise ValueError(checks.BY_OR_THEN)
        return self


class PersonDeliveryShape(Shape):
    """How one person is told. Their rules count before the site's."""

    rules: list[DeliveryRuleShape] = Field(
        default_factory=list, description="As `delivery.rules` of the site, before them."
    )
    quiet: list[Span] | None = Field(
        default=None, description="Times of the day at which only what is urgent is told; `[]` for none."
    )
