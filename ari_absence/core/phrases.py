"""The closed vocabulary: everything a caller can ever hear is one of these values.

There is no utterance made of free text. What varies is a public name, a moment, the caller's own
digits, or one of the site's own published answers. A note, a place or a private number has no way in.
How each value sounds is a language's business (``speech``); what is said, and when, is ``core.wording``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto

from ari_absence.core.facts import PrivateNote
from ari_absence.core.greetings import Greeting
from ari_absence.core.people import Person, Site, SiteAnswer, Team


class Phrase(StrEnum):
    """Whole sentences that never vary. Comments give the sense; the words are the language's."""

    MESSAGE_AFTER_TONE = auto()  # please speak after the tone; finish with pound, or just stop speaking
    MESSAGE_AFTER_TONE_WITH_NUMBER = auto()  # as before, but: please say your name and number too (withheld)
    MESSAGE_AT_LIMIT = auto()  # that is as long as a message can be
    CANNOT_RECORD = auto()  # sorry, no message can be recorded just now; I will pass on that you called
    NAME_AFTER_TONE = auto()  # after the tone please say your name, then pound
    REVIEW_MENU = auto()  # 1 send, 2 listen, 3 again, 4 urgent
    REVIEW_MENU_URGENT = auto()  # as REVIEW_MENU, 4 = no longer urgent
    MARKED_URGENT = auto()
    URGENT_REMOVED = auto()
    MESSAGE_SAVED = auto()  # only after the commit
    MESSAGE_NOT_SAVED = auto()  # sorry, could not be saved; we noted that you called
    TOO_SHORT = auto()  # that was too short to be kept; please try again
    NOTHING_HEARD = auto()  # I heard nothing
    BOX_FULL = auto()  # sorry, mailbox full, no message can be recorded
    IS_NUMBER_RIGHT = auto()  # 1 right, 2 another number
    ENTER_NUMBER = auto()  # your number, then pound
    NOT_A_NUMBER = auto()  # that does not look like a complete number
    NO_NUMBER_MESSAGE_INSTEAD = auto()  # no number came; take a message instead
    CALLBACK_NOTED = auto()  # thank you, you will be called back
    CALL_NOTED = auto()  # thank you, I will pass on that you called
    CALL_NOT_NOTED = auto()  # sorry, that could not be noted; please call again
    NOTHING_CAN_BE_NOTED = (
        auto()
    )  # sorry, neither a message nor a wish can be taken just now; please call again
    NOT_UNDERSTOOD = auto()  # sorry, I did not understand that key
    QUESTIONS_MENU = auto()  # opening of the list of questions
    QUESTIONS_BACK = auto()  # star goes back
    CONNECTING = auto()  # one moment please, I connect you
    OPERATOR_NOT_REACHED = auto()  # sorry, nobody answers at the operator's desk
    REACHING_SOMEBODY = auto()  # one moment please, I will try to reach somebody for you
    POUND_FOR_MESSAGE = auto()  # to leave a message instead, press pound at any time
    STILL_TRYING = auto()  # thank you for waiting, I am still trying
    NOT_REACHED = auto()  # I am sorry, nobody could be reached just now
    URGENT_NOT_REACHED = (
        auto()
    )  # I am sorry, nobody could be reached; leave a message, it is passed on as urgent
    CANNOT_TAKE_NOW = (
        auto()
    )  # I am sorry, your call can't be taken now; please leave a message (callee pressed 3)
    STILL_BUSY = auto()  # thank you for waiting, the line is still busy
    LINE_IS_FREE = auto()  # the line is free now; I connect you

    CALL_FOR_YOU = auto()  # to a callee on their own mobile: there is a call for you
    CALLER_SAID = auto()  # the caller said: (a recorded name follows)
    CALLER_WITHHELD = auto()  # the caller's number is withheld
    SECOND_CALL_TODAY = auto()  # this is their second call today
    THIRD_CALL_TODAY = auto()
    CALLED_OFTEN_TODAY = auto()  # they have called several times today
    SCREENING_MENU = auto()  # 1 take the call, 2 it is not for you, 3 have a message taken, 0 hear this again
    SCREENING_MENU_WITH_NOTE = auto()  # as before, and: 4 what you may do for them
    ALREADY_TAKEN = auto()  # somebody else has taken the call already, thank you
    CALLER_LEFT = auto()  # the caller has hung up, thank you
    THANK_YOU = auto()  # thank you, goodbye (callee declined)
    URGENT_MENU = auto()  # 1 hear it, 2 have it passed on to somebody else
    URGENT_HEARD_MENU = auto()  # 1 hear it again; or just hang up
    URGENT_PASSED_ON = auto()  # thank you, I will pass it on to somebody else

    THANKS_FOR_WAITING = auto()  # to a caller whom a colleague has just transferred: thank you for waiting
    WRONG_NUMBER = auto()  # the caller was sent to where nobody is; one moment please, I connect you back
    CONNECTING_BACK = auto()  # nobody answers there; one moment please, I connect you back
    SERVED_SOON = (
        auto()
    )  # to a caller on hold or parked: thank you for waiting, you will be served in a moment
    CAMP_ON_NOTED = auto()  # to a colleague: I will ring you as soon as they are back
    CAMP_ON_MENU = auto()  # to that colleague, rung: 1 call them, 2 forget it
    CAMP_ON_FORGOTTEN = auto()  # I will not ring you again

    CALLBACK_KNOWN = auto()  # to who rings again: a call back to this number was asked for, and passed on
    CALLBACK_LATE = auto()  # the same, with an apology: it is late, and comes as soon as possible
    MESSAGE_KNOWN = auto()  # a message from this number has been passed on
    CALL_KNOWN = auto()  # that somebody called from this number has been passed on
    COLLEAGUE_CARES = auto()  # a colleague is taking care of it
    WILL_CALL_AGAIN_MENU = auto()  # 1 if you will call again yourself; else just hang up
    WILL_CALL_AGAIN_NOTED = auto()  # thank you, I will pass on that you will call again

    SORRY_FAULT = auto()  # sorry, something went wrong here; please call again
    GOODBYE = auto()  # thank you for calling, goodbye


class AbsenceClass(StrEnum):
    """The only words for an absence. The first group is for everybody, the second for colleagues."""

    AWAY_FROM_DESK = auto()
    IN_A_MEETING = auto()
    OUT_OF_OFFICE = auto()
    OUT_NOT_BACK_TODAY = auto()
    LEFT_FOR_TODAY = auto()
    ON_LEAVE = auto()
    OFF_TODAY = auto()
    NOT_AVAILABLE = auto()
    OFFICE_CLOSED = auto()
    CANNOT_COME = auto()
    ON_ANOTHER_CALL = auto()

    ON_BUSINESS_TRIP = auto()
    ON_VACATION = auto()
    ON_A_BREAK = auto()
    HAS_NO_HOURS_NOW = auto()  # a colleague's working hours are over, or not begun
    DO_NOT_DISTURB = auto()


class Action(StrEnum):
    """What a caller may choose; ``core.decision`` offers only what can work now."""

    MESSAGE = "message"
    CALLBACK = "callback"
    JUST_CALLED = "just_called"
    COLLEAGUE = "colleague"
    URGENT = "urgent"
    WAIT = "wait"
    QUESTIONS = "questions"
    OPERATOR = "operator"
    REPEAT = "repeat"
    BEEP = "beep"
    CAMP_ON = "camp_on"


class DayWord(StrEnum):
    """How a day is named, seen from today."""

    THIS_PART = auto()  # still this morning, afternoon or evening: the time alone is enough
    TODAY = auto()  # until the first hour of the coming night is over: "tonight at twelve thirty"
    TOMORROW = auto()
    WEEKDAY = auto()  # within the coming week: "on Monday"
    DATE = auto()  # further away: "on Monday, November thirtieth"
    DATE_AND_YEAR = auto()  # more than eleven months away


class DayPart(StrEnum):
    """Which part of the day a time lies in."""

    NIGHT = auto()  # 0:00 to 4:59
    MORNING = auto()  # 5:00 to 11:59
    NOON = auto()  # 12:00 sharp
    AFTERNOON = auto()  # 12:01 to 17:59
    EVENING = auto()  # 18:00 to 23:59


@dataclass(frozen=True, slots=True)
class Name:
    """A public name: of a person, a team or the company. Made by :meth:`of` only; a test holds that."""

    text: str
    extension: str | None = None

    @classmethod
    def of(cls, bearer: Person | Team | Site) -> Name:
        """The name that may be spoken for ``bearer``."""
        match bearer:
            case Person():
                return cls(bearer.name, bearer.extension)
            case Team():
                return cls(bearer.name)
            case Site():
                return cls(bearer.company)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as it is spoken: wall-clock date and time, and how its day is named."""

    day_word: DayWord
    day: date
    hour: int
    minute: int
    part: DayPart
    time_known: bool = True

    @classmethod
    def seen_from(cls, today: date, local: datetime, part_now: DayPart | None = None) -> Moment:
        """How ``local`` (wall-clock time where the office is) is named by somebody on ``today``.

        Said within the same part of the day, ``part_now``, the time alone names it.
        """
        word, part = _day_word(today, local.date()), day_part(local)
        if word is DayWord.TODAY and part is part_now:
            word = DayWord.THIS_PART
        elif word is DayWord.TOMORROW and local.hour == 0 and part_now not in (None, DayPart.NIGHT):
            word = DayWord.TODAY  # the hour after midnight belongs to the night before it
        return cls(word, local.date(), local.hour, local.minute, part)


def _day_word(today: date, day: date) -> DayWord:
    distance_days = (day - today).days
    if distance_days <= 0:
        return DayWord.TODAY
    if distance_days == 1:
        return DayWord.TOMORROW
    if distance_days < 7:
        return DayWord.WEEKDAY
    return DayWord.DATE if distance_days < 335 else DayWord.DATE_AND_YEAR


def day_part(local: datetime) -> DayPart:
    """The part of the day of a wall-clock time."""
    if local.hour < 5:
        return DayPart.NIGHT
    if local.hour < 12:
        return DayPart.MORNING
    if (local.hour, local.minute) == (12, 0):
        return DayPart.NOON
    return DayPart.AFTERNOON if local.hour < 18 else DayPart.EVENING


@dataclass(frozen=True, slots=True)
class Fixed:
    """One whole sentence of the vocabulary."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Welcome:
    """Thank you for calling <company>."""

    company: Name


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """<who> is <class>, and is expected back <back>. Without ``back`` nothing is said of the return;
    ``shortly`` says the return is a matter of minutes."""

    who: Name
    absence_class: AbsenceClass
    back: Moment | None = None
    shortly: bool = False


@dataclass(frozen=True, slots=True)
class OwnGreeting:
    """The person's own greeting for this kind of absence, which its owner has recorded by phone for callers to hear.

    ``instead`` is what it stands for, and what is said if it can't be played.
    """

    greeting: Greeting
    instead: Whereabouts


@dataclass(frozen=True, slots=True)
class CallPromise:
    """<who> will call you back by <due>."""

    who: Name
    due: Moment


@dataclass(frozen=True, slots=True)
class TriedToCall:
    """We have tried to call you back <at>; None: nothing is said of when."""

    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """To <action>, press <key>. ``key`` is one of 0-9, ``*``, ``#``; ``colleague`` only with that action.

    ``again``: the caller has done it before, and would add to it.
    """

    key: str
    action: Action
    colleague: Name | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class ReadBack:
    """The number I have is <digits>. Only ever the caller's own number."""

    digits: str


@dataclass(frozen=True, slots=True)
class QuestionChoice:
    """For <title>, press <key>."""

    key: str
    answer: SiteAnswer


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """One of the site's own answers, as the administrator wrote it."""

    answer: SiteAnswer


@dataclass(frozen=True, slots=True)
class Reaching:
    """I will try to reach <who>. One moment please."""

    who: Name


@dataclass(frozen=True, slots=True)
class ConnectingWith:
    """I connect you with <who>. One moment please."""

    who: Name


@dataclass(frozen=True, slots=True)
class CallFor:
    """This is a call for <whom>. Said to somebody who was rung, never to a caller."""

    whom: Name


@dataclass(frozen=True, slots=True)
class CallerNamed:
    """<who> is calling. A colleague, known by their phone."""

    who: Name


@dataclass(frozen=True, slots=True)
class CallerNumber:
    """The number is <digits>. The caller's own number, said to who was rung."""

    digits: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording of a caller that still lies in Asterisk under ``name``: their name, for who was rung."""

    name: str


@dataclass(frozen=True, slots=True)
class MayNote:
    """What a delegate may do, as the administrator wrote it; said to that delegate alone."""

    note: PrivateNote


@dataclass(frozen=True, slots=True)
class UrgentMessageFor:
    """There is an urgent message for <whom>."""

    whom: Name


@dataclass(frozen=True, slots=True)
class MessageFor:
    """There is a message for <whom>."""

    whom: Name


@dataclass(frozen=True, slots=True)
class IsBack:
    """<who> is back. Said to a colleague who asked to be told."""

    who: Name


@dataclass(frozen=True, slots=True)
class MessageAudio:
    """A message of the ledger, by the id of its audio; said to who is asked to hear it."""

    audio_id: str


Utterance = (
    Fixed
    | Welcome
    | Whereabouts
    | OwnGreeting
    | CallPromise
    | TriedToCall
    | Choice
    | ReadBack
    | QuestionChoice
    | PublishedAnswer
    | Reaching
    | ConnectingWith
)
"""Everything a caller can ever hear."""

CalleeUtterance = (
    Fixed
    | Whereabouts
    | CallFor
    | CallerNamed
    | CallerNumber
    | Recorded
    | MayNote
    | UrgentMessageFor
    | MessageFor
    | IsBack
    | MessageAudio
)
"""Everything somebody who was rung for a caller can hear; a delegate's note and a caller's voice have no way
into ``Utterance``."""
