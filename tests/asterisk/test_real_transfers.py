"""A receptionist transfers a real caller to us, and a colleague transfers one of ours away."""

from __future__ import annotations

import asyncio

import pytest

from ari_absence.asterisk import ChannelCall
from ari_absence.attendant.call import Hunt, HuntEnd
from ari_absence.core.handover import Handover
from ari_absence.errors import CallerReplaced
from ari_absence.lab import Lab
from tests.asterisk.conftest import Office, rings
from tests.asterisk.scenes import hear_each_other
from tests.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


async def test_an_attended_transfer_puts_the_caller_into_the_receptionists_place(
    lab: Lab, office: Office
) -> None:
    heard: list[tuple[str | None, str | None, Handover | None]] = []

    async def conversation(call: ChannelCall) -> None:
        await call.answer()
        key = await call.ask([], 15)
        heard.append((key, call.caller.number, call.handover))

    office.answer_with(conversation)
    receptionist = await lab.desk_phone("110", on_ring="answer")
    caller = await lab.outside_caller("0441112233", name="Hans Huber")
    await caller.call("110")
    await receptionist.hold()
    await receptionist.call("7003")
    await eventually(lambda: office.link.status.calls)
    (held,) = office.link.sessions.calls.values()
    assert held.caller.number == "110"
    await receptionist.transfer_attended()
    with pytest.raises(CallerReplaced):
        await office.outcome(5)
    await eventually(lambda: list(office.link.sessions.calls) not in ([], [held.call_id]))
    await caller.press("4")

    await eventually(lambda: heard == [("4", "0441112233", Handover(None))])


async def test_a_blind_transfer_to_us_is_a_call_like_any_other(lab: Lab, office: Office) -> None:
    async def conversation(call: ChannelCall) -> tuple[str | None, str | None]:
        await call.answer()
        return await call.ask(["sound:tt-monkeysintro"], 5), call.caller.number  # type: ignore[list-item]

    office.answer_with(conversation)
    receptionist = await lab.desk_phone("110", on_ring="answer")
    caller = await lab.outside_caller("0441112233")
    await caller.call("110")
    await receptionist.transfer("7003")
    await eventually(lambda: office.link.status.calls)
    await caller.wait_for_sound()
    await caller.press("6")

    assert await office.outcome(5) == ("6", "0441112233")
    await receptionist.wait_ended(3)


async def test_a_colleague_who_transfers_the_caller_away_is_replaced_in_the_talk(
    lab: Lab, office: Office
) -> None:
    async def conversation(call: ChannelCall) -> Hunt:
        await call.answer()
        return await call.hunt(rings("PJSIP/102"), 5)

    office.answer_with(conversation)
    colleague = await lab.desk_phone("102", on_ring="answer")
    other = await lab.desk_phone("103", on_ring="answer")
    caller = await lab.outside_caller()
    await caller.dial("7003")
    await colleague.wait_established()
    await hear_each_other(caller, colleague)
    await colleague.transfer("103")
    await other.wait_established()
    await colleague.wait_ended(5)
    await asyncio.gather(other.speak_tone(800, 1.0), caller.wait_for_tone(800, 0.4))
    assert office.link.status.calls == 1
    await caller.hang_up()

    assert (await office.outcome(3)).end is HuntEnd.TALKED
    await other.wait_ended(3)
