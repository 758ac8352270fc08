"""How the load run counts: whatever was lost, doubled or left lying is found, and named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.load import profiles
from bench.load.callers import CallMade
from bench.load.counting import Books, count
from bench.load.profiles import Disturbance

ALL_WELL = Books(
    calls={"c1": "0311", "c2": "0312"},
    open_calls=(),
    messages={"m1": "c1", "m2": "c2"},
    callbacks={},
    messages_without_audio=(),
    places=0,
)
MADE = [CallMade("0311", 1.0, 1.1, 1.2, to_its_end=True), CallMade("0312", 2.0, 2.1, 2.2, to_its_end=True)]
MAILED = ["m1", "m2", "a notice of something else"]


def _mistakes(books: Books = ALL_WELL, mailed: list[str] | None = None, *, strict: bool = False) -> str:
    found = count(MADE, books, MAILED if mailed is None else mailed)
    return "; ".join(found.mistakes(every_call_leaves_a_message=strict))


def test_a_message_and_a_mail_for_every_caller_is_no_mistake() -> None:
    assert _mistakes(strict=True) == ""


def test_a_call_that_is_owed_stands_for_a_message_where_calls_are_interrupted() -> None:
    owed = replace(ALL_WELL, messages={"m1": "c1"}, callbacks={"b2": "c2"})

    assert _mistakes(owed, ["m1"]) == ""
    assert "2 calls, 2 to their end, 1 messages and 1 mails" in _mistakes(owed, ["m1"], strict=True)


def test_a_call_lost_with_a_service_whose_message_is_found_is_not_doubled_as_long_as_only_that_is_told() -> (
    None
):
    found_later = replace(ALL_WELL, callbacks={"b2": "c2"})

    assert count(MADE, found_later, MAILED).noted_before_their_message == 1
    assert _mistakes(found_later) == ""
    assert "more than once: 0312" in _mistakes(found_later, [*MAILED, "b2"])


@pytest.mark.parametrize(
    ("books", "mailed", "told"),
    [
        (
            replace(ALL_WELL, calls={"c1": "0311"}, messages={"m1": "c1"}),
            ["m1"],
            "are not in the ledger: 0312",
        ),
        (replace(ALL_WELL, messages={"m1": "c1"}), ["m1"], "are not in the ledger: 0312"),
        (
            replace(ALL_WELL, messages={**ALL_WELL.messages, "m3": "c2"}),
            [*MAILED, "m3"],
            "more than once: 0312",
        ),
        (replace(ALL_WELL, calls={**ALL_WELL.calls, "c3": "0312"}), MAILED, "more than once: 0312"),
        (ALL_WELL, ["m1"], "1 messages were not mailed: m2"),
        (ALL_WELL, [*MAILED, "m1"], "1 messages were mailed more than once: m1"),
        (replace(ALL_WELL, messages_without_audio=("m2",)), MAILED, "1 messages have no audio: m2"),
        (replace(ALL_WELL, open_calls=("c2",), places=1), MAILED, "2 calls or places are still open"),
    ],
)
def test_what_is_lost_doubled_or_left_open_is_named(books: Books, mailed: list[str], told: str) -> None:
    assert told in _mistakes(books, mailed)


def test_a_caller_who_was_never_answered_left_nothing_and_is_not_lost() -> None:
    turned_off = [*MADE, CallMade("0313", 3.0, None, None, to_its_end=False)]

    assert count(turned_off, ALL_WELL, MAILED).mistakes(every_call_leaves_a_message=False) == []


def test_in_a_night_everything_happens_in_every_round_and_ends_before_the_last_call() -> None:
    for night in (profiles.SHORT_NIGHT, profiles.FULL_NIGHT):
        happened = [what for _, what in night.disturbances]

        assert set(happened) == set(Disturbance)
        assert [at for at, _ in night.disturbances] == sorted(at for at, _ in night.disturbances)
        assert night.disturbances[-1][0] < night.seconds
