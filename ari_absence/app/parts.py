"""The parts the service is built from, and small duties around them."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from ari_absence.asterisk.ami import AmiClient
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.left_talks import calls_that_talk
from ari_absence.asterisk.message_lamp import AmiLamp, AriLamp, MinivmLamp
from ari_absence.clock import Clock
from ari_absence.config.settings import Configuration
from ari_absence.delivery.email import EmailNotifier, MailServer, Security
from ari_absence.delivery.letter import Sender
from ari_absence.delivery.smtp import ATTACHMENT_BYTES_MAX
from ari_absence.errors import AsteriskError
from ari_absence.installed import folder
from ari_absence.ledger.store import Store, default_url, open_store
from ari_absence.presence.message_lamps import MessageLamp, NoLamp
from ari_absence.speech.engines import voice_here
from ari_absence.speech.languages import language
from ari_absence.speech.library import SoundLibrary, site_folder

_TOLD_MAX = 200  # characters of a fact that a command tells

log = structlog.get_logger()


def told(question: Mapping[str, Any], *names: str) -> dict[str, str]:
    """What a command says of its change, for the log: these facts and no other."""
    return {name: str(question[name])[:_TOLD_MAX] for name in names if question.get(name)}


def tell_warnings(configuration: Configuration) -> None:
    """Log what the configuration is warned of."""
    for warning in configuration.warnings:
        log.warning("configuration.warning", warning=warning)


def open_to_asterisk(sounds: Path) -> None:
    """Whatever our umask is: Asterisk runs as another user, and must read what it is to play."""
    for path in (sounds, *sounds.rglob("*")):
        try:
            path.chmod(0o755 if path.is_dir() else 0o644)
        except OSError as error:
            log.warning("Asterisk may not be able to read this", path=str(path), reason=error.strerror)


def client_of(configuration: Configuration) -> AriClient:
    """The client of Asterisk's ARI."""
    secrets = configuration.secrets
    url = f"{configuration.pbx.ari_url.rstrip('/')}/ari"
    return AriClient(url, secrets.ari_username or "", secrets.ari_password or "")


async def talking_calls(configuration: Configuration) -> frozenset[str]:
    """The calls of an earlier life whose callers talk with somebody; none, if Asterisk can't be asked."""
    async with client_of(configuration) as client:
        try:
            return await calls_that_talk(client, configuration.pbx.app)
        except AsteriskError:
            return frozenset()


def notifiers_of(configuration: Configuration, clock: Clock) -> list[EmailNotifier]:
    """What delivers; nothing, without a mail server."""
    email, secrets = configuration.delivery.email, configuration.secrets
    site = configuration.directory.site
    if email is None:
        return []
    server = MailServer(
        email.host,
        email.port,
        Security(email.encryption),
        username=secrets.smtp_username,
        password=secrets.smtp_password,
        attachment_bytes_max=ATTACHMENT_BYTES_MAX if email.attach_audio else 0,
    )
    sender = Sender(email.sender, site.company, callback_code=site.codes.next_callback)
    return [EmailNotifier(server, sender, clock)]


def sounds_of(configuration: Configuration) -> SoundLibrary:
    """Everything that is spoken, in the site's language and with what is its own."""
    spoken = language(configuration.directory.site.language)
    own = site_folder(configuration.storage.folder, spoken)
    prefix = str(configuration.pbx.sounds) if configuration.pbx.sounds else None
    return SoundLibrary(spoken, folder("sounds") / spoken.code, own, voice_here(), prefix)


async def store_of(configuration: Configuration, now: datetime) -> Store:
    """The ledger's database, opened at ``now`` (UTC).

    Raises:
        LedgerError: it can't be used.
    """
    url = configuration.secrets.database_url or default_url(configuration.storage.folder)
    return await asyncio.to_thread(open_store, url, now)


def message_lamp_of(
    configuration: Configuration, client: AriClient, phones_of: Callable[[str], Sequence[str]]
) -> MessageLamp:
    """What lights message lamps, by ``pbx.message_lamp``."""
    pbx, secrets = configuration.pbx, configuration.secrets
    match pbx.message_lamp:
        case "minivm":
            return MinivmLamp(client, pbx.mailbox_context)
        case "ari":
            return AriLamp(client, pbx.mailbox_context)
        case "ami" if pbx.ami is not None:
            ami = AmiClient(*pbx.ami, secrets.ami_username or "", secrets.ami_password or "")
            return AmiLamp(ami, phones_of)
        case _:
            return NoLamp()


def spare_what_stays() -> None:
    """Take what was built at start out of the garbage collector's rounds: with ten thousand people one round
    over all of it holds up every call for 80 ms and more."""
    gc.collect()
    gc.freeze()


@contextmanager
def sparing_what_is_built() -> Iterator[None]:
    """For a reload: what is built in this block is taken out of the collector's rounds, and none comes meanwhile.

    Nothing is collected before, as at the start: that would hold up calls. The old configuration has no circles, and
    goes when nobody knows it any more.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancel the task and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
