"""The shape of ``people.yaml``: who works here, when they are not there, and the teams."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ari_absence.config.delivery_schema import PersonDeliveryShape
from ari_absence.config.handling_schema import HandlingShape, StepShape
from ari_absence.config.value_types import (
    AnyOccasion,
    Country,
    Date,
    DayOfMonth,
    Email,
    Endpoint,
    Extension,
    Line,
    Mobile,
    Name,
    Note,
    SetKind,
    Shape,
    Weekdays,
    WeeklySpans,
    Zone,
)


class AbsenceShape(Shape):
    """One absence: dated (`from` and `until` hold dates) or recurring (`every`)."""

    kind: SetKind = Field(description="Why: `away`, `meeting`, `out`, `business_trip`, `vacation`, ...")
    from_: Line | None = Field(
        default=None,
        alias="from",
        description='A date (that whole day), a date with a time, or, with `every`, a time such as `"10:00"`.',
    )
    until: Line | None = Field(
        default=None,
        description="The last day (included), or the first instant after it; `open` if the end is not known.",
    )
    every: Weekdays | None = Field(
        default=None, description="Weekdays (`mon`, `mon-fri`), `other mon` for every other week, or `month`."
    )
    day: DayOfMonth | None = Field(
        default=None, description="With `every: month`: `15`, `last day`, `second tue` or `last fri`."
    )
    starting: Date | None = Field(
        default=None,
        description="The first day it may take place; for every other week, a day of the first week.",
    )
    ending: Date | None = Field(default=None, description="The last day it may take place.")
    except_: list[Date] = Field(
        default_factory=list, alias="except", description="Days on which it does not take place."
    )
    note: Note | None = Field(default=None, description="Private: for its owner's own screen and mail only.")
    delegate: Extension | None = Field(
        default=None, description="Who covers meanwhile: an extension or a team."
    )
    reach: list[StepShape] | None = Field(
        default=None, description="Steps for this absence, instead of those of its kind."
    )


class PersonShape(Shape):
    """Somebody with an extension."""

    name: Name = Field(description="The name, as it is spoken and shown.")
    phones: list[Endpoint] = Field(default_factory=list, description="Desk phones, such as `PJSIP/101`.")
    mobile: Mobile | None = Field(
        default=None,
        description="Private: dialled for them, never spoken, shown or logged. With country code, in quotes.",
    )
    email: Email | None = Field(default=None, description="Where their messages go.")
    manager: Extension | None = Field(default=None, description="The extension urgent calls may go to.")
    delegates: list[Extension] = Field(
        default_factory=list, description="Who covers for them, in this order: extensions or teams."
    )
    watches: list[Extension] = Field(
        default_factory=list,
        description="Whose messages light their lamp, too: extensions or teams.",
    )
    absences: list[AbsenceShape] = Field(default_factory=list, description="When they are not there.")
    hours: WeeklySpans | None = Field(default=None, description="Working hours, if not the site's.")
    timezone: Zone | None = Field(default=None, description="Zone, if not the site's.")
    country: Country | None = Field(
        default=None, description="Country of the public holidays, if not the site's."
    )
    region: Line | None = Field(default=None, description="Region of the public holidays, if not the site's.")
    holidays: bool = Field(default=True, description="`false` for those who work on holidays, too.")
    may: Note | None = Field(default=None, description="What a delegate may do; delegates hear and read it.")
    rights: list[Literal["set_others"]] = Field(
        default_factory=list, description="`set_others`: may set other people's state."
    )
    disclosure: Literal["class", "unavailable"] | None = Field(
        default=None, description="As `site.disclosure`."
    )
    handling: dict[AnyOccasion, HandlingShape] = Field(
        default_factory=dict, description="As the site's `handling`; what is not said here is as there."
    )
    delivery: PersonDeliveryShape | None = Field(
        default=None, description="How they are told, where it differs (docs/delivery.md)."
    )


class TeamShape(Shape):
    """Several people under one name."""

    name: Name = Field(description="The name, as it is spoken: `the sales desk`.")
    members: list[Extension] = Field(min_length=1, description="Extensions.")
    ring: Literal["all", "in order"] = Field(default="all", description="All at once, or one after another.")


class PeopleFile(Shape):
    """`people.yaml`: who works here."""

    people: dict[Extension, PersonShape] = Field(
        min_length=1, description="Everybody, by extension (in quotes)."
    )
    teams: dict[Extension, TeamShape] = Field(
        default_factory=dict, description="Teams, by a word of your choice."
    )
