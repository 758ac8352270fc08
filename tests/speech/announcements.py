"""Whole announcements as callers, and those who are rung for them, hear them: what the voice is judged by."""

from __future__ import annotations

from datetime import date, datetime

from ari_absence.core.phrases import (
    AbsenceClass,
    Action,
    CallerNumber,
    CallFor,
    CallPromise,
    Choice,
    ConnectingWith,
    Fixed,
    MessageFor,
    Moment,
    Name,
    Phrase,
    Reaching,
    ReadBack,
    TriedToCall,
    UrgentMessageFor,
    Whereabouts,
)
from ari_absence.speech.language import AnyUtterance

WHO = Name("Somebody")  # has no sound of its own: "The person you have called"
TODAY = date(2026, 11, 24)  # a Tuesday


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> Moment:
    """A wall-clock time as it is named on :data:`TODAY`."""
    return Moment.seen_from(TODAY, datetime(year, month, day, hour, minute))  # noqa: DTZ001


def _fixed(*phrases: Phrase) -> tuple[AnyUtterance, ...]:
    return tuple(Fixed(phrase) for phrase in phrases)


def _choices(*choices: tuple[str, Action]) -> tuple[AnyUtterance, ...]:
    return tuple(Choice(key, action) for key, action in choices)


ANNOUNCEMENTS: tuple[tuple[AnyUtterance, ...], ...] = (
    (Whereabouts(WHO, AbsenceClass.OUT_OF_OFFICE, at(25, 9)),),
    (Whereabouts(WHO, AbsenceClass.IN_A_MEETING, at(24, 15, 30)),),
    (Whereabouts(WHO, AbsenceClass.ON_LEAVE, at(14, 9, month=12)),),
    (Whereabouts(WHO, AbsenceClass.LEFT_FOR_TODAY, at(25, 8, 30)),),
    (Whereabouts(WHO, AbsenceClass.AWAY_FROM_DESK, shortly=True),),
    (Whereabouts(WHO, AbsenceClass.CANNOT_COME),),
    (Whereabouts(WHO, AbsenceClass.ON_ANOTHER_CALL),),
    (Whereabouts(WHO, AbsenceClass.NOT_AVAILABLE, at(24, 16, 45)),),
    (Whereabouts(WHO, AbsenceClass.OFF_TODAY, at(26, 10)),),
    (Whereabouts(WHO, AbsenceClass.OFFICE_CLOSED, at(30, 9)),),
    (Whereabouts(WHO, AbsenceClass.OUT_NOT_BACK_TODAY, at(27, 13, 20)),),
    (Whereabouts(WHO, AbsenceClass.ON_VACATION, at(4, 8, month=1, year=2027)),),
    (CallPromise(WHO, at(25, 13)),),
    (TriedToCall(at(24, 17, 10)),),
    (TriedToCall(),),
    (CallPromise(WHO, at(24, 17, 10)),),
    (CallPromise(WHO, at(30, 11)),),
    _choices(
        ("1", Action.MESSAGE), ("2", Action.CALLBACK), ("3", Action.JUST_CALLED), ("6", Action.QUESTIONS)
    ),
    _choices(("5", Action.URGENT), ("4", Action.COLLEAGUE), ("0", Action.OPERATOR), ("*", Action.REPEAT)),
    _choices(("#", Action.BEEP), ("7", Action.MESSAGE), ("8", Action.CALLBACK)),
    (ReadBack("5551234067"), Fixed(Phrase.IS_NUMBER_RIGHT)),
    (ReadBack("8904"),),
    _fixed(Phrase.MESSAGE_AFTER_TONE, Phrase.MESSAGE_SAVED, Phrase.GOODBYE),
    _fixed(Phrase.REVIEW_MENU),
    _fixed(Phrase.NAME_AFTER_TONE, Phrase.TOO_SHORT),
    _fixed(Phrase.ENTER_NUMBER, Phrase.NOT_A_NUMBER),
    _fixed(Phrase.CALL_NOTED, Phrase.CALLBACK_NOTED, Phrase.GOODBYE),
    _fixed(Phrase.MESSAGE_NOT_SAVED, Phrase.BOX_FULL),
    _fixed(Phrase.CONNECTING, Phrase.OPERATOR_NOT_REACHED),
    _fixed(Phrase.NOTHING_CAN_BE_NOTED),
    _fixed(Phrase.SORRY_FAULT, Phrase.NOT_UNDERSTOOD),
    (Reaching(WHO), Fixed(Phrase.POUND_FOR_MESSAGE), Fixed(Phrase.STILL_TRYING)),
    (ConnectingWith(WHO),),
    _fixed(Phrase.REACHING_SOMEBODY, Phrase.URGENT_NOT_REACHED),
    _fixed(Phrase.STILL_BUSY, Phrase.LINE_IS_FREE, Phrase.CANNOT_TAKE_NOW),
    (
        CallFor(WHO),
        CallerNumber("5551234067"),
        Fixed(Phrase.SECOND_CALL_TODAY),
        Fixed(Phrase.SCREENING_MENU_WITH_NOTE),
    ),
    _fixed(Phrase.CALL_FOR_YOU, Phrase.CALLER_WITHHELD, Phrase.SCREENING_MENU),
    _fixed(Phrase.ALREADY_TAKEN, Phrase.CALLER_LEFT, Phrase.THANK_YOU),
    (MessageFor(WHO), Fixed(Phrase.URGENT_MENU)),
    (UrgentMessageFor(WHO), Fixed(Phrase.URGENT_MENU), Fixed(Phrase.URGENT_PASSED_ON)),
)
