"""Star codes on real desk phones: what is heard, what holds for the next call, and what stays after a restart."""

from __future__ import annotations

import pytest

from tests.real.scenes import Scene

pytestmark = pytest.mark.real


async def who(scene: Scene, extension: str) -> tuple[str, str | None]:
    """The state and its end, as ``ari-absence who`` tells them (by the machine's own clock)."""
    people = await scene.office.cli_json("who")
    found = next(each for each in people if each["extension"] == extension)
    return found["state"], found["until"]


async def test_a_code_with_a_time_holds_for_the_very_next_call_and_is_confirmed(scene: Scene) -> None:
    alice = await scene.colleague("102")
    await alice.calls("*33*1530")
    await alice.hears("status-out-back")
    await alice.hears("today-15-30")
    await alice.is_hung_up_on()
    await scene.log_tells("absences.changed")
    assert 'by="phone 102"' in scene.log

    caller = await scene.call("102")
    await caller.hears("who-out-of-office-until")
    await caller.hears("today-15-30")
    await caller.hangs_up()
