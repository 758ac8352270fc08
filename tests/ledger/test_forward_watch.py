"""Whoever changes where somebody's calls go, its owner learns of it, once; nobody else learns the numbers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from ari_absence.core.absences import DatedAbsence
from ari_absence.core.facts import Kind, PrivateNumber
from ari_absence.core.people import Directory, Handling, Occasion, Person, Team
from ari_absence.core.steps import MOBILE, Destination, Situation, Step, Way
from ari_absence.errors import LedgerError
from ari_absence.ledger import forward_watch, reading
from ari_absence.ledger.absences import NewAbsence, end_absences, set_absence
from ari_absence.ledger.forward_watch import LedgerForwards, Watched, watch
from ari_absence.ledger.forwards import NewForward, remove_forward, set_forward
from ari_absence.ledger.model import DeliveryRow, ForwardDigestRow
from ari_absence.ledger.store import Store
from ari_absence.ledger.targets import Targets
from tests.ledger.office import NOON, Office, directory, person
from tests.ledger.power_cut import die_at_every_step

HOUR = timedelta(hours=1)
KEY = b"k" * 32
MOBILE_NUMBER, OTHER_NUMBER, PAID = "+819011112222", "+819033334444", "+819900000000"
NONE_CHANGED = Watched()


def to(way: Way, key: str = "", number: str | None = None) -> Step:
    return Step((Destination(way, key, PrivateNumber(number) if number else None),))


def office_of(**alice: Any) -> Directory:
    """Alice with a mobile that her calls go to while she is out, Kenji, and what else is given of Alice."""
    before = directory()
    kenji = person("102", "Kenji Ito", "kenji@example.com")
    facts: dict[str, Any] = {
        "mobile": PrivateNumber(MOBILE_NUMBER),
        "handling": {Kind.OUT: Handling(reach=(MOBILE,))},
    }
    people = {**before.people, "102": kenji, "101": replace(before.people["101"], **(facts | alice))}
    return replace(before, people=people, teams={"sales": Team("sales", "Sales", ("102",))})


def look(office: Office, at: datetime = NOON, there: Directory | None = None) -> Watched:
    with office.store.writing() as session:
        return watch(session, there or office_of(), at)


def command(office: Office, number: str, at: datetime, hours: int | None = None) -> Watched:
    until = None if hours is None else at + hours * HOUR
    forward = NewForward("101", Kind.MEETING, (to(Way.NUMBER, number=number),), until, "command line")
    with office.store.writing() as session:
        set_forward(session, forward, at)
        return watch(session, office_of(), at)


def notices(store: Store) -> list[tuple[str, dict[str, Any]]]:
    with store.reading() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.queued_at)).all()
        return [(row.recipient, row.notice or {}) for row in rows]


def test_the_first_look_only_remembers(office: Office) -> None:
    assert look(office) == NONE_CHANGED
    assert look(office, NOON + HOUR) == NONE_CHANGED
    assert notices(office.store) == []


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("mobile", {"mobile": PrivateNumber(OTHER_NUMBER)}),
    ("no mobile", {"mobile": None}),
    ("reach", {"handling": {Kind.OUT: Handling(reach=(to(Way.NAMED, "102"),))}}),
    ("urgent", {"handling": {Kind.OUT: Handling(reach=(MOBILE,), urgent=(to(Way.OPERATOR),))}}),
    (
        "situation",
        {"handling": {Kind.OUT: Handling(reach=(MOBILE,)), Situation.BUSY: Handling(reach=(MOBILE,))}},
    ),
    ("delegate", {"delegates": ("102",)}),
    ("absence", {"absences": (DatedAbsence(Kind.OUT, NOON, None, reach=(to(Way.NUMBER, number=PAID),)),)}),
    ("an absence's delegate", {"absences": (DatedAbsence(Kind.OUT, NOON, None, delegate="102"),)}),
]


@pytest.mark.parametrize("change", [each[1] for each in CHANGES], ids=[each[0] for each in CHANGES])
def test_f43_whatever_changes_in_the_configuration_is_told_once(
    office: Office, change: dict[str, Any]
) -> None:
    look(office)

    assert look(office, NOON + HOUR, office_of(**change)) == Watched(("101",), 1)
    assert look(office, NOON + 2 * HOUR, office_of(**change)) == NONE_CHANGED

    ((recipient, notice),) = notices(office.store)
    assert (recipient, notice["about"], notice["command"]) == ("alice@example.com", "forward_changed", {})


def test_who_is_in_a_team_that_is_named_counts(office: Office) -> None:
    there = office_of(handling={Kind.OUT: Handling(reach=(to(Way.NAMED, "sales"),))})
    look(office, there=there)
    with_one_more = replace(there, teams={"sales": Team("sales", "Sales", ("102", "100"))})

    assert look(office, NOON + HOUR, with_one_more).changed == ("101",)


def test_an_absence_that_is_over_leaves_the_file_without_news(office: Office) -> None:
    trip = DatedAbsence(Kind.OUT, NOON, NOON + HOUR, delegate="102")
    look(office, there=office_of(absences=(trip,)))

    assert look(office, NOON + 2 * HOUR, office_of(absences=(trip,))) == NONE_CHANGED
    assert look(office, NOON + 3 * HOUR, office_of()) == NONE_CHANGED


def test_a_site_wide_rule_is_told_to_everybody_it_moves(office: Office) -> None:
    look(office)
    for_all = replace(office_of(), handling={Kind.DND: Handling(reach=(to(Way.NAMED, "sales"),))})

    assert set(look(office, NOON + HOUR, for_all).changed) == {"100", "101", "102"}


def test_how_long_it_rings_and_other_facts_of_a_person_are_no_change(office: Office) -> None:
    look(office)
    longer = replace(MOBILE, ring_seconds=40)

    others = office_of(
        handling={Kind.OUT: Handling(reach=(longer,), ask=False)}, email="a.tanaka@example.com"
    )

    assert look(office, NOON + HOUR, others) == NONE_CHANGED


@pytest.mark.fault("F43", "A13")
def test_f43_a_command_is_told_with_who_gave_it_and_where_calls_go_now(office: Office) -> None:
    look(office)

    assert command(office, PAID, NOON + HOUR, hours=2) == Watched(("101",), 1)

    ((_, notice),) = notices(office.store)
    set_at, until = (NOON + HOUR).isoformat(), (NOON + 3 * HOUR).isoformat()
    assert notice["command"] == {"at": set_at, "by": "command line", "what": "set"}
    assert {
        "calls": "all",
        "occasions": ["meeting"],
        "steps": [[{"way": "number", "name": "", "number": PAID}]],
        "set_by": "command line",
        "set_at": set_at,
        "until": until,
    } in notice["rules"]


def away(office: Office, at: datetime, hours: int | None, *, until_back: bool = False) -> Watched:
    """Alice is out, and her calls go to a paid number; or she is back again."""
    until, reach = None if hours is None else at + hours * HOUR, (to(Way.NUMBER, number=PAID),)
    with office.store.writing() as session:
        if until_back:
            end_absences(session, "101", "command line", at)
        else:
            new = NewAbsence("101", Kind.OUT, at, until, "command line", delegate="102", reach=reach)
            set_absence(session, new, at)
        return watch(session, office_of(), at, ["101"])


def test_steps_of_one_absence_set_by_command_are_told_and_so_is_their_end_by_command(office: Office) -> None:
    look(office)

    assert away(office, NOON + HOUR, hours=None) == Watched(("101",), 1)
    assert away(office, NOON + 2 * HOUR, hours=None, until_back=True) == Watched(("101",), 1)

    (_, first), (_, last) = notices(office.store)
    mine = [each for each in first["rules"] if each.get("set_by") == "command line"]
    assert [(each["calls"], each["steps"][0][0]) for each in mine] == [
        ("dated", {"way": "number", "name": "", "number": PAID}),
        ("covered", {"way": "delegate", "name": "Kenji Ito (102)", "number": ""}),
    ]
    assert last["command"] == {"at": (NOON + 2 * HOUR).isoformat(), "by": "command line", "what": "removed"}


def test_steps_of_one_absence_end_with_it_without_news(office: Office) -> None:
    look(office)
    away(office, NOON, hours=1)

    assert look(office, NOON + 2 * HOUR) == NONE_CHANGED


def test_a_command_removed_again_is_told_too(office: Office) -> None:
    look(office)
    command(office, PAID, NOON + HOUR)
    with office.store.writing() as session:
        remove_forward(session, "101", Kind.MEETING, "phone 101", NOON + 2 * HOUR)
        assert watch(session, office_of(), NOON + 2 * HOUR).changed == ("101",)

    last = notices(office.store)[-1][1]
    assert last["command"] == {"at": (NOON + 2 * HOUR).isoformat(), "by": "phone 101", "what": "removed"}
    assert PAID not in json.dumps(last)


def test_two_commands_at_the_very_same_moment_are_two_changes(office: Office) -> None:
    look(office)

    assert command(office, PAID, NOON) == Watched(("101",), 1)
    assert command(office, OTHER_NUMBER, NOON) == Watched(("101",), 1)


def test_a_forward_that_ends_as_announced_is_no_news_but_what_changes_beside_it_is(office: Office) -> None:
    look(office)
    command(office, PAID, NOON, hours=1)

    assert look(office, NOON + 2 * HOUR) == NONE_CHANGED
    assert look(office, NOON + 3 * HOUR) == NONE_CHANGED

    command(office, PAID, NOON + 3 * HOUR, hours=1)
    other_mobile = office_of(mobile=PrivateNumber(OTHER_NUMBER))
    assert look(office, NOON + 5 * HOUR, other_mobile).changed == ("101",)


def test_a_command_before_anybody_ever_looked_is_told(office: Office) -> None:
    assert command(office, PAID, NOON) == Watched(("101",), 1)


def test_somebody_who_comes_back_to_the_configuration_with_another_number_is_told(office: Office) -> None:
    look(office)
    without = office_of()
    people = {key: each for key, each in without.people.items() if key != "101"}
    assert look(office, NOON + HOUR, replace(without, people=people)) == NONE_CHANGED

    back = office_of(mobile=PrivateNumber(OTHER_NUMBER))

    assert look(office, NOON + 2 * HOUR, back).changed == ("101",)


def test_an_owner_without_a_mail_address_is_told_through_the_operator_without_the_numbers(
    office: Office,
) -> None:
    look(office, there=office_of(email=None))
    no_mail = office_of(email=None, mobile=PrivateNumber(OTHER_NUMBER))

    look(office, NOON + HOUR, no_mail)

    ((recipient, notice),) = notices(office.store)
    assert recipient == "reception@example.com"
    assert notice["to_owner"] is False
    assert OTHER_NUMBER not in json.dumps(notice)


def addressed(office: Office) -> list[tuple[str, bool, bool]]:
    """(recipient, whether it is the owner, whether the number is in it) of every mail."""
    return sorted(
        (recipient, notice["to_owner"], OTHER_NUMBER in json.dumps(notice))
        for recipient, notice in notices(office.store)
    )


@pytest.mark.parametrize("address_first", [True, False])
def test_who_changes_the_address_and_the_forward_does_not_stay_unseen(
    office: Office, address_first: bool
) -> None:
    look(office)
    if address_first:
        assert look(office, NOON + HOUR, office_of(email="mallory@example.com")) == NONE_CHANGED

    both = office_of(email="mallory@example.com", mobile=PrivateNumber(OTHER_NUMBER))
    assert look(office, NOON + 2 * HOUR, both) == Watched(("101",), 3)

    assert addressed(office) == [
        ("alice@example.com", False, False),
        ("mallory@example.com", True, True),
        ("reception@example.com", False, False),
    ]
    again = office_of(email="mallory@example.com")
    assert look(office, NOON + 3 * HOUR, again) == Watched(("101",), 1)


def test_an_address_that_was_taken_away_is_told_once_more(office: Office) -> None:
    look(office)

    look(office, NOON + HOUR, office_of(email=None, mobile=PrivateNumber(OTHER_NUMBER)))

    assert addressed(office) == [("alice@example.com", False, False), ("reception@example.com", False, False)]


def test_only_what_has_changed_is_written(office: Office) -> None:
    look(office)
    look(office, NOON + HOUR, office_of(mobile=PrivateNumber(OTHER_NUMBER)))

    with office.store.reading() as session:
        written = {row.extension: row.at for row in session.scalars(select(ForwardDigestRow))}
    assert written == {"100": NOON, "101": NOON + HOUR, "102": NOON}


async def test_calls_have_their_turn_between_the_slices(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward_watch, "SLICE", 1)
    seen: list[int] = []

    def call(session: Session) -> None:
        seen.append(len(session.scalars(select(ForwardDigestRow)).all()))

    looking = asyncio.create_task(LedgerForwards(office.thread).watch(office_of(), NOON))
    while not looking.done():
        await office.thread.read(call)

    assert {1, 2} & set(seen)
    with office.store.reading() as session:
        assert len(session.scalars(select(ForwardDigestRow)).all()) == 3


def forget_everybody(office: Office) -> None:
    with office.store.writing() as session:
        session.query(ForwardDigestRow).delete()


async def remembered(office: Office, there: Directory, at: datetime) -> int:
    """How many people the service looks at: nobody is known before."""
    forget_everybody(office)
    await LedgerForwards(office.thread).watch(there, at)
    with office.store.reading() as session:
        return len(session.scalars(select(ForwardDigestRow)).all())


async def test_nothing_is_looked_at_unless_the_configuration_or_what_was_set_has_changed(
    office: Office,
) -> None:
    there = replace(office_of(), digest="one")
    command(office, PAID, NOON, hours=1)

    assert await remembered(office, there, NOON) == 3
    assert await remembered(office, there, NOON) == 0
    assert await remembered(office, replace(there, digest="two"), NOON) == 3
    assert await remembered(office, replace(there, digest="two"), NOON + HOUR) == 3  # the command is over
    away(office, NOON + HOUR, hours=None)
    assert await remembered(office, replace(there, digest="two"), NOON + HOUR) == 3
    assert await remembered(office, replace(there, digest="two"), NOON + HOUR) == 0


async def test_a_look_that_was_broken_off_is_begun_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = replace(office_of(), digest="one")
    monkeypatch.setattr(forward_watch, "SLICE", 2)
    with monkeypatch.context() as broken:
        broken.setattr(forward_watch, "_key", fails_the_second_time())
        with pytest.raises(LedgerError):
            await LedgerForwards(office.thread).watch(there, NOON)

    await LedgerForwards(office.thread).watch(there, NOON)

    with office.store.reading() as session:
        assert len(session.scalars(select(ForwardDigestRow)).all()) == 3


def fails_the_second_time() -> Callable[[Session], bytes]:
    """The key of the digests, once."""
    keys = iter([KEY])

    def key(_session: Session) -> bytes:
        try:
            return next(keys)
        except StopIteration:
            raise LedgerError("the disk is gone") from None

    return key


async def test_the_service_that_began_to_look_before_a_command_does_not_tell_it_again(office: Office) -> None:
    look(office)
    command(office, PAID, NOON + HOUR)

    assert await LedgerForwards(office.thread).watch(office_of(), NOON) == NONE_CHANGED


async def test_the_service_looks_too(office: Office) -> None:
    forwards = LedgerForwards(office.thread)
    await forwards.watch(office_of(), NOON)

    assert (await forwards.watch(office_of(mobile=None), NOON)).changed == ("101",)


def test_neither_log_nor_digest_tells_a_number(office: Office) -> None:
    with structlog.testing.capture_logs() as lines:
        look(office)
        command(office, PAID, NOON + HOUR)
        look(office, NOON + 2 * HOUR, office_of(mobile=PrivateNumber(OTHER_NUMBER)))

    assert [(line["event"], line["extension"]) for line in lines] == [("forward_changed", "101")] * 2
    with office.store.reading() as session:
        shown = reading.outbox(session)
        digests = str([row.digest for row in session.scalars(select(ForwardDigestRow))])
    for number in (MOBILE_NUMBER, OTHER_NUMBER, PAID):
        assert number not in f"{lines}{digests}{shown}"


@pytest.mark.parametrize("by_command", [True, False])
def test_a_process_that_dies_at_any_step_tells_the_change_once(office: Office, by_command: bool) -> None:
    look(office)
    there = office_of() if by_command else office_of(mobile=PrivateNumber(OTHER_NUMBER))

    def change() -> None:
        if by_command:
            command(office, PAID, NOON + HOUR)
        else:
            look(office, NOON + HOUR, there)

    def check() -> None:
        assert notices(office.store) == []

    assert die_at_every_step(office.store, change, check) > 4

    assert look(office, NOON + 2 * HOUR, there) == NONE_CHANGED
    assert len(notices(office.store)) == 1


def test_a_command_without_a_look_is_told_by_the_next_start(office: Office) -> None:
    look(office)
    with office.store.writing() as session:
        forward = NewForward("101", Kind.MEETING, (to(Way.NUMBER, number=PAID),), None, "phone 101")
        set_forward(session, forward, NOON + HOUR)

    assert look(office, NOON + 2 * HOUR).changed == ("101",)
    assert notices(office.store)[0][1]["command"]["by"] == "phone 101"


OCCASIONS: tuple[Occasion, ...] = (Kind.OUT, Kind.MEETING, Situation.BUSY)
ways = st.sampled_from([to(Way.OPERATOR), to(Way.NAMED, "102"), to(Way.NUMBER, number=PAID), MOBILE])
ladders = st.lists(ways, max_size=3).map(tuple)
handlings = st.dictionaries(
    st.sampled_from(OCCASIONS),
    st.builds(lambda reach, urgent: Handling(reach=reach, urgent=urgent), ladders, ladders),
)


@settings(max_examples=150)
@given(handlings, handlings)
def test_two_digests_are_the_same_only_if_the_same_is_rung_on_every_occasion(
    one: dict[Occasion, Handling], other: dict[Occasion, Handling]
) -> None:
    def digest(handling: dict[Occasion, Handling]) -> str:
        there = office_of(handling=handling, delegates=("100",))
        return Targets.of(there.people["101"], there, [], NOON).digest(KEY)

    def rung(handling: dict[Occasion, Handling]) -> list[object]:
        there = office_of(handling=handling)
        found = [there.handling_of(there.people["101"], each) for each in OCCASIONS]
        return [(each.reach, each.urgent) for each in found]

    assert (digest(one) == digest(other)) == (rung(one) == rung(other))


def test_without_the_key_a_digest_is_another_one() -> None:
    there = office_of()
    alice: Person = there.people["101"]

    assert Targets.of(alice, there, [], NOON).digest(KEY) != Targets.of(alice, there, [], NOON).digest(
        b"x" * 32
    )
