"""Keeps the words on colleagues' displays equal to the schedule: ``CustomPresence:<extension>`` in Asterisk.

Told by ``lamps`` at the same moments as the device states. Asterisk's ARI can set them and can't tell them, so what
was changed by hand is put right by setting a few again in each round, and everything after each connect.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Container
from itertools import islice
from typing import Protocol

import structlog

from ari_absence.clock import Clock, wait_at_most
from ari_absence.core.display import PRESENT, Presence
from ari_absence.errors import AsteriskError

DEVICE = "CustomPresence:"
ROUND_SECONDS = 30.0
TEXTS_PER_ROUND = 20  # an office of 20 is put right within a round, ten thousand people within four hours
RETRY_SECONDS = 30.0  # Asterisk without func_presencestate does not get it by being asked

log = structlog.get_logger()


class Globals(Protocol):
    """Where presence states are kept: Asterisk."""

    async def set_global(self, variable: str, value: str) -> None:
        """Set a global variable or function.

        Raises:
            AsteriskError: it could not be set.
        """


class PresenceTexts:
    """Everybody's presence state; a task of its own, so that the lamps never wait for it."""

    def __init__(self, asterisk: Globals, clock: Clock) -> None:
        self._asterisk = asterisk
        self._clock = clock
        self._wanted: dict[str, Presence] = {}
        self._stale: dict[str, None] = {}
        self._woken = asyncio.Event()
        self._round_due = 0.0
        self._complained = False

    @property
    def settled(self) -> bool:
        """Whether everything that is wanted has been set."""
        return not self._stale

    def show(self, extension: str, presence: Presence) -> None:
        """Have ``presence`` shown of ``extension`` from now on; what is shown already is not set again."""
        if self._wanted.get(extension) != presence:
            self._wanted[extension] = presence
            self._stale[extension] = None
            self._woken.set()

    def keep_only(self, extensions: Container[str]) -> None:
        """Nobody has any other extension any more."""
        for extension in self._wanted:  # the keys stay the same
            if extension not in extensions:
                self.show(extension, PRESENT)

    def show_all_anew(self) -> None:
        """Asterisk may show anything."""
        self._stale = dict.fromkeys(self._wanted)
        self._woken.set()

    async def run(self) -> None:
        """Set what is to be shown until cancelled; what Asterisk refuses is told once and tried again."""
        while True:
            try:
                await self._catch_up()
                await wait_at_most(self._round_due - self._clock.monotonic(), self._woken)
                self._begin_round()
            except AsteriskError as error:
                self._complain(str(error))
                await wait_at_most(RETRY_SECONDS, self._woken)

    async def _catch_up(self) -> None:
        self._woken.clear()
        while self._stale:
            extension = next(iter(self._stale))
            presence = self._wanted[extension]
            await self._asterisk.set_global(f"PRESENCE_STATE({DEVICE}{extension})", written(presence))
            if self._wanted[extension] is presence:
                self._stale.pop(extension, None)
        self._complained = False

    def _begin_round(self) -> None:
        if self._clock.monotonic() < self._round_due:
            return
        self._round_due = self._clock.monotonic() + ROUND_SECONDS
        for extension in list(islice(self._wanted, TEXTS_PER_ROUND)):
            self._wanted[extension] = self._wanted.pop(extension)  # to the end of the queue
            self._stale[extension] = None

    def _complain(self, sentence: str) -> None:
        if not self._complained:
            log.warning("presence texts could not be set; trying again", error=sentence)
        self._complained = True


def written(presence: Presence) -> str:
    """The value of PRESENCE_STATE with its option ``e``: subtype and message in base64, as a comma would end them."""
    subtype, message = (base64.b64encode(text.encode()).decode() for text in (presence.kind, presence.text))
    return f"{presence.value},{subtype},{message},e"
