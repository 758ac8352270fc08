"""Has the phones of a talk hear each other after a transfer has put a ``Local/`` channel between them.

Where the phones speak codecs of different rates, Asterisk 22.10 then often sends one of them nothing at all, for as
long as they talk; silence that begins and ends on that phone's channel has it send again. Nobody hears that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

import structlog

from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.joined import party_of
from ari_absence.asterisk.line import Line, through
from ari_absence.asterisk.phones_watch import ON_HOLD
from ari_absence.asterisk.protocol import read_bridge, read_channel
from ari_absence.asterisk.switchboard import Switchboard
from ari_absence.errors import AlreadyGone, AsteriskError

LOOKS_AFTER_SECONDS: Sequence[float] = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Pauses before each look at a talk. A talk may fall silent only when the phones have agreed on their codecs anew."""

LISTENED_SECONDS = 0.3
"""How long a phone must be sent nothing to count as deaf; a phone that hears is sent 50 packets in a second."""

_log = structlog.get_logger()


class AudioWatch:
    """The talks that were transferred lately. ``follow`` never waits and never raises."""

    def __init__(self, client: AriClient, switchboard: Switchboard) -> None:
        self._client = client
        self._switchboard = switchboard
        self._tasks: set[asyncio.Task[None]] = set()
        self._silenced: set[str] = (
            set()
        )  # channels whose silence may not have ended, by a request that failed

    @property
    def followed(self) -> int:
        """How many talks are looked at."""
        return len(self._tasks)

    def follow(self, joined: Line) -> None:
        """Look for some seconds at the talk that ``joined``, now a half, is in."""
        task = asyncio.create_task(self._look_after(joined), name=f"audio {joined.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Look at nothing more; a repair that has begun is brought to its end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _look_after(self, joined: Line) -> None:
        for pause_seconds in LOOKS_AFTER_SECONDS:
            await asyncio.sleep(pause_seconds)
            await asyncio.gather(*(self._look_at(line) for line in self._talking(joined)))

    def _talking(self, joined: Line) -> Iterable[Line]:
        """The lines of the talk, the half's own too. A bridge is known to a line only once it is in it."""
        if joined.bridge_id is None:
            return []
        lines = self._switchboard.lines
        return [line for line in lines if line.bridge_id == joined.bridge_id and not line.gone]

    async def _look_at(self, line: Line) -> None:
        channel_id = line.channel.id
        try:
            if channel_id in self._silenced or await self._is_deaf(await self._phone_of(line)):
                await through(self._repair(channel_id))
                _log.info("audio.repaired", call=line.call_id, line=line.name)
        except AlreadyGone:
            self._silenced.discard(channel_id)  # hung up, transferred on, or no phone that speaks RTP
        except AsteriskError as error:
            _log.warning("audio.not_looked_at", call=line.call_id, error=str(error))
        except Exception:  # noqa: BLE001 - the talk goes on without us
            _log.exception("audio.failed", call=line.call_id)

    async def _phone_of(self, line: Line) -> str | None:
        """The channel of the phone that hears what the line is sent: behind a half, at the end of all halves."""
        if not line.channel.is_half:
            return line.channel.id
        channels = [read_channel(each) for each in await self._client.channels()]
        bridges = [read_bridge(each) for each in await self._client.bridges()]
        twins = [channel.id for channel in channels if channel.name == line.channel.other_half]
        phone = party_of(twins[0], channels, bridges) if twins else None
        return phone.id if phone else None

    async def _is_deaf(self, channel_id: str | None) -> bool:
        """Whether the phone is sent nothing, though it has not put the talk on hold itself."""
        if channel_id is None:
            return False
        before = await self._client.packets_sent(channel_id)
        await asyncio.sleep(LISTENED_SECONDS)
        if await self._client.packets_sent(channel_id) != before:
            return False
        return await self._client.variable(channel_id, ON_HOLD) != "1"

    async def _repair(self, channel_id: str) -> None:
        self._silenced.add(channel_id)
        await self._client.silence(channel_id)
        await self._client.stop_silence(channel_id)
        self._silenced.discard(channel_id)
