"""The catalogue of English phrases: every word that ships with the product is in this file.

A text that ends in a full stop falls at its end. A text that ends in a comma, or in nothing, goes on into
the next clip. Times, dates and digits are spelled out
below by rule; everything else stands here as it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from ari_absence.core.decision import DEFAULT_KEYS as DEFAULT_KEYS
from ari_absence.core.phrases import Action, DayPart, DayWord

# By the value of ``core.phrases.Phrase``; a test holds that each has its sentence.
SENTENCES: Mapping[str, str] = {
    "message_after_tone": (
        "Please speak after the tone. When you have finished, press pound, or just stop speaking."
    ),
    "message_after_tone_with_number": (
        "Please speak after the tone, and say your name and your number. "
        "When you have finished, press pound, or just stop speaking."
    ),
    "message_at_limit": "Thank you. That is as long as a message can be.",
    "cannot_record": (
        "We are sorry. No message can be recorded just now. I will make a note that you called."
    ),
    "name_after_tone": "After the tone, please say your name, and then press pound.",
    "review_menu": (
        "To send your message, press one. To listen to it, press two. "
        "To record it again, press three. If it is urgent, press four."
    ),
    "review_menu_urgent": (
        "To send your message, press one. To listen to it, press two. "
        "To record it again, press three. If it is not urgent, press four."
    ),
    "marked_urgent": "Your message is marked as urgent.",
    "urgent_removed": "Your message is no longer marked as urgent.",
    "message_saved": "Thank you. Your message has been saved.",
    "message_not_saved": (
        "We are sorry. Your message could not be saved. We have made a note that you called."
    ),
    "too_short": "That was too short to keep. Please try again.",
    "nothing_heard": "I did not hear anything.",
    "box_full": "We are sorry. This mailbox is full, and no message can be recorded.",
    "is_number_right": "If this number is right, press one. To give another number, press two.",
    "enter_number": "Please enter your telephone number, and then press pound.",
    "not_a_number": "That does not look like a complete number. Please try again.",
    "no_number_message_instead": "I did not receive a number. Please leave a message instead.",
    "callback_noted": "Thank you. You will be called back.",
    "call_noted": "Thank you. I will pass on that you called.",
    "call_not_noted": "We are sorry. That could not be written down. Please call again later.",
    "nothing_can_be_noted": (
        "We are sorry. No message and no request can be taken just now. Please call again later."
    ),
    "not_understood": "I am sorry, I did not understand that key.",
    "questions_menu": "Please choose one of these questions.",
    "questions_back": "To go back, press star.",
    "connecting": "One moment, please. I am connecting you.",
    "operator_not_reached": "We are sorry. Nobody can answer at the front desk right now.",
    "reaching_somebody": "One moment, please. I will try to reach somebody for you.",
    "pound_for_message": "To leave a message instead, press pound at any time.",
    "thanks_for_waiting": "Thank you for waiting.",
    "wrong_number": "That was the wrong number. One moment, please, I connect you back.",
    "connecting_back": "Nobody answers there. One moment, please, I connect you back.",
    "still_trying": "Thank you for waiting. I am still trying.",
    "not_reached": "I am sorry. Nobody could be reached just now.",
    "urgent_not_reached": (
        "I am sorry. Nobody could be reached just now. Please leave a message. I will pass it on as urgent."
    ),
    "cannot_take_now": "I am sorry. Your call cannot be taken just now. Please leave a message.",
    "still_busy": "Thank you for waiting. The line is still busy.",
    "line_is_free": "Thank you for waiting. The line is free now. I am connecting you.",
    # To who rings again. True of the number, for a whole company may share it.
    "callback_known": "A call back to this number has been asked for, and we have passed that on.",
    "callback_late": (
        "A call back to this number has been asked for. We are sorry that it is late. "
        "You will be called back as soon as possible."
    ),
    "message_known": "A message from this number has been passed on.",
    "call_known": "An earlier call from this number has been passed on.",
    "colleague_cares": "A colleague is taking care of it.",
    "will_call_again_menu": "If you will call again yourself, press one. Otherwise, just hang up.",
    "will_call_again_noted": "Thank you. I will pass on that you will call again.",
    # From here on to whoever was rung for a caller.
    "call_for_you": "There is a call for you.",
    "caller_said": "The caller said,",
    "caller_withheld": "The caller's number is withheld.",
    "second_call_today": "This is their second call today.",
    "third_call_today": "This is their third call today.",
    "called_often_today": "They have called several times today.",
    "screening_menu": (
        "To take the call, press one. If it is not for you, press two. "
        "To have a message taken, press three. To hear this again, press zero."
    ),
    "screening_menu_with_note": (
        "To take the call, press one. If it is not for you, press two. "
        "To have a message taken, press three. To hear what you may do, press four. "
        "To hear this again, press zero."
    ),
    "already_taken": "Thank you. Somebody else has already taken the call. Goodbye.",
    "caller_left": "The caller has hung up. Thank you. Goodbye.",
    "thank_you": "Thank you. Goodbye.",
    "urgent_menu": "To hear it, press one. To pass it on to somebody else, press two.",
    "urgent_heard_menu": "To hear it again, press one. Otherwise, please just hang up. Thank you.",
    "urgent_passed_on": "Thank you. I will pass it on to somebody else. Goodbye.",
    "served_soon": "Thank you for waiting. You will be served in a moment.",
    "camp_on_noted": "I will ring you as soon as they are back. Goodbye.",
    "camp_on_menu": "To call, press one. To forget it, press two.",
    "camp_on_forgotten": "I will not ring you again. Goodbye.",
    "sorry_fault": "We are sorry. Something went wrong here. Please call again later.",
    "goodbye": "Thank you for calling. Goodbye.",
}

# What somebody is or does, by the value of ``core.phrases.AbsenceClass``; all that is said when nothing is
# known of the return.
ABSENCES: Mapping[str, str] = {
    "away_from_desk": "is away from the desk right now",
    "in_a_meeting": "is in a meeting",
    "out_of_office": "is out of the office",
    "out_not_back_today": "is out of the office for the rest of today",
    "left_for_today": "has left for today",
    "on_leave": "is on leave",
    "off_today": "is off today",
    "not_available": "is not available right now",
    "cannot_come": "cannot come to the phone right now",
    "on_another_call": "is on another call",
    "on_business_trip": "is on a business trip",
    "on_vacation": "is on vacation",
    "on_a_break": "is on a break",
    "has_no_hours_now": "is not at work right now",
    "do_not_disturb": "has asked not to be disturbed",
}
# Those who are in the house are not "back" later, they are free.
FREE_LATER = frozenset({"not_available", "cannot_come", "on_another_call", "do_not_disturb"})
BACK = "and will be back"
AVAILABLE = "and will be available again"
SHORTLY = "shortly"

OFFICE_CLOSED = "The office is closed now."
WILL_BE_BACK = "will be back"
WILL_BE_BACK_SHORTLY = "will be back shortly."
WILL_CALL_BY = "will call you back by"
WILL_CALL_AT_THE_LATEST = "will call you back at the latest"

SOMEBODY = "The person you have called"
A_COLLEAGUE = "A colleague"
WELCOME = "Thank you for calling."
SOME_QUESTION = "For another question,"
NO_ANSWER_KNOWN = "I am sorry, that answer is not ready yet. Please ask the front desk."
CANNOT_BE_PLAYED = "I am sorry, that cannot be played right now."

# Around a name. Names are spoken as if going on, so none of these sentences ends with one.
REACHING, REACHING_END = "I will try to reach", "for you. One moment, please."
CONNECTING_WITH, CONNECTING_WITH_END = "I am connecting you with", "now. One moment, please."
CALL_FOR, CALL_FOR_END = "There is a call for", "on the line."
IS_CALLING = "is calling."
IS_BACK = "is back."
CAMP_ON_WHEN, CAMP_ON_BACK = "To be rung when", "is back,"
MESSAGE_FOR, MESSAGE_FOR_END = "There is a message for", "that is waiting to be heard."
URGENT_MESSAGE_FOR, URGENT_MESSAGE_FOR_END = "There is an urgent message for", "that is waiting to be heard."

# What a log shows instead of what only one pair of ears may hear.
UNWRITTEN_NOTE, UNWRITTEN_RECORDING, UNWRITTEN_MESSAGE = "(what you may do)", "(a recording)", "(a message)"

KEYS: Mapping[str, str] = {
    "1": "one",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine",
    "0": "zero",
    "*": "star",
    "#": "pound",
}
KEY_NAMES: Mapping[str, str] = {"*": "star", "#": "pound", "+": "plus"}

# The first half of "To ..., press <key>."; COLLEAGUE has another form when the colleague has a name.
CHOICES: Mapping[Action, str] = {
    Action.MESSAGE: "To leave a message,",
    Action.CALLBACK: "To be called back,",
    Action.JUST_CALLED: "Just to let us know that you called,",
    Action.COLLEAGUE: "To speak to a colleague,",
    Action.URGENT: "If this is urgent,",
    Action.WAIT: "To wait a moment,",
    Action.QUESTIONS: "For general questions,",
    Action.OPERATOR: "To speak to the front desk,",
    Action.REPEAT: "To hear this again,",
    Action.BEEP: "To go straight to the tone,",
    Action.CAMP_ON: "To be rung when they are back,",
}
ADD_MESSAGE = "To add a message,"
CAN_HELP = "can help you. To be connected,"
TRIED_TO_CALL = "We have tried to call you back"

NUMBER_IS = "The number I have is,"
THEIR_NUMBER_IS = "Their number is,"

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
UNITS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty")
ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    *(f"twenty-{unit}" for unit in ("first", "second", "third", "fourth", "fifth", "sixth")),
    *(f"twenty-{unit}" for unit in ("seventh", "eighth", "ninth")),
    "thirtieth",
    "thirty-first",
)
FIRST_YEAR, LAST_YEAR = 2026, 2037

# The day with its part, before a time. {day} is a weekday.
DAY_PARTS: Mapping[DayWord, Mapping[DayPart, str]] = {
    DayWord.TODAY: {
        DayPart.NIGHT: "tonight",
        DayPart.MORNING: "this morning",
        DayPart.NOON: "today",
        DayPart.AFTERNOON: "this afternoon",
        DayPart.EVENING: "this evening",
    },
    DayWord.TOMORROW: {
        DayPart.NIGHT: "early tomorrow morning",
        DayPart.MORNING: "tomorrow morning",
        DayPart.NOON: "tomorrow",
        DayPart.AFTERNOON: "tomorrow afternoon",
        DayPart.EVENING: "tomorrow evening",
    },
    DayWord.WEEKDAY: {
        DayPart.NIGHT: "early on {day} morning",
        DayPart.MORNING: "on {day} morning",
        DayPart.NOON: "on {day}",
        DayPart.AFTERNOON: "on {day} afternoon",
        DayPart.EVENING: "on {day} evening",
    },
}
# The part of the day after a time, where the date comes first: "November thirtieth, at nine in the morning".
AFTER_TIME: Mapping[DayPart, str] = {
    DayPart.MORNING: "in the morning.",
    DayPart.AFTERNOON: "in the afternoon.",
    DayPart.EVENING: "in the evening.",
}
DAY_ALONE: Mapping[DayWord, str] = {
    DayWord.TODAY: "later today.",
    DayWord.TOMORROW: "tomorrow.",
    DayWord.WEEKDAY: "on {day}.",
}
PROMISED_TODAY = "today."
NOON = "at twelve noon."
MIDNIGHT = "at midnight."

# Times said in one breath with their day: these are when offices open and meetings end.
WHOLE_TIMES: Mapping[DayWord, tuple[int, int, int]] = {
    # first and last minute of the day, and the step between them
    DayWord.TODAY: (8 * 60, 18 * 60, 15),
    DayWord.TOMORROW: (7 * 60, 14 * 60, 30),
    DayWord.DATE: (7 * 60, 14 * 60, 30),
}


def cardinal(number: int) -> str:
    """The words for ``number``, which lies between 0 and 59."""
    if number < len(UNITS):
        return UNITS[number]
    tens, unit = divmod(number, 10)
    return TENS[tens] if unit == 0 else f"{TENS[tens]}-{UNITS[unit]}"


def minutes(minute: int) -> str:
    """How ``minute`` (1 to 59) is said after an hour: "oh five", "thirty"."""
    return f"oh {cardinal(minute)}" if minute < 10 else cardinal(minute)


def year_words(year: int) -> str:
    """How ``year`` (2010 to 2059) is said: "twenty twenty-seven"."""
    return f"twenty {cardinal(year % 100)}"


def clock(hour: int, minute: int) -> str:
    """How a time is said on a twelve-hour clock: "at three thirty". ``hour`` is 0 to 23."""
    spoken_hour = cardinal((hour + 11) % 12 + 1)
    return f"at {spoken_hour} {minutes(minute)}" if minute else f"at {spoken_hour}"


def part_of(hour: int) -> DayPart:
    """The part of the day of a whole-clip time, which is never at night."""
    if hour < 12:
        return DayPart.MORNING
    return DayPart.AFTERNOON if hour < 18 else DayPart.EVENING


@cache
def catalogue() -> Mapping[str, str]:
    """Every clip's text by its id."""
    groups = (_sentences, _around_names, _absences, _choices, _digits, _days, _times, _whole_times, _dates)
    return MappingProxyType({clip: text for group in groups for clip, text in group()})


def _sentences() -> Iterator[tuple[str, str]]:
    for phrase, text in SENTENCES.items():
        yield f"say-{phrase.replace('_', '-')}", text
    yield "somebody", SOMEBODY
    yield "a-colleague", A_COLLEAGUE
    yield "welcome", WELCOME
    yield "some-question", SOME_QUESTION
    yield "no-answer-known", NO_ANSWER_KNOWN
    yield "cannot-be-played", CANNOT_BE_PLAYED
    yield "number-is", NUMBER_IS
    yield "their-number-is", THEIR_NUMBER_IS


def _around_names() -> Iterator[tuple[str, str]]:
    yield "reaching", REACHING
    yield "reaching-end", REACHING_END
    yield "connecting-with", CONNECTING_WITH
    yield "connecting-with-end", CONNECTING_WITH_END
    yield "call-for", CALL_FOR
    yield "call-for-end", CALL_FOR_END
    yield "is-calling", IS_CALLING
    yield "is-back", IS_BACK
    yield "camp-on-when", CAMP_ON_WHEN
    yield "camp-on-back", CAMP_ON_BACK
    yield "camp-on-back-default", f"{CAMP_ON_BACK} press {KEYS[DEFAULT_KEYS[Action.CAMP_ON]]}."
    yield "message-for", MESSAGE_FOR
    yield "message-for-end", MESSAGE_FOR_END
    yield "urgent-message-for", URGENT_MESSAGE_FOR
    yield "urgent-message-for-end", URGENT_MESSAGE_FOR_END


def _absences() -> Iterator[tuple[str, str]]:
    for absence, text in ABSENCES.items():
        clip = f"who-{absence.replace('_', '-')}"
        joined = f"{text} {AVAILABLE if absence in FREE_LATER else BACK}"
        yield clip, f"{text}."
        yield f"{clip}-shortly", f"{joined} {SHORTLY}."
        yield f"{clip}-until", joined
    yield "office-closed", OFFICE_CLOSED
    yield "who-back-until", WILL_BE_BACK
    yield "who-back-shortly", WILL_BE_BACK_SHORTLY
    yield "tried-to-call", f"{TRIED_TO_CALL}."
    yield "tried-to-call-at", TRIED_TO_CALL
    yield "who-calls-by", WILL_CALL_BY
    yield "who-calls-latest", WILL_CALL_AT_THE_LATEST


def _choices() -> Iterator[tuple[str, str]]:
    for action, text in CHOICES.items():
        clip = f"for-{action.value.replace('_', '-')}"
        yield clip, text
        yield f"{clip}-default", f"{text} press {KEYS[DEFAULT_KEYS[action]]}."
    yield "for-message-again", ADD_MESSAGE
    yield "for-message-again-default", f"{ADD_MESSAGE} press {KEYS[DEFAULT_KEYS[Action.MESSAGE]]}."
    yield "can-help", CAN_HELP
    yield "can-help-default", f"{CAN_HELP} press {KEYS[DEFAULT_KEYS[Action.COLLEAGUE]]}."
    for key, word in KEYS.items():
        yield f"press-{KEY_NAMES.get(key, key)}", f"press {word}."


def _digits() -> Iterator[tuple[str, str]]:
    for key, word in {**KEYS, "+": "plus"}.items():
        clip = f"digit-{KEY_NAMES.get(key, key)}"
        yield clip, word
        yield f"{clip}-pause", f"{word},"
        yield f"{clip}-end", f"{word}."


def _days() -> Iterator[tuple[str, str]]:
    for word in (DayWord.TODAY, DayWord.TOMORROW):
        for part, text in DAY_PARTS[word].items():
            yield f"day-{word.value}-{part.value}", text
        yield f"day-{word.value}-end", DAY_ALONE[word]
    yield "day-today-promised", PROMISED_TODAY
    for number, day in enumerate(WEEKDAYS, start=1):
        for part, text in DAY_PARTS[DayWord.WEEKDAY].items():
            yield f"day-{number}-{part.value}", text.format(day=day)
        yield f"day-{number}-end", DAY_ALONE[DayWord.WEEKDAY].format(day=day)


def _times() -> Iterator[tuple[str, str]]:
    yield "at-noon", NOON
    yield "at-midnight", MIDNIGHT
    for hour in range(1, 13):
        yield f"at-{hour:02}", clock(hour, 0)
        for minute in range(0, 60, 5):
            yield f"at-{hour:02}-{minute:02}-end", f"{clock(hour, minute)}."
    for minute in range(1, 60):
        if minute % 5:
            yield f"minute-{minute:02}-end", f"{minutes(minute)}."


def _whole_times() -> Iterator[tuple[str, str]]:
    for word, (first, last, step) in WHOLE_TIMES.items():
        for hour, minute in (divmod(mark, 60) for mark in range(first, last + 1, step)):
            yield f"{word.value}-{hour:02}-{minute:02}", _whole_time(word, hour, minute)


def _whole_time(word: DayWord, hour: int, minute: int) -> str:
    noon = (hour, minute) == (12, 0)
    part = DayPart.NOON if noon else part_of(hour)
    if word is DayWord.DATE:
        return NOON if noon else f"{clock(hour, minute)} {AFTER_TIME[part]}"
    return f"{DAY_PARTS[word][part]} {NOON if noon else clock(hour, minute) + '.'}"


def _dates() -> Iterator[tuple[str, str]]:
    for number, day in enumerate(WEEKDAYS, start=1):
        yield f"day-{number}-date", f"on {day},"
    for month, name in enumerate(MONTHS, start=1):
        yield f"month-{month:02}", name
    for day_of_month, ordinal in enumerate(ORDINALS, start=1):
        yield f"date-{day_of_month:02}", f"{ordinal},"
        yield f"date-{day_of_month:02}-end", f"{ordinal}."
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        yield f"year-{year}", f"{year_words(year)}."
