"""The shape of what a conversation is made of: its numbers, its keys, the codes, the general questions."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ari_absence.config import checks
from ari_absence.config.settling_keys import SettlesAfterSeconds
from ari_absence.config.value_types import Code, Key, Line, Name, SetKind, Shape


class AnswerShape(Shape):
    """One general question the site answers by itself (key 6)."""

    title: Name = Field(description="How it is offered: `our opening hours`.")
    text: Line = Field(description="The answer, as it is spoken.")


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
    calls_at_once: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=100,
        description="So many calls are served at once; the next go to the dialplan's fallback, which takes messages.",
    )
    calls_per_number_per_minute: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=10,
        description="So many calls of one number from outside are served in a minute; the next are sent there as well.",
    )


class CodesShape(Shape):
    """What phones of the house dial, where it differs. The dialplan must say the same."""

    back: Code = Field(
        default="*30", description="I am back; a `*` and until when may follow, outside my hours."
    )
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
