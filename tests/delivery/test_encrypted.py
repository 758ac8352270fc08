"""Encryption and login, with a real server and a certificate made for it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from ari_absence.delivery.email import EmailNotifier, MailServer, Security
from ari_absence.delivery.ports import DestinationDown
from tests.delivery.conftest import SENDER
from tests.delivery.mail_server import HOST, Sink, hung_up
from tests.delivery.test_email import KEY, MEMO
from tests.ledger.office import FakeClock


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, and the authority that vouches for it."""

    authority: trustme.CA
    leaf: trustme.LeafCert


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    """A certificate for the loopback address, from an authority that nobody else knows."""
    authority = trustme.CA()
    return Certificate(authority, authority.issue_cert(HOST))


def _login(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    known = LoginPassword(b"absence", b"open-sesame")
    return AuthResult(success=data == known, handled=False)


@asynccontextmanager
async def encrypted_server(
    certificate: Certificate, security: Security, sink: Sink
) -> AsyncIterator[MailServer]:
    """A server that demands encryption and a login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.leaf.configure_cert(context)
    implicit = security is Security.TLS
    connections: list[SMTP] = []

    def connection() -> SMTP:
        connections.append(
            SMTP(
                sink,
                tls_context=None if implicit else context,
                require_starttls=not implicit,
                authenticator=_login,
                auth_required=not implicit,
                auth_require_tls=not implicit,  # aiosmtpd does not see the encryption below it
            )
        )
        return connections[-1]

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, HOST, 0, ssl=context if implicit else None)
    port = server.sockets[0].getsockname()[1]
    try:
        with certificate.authority.cert_pem.tempfile() as ca_file:
            yield MailServer(
                HOST, port, security, "absence", "open-sesame", Path(ca_file), command_limit_seconds=3
            )
    finally:
        server.close()
        await hung_up(connections)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_an_encrypted_server_with_a_login_takes_the_mail(
    certificate: Certificate, security: Security
) -> None:
    sink = Sink()
    async with encrypted_server(certificate, security, sink) as server:
        await EmailNotifier(server, SENDER, FakeClock()).deliver(MEMO, "alice@example.com", KEY)

    assert len(sink.mails) == 1


async def test_a_wrong_password_is_told_without_name_or_password(certificate: Certificate) -> None:
    sink = Sink()
    async with encrypted_server(certificate, Security.STARTTLS, sink) as server:
        wrong = replace(server, password="close-sesame")
        with pytest.raises(DestinationDown, match="did not accept the login") as caught:
            await EmailNotifier(wrong, SENDER, FakeClock()).deliver(MEMO, "alice@example.com", KEY)

    assert "close-sesame" not in str(caught.value)
    assert sink.mails == []


async def test_a_server_nobody_vouches_for_gets_neither_password_nor_mail(
    certificate: Certificate,
) -> None:
    sink = Sink()
    async with encrypted_server(certificate, Security.STARTTLS, sink) as server:
        strange = EmailNotifier(replace(server, ca_file=None), SENDER, FakeClock())
        with pytest.raises(DestinationDown):
            await strange.deliver(MEMO, "alice@example.com", KEY)

    assert sink.mails == []
