"""Codes that are dialled: one conversation each, whatever comes of it."""

from __future__ import annotations

import structlog

from ari_absence.asterisk.channel_call import DeskChannel
from ari_absence.attendant.code_desk import House, serve
from ari_absence.errors import EffectFailed

log = structlog.get_logger()


class CodeDesk:
    """Who dialled a code is served here. ``house`` is all that serving them needs."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def attend(self, call: DeskChannel) -> None:
        """Hold one conversation; what Asterisk refuses is told by the dialplan."""
        structlog.contextvars.bind_contextvars(call=call.call_id)
        try:
            await serve(self._house, call)
        except EffectFailed as error:
            log.warning("code.failed", reason=str(error))
            await call.release_to_dialplan()
