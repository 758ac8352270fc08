"""Who turns messages into text, by the engine that is configured at the moment."""

from __future__ import annotations

import structlog

from ari_absence.app.books import Books
from ari_absence.app.records import Records
from ari_absence.config.settings import Configuration
from ari_absence.ledger.transcripts import LedgerTranscripts
from ari_absence.transcription.ports import Choice
from ari_absence.transcription.readiness import lacking
from ari_absence.transcription.rounds import Transcribing

log = structlog.get_logger()


def choice_of(configuration: Configuration) -> Choice | None:
    """The engine that is configured; None: none is."""
    chosen = configuration.transcription
    if chosen is None:
        return None
    return Choice(
        chosen.engine,
        chosen.model,
        chosen.command,
        chosen.language,
        chosen.seconds_per_minute,
        chosen.memory_mb,
    )


def tell_lacking(configuration: Configuration) -> None:
    """Log what the engine lacks, if it does."""
    choice = choice_of(configuration)
    sentence = lacking(choice) if choice else None
    if sentence:
        log.warning("messages are not turned into text", reason=sentence)


def transcribing(records: Records, books: Books) -> Transcribing:
    """Who does it; for the service."""
    return Transcribing(
        LedgerTranscripts(books.thread, books.store),
        lambda: choice_of(records.configuration),
        records.configuration.storage.folder,
        books.clock,
        books.outbox.wake,
    )
