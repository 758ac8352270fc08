"""Lamps show what the hints and mailboxes say."""

from __future__ import annotations

import pytest

from ari_absence.errors import LabError
from ari_absence.lab import Lab

pytestmark = pytest.mark.real


async def test_a_line_lamp_blinks_when_the_phone_rings_and_is_lit_while_it_talks(lab: Lab) -> None:
    lamp = await lab.lamp("101")
    alice = await lab.desk_phone("101")
    caller = await lab.outside_caller()
    await caller.dial("101")
    await lamp.wait_for_state("early")
    await alice.answer()
    await lamp.wait_for_state("confirmed")
    await caller.hang_up()
    await lamp.wait_for_state("terminated")


async def test_a_lamp_follows_a_hint_of_the_included_dialplan(lab: Lab) -> None:
    lamp = await lab.lamp("*76101")
    await lab.cli("devstate change Custom:away101 INUSE")
    await lamp.wait_for_state("confirmed")
    await lab.cli("devstate change Custom:away101 NOT_INUSE")
    await lamp.wait_for_state("terminated")


async def test_a_message_lamp_is_lit_by_a_new_message(lab: Lab) -> None:
    lamp = await lab.message_lamp("101")
    assert lamp.state == "no"
    await lab.cli("channel originate Local/101@lab-message-lamp/n application Wait 1")
    await lamp.wait_for_state("yes")
    assert "Voice-Message: 2/1 (0/0)" in lamp.bodies[-1]


async def test_a_lamp_for_an_extension_without_hint_is_refused(lab: Lab) -> None:
    with pytest.raises(LabError, match="subscription to 7777 was not confirmed"):
        await lab.lamp("7777")
