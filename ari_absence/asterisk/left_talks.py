"""Two who talk in a bridge that an earlier life of ours made: they talk on, and nobody stays behind in it alone.

The bridge is left as it is, so that the displays of both phones show what they were to show.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import structlog

from ari_absence.asterisk import ids, protocol
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.protocol import CallEvent, StasisStart
from ari_absence.errors import AlreadyGone


def talks(bridges: Iterable[Mapping[str, Any]], app: str) -> dict[str, tuple[str, ...]]:
    """Who talks with whom in the bridges of the application ``app``: channel ids by the bridge's."""
    ours = {
        str(bridge.get("id")): tuple(map(str, bridge.get("channels", ())))
        for bridge in bridges
        if bridge.get("name") == app
    }
    return {bridge: both for bridge, both in ours.items() if ids.owner(bridge) and len(both) > 1}


async def calls_that_talk(client: AriClient, app: str) -> frozenset[str]:
    """The calls whose caller talks with somebody. Raises AsteriskError if Asterisk can't be asked."""
    return frozenset(ids.owner(bridge) or "" for bridge in talks(await client.bridges(), app))


class LeftTalks:
    """The talks that belong to no living call."""

    def __init__(self, client: AriClient) -> None:
        self._client = client
        self._bridge_of: dict[str, str] = {}

    @property
    def bridges(self) -> set[str]:
        """The bridges that are talked in."""
        return set(self._bridge_of.values())

    def knows_channel(self, channel_id: str) -> bool:
        """Whether this is one of two who talk."""
        return channel_id in self._bridge_of

    def take_over(self, bridge_id: str, channel_ids: Iterable[str]) -> None:
        """From now on, whoever is left alone in this bridge is hung up."""
        if bridge_id not in self.bridges:
            structlog.get_logger().info("talk.taken_over", call=ids.owner(bridge_id))
        self._bridge_of.update(dict.fromkeys(channel_ids, bridge_id))

    def replace(self, event: StasisStart) -> bool:
        """Let the channel take the place of the one it replaces in a talk; False if that was in none."""
        bridge_id = self._bridge_of.pop(event.replaced or "", None)
        if bridge_id is not None:
            self._bridge_of[event.channel.id] = bridge_id
        return bridge_id is not None

    def ended_by(self, event: CallEvent) -> str | None:
        """The bridge of the talk that one of the two left by this event; it is forgotten."""
        if not isinstance(event, protocol.StasisEnd | protocol.ChannelDestroyed | protocol.ChannelLeftBridge):
            return None
        return self._forget(self._bridge_of.get(event.channel_id))

    async def end(self, bridge_id: str) -> None:
        """Hang up who is left in the bridge, and remove it."""
        self._forget(bridge_id)
        for bridge in await self._client.bridges():
            for channel_id in bridge.get("channels", ()) if bridge.get("id") == bridge_id else ():
                with contextlib.suppress(AlreadyGone):
                    await self._client.hang_up(str(channel_id))
        with contextlib.suppress(AlreadyGone):
            await self._client.destroy_bridge(bridge_id)

    def _forget(self, bridge_id: str | None) -> str | None:
        self._bridge_of = {key: bridge for key, bridge in self._bridge_of.items() if bridge != bridge_id}
        return bridge_id
