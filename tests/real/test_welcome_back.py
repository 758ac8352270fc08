"""Whoever is back from an absence: told at their phone and by mail what came meanwhile."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.real.letters import Postbox
from tests.real.scenes import HANS, Stage

pytestmark = pytest.mark.real

WELCOME = {"digests": {"welcome": True}}


def text_of(mail: EmailMessage) -> str:
    """What the mail says, read by a parser of mails."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_an_absence_that_ends_is_welcomed_in_the_mailbox_and_by_a_digest(stage: Stage) -> None:
    scene = await stage.open(running=False, changes=WELCOME)
    Postbox(scene).leave(urgent=True, due=timedelta(days=2))
    await scene.office.start_service()
    await scene.office.cli("away", "101", "remote", "--until", "2026-11-25T17:00")  # at work, elsewhere
    mail = await scene.office.mail.wait_for_mail("Welcome")
    assert mail["To"] == "alice@example.com"
    assert "People who called:  1" in text_of(mail)
    assert HANS in text_of(mail)
    alice = await scene.colleague("101")
    await alice.calls("*97")
    await alice.hears("status-welcome-01")
    await alice.hears("mailbox-you-have")
    await alice.hangs_up()
    await alice.calls("*97")
    await alice.hears("mailbox-you-have")
    assert scene.playbill.played.count("status-welcome-01") == 1
