"""What the service goes by at this moment: the configuration, and what was set by phone or command."""

from __future__ import annotations

from collections.abc import Callable

from ari_absence.clock import Clock
from ari_absence.config.holder import ConfigurationHolder
from ari_absence.config.settings import Configuration
from ari_absence.core.greetings import SetGreetings
from ari_absence.core.people import Directory, Limits, SetAbsences, SetForwards
from ari_absence.ledger.absences import LedgerAbsences
from ari_absence.ledger.forward_watch import LedgerForwards
from ari_absence.ledger.mailbox_reading import set_greetings
from ari_absence.ledger.thread import LedgerThread


class Records:
    """The configuration in force and what was set; each is replaced as a whole, so that a call sees one state.

    ``on_change`` is called after each change of what was set, and of what callers hear.
    """

    def __init__(self, holder: ConfigurationHolder, clock: Clock) -> None:
        self._holder = holder
        self._clock = clock
        self.absences = SetAbsences()
        self.forwards = SetForwards()
        self.greetings = SetGreetings()
        self.on_change: Callable[[], None] = lambda: None

    @property
    def configuration(self) -> Configuration:
        """The configuration in force."""
        return self._holder.current

    def directory(self) -> Directory:
        """Everybody and everything the decisions know."""
        return self._holder.current.directory

    def limits(self) -> Limits:
        """The site's numbers."""
        return self.directory().site.limits

    def name_of(self, extension: str) -> str | None:
        """The public name of whose extension it is."""
        person = self.directory().people.get(extension)
        return person.name if person else None

    def phones_of(self, extension: str) -> tuple[str, ...]:
        """The desk phones of whose extension it is."""
        person = self.directory().people.get(extension)
        return person.phones if person else ()

    async def read_absences(self, thread: LedgerThread) -> None:
        """Take over what is set in the ledger; raises LedgerError."""
        self.absences = await LedgerAbsences(thread).all(self._clock.now())
        self.on_change()

    async def read_forwards(self, thread: LedgerThread) -> None:
        """Take over the forwards set in the ledger; raises LedgerError."""
        self.forwards = await LedgerForwards(thread).all(self._clock.now())
        self.on_change()

    async def read_greetings(self, thread: LedgerThread) -> None:
        """Take over the greetings recorded by phone; raises LedgerError."""
        self.greetings = await thread.read(set_greetings)
        self.on_change()
