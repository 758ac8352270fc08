"""English for ``core.status_phrases``: the words, and which clips say what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ari_absence.core.facts import Kind
from ari_absence.core.phrases import AbsenceClass, Moment
from ari_absence.core.status_phrases import (
    CallbackFrom,
    CallbackNumber,
    CallbackWish,
    CalledAt,
    CalledTimes,
    ComesAgain,
    Counts,
    Covers,
    HandedOver,
    OtherReading,
    Present,
    StatusPhrase,
    StatusUtterance,
    TakenBy,
    TheState,
    WasCalled,
    WelcomeBack,
)
from ari_absence.speech.english_parts import around, dashed, digit_clips, moment_clips, name_clip, takes_by
from ari_absence.speech.language import CatalogueClip, Clip

# By the value of ``StatusPhrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "state_kept": "Nothing was changed.",
    "not_written": "I am sorry, that could not be written down. Nothing was changed.",
    "unknown_code": "I am sorry, that is not a code I know.",
    "goodbye": "Goodbye.",
    "back_when": (
        "Back when? Please enter four digits, a time or a month and day, then press pound. "
        "If you do not know, just press pound."
    ),
    "not_a_time": "That is not a time of day.",
    "not_a_date": "That is not a date.",
    "time_past": "That time has passed already today.",
    "date_past": "That day has passed already.",
    "date_today": "That is today.",
    "you_are_back": "You are back.",
    "you_are_present": "You are present.",
    "still_holds": "What was there before holds again.",
    "end_it": "To end that now, press one.",
    "here_until_when": (
        "It is outside working hours. For calls to come through all the same, please enter until when, "
        "a time in four digits, then press pound."
    ),
    "nobody_covers": "Nobody covers for you.",
    "not_your_key": "That key works on its owner's telephone only.",
    "phone_of_nobody": "This telephone belongs to nobody that I know.",
    "pin_of_owner": "For that I need the PIN of that extension.",
    "nobody_has_it": "Nobody here has that extension.",
    "which_state": "Out of the office, press three. A meeting, two. Back, zero. For more, nine.",
    "other_states": (
        "Away, press one. A business trip, four. Gone for today, five. A day off, six. Do not disturb, seven."
    ),
    "enter_extension": "Please enter your extension, then press pound.",
    "enter_pin": "Please enter the PIN, then press pound.",
    "no_such_pair": "The extension and the PIN do not match, or they are locked for a while.",
    "pin_wrong": "That is not the right PIN.",
    "pin_locked": "This PIN is locked for a while, after too many wrong ones.",
    "no_pin_set": "There is no PIN yet for that extension. Please ask whoever looks after the telephones.",
    "too_many_tries": "That was not right three times. Goodbye.",
    "outside_menu": "For your messages, press one. For your state, press three. To leave, press star.",
    "no_mailbox": "I am sorry, the mailbox is not available just now.",
    "no_callback": "There is nobody for you to call back.",
    "callback_said": "They said,",
    "callback_menu": "To call them now, press one. Later, press two. If that is done, press three.",
    "callback_hand_over": "To hand it over, press four.",
    "callback_menu_no_call": "To leave it for later, press two. If that is done, press three.",
    "may_not_be_dialled": "That number may not be dialled from here.",
    "callback_done": "Thank you. It is noted as done.",
    "callback_later": "It stays on your list.",
    "callback_not_reached": "They could not be reached. It stays on your list.",
    "callback_again_menu": (
        "It comes again in an hour. For a quarter of an hour, press one. For the next working day, press three."
    ),
    "again_in_a_quarter": "It comes again in a quarter of an hour.",
    "again_in_an_hour": "It comes again in an hour.",
    "again_tomorrow": "It comes again when your next working day begins.",
    "callback_unknown_code": "There is no such call on your list any more.",
    "callback_decline": "To leave it to the others of your team, press five.",
    "callback_declined": "It is left to the others of your team.",
    "welcome_menu": "For your messages, press one. For the calls to return, press two.",
    "callback_over": "Somebody has settled it meanwhile.",
}

# What one is oneself, by the value of ``Kind``: "Out, back at three thirty.".
STATES: Mapping[str, str] = {
    "away": "away from the desk",
    "meeting": "in a meeting",
    "out": "out",
    "business_trip": "on a business trip",
    "left": "gone for today",
    "day_off": "off",
    "vacation": "on vacation",
    "leave": "on leave",
    "remote": "working elsewhere",
    "dnd": "not to be disturbed",
    "holiday": "off for a public holiday",
    "closed": "not at work now",
    "here": "here",
}
BACK, FREE_AGAIN, OPEN = "back", "free again", "until further notice."
# Most moments say "at" or "on" themselves, and "until at eleven" is no English.
HERE_ENDS = "and that ends"
_RETURNS: Mapping[str, str] = {Kind.DND: FREE_AGAIN, Kind.HERE: "until"}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MANY = len(NUMBERS)
WISHES: Mapping[str, str] = {
    "call_back": "They asked to be called back.",
    "message": "They left a message.",
    "just_called": "They only wanted you to know that they called.",
    "missed": "They hung up without a message.",
    "will_call_again": "They said they will call again.",
}
AGO_MAX = 7


def _states() -> Iterator[tuple[str, str]]:
    for kind, words in STATES.items():
        yield f"status-{dashed(kind)}-back", f"{words.capitalize()}, {_RETURNS.get(kind, BACK)}"
        yield f"status-{dashed(kind)}", f"{words.capitalize()}, {OPEN}"


def _counts() -> Iterator[tuple[str, str]]:
    for number, word in enumerate([*NUMBERS, "more than nine"]):
        plural = "" if number == 1 else "s"
        yield f"status-messages-{number:02}", f"You have {word} new message{plural},"
        yield f"status-callbacks-{number:02}", f"and {word} call{plural} to return."


def _welcome() -> Iterator[tuple[str, str]]:
    begin = "Welcome back. While you were away,"
    for number, word in enumerate(["nobody", *NUMBERS[1:], "more than nine"]):
        people = "" if number == 0 else " person" if number == 1 else " people"
        yield f"status-welcome-{number:02}", f"{begin} {word}{people} called."


def _ago() -> Iterator[tuple[str, str]]:
    yield "status-called", "They called"
    yield "status-called-01", "They called yesterday."
    for days in range(2, AGO_MAX + 1):
        yield f"status-called-{days:02}", f"They called {NUMBERS[days]} days ago."
    yield "status-called-long-ago", "They called more than a week ago."


def _times() -> Iterator[tuple[str, str]]:
    for number in range(2, MANY):
        yield f"status-times-{number:02}", f"They have called {NUMBERS[number]} times."
    yield f"status-times-{MANY:02}", "They have called more than nine times."


CATALOGUE: Mapping[str, str] = {
    **{f"status-{dashed(phrase)}": text for phrase, text in SENTENCES.items()},
    **dict(_states()),
    **dict(_counts()),
    **dict(_welcome()),
    "status-overdue-one": "One of the calls is overdue.",
    "status-overdue": "Some of the calls are overdue.",
    "status-welcome-taken": "Your colleagues have talked with some of them.",
    **dict(_ago()),
    **dict(_times()),
    **{f"status-wish-{dashed(wish)}": text for wish, text in WISHES.items()},
    "status-who-is-present": "is present.",
    "status-who-is-here": "is here until",
    "status-here-ends": f"Here, {HERE_ENDS}",
    "status-who-is-here-ends": f"is here, {HERE_ENDS}",
    "status-covers": "covers for you.",
    "status-other-reading": "Otherwise, press two to be back",
    "status-callback-from": "is to be called back.",
    "status-callback-number": "The number to call back is,",
    "status-comes-again": "The next call to return comes again",
    "status-was-called": "was called.",
    "status-taken-by": "has taken this call.",
    "status-handed-over": "It is handed over. From now on",
    "status-handed-over-end": "calls them back.",
}
"""Every clip of this room, by id."""

SPOKEN = (
    StatusPhrase,
    TheState,
    Present,
    Covers,
    OtherReading,
    Counts,
    WelcomeBack,
    CallbackFrom,
    CallbackNumber,
    CalledAt,
    CallbackWish,
    CalledTimes,
    ComesAgain,
    TakenBy,
    HandedOver,
    WasCalled,
)
"""The types of utterance that this room has words for."""


def clips(utterance: StatusUtterance) -> Iterator[Clip]:
    """The clips that say ``utterance``, in order."""
    match utterance:
        case StatusPhrase():
            yield CatalogueClip(f"status-{dashed(utterance.value)}")
        case TheState():
            yield from _state(utterance)
        case Present(who):
            yield name_clip(who, "a-colleague")
            yield CatalogueClip("status-who-is-present")
        case Covers(who):
            yield name_clip(who, "a-colleague")
            yield CatalogueClip("status-covers")
        case OtherReading(back):
            yield CatalogueClip("status-other-reading")
            yield from moment_clips(back)
        case Counts(messages, callbacks):
            yield CatalogueClip(f"status-messages-{min(messages, MANY):02}")
            yield calls_to_return(callbacks)
        case WelcomeBack():
            yield from _welcome_back(utterance)
        case _:
            yield from _of_callback(utterance)


def calls_to_return(count: int) -> CatalogueClip:
    """The end of a sentence that has told how many messages there are."""
    return CatalogueClip(f"status-callbacks-{min(count, MANY):02}")


def _state(said: TheState) -> Iterator[Clip]:
    """One's own state in few words; somebody else's in those that a colleague who calls hears."""
    stem = f"status-{dashed(said.kind.value)}"
    until = f"{stem}-back"
    if said.who is not None:
        yield name_clip(said.who, "a-colleague")
        if said.kind is Kind.HERE:
            yield from _here(said.back)
            return
        stem = f"who-{dashed(_AS_COLLEAGUES_HEAR[said.kind].value)}"
        until = f"{stem}-until"
    if said.back is None:
        yield CatalogueClip(stem)
        return
    ends = said.kind is Kind.HERE and not takes_by(said.back)
    yield CatalogueClip("status-here-ends" if ends else until)
    yield from moment_clips(said.back)


def _here(until: Moment | None) -> Iterator[Clip]:
    """What is said behind the name of somebody who is here."""
    if until is None:
        yield CatalogueClip("status-who-is-present")
        return
    yield CatalogueClip("status-who-is-here" if takes_by(until) else "status-who-is-here-ends")
    yield from moment_clips(until)


_AS_COLLEAGUES_HEAR = {
    Kind.AWAY: AbsenceClass.AWAY_FROM_DESK,
    Kind.MEETING: AbsenceClass.IN_A_MEETING,
    Kind.OUT: AbsenceClass.OUT_OF_OFFICE,
    Kind.BUSINESS_TRIP: AbsenceClass.ON_BUSINESS_TRIP,
    Kind.LEFT: AbsenceClass.LEFT_FOR_TODAY,
    Kind.DAY_OFF: AbsenceClass.OFF_TODAY,
    Kind.VACATION: AbsenceClass.ON_VACATION,
    Kind.LEAVE: AbsenceClass.ON_LEAVE,
    Kind.REMOTE: AbsenceClass.OUT_OF_OFFICE,
    Kind.DND: AbsenceClass.DO_NOT_DISTURB,
    Kind.HOLIDAY: AbsenceClass.HAS_NO_HOURS_NOW,
    Kind.CLOSED: AbsenceClass.HAS_NO_HOURS_NOW,
    Kind.PRESENT: AbsenceClass.HAS_NO_HOURS_NOW,
}


def _of_callback(utterance: StatusUtterance) -> Iterator[Clip]:
    match utterance:
        case CallbackFrom(who):
            yield name_clip(who, "a-colleague")
            yield CatalogueClip("status-callback-from")
        case CallbackNumber(digits):
            yield CatalogueClip("status-callback-number")
            yield from digit_clips(digits)
        case CalledAt(at, days_ago):
            yield from _called(at, days_ago)
        case ComesAgain(at):
            yield CatalogueClip("status-comes-again")
            yield from moment_clips(at)
        case CallbackWish():
            yield CatalogueClip(f"status-wish-{dashed(utterance.value)}")
        case CalledTimes(times):
            yield CatalogueClip(f"status-times-{min(times, MANY):02}")
        case WasCalled(who):
            yield name_clip(who, "a-colleague")
            yield CatalogueClip("status-was-called")
        case TakenBy(who):
            yield name_clip(who, "a-colleague")
            yield CatalogueClip("status-taken-by")
        case HandedOver(who):
            yield from around("status-handed-over", name_clip(who, "a-colleague"))


def _welcome_back(said: WelcomeBack) -> Iterator[Clip]:
    yield CatalogueClip(f"status-welcome-{min(said.callers, MANY):02}")
    if said.messages is not None:
        yield CatalogueClip(f"status-messages-{min(said.messages, MANY):02}")
        yield CatalogueClip(f"status-callbacks-{min(said.callbacks, MANY):02}")
    if said.overdue:
        yield CatalogueClip("status-overdue-one" if said.overdue == 1 else "status-overdue")
    if said.taken:
        yield CatalogueClip("status-welcome-taken")


def _called(at: Moment, days_ago: int) -> Iterator[Clip]:
    if days_ago > AGO_MAX:
        yield CatalogueClip("status-called-long-ago")
    elif days_ago:
        yield CatalogueClip(f"status-called-{days_ago:02}")
    else:
        yield CatalogueClip("status-called")
        yield from moment_clips(at)


def simpler(utterance: StatusUtterance) -> Iterator[Clip]:
    """Fewer and commoner clips that still tell the truth."""
    match utterance:
        case TheState(kind, who=None):
            yield CatalogueClip(f"status-{dashed(kind.value)}")
        case TheState(Kind.HERE):
            yield CatalogueClip("a-colleague")
            yield CatalogueClip("status-who-is-present")
        case TheState(kind):
            yield CatalogueClip("a-colleague")
            yield CatalogueClip(f"who-{dashed(_AS_COLLEAGUES_HEAR[kind].value)}")
        case _:
            yield CatalogueClip("say-sorry-fault")
