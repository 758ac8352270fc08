"""Two people, three callers, any order of deeds: nothing that is owed is lost, doubled or changed without a trace."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from ari_absence.core.owed import OwedState, OwedWish
from ari_absence.core.people import Team
from ari_absence.ledger import owed_calls
from ari_absence.ledger.model import CallbackRow, CallRow
from ari_absence.ledger.owed_calls import Attempt, Refusal
from ari_absence.ledger.owed_model import OwedChangeRow, OwedRow
from ari_absence.ledger.owed_notes import LIVE, Missed, note_owed
from ari_absence.ledger.owed_purge import expire_owed
from ari_absence.ledger.store import FILE_NAME, Store, default_url, open_existing
from tests.ledger.office import NOON, _new_ledger

OWNERS = ("101", "102")
NUMBERS = ("+81312345678", "03-1234-5678", "+81398765432", "4711")
KEYS = {"+81312345678", "+81398765432", "4711"}
EVERYBODY = Team("sales", "Sales", OWNERS)
DUES = st.none() | st.integers(0, 72).map(lambda hours: NOON + timedelta(hours=hours))

Columns = dict[str, Any]


class TwoPeopleWhoOweCalls(RuleBasedStateMachine):
    """The ledger on a real disk, with everything that may be done to it."""

    attempts: Bundle[Attempt] = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        (self.folder / FILE_NAME).write_bytes(_new_ledger())
        self.store: Store = open_existing(default_url(self.folder))
        self.now = NOON
        self.calls = 0
        self.answered: set[str] = set()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def somebody_calls(self) -> None:
        self.call("101", NUMBERS[0], OwedWish.CALL_BACK, urgent=False, due=None)

    # -- what happens

    @rule(
        owner=st.sampled_from(OWNERS),
        number=st.sampled_from(NUMBERS),
        wish=st.sampled_from(OwedWish),
        urgent=st.booleans(),
        due=DUES,
    )
    def call(self, owner: str, number: str, wish: OwedWish, urgent: bool, due: Any) -> None:
        self.calls += 1
        call_id = f"call-{self.calls}"
        with self.store.writing() as session:
            session.add(_call(call_id, owner, number))
            session.flush()
            noted = Missed(call_id, wish, urgent, due)
            owed_id = note_owed(session.connection(), noted, "JP", self.now)
            session.add(CallbackRow(id=f"C-{self.calls}", call_id=call_id, extension=owner, at=self.now,
                                    wish="call_back", number=number, owed_id=owed_id))  # fmt: skip

    @rule(minutes=st.integers(1, 300))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(owed=st.integers(0, 5), who=st.sampled_from(OWNERS))
    def claim(self, owed: int, who: str) -> None:
        self._deed(owed, lambda session, owed_id: owed_calls.claim(session, owed_id, who, who, self.now))

    @rule(owed=st.integers(0, 5))
    def release(self, owed: int) -> None:
        self._deed(owed, lambda session, owed_id: owed_calls.release(session, owed_id, "101", self.now))

    @rule(owed=st.integers(0, 5), to=st.sampled_from((*OWNERS, "team:sales")))
    def hand_over(self, owed: int, to: str) -> None:
        self._deed(
            owed, lambda session, owed_id: owed_calls.hand_over(session, owed_id, to, "101", (), self.now)
        )

    @rule(owed=st.integers(0, 5), who=st.sampled_from(OWNERS))
    def decline(self, owed: int, who: str) -> None:
        self._deed(
            owed,
            lambda session, owed_id: owed_calls.decline(session, owed_id, who, who, self.now, team=EVERYBODY),
        )

    @rule(owed=st.integers(0, 5))
    def settle(self, owed: int) -> None:
        self._deed(owed, lambda session, owed_id: owed_calls.settle(session, owed_id, "101", self.now))

    @rule(owed=st.integers(0, 5), who=st.sampled_from(OWNERS), target=attempts)
    def begin_attempt(self, owed: int, who: str) -> Any:
        begun = self._deed(
            owed, lambda session, owed_id: owed_calls.begin_attempt(session, owed_id, who, who, self.now)
        )
        return begun if isinstance(begun, Attempt) else multiple()

    @rule(attempt=consumes(attempts), reached=st.booleans())
    def end_attempt(self, attempt: Attempt, reached: bool) -> None:
        self._on(
            attempt.owed_id,
            lambda session, _: (
                owed_calls.end_attempt(
                    session, attempt, "busy", "101", self.now, reached=reached, retry_at=self.now
                )
                or Refusal(owed_calls.NotDone.OVER)
            ),
        )

    @rule(who=st.sampled_from(OWNERS), key=st.sampled_from(sorted(KEYS)))
    def a_call_is_answered(self, who: str, key: str) -> None:
        with self.store.writing() as session:
            before = len(_live(session))
            settled = owed_calls.settle_answered(session, who, key, "watch", self.now)
            session.flush()
            assert len(_live(session)) == before - settled

    @rule()
    def expire(self) -> None:
        with self.store.writing() as session:
            expire_owed(session, 30, self.now)

    @rule()
    def service_starts_again(self) -> None:
        with self.store.writing() as session:
            owed_calls.release_attempts(session, self.now)

    # -- what always holds

    @invariant()
    def one_live_entry_for_each_owner_and_caller(self) -> None:
        with self.store.reading() as session:
            pairs = [(row.extension, row.caller) for row in _live(session)]
        assert len(pairs) == len(set(pairs))
        assert {caller for _, caller in pairs} <= KEYS

    @invariant()
    def every_call_belongs_to_an_entry_and_is_counted_there_once(self) -> None:
        with self.store.reading() as session:
            rows = {row.id: row for row in session.scalars(select(OwedRow))}
            counted = select(CallbackRow.owed_id, func.count()).group_by(CallbackRow.owed_id)
            belonging = {row[0]: int(row[1]) for row in session.execute(counted)}
        assert sum(belonging.values()) == self.calls
        for owed_id, count in belonging.items():
            assert owed_id in rows
            assert rows[owed_id].times == count

    @invariant()
    def there_is_always_somebody_who_has_not_declined(self) -> None:
        with self.store.reading() as session:
            assert all(len(row.declined or ()) < len(OWNERS) for row in _live(session))

    @invariant()
    def what_is_over_has_an_end_and_nothing_under_way(self) -> None:
        with self.store.reading() as session:
            for row in session.scalars(select(OwedRow)):
                live = OwedState(row.state).live
                assert (row.over_at is None) is live
                assert live or row.attempt is None

    # -- a deed and its trace

    def _deed(self, place: int, deed: Callable[[Session, str], Any]) -> Any:
        with self.store.reading() as session:
            ids = list(
                session.scalars(select(OwedRow.id).order_by(text("rowid")))
            )  # ids are made up anew each time
        return self._on(ids[place % len(ids)], deed)

    def _on(self, owed_id: str, deed: Callable[[Session, str], Any]) -> Any:
        """Every change of a row has its row of history, and what is refused changes nothing."""
        before, changes = self._state(owed_id)
        with self.store.writing() as session:
            done = deed(session, owed_id)
        after, more = self._state(owed_id)
        if before != after:
            assert more > changes
        if isinstance(done, Refusal):
            assert (before, changes) == (after, more)
        return done

    def _state(self, owed_id: str) -> tuple[Columns, int]:
        with self.store.reading() as session:
            row = session.get_one(OwedRow, owed_id)
            columns = {column.name: getattr(row, column.name) for column in OwedRow.__table__.columns}
            counted = select(func.count()).where(OwedChangeRow.owed_id == owed_id)
            return columns, int(session.scalar(counted) or 0)


def _live(session: Session) -> list[OwedRow]:
    return list(session.scalars(select(OwedRow).where(OwedRow.state.in_(LIVE))))


def _call(call_id: str, owner: str, number: str) -> CallRow:
    return CallRow(
        id=call_id,
        extension=owner,
        person_name="Somebody",
        zone="Asia/Tokyo",
        caller_number=number,
        why="absent",
        reasons=[],
        began_at=NOON,
    )


TwoPeopleWhoOweCalls.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTwoPeopleWhoOweCalls = TwoPeopleWhoOweCalls.TestCase
