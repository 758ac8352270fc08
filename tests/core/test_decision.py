"""The decision for one call: class of absence, return, promise, offers, reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ari_absence.config.loader import load
from ari_absence.core.absences import DatedAbsence
from ari_absence.core.decision import Decision, Enquiry, decide
from ari_absence.core.hours import Holiday, HolidayCalendar, WeeklyHours
from ari_absence.core.people import (
    NOWHERE,
    Caller,
    Directory,
    Disclosure,
    Handling,
    Kind,
    PrivateNote,
    SetAbsences,
    SiteAnswer,
    Source,
    Why,
)
from ari_absence.core.phrases import AbsenceClass, Action, Choice, DayWord, Welcome, Whereabouts
from ari_absence.core.steps import Situation
from ari_absence.speech.languages import language

EXAMPLES = Path(__file__).parent.parent / "config" / "examples"
TOKYO = ZoneInfo("Asia/Tokyo")
OUTSIDER = Caller("+81312345678", "Hans")
COLLEAGUE = Caller("102", "Kenji Ito", extension="102")
WITHHELD = Caller(None)
NOTE = "Hospital"


@pytest.fixture(scope="module")
def office() -> Directory:
    """The office of the examples, with one published answer."""
    directory = load(EXAMPLES, {}).directory
    answers = (SiteAnswer("our opening hours", "We are open from nine."),)
    return replace(directory, site=replace(directory.site, answers=answers))


def tokyo(text: str) -> datetime:
    """An instant, from Tokyo's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def decided(
    office: Directory,
    at: str,
    *,
    extension: str = "101",
    caller: Caller = OUTSIDER,
    why: Why = Why.ABSENT,
    set_absences: SetAbsences | None = None,
    mailbox_full: bool = False,
) -> Decision:
    """The decision for a call at Tokyo time ``at``."""
    enquiry = Enquiry("call-1", extension, caller, why, tokyo(at), mailbox_full)
    return decide(enquiry, office, set_absences or SetAbsences())


def whereabouts(decision: Decision) -> Whereabouts:
    """What the greeting says of the person."""
    return next(each for each in decision.greeting if isinstance(each, Whereabouts))


def set_until(kind: Kind, until: str | None) -> SetAbsences:
    """Alice set herself absent on the morning of Monday, 30 November."""
    end = tokyo(until) if until else None
    absence = DatedAbsence(
        kind, tokyo("2026-11-30T09:00"), end, PrivateNote(NOTE), source=Source("set by phone 101")
    )
    return SetAbsences({"101": [absence]})


CLASSES = [
    # kind, what everybody hears, what colleagues hear
    (Kind.AWAY, AbsenceClass.AWAY_FROM_DESK, AbsenceClass.AWAY_FROM_DESK),
    (Kind.MEETING, AbsenceClass.IN_A_MEETING, AbsenceClass.IN_A_MEETING),
    (Kind.OUT, AbsenceClass.OUT_OF_OFFICE, AbsenceClass.OUT_OF_OFFICE),
    (Kind.BUSINESS_TRIP, AbsenceClass.OUT_OF_OFFICE, AbsenceClass.ON_BUSINESS_TRIP),
    (Kind.LEFT, AbsenceClass.LEFT_FOR_TODAY, AbsenceClass.LEFT_FOR_TODAY),
    (Kind.DAY_OFF, AbsenceClass.OFF_TODAY, AbsenceClass.OFF_TODAY),
    (Kind.VACATION, AbsenceClass.ON_LEAVE, AbsenceClass.ON_VACATION),
    (Kind.LEAVE, AbsenceClass.ON_LEAVE, AbsenceClass.ON_LEAVE),
    (Kind.DND, AbsenceClass.NOT_AVAILABLE, AbsenceClass.DO_NOT_DISTURB),
]


@pytest.mark.parametrize(("kind", "outside", "inside"), CLASSES)
def test_each_kind_has_its_word_for_outsiders_and_for_colleagues(
    office: Directory, kind: Kind, outside: AbsenceClass, inside: AbsenceClass
) -> None:
    away = set_until(kind, "2026-11-30T11:00")

    heard_outside = whereabouts(decided(office, "2026-11-30T09:30", set_absences=away))
    heard_inside = whereabouts(decided(office, "2026-11-30T09:30", caller=COLLEAGUE, set_absences=away))

    assert (heard_outside.absence_class, heard_inside.absence_class) == (outside, inside)


def test_every_kind_that_can_be_set_has_a_word(office: Directory) -> None:
    told = {kind for kind, _, _ in CLASSES} | {Kind.REMOTE}

    assert told == {kind for kind in Kind if kind.can_be_set}


def test_site_that_discloses_nothing_says_only_not_available(office: Directory) -> None:
    silent = replace(office, site=replace(office.site, disclosure=Disclosure.UNAVAILABLE))

    assert whereabouts(decided(silent, "2026-11-25T10:00")).absence_class is AbsenceClass.NOT_AVAILABLE


@pytest.mark.parametrize("why", [Why.BUSY, Why.NOANSWER, Why.UNREACHABLE])
def test_who_discloses_nothing_is_not_available_whatever_the_phone_said(office: Directory, why: Why) -> None:
    kenji = replace(office.people["102"], disclosure=Disclosure.UNAVAILABLE, disclosure_source=Source("here"))
    silent = replace(office, people={**office.people, "102": kenji})
    for at in ("2026-11-30T14:00", "2026-11-30T22:00"):  # at work, and at home
        outside = decided(silent, at, extension="102", why=why)
        inside = decided(silent, at, extension="102", why=why, caller=replace(COLLEAGUE, extension="101"))

        assert whereabouts(outside).absence_class is AbsenceClass.NOT_AVAILABLE
        assert whereabouts(inside).absence_class is not AbsenceClass.NOT_AVAILABLE
        assert _source_of(outside, "an outsider hears: not available") == "here"


def test_return_is_the_next_time_at_the_desk_not_the_end_of_one_entry(office: Directory) -> None:
    decision = decided(office, "2026-11-25T10:00")

    assert decision.back_at == tokyo("2026-11-27T09:00")
    moment = whereabouts(decision).back
    assert moment is not None
    assert (moment.day_word, moment.day.isoformat(), moment.hour) == (DayWord.WEEKDAY, "2026-11-27", 9)


@pytest.mark.parametrize(
    ("at", "extension", "heard"),
    [
        ("2026-11-30T15:00", "101", "Alice Tanaka is out of the office and will be back at four."),
        ("2026-11-30T10:15", "101", "Alice Tanaka is in a meeting and will be back at eleven thirty."),
        ("2026-11-30T12:30", "101", "Alice Tanaka is away from the desk right now and will be back at one."),
        (
            "2026-11-30T18:00",
            "101",
            "The office is closed now. Alice Tanaka will be back tomorrow morning at nine.",
        ),
        (
            "2026-11-24T10:00",
            "101",
            "The office is closed now. Alice Tanaka will be back on Friday morning at nine.",
        ),
        (
            "2026-12-22T10:00",
            "110",
            "Mori is on leave and will be back on Tuesday, January fifth, at nine in the morning.",
        ),
        (
            "2026-12-01T10:00",
            "103",
            "Night Desk is not available right now and will be available again this evening at ten.",
        ),
    ],
)
def test_greeting_reads_as_a_person_would_say_it(
    office: Directory, at: str, extension: str, heard: str
) -> None:
    said = language("en").text(whereabouts(decided(office, at, extension=extension)))

    assert _plain(said) == _plain(heard)


def _plain(text: str) -> str:
    return " ".join(text.replace(",", "").split())


def test_office_is_not_said_to_be_closed_while_it_is_open(office: Directory) -> None:
    night_desk_at_noon = whereabouts(decided(office, "2026-12-01T10:00", extension="103"))

    assert night_desk_at_noon.absence_class is AbsenceClass.NOT_AVAILABLE


@pytest.mark.parametrize(
    ("caller", "word"),
    [(OUTSIDER, AbsenceClass.NOT_AVAILABLE), (COLLEAGUE, AbsenceClass.HAS_NO_HOURS_NOW)],
)
def test_a_holiday_of_ones_own_does_not_close_the_office(
    office: Directory, caller: Caller, word: AbsenceClass
) -> None:
    holidays = HolidayCalendar({date(2026, 12, 1): Holiday("break", Source("absence.yaml", 9))})
    alice = replace(office.people["101"], holidays=holidays)
    at_home = replace(office, people={**office.people, "101": alice})

    assert whereabouts(decided(at_home, "2026-12-01T10:00", caller=caller)).absence_class is word


@pytest.mark.parametrize(
    ("caller", "word"),
    [(OUTSIDER, AbsenceClass.OFFICE_CLOSED), (COLLEAGUE, AbsenceClass.HAS_NO_HOURS_NOW)],
)
def test_a_holiday_of_the_site_closes_the_office_to_outsiders(
    office: Directory, caller: Caller, word: AbsenceClass
) -> None:
    decision = decided(office, "2026-11-23T14:00", caller=caller)  # Labour Thanksgiving Day

    assert decision.state.kind is Kind.HOLIDAY
    assert whereabouts(decision).absence_class is word


def test_the_hour_after_midnight_is_tonight_in_the_evening_and_tomorrow_in_the_night_before(
    office: Directory,
) -> None:
    out = set_until(Kind.OUT, "2026-12-02T00:30")
    nights = replace(office.people["101"], hours=WeeklyHours((((0, 1440),),) * 7), absences=())
    night_office = replace(office, people={**office.people, "101": nights})
    evening = whereabouts(decided(night_office, "2026-12-01T20:00", set_absences=out))
    night = whereabouts(decided(night_office, "2026-12-01T00:10", set_absences=out))

    assert language("en").text(evening).endswith("will be back tonight at twelve thirty.")
    assert language("en").text(night).endswith("will be back early tomorrow morning at twelve thirty.")


@pytest.mark.parametrize(
    ("at", "shortly"),
    [
        ("2026-11-30T09:30", True),
        ("2026-11-30T09:59", True),
        ("2026-11-30T10:00", False),
        ("2026-12-07T09:30", False),
    ],
)
def test_away_without_a_time_is_back_shortly_for_an_hour(office: Directory, at: str, shortly: bool) -> None:
    away = decided(office, at, why=Why.NOANSWER, set_absences=set_until(Kind.AWAY, None))

    assert whereabouts(away).absence_class is AbsenceClass.AWAY_FROM_DESK
    assert whereabouts(away).shortly is shortly
    assert whereabouts(away).back is None


def test_away_without_a_time_is_not_back_shortly_once_work_is_over(office: Directory) -> None:
    left_late = DatedAbsence(Kind.AWAY, tokyo("2026-11-30T17:25"), None)
    for at, shortly in (("2026-11-30T17:29", True), ("2026-11-30T17:30", False)):
        away = decided(office, at, set_absences=SetAbsences({"101": [left_late]}))
        assert whereabouts(away).shortly is shortly


@pytest.mark.parametrize(("until", "shortly"), [("2026-11-30T09:45", True), ("2026-11-30T09:46", False)])
def test_away_until_a_time_is_back_shortly_within_a_quarter_of_an_hour(
    office: Directory, until: str, shortly: bool
) -> None:
    away = decided(office, "2026-11-30T09:30", set_absences=set_until(Kind.AWAY, until))

    assert whereabouts(away).shortly is shortly
    assert (whereabouts(away).back is None) is shortly


def test_only_who_is_away_from_the_desk_is_back_shortly(office: Directory) -> None:
    meeting = decided(office, "2026-11-30T09:30", set_absences=set_until(Kind.MEETING, "2026-11-30T09:40"))

    assert not whereabouts(meeting).shortly
    assert whereabouts(meeting).back is not None


def test_out_for_the_rest_of_the_day_says_so(office: Directory) -> None:
    out = decided(office, "2026-11-30T16:30", set_absences=set_until(Kind.OUT, "2026-11-30T20:00"))

    assert whereabouts(out).absence_class is AbsenceClass.OUT_NOT_BACK_TODAY


@pytest.mark.parametrize(
    ("why", "word"),
    [
        (Why.BUSY, AbsenceClass.ON_ANOTHER_CALL),
        (Why.NOANSWER, AbsenceClass.CANNOT_COME),
        (Why.UNREACHABLE, AbsenceClass.CANNOT_COME),
    ],
)
def test_present_person_who_does_not_take_the_call(office: Directory, why: Why, word: AbsenceClass) -> None:
    decision = decided(office, "2026-11-30T14:00", extension="102", why=why)

    assert decision.state.present
    assert whereabouts(decision).absence_class is word
    assert whereabouts(decision).back is None
    assert decision.attempts == ()


def test_caller_sent_to_us_whose_person_has_just_come_back_rings_the_desk(office: Directory) -> None:
    decision = decided(office, "2026-11-30T14:00", extension="102", why=Why.ABSENT)

    assert [leg.extension for attempt in decision.attempts for leg in attempt.legs] == ["102"]


def test_desk_phone_of_who_is_away_rings_first_and_the_line_that_says_so_is_named() -> None:
    shipped = EXAMPLES.parents[2] / "config"
    office = load(shipped, {}).directory
    away = SetAbsences({"101": [DatedAbsence(Kind.AWAY, tokyo("2026-11-30T18:00"), None)]})
    decision = decided(office, "2026-11-30T18:30", set_absences=away)  # 10:30 in Berlin
    not_answered = decided(office, "2026-11-30T18:30", why=Why.NOANSWER, set_absences=away)
    meeting = decided(office, "2026-11-30T18:30")

    line = _line_of(shipped / "absence.yaml", "ring: true")
    assert [leg.extension for attempt in decision.attempts for leg in attempt.legs] == ["101"]
    assert decision.rings_as_desk
    assert _source_of(decision, "the desk phone rings first (ring: true)") == f"absence.yaml:{line}"
    assert meeting.state.kind is Kind.MEETING
    for other in (not_answered, meeting):
        assert not any("rings first" in reason.text for reason in other.reasons)


def test_outsider_is_welcomed_by_company_name_and_colleague_is_not(office: Directory) -> None:
    assert isinstance(decided(office, "2026-11-25T10:00").greeting[0], Welcome)
    assert not isinstance(decided(office, "2026-11-25T10:00", caller=COLLEAGUE).greeting[0], Welcome)


def test_promise_keeps_working_hours(office: Directory) -> None:
    decision = decided(office, "2026-11-30T10:15")  # meeting until 11:30, promise: 1h, lunch at 12:00

    assert decision.promise == tokyo("2026-11-30T13:30")


@pytest.mark.parametrize(
    ("at", "why", "due"),
    [
        ("2026-11-30T16:30", Why.BUSY, "2026-11-30T16:40"),  # there, and on the telephone
        ("2026-11-30T16:30", Why.NOANSWER, "2026-12-01T13:00"),  # nothing is written: four hours
        ("2026-11-30T10:15", Why.ABSENT, "2026-11-30T13:30"),  # in the meeting that is over at 11:30
        ("2026-11-30T10:15", Why.NOANSWER, "2026-11-30T13:30"),
        ("2026-11-30T10:15", Why.BUSY, "2026-11-30T11:40"),
    ],
)
def test_promise_is_that_of_the_occasion_then_that_of_the_kind(
    office: Directory, at: str, why: Why, due: str
) -> None:
    ten_minutes = Handling(promise_seconds=600, promise_source=Source("absence.yaml", 99))
    meeting = replace(office.handling[Kind.MEETING], reach=())
    handling = {**office.handling, Kind.MEETING: meeting, Situation.BUSY: ten_minutes}

    decision = decided(replace(office, handling=handling), at, why=why)

    assert decision.promise == tokyo(due)
    if why is Why.BUSY:
        assert _source_of(decision, "a call back is promised") == "absence.yaml:99"


def test_what_is_promised_for_when_the_office_is_closed_is_not_promised_by_who_is_there(
    office: Directory,
) -> None:
    closed = {**office.handling, Kind.CLOSED: Handling(promise_seconds=600)}

    decision = decided(replace(office, handling=closed), "2026-11-30T16:30", why=Why.NOANSWER)

    assert _source_of(decision, "a call back is promised") == "default"


def test_only_what_can_work_now_is_offered_and_spoken(office: Directory) -> None:
    open_day = decided(office, "2026-11-25T10:00")
    night = decided(office, "2026-11-25T22:00")
    full = decided(office, "2026-11-25T10:00", mailbox_full=True)
    withheld = decided(office, "2026-11-25T10:00", caller=WITHHELD)

    assert [offer.key for offer in open_day.offers] == ["1", "2", "3", "4", "5", "6", "0", "*", "#"]
    assert open_day.action_for("0") is Action.OPERATOR
    assert night.action_for("0") is None
    assert full.action_for("1") is None
    assert full.action_for("#") is None
    assert withheld.action_for("2") is None
    for decision in (open_day, night, full, withheld):
        offered = {offer.action for offer in decision.offers}
        assert {each.action for each in decision.menu if isinstance(each, Choice)} <= offered


def test_operator_is_not_offered_to_who_calls_the_operator(office: Directory) -> None:
    calls_reception = decided(office, "2026-11-30T14:00", extension="100", why=Why.NOANSWER)
    reception_calls = decided(office, "2026-11-25T10:00", caller=Caller("100", extension="100"))

    assert calls_reception.action_for("0") is None
    assert reception_calls.action_for("0") is None


def test_keys_of_the_site_are_offered_and_spoken(office: Directory) -> None:
    swapped = replace(office, site=replace(office.site, keys={"message": "2", "callback": "1"}))
    decision = decided(swapped, "2026-11-25T10:00")

    assert decision.action_for("2") is Action.MESSAGE
    assert Choice("1", Action.CALLBACK) in decision.menu


def test_reasons_name_the_line_of_the_absence_and_of_the_disclosure(office: Directory) -> None:
    reasons = decided(office, "2026-11-25T10:00").reasons

    sources = [str(reason.source) for reason in reasons]
    line = _line_of(EXAMPLES / "people.yaml", "kind: business_trip")
    assert f"people.yaml:{line}" in sources
    assert any(source.startswith("absence.yaml:") for source in sources)


@pytest.mark.parametrize(
    ("at", "reason", "written"),
    [
        ("2026-11-25T10:00", "an outsider hears", "disclosure: class"),
        ("2026-11-25T10:00", "the operator is there", "operator:"),
        ("2026-11-30T10:15", "a call back is promised", "promise: 1h"),
    ],
)
def test_each_reason_names_the_line_of_the_key_that_decided(
    office: Directory, at: str, reason: str, written: str
) -> None:
    line = _line_of(EXAMPLES / "absence.yaml", written)

    assert _source_of(decided(office, at), reason) == f"absence.yaml:{line}"


def test_what_nobody_wrote_is_said_to_be_the_default(office: Directory) -> None:
    site = replace(office.site, disclosure_source=NOWHERE)
    decision = decided(replace(office, site=site), "2026-11-25T10:00")  # business_trip: without a promise

    assert _source_of(decision, "an outsider hears") == "default"
    assert _source_of(decision, "a call back is promised") == "default"
    assert any("where no promise is written, 4 hours" in reason.text for reason in decision.reasons)


def _refused(decision: Decision) -> list[str]:
    return [each.text for each in decision.reasons if each.text.startswith("not offered: ")]


def test_reasons_say_what_is_not_offered_and_why(office: Directory) -> None:
    hidden = decided(office, "2026-11-25T10:00", caller=WITHHELD)
    full = decided(office, "2026-11-25T10:00", mailbox_full=True)
    colleague = decided(office, "2026-11-25T10:00", caller=COLLEAGUE)
    lost = decide(replace(full.enquiry, nothing_noted=True), office, SetAbsences())

    assert "not offered: call back, the caller's number is withheld" in _refused(hidden)
    assert "not offered: leave a message, the mailbox is full" in _refused(full)
    assert "not offered: general questions, colleagues know the answers" in _refused(colleague)
    assert "not offered: just say that I called, the ledger can't be used" in _refused(lost)
    for decision in (hidden, full, colleague, lost):
        offered = {offer.action for offer in decision.offers} - {Action.BEEP}
        assert len(offered) + len(_refused(decision)) == len(Action) - 1


@pytest.mark.parametrize(
    ("at", "extension", "operator", "why"),
    [
        ("2026-11-25T22:00", "101", "100", "the operator is absent"),
        ("2026-11-25T10:00", "101", None, "the site names no operator"),
        ("2026-11-25T10:00", "100", "100", "the operator takes part in this call already"),
    ],
)
def test_reasons_say_why_the_operator_is_not_offered(
    office: Directory, at: str, extension: str, operator: str | None, why: str
) -> None:
    site = replace(office.site, operator=operator)
    decision = decided(replace(office, site=site), at, extension=extension, why=Why.NOANSWER)

    assert _source_of(decision, f"not offered: the operator, {why}") == str(office.site.operator_source)
    assert not any(reason.text == "the operator is there" for reason in decision.reasons)


def test_word_that_does_not_hang_on_what_may_be_disclosed_names_what_it_hangs_on(office: Directory) -> None:
    busy = decided(office, "2026-11-30T14:00", extension="102", why=Why.BUSY)
    unanswered = decided(office, "2026-11-30T14:00", extension="102", why=Why.NOANSWER)

    assert _source_of(busy, "an outsider hears") == "dialplan"
    assert _source_of(unanswered, "an outsider hears") == str(unanswered.state.source)


@pytest.mark.fault("F27")
def test_nothing_is_promised_to_a_withheld_number(office: Directory) -> None:
    decision = decided(office, "2026-11-25T10:00", caller=WITHHELD)

    assert decision.promised is None
    assert decision.promise is not None  # the owner is asked to call the number that is said in the message
    assert _source_of(decision, "nothing is promised to a withheld number") == "default"


def _source_of(decision: Decision, begins: str) -> str:
    return next(str(reason.source) for reason in decision.reasons if reason.text.startswith(begins))


def _line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_private_note_and_mobile_are_in_nothing_a_decision_holds_or_says(office: Directory) -> None:
    for at in ("2026-11-25T10:00", "2026-11-30T15:00"):
        for caller in (OUTSIDER, COLLEAGUE, WITHHELD):
            decision = decided(office, at, caller=caller, set_absences=set_until(Kind.OUT, None))
            spoken = " ".join(map(language("en").text, (*decision.greeting, *decision.menu)))
            everything = f"{decision!r} {spoken}"
            for private in (NOTE, "Osaka", "Contract", "90 1234 5678", "9012345678"):
                assert private not in everything


@pytest.mark.fault("F29")
def test_caller_id_that_is_one_of_our_extensions_from_outside_is_an_outsider(office: Directory) -> None:
    pretender = decided(office, "2026-11-25T10:00", caller=Caller("102", "Kenji Ito"))

    assert whereabouts(pretender).absence_class is AbsenceClass.OUT_OF_OFFICE
    assert isinstance(pretender.greeting[0], Welcome)


def test_unknown_extension_is_nobodys(office: Directory) -> None:
    with pytest.raises(KeyError):
        decided(office, "2026-11-25T10:00", extension="999")
