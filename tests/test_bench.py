"""The benchmark's table and JSON; its figures are not tested, they are measured."""

from __future__ import annotations

import json
import pkgutil
from pathlib import Path

import pytest
from rich.console import Console

from bench import figures, followme
from bench.callee import call_id_of
from bench.caller import Course, courses, moments
from bench.calls import percentile
from bench.figures import Figure, Goal
from bench.serve import VOICE_OF_THE_SERVICE

_LOG = """\
----------------------------------------------- 2026-11-23T10:36:46.500000Z
UDP message sent [493] bytes:

INVITE sip:101@127.0.0.1:26000 SIP/2.0\r
Call-ID: 1-4043@127.0.0.1\r
CSeq: 1 INVITE\r
\r
m=audio 33387 RTP/AVP 0\r

----------------------------------------------- 2026-11-23T10:36:46.512500Z
UDP message received [692] bytes:

SIP/2.0 200 OK\r
Call-ID: 1-4043@127.0.0.1\r
CSeq: 1 INVITE\r
\r

----------------------------------------------- 2026-11-23T10:36:47.000000Z
UDP message received [300] bytes:

SIP/2.0 200 OK\r
Call-ID: 1-4043@127.0.0.1\r
CSeq: 2 BYE\r
\r
"""


@pytest.mark.parametrize(
    ("goal", "value", "met"),
    [(Goal(5), 5.0, False), (Goal(5), 4.9, True), (Goal(1.3, or_equal=True), 1.3, True), (None, 9.0, None)],
)
def test_a_figure_knows_whether_its_goal_is_met(goal: Goal | None, value: float, met: bool | None) -> None:
    assert Figure("x", value, "ms", goal).met is met


def test_the_table_says_of_a_missed_goal_that_it_is_missed_and_why() -> None:
    console = Console(width=120)
    with console.capture() as shown:
        console.print(
            figures.table([Figure("CPU per call", 12.5, "ms", Goal(5), if_missed="the ledger's ORM")])
        )

    assert all(word in shown.get() for word in ("CPU per call", "12.5", "under 5", "NO", "the ledger's ORM"))


def test_results_keep_the_figures_of_a_part_that_was_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    figures.save(path, [Figure("a", 1, "s", Goal(2)), Figure("b", 1, "s")], {"cores": 2})
    figures.save(path, [Figure("a", 3, "s", Goal(2))], {"cores": 4})

    content = json.loads(path.read_text())
    assert content["machine"] == {"cores": 4}
    assert {each["name"]: (each["value"], each["met"]) for each in content["figures"]} == {
        "a": (3, False),
        "b": (1, None),
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1.234, "1.23"), (48.77, "48.8"), (133.6, "134"), (73712, "73 712"), (3.0, "3")],
)
def test_figures_are_written_with_three_digits_that_count(value: float, text: str) -> None:
    assert figures.in_digits(value) == text


def test_the_callers_log_gives_when_a_call_began_and_was_answered() -> None:
    began, answered = moments(_LOG)

    assert round(answered[33387] - began[33387], 6) == 0.0125


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 3.0
    assert percentile(list(map(float, range(100))), 99) == 99.0


_KEY_LOG = """\
----------------------------------------------- 2026-11-23T10:36:46.500000Z
UDP message sent [493] bytes:

INVITE sip:103@127.0.0.1:26000 SIP/2.0\r
From: "Bench" <sip:04491@trunk.lab>;tag=1\r
CSeq: 1 INVITE\r
\r
m=audio 33387 RTP/AVP 0\r

----------------------------------------------- 2026-11-23T10:36:48.000000Z
UDP message sent [300] bytes:

INFO sip:127.0.0.1:26000 SIP/2.0\r
From: "Bench" <sip:04491@trunk.lab>;tag=1\r
CSeq: 2 INFO\r
\r
Signal=4\r

"""


def test_the_course_of_a_call_is_found_by_its_number() -> None:
    found = courses(_KEY_LOG)

    course = found["04491"]
    assert course.keyed_at is not None
    assert round(course.keyed_at - course.invited_at, 6) == 1.5


def test_a_call_is_known_at_the_callee_by_its_call_id_whatever_number_it_shows() -> None:
    invite = (
        "INVITE sip:x SIP/2.0\r\nFrom: <sip:anonymous@anonymous.invalid>;tag=1\r\nCall-ID: 7-4@there\r\n\r\n"
    )
    assert call_id_of(invite) == "7-4@there"


def test_phones_that_were_rung_are_told_apart_by_their_order_whatever_a_trunk_shows() -> None:
    assert followme._waits_ms([Course(20.0), Course(10.0, keyed_at=11.0)], [11.5, 20.25]) == [500.0, 250.0]


def test_a_turn_in_which_a_call_got_nowhere_counts_for_nothing() -> None:
    assert followme._waits_ms([Course(20.0), Course(10.0)], [20.25]) == []


def test_the_service_takes_its_voice_from_where_the_bench_puts_another() -> None:
    assert callable(pkgutil.resolve_name(VOICE_OF_THE_SERVICE))
