"""Who is told what, and by which channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ari_absence.core.owed import TEAM
from ari_absence.core.people import Directory

EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Destination:
    """A channel (``email``) and an address in it."""

    channel: str
    recipient: str


class Addressees(Protocol):
    """Says where deliveries go. Asked once per item, at the moment it is saved."""

    def of(self, extension: str) -> Sequence[Destination]:
        """Where what was left for ``extension`` goes."""

    def operator(self) -> Sequence[Destination]:
        """Where troubles that somebody else must mend are told."""


class MailAddressees:
    """Mail to the person's own address; to the operator's when she has none, or is no longer known."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def of(self, extension: str) -> Sequence[Destination]:
        """The person's mail address (of a team, ``team:sales``: its members'), else the operator's, else nothing."""
        team = (
            self._directory().teams.get(extension.removeprefix(TEAM)) if extension.startswith(TEAM) else None
        )
        found = [self._mail(each) for each in (team.members if team else (extension,))]
        return [each for mails in found for each in mails] or self.operator()

    def operator(self) -> Sequence[Destination]:
        """The operator's mail address, if there is one."""
        operator = self._directory().site.operator
        return self._mail(operator) if operator else ()

    def _mail(self, extension: str) -> Sequence[Destination]:
        person = self._directory().people.get(extension)
        return (Destination(EMAIL, person.email),) if person and person.email else ()
