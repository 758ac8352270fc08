"""One's own mailbox on a real desk phone: every key, and what the ledger and the disk hold afterwards."""

from __future__ import annotations

import pytest

from tests.real.letters import Postbox
from tests.real.scenes import HANS, VOICE_HZ, Stage

pytestmark = pytest.mark.real


async def test_owner_hears_a_new_message_and_deletes_it(stage: Stage) -> None:
    scene = await stage.open(running=False)
    Postbox(scene).leave()
    await scene.office.start_service()
    alice = await scene.colleague("101")
    await alice.calls("*97")
    await alice.hears("mailbox-you-have")
    await alice.hears("mailbox-new-one-end")
    await alice.presses("1")
    await alice.hears("mailbox-received")
    await alice.hears("their-number-is")
    await alice.phone.wait_for_tone(VOICE_HZ, 2.0)
    await alice.hears("mailbox-message-menu")
    await alice.presses("7")
    await alice.hears("mailbox-deleted")
    await alice.presses("#")
    await alice.is_hung_up_on()

    assert scene.ledger.messages("101") == []
    assert HANS not in scene.log
