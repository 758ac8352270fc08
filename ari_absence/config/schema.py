"""The shape of the two configuration files: one source for checking, for editors (JSON Schema) and for the docs.

What a key means is in its description. What concerns more than one value (overlaps, who knows whom) is checked
by the modules that build the directory.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ari_absence.config import checks
from ari_absence.config.settling_keys import OutsideLine, SettlesAfterSeconds


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
_DESTINATION = {"type": "string", "pattern": r"^(\+[0-9][0-9 ().-]{3,40}|[0-9*#A-Za-z_-]{1,32})$"}
AnyDestination = Annotated[
    str,
    BeforeValidator(checks.quoted_destination),
    AfterValidator(checks.destination),
    WithJsonSchema(_DESTINATION),
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


NumberType = Literal["fixed", "mobile", "voip", "toll-free"]


def _usual_types() -> list[NumberType]:
    return ["fixed", "mobile", "voip"]


class Shape(BaseModel):
    """A mapping with known keys and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=False, frozen=True)


class SiteShape(Shape):
    """The office as a whole."""

    company: Name = Field(description="The company's name, as it is spoken to callers.")
    timezone: Zone = Field(description="The office's zone, such as `Europe/Berlin`.")
    country: Country = Field(
        description="Two letters, such as `JP`: the numbering plan and the public holidays that hold here."
    )
    region: Line | None = Field(
        default=None,
        description="State or province, such as `BY`, for public holidays that not all of the country has.",
    )
    language: Literal["en"] = Field(default="en", description="The language callers are spoken to in.")
    operator: Extension | None = Field(default=None, description="The extension that key 0 goes to.")
    disclosure: Literal["class", "unavailable"] = Field(
        default="class",
        description="What outsiders hear: `class`, the class of the absence; `unavailable`, no reason at all.",
    )


class PbxShape(Shape):
    """How to reach Asterisk. The user names and passwords are in `.env`."""

    ari_url: Url = Field(default="http://127.0.0.1:8088", description="Where Asterisk's HTTP server answers.")
    app: Extension = Field(
        default="ari-absence", description="Our application's name, as the dialplan calls it."
    )
    ami: HostPort | None = Field(
        default=None, description="Host and port of the manager interface, for message lamps."
    )
    message_lamp: Literal["minivm", "ari", "ami", "none"] = Field(
        default="minivm",
        description="How message lamps are lit (docs/lamps.md): `minivm` by our dialplan, `ari` where Asterisk has "
        "mailboxes in ARI, `ami` by the manager interface, `none` not at all.",
    )
    mailbox_context: Extension = Field(
        default="default",
        description="What stands behind the `@` in the `mailboxes=` of your phones' endpoints.",
    )
    sounds: Line | None = Field(
        default=None,
        description="The folder of the spoken phrases, if they are not where Asterisk keeps its own.",
    )
    freepbx: bool = Field(
        default=False, description="`true` beside a FreePBX: `check` warns of codes that it takes itself."
    )


class SiteDayShape(Shape):
    """Days on which the office is closed."""

    from_: Date = Field(alias="from", description="The first day.")
    until: Date | None = Field(default=None, description="The last day, included; without it, one day.")
    name: Name = Field(description="The public name of the day.")


class HolidaysShape(Shape):
    """Days on which nobody is expected to work."""

    public: bool = Field(default=True, description="Whether the public holidays of `site.country` count.")
    days: list[SiteDayShape] = Field(default_factory=list, description="The office's own days off.")


class TrunkShape(Shape):
    """A way out."""

    dial: Trunk = Field(
        description="How a number is dialled: `PJSIP/{number}@trunk`. `{number}` is `+81312345678`, `{digits}`"
        " the same without the plus, `{national}` as within its country: `0312345678`,"
        " for numbers of `site.country` only."
    )
    countries: list[Country] = Field(
        default_factory=list,
        description="Those it serves; all of `outside` if left out. The first that fits is taken.",
    )
    shows: Literal["caller", "own", "company"] = Field(
        default="caller",
        description="Whose number the called phone shows: `caller`, the original caller's; `own`, `own_number` with a"
        " Diversion header; `company`, `company_number`.",
    )
    own_number: OwnNumber | None = Field(
        default=None,
        description="The number of whoever was called: `+81 3 5555 {extension}`. Goes with `shows: own`;"
        " under `caller` it stands for a colleague who calls.",
    )
    company_number: CompanyNumber | None = Field(
        default=None, description="The company's number. Goes with `shows: company`."
    )


class DialingShape(Shape):
    """What may be dialled; nothing outside this list ever is."""

    internal: list[DialPattern] = Field(
        default_factory=list,
        description="Patterns of our own extensions: digits and X (0-9), Z (1-9), N (2-9). They permit nothing;"
        " `check` warns of an extension in people.yaml that fits none.",
    )
    outside: list[Country] = Field(
        default_factory=list,
        description="Countries whose ordinary numbers may be dialled; premium and short codes never are.",
    )
    trunk: Trunk | None = Field(
        default=None, description="Short for one of `trunks`: `PJSIP/{number}@trunk`."
    )
    trunks: list[TrunkShape] = Field(default_factory=list, description="The ways out, in order.")
    types: list[NumberType] = Field(
        default_factory=_usual_types,
        description="Types of numbers that may be dialled; all that there are: `fixed`, `mobile`, `voip`, `toll-free`.",
    )
    per_hour: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=20, description="How many outside calls are made for one person in an hour at most."
    )
    per_day: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=100, description="How many outside calls are made for one person in 24 hours at most."
    )
    outside_line: OutsideLine = None


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
        return {"anyOf": [_DESTINATION, dict(mapping)]}


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


class EmailShape(Shape):
    """How mail is sent. The user name and password are in `.env`."""

    smtp: HostPort = Field(description="Host and port of the mail server.")
    from_: Email = Field(alias="from", description="The sender's address.")
    attach_audio: bool = Field(default=True, description="Whether the recording goes along.")
    encryption: Literal["none", "starttls", "tls"] = Field(
        default="none",
        description="`starttls` from the usual port 587, `tls` from the first byte (port 465).",
    )


class DeliveryShape(Shape):
    """How messages reach their owners."""

    email: EmailShape | None = Field(default=None, description="By mail.")


class AnswerShape(Shape):
    """One general question the site answers by itself (key 6)."""

    title: Name = Field(description="How it is offered: `our opening hours`.")
    text: Line = Field(description="The answer, as it is spoken.")


class StorageShape(Shape):
    """Where messages, callbacks and recordings are kept. A database URL is a secret: `DATABASE_URL` in `.env`."""

    folder: Line = Field(
        default="data", description="The folder; a relative one begins where the service was started."
    )
    keep_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=90, description="After so many days, what was delivered and settled is deleted for good."
    )
    deleted_keep_hours: Annotated[int, Field(ge=0, le=720)] = Field(
        default=24,
        description="After so many hours, a message that its owner has deleted is gone for good, once it is delivered.",
    )


class MailboxShape(Shape):
    """How people of the house listen to their messages."""

    pin_from_own_phone: bool = Field(
        default=False, description="Whether `*97` asks for the PIN at one's own phone, too."
    )


class LimitsShape(Shape):
    """The numbers of a conversation."""

    desk_ring_seconds: Annotated[int, Field(ge=1, le=120)] = Field(
        default=15, description="How long a desk phone rings."
    )
    operator_ring_seconds: Annotated[int, Field(ge=1, le=120)] = Field(
        default=20, description="How long the operator's phone rings."
    )
    menu_seconds: Annotated[float, Field(ge=1, le=60)] = Field(
        default=6.0, description="How long a choice is waited for."
    )
    menu_rounds: Annotated[int, Field(ge=1, le=10)] = Field(
        default=3, description="How often the choices are spoken."
    )
    name_seconds: Annotated[int, Field(ge=1, le=30)] = Field(
        default=5, description="How long a caller's name may be."
    )
    message_min_seconds: Annotated[float, Field(ge=0, le=60)] = Field(
        default=3.0, description="Shorter messages are not kept."
    )
    message_max_seconds: Annotated[int, Field(ge=10, le=3600)] = Field(
        default=300, description="Longer messages are cut."
    )
    message_silence_seconds: Annotated[int, Field(ge=1, le=60)] = Field(
        default=5, description="Silence that ends a message."
    )
    messages_per_person: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=100, description="How many messages a mailbox holds."
    )
    messages_warning: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=80, description="From how many messages on the owner is warned."
    )
    number_digits_min: Annotated[int, Field(ge=1, le=20)] = Field(
        default=3, description="The shortest number a caller may leave."
    )
    number_digits_max: Annotated[int, Field(ge=1, le=32)] = Field(
        default=20, description="The longest number a caller may leave."
    )
    hops: Annotated[int, Field(ge=1, le=20)] = Field(
        default=5, description="How far a chain of delegates is followed."
    )
    step_ring_seconds: Annotated[int, Field(ge=1, le=checks.RING_SECONDS_MAX)] = Field(
        default=20,
        description="How long a step rings that does not say, if it is not the desk or the operator.",
    )
    screen_seconds: Annotated[float, Field(ge=1, le=30)] = Field(
        default=5.0, description="How long whoever is rung for somebody has to press a key."
    )
    screen_rounds: Annotated[int, Field(ge=1, le=10)] = Field(
        default=3, description="How often they hear what the call is about before it counts as declined."
    )
    word_every_seconds: Annotated[float, Field(ge=5, le=20)] = Field(
        default=20.0, description="How often a caller who waits hears a word."
    )
    busy_ask_seconds: Annotated[float, Field(ge=5, le=300)] = Field(
        default=25.0, description="How often a caller who waits for a busy line is asked again."
    )
    urgent_again_minutes: Annotated[list[Annotated[int, Field(ge=1, le=1440)]], Field(max_length=20)] = Field(
        default_factory=lambda: [15, 30],
        description="How many minutes after an urgent message was left it is told again while nobody has heard it;"
        " after the last of them, again and again in the distance of the last two, for a day.",
    )
    transfer_recall_ring_seconds: Annotated[int, Field(ge=2, le=60)] = Field(
        default=15,
        description="How long a phone rings with a transfer that comes back because nobody took it.",
    )
    pin_digits: Annotated[int, Field(ge=4, le=12)] = Field(
        default=6, description="How many digits a PIN has at least."
    )
    pin_tries: Annotated[int, Field(ge=1, le=10)] = Field(
        default=3, description="How many wrong PINs close a lock."
    )
    pin_lock_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=60, description="How long the first lock holds; each further one twice as long as the last."
    )
    hold_reminder_seconds: Annotated[float, Field(ge=1, le=3600)] = Field(
        default=60.0, description="After how long on hold a caller's holder is reminded."
    )
    recall_ring_seconds: Annotated[int, Field(ge=1, le=120)] = Field(
        default=15, description="How long a phone rings that is reminded of a caller on hold, or parked."
    )
    camp_on_hours: Annotated[int, Field(ge=1, le=240)] = Field(
        default=24, description="For how long a wish to be rung when somebody is back is kept."
    )
    camp_on_again_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        default=300, description="How long after it was not answered such a wish is tried again."
    )
    settles_after_seconds: SettlesAfterSeconds = 5.0
    callback_expires_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        default=30,
        description="How many days after it was due a call that nobody returned is given up.",
    )


class CodesShape(Shape):
    """What phones of the house dial, where it differs. The dialplan must say the same."""

    back: Code = Field(default="*30", description="I am back.")
    away: Code = Field(default="*31", description="Away from the desk; a `*` and the return may follow.")
    meeting: Code = Field(default="*32", description="In a meeting; the same.")
    out: Code = Field(default="*33", description="Out; the same.")
    business_trip: Code = Field(default="*34", description="On a business trip; the same.")
    left: Code = Field(default="*35", description="Gone for today; the same.")
    day_off: Code = Field(default="*36", description="A day off; the same.")
    dnd: Code = Field(default="*37", description="Do not disturb; the same.")
    next_callback: Code = Field(default="*38", description="The next callback I owe.")
    own_state: Code = Field(default="*39", description="What my state is.")
    toggle: Code = Field(default="*39", description="With my extension behind it: away, or back again.")
    other_state: Code = Field(
        default="*930", description="With an extension behind it: somebody else's state."
    )
    own_mailbox: Code = Field(default="*97", description="My mailbox.")
    any_mailbox: Code = Field(default="*98", description="Any mailbox, with its PIN.")
    toggle_kind: SetKind = Field(default="away", description="The kind of absence that `toggle` begins.")


class KeysShape(Shape):
    """The keys a caller presses, where they differ from the usual ones."""

    message: Key = Field(default="1", description="Leave a message.")
    callback: Key = Field(default="2", description="Please call me back.")
    just_called: Key = Field(default="3", description="Just say that I called.")
    colleague: Key = Field(default="4", description="The named colleague.")
    urgent: Key = Field(default="5", description="It is urgent.")
    wait: Key = Field(default="7", description="Wait for a line that is busy.")
    questions: Key = Field(default="6", description="General questions.")
    operator: Key = Field(default="0", description="The operator.")
    repeat: Key = Field(default="*", description="Say it again.")
    beep: Key = Field(default="#", description="Straight to the message.")
    camp_on: Key = Field(default="8", description="Be rung when the person is back; for colleagues.")


class AbsenceFile(Shape):
    """`absence.yaml`: everything that holds for the whole site."""

    site: SiteShape = Field(description="The office as a whole.")
    pbx: PbxShape = Field(default_factory=PbxShape, description="How to reach Asterisk.")
    hours: WeeklySpans = Field(
        description="Working hours of everybody who has none of their own: weekdays and spans of time."
    )
    holidays: HolidaysShape = Field(
        default_factory=HolidaysShape, description="Days nobody is expected to work."
    )
    dialing: DialingShape = Field(default_factory=DialingShape, description="What may be dialled.")
    handling: dict[AnyOccasion, HandlingShape] = Field(
        default_factory=dict,
        description="What happens to calls, per kind of absence, `at_once`, and on `busy`, `no_answer`, `unreachable`.",
    )
    delivery: DeliveryShape = Field(
        default_factory=DeliveryShape, description="How messages reach their owners."
    )
    answers: list[AnswerShape] = Field(
        default_factory=list, max_length=9, description="General questions (key 6)."
    )
    limits: LimitsShape = Field(default_factory=LimitsShape, description="The numbers of a conversation.")
    keys: KeysShape = Field(default_factory=KeysShape, description="The keys a caller presses.")
    codes: CodesShape = Field(
        default_factory=CodesShape, description="The codes that phones of the house dial (docs/codes.md)."
    )
    storage: StorageShape = Field(default_factory=StorageShape, description="Where everything is kept.")
    mailbox: MailboxShape = Field(
        default_factory=MailboxShape, description="How people of the house listen to their messages."
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
