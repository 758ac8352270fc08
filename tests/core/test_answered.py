"""Who talks with whom by what Asterisk tells of phones, in whatever order it tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.answered import (
    PEERS_MAX,
    PhoneLine,
    PhoneTalk,
    PhoneTalks,
    answers_for,
    as_dialled,
    in_dialstring,
    keys_of,
)
from ari_absence.core.owed import caller_key
from ari_absence.core.people import Caller, Dialing, Directory, Kind, SetAbsences
from tests.attendant.reach_office import ALICE, BEGIN, END, away, office

AFTER = 5.0
HANS = "0312345678"
HANS_KEY = "+81312345678"
RINGING = PhoneLine("line", "101", "PJSIP/101", up=False, shown=HANS)
UP = replace(RINGING, up=True)
NOBODY_SET = SetAbsences()
TO_HANS = [Caller(HANS)]


def talks() -> PhoneTalks:
    return PhoneTalks(lambda: AFTER)


def answered_call() -> PhoneTalks:
    """101 has dialled, and Hans has answered at second 0."""
    known = talks()
    known.tell(replace(RINGING, shown=None), -3)
    known.dial("line", "peer", "", TO_HANS, -3)
    known.dial("line", "peer", "RINGING", [], -2)
    known.dial("line", "peer", "ANSWER", [], 0)
    known.tell(UP, 0)
    return known


@pytest.mark.parametrize(
    ("news", "end"),
    [
        (["RINGING", "NOANSWER"], "no_answer"),
        (["RINGING", "CANCEL"], "no_answer"),
        (["RINGING"], "no_answer"),
        (["BUSY"], "busy"),
        (["CHANUNAVAIL"], "unreachable"),
        (["CANCEL"], "cancelled"),
        ([], "cancelled"),
    ],
)
def test_call_by_hand_that_nobody_answers_is_told_once_when_it_is_over(news: list[str], end: str) -> None:
    known = talks()
    known.tell(replace(RINGING, shown=None), 0)
    for status in ["", *news]:
        known.dial("line", "peer", status, TO_HANS if status == "" else [], 0)
        assert known.in_vain() == []
    known.end("line")
    (call,) = known.in_vain()
    assert (call.tried, call.end, call.by) == (frozenset(TO_HANS), end, "101, by a call from PJSIP/101")
    assert known.in_vain() == []


def test_call_that_was_answered_that_we_made_or_whose_end_nobody_saw_was_not_tried_in_vain() -> None:
    answered = answered_call()
    answered.end("line")
    assert answered.in_vain() == []
    ours = talks()
    ours.tell(RINGING, 0)
    ours.dial("line", "peer", "", TO_HANS, 0, by_hand=False)
    ours.dial("line", "peer", "NOANSWER", [], 9, by_hand=False)
    ours.end("line")
    assert ours.in_vain() == []
    unseen = talks()
    unseen.tell(RINGING, 0)
    unseen.dial("line", "peer", "", TO_HANS, 0)
    unseen.keep_only([])
    assert unseen.in_vain() == []


def test_call_that_is_answered_counts_after_the_seconds_of_a_talk_and_once() -> None:
    known = answered_call()

    assert known.due(AFTER - 0.1) == []
    (talk,) = known.due(AFTER)
    assert talk == PhoneTalk(UP, frozenset(TO_HANS), calling=True)
    assert talk.by == "101, by a call from PJSIP/101"
    assert known.confirm(talk, AFTER)
    assert known.due(1000) == []


def test_call_that_a_phone_answers_counts_by_the_number_it_shows() -> None:
    known = talks()
    known.tell(RINGING, 0)
    known.tell(UP, 2)

    assert known.due(AFTER) == []
    (talk,) = known.due(2 + AFTER)
    assert talk.line.shown == HANS
    assert talk.by == "101, by a call to PJSIP/101"


def test_phone_that_rings_or_is_rung_in_vain_talks_with_nobody() -> None:
    known = talks()
    known.tell(RINGING, 0)
    known.dial("line", "peer", "", TO_HANS, 0)
    known.dial("line", "peer", "BUSY", [], 3)

    assert known.due(1000) == []


def test_transfer_begins_a_talk_with_who_is_shown_from_then_on() -> None:
    known = talks()
    known.tell(replace(UP, shown="110"), 0)
    known.due(AFTER)
    known.tell(UP, 30)

    assert known.due(30 + AFTER - 0.1) == []
    assert [talk.line.shown for talk in known.due(30 + AFTER)] == [HANS]


def test_of_many_phones_rung_only_who_answers_was_reached() -> None:
    known = talks()
    known.tell(replace(RINGING, shown=None), 0)
    for peer, number in (("a", "0311111111"), ("b", HANS)):
        known.dial("line", peer, "", [Caller(number)], 0)
    known.dial("line", "a", "CANCEL", [], 1)
    known.dial("line", "b", "ANSWER", [], 1)
    known.tell(replace(UP, shown=None), 1)

    assert [talk.reached for talk in known.due(1 + AFTER)] == [frozenset(TO_HANS)]


def test_talk_that_is_doubted_is_looked_at_later_and_later_and_counts_when_it_is_seen_twice() -> None:
    known = answered_call()
    (talk,) = known.due(AFTER)
    known.doubt(talk, AFTER)
    assert known.due(2 * AFTER - 0.1) == []
    assert known.due(2 * AFTER) == [talk]
    known.doubt(talk, 100)
    assert known.due(149) == []
    assert known.due(150) == [talk]
    assert not known.confirm(talk, 150)
    assert known.due(150 + AFTER) == [talk]
    assert known.confirm(talk, 150 + AFTER)


def test_answer_of_a_talk_that_is_over_or_has_become_another_counts_no_more() -> None:
    for other in (None, replace(UP, shown="110")):
        known = answered_call()
        (talk,) = known.due(AFTER)
        if other is None:
            known.end("line")
        else:
            known.tell(other, AFTER)
        assert not known.confirm(talk, AFTER + 1)
        known.doubt(talk, AFTER + 1)
        assert talk not in known.due(1000)


def test_lines_that_ended_while_nobody_told_us_are_forgotten() -> None:
    known = answered_call()
    known.keep_only({"another"})

    assert len(known) == 0
    assert known.due(1000) == []


def test_phone_that_rings_thousands_is_not_remembered_without_end() -> None:
    known = answered_call()
    for count in range(3 * PEERS_MAX):
        known.dial("line", f"peer {count}", "", TO_HANS, 1)
    known.dial("line", f"peer {3 * PEERS_MAX - 1}", "ANSWER", [], 2)

    assert [talk.reached for talk in known.due(1000)] == [frozenset()]


# -- whatever comes, in whatever order

LINES = ("a", "b")
STATES = st.builds(
    PhoneLine,
    id=st.sampled_from(LINES),
    extension=st.just("101"),
    phone=st.just("PJSIP/101"),
    up=st.booleans(),
    shown=st.sampled_from([None, HANS, "110"]),
)
STATUSES = st.sampled_from(["", "RINGING", "PROGRESS", "ANSWER", "BUSY", "NOANSWER", "CANCEL", "odd"])
EVENTS = st.one_of(
    STATES,
    st.tuples(st.sampled_from(LINES), st.sampled_from(["x", "y"]), STATUSES),
    st.sampled_from(LINES),  # its end
    st.integers(1, 9),  # time passes, and whoever is due is looked at
)


@given(st.lists(st.tuples(EVENTS, st.sampled_from(["doubt", "confirm", "nothing"])), max_size=40))
def test_whatever_is_told_only_lines_that_are_up_come_out_and_not_before_their_time(
    events: list[tuple[PhoneLine | tuple[str, str, str] | str | int, str]],
) -> None:
    known, now = talks(), 0
    live: dict[str, PhoneLine] = {}
    changed: dict[str, int] = {}
    for event, verdict in events:
        if isinstance(event, PhoneLine):
            before = live.get(event.id)
            told = replace(event, up=event.up or (before is not None and before.up))
            if before is None or (before.up, before.shown) != (told.up, told.shown):
                changed[event.id] = now
            live[event.id] = told
            known.tell(event, now)
        elif isinstance(event, tuple):
            line, peer, status = event
            known.dial(line, peer, status, [Caller(peer * 3)], now)
        elif isinstance(event, str):
            live.pop(event, None)
            known.end(event)
        else:
            now += event
            for talk in known.due(now):
                assert talk.line == live[talk.line.id]
                assert talk.line.up
                assert talk.line.shown or talk.reached
                assert changed[talk.line.id] <= now - AFTER
                if verdict == "doubt":
                    known.doubt(talk, now)
                elif verdict == "confirm":
                    known.confirm(talk, now)
    assert len(known) == len(live)


ORDINARY = (
    lambda known: known.dial("line", "peer", "RINGING", [], 0),
    lambda known: known.dial("line", "peer", "ANSWER", [], 0),
    lambda known: known.tell(RINGING, 0),
    lambda known: known.tell(UP, 0),
    lambda known: known.tell(UP, 0),
)


@given(st.permutations(ORDINARY))
def test_order_in_which_an_answer_is_told_makes_no_difference(order: list[object]) -> None:
    known = talks()
    known.tell(replace(RINGING, shown=None), -3)
    known.dial("line", "peer", "", TO_HANS, -3)
    for tell in order:
        tell(known)  # type: ignore[operator]

    assert known.due(AFTER) == [PhoneTalk(UP, frozenset(TO_HANS), calling=True)]


# -- numbers

PLAIN = office()
THROUGH_ZERO = replace(PLAIN, dialing=replace(PLAIN.dialing, outside_line="0"))


def keys(
    directory: Directory, *, shown: str | None = None, reached: str = "", calling: bool = True
) -> set[str]:
    callers = frozenset({Caller(reached)} if reached else ())
    line = replace(UP, shown=shown)
    return set(keys_of(PhoneTalk(line, callers, calling), directory))


@pytest.mark.parametrize("written", ["0312345678", "+81312345678", "+81 3-1234-5678", "010 81 312345678"])
def test_number_is_the_same_in_every_spelling_of_the_country(written: str) -> None:
    assert keys(PLAIN, shown=written) == {HANS_KEY}
    assert keys(PLAIN, reached=written) == {HANS_KEY}


def test_number_dialled_over_an_outside_line_is_read_without_its_digits() -> None:
    assert keys(THROUGH_ZERO, shown="00312345678") == {HANS_KEY}
    assert keys(THROUGH_ZERO, shown="0" + "+81312345678") == {HANS_KEY}
    assert keys(THROUGH_ZERO, shown="00312345678", calling=False) >= {HANS_KEY}
    assert keys(THROUGH_ZERO, shown="0312345678", calling=False) >= {HANS_KEY}


def test_prefix_that_is_dialled_makes_no_other_number_of_it() -> None:
    """0 and 0441 234567890 is no call to Great Britain."""
    germany = replace(THROUGH_ZERO, site=replace(PLAIN.site, country="DE"))

    assert caller_key(Caller("00441234567890"), "DE") == "+441234567890"
    assert keys(germany, shown="00441234567890") == {caller_key(Caller("0441234567890"), "DE")}


def test_what_a_dialplan_dials_is_read_as_it_is() -> None:
    """In the country of 9 for an outside line, 916 is Sacramento."""
    america = Directory(
        replace(PLAIN.site, country="US"), PLAIN.people, dialing=replace(PLAIN.dialing, outside_line="9")
    )

    assert keys(america, reached="9163334444") == {"+19163334444"}
    assert keys(america, shown="99163334444", reached="19163334444") == {"+19163334444"}


def test_number_of_an_extension_may_be_a_colleague_and_a_stranger() -> None:
    assert keys(PLAIN, shown="102") == {"102", "ext:102"}
    assert keys_of(
        PhoneTalk(replace(UP, shown=None), frozenset({Caller(None, extension="102")}), True), PLAIN
    ) == {"ext:102"}


def test_codes_and_words_are_nobodys_number() -> None:
    assert as_dialled("0", Dialing(outside_line="0")) == ""
    assert keys(THROUGH_ZERO, shown="0") == set()
    for dialstring in ("*97", "reception", "", "trunk/", "102abc@x", "${EXTEN}"):
        assert in_dialstring(dialstring) is None


@given(st.text(max_size=30))
def test_no_dialstring_makes_the_reader_fail(dialstring: str) -> None:
    found = in_dialstring(dialstring)

    assert found is None or found.removeprefix("+").isdecimal()


# -- who answers for whom


def test_owner_delegates_and_their_teams_answer_for_somebody() -> None:
    for talker, answers in (("101", True), ("102", True), ("103", True), ("110", False), ("100", False)):
        assert answers_for(talker, "101", PLAIN, NOBODY_SET) is answers


def test_members_answer_for_their_team() -> None:
    assert answers_for("103", "sales", PLAIN, NOBODY_SET)
    assert not answers_for("110", "sales", PLAIN, NOBODY_SET)
    assert not answers_for("110", "nobody", PLAIN, NOBODY_SET)


def test_who_covers_in_an_absence_answers_too_wherever_it_was_set() -> None:
    planned = office(away(ALICE, Kind.VACATION, delegate="110"))
    by_phone = SetAbsences({"101": [DatedAbsence(Kind.OUT, BEGIN, END, delegate="110")]})

    assert answers_for("110", "101", planned, NOBODY_SET)
    assert answers_for("110", "101", PLAIN, by_phone)
