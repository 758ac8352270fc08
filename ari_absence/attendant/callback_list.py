"""The port to the calls that somebody owes. ``app.callback_list`` implements it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ari_absence.attendant.call import LegEnd
from ari_absence.core.people import Person, Team
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish


@dataclass(frozen=True, slots=True)
class OwedCallback:
    """A call that is owed: to ``extension`` if that is a colleague, else to ``number``, as the network sent it.

    ``called`` is whom they had called, ``times`` times; None: whoever owes it. ``taken_by`` is the extension of a
    colleague who does it. ``team`` is the key of the team that owes it, ``declined`` who of it leaves it to the others.
    ``put_off_until``: until then it is not offered.
    """

    callback_id: str
    number: str
    extension: str | None
    wish: CallbackWish
    at: datetime
    name_audio_id: str | None
    called: str | None = None
    times: int = 1
    taken_by: str | None = None
    team: str | None = None
    declined: tuple[str, ...] = ()
    put_off_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is being made: nobody else makes it meanwhile. ``token`` proves it."""

    callback_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Taken:
    """Nothing was done: a colleague with extension ``by`` calls them; None: it is settled already."""

    by: str | None


class CallbackList(Protocol):
    """Where owed calls are kept. Every method may raise ``LedgerError``; nothing was changed then."""

    async def owed(self, owner: Person) -> Sequence[OwedCallback]:
        """What somebody is to return: theirs and their teams', the urgent first, then by when it is due."""

    async def by_code(self, owner: Person, code: str) -> Sequence[OwedCallback]:
        """Those with that code; more than one only by what was noted long ago."""

    async def begin(self, callback_id: str, owner: Person, by: str) -> Begun | Taken:
        """Have nobody else call them meanwhile."""

    async def end(self, begun: Begun, end: LegEnd, by: str, again_at: datetime | None) -> None:
        """How the call ended: who has talked is settled, else it is offered again at ``again_at``; None: at once."""

    async def put_off(self, callback_id: str, until: datetime, by: str) -> None:
        """Offer it again at ``until``."""

    async def decline(
        self, callback_id: str, owner: Person, team: Team, absent: Collection[str], by: str
    ) -> Taken | bool:
        """Leave it to the others of ``team``; False when nobody of them is left who is not ``absent``."""

    async def settle(self, callback_id: str, owner: Person, by: str) -> Taken | None:
        """Note that it is done, unless a colleague has taken it meanwhile."""

    async def hand_over(self, callback_id: str, to: str, owner: Person, by: str) -> Taken | None:
        """Have somebody else (a team: ``team:sales``) owe it, unless a colleague has taken it meanwhile."""

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number; False when the cap of this hour or day is used up."""

    def lend_name(self, audio_id: str) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the recorded name as long as the block lasts; raises ``SpeechError``."""
