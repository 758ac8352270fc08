"""All tables: whoever compares or makes them imports this, so that none is forgotten."""

from __future__ import annotations

from ari_absence.ledger import (
    delivery_model,
    digest_model,
    handover_model,
    mailbox_model,
    model,
    owed_model,
    pin_model,
    reception_model,
    transcript_model,
)

METADATA = model.Row.metadata

__all__ = [
    "METADATA",
    "delivery_model",
    "digest_model",
    "handover_model",
    "mailbox_model",
    "model",
    "owed_model",
    "pin_model",
    "reception_model",
    "transcript_model",
]
