"""Checks of single values of ``delivery``. Each raises ``ValueError`` with a sentence."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ari_absence.config.checks import nearest
from ari_absence.core.delivery_rules import BUILT_IN, LAMP, NOTICES, ItemKind

ITEMS = (*(kind.value for kind in ItemKind), *NOTICES)
BY_OR_THEN = "a rule says by: or then:, one of the two; write by: [email] for one step, then: for several"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
_ROOM = re.compile(r"![^\s/]{1,254}")


def channel(text: str) -> str:
    """A channel by its name; whether there is one is checked when the hooks are known."""
    if text == LAMP:
        raise ValueError("the lamp shows what there is by itself, whatever else is told; leave it out")
    if not _NAME.fullmatch(text):
        raise ValueError(
            f'"{text[:40]}" is not the name of a channel; write {", ".join(BUILT_IN)} or the name of a hook'
        )
    return text


def hook_name(text: str) -> str:
    """What a hook is called: its address in ``.env`` goes by it."""
    if text in (*BUILT_IN, LAMP):
        raise ValueError(f"{text} is a channel of its own; give the hook another name")
    if not _NAME.fullmatch(text):
        raise ValueError(
            f'"{text[:40]}" can\'t be the name of a hook; write 1 to 31 of a-z 0-9 _, beginning with a letter'
        )
    return text


def item(text: str) -> str:
    """What a rule is about."""
    if text not in ITEMS:
        like = nearest(text, ITEMS)
        remedy = f"write {like}" if like else f"write one of {', '.join(ITEMS)}"
        raise ValueError(f'"{text[:40]}" is nothing that is told; {remedy}')
    return text


def room(text: str) -> str:
    """The id of a Matrix room."""
    if not _ROOM.fullmatch(text):
        raise ValueError(
            "this is not the id of a room; write it as the room's settings show it: !abc:example.org"
        )
    return text


def is_address(url: str) -> bool:
    """Whether something can be sent to ``url``."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return fine and url.isascii() and url.isprintable() and " " not in url


def is_open(url: str) -> bool:
    """Whether what goes to ``url`` could be read on its way there."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "::1", "localhost")
