"""One caller who rings three times: one entry, and each time they are told what is known."""

from __future__ import annotations

from functools import partial

import pytest

from tests.real.scenes import Scene
from tests.waiting import eventually

pytestmark = pytest.mark.real


def is_noted(scene: Scene, times: int) -> bool:
    """Whether so many calls have been written down."""
    return [each.times for each in scene.ledger.owed()] == [times]


async def test_who_rings_three_times_is_one_entry_and_hears_what_is_known_from_the_second_call_on(
    scene: Scene,
) -> None:
    for number, (known, key) in enumerate(
        [(None, "3"), ("say-call-known", "2"), ("say-callback-known", None)], start=1
    ):
        before = len(scene.playbill.played)
        caller = await scene.call("101")
        await caller.hears(known or "for-message-default")
        heard = scene.playbill.played[before:]
        assert [each for each in heard if each.endswith("-known")] == ([known] if known else [])
        if key is not None:
            await caller.presses(key)
            await caller.hears("say-name-after-tone" if key == "3" else "say-is-number-right")
        await caller.hangs_up()
        await eventually(partial(is_noted, scene, number), 10)

    (entry,) = scene.ledger.owed()
    assert (entry.wish, entry.times) == ("call_back", 3)
    assert entry.due is not None
