"""F19: something holds up the event loop: it is counted, and the log says where, also if it never ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from ari_absence.app.loop_watch import TURN_MS_MAX, LoopWatch, _Processors, _Share

BLOCK_SECONDS = 0.08


@pytest.fixture
def watch() -> Iterator[LoopWatch]:
    """A watch of real time, begun by the test."""
    watch = LoopWatch()
    yield watch
    watch.end()


class HandTime:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def by_hand() -> Iterator[tuple[LoopWatch, HandTime]]:
    """A watch that has begun, whose turns and looks are the test's."""
    passed = HandTime()
    watch = LoopWatch(passed)
    watch.end()  # nobody else looks
    watch.begin()
    yield watch, passed
    watch.end()


def _keep_the_loop_busy() -> None:
    until = time.thread_time() + BLOCK_SECONDS
    while time.thread_time() < until:
        pass


@pytest.mark.fault("F19")
def test_a_callback_that_holds_up_the_loop_is_counted_and_logged_with_its_place(watch: LoopWatch) -> None:
    async def main() -> None:
        watch.begin()
        await asyncio.get_running_loop().run_in_executor(
            None, _keep_the_loop_busy
        )  # a thread is nobody's turn
        asyncio.get_running_loop().call_soon(_keep_the_loop_busy)
        await asyncio.sleep(0)

    with capture_logs() as logged, asyncio.Runner(loop_factory=watch.loop) as runner:
        runner.run(main())

    line = next(each for each in logged if "_keep_the_loop_busy" in each.get("where", ""))
    assert (line["event"], line["log_level"]) == ("loop.blocked", "warning")
    assert watch.status()["loop_blocked"] >= 1
    assert watch.status()["loop_longest_ms"] > TURN_MS_MAX
    assert "test_loop_watch.py:" in line["where"]
    assert line["ms"] >= BLOCK_SECONDS * 1000
    assert line["cpu_ms"] + line["no_cpu_ms"] <= line["ms"] + 5


@pytest.mark.fault("F19")
def test_a_loop_that_waits_is_not_held_up(by_hand: tuple[LoopWatch, HandTime]) -> None:
    watch, passed = by_hand
    with capture_logs() as logged:
        for _ in range(3):
            watch.turn_begins()
            passed.seconds += TURN_MS_MAX / 2000
            watch.turn_ends()
            passed.seconds += 3600

    assert (watch.blocked, logged) == (0, [])
    assert watch.longest_ms == pytest.approx(TURN_MS_MAX / 2)


@pytest.mark.fault("F19")
def test_a_callback_that_never_ends_is_told_of_once_while_it_lasts(
    by_hand: tuple[LoopWatch, HandTime],
) -> None:
    watch, passed = by_hand
    with capture_logs() as logged:
        watch.turn_begins()
        passed.seconds += 2
        watch.look()
        watch.look()

    (line,) = logged
    assert (line["event"], line["log_level"], line["ms"]) == ("loop.hangs", "error", 2000)
    assert "test_loop_watch.py:" in line["where"]


@pytest.mark.fault("F19")
def test_a_loop_that_is_held_up_again_and_again_is_told_of_once_a_second_and_counted_each_time(
    by_hand: tuple[LoopWatch, HandTime],
) -> None:
    watch, passed = by_hand
    with capture_logs() as logged:
        for _ in range(30):
            watch.turn_begins()
            passed.seconds += 0.1
            watch.turn_ends()

    assert watch.blocked == 30
    assert [line["event"] for line in logged] == ["loop.blocked"] * 3


@pytest.mark.fault("F19")
def test_a_loop_that_gets_no_processor_is_counted_apart(
    by_hand: tuple[LoopWatch, HandTime], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, passed = by_hand
    waited_ms = iter([1000.0, 1190.0])
    monkeypatch.setattr(_Processors, "share", lambda _: _Share(7.0, next(waited_ms)))
    with capture_logs() as logged:
        watch.turn_begins()
        passed.seconds += 0.2
        watch.turn_ends()

    assert (watch.blocked, watch.starved) == (0, 1)
    assert watch.longest_ms == pytest.approx(10)
    (line,) = logged
    assert (line["event"], line["ms"], line["no_cpu_ms"]) == ("loop.starved", 200, 190)


@pytest.mark.fault("F19")
def test_what_takes_long_before_the_watch_begins_is_not_counted() -> None:
    passed = HandTime()
    watch = LoopWatch(passed)
    watch.turn_begins()
    passed.seconds += 5
    watch.turn_ends()

    assert watch.status() == {"loop_blocked": 0, "loop_longest_ms": 0.0, "loop_starved": 0}
