"""Waiting for conditions with a deadline. The only place of the tests that sleeps: no test guesses a time."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable

POLL_SECONDS = 0.01


async def eventually(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Return when the condition holds; fail when it does not within ``seconds``. It may be asynchronous."""
    end = asyncio.get_running_loop().time() + seconds
    while not await _answer(condition):
        assert asyncio.get_running_loop().time() < end, f"it did not happen within {seconds:g} s"
        await asyncio.sleep(POLL_SECONDS)


async def _answer(condition: Callable[[], object]) -> object:
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer
