"""Fixtures of the deliveries' tests: a ledger and a mail server, both real."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ari_absence.delivery.email import EmailNotifier
from ari_absence.delivery.letter import Sender
from ari_absence.delivery.outbox import OutboxWorker
from tests.delivery.mail_server import MailOffice, mail_office
from tests.ledger.office import FakeClock, Office

SENDER = Sender("absence@example.com")


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A ledger on a real disk, with Alice at 101."""
    office = Office(tmp_path / "data", FakeClock())
    yield office
    await office.close()


@pytest_asyncio.fixture
async def mail() -> AsyncIterator[MailOffice]:
    """A mail server that is up."""
    async with mail_office() as server:
        yield server


@pytest.fixture
def worker(office: Office, mail: MailOffice) -> OutboxWorker:
    """A worker between the two, without jitter."""
    return OutboxWorker(
        office.outbox, [EmailNotifier(mail.address, SENDER, office.clock)], office.clock, lambda: 0.5
    )
