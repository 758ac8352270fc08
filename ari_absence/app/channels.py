"""By which channels things can be delivered: what is configured, and whose address is known."""

from __future__ import annotations

from ari_absence.app.parts import notifiers_of as mail_of
from ari_absence.clock import Clock
from ari_absence.config.delivery_checks import is_address
from ari_absence.config.settings import Configuration
from ari_absence.core.delivery_rules import EMAIL
from ari_absence.delivery.hooks import Hook, HookKind, HookNotifier
from ari_absence.delivery.ports import Notifier
from ari_absence.ledger.addressees import Channels


def notifiers_of(configuration: Configuration, clock: Clock) -> list[Notifier]:
    """What delivers: a mail server if there is one, and every hook whose address is known."""
    return [*mail_of(configuration), *(HookNotifier(hook, clock) for hook in hooks_of(configuration))]


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
