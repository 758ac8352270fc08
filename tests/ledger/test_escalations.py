"""An urgent message is told up its ladder until somebody has heard it, whoever dies on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, insert, update
from sqlalchemy.orm import Session

from ari_absence.attendant.urgent_rounds import UnheardMessages
from ari_absence.core.facts import Source
from ari_absence.core.ladder import Attempt
from ari_absence.core.people import Limits
from ari_absence.core.phrases import Name
from ari_absence.errors import LedgerError
from ari_absence.ledger import reading, settling
from ari_absence.ledger.escalations import (
    LEASE,
    Escalation,
    LedgerEscalations,
    advance,
    claim_due,
    next_due_at,
)
from ari_absence.ledger.model import AudioRow, CallRow, EscalationRow, EscalationState, MessageRow
from ari_absence.ledger.tables import METADATA
from tests.ledger.office import NOON, FakeClock, Office, directory
from tests.ledger.power_cut import PowerCutError, die_at_every_step

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LADDER = (Attempt((), 20, Name.of(directory().people["100"]), Source("people.yaml", 30)),)
FIRST = NOON + 15 * MINUTE


@pytest.fixture
def escalations(office: Office) -> LedgerEscalations:
    return LedgerEscalations(office.thread)


async def urgent_message(office: Office, call_id: str = "call-1") -> str:
    return await office.leave_message(call_id, urgent=True, ladder=LADDER)


async def row_of(office: Office, message_id: str) -> EscalationRow:
    return await office.thread.read(lambda session: session.get_one(EscalationRow, message_id))


def test_they_are_what_the_rounds_of_alarm_ask_for(escalations: LedgerEscalations) -> None:
    messages: UnheardMessages[Escalation] = escalations

    assert messages is escalations


async def test_an_urgent_message_is_due_after_the_first_of_the_set_minutes(
    office: Office, escalations: LedgerEscalations
) -> None:
    message_id = await urgent_message(office)
    assert await escalations.next_due_at() == FIRST
    assert await escalations.due(FIRST - MINUTE) == []

    (found,) = await escalations.due(FIRST)

    assert (found.message_id, found.extension, found.step, found.call_id) == (message_id, "101", 0, "call-1")
    assert (found.caller_number, found.person_name, found.at) == ("+81312345678", "Alice Tanaka", NOON)
    assert office.audio.path_of(found.audio_id).exists()


async def test_whoever_tells_it_is_woken_even_if_nobody_gets_a_mail(office: Office) -> None:
    nobody_has_mail = directory(alice_mail=None)
    office.directory = replace(nobody_has_mail, site=replace(nobody_has_mail.site, operator=None))

    await urgent_message(office)

    assert office.rings == 1


@pytest.mark.parametrize(("urgent", "ladder"), [(False, LADDER), (True, ()), (False, ())])
async def test_without_urgency_or_without_a_ladder_nothing_escalates(
    office: Office, escalations: LedgerEscalations, urgent: bool, ladder: tuple[Attempt, ...]
) -> None:
    await office.leave_message(urgent=urgent, ladder=ladder)

    assert await escalations.next_due_at() is None


async def test_a_site_that_sets_no_minutes_has_no_escalation(
    office: Office, escalations: LedgerEscalations
) -> None:
    office.directory = directory(Limits(urgent_again_minutes=()))
    await urgent_message(office)

    assert await escalations.next_due_at() is None


async def test_each_step_comes_once_until_the_ladder_ends(
    office: Office, escalations: LedgerEscalations
) -> None:
    message_id = await urgent_message(office)
    steps, now = [], FIRST
    for left in (2, 1, 0):
        (claim,) = await escalations.due(now)
        assert await escalations.due(now) == []
        steps.append(claim.step)
        assert await escalations.advance(claim, now + 30 * MINUTE if left else None, now)
        now += 30 * MINUTE

    assert steps == [0, 1, 2]
    assert await escalations.due(now + DAY) == []
    assert await escalations.next_due_at() is None
    row = await row_of(office, message_id)
    assert (row.state, [each["what"] for each in row.history]) == (
        "exhausted",
        ["noted", "told, not heard", "told, not heard", "exhausted"],
    )


async def test_whoever_heard_it_ends_it_and_the_lease_on_it(
    office: Office, escalations: LedgerEscalations
) -> None:
    message_id = await urgent_message(office)
    (claim,) = await escalations.due(FIRST)

    assert await escalations.mark_heard(message_id, "extension 102", FIRST + MINUTE)

    assert not await escalations.advance(claim, FIRST + 30 * MINUTE, FIRST + MINUTE)
    assert await escalations.due(FIRST + DAY) == []
    row = await row_of(office, message_id)
    assert (row.state, row.history[-1]["by"]) == ("heard", "extension 102")
    (message,) = await office.thread.read(reading.messages)
    assert message.heard_at == FIRST + MINUTE


async def _by_the_command(office: Office, message_id: str) -> None:
    with office.store.writing() as session:
        assert settling.mark_heard(session, message_id, NOON + MINUTE, "command line")


async def _by_its_mark_alone(office: Office, message_id: str) -> None:
    with office.store.writing() as session:
        session.execute(update(MessageRow).where(MessageRow.id == message_id).values(heard_at=NOON))


async def _by_deleting_it(office: Office, message_id: str) -> None:
    with office.store.writing() as session:
        assert settling.delete_message(session, message_id)


@pytest.mark.parametrize("stop", [_by_the_command, _by_its_mark_alone, _by_deleting_it])
async def test_a_message_settled_in_any_way_is_told_to_nobody_else(
    office: Office, escalations: LedgerEscalations, stop: Callable[[Office, str], object]
) -> None:
    message_id = await urgent_message(office)
    await urgent_message(office, "call-2")

    await stop(office, message_id)  # type: ignore[misc]

    assert [each.call_id for each in await escalations.due(FIRST)] == ["call-2"]


async def test_hearing_twice_or_what_is_not_there_changes_nothing(
    office: Office, escalations: LedgerEscalations
) -> None:
    message_id = await urgent_message(office)
    await escalations.mark_heard(message_id, "owner", NOON)
    assert await escalations.mark_heard(message_id, "extension 102", NOON + MINUTE)
    assert not await escalations.mark_heard("M-unknown", "owner", NOON)

    assert (await row_of(office, message_id)).history[-1]["by"] == "owner"


async def test_it_can_be_closed_without_having_been_heard(
    office: Office, escalations: LedgerEscalations
) -> None:
    message_id = await urgent_message(office)

    assert await escalations.close(message_id, "command line", NOON)
    assert not await escalations.close(message_id, "command line", NOON)

    assert await escalations.due(FIRST) == []
    assert (await office.thread.read(reading.messages))[0].heard_at is None


async def test_the_step_of_a_process_that_died_is_taken_again_when_its_lease_ends(
    office: Office, escalations: LedgerEscalations
) -> None:
    await urgent_message(office)
    (dead,) = await escalations.due(FIRST)
    assert await escalations.next_due_at() == FIRST + LEASE
    assert await escalations.due(FIRST + LEASE - MINUTE) == []

    (again,) = await escalations.due(FIRST + LEASE)

    assert again.step == dead.step
    assert not await escalations.advance(dead, FIRST + DAY, FIRST + LEASE)
    assert await escalations.advance(again, FIRST + DAY, FIRST + LEASE)


async def test_a_service_that_starts_need_not_wait_for_the_leases_of_the_last_one(
    office: Office, escalations: LedgerEscalations
) -> None:
    await urgent_message(office)
    await escalations.due(FIRST)

    await office.recover()

    assert len(await escalations.due(FIRST)) == 1


async def test_saved_again_it_is_the_same_escalation_and_a_restart_forgets_none(
    office: Office, escalations: LedgerEscalations
) -> None:
    await urgent_message(office)
    next_one = Office(office.folder, FakeClock(FIRST), office.asterisk)
    await next_one.recover()

    assert len(await LedgerEscalations(next_one.thread).due(FIRST)) == 1
    await next_one.close()


async def test_f59_there_is_no_urgent_message_without_its_escalation(office: Office) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ari_absence.ledger.writing.begin_escalation", _cut)
        with pytest.raises(PowerCutError):
            await urgent_message(office)

    assert await office.thread.read(reading.messages) == []


def _cut(*_args: object) -> None:
    raise PowerCutError


async def test_a_process_that_dies_at_any_step_of_claiming_or_advancing_loses_and_skips_none(
    office: Office, escalations: LedgerEscalations
) -> None:
    message_id = await urgent_message(office)
    claims: list[Escalation] = []

    def claim() -> None:
        with office.store.writing() as session:
            claims[:] = claim_due(session, FIRST)

    def go_on() -> None:
        with office.store.writing() as session:
            assert advance(session, claims[0], FIRST + DAY, FIRST)

    def hear() -> None:
        with office.store.writing() as session:
            assert settling.mark_heard(session, message_id, FIRST)

    assert die_at_every_step(office.store, claim, lambda: _check(office, message_id, 0, None)) >= 2
    assert die_at_every_step(office.store, go_on, lambda: _check(office, message_id, 0, claims[0].token)) >= 2
    assert die_at_every_step(office.store, hear, lambda: _check(office, message_id, 1, None)) >= 3
    assert (await row_of(office, message_id)).state == "heard"


def _check(office: Office, message_id: str, step: int, claim: str | None) -> None:
    with office.store.reading() as session:
        row = session.get_one(EscalationRow, message_id)
        assert (row.state, row.step, row.claim, row.message.heard_at) == ("open", step, claim, None)


async def test_old_messages_go_with_their_escalations(office: Office, escalations: LedgerEscalations) -> None:
    message_id = await urgent_message(office)
    (claim,) = await escalations.due(FIRST)
    await escalations.advance(claim, None, FIRST)
    with office.store.writing() as session:
        assert settling.delete_message(session, message_id)

    with pytest.raises(LedgerError):
        await row_of(office, message_id)


class Escalating(RuleBasedStateMachine):
    """Any order of ringing, dying, hearing and waiting: each step at most under one lease, none skipped."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = create_engine("sqlite://")
        METADATA.create_all(self.engine)
        self.now = self.lease_until = NOON
        self.held: Escalation | None = None
        self.stale: list[Escalation] = []
        self.taken: list[int] = []
        self.heard = False

    @initialize(minutes=st.integers(1, 60))
    def a_message(self, minutes: int) -> None:
        self.ladder_ended = False
        self.next_at = self.now + minutes * MINUTE
        with self.engine.begin() as connection:
            call = {"id": "c", "extension": "101", "person_name": "A", "zone": "UTC", "why": "absent"}
            connection.execute(insert(CallRow), call | {"reasons": [], "began_at": NOON})
            connection.execute(insert(AudioRow), {"id": "a", "seconds": 5.0, "kept_at": NOON})
            message = {"id": "m", "call_id": "c", "extension": "101", "at": NOON, "audio_id": "a"}
            connection.execute(insert(MessageRow), message)
            row = {"message_id": "m", "next_at": self.next_at, "state": EscalationState.OPEN.value}
            connection.execute(insert(EscalationRow), row | {"history": []})

    @rule(minutes=st.integers(0, 40))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule()
    def somebody_looks_what_is_due(self) -> None:
        leased = self.held is not None and self.now < self.lease_until
        expected = not (self.heard or self.ladder_ended or leased) and self.next_at <= self.now
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            found = claim_due(session, self.now)
        assert [each.step for each in found] == ([len(self.taken)] if expected else [])
        if found:
            self.stale += [self.held] if self.held else []
            self.held, self.lease_until = found[0], self.now + LEASE

    @precondition(lambda self: self.held is not None)
    @rule(minutes=st.none() | st.integers(0, 60))
    def the_step_is_done(self, minutes: int | None) -> None:
        assert self.held is not None
        next_at = None if minutes is None else self.now + minutes * MINUTE
        assert self._advance(self.held, next_at) is not self.heard
        if not self.heard:
            self.taken.append(self.held.step)
            self.ladder_ended = next_at is None
            self.next_at = next_at or self.next_at
        self.held = None

    @precondition(lambda self: self.stale)
    @rule()
    def one_that_was_thought_dead_comes_back(self) -> None:
        assert not self._advance(self.stale.pop(), self.now)

    @rule()
    def somebody_hears_it(self) -> None:
        with Session(self.engine) as session, session.begin():
            settling.mark_heard(session, "m", self.now)
        self.heard = True

    @invariant()
    def the_steps_come_in_order_and_the_next_moment_is_known(self) -> None:
        assert self.taken == list(range(len(self.taken)))
        with Session(self.engine) as session:
            moment = next_due_at(session)
        assert (moment is None) == (self.heard or self.ladder_ended)

    def _advance(self, claim: Escalation, next_at: datetime | None) -> bool:
        with Session(self.engine) as session, session.begin():
            return advance(session, claim, next_at, self.now)

    def teardown(self) -> None:
        self.engine.dispose()


Escalating.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_any_order_of_ringing_dying_and_hearing = Escalating.TestCase
