"""What the ledger remembers of deliveries besides the outbox itself, as typed rows; see ``ledger.model``."""
