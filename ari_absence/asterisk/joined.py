"""With whom a channel is joined at this moment, by Asterisk's own lists of channels and bridges. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ari_absence.asterisk.protocol import Bridge, Channel

HOPS_MAX = 8
"""Pairs of Local channels that one talk goes through at most; an attended transfer makes one."""

_LOCAL = "Local/"
_TWIN = {";1": ";2", ";2": ";1"}


def party_of(channel_id: str, channels: Iterable[Channel], bridges: Iterable[Bridge]) -> Channel | None:
    """The one other party that has been answered and hears this channel; None: there is none, or there are several.

    A Local channel is nobody: behind it may be a person, and as well a mailbox or an announcement.
    """
    known = {channel.id: channel for channel in channels}
    twins = {channel.name: channel.id for channel in known.values() if channel.name.startswith(_LOCAL)}
    pairs = dict(_pairs(bridges))
    here = channel_id
    for _ in range(HOPS_MAX):
        other = known.get(pairs.get(here, ""))
        if other is None or not other.up:
            return None
        if not other.name.startswith(_LOCAL):
            return other if other.id != channel_id else None
        here = twins.get(other.name[:-2] + _TWIN.get(other.name[-2:], ""), "")
    return None


def _pairs(bridges: Iterable[Bridge]) -> Iterable[tuple[str, str]]:
    for bridge in bridges:
        if bridge.talked_in and len(bridge.channel_ids) == 2:
            one, other = bridge.channel_ids
            yield from ((one, other), (other, one))
