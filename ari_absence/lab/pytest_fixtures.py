"""Fixtures for tests on a real Asterisk. A conftest.py takes them like this::

    from ari_absence.lab.pytest_fixtures import lab, lab_for_everybody

    running_lab = lab_for_everybody(dialplan=Path("dialplan/ari_absence.conf"), ring_seconds=3)

and a test asks for ``lab``. Asterisk is started once per session (and worker); after each test its phones are
switched off, its calls hung up, and an Asterisk that the test killed is started again. The lab's folder, with
every log, stays behind if any test failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ari_absence.lab.laboratory import Lab


def lab_for_everybody(
    *,
    dialplan: Path | None = None,
    extra_dialplan: str = "",
    ring_seconds: int = 15,
    app: str = "ari-absence",
) -> Callable[..., Any]:
    """A session's fixture, to be called ``running_lab``, of one lab made with these arguments."""

    @pytest.fixture(scope="session", name="running_lab")
    def running_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
        lab = Lab(dialplan=dialplan, extra_dialplan=extra_dialplan, ring_seconds=ring_seconds, app=app)
        asyncio.run(lab.start())
        yield lab
        failed = bool(request.session.testsfailed)
        asyncio.run(lab.stop(failed=failed))
        if failed:
            print(f"\nThe lab's files are in {lab.directory}")

    return running_lab


@pytest_asyncio.fixture
async def lab(running_lab: Lab) -> AsyncIterator[Lab]:
    """The running lab, tidied up after the test."""
    yield running_lab
    await running_lab.tidy_up()
