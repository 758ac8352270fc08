"""Everything of the ledger that is open while we serve."""

from __future__ import annotations

from dataclasses import dataclass

from ari_absence.clock import Clock
from ari_absence.delivery.outbox import OutboxWorker
from ari_absence.ledger.addressees import Addressees
from ari_absence.ledger.notebook import LedgerNotebook
from ari_absence.ledger.recordings import RecordingStore
from ari_absence.ledger.thread import LedgerThread


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger's thread, the audio, who is mailed, what calls write down, and what is delivered of it."""

    thread: LedgerThread
    store: RecordingStore
    addressees: Addressees
    notebook: LedgerNotebook
    outbox: OutboxWorker
    clock: Clock
