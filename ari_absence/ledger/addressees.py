"""Who is told what, and by which channel.

Whoever queues a delivery says who; by which channels they are told is found out when it is queued, for it depends on
what it is, how urgent, and the hour (``core.delivery_rules``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ari_absence.core.delivery_rules import (
    ALWAYS_MAILED,
    DISPLAY,
    EMAIL,
    PHONE,
    Hour,
    Item,
    ItemKind,
    Telling,
    quiet_until,
    tellings,
)
from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory, Person, Team


class Addressee(Protocol):
    """Somebody who is told something."""

    def destinations(self, item: Item, at: datetime) -> Sequence[Destination]:
        """Where ``item``, left at ``at`` (UTC), goes."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A channel (``email``) and an address in it.

    ``not_before`` None: at once. ``step`` counts those of a cascade from 0; the later ones are told only what nobody
    has heard or settled by then.
    """

    channel: str
    recipient: str
    not_before: datetime | None = None
    step: int = 0

    def destinations(self, item: Item, at: datetime) -> Sequence[Destination]:
        """This one, whatever it is."""
        del item, at
        return (self,)


class Addressees(Protocol):
    """Says where deliveries go. Asked once per item, at the moment it is saved."""

    def of(self, extension: str) -> Sequence[Addressee]:
        """Who is told of what was left for ``extension``."""

    def operator(self) -> Sequence[Addressee]:
        """Who is told of troubles that somebody else must mend."""

    def zone(self, extension: str) -> ZoneInfo:
        """By which clock times are told that concern ``extension``."""

    def team_name(self, key: str) -> str | None:
        """What the team of ``key`` is called; None: there is none any more."""


def team_of(owner: str, directory: Directory) -> Team | None:
    """The team that ``team:sales`` stands for; None for an extension."""
    return directory.teams.get(owner.removeprefix(TEAM)) if owner.startswith(TEAM) else None


class MailAddressees:
    """Mail to the person's own address; to the operator's when she has none, or is no longer known."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def of(self, extension: str) -> Sequence[Destination]:
        """The person's mail address (of a team, ``team:sales``: its members'), else the operator's, else nothing."""
        team = team_of(extension, self._directory())
        found = [self._mail(each) for each in (team.members if team else (extension,))]
        return [each for mails in found for each in mails] or self.operator()

    def operator(self) -> Sequence[Destination]:
        """The operator's mail address, if there is one."""
        operator = self._directory().site.operator
        return self._mail(operator) if operator else ()

    def zone(self, extension: str) -> ZoneInfo:
        """The person's own zone, which is the office's unless they have another; the office's for nobody."""
        directory = self._directory()
        person = directory.people.get(extension)
        return directory.site.zone if person is None else person.zone

    def team_name(self, key: str) -> str | None:
        """By the directory of the moment."""
        team = self._directory().teams.get(key)
        return None if team is None else team.name

    def _mail(self, extension: str) -> Sequence[Destination]:
        person = self._directory().people.get(extension)
        return (Destination(EMAIL, person.email),) if person and person.email else ()


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that something can be delivered by now; ``chats`` are those of them that people read together."""

    usable: frozenset[str] = frozenset({EMAIL})
    chats: tuple[str, ...] = ()


class RuledAddressees:
    """Everybody is told as the rules say: their own, then the site's, else as usual."""

    def __init__(self, directory: Callable[[], Directory], channels: Callable[[], Channels]) -> None:
        self._directory = directory
        self._channels = channels
        self._mail = MailAddressees(directory)

    def of(self, extension: str) -> Sequence[Addressee]:
        """The person, or each member of a team (``team:sales``); the operator in the place of somebody who can't be
        told anything."""
        team = team_of(extension, self._directory())
        return tuple(_Ruled(each, self) for each in (team.members if team else (extension,)))

    def operator(self) -> Sequence[Addressee]:
        """The operator, if there is one."""
        operator = self._directory().site.operator
        return self.of(operator) if operator else ()

    def zone(self, extension: str) -> ZoneInfo:
        """As ``MailAddressees``."""
        return self._mail.zone(extension)

    def team_name(self, key: str) -> str | None:
        """As ``MailAddressees``."""
        return self._mail.team_name(key)

    def route(self, extension: str, item: Item, at: datetime) -> Sequence[Destination]:
        """Where ``item``, left for ``extension`` at ``at`` (UTC), goes. It goes somewhere at once, or after the quiet
        hours: by mail, should the rules lead nowhere."""
        person = self._directory().people.get(extension)
        found = tuple(self._by_rules(person, item, at)) if person else ()
        if any(each.step == 0 for each in found) and item.name != ALWAYS_MAILED:
            return found
        return (*self._mail.of(extension), *found)

    def _by_rules(self, person: Person, item: Item, at: datetime) -> Iterator[Destination]:
        directory, channels = self._directory(), self._channels()
        rules = (*person.delivery.rules, *directory.delivery.rules)
        begins_at = at if item.urgent else quiet_until(_quiet(person, directory), at, person.zone)
        for step, telling in enumerate(tellings(item, rules, _hour(person, at), channels.chats)):
            for channel in telling.by:
                if channel == PHONE and item.kind is not ItemKind.MESSAGE:
                    continue  # a phone reads out what was said; the rest is for the eyes
                recipient = _recipient(person, channel, channels)
                if recipient and channel in channels.usable:
                    yield Destination(channel, recipient, _not_before(telling, begins_at, at), step)


@dataclass(frozen=True, slots=True)
class _Ruled:
    """Somebody of the house."""

    extension: str
    _addressees: RuledAddressees

    def destinations(self, item: Item, at: datetime) -> Sequence[Destination]:
        """As the rules say."""
        return self._addressees.route(self.extension, item, at)


def _quiet(person: Person, directory: Directory) -> tuple[tuple[int, int], ...]:
    quiet = person.delivery.quiet
    return (directory.delivery.quiet if quiet is None else quiet) or ()


def _hour(person: Person, at: datetime) -> Hour:
    local = at.astimezone(person.zone)
    return Hour(person.hours.open_at(at, person.zone, person.holidays), local.hour * 60 + local.minute)


def _recipient(person: Person, channel: str, channels: Channels) -> str | None:
    """Their address in the channel: a program is told whom it is about, and a phone whose it is. A chat has one for
    everybody: what concerns several stands there once."""
    if channel == EMAIL:
        return person.email
    if channel == DISPLAY and not person.phones:
        return None
    return channel if channel in channels.chats else person.extension


def _not_before(telling: Telling, begins_at: datetime, at: datetime) -> datetime | None:
    moment = begins_at + telling.after
    return None if moment == at else moment
