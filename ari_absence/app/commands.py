"""What commands have changed beside the running service, as they tell it through the control socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog

from ari_absence.app.parts import told
from ari_absence.app.records import Records
from ari_absence.attendant.camp_on import CampOnRounds
from ari_absence.control import Handler
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.ledger.forward_log import mark_logged
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.thread import LedgerThread
from ari_absence.presence.lamps import Lamps

log = structlog.get_logger()


class Commands:
    """Takes over what a command has changed.

    ``on_message_changed`` is told whose messages those were, ``on_absence_changed`` whose absence.
    """

    def __init__(
        self,
        records: Records,
        thread: LedgerThread,
        lamps: Lamps,
        camp_ons: CampOnRounds,
        outbox: OutboxWorker,
        notebook: LedgerNotebook,
        on_message_changed: Callable[[str], None],
        on_absence_changed: Callable[[str], None],
    ) -> None:
        self._records = records
        self._thread = thread
        self._lamps = lamps
        self._camp_ons = camp_ons
        self._outbox = outbox
        self._notebook = notebook
        self._on_message_changed = on_message_changed
        self._on_absence_changed = on_absence_changed

    def handlers(self) -> Mapping[str, Handler]:
        """What answers each command, by its name on the socket."""
        return {
            "absences-changed": self._absences_changed,
            "forwards-changed": self._forwards_changed,
            "messages-changed": self._messages_changed,
            "deliver": self._deliver,
            "clear": self._clear,
        }

    async def _forwards_changed(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        await self._records.read_forwards(self._thread)
        log.info("forwards.changed", **told(question, "extension", "what", "occasion", "by"))
        await self._thread.write(mark_logged)
        extension = question.get("extension")
        self._lamps.refresh(None if extension is None else [str(extension)])
        self._outbox.wake()
        return {"done": True}

    async def _absences_changed(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        await self._records.read_absences(self._thread)
        log.info("absences.changed", **told(question, "extension", "what", "calls", "by"))
        await self._thread.write(mark_logged)
        self._lamps.refresh([str(question.get("extension"))])
        self._camp_ons.wake()
        self._on_absence_changed(str(question.get("extension")))
        self._outbox.wake()  # an absence may have steps of its own, which its owner is mailed
        return {"done": True}

    async def _messages_changed(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """A command has changed a message."""
        self._on_message_changed(str(question.get("extension")))
        self._outbox.wake()
        return {"done": True}

    async def _deliver(self, _question: Mapping[str, Any]) -> Mapping[str, Any]:
        self._outbox.wake()
        return {"done": True}

    async def _clear(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """A command has deleted a message for good."""
        self._on_message_changed(str(question.get("extension")))
        await self._notebook.clear_leftovers()
        return {"done": True}
