"""A look into the service's ledger while it runs, through the program's own questions to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ari_absence.lab import waiting
from ari_absence.ledger import reading
from ari_absence.ledger.model import PlaceRow
from ari_absence.ledger.owed_reading import OwedCall, owed_calls
from ari_absence.ledger.reading import Callback, Message, RecordedCall
from ari_absence.ledger.store import FILE_NAME, Store, default_url, open_existing

T = TypeVar("T")


class Ledger:
    """The ledger in a service's data folder. Opened when first asked, which is after the service's start."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._store: Store | None = None

    def close(self) -> None:
        """Give the file back."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def messages(self, extension: str | None = None) -> list[Message]:
        """The messages, newest first."""
        return self._ask(lambda session: reading.messages(session, extension))

    def callbacks(self) -> list[Callback]:
        """Everybody who is owed a call or wanted it known that they called."""
        return self._ask(reading.callbacks)

    def owed(self) -> list[OwedCall]:
        """The calls that are owed."""
        return self._ask(owed_calls)

    def calls(self) -> list[RecordedCall]:
        """The calls, newest first."""
        return self._ask(reading.calls)

    def deliveries(self) -> Sequence[reading.Delivery]:
        """Every delivery, settled ones too."""
        return self._ask(lambda session: reading.outbox(session, settled_too=True))

    def places(self) -> int:
        """How many places in mailboxes are reserved."""
        return self._ask(lambda session: session.scalar(select(func.count()).select_from(PlaceRow)) or 0)

    def audio(self, message: Message) -> Path:
        """Where the message's recording lies."""
        return self._data / "audio" / f"{message.audio_id}.wav"

    async def the_message(self, deadline_s: float = 10.0) -> Message:
        """The one message there is, once it is there."""
        await waiting.until(self.messages, deadline_s, "A message in the ledger")
        (message,) = self.messages()
        return message

    async def the_callback(self, deadline_s: float = 10.0) -> Callback:
        """The one callback there is, once it is there."""
        await waiting.until(self.callbacks, deadline_s, "A callback in the ledger")
        (callback,) = self.callbacks()
        return callback

    async def the_call(self, deadline_s: float = 10.0) -> RecordedCall:
        """The one call there is, once it is over."""
        await waiting.until(
            lambda: [call for call in self.calls() if call.ended_at], deadline_s, "The end of a call"
        )
        (call,) = self.calls()
        return call

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing can be committed inside this block."""
        connection = sqlite3.connect(self._data / FILE_NAME, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def _ask(self, question: Callable[[Session], T]) -> T:
        if self._store is None:
            self._store = open_existing(default_url(self._data))
        with self._store.reading() as session:
            return question(session)
