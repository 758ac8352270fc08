"""Texts on the displays of phones, by SIP MESSAGE."""

from __future__ import annotations

from collections.abc import Sequence

from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.endpoints import look
from ari_absence.errors import AlreadyGone

SENDER = "sip:absence@localhost"
"""Who it is from, as the phone is told; without a sender Asterisk refuses. An answer would get nowhere."""


async def show_text(client: AriClient, endpoints: Sequence[str], text: str) -> int:
    """Send the text to each of these phones (``PJSIP/101``) that is registered; gives to how many.

    A phone that shows no texts answers so to Asterisk, which tells nobody: it counts, for trying again is no use.

    Raises:
        AsteriskError: Asterisk can't be asked, or refuses.
    """
    shown = 0
    for endpoint in endpoints:
        if not (await look(client, endpoint)).registered:
            continue
        tech, _, resource = endpoint.partition("/")
        try:
            await client.send_message(tech, resource, SENDER, text)
        except AlreadyGone:
            continue  # the phone, or all of its kind, was taken out of Asterisk meanwhile
        shown += 1
    return shown
