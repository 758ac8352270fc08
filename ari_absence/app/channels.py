"""By which channels things can be delivered: what is configured, and whose address is known."""

from __future__ import annotations

from dataclasses import replace

from ari_absence.app.parts import notifiers_of as mail_of
from ari_absence.app.records import Records
from ari_absence.asterisk.client import AriClient
from ari_absence.asterisk.texting import show_text
from ari_absence.clock import Clock
from ari_absence.config.delivery_checks import is_address
from ari_absence.config.settings import Configuration
from ari_absence.core.delivery_rules import DISPLAY, EMAIL, PHONE
from ari_absence.delivery.display import DisplayNotifier
from ari_absence.delivery.hooks import Hook, HookKind, HookNotifier
from ari_absence.delivery.ports import Notifier
from ari_absence.ledger.addressees import Channels


def notifiers_of(configuration: Configuration, clock: Clock) -> list[Notifier]:
    """What delivers: a mail server if there is one, and every hook whose address is known."""
    return [*mail_of(configuration, clock), *(HookNotifier(hook, clock) for hook in hooks_of(configuration))]


def hooks_of(configuration: Configuration) -> list[Hook]:
    """The hooks that can be used; ``check`` warns of the others."""
    found = []
    for hook in configuration.delivery.hooks:
        url, secret = configuration.secrets.of_hook(hook.name)
        if url and is_address(url):
            found.append(Hook(hook.name, HookKind(hook.kind), url, secret, hook.room))
    return found


def channels_of(configuration: Configuration) -> Channels:
    """What rules can lead to now. Mail always: it waits for a mail server that is configured later."""
    hooks = hooks_of(configuration)
    chats = (hook.name for hook in hooks if hook.kind is not HookKind.JSON)
    return Channels(frozenset({EMAIL, *(hook.name for hook in hooks)}), tuple(chats))


def channels_at_desks(configuration: Configuration) -> Channels:
    """The same and what the PBX itself shows."""
    channels = channels_of(configuration)
    return replace(channels, usable=channels.usable | {DISPLAY, PHONE})


def display_notifier(records: Records, client: AriClient) -> DisplayNotifier:
    """What shows texts on desk phones."""

    async def show(extension: str, text: str) -> int:
        return await show_text(client, records.phones_of(extension), text)

    return DisplayNotifier(show, lambda: records.directory().site.codes.next_callback)
