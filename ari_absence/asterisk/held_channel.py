"""The port ``attendant.hold_recall.HeldCall`` on a real phone's channel, which is not in our hands.

A hold costs no request until something is due. Then Asterisk is asked anew who is on hold: a transfer may have
put somebody else there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from ari_absence.asterisk import ids, protocol
from ari_absence.asterisk.fetching import fetch, put_in_place, send_to_fetch
from ari_absence.asterisk.hunting import Cause
from ari_absence.asterisk.party import Party
from ari_absence.asterisk.presenting import Identity
from ari_absence.asterisk.protocol import Channel
from ari_absence.asterisk.tools import Tools
from ari_absence.asterisk.whispering import whisper
from ari_absence.attendant.call import Display, Ring
from ari_absence.core import text as cleaning
from ari_absence.core.numbers import caller_number
from ari_absence.core.people import Caller
from ari_absence.core.phrases import Fixed, Phrase
from ari_absence.core.reception_phrases import ReceptionPhrase
from ari_absence.errors import AlreadyGone, AsteriskError

BEEP = "sound:beep"

NATIVE = "native_rtp"
"""The bridge in which sound bypasses Asterisk's core: a whisper would end the music there, and not be heard."""

_log = structlog.get_logger()


class HeldChannel:
    """One hold. ``holder`` is the phone's channel; ``holds`` tells of any channel whether it holds, too; ``turn`` is
    shared by all holds of the phone."""

    def __init__(
        self,
        tools: Tools,
        holder: Channel,
        extension: str,
        holds: Callable[[str], bool],
        began_at: float,
        turn: asyncio.Lock,
    ) -> None:
        self._turn = turn
        self._tools = tools
        self._client = tools.client
        self._holder = holder
        self._extension = extension
        self._holds = holds
        self._began_at = began_at

    @property
    def extension(self) -> str:
        """Whose phone holds."""
        return self._extension

    @property
    def endpoint(self) -> str:
        """The phone that holds."""
        return self._holder.endpoint

    @property
    def seconds(self) -> float:
        """For how long it is on hold."""
        return asyncio.get_running_loop().time() - self._began_at

    async def lasts(self, seconds: float) -> None:
        """Wait so long; whoever watches the hold cancels this when it ends."""
        await asyncio.sleep(seconds)

    def turn(self) -> AbstractAsyncContextManager[None]:
        """The turn of this hold at the phone that holds."""
        return self._turn

    async def keeps_waiting(self) -> bool:
        """Whether there is one person on hold: neither we alone, nor a conference."""
        return await self._party_channel() is not None

    async def party(self) -> Display:
        """Who is on hold, as the holder's phone has shown them; nobody, if that can't be found out."""
        for channel in await self._channels():
            if channel.get("id") == self._holder.id:
                shown = channel.get("connected") or {}
                return Display(caller_number(shown.get("number")), cleaning.for_log(shown.get("name") or ""))
        return Display(None, "")

    async def remind_in_talk(self) -> bool:
        """Beep into another talk of the same phone, if there is one."""
        other = await self._other_talk()
        if other is None:
            return False
        await self._beep(other)
        _log.info("hold.reminded", extension=self._extension)
        return True

    async def _beep(self, channel_id: str) -> None:
        """Into a talk by a whisper. Where only we are at the other end, nothing may be sounding that carries one: then
        as a sound of its own, and any music again after it."""
        line = self._tools.switchboard.of_channel(channel_id)
        if line is None or line.leg or line.bridge_id or line.playback or line.take:
            await whisper(self._tools, channel_id, [BEEP])
            return
        try:
            await self._client.play(channel_id, [BEEP], ids.of_playback(line.name, line.next_count()))
            if line.music:
                await self._client.music(channel_id)  # begins when the beep is over
        except (AlreadyGone, AsteriskError) as error:
            _log.warning("hold.not_reminded", error=str(error))

    async def ring(self, rings: Sequence[Ring], ring_seconds: float) -> None:
        """Ring; who answers fetches the party on hold."""
        party = await self._party_channel()
        if party is None or not rings:
            return
        _log.info("hold.recalled", extension=self._extension, seconds=round(self.seconds))
        own = Identity(self._extension, self._tools.name_of(self._extension) or "")
        shown = await self.party()
        cause = Cause(ids.new_call_id(), called=own, caller=Caller(shown.number, shown.name))
        await fetch(self._tools, cause, rings, ring_seconds, self._join)

    async def say(self, phrase: Phrase) -> None:
        """A word to the party on hold, where it can be heard over the music."""
        bridge = await self._bridge()
        party = await self._party_channel()
        if party is None or bridge.get("technology") == NATIVE:
            return
        await whisper(self._tools, party.id, self._tools.media([Fixed(phrase)]))

    async def _join(self, party: Party) -> bool:
        """Join who has answered with whoever is on hold now; that may be another than when the ringing began."""
        tools, waiting, bridge = self._tools, await self._party_channel(), await self._bridge()
        name = waiting.name if waiting else ""
        if tools.switchboard.of_channel(self._holder.id) is not None:
            if await put_in_place(tools, party, self._holder.id, str(bridge.get("id"))):
                return True
            name = ""  # a channel of ours is not to be taken by the dialplan; it only says so
        return await send_to_fetch(tools, party, name, tools.desk_media([ReceptionPhrase.STILL_ON_HOLD]))

    # -- what Asterisk says now

    async def _party_channel(self) -> Channel | None:
        others = [each for each in (await self._bridge()).get("channels", ()) if each != self._holder.id]
        if len(others) != 1:
            return None  # a conference is no hold of anybody
        found = [each for each in await self._channels() if each.get("id") == others[0]]
        return protocol.read_channel(found[0]) if found else None

    async def _other_talk(self) -> str | None:
        """The channel of another talk of the same phone, if there is one that it does not hold."""
        for channel in map(protocol.read_channel, await self._channels()):
            mine = channel.endpoint == self._holder.endpoint and channel.id != self._holder.id
            if mine and channel.up and not self._holds(channel.id):
                return channel.id
        return None

    async def _bridge(self) -> dict[str, Any]:
        try:
            bridges = await self._client.bridges()
        except (AlreadyGone, AsteriskError) as error:
            _log.warning("hold.unknown", error=str(error))
            return {}
        return next((each for each in bridges if self._holder.id in each.get("channels", ())), {})

    async def _channels(self) -> list[dict[str, Any]]:
        try:
            return await self._client.channels()
        except (AlreadyGone, AsteriskError) as error:
            _log.warning("hold.unknown", error=str(error))
            return []
