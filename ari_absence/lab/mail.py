"""A real mail server for the laboratory: takes mail on loopback, keeps it, can be down and come back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

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
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]

    async def wait_for_mails(self, count: int, deadline_s: float = 10.0) -> list[EmailMessage]:
        """All mails, once at least ``count`` have come.

        Raises:
            LabError: they did not come in time.
        """
        await _until(lambda: len(self.mails()) >= count, deadline_s, f"{count} mails")
        return self.mails()

    async def wait_for_mail(self, word: str, deadline_s: float = 10.0) -> EmailMessage:
        """The first mail whose subject, or the id of what it is about, holds ``word``.

        Raises:
            LabError: none came in time.
        """
        await _until(lambda: self._about(word), deadline_s, f"a mail about {word}")
        return self._about(word)[0]

    def _about(self, word: str) -> list[EmailMessage]:
        return [mail for mail in self.mails() if word in f"{mail['subject']} {mail['X-Ari-Absence-Item']}"]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's name
        """Keep one mail, whole before it is visible."""
        number = len(list(self.folder.glob("*.eml"))) + 1
        partial = self.folder / f"{number:04}.part"
        partial.write_bytes(envelope.original_content or b"")
        partial.rename(partial.with_suffix(".eml"))
        return "250 kept"


async def _until(condition: Callable[[], object], deadline_s: float, what: str) -> None:
    try:
        async with asyncio.timeout(deadline_s):
            while not condition():
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise LabError(f"{what} did not come within {deadline_s:g} s") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
