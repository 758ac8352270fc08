"""The mail server is away: the caller notices nothing, and one mail comes when it is back."""

from __future__ import annotations

import pytest

from ari_absence.lab import waiting
from tests.real.scenes import Scene

pytestmark = pytest.mark.real

FIRST_RETRY_SECONDS = 10.0


@pytest.mark.fault("F63")
async def test_a_mail_server_that_was_down_gets_exactly_one_mail_and_delays_no_call(scene: Scene) -> None:
    scene.office.mail.stop()
    caller = await scene.caller_in_the_review()
    await caller.presses("1")
    await caller.hears("say-message-saved", 3.0)
    await caller.is_hung_up_on()
    await scene.log_tells("attempt=1 verdict=")
    scene.office.mail.start()

    await scene.office.mail.wait_for_mails(1, FIRST_RETRY_SECONDS + 10)
    await waiting.until(lambda: scene.ledger.deliveries()[0].state == "delivered", 15, "The note of delivery")
    (delivery,) = scene.ledger.deliveries()
    assert delivery.attempts == 2  # the one that failed, and the one that went out
    assert len(scene.office.mail.mails()) == 1
