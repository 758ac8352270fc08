"""What the people of the house hear in a mailbox.

Never said to a caller from outside. A member of the enumeration is an utterance of its own: a whole sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from ari_absence.core.greetings import GreetingKind
from ari_absence.core.phrases import CallerNumber, Fixed, MessageAudio, Moment, Name, Whereabouts
from ari_absence.core.status_phrases import CallbackWish


class MailboxPhrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    MAILBOX_EMPTY = auto()  # there are no messages
    GETTING_FULL = auto()  # the mailbox is getting full; please delete what you no longer need
    FULL = auto()  # the mailbox is full; nobody can leave a message until you delete some
    TO_LISTEN = auto()  # 1
    TO_RETURN_CALLS = auto()  # 2, while calls are owed
    TO_CHANGE_FOLDERS = auto()  # 2, while none are; behind 3 while they are
    FOR_OPTIONS = auto()  # 0
    FOR_HELP = auto()  # *
    TO_LEAVE = auto()  # #
    FOR_MORE = auto()  # 3
    HELP = auto()  # every key, also those while a message plays
    TO_NEW = auto()  # 1, in the choice of folders
    TO_OLD = auto()  # 2
    TO_SAVED = auto()  # 3
    NEW_MESSAGES = auto()
    OLD_MESSAGES = auto()
    SAVED_MESSAGES = auto()
    FOLDER_EMPTY = auto()
    NO_MORE = auto()  # that was the last one
    NO_EARLIER = auto()  # this is the first one
    NOT_PLAYABLE = auto()  # its sound can't be played
    NOT_DONE = auto()  # sorry, that could not be done just now
    NO_LONGER_THERE = auto()  # deleted meanwhile, at another phone or by the retention
    NO_ACCESS = auto()  # the mailbox can't be opened just now

    URGENT = auto()
    CALLED_BACK = auto()  # they have been called back already
    OVERDUE = auto()  # a call back was promised and is overdue
    IS_DELETED = auto()

    TO_CALL_BACK = auto()  # 2
    TO_DELETE = auto()  # 7
    TO_GET_BACK = auto()  # 7, of what is deleted
    TO_SAVE = auto()  # 9
    FOR_NEXT = auto()  # 6
    DELETED = auto()
    RESTORED = auto()
    SAVED = auto()

    TO_HEAR_AGAIN = auto()  # 5, behind 3
    TO_FORWARD = auto()  # 8, behind 3
    TO_HEAR_ENVELOPE = auto()  # 3 again: when and from whom
    TO_MARK_DONE = auto()  # 9, behind 3: the call back is done
    CALLBACK_DONE = auto()  # marked as done
    NOTHING_OWED = auto()
    CALLING_BACK = auto()
    NUMBER_NOT_ALLOWED = auto()  # that number may not be dialled from here
    ONLY_INSIDE = auto()  # calls back are made from a phone of the house only
    CALLS_USED_UP = auto()  # the cap of outside calls
    NO_ANSWER = auto()
    LINE_BUSY = auto()
    BACK_IN_MAILBOX = auto()  # after they have talked: the call back is settled

    FORWARD_TO = auto()  # the extension, then pound; for a team, star
    FORWARD_TO_EXTENSION = auto()  # as before, where there are no teams
    TEAMS = auto()  # opening of the list of teams
    NO_SUCH_EXTENSION = auto()
    OWN_MAILBOX = auto()  # it lies in that mailbox already
    FORWARD_MENU = auto()  # 1 with an introduction, 2 without, * not at all
    INTRODUCE_AFTER_TONE = auto()
    INTRODUCTION_REVIEW = auto()  # 1 send, 2 listen, 3 again, * not at all
    FORWARDED = auto()
    FORWARDED_NOT_TO_ALL = auto()  # some mailboxes of the team are full
    MAILBOX_THERE_FULL = auto()
    NOT_FORWARDED = auto()

    OPTIONS = auto()  # 1 greetings, 3 name, 5 PIN; * back here and in what follows, though not said
    NAME_MENU = auto()  # 1 record, 2 listen, 3 delete
    NAME_NONE = auto()  # as before, where none is recorded and none can be deleted
    NAME_REVIEW = auto()  # 1 keep, 2 listen, 3 again, * throw away
    NAME_KEPT = auto()
    NAME_DELETED = auto()
    GREETING_KINDS = auto()  # three of the seven, by the digits of their star codes; 9 more
    MORE_GREETING_KINDS = auto()  # the other four
    GREETING_NONE = auto()  # none recorded: 1 record, * back
    GREETING_MENU = auto()  # 1 record again, 2 listen, 3 delete
    GREETING_AFTER_TONE = auto()
    GREETING_REVIEW = auto()  # 1 keep, 2 listen, 3 again, * throw away
    GREETING_UNTIL = auto()  # last day as month and day, or pound for no end
    NOT_A_COMING_DAY = auto()
    GREETING_KEPT = auto()
    GREETING_DELETED = auto()
    GREETING_REMINDER = auto()  # how to change or delete it
    TOO_SHORT = auto()  # too short or silent; please try again
    NOT_RECORDED = auto()

    NEW_PIN = auto()
    NEW_PIN_AGAIN = auto()
    PINS_DIFFER = auto()
    PIN_CHANGED = auto()
    PIN_NOT_CHANGED = auto()
    PIN_TOO_SHORT = auto()
    PIN_TOO_LONG = auto()
    PIN_NOT_DIGITS = auto()
    PIN_RUN = auto()  # digits in a row
    PIN_REPEAT = auto()
    PIN_OWN_EXTENSION = auto()

    LEAVE = auto()  # goodbye


@dataclass(frozen=True, slots=True)
class Totals:
    """You have <new> new messages, <urgent> of them urgent, <old> old and <saved> saved ones. With ``whose``: there
    are, in the mailbox of that person. Not all are 0. ``goes_on``: the calls to return end the sentence."""

    new: int
    urgent: int
    old: int
    saved: int
    whose: Name | None = None
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class CallsToReturn:
    """And <count> calls to return. Ends the sentence of how many messages there are; never of 0."""

    count: int


@dataclass(frozen=True, slots=True)
class MessageNumber:
    """Message <number>."""

    number: int


@dataclass(frozen=True, slots=True)
class Received:
    """Received <moment>. ``yesterday``: the moment's day is; else its own word names the day."""

    moment: Moment
    yesterday: bool = False


@dataclass(frozen=True, slots=True)
class LeftBy:
    """<who> left this message. A colleague, known by their phone."""

    who: Name


@dataclass(frozen=True, slots=True)
class ForwardedBy:
    """<who> has forwarded this message."""

    who: Name


@dataclass(frozen=True, slots=True)
class Promised:
    """A call back is promised by <due>."""

    due: Moment


@dataclass(frozen=True, slots=True)
class ForwardingTo:
    """This message goes on to <whom>."""

    whom: Name


@dataclass(frozen=True, slots=True)
class TeamChoice:
    """For the team <team>, press <key>."""

    team: Name
    key: str


@dataclass(frozen=True, slots=True)
class NameIs:
    """The name is spoken like this: <who>."""

    who: Name


@dataclass(frozen=True, slots=True)
class GreetingStillOn:
    """Your greeting for <kind> is still on."""

    kind: GreetingKind


@dataclass(frozen=True, slots=True)
class GreetingPlayedUntil:
    """It is played through <last_day>, or, on that day, until its end."""

    last_day: Moment


MailboxUtterance = (
    MailboxPhrase
    | Fixed
    | Whereabouts
    | Totals
    | CallsToReturn
    | CallbackWish
    | MessageNumber
    | Received
    | LeftBy
    | ForwardedBy
    | CallerNumber
    | Promised
    | ForwardingTo
    | TeamChoice
    | NameIs
    | GreetingStillOn
    | GreetingPlayedUntil
    | MessageAudio
)
"""Everything that is said in these conversations."""
