"""Fixtures of the ledger's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.ledger.office import FakeClock, Office


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A ledger on a real disk, with Alice at 101."""
    office = Office(tmp_path / "data", FakeClock())
    yield office
    await office.close()
