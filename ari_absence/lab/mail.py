"""A real mail server for the laboratory: takes mail on loopback, keeps it, can be down and come back."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ari_absence.errors import LabError

if TYPE_CHECKING:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, Envelope, Session

POLL_SECONDS = 0.05


class MailServer:
    """An SMTP server on its own port. What it takes lies as ``.eml`` files in ``folder``, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._controller: Controller | None = None

    def start(self) -> None:
        """Take mail.

        Raises:
            LabError: the mail server's package is not installed.
        """
        try:
            from aiosmtpd.controller import Controller
        except ImportError as error:
            raise LabError(
                "the laboratory's mail server is missing: pip install 'ari-absence[dev]'"
            ) from error
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Take no more mail; whoever tries is refused."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def mails(self) -> list[EmailMessage]:
        """What has come so far, oldest first."""
        files = sorted(self.folder.glob("*.eml"))
        return [
            cast(EmailMessage, message_from_bytes(path.read_bytes(), policy=policy.default)) for path in files
        ]

    async def wait_for_mails(self, count: int, deadline_s: float = 10.0) -> list[EmailMessage]:
        """All mails, once at least ``count`` have come.

        Raises:
            LabError: they did not come in time.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(deadline_s):
                while len(self.mails()) < count:
                    await asyncio.sleep(POLL_SECONDS)
        mails = self.mails()
        if len(mails) < count:
            raise LabError(f"{len(mails)} mails came within {deadline_s} s, not {count}")
        return mails

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's name
        """Keep one mail, whole before it is visible."""
        number = len(list(self.folder.glob("*.eml"))) + 1
        partial = self.folder / f"{number:04}.part"
        partial.write_bytes(envelope.original_content or b"")
        partial.rename(partial.with_suffix(".eml"))
        return "250 kept"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
