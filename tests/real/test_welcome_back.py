"""Whoever is back from an absence: told at their phone and by mail what came meanwhile."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
import yaml

from tests.real.letters import Postbox
from tests.real.scenes import HANS, Scene, Stage

pytestmark = pytest.mark.real

WELCOME = {"digests": {"welcome": True}}


def text_of(mail: EmailMessage) -> str:
    """What the mail says, read by a parser of mails."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def is_on_a_trip(scene: Scene, extension: str) -> None:
    """Today, as is written in people.yaml."""
    file = scene.office.config / "people.yaml"
    people = yaml.safe_load(file.read_text(encoding="utf-8"))
    trip = {"kind": "business_trip", "from": "2026-11-25", "until": "2026-11-25"}
    people["people"][extension]["absences"] = [trip]
    file.write_text(yaml.safe_dump(people), encoding="utf-8")


async def test_an_absence_that_ends_is_welcomed_in_the_mailbox_and_by_a_digest(stage: Stage) -> None:
    scene = await stage.open(running=False, changes=WELCOME)
    is_on_a_trip(scene, "102")
    postbox = Postbox(scene)
    postbox.leave(urgent=True, due=timedelta(days=2))
    postbox.leave("102", due=timedelta(days=2))
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
    await alice.hangs_up()

    kenji = await scene.colleague("102")
    await kenji.calls("*30")
    await kenji.hears("status-end-it")
    await kenji.presses("1")  # he is back
    await kenji.hears("status-welcome-01")
    await kenji.hears("status-welcome-menu")
    await kenji.presses("2")
    await kenji.hears("status-callback-menu")
