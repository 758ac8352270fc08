"""An office whose Asterisk is a fake, so that it can do what a real one can not be made to do: see ``fake``."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from ari_absence.asterisk import AriClient, requests
from tests.asterisk.conftest import Office
from tests.asterisk.faults.fake import FakeAsterisk


@pytest_asyncio.fixture
async def asterisk() -> AsyncIterator[FakeAsterisk]:
    async with FakeAsterisk() as running:
        yield running


@pytest_asyncio.fixture
async def client(asterisk: FakeAsterisk) -> AsyncIterator[AriClient]:
    async with AriClient(asterisk.url, "absence", "secret") as opened:
        yield opened


@pytest_asyncio.fixture
async def office(asterisk: FakeAsterisk, client: AriClient) -> AsyncIterator[Office]:
    opened = Office(client)
    await opened.open()
    await asterisk.until_asked("GET", "/recordings/stored")
    yield opened
    await opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that are not answered fail after a fifth of a second instead of three."""
    for name, request in vars(requests).items():
        if isinstance(request, requests.Request):
            monkeypatch.setattr(requests, name, dataclasses.replace(request, seconds=0.2))
