"""Who is told by which channel, when it is queued; and what becomes of a cascade when somebody has heard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.orm import Session

from ari_absence.core.delivery_rules import (
    NO_RULES,
    NOTICES,
    DeliveryRules,
    Item,
    ItemKind,
    Rule,
    Telling,
    WorkHours,
)
from ari_absence.core.hours import WeeklyHours
from ari_absence.core.people import Caller
from ari_absence.ledger import reading
from ari_absence.ledger.addressees import Channels, Destination, RuledAddressees
from ari_absence.ledger.dead_letters import retry_all_dead
from ari_absence.ledger.deliveries import Notice, queue_notice, routed
from ari_absence.ledger.mailbox_changes import delete_kept
from ari_absence.ledger.owed_calls import settle_answered
from ari_absence.ledger.settling import mark_heard
from tests.ledger.office import CALLER, NOON, FakeClock, Office, callback_draft, decision, directory

MAIL = "alice@example.com"
QUARTER = timedelta(minutes=15)
CHANNELS = Channels(frozenset({"email", "sales_chat", "ops"}), ("sales_chat", "ops"))
MESSAGE, URGENT = Item(ItemKind.MESSAGE), Item(ItemKind.MESSAGE, urgent=True)


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A ledger on a real disk, whose people are told as the rules say."""
    office = Office(tmp_path / "data", FakeClock())
    office.tell_by_rules(CHANNELS)
    yield office
    await office.close()


def addressees(
    own: DeliveryRules = NO_RULES, site: DeliveryRules = NO_RULES, mail: str | None = MAIL
) -> RuledAddressees:
    plain = directory(alice_mail=mail)
    alice = replace(plain.people["101"], delivery=own, hours=WeeklyHours((((540, 1050),),) * 7))
    ruled = replace(plain, people={**plain.people, "101": alice}, delivery=site)
    return RuledAddressees(lambda: ruled, lambda: CHANNELS)


def rules(*rules: Rule) -> DeliveryRules:
    return DeliveryRules(rules)


def by(*channels: str) -> tuple[Telling, ...]:
    return (Telling(channels),)


def test_who_has_no_rules_is_told_by_mail() -> None:
    assert list(addressees().route("101", MESSAGE, NOON)) == [Destination("email", MAIL)]


def test_an_urgent_message_goes_to_the_chats_that_there_are_if_nobody_hears_it() -> None:
    assert list(addressees().route("101", URGENT, NOON)) == [
        Destination("email", MAIL),
        Destination("sales_chat", "sales_chat", NOON + QUARTER, 1),
        Destination("ops", "ops", NOON + QUARTER, 1),
    ]


def test_ones_own_rules_count_before_the_sites_and_those_before_the_usual() -> None:
    own, site = rules(Rule(by("ops"), urgent=True)), rules(Rule(by("sales_chat")))

    assert addressees(own, site).route("101", URGENT, NOON) == (Destination("ops", "ops"),)
    assert addressees(own, site).route("101", MESSAGE, NOON) == (Destination("sales_chat", "sales_chat"),)


def test_hours_are_those_of_the_person() -> None:
    site = rules(Rule(by("ops"), hours=WorkHours.OUTSIDE), Rule(by("sales_chat")))

    assert addressees(site=site).route("101", MESSAGE, NOON) == (Destination("sales_chat", "sales_chat"),)
    night = NOON + timedelta(hours=12)
    assert addressees(site=site).route("101", MESSAGE, night) == (Destination("ops", "ops"),)


@pytest.mark.parametrize("channels", [("phone",), ("display", "phone")])
def test_what_no_channel_would_carry_goes_by_mail(channels: tuple[str, ...]) -> None:
    assert list(addressees(rules(Rule(by(*channels)))).route("101", MESSAGE, NOON)) == [
        Destination("email", MAIL)
    ]


def test_a_cascade_whose_first_step_leads_nowhere_still_tells_somebody_at_once() -> None:
    steps = (Telling(("phone",)), Telling(("ops",), QUARTER))

    assert addressees(rules(Rule(steps))).route("101", MESSAGE, NOON) == (
        Destination("email", MAIL),
        Destination("ops", "ops", NOON + QUARTER, 1),
    )


def test_the_operator_is_told_for_somebody_who_can_not_be_or_is_not_known() -> None:
    operator = Destination("email", "reception@example.com")

    assert list(addressees(mail=None).route("101", MESSAGE, NOON)) == [operator]
    assert list(addressees().route("999", MESSAGE, NOON)) == [operator]


def test_in_quiet_hours_only_what_is_urgent_is_told() -> None:
    quiet = DeliveryRules(quiet=((1320, 1860),))
    night, morning = NOON + timedelta(hours=11), NOON + timedelta(hours=19)

    assert [each.not_before for each in addressees(site=quiet).route("101", MESSAGE, night)] == [morning]
    assert addressees(site=quiet).route("101", URGENT, night)[0].not_before is None
    no_quiet = DeliveryRules(quiet=())
    assert [each.not_before for each in addressees(no_quiet, quiet).route("101", MESSAGE, night)] == [None]


def test_who_is_told_twice_over_is_told_once() -> None:
    everybody = addressees()
    found = routed((*everybody.of("100"), *everybody.operator()), Item(ItemKind.NOTICE), NOON)

    assert found == [Destination("email", "reception@example.com")]


def test_every_notice_can_be_named_in_a_rule() -> None:
    private = {Notice.FORWARD_CHANGED.value}  # told by mail only

    assert {notice.value for notice in Notice} - private == set(NOTICES)


async def states(office: Office) -> dict[str, str]:
    rows = await office.thread.read(lambda session: reading.outbox(session, settled_too=True))
    return {row.channel: row.state for row in rows}


async def claimed(office: Office, channel: str) -> bool:
    now = office.clock.now()
    return await office.outbox.claim(channel, now, now + timedelta(minutes=5)) is not None


async def test_nobody_is_told_of_a_later_step_before_its_time(office: Office) -> None:
    await office.leave_message(urgent=True)

    assert await claimed(office, "email")
    assert not await claimed(office, "ops")
    office.clock.advance(QUARTER)
    assert await claimed(office, "ops")


def heard(session: Session, message_id: str, now: datetime) -> object:
    return mark_heard(session, message_id, now)


def deleted(session: Session, message_id: str, now: datetime) -> object:
    return delete_kept(session, message_id, "phone 101", now)


@pytest.mark.parametrize("deed", [heard, deleted])
async def test_a_later_step_is_withdrawn_when_the_message_was_heard_meanwhile(
    office: Office, deed: object
) -> None:
    assert callable(deed)
    message_id = await office.leave_message(urgent=True)
    await office.thread.write(lambda session: deed(session, message_id, office.clock.now()))
    office.clock.advance(QUARTER)

    assert not await claimed(office, "ops")
    assert await claimed(office, "email")  # the first step is told all the same
    assert (await states(office))["ops"] == "withdrawn"
    assert [each.channel for each in await office.thread.read(reading.outbox)] == ["email", "sales_chat"]


async def test_a_later_step_of_a_call_back_is_withdrawn_when_it_was_settled_meanwhile(office: Office) -> None:
    steps = (Telling(("email",)), Telling(("ops",), QUARTER))
    office.directory = replace(office.directory, delivery=rules(Rule(steps, about=frozenset({"callback"}))))
    await office.notebook.save_callback(callback_draft())
    other = Caller("+81355550000")
    await office.notebook.save_callback(callback_draft(decision("call-2", caller=other), number=other.number))
    await office.thread.write(
        lambda session: settle_answered(session, "101", str(CALLER.number), "phone 101", NOON)
    )
    office.clock.advance(QUARTER)

    assert await claimed(office, "ops")
    assert not await claimed(office, "ops")


async def test_of_a_notice_only_the_first_step_is_told(office: Office) -> None:
    steps = (Telling(("email",)), Telling(("ops",), QUARTER))
    office.directory = replace(office.directory, delivery=rules(Rule(steps)))
    to = office.addressees.of("101")
    await office.thread.write(
        lambda session: queue_notice(session.connection(), Notice.PIN_LOCKED, {}, to, NOON)
    )

    assert await states(office) == {"email": "pending"}


async def test_what_waits_for_a_channel_that_is_gone_dies_visibly_in_the_end(office: Office) -> None:
    office.directory = replace(office.directory, delivery=rules(Rule(by("ops"))))
    await office.leave_message()
    office.clock.advance(timedelta(hours=72))
    now = office.clock.now()

    assert await office.outbox.bury_stranded(["email"], now - timedelta(hours=72), now) == 1
    dead, told = await office.thread.read(reading.outbox)
    assert (dead.state, dead.last_error) == ("dead", "no channel ops is configured")
    assert (told.channel, told.recipient) == ("email", "reception@example.com")  # not by what is dead itself
    assert await office.thread.write(lambda session: retry_all_dead(session, now)) == 1
    assert await claimed(office, "ops")
