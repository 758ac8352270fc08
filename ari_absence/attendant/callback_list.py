"""The port to the calls that somebody owes. ``app.callback_list`` implements it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ari_absence.attendant.call import LegEnd
from ari_absence.core.people import Person
from ari_absence.core.phrases import MessageAudio
from ari_absence.core.status_phrases import CallbackWish


@dataclass(frozen=True, slots=True)
class OwedCallback:
    """A call that is owed: to ``extension`` if that is a colleague, else to ``number``, as the network sent it.

    ``called`` is whom they had called, ``times`` times; None: whoever owes it. ``taken_by`` is the extension of a
    colleague who does it. ``team`` is the key of the team that owes it, ``declined`` who of it leaves it to the others.
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


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that is being made: nobody else makes it meanwhile. ``token`` proves it."""

    callback_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A call that can't be made: a colleague with extension ``by`` does it; None: it is settled already."""

    by: str | None


class CallbackList(Protocol):
    """Where owed calls are kept. Every method may raise ``LedgerError``; nothing was changed then."""

    async def owed(self, owner: Person) -> Sequence[OwedCallback]:
        """What may be offered to somebody now: theirs and their teams', the urgent first, then by when it is due."""

    async def by_code(self, owner: Person, code: str) -> OwedCallback | None:
        """The one with that code, offered now or not."""

    async def begin(self, callback_id: str, owner: Person, by: str) -> Begun | Taken:
        """Have nobody else call them meanwhile."""

    async def end(self, begun: Begun, end: LegEnd, by: str, again_at: datetime | None) -> None:
        """How the call ended: who has talked is settled, else it is offered again at ``again_at``; None: at once."""

    async def put_off(self, callback_id: str, until: datetime, by: str) -> None:
        """Offer it again at ``until``."""

    async def decline(self, callback_id: str, owner: Person, by: str) -> None:
        """Leave it to the others of the team."""

    async def settle(self, callback_id: str, by: str) -> bool:
        """Note that it is done; False when nothing was owed any more."""

    async def hand_over(self, callback_id: str, to: str, by: str) -> bool:
        """Have somebody else (a team: ``team:sales``) owe it; False when nothing was owed any more."""

    async def book_dial(self, extension: str) -> bool:
        """Count one call to an outside number; False when the cap of this hour or day is used up."""

    def lend_name(self, audio_id: str) -> AbstractAsyncContextManager[MessageAudio]:
        """Let Asterisk play the recorded name as long as the block lasts; raises ``SpeechError``."""
