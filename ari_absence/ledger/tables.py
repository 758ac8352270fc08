"""All tables: whoever compares or makes them imports this, so that none is forgotten."""

from __future__ import annotations

from ari_absence.ledger import handover_model, mailbox_model, model, pin_model, reception_model

METADATA = model.Row.metadata

__all__ = ["METADATA", "handover_model", "mailbox_model", "model", "pin_model", "reception_model"]
