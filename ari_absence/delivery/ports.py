"""What the delivery worker speaks with: the outbox on one side, the notifiers on the other.

``ledger.outbox`` implements :class:`Outbox`, and the values :class:`Claim`, :class:`Rest` and :class:`Memo`,
by their shape alone. Instants are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from ari_absence.errors import DeliveryPostponed


class DestinationDown(DeliveryPostponed):
    """The server as a whole can't be used now: nothing else is tried there until it has rested."""


class DestinationBusy(DestinationDown):
    """The server as a whole asks to be left in peace for ``wait``."""

    def __init__(self, sentence: str, wait: timedelta) -> None:
        self.wait = wait
        super().__init__(sentence)


class Claim(Protocol):
    """A delivery leased to one worker. ``attempts`` counts the failed ones; ``key`` never changes."""

    @property
    def delivery_id(self) -> str:
        """The delivery's id in the ledger."""

    @property
    def token(self) -> str:
        """Proof of the lease."""

    @property
    def key(self) -> str:
        """The same for every attempt of this delivery, and for no other."""

    @property
    def channel(self) -> str:
        """The channel's name."""

    @property
    def recipient(self) -> str:
        """The address in the channel."""

    @property
    def attempts(self) -> int:
        """How many attempts failed before."""

    @property
    def queued_at(self) -> datetime:
        """Since when it has been owed."""


class Rest(Protocol):
    """Until when a destination is left in peace, after how many failures in a row."""

    @property
    def failures(self) -> int:
        """Failures in a row."""

    @property
    def not_before(self) -> datetime:
        """When it may be tried again."""


class RecipientAway(DeliveryPostponed):
    """Only this recipient can't be told now: nothing is wrong with the destination, and others are served.

    ``wait``: before that it is not tried again, whatever the back-off says.
    """

    def __init__(self, sentence: str, wait: timedelta = timedelta()) -> None:
        self.wait = wait
        super().__init__(sentence)


class OwedCall(Protocol):
    """A call that is owed, as far as deliveries tell it."""

    @property
    def id(self) -> str:
        """The ledger's id of it: the same for every call of one caller until they are settled."""

    @property
    def thread(self) -> str:
        """The same for every call of one caller to one person, settled or not; of it neither can be read."""

    @property
    def code(self) -> str | None:
        """The digits by which its owner rings this caller; None when it is owed no more."""

    @property
    def due(self) -> datetime | None:
        """By when they were promised a call that is still owed."""

    @property
    def times(self) -> int:
        """How often they have called."""

    @property
    def team(self) -> str | None:
        """The key of the team that owes it; None: a person does, or nobody any more."""

    @property
    def team_name(self) -> str | None:
        """What that team is called; None: nobody knows."""


class Memo(Protocol):
    """What is told of one item. All text in it is foreign until it has been through ``core.text``."""

    @property
    def item_id(self) -> str:
        """The ledger's id of the message, callback or notice."""

    @property
    def about(self) -> str:
        """``message``, a wish (``call_back``, ``just_called``, ``missed``), ``transcript``, or the name of a notice."""

    @property
    def extension(self) -> str:
        """Whose it is."""

    @property
    def person_name(self) -> str:
        """Whose it is, by name; empty in a notice that is not about one person."""

    @property
    def zone(self) -> str:
        """The IANA name of the owner's time zone."""

    @property
    def at(self) -> datetime:
        """When it was left."""

    @property
    def caller_number(self) -> str | None:
        """The number the call came from; None if withheld."""

    @property
    def caller_name(self) -> str | None:
        """The name the call came with, as the network sent it."""

    @property
    def caller_extension(self) -> str | None:
        """The caller's own extension, for a colleague."""

    @property
    def number(self) -> str | None:
        """The number to call back, which the caller may have keyed in."""

    @property
    def why(self) -> str | None:
        """How the call came to us: ``absent``, ``noanswer``, ``busy`` or ``unreachable``."""

    @property
    def due(self) -> datetime | None:
        """By when the caller was promised an answer."""

    @property
    def urgent(self) -> bool:
        """Whether the caller called it urgent."""

    @property
    def seconds(self) -> float | None:
        """How long the audio is."""

    @property
    def possibly_cut(self) -> bool:
        """Whether some of the audio may be missing at its end."""

    @property
    def audio(self) -> Path | None:
        """Where the audio lies, if there is any."""

    @property
    def transferred_by(self) -> str | None:
        """The name of the colleague who transferred the caller."""

    @property
    def note_digits(self) -> str | None:
        """A number that the colleague typed as a note."""

    @property
    def note_audio(self) -> Path | None:
        """Where the note lies that the colleague spoke."""

    @property
    def transcript(self) -> str | None:
        """What a machine has heard in the message, unmarked, if this is where its owner reads it."""

    @property
    def follows(self) -> str | None:
        """The key of the delivery that this one belongs to and comes after."""

    @property
    def owed(self) -> OwedCall | None:
        """The call that is owed to the caller; None if nobody can be called."""

    @property
    def facts(self) -> Mapping[str, Any] | None:
        """What a notice tells."""


class Outbox(Protocol):
    """Where the deliveries are kept. Every method may raise :class:`~ari_absence.errors.LedgerError`."""

    async def claim(self, channel: str, now: datetime, lease_until: datetime) -> Claim | None:
        """Lease the next delivery that is due in the channel; None when there is none."""

    async def memo(self, claim: Claim) -> Memo:
        """What is to be told.

        Raises:
            DeliveryNeedless: nobody need be told any more; that is settled.
        """

    async def delivered(self, claim: Claim, at: datetime) -> None:
        """Settle: it was accepted."""

    async def postponed(self, claim: Claim, not_before: datetime, why: str) -> None:
        """Settle: it failed, and is tried again."""

    async def dead(self, claim: Claim, at: datetime, why: str) -> None:
        """Settle: it is given up, stays visible, and the operator is told."""

    async def rest(self, destination: str) -> Rest | None:
        """Whether the destination failed as a whole lately."""

    async def set_rest(self, destination: str, failures: int, not_before: datetime, why: str) -> None:
        """The destination failed as a whole."""

    async def clear_rest(self, destination: str) -> None:
        """The destination works again."""

    async def bury_stranded(self, channels: Collection[str], before: datetime, now: datetime) -> int:
        """Give up what was queued before ``before`` for a channel that is none of ``channels``; gives how many."""

    async def next_due(self, channels: Collection[str]) -> datetime | None:
        """When the next delivery is due, or a lease runs out; None when nothing is owed."""


class Notifier(Protocol):
    """One channel. Its exceptions are verdicts."""

    @property
    def channel(self) -> str:
        """The channel's name, as in the ledger."""

    @property
    def destination(self) -> str:
        """The server behind it, which fails or works as a whole."""

    async def deliver(self, memo: Memo, recipient: str, key: str) -> None:
        """Hand the memo over. The same ``key`` makes a repetition recognisable as such.

        Raises:
            DeliveryRefused: it will never work as it is.
            DestinationDown: the server can't be used at all.
            DeliveryPostponed: it did not work this time.
        """
