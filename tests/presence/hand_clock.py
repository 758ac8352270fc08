"""A clock that stands still until it is set."""

from __future__ import annotations

import asyncio
from datetime import datetime

from tests.attendant.conversation import MORNING


class HandClock:
    """Both its hands are moved by the test."""

    def __init__(self) -> None:
        self.at = MORNING
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds


async def settle() -> None:
    """Let every task do what it can do without waiting."""
    for _ in range(200):
        await asyncio.sleep(0)
