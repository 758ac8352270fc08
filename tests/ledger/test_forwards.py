"""Forwards set by command: each in the place of the last, none forgotten, no number ever shown."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from ari_absence.core.facts import Kind, PrivateNumber, Source
from ari_absence.core.people import Occasion, SetForward
from ari_absence.core.steps import MOBILE, Destination, Situation, Step, Way
from ari_absence.errors import LedgerError
from ari_absence.ledger import settling
from ari_absence.ledger.forward_watch import LedgerForwards
from ari_absence.ledger.forwards import NewForward, forwards, occasion_of, remove_forward, set_forward
from ari_absence.ledger.model import ForwardRow
from ari_absence.ledger.steps import as_json, from_json
from tests.hostile import HOSTILE
from tests.ledger.office import NOON, Office

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = "+819011112222"
TO_A_NUMBER = (Step((Destination(Way.NUMBER, number=PrivateNumber(SECRET)), Destination(Way.DESK)), 25),)
TO_KENJI = (Step((Destination(Way.NAMED, "102"),)), MOBILE)


def new(
    steps: tuple[Step, ...] = TO_A_NUMBER, occasion: Occasion = Kind.OUT, hours: int | None = None
) -> NewForward:
    until = None if hours is None else NOON + hours * HOUR
    return NewForward("101", occasion, steps, until, "command line")


def put(office: Office, *some: NewForward) -> None:
    with office.store.writing() as session:
        for each in some:
            set_forward(session, each, NOON)


async def test_what_was_set_is_what_the_core_sees(office: Office) -> None:
    put(office, new(), new(TO_KENJI, Situation.BUSY, hours=2))

    found = await LedgerForwards(office.thread).all(NOON)

    assert found.by_extension == {
        "101": {
            Kind.OUT: SetForward(TO_A_NUMBER, None, Source("set by command line")),
            Situation.BUSY: SetForward(TO_KENJI, NOON + 2 * HOUR, Source("set by command line")),
        }
    }
    assert found.of("101", Situation.BUSY, NOON + 3 * HOUR) is None


async def test_a_new_one_takes_the_place_of_the_last_which_stays_known(office: Office) -> None:
    put(office, new(), new(TO_KENJI))

    found = await LedgerForwards(office.thread).all(NOON)
    assert found.by_extension["101"][Kind.OUT].steps == TO_KENJI
    now, ever = await office.thread.read(
        lambda session: (forwards(session), forwards(session, "101", ended_too=True))
    )
    assert [each.steps for each in now] == [("102", "mobile")]
    assert sorted((each.steps, each.ended_by) for each in ever) == [
        (("102", "mobile"), None),
        (("number + desk",), "command line"),
    ]


async def test_what_was_removed_holds_no_more_and_removing_twice_says_so(office: Office) -> None:
    put(office, new(), new(TO_KENJI, Situation.BUSY))
    for there in (True, False):
        with office.store.writing() as session:
            assert remove_forward(session, "101", Kind.OUT, "phone 101", NOON + HOUR) is there

    found = await LedgerForwards(office.thread).all(NOON + HOUR)

    assert list(found.by_extension["101"]) == [Situation.BUSY]


async def test_it_ends_when_it_was_set_to_end(office: Office) -> None:
    put(office, new(hours=1))

    assert (await LedgerForwards(office.thread).all(NOON + HOUR)).by_extension == {}


async def test_without_steps_nobody_is_rung_whatever_the_configuration_says(office: Office) -> None:
    put(office, new(()))

    assert (await LedgerForwards(office.thread).all(NOON)).by_extension["101"][Kind.OUT].steps == ()


def test_one_that_is_over_already_is_refused(office: Office) -> None:
    with pytest.raises(LedgerError, match="over already"):
        put(office, new(hours=0))


async def test_the_number_is_in_the_file_and_in_nothing_that_is_shown(office: Office) -> None:
    with structlog.testing.capture_logs() as lines:
        put(office, new())
        found = await LedgerForwards(office.thread).all(NOON)
        kept = await office.thread.read(forwards)

    assert SECRET not in f"{found} {kept} {lines} {new()}"
    with office.store.reading() as session:
        assert SECRET in str(session.query(ForwardRow.steps).all())


@pytest.mark.parametrize("damaged", [[{}], [{"rings": [{"way": "teleport"}], "seconds": 1}], ["x"], [5]])
async def test_a_row_that_can_not_be_read_hinders_no_other(office: Office, damaged: list[object]) -> None:
    put(office, new(), new(TO_KENJI, Situation.BUSY))
    with office.store.writing() as session:
        row = session.query(ForwardRow).where(ForwardRow.occasion == "out").one()
        row.steps = damaged  # type: ignore[assignment]

    found = await LedgerForwards(office.thread).all(NOON)
    kept = await office.thread.read(forwards)

    assert list(found.by_extension["101"]) == [Situation.BUSY]
    assert ("these steps can't be read; set them again",) in [each.steps for each in kept]


def test_an_occasion_nobody_knows_is_refused() -> None:
    with pytest.raises(LedgerError, match="remove it"):
        occasion_of("full_moon")
    assert [occasion_of(each) for each in ("out", "busy")] == [Kind.OUT, Situation.BUSY]


async def test_old_forwards_that_have_ended_are_forgotten_with_their_numbers(office: Office) -> None:
    put(office, new(), new(TO_KENJI), new((MOBILE,), Situation.BUSY, hours=1))

    assert await office.thread.write(lambda session: settling.purge(session, NOON + DAY)) == 2

    (left,) = await office.thread.read(lambda session: forwards(session, ended_too=True))
    assert left.steps == ("102", "mobile")


texts = st.text(max_size=30) | st.sampled_from(HOSTILE)
destinations = st.builds(Destination, st.sampled_from(Way), texts, st.none() | texts.map(PrivateNumber))
steps = st.builds(Step, st.lists(destinations, max_size=4).map(tuple), st.none() | st.integers(0, 600))


@given(st.lists(steps, max_size=5).map(tuple))
def test_steps_come_back_from_json_as_they_were(anything: tuple[Step, ...]) -> None:
    assert from_json(as_json(anything)) == anything


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["rings", "seconds", "way", "key", "number"]), inner, max_size=4
            )
        ),
    )
)
def test_json_of_any_other_shape_is_read_or_refused(anything: object) -> None:
    with suppress(LedgerError):  # and no other error
        assert all(isinstance(each, Step) for each in from_json(anything))  # type: ignore[arg-type]
