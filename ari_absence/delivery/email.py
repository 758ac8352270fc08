"""E-mail: the memo as a letter, with its audio, handed to the site's mail server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from ari_absence.clock import Clock
from ari_absence.delivery import smtp
from ari_absence.delivery.enclosures import Enclosure, enclosures_of
from ari_absence.delivery.letter import Sender, compose
from ari_absence.delivery.ports import Memo
from ari_absence.delivery.smtp import MailServer, Security

_log = structlog.get_logger(__name__)


class EmailNotifier:
    """``delivery.ports.Notifier`` by SMTP."""

    channel = "email"

    def __init__(self, server: MailServer, sender: Sender, clock: Clock) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock

    @property
    def destination(self) -> str:
        """The server, as the ledger names it."""
        return f"smtp:{self._server.host}:{self._server.port}"

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        """Send the memo with its audio; if the server minds what is attached, once more without."""
        audio = await asyncio.to_thread(self._audio_to_attach, memo.audio)
        note = await asyncio.to_thread(self._audio_to_attach, memo.note_audio)
        enclosures = await asyncio.to_thread(enclosures_of, memo)
        try:
            await self._send(memo, recipient, key, audio, note, enclosures)
        except smtp.ContentRefused:
            if audio is None and note is None and not enclosures:
                raise
            _log.info("mail_sent_without_attachments", item=memo.item_id)
            await self._send(memo, recipient, key)

    async def _send(
        self,
        memo: Memo,
        recipient: str,
        key: str,
        audio: bytes | None = None,
        note: bytes | None = None,
        enclosures: Sequence[Enclosure] = (),
    ) -> None:
        now = self._clock.now()
        mail = await asyncio.to_thread(
            compose, memo, recipient, key, self._sender, audio, note, at=now, enclosures=enclosures
        )
        await smtp.send(self._server, self._sender.address, recipient, mail)

    def _audio_to_attach(self, audio: Path | None) -> bytes | None:
        """None when there is none, when it is too large, or when it was purged meanwhile."""
        if audio is None:
            return None
        try:
            too_large = audio.stat().st_size > self._server.attachment_bytes_max
            return None if too_large else audio.read_bytes()
        except FileNotFoundError:
            return None


__all__ = ["EmailNotifier", "MailServer", "Security", "Sender"]
