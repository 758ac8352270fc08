"""Who is told what, and by which channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

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

    def zone(self, extension: str) -> ZoneInfo:
        """By which clock times are told that concern ``extension``."""


class MailAddressees:
    """Mail to the person's own address; to the operator's when she has none, or is no longer known."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def of(self, extension: str) -> Sequence[Destination]:
        """The person's mail address, else the operator's, else nothing."""
        return self._mail(extension) or self.operator()

    def operator(self) -> Sequence[Destination]:
        """The operator's mail address, if there is one."""
        operator = self._directory().site.operator
        return self._mail(operator) if operator else ()

    def zone(self, extension: str) -> ZoneInfo:
        """The person's own zone, which is the office's unless they have another; the office's for nobody."""
        directory = self._directory()
        person = directory.people.get(extension)
        return directory.site.zone if person is None else person.zone

    def _mail(self, extension: str) -> Sequence[Destination]:
        person = self._directory().people.get(extension)
        return (Destination(EMAIL, person.email),) if person and person.email else ()
