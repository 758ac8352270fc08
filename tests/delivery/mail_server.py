"""A mail server on the loopback that answers as it is told, and keeps what it accepts."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from ari_absence.delivery.email import MailServer
from tests.waiting import eventually

HOST = "127.0.0.1"
ACCEPTED = "250 OK"


@dataclass
class Mood:
    """How the server behaves. A reply of None closes the connection without a word."""

    mail_reply: str = ACCEPTED
    recipient_reply: str = ACCEPTED
    data_reply: str | None = ACCEPTED
    data_seconds: float = 0.0
    bytes_max: int = 33_554_432
    accepts_then_drops: bool = False


@dataclass
class Sink:
    """The server's handler, in the words of aiosmtpd."""

    mood: Mood = field(default_factory=Mood)
    accepted: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def mails(self) -> list[EmailMessage]:
        """What was accepted, parsed."""
        return [
            email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
            for raw in self.accepted
        ]

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.mood.mail_reply

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.mood.recipient_reply == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return self.mood.recipient_reply

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await asyncio.sleep(self.mood.data_seconds)
        if self.mood.data_reply == ACCEPTED:
            content = envelope.content
            assert isinstance(content, bytes)
            self.accepted.append(content)
            self.recipients.extend(envelope.rcpt_tos)
        if self.mood.data_reply is None or self.mood.accepts_then_drops:
            if self.mood.accepts_then_drops:
                await server.push(ACCEPTED)
            _abort(server)
        return self.mood.data_reply or ACCEPTED


async def hung_up(connections: Sequence[SMTP]) -> None:
    """Abort the connections; returns when each is closed, which takes some of the loop's rounds."""
    transports = [each._original_transport or each.transport for each in connections]
    sockets = [each.get_extra_info("socket") for each in transports if each and not each.is_closing()]
    for connection in connections:
        _abort(connection)
    await eventually(lambda: all(socket.fileno() < 0 for socket in sockets))


def _abort(connection: SMTP) -> None:
    if isinstance(connection.transport, asyncio.WriteTransport):
        connection.transport.abort()


class MailOffice:
    """The server's switch: it can be down and up again on the same port."""

    def __init__(self) -> None:
        self.sink = Sink()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: list[SMTP] = []

    @property
    def address(self) -> MailServer:
        return MailServer(HOST, self.port, command_limit_seconds=0.5)

    async def up(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, HOST, self.port, reuse_address=True)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await hung_up(self._connections)
        self._connections.clear()

    def _connection(self) -> SMTP:
        self.sink.connections += 1
        connection = SMTP(self.sink, data_size_limit=self.sink.mood.bytes_max, hostname="mail.example.com")
        self._connections.append(connection)
        return connection


@asynccontextmanager
async def mail_office() -> AsyncIterator[MailOffice]:
    """A mail server that is up."""
    office = MailOffice()
    await office.up()
    try:
        yield office
    finally:
        await office.down()


@asynccontextmanager
async def rough_server(greeting: bytes) -> AsyncIterator[MailServer]:
    """Something that greets with ``greeting``, or never, and speaks no further."""
    writers = []

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        writer.write(greeting)
        await writer.drain()

    server = await asyncio.start_server(greet, HOST, 0)
    try:
        yield MailServer(HOST, server.sockets[0].getsockname()[1], command_limit_seconds=0.1)
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
