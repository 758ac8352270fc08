"""Handing one mail to a server by SMTP: a verdict for all it can answer, a time limit for when it doesn't.

The mail itself is written here in slices rather than by ``aiosmtplib``'s ``sendmail``: that one searches the
whole mail by regular expressions first, which for five minutes of audio stops every call for a tenth of a second.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import aiosmtplib

from ari_absence.core.text import for_log
from ari_absence.delivery.ports import DestinationDown
from ari_absence.errors import DeliveryPostponed, DeliveryRefused

COMMAND_LIMIT_SECONDS = 20.0  # a server that thinks longer about one command is as good as away
ATTACHMENT_BYTES_MAX = 10 * 1024 * 1024  # what nearly every server accepts; ten minutes of audio
_SLICE_BYTES = 128 * 1024
_BUFFERED_BYTES_MAX = 512 * 1024
_DRAIN_SECONDS = 0.02
_ANSWER_LENGTH_MAX = 200
_SERVICE_CLOSING = 421
_PERMANENT = 500


class Security(StrEnum):
    """How the connection is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail. The password is never printed."""

    host: str
    port: int = 25
    security: Security = Security.NONE
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    attachment_bytes_max: int = ATTACHMENT_BYTES_MAX
    command_limit_seconds: float = COMMAND_LIMIT_SECONDS


class ContentRefused(DeliveryRefused):
    """The server does not want this mail; perhaps it would take it without the attachment."""


async def send(server: MailServer, sender: str, recipient: str, mail: bytes) -> None:
    """Send ``mail``, whose lines end with CR LF.

    Raises:
        DestinationDown: the server can't be used at all.
        DeliveryRefused: it refused the recipient for good; :class:`ContentRefused` if it was the mail.
        DeliveryPostponed: anything else.
    """
    client = await _connected(server)
    try:
        await _hand_over(client, sender, recipient, mail)
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()  # the mail is accepted: a server that is rude afterwards changes nothing
    finally:
        client.close()


def tls_context(server: MailServer) -> ssl.SSLContext | None:
    """How the server must prove itself; None without encryption."""
    if server.security is Security.NONE:
        return None
    return ssl.create_default_context(cafile=server.ca_file)


async def _connected(server: MailServer) -> aiosmtplib.SMTP:
    """Whatever goes wrong here would go wrong for every mail."""
    try:
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=await asyncio.to_thread(tls_context, server),
            timeout=server.command_limit_seconds,
        )
        await client.connect()
    except aiosmtplib.SMTPAuthenticationError as fault:
        # The server's words may repeat the name we logged in with.
        raise DestinationDown(f"the mail server did not accept the login ({fault.code})") from fault
    except (aiosmtplib.SMTPException, OSError) as fault:
        raise DestinationDown(f"the mail server can't be used: {_words(fault)}") from fault
    return client


async def _hand_over(client: aiosmtplib.SMTP, sender: str, recipient: str, mail: bytes) -> None:
    """Foreign errors end here, each as a verdict; what is not understood is worth another try."""
    try:
        await client.ehlo()
        sized = [f"SIZE={len(mail)}"] if client.supports_extension("size") else []
        await client.mail(sender, options=sized)
        await client.rcpt(recipient)
        await _write(client, mail)
    except aiosmtplib.SMTPRecipientRefused as fault:
        if fault.code >= _PERMANENT:
            raise DeliveryRefused(f"the mail server refused the recipient: {_words(fault)}") from fault
        raise _temporary(fault) from fault
    except aiosmtplib.SMTPSenderRefused as fault:
        raise _sender_verdict(fault) from fault
    except aiosmtplib.SMTPDataError as fault:
        if fault.code >= _PERMANENT:
            raise ContentRefused(f"the mail server refused the mail: {_words(fault)}") from fault
        raise _temporary(fault) from fault
    except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
        raise _temporary(fault) from fault


async def _write(client: aiosmtplib.SMTP, mail: bytes) -> None:
    begun = await client.execute_command(b"DATA")
    if begun.code != aiosmtplib.SMTPStatus.start_input:
        raise aiosmtplib.SMTPDataError(begun.code, begun.message)
    quoted = mail.replace(b"\r\n.", b"\r\n..")  # a line of one full stop would end the mail
    for at in range(0, len(quoted), _SLICE_BYTES):
        await _write_slice(client, quoted[at : at + _SLICE_BYTES])
    await _drained(client, 0)
    accepted = await client.execute_command(b".")
    if accepted.code != aiosmtplib.SMTPStatus.completed:
        raise aiosmtplib.SMTPDataError(accepted.code, accepted.message)


async def _write_slice(client: aiosmtplib.SMTP, part: bytes) -> None:
    transport = client.transport
    if not isinstance(transport, asyncio.WriteTransport) or transport.is_closing():
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    transport.write(part)
    await _drained(client, _BUFFERED_BYTES_MAX)


async def _drained(client: aiosmtplib.SMTP, bytes_max: int) -> None:
    """Wait for a slow line. The time limit of the whole attempt is the worker's."""
    transport = client.transport
    while isinstance(transport, asyncio.WriteTransport) and transport.get_write_buffer_size() > bytes_max:
        await asyncio.sleep(_DRAIN_SECONDS)


def _sender_verdict(fault: aiosmtplib.SMTPSenderRefused) -> Exception:
    """The size is announced with the sender; any other permanent refusal here would meet every mail."""
    if fault.code == aiosmtplib.SMTPStatus.storage_exceeded:
        return ContentRefused(f"the mail server refused the size: {_words(fault)}")
    if fault.code >= _PERMANENT:
        return DestinationDown(f"the mail server refused our own address: {_words(fault)}")
    return _temporary(fault)


def _temporary(fault: Exception) -> DeliveryPostponed:
    verdict = DestinationDown if getattr(fault, "code", None) == _SERVICE_CLOSING else DeliveryPostponed
    return verdict(f"the mail server did not take the mail: {_words(fault)}")


def _words(fault: Exception) -> str:
    """What the server said, as one harmless line."""
    if isinstance(fault, aiosmtplib.SMTPResponseException):
        return for_log(f"{fault.code} {fault.message}", _ANSWER_LENGTH_MAX)
    return for_log(f"{type(fault).__name__} {fault}", _ANSWER_LENGTH_MAX)
