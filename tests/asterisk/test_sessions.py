"""To whom a caller comes who was sent on to where no caller is served."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from ari_absence.asterisk.channel_call import ChannelCall
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.protocol import Channel, StasisStart
from ari_absence.asterisk.sessions import Sessions
from ari_absence.asterisk.tools import Tools
from ari_absence.core.people import Why
from tests.waiting import eventually

HANS = Channel("hans", "PJSIP/trunk-00000001", "Up", "0441112233", "Hans Huber")
MORI, LOBBY = "PJSIP/110-00000002", "PJSIP/lobby-00000003"


@dataclass
class Pbx:
    """Where in the dialplan callers were sent to, and who was hung up on."""

    sent: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    async def continue_in_dialplan(self, channel_id: str, context: str, extension: str) -> None:
        self.sent.append(f"{context},{extension}")

    async def hang_up(self, channel_id: str, *, reason_code: int | None = None) -> None:
        self.ended.append(channel_id)


async def arrival(*args: str, operator: str | None = "100") -> tuple[Pbx, list[ChannelCall]]:
    """Hans comes to us with these arguments of the dialplan; gives the calls that were begun."""
    pbx, begun = Pbx(), list[ChannelCall]()

    async def on_call(call: ChannelCall) -> None:
        begun.append(call)

    async def no_orphans(_: list[str]) -> None:
        raise AssertionError

    tools = Tools(
        cast(AriClient, pbx),
        "ari-absence",
        lambda _: (),
        extension_of={"PJSIP/110": "110"}.get,
        name_of={"100": "Reception", "101": "Alice Tanaka", "110": "Mori"}.get,
        operator=lambda: operator,
    )
    sessions = Sessions(tools, on_call, no_orphans)
    sessions.deliver(StasisStart(HANS, args))
    await eventually(lambda: pbx.sent or pbx.ended)
    await sessions.close(grace_seconds=1)
    return pbx, begun


@pytest.mark.parametrize("args", [("astray", MORI), ("unreachable", "199", "", MORI)])
async def test_caller_sent_on_to_a_code_or_to_a_number_of_nobody_is_one_for_who_sent_them(
    args: tuple[str, ...],
) -> None:
    _, (call,) = await arrival(*args)
    assert (call.extension, call.transferred_by, call.why) == ("110", "110", Why.NOANSWER)
    assert call.astray
    assert call.caller.number == "0441112233"


@pytest.mark.parametrize("args", [("astray", LOBBY), ("unreachable", "199", "", LOBBY)])
async def test_caller_sent_astray_by_a_phone_of_nobody_is_one_for_the_operator(args: tuple[str, ...]) -> None:
    _, (call,) = await arrival(*args)
    assert (call.extension, call.transferred_by, call.astray) == ("100", None, True)


async def test_caller_sent_astray_whom_nobody_can_have_back_is_the_dialplans() -> None:
    pbx, begun = await arrival("astray", LOBBY, operator=None)
    assert (pbx.sent, begun) == (["ari-absence,fallback"], [])


@pytest.mark.parametrize(
    "args", [("unreachable", "199", "", ""), ("noanswer", "101", "", MORI), ("noanswer", "101", "", LOBBY)]
)
async def test_any_other_call_is_one_for_the_extension_called(args: tuple[str, ...]) -> None:
    _, (call,) = await arrival(*args)
    assert call.extension == args[1]
    assert not call.astray
