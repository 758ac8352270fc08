"""F68: the service stops in the middle of a conversation: it ends at once, and whoever was heard is not forgotten."""

from __future__ import annotations

import asyncio

import pytest

from ari_absence.core.phrases import Phrase
from tests.attendant.test_conversation import MOST_STEPS, STORIES


@pytest.mark.fault("F68")
@pytest.mark.parametrize("step", range(MOST_STEPS))
@pytest.mark.parametrize("story", STORIES)
async def test_f68_a_conversation_that_is_cancelled_at_any_step_says_and_writes_nothing_more(
    story: str, step: int
) -> None:
    talk = STORIES[story]()
    call, notebook, ordinary = talk.call, talk.notebook, talk.call._step
    stopped: list[str] = []

    def stop_at_step(what: str) -> None:
        if len(call.done) == step:
            stopped.append(what)
            call.over = True  # any step after this one is refused with an AssertionError
            raise asyncio.CancelledError
        ordinary(what)

    call._step = stop_at_step  # type: ignore[method-assign]
    try:
        await talk.hold()
    except asyncio.CancelledError:
        assert len(call.done) == step
    else:
        assert not stopped, "the cancel was swallowed"

    assert len(notebook.messages) + len(notebook.callbacks) <= 1
    if Phrase.MESSAGE_SAVED in call.phrases():
        assert len(notebook.messages) == 1
    # who had something kept, and did not ask for another take, has it as a message now or after the next start
    unsaved = {each.audio_id for each in notebook.kept} - {each.audio.audio_id for each in notebook.messages}
    assert not unsaved & {*notebook.discarded} or story == "message with review"
