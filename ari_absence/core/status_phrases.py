"""What the people of the house hear from the star codes: their own state, and that of others.

Never said to a caller from outside. A member of the enumeration is an utterance of its own: a whole sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

from ari_absence.core.facts import Kind
from ari_absence.core.phrases import Fixed, Moment, Name, ReadBack, Recorded, Whereabouts


class StatusPhrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    STATE_KEPT = auto()  # the state is as it was
    NOT_WRITTEN = auto()  # the ledger can't be used: nothing was changed
    UNKNOWN_CODE = auto()
    GOODBYE = auto()

    BACK_WHEN = auto()  # the question for a return: four digits and pound, or pound alone
    NOT_A_TIME = auto()
    NOT_A_DATE = auto()
    TIME_PAST = auto()
    DATE_PAST = auto()
    DATE_TODAY = auto()

    YOU_ARE_BACK = auto()
    YOU_ARE_PRESENT = auto()
    STILL_HOLDS = auto()  # what was set or planned before holds again; what it is follows
    END_IT = auto()  # 1 ends that, too
    HERE_UNTIL_WHEN = auto()  # outside somebody's hours: until when they are here all the same
    NOBODY_COVERS = auto()

    NOT_YOUR_KEY = auto()  # the lamp key of somebody else's absence
    PHONE_OF_NOBODY = auto()  # a login follows
    PIN_OF_OWNER = auto()  # without the right to set others, their PIN is asked for
    NOBODY_HAS_IT = auto()  # no such extension
    WHICH_STATE = auto()  # three of the eight (0 back), 9 more; each key works at once
    OTHER_STATES = auto()  # the other five

    ENTER_EXTENSION = auto()  # login: the extension, then pound
    ENTER_PIN = auto()
    NO_SUCH_PAIR = auto()  # tells neither which of the two was wrong, nor of a lock
    PIN_WRONG = auto()
    PIN_LOCKED = auto()
    NO_PIN_SET = auto()
    TOO_MANY_TRIES = auto()

    OUTSIDE_MENU = auto()  # 1 messages, 3 state, * leave
    NO_MAILBOX = auto()  # the mailbox can't be used from here

    NO_CALLBACK = auto()  # nobody is to be called back
    CALLBACK_SAID = auto()  # their name, in their own voice, follows
    CALLBACK_MENU = auto()  # 1 call, 2 later, 3 done
    CALLBACK_HAND_OVER = auto()  # 4 hand over; said behind the menu
    CALLBACK_MENU_NO_CALL = auto()  # 2 later, 3 done: the number can't be dialled from here
    MAY_NOT_BE_DIALLED = auto()  # the dial policy refuses the number
    CALLBACK_DONE = auto()
    CALLBACK_LATER = auto()
    CALLBACK_NOT_REACHED = auto()
    CALLBACK_AGAIN_MENU = (
        auto()
    )  # it comes again in an hour, unless: 1 a quarter of an hour, 3 the next working day
    AGAIN_IN_A_QUARTER = auto()
    AGAIN_IN_AN_HOUR = auto()
    AGAIN_TOMORROW = auto()  # when the next working day begins
    CALLBACK_UNKNOWN_CODE = auto()  # no call of one's own has the code that was dialled
    CALLBACK_DECLINE = auto()  # 5 leaves it to the others of the team; said behind the menu
    CALLBACK_DECLINED = auto()
    WELCOME_MENU = auto()  # after the news of an absence: 1 messages, 2 calls to return

    CALLBACK_OVER = auto()  # somebody has settled it meanwhile


@dataclass(frozen=True, slots=True)
class TheState:
    """<Who:> <kind>, back <back>. ``who`` None: the one who hears it; ``back`` None: until further notice.

    Of who is ``here``, ``back`` is until when they are.
    """

    kind: Kind
    back: Moment | None = None
    who: Name | None = None


@dataclass(frozen=True, slots=True)
class Present:
    """<who> is present."""

    who: Name


@dataclass(frozen=True, slots=True)
class Covers:
    """<who> covers you."""

    who: Name


@dataclass(frozen=True, slots=True)
class OtherReading:
    """Otherwise, press 2 to be back <back>. The second meaning of the digits typed."""

    back: Moment


@dataclass(frozen=True, slots=True)
class Counts:
    """You have <messages> new messages and <callbacks> calls to return."""

    messages: int
    callbacks: int


@dataclass(frozen=True, slots=True)
class WelcomeBack:
    """Welcome back. While you were away <callers> people called. <messages> messages, <callbacks> calls to return, of
    which <overdue> are overdue. Colleagues took some.

    ``messages`` None: they are told elsewhere.
    """

    callers: int
    messages: int | None
    callbacks: int
    overdue: int
    taken: bool = False


@dataclass(frozen=True, slots=True)
class CallbackFrom:
    """<who> called and is to be called back. A colleague, by name."""

    who: Name


@dataclass(frozen=True, slots=True)
class CallbackNumber:
    """This number is to be called back: <digits>. Said to the owner of the callback alone."""

    digits: str


@dataclass(frozen=True, slots=True)
class WasCalled:
    """It was <who> whom they called. Said of a call that was handed over."""

    who: Name


@dataclass(frozen=True, slots=True)
class CalledAt:
    """They called <at>, if that is today, else so many days ago."""

    at: Moment
    days_ago: int


@dataclass(frozen=True, slots=True)
class ComesAgain:
    """What is to be returned is put off; the first of it is offered again at <at>."""

    at: Moment


@dataclass(frozen=True, slots=True)
class CalledTimes:
    """They have called <times> times by now; more than one."""

    times: int


@dataclass(frozen=True, slots=True)
class TakenBy:
    """<who> has taken this call: calls them, or will."""

    who: Name


class CallbackWish(StrEnum):
    """What somebody who is to be called back wanted."""

    CALL_BACK = auto()
    MESSAGE = auto()
    JUST_CALLED = auto()
    MISSED = auto()
    WILL_CALL_AGAIN = auto()


@dataclass(frozen=True, slots=True)
class HandedOver:
    """It is handed over to <who>."""

    who: Name


StatusUtterance = (
    StatusPhrase
    | TheState
    | Present
    | Covers
    | OtherReading
    | Counts
    | WelcomeBack
    | CallbackFrom
    | CallbackNumber
    | CalledAt
    | CallbackWish
    | ComesAgain
    | CalledTimes
    | TakenBy
    | HandedOver
    | WasCalled
    | Fixed
    | Whereabouts
    | ReadBack
    | Recorded
)
"""Everything that is said in these conversations."""
