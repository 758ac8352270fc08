"""Whether phones of ours can be reached just now, without ringing them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from ari_absence.asterisk.client import AriClient
from ari_absence.core.numbers import DialTarget
from ari_absence.errors import AlreadyGone, AsteriskError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A phone as it is now."""

    registered: bool
    calls: int

    @property
    def in_a_call(self) -> bool:
        """Whether it rings or talks."""
        return self.calls > 0


async def is_free(client: AriClient, targets: Sequence[DialTarget]) -> bool:
    """Whether at least one of the phones inside is registered and none of them is in a call.

    Of a phone outside nobody but the carrier knows; it is left out. What can't be found out is not free.
    """
    inside = [target.endpoint for target in targets if not target.outside]
    try:
        phones = await asyncio.gather(*(look(client, endpoint) for endpoint in inside))
    except AsteriskError as error:
        structlog.get_logger().warning("endpoint.unknown", error=str(error))
        return False
    return any(phone.registered for phone in phones) and not any(phone.in_a_call for phone in phones)


async def is_registered(client: AriClient, targets: Sequence[DialTarget]) -> bool:
    """Whether at least one of the phones inside is registered. What can't be found out is: the ringing will show."""
    try:
        phones = [await look(client, target.endpoint) for target in targets if not target.outside]
    except AsteriskError as error:
        structlog.get_logger().warning("endpoint.unknown", error=str(error))
        return True
    return any(phone.registered for phone in phones)


async def look(client: AriClient, endpoint: str) -> Endpoint:
    """How the phone behind an endpoint (``PJSIP/101``) is; one that is unknown is not registered."""
    tech, _, resource = endpoint.partition("/")
    try:
        found = await client.endpoint(tech, resource)
    except AlreadyGone:
        return Endpoint(registered=False, calls=0)
    return Endpoint(found.get("state") == "online", len(found.get("channel_ids") or ()))
