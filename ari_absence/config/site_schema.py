"""The shape of ``absence.yaml``: everything that holds for the whole site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ari_absence.config.conversation_schema import AnswerShape, CodesShape, KeysShape, LimitsShape
from ari_absence.config.delivery_schema import DeliveryRuleShape, HookName, HookShape
from ari_absence.config.digest_schema import CallbacksShape, DigestsShape
from ari_absence.config.handling_schema import HandlingShape
from ari_absence.config.monitoring_schema import MonitoringShape, ReloadShape
from ari_absence.config.settling_keys import OutsideLine
from ari_absence.config.transcription_of import TranscriptionShape
from ari_absence.config.value_types import (
    AnyOccasion,
    CompanyNumber,
    Country,
    Date,
    DialPattern,
    Email,
    Extension,
    HostPort,
    Line,
    Name,
    OwnNumber,
    Shape,
    Span,
    Trunk,
    Url,
    WeeklySpans,
    Zone,
)

NumberType = Literal["fixed", "mobile", "voip", "toll-free"]


def _usual_types() -> list[NumberType]:
    return ["fixed", "mobile", "voip"]


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
    hooks: dict[HookName, HookShape] = Field(
        default_factory=dict,
        description="Chats and other programs, by names of your choice (docs/delivery.md).",
    )
    acknowledge: HookName | None = Field(
        default=None,
        description="The hook (`kind: json`) that sends a text message to callers with a mobile number, when they have"
        " left a message or asked for a call (docs/conversation.md). Nobody is texted if left out.",
    )
    rules: list[DeliveryRuleShape] = Field(
        default_factory=list,
        description="Who is told by which channels. The first rule that fits counts; if none does, it goes by mail.",
    )
    quiet: list[Span] | None = Field(
        default=None,
        description="Times of everybody's day at which only what is urgent is told: `22:00-07:00`.",
    )


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
    transcription: TranscriptionShape = Field(
        default_factory=TranscriptionShape, description="What was said in a message, as text in the mail."
    )
    callbacks: CallbacksShape = Field(
        default_factory=CallbacksShape, description="Who is reminded of calls that are owed."
    )
    digests: DigestsShape = Field(
        default_factory=DigestsShape, description="What is summed up for whom (docs/digests.md)."
    )
    monitoring: MonitoringShape = Field(
        default_factory=MonitoringShape, description="Who may ask how the service is (docs/operations.md)."
    )
    reload: ReloadShape = Field(
        default_factory=ReloadShape, description="When a running service reads its files again."
    )
