"""Who is really on a line whose channel is but one half of a channel that Asterisk puts between two talks.

An attended transfer joins two talks by the halves of ``Local/_attended@transfer/...``, a blind one out of a talk of
ours by those of ``Local/103@...``; the half that comes into our hands has no caller number of its own. We know who is
behind it if the talk on the other side is ours, and Asterisk tells it of an attended transfer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from ari_absence.asterisk.line import Line
from ari_absence.asterisk.protocol import BridgeAttendedTransfer, Channel
from ari_absence.core.people import Caller

REMEMBERED = 256
"""Halves whose parties are known; of more than so many talks at once, the oldest is forgotten."""


class Transfers:
    """What is known of the halves. ``lines`` are all living ones, ``caller_of`` gives whose call a call id is."""

    def __init__(
        self, lines: Callable[[], Collection[Line]], caller_of: Callable[[str], Caller | None]
    ) -> None:
        self._lines = lines
        self._caller_of = caller_of
        self._told: dict[str, Channel] = {}

    def note(self, event: BridgeAttendedTransfer) -> BridgeAttendedTransfer:
        """Remember what Asterisk tells; gives it with the parties as they are known to us."""
        behind = {half: self.known(party) for half, party in event.behind.items()}
        self._told.update(behind)
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return replace(event, behind=behind)

    def known(self, channel: Channel, transferer: str | None = None) -> Channel:
        """The channel with the number and name of who is behind it, where that is known.

        ``transferer`` is the phone (``PJSIP/100``) that transfers just now: whom we had joined with it is meant.
        """
        if not channel.is_half:
            return channel
        told = self._told.get(channel.id)
        if told is not None and told.caller_number is not None:
            return channel.shown_as(told.caller_number, told.caller_name)
        caller = self._caller_joined_with(channel.other_half, transferer)
        return channel if caller is None else channel.shown_as(caller.number, caller.name)

    def _caller_joined_with(self, half: str, transferer: str | None) -> Caller | None:
        """The caller in whose talk of ours ``half`` is, or who transfers, in the callee's place."""
        for line in self._lines():
            if line.leg and line.bridge_id and line.channel.name == half:
                return self._caller_of(line.call_id)
        for line in self._lines():
            if line.leg and line.bridge_id and line.channel.endpoint == transferer:
                return self._caller_of(line.call_id)
        return None
